// Which buckets transforms look at beside those that are shown.

#ifndef FOOTFALL_QUERY_EXEC_LOOK_BACK_H_
#define FOOTFALL_QUERY_EXEC_LOOK_BACK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/period.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Buckets by their keys, which rise with time (see Timeline).
struct LookBack {
  std::vector<std::vector<int64_t>> at;     // [transforms] where it has a cell
  std::vector<std::vector<int64_t>> reads;  // [transforms] where it reads x
  std::vector<int64_t> keys;                // all of them, and the shown ones
  std::optional<Reservation> memory;        // what they take
};

// The key of the bucket that much earlier; nullopt: there is none.
using EarlierKey = absl::FunctionRef<std::optional<int64_t>(
    int64_t key, int64_t count, footfall::Unit unit)>;
// The key of the bucket before; nullopt where no sample can be.
using PreviousKey = absl::FunctionRef<std::optional<int64_t>(int64_t key)>;

// What the items, tests and keys of `plan` need when the buckets `shown` are,
// rising. Each transform is gone through once, from the outermost inwards, so
// that nesting costs no more than the buckets it leads to.
//
//   RESOURCE_EXHAUSTED  more buckets than the question's memory can hold
absl::StatusOr<LookBack> FindLookBack(Run& run, const Plan& plan,
                                      absl::Span<const int64_t> shown,
                                      EarlierKey earlier, PreviousKey previous);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_LOOK_BACK_H_
