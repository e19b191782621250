// Events as cells of rows: the date of one, the names of those in a bucket, the
// days between two dates.

#ifndef FOOTFALL_QUERY_EXEC_ROW_EVENTS_H_
#define FOOTFALL_QUERY_EXEC_ROW_EVENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "query/cell/cell.h"
#include "query/exec/groups.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Whether the event says nothing else than a group of these members, [BY
// dimensions]. The empty member stands for all.
bool AppliesTo(const BoundEvents::One& event, const GroupKey& group);

// Of the events of an event(): the one that the group counts by; null: none
// applies.
//   INVALID_ARGUMENT  several of one name apply to it; the message lists them
absl::StatusOr<const Event*> EventFor(const Run& run, const BoundEvents& events,
                                      const GroupKey& group);

class RowEvents {
 public:
  // `plan` must outlive it; `groups` are those of the answer.
  //   INVALID_ARGUMENT  several events of one name apply to a group; the
  //                     message lists them
  static absl::StatusOr<RowEvents> Create(const Run& run, const Plan& plan,
                                          const std::vector<GroupKey>& groups);

  // Reckons with one more group, behind the others. Errors as in Create().
  absl::Status AddGroup(const Run& run, const GroupKey& group);

  // The date of event() `events` for a group (PackDate); missing: none applies.
  Cell DateOf(size_t events, uint32_t group) const;

  // Names of events() that apply to a group and begin in [begin, end), in time
  // order, with commas between; empty: none.
  std::string NamesOf(size_t events, const GroupKey& group,
                      absl::CivilSecond begin, absl::CivilSecond end,
                      const absl::TimeZone& zone) const;

 private:
  explicit RowEvents(const Plan& plan) : plan_(plan) {}

  const Plan& plan_;
  // [events of the plan][groups] nullopt: none applies.
  std::vector<std::vector<std::optional<int64_t>>> dates_;
};

// Whole days from the earlier of two dates to the later; an hour counts as its
// day. Low and high are the least and the most by the bounds of both.
Cell DaysBetween(const Cell& a, const Cell& b);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_ROW_EVENTS_H_
