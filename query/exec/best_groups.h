// Which groups TOP keeps.

#ifndef FOOTFALL_QUERY_EXEC_BEST_GROUPS_H_
#define FOOTFALL_QUERY_EXEC_BEST_GROUPS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "query/cell/cell.h"
#include "query/exec/groups.h"
#include "query/exec/leaves.h"
#include "query/exec/rows.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// The members of groups by name, looked up once: sorting asks for each many
// times. Of a part of the calendar it is the member's place, "05", in which
// order they stand. Valid as long as the snapshot and the plan.
class GroupNames {
 public:
  static absl::StatusOr<GroupNames> Create(Run& run, const Plan& plan,
                                           absl::Span<const GroupKey> groups);

  // In BY dimension `by`.
  absl::string_view Of(size_t by, uint32_t group) const {
    return names_[by][group];
  }
  // Members byte by byte; below 0 where group a stands before b.
  int Compare(uint32_t a, uint32_t b) const;
  // One more group. Requires: there is one BY dimension.
  void Add(absl::string_view name) { names_[0].push_back(name); }

 private:
  explicit GroupNames(Run& run) : memory_(run) {}

  Reservation memory_;
  std::vector<std::vector<absl::string_view>> names_;  // [BY][groups]
};

// A cell of a date as one of the second at which it begins.
Cell ByBegin(const Cell& date, const absl::TimeZone& zone);

// Whether TOP keeps so many of each member (WITHIN), in place of all.
bool IsWithin(const BoundTop& top);

// The best of `groups` by TOP's key, the best first, at most as many as TOP
// says; equal ones stand in the order of their names.
absl::StatusOr<std::vector<uint32_t>> BestGroups(Run& run, const Plan& plan,
                                                 const Results& results,
                                                 const Rows& rows,
                                                 const GroupNames& names,
                                                 std::vector<uint32_t> groups);

// Whether the groups that TOP keeps can be told from its key alone, before
// anything else is worked out. Not where rows are tested first (HAVING), where
// a cell is made of the cells of other groups (shares, ranks, places, OTHERS),
// or where other groups say which rows there are (FILL, counts of nothing), how
// much is expected (running sums begin with the first sample of any group), or
// what a group's steps are (ALIGN, events).
bool CanJudgeFirst(const Plan& plan);
// What makes a group's rows, or what they say of partial buckets, depend on
// other groups: "FILL", "shares, ranks or running sums"; empty where nothing
// does. HAVING, which tests rows by themselves, does not.
absl::string_view TiesGroups(const Plan& plan);
// Likewise the rows that LIMIT keeps, from the first key of ORDER BY. It must
// be one of the items: where it has a value, there is a row.
bool CanJudgeRowsFirst(const Plan& plan);

// Whether rows have a value only where a test of first_time() that asks for
// large numbers passes, and are the same whatever other groups there are.
bool IsOfRisingTests(const Plan& plan);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_BEST_GROUPS_H_
