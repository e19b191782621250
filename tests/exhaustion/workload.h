// A fixed workload whose every step may fail and is then tried again: what it
// leaves must be the same whatever failed on the way.

#ifndef FOOTFALL_TESTS_EXHAUSTION_WORKLOAD_H_
#define FOOTFALL_TESTS_EXHAUSTION_WORKLOAD_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "footfall/database.h"

namespace footfall::testing {

struct WorkloadHooks {
  // Opens the database, for the first time or again.
  std::function<absl::StatusOr<std::unique_ptr<Database>>()> open;
  // Around the first attempt of each step; a second attempt must succeed.
  std::function<void()> before_step;
  std::function<void()> after_step;
};

// A CSV file for the workload's IMPORT; written before anything fails.
void WriteImportFile(const std::string& path);

// Opens, defines, writes, loads, imports, asks, deletes, runs upkeep, compacts
// and closes. Returns what the database holds in the end, as text, read after
// it was opened once more; or the first thing that is wrong: a status that is
// not one of a lack, a second attempt that fails, an answer that differs.
std::string RunWorkload(const WorkloadHooks& hooks, const std::string& csv);

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_EXHAUSTION_WORKLOAD_H_
