// WHERE and braces against the dictionaries: which members each dimension of a
// metric may have, and which series those are.

#ifndef FOOTFALL_QUERY_PLAN_CONDITIONS_H_
#define FOOTFALL_QUERY_PLAN_CONDITIONS_H_

#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"
#include "query/plan/member_set.h"
#include "query/plan/time_picks.h"

namespace footfall::query {

// Narrows `picks` ([dimensions] of `metric`) by one condition, or `time_picks`
// by one on a part of the calendar; it holds no parameter. `text` is what its
// source points into; of `options` it reads when to stop, and whether members
// that are not there are allowed. A name finds what its samples are read as
// (Renames), and perhaps itself, before it was renamed.
//
//   NOT_FOUND  the metric has no such dimension, or nothing has such a member;
//              the message names the nearest
absl::Status ApplyCondition(const Snapshot& snapshot, const Metric& metric,
                            const Condition& condition, absl::string_view text,
                            const QueryOptions& options,
                            std::vector<MemberSet>* picks,
                            TimePicks* time_picks);

// All of them, from nothing picked, of members as they are stored: a name finds
// itself alone.
absl::StatusOr<std::vector<MemberSet>> BindConditions(
    const Snapshot& snapshot, const Metric& metric,
    absl::Span<const Condition> conditions, absl::string_view text,
    const QueryOptions& options);

struct RenamedRows;

// Some series of a metric and what they are called.
struct SeriesRows {
  size_t dimensions = 0;
  std::vector<SeriesId> ids;      // ascending
  std::vector<MemberId> members;  // [ids x dimensions]
  // Where members were renamed (query/exec/renamed_rows.h): `ids` number the
  // rows, [0, size()), and this says which series each is read from.
  std::shared_ptr<const RenamedRows> renamed;

  size_t size() const { return ids.size(); }
  absl::Span<const MemberId> row(size_t i) const {
    return absl::MakeConstSpan(members).subspan(i * dimensions, dimensions);
  }
};

// The series whose every member is in `picks`; with `or_empty`, whose every
// member is in `picks` or empty. Reads the series table a block at a time and
// skips the blocks that cannot hold what is picked. `room` is asked before that
// many bytes more are taken.
using RoomFor = absl::FunctionRef<absl::Status(uint64_t bytes)>;
absl::StatusOr<SeriesRows> FindSeries(const SeriesTable& table,
                                      absl::Span<const MemberSet> picks,
                                      bool or_empty,
                                      const QueryOptions& options,
                                      RoomFor room);
// Without a bound.
inline absl::Status AnyRoom(uint64_t /*bytes*/) { return absl::OkStatus(); }

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_CONDITIONS_H_
