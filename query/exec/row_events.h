// Events as cells of rows: the date of one, the names of those in a bucket, the
// days between two dates.

#ifndef FOOTFALL_QUERY_EXEC_ROW_EVENTS_H_
#define FOOTFALL_QUERY_EXEC_ROW_EVENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "footfall/hash_table.h"
#include "query/cell/cell.h"
#include "query/exec/groups.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Whether the event says nothing else than a group of these members, [BY
// dimensions]. The empty member stands for all.
bool AppliesTo(const BoundEvents::One& event, const GroupKey& group);

// The events of an event() or events() by whom they happened to, so that a
// group does not look at those of all others. Threads: may be shared.
class EventsOfGroups {
 public:
  // `events` must outlive it.
  explicit EventsOfGroups(const BoundEvents& events);

  // Indices into its events, [first, limit), of those that apply to the group,
  // in time order.
  std::vector<uint32_t> For(const GroupKey& group, uint32_t first = 0,
                            uint32_t limit = UINT32_MAX) const;

  // Of the events of an event(): the one that the group counts by; null: none
  // applies.
  //   INVALID_ARGUMENT  several of one name apply to it; the message lists some
  absl::StatusOr<const Event*> OneFor(const Run& run,
                                      const GroupKey& group) const;

 private:
  std::optional<uint32_t> EarliestFor(const GroupKey& group) const;

  // By the first BY dimension in which an event has a member, and that member.
  using Place = std::pair<size_t, MemberId>;

  const BoundEvents& events_;
  std::vector<uint32_t> of_all_;  // no member in any
  FlatHashMap<Place, std::vector<uint32_t>> of_member_;
  // [BY dimensions] all of `of_member_` with that dimension: for groups that
  // are not split by it.
  std::vector<std::vector<uint32_t>> of_dimension_;
};

class RowEvents {
 public:
  // `plan` must outlive it; `groups` are those of the answer.
  //   INVALID_ARGUMENT  several events of one name apply to a group; the
  //                     message lists them
  // Of groups from `shown` on there is no row, and so nothing to say.
  static absl::StatusOr<RowEvents> Create(const Run& run, const Plan& plan,
                                          const std::vector<GroupKey>& groups,
                                          size_t shown);

  // Reckons with one more group, behind the others. Errors as in Create().
  absl::Status AddGroup(const Run& run, const GroupKey& group);

  // The date of event() `events` for a group (PackDate); missing: none applies.
  Cell DateOf(size_t events, uint32_t group) const;

  // Names of events() that apply to a group and begin in [begin, end), in time
  // order, with commas between; empty: none.
  std::string NamesOf(size_t events, const GroupKey& group,
                      absl::CivilSecond begin, absl::CivilSecond end) const;

 private:
  explicit RowEvents(const Plan& plan);

  const Plan& plan_;
  std::vector<EventsOfGroups> of_groups_;  // [events of the plan]
  // [events of the plan][groups] nullopt: none applies.
  std::vector<std::vector<std::optional<int64_t>>> dates_;
};

// Whole days from the earlier of two dates to the later; an hour counts as its
// day in the zone. Low and high are the least and the most by the bounds of
// both.
Cell DaysBetween(const Cell& a, const Cell& b, const absl::TimeZone& zone);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_ROW_EVENTS_H_
