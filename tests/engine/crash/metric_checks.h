// What a killed process leaves of metrics besides batches: of one that it
// defines and drops, of one that it alters, and of what KEEP removes.

#ifndef FOOTFALL_TESTS_ENGINE_CRASH_METRIC_CHECKS_H_
#define FOOTFALL_TESTS_ENGINE_CRASH_METRIC_CHECKS_H_

#include <cstdint>

#include "footfall/snapshot.h"
#include "tests/engine/crash/crash_batch.h"
#include "tests/model/plain_database.h"

namespace footfall::testing {

// The scratch metric is filled whole, or empty; and not there once its drop was
// acknowledged.
void CheckScratch(const PlainDatabase& found, const Shared& shared);

class KeepCheck {
 public:
  // After each kill. `found` is what the snapshot has.
  void Check(const Snapshot& snapshot, const PlainDatabase& found,
             const Shared& shared);

  // The daily metric has no sample before this step, and all from there on.
  int64_t first_kept() const { return first_kept_; }

 private:
  void CheckAltered(const PlainDatabase& found, const Shared& shared);
  void FindKept(const Snapshot& snapshot, const Shared& shared);

  int64_t first_kept_ = 0;
  int64_t recorded_ = 0;  // the last that the metric's record had
  uint64_t last_altered_ = 0;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_ENGINE_CRASH_METRIC_CHECKS_H_
