// Examining databases that are damaged, in processes that may crash or hang.
// The process that calls must never have had a database open: fork() takes no
// threads along.

#ifndef FOOTFALL_TESTS_ENGINE_DAMAGE_DAMAGE_SWEEP_H_
#define FOOTFALL_TESTS_ENGINE_DAMAGE_DAMAGE_SWEEP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/engine/damage/damaged_database.h"

namespace footfall::testing {

// Opens the damaged database in `path` and reads everything. Not empty: what
// was wrong about it. `read_only` must leave the folder as it is, as must an
// opening that is refused.
std::string Examine(const std::string& path, Shape shape, const Damage& damage,
                    const Files& damaged, bool read_only, bool* was_right);

// Verifies the damaged folder, repairs it and verifies it again. Not empty:
// what was wrong about it. `was_right`: an opening found nothing wrong with it.
std::string ExamineRepair(const std::string& path, Shape shape,
                          const Damage& damage, const Files& damaged,
                          bool was_right);

struct SweepCounts {
  uint64_t runs = 0;
  uint64_t repairs = 0;
  uint64_t right = 0;
  uint64_t refused = 0;            // DATA_LOSS, named
  std::vector<std::string> wrong;  // the first few
  uint64_t wrong_count = 0;
};

// Examines every damage in turn, in processes that may crash or hang, and
// repairs every `repair_every`-th.
SweepCounts Sweep(Shape shape, const Files& files,
                  const std::vector<Damage>& damages, uint64_t repair_every);

// Kills a repair of the damaged database after some time, then repairs it. Not
// empty: what was wrong about it. *was_cut: the kill came in the middle.
std::string KillRepair(const Files& damaged, Shape shape, int microseconds,
                       bool* was_cut);

// Kills a process that opens the database in `path`, writes, compacts and
// closes it, over and over, after some time. Not empty: what --verify found
// then.
std::string KillWriter(const std::string& path, int microseconds);

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_ENGINE_DAMAGE_DAMAGE_SWEEP_H_
