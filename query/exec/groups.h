// The series that an operand reads, sorted into groups; and those beside them
// that bear on the bounds.

#ifndef FOOTFALL_QUERY_EXEC_GROUPS_H_
#define FOOTFALL_QUERY_EXEC_GROUPS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/hash_table.h"
#include "query/exec/combine.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Stands in a key for all members that are not in TOP.
inline constexpr MemberId kOthersMember = BoundEvents::kNoSuchMember - 1;

// Stands for all members together (TOTAL).
inline constexpr MemberId kTotalMember = kOthersMember - 1;

// Members of the BY dimensions; the places past them are 0.
using GroupKey = std::array<MemberId, kMaxDimensions>;

// A whole beside the named members that WHERE, braces or BY pick: it may hold
// more of them than their own series say.
//
// What it adds to the high of a group is what it exceeds its present parts by.
// A part that another member of an OVERLAPS dimension names is not taken off:
// its people may be among the picked ones as well. So:
//
//   shared       the picked dimensions in which it is empty all ADD: it adds
//                the same to each group,    max(0, v - low(its parts))
//   overlapping  one of them OVERLAPS:      max(0, v - low(its parts in the
//                group)); but where the group has a series for all that it may
//                hold of the picked members (the *cover*), no more than its
//                parts leave over, max(0, v - value(its parts))
//
// A group of what is not split in some BY dimension, or conditions that take
// the empty member, speak of the not-split series alone: parts that name other
// members there count elsewhere, and are not taken off here.
struct Whole {
  uint32_t row = 0;
  uint32_t not_split = 0;  // bits of the dimensions in which the group is not
  friend auto operator<=>(const Whole&, const Whole&) = default;
};
struct SharedWhole {
  Whole whole;
  uint32_t lane = 0;  // wholes that add to the same groups share a lane
};
struct OverlappingWhole {
  static constexpr uint32_t kNone = UINT32_MAX;
  size_t group = 0;
  uint32_t whole = 0;      // index into overlapping_wholes
  uint32_t cover = kNone;  // row
};

// A group lies inside a whole: it has no more people than that.
struct CoveringWhole {
  uint32_t group = 0;
  bool shared = false;  // index into shared, else into overlapping_wholes
  uint32_t whole = 0;
};

struct OperandGroups {
  // Every series that bears on the operand.
  SeriesRows rows;
  // [rows] all conditions hold.
  std::vector<bool> matched;
  size_t matched_count = 0;

  // [groups], in order of their first series. Braces leave a place of the key
  // 0. Behind the first `shown` come those without a series of their own, which
  // only wholes beside them tell of (BoundOperand::keeps_hidden).
  std::vector<GroupKey> keys;
  size_t shown = 0;
  SetList sets;
  FlatHashMap<GroupKey, uint32_t> group_of;

  std::vector<SharedWhole> shared;
  size_t shared_lanes = 0;
  // [groups + 1] into shared_lane_lists: the lanes that a group's high grows
  // by.
  std::vector<uint32_t> shared_begin;
  std::vector<uint32_t> shared_lane_lists;
  std::vector<OverlappingWhole> overlapping;  // by group
  std::vector<Whole> overlapping_wholes;
  std::vector<CoveringWhole> covering;  // by group
  // Where hidden groups are kept: group, and row of a whole that names the
  // group's members but is not of it. By group.
  std::vector<std::pair<uint32_t, uint32_t>> beside;

  size_t group_count() const { return keys.size(); }
};

// `memory` is charged for them.
//   INVALID_ARGUMENT  several members of a LEVEL dimension would be combined
absl::StatusOr<OperandGroups> FindGroups(Run& run, const BoundOperand& operand,
                                         Reservation* memory);

// The group that a row of the operand belongs to, or would.
GroupKey KeyOf(const BoundOperand& operand, absl::Span<const MemberId> row);

// The rows that are taken off each whole: its parts, but for those that count
// elsewhere.
std::vector<std::vector<uint32_t>> PartsTakenOff(
    const BoundOperand& operand, const SeriesRows& rows,
    absl::Span<const Whole> wholes);

// The rows that are parts of row `whole`, for several wholes at once: a list
// for each, rising. `among` [rows] narrows the parts; empty takes all.
std::vector<std::vector<uint32_t>> PartsOf(const SeriesRows& rows,
                                           absl::Span<const uint32_t> wholes,
                                           const std::vector<bool>& among);

// Whether series `part` is a part of `whole`: it differs from it only by naming
// members where `whole` is empty.
bool IsPart(absl::Span<const MemberId> part, absl::Span<const MemberId> whole);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_GROUPS_H_
