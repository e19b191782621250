// f(metric ACROSS dim, ...): at each step, what the members of a group have
// becomes one value.
//
// A *member* is a series, or several combined as the metric declares, that
// names a member of each ACROSS dimension. Others, not split by one of them,
// speak of several members together:
//
//   avg min max median   are of the members that are there. Where only series
//   p1 .. p99 stddev     that are not split are, there is no member and so no
//                        value.
//   count                is how many members are there; 0 where only series
//                        that are not split are.
//   sum                  is of the members that are there and, where none of
//                        its parts is, of the series that is not split: parts
//                        are never added to their whole. Where it stands for
//                        members that may share people, they come to no less
//                        than it, but may come to more: its high is open.
//
// Of an expression (across_parts.h) a member is there where all its operands
// are; series that are not split stand for none.
//
// Where a member lacks samples, whether it is there or not, the high is open,
// and `count` may be as many more; with values that may be negative the low is
// open, too.
//
// Low is the function of the lows, high of the highs, as over time. A member of
// which only a series that is not split in a picked dimension tells may be as
// large as that: the highs of `sum` and `max` reckon with it.

#ifndef FOOTFALL_QUERY_EXEC_ACROSS_H_
#define FOOTFALL_QUERY_EXEC_ACROSS_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "footfall/hash_table.h"
#include "query/exec/combine.h"
#include "query/exec/groups.h"
#include "query/plan/plan.h"

namespace footfall::query {

// The operand split by its ACROSS dimensions as well, behind those of BY.
BoundOperand SplitAcross(const BoundOperand& operand);

// A group of the split operand, as part of a group of the operand.
struct AcrossMember {
  uint32_t split_group = 0;
  uint32_t not_split = 0;       // bits of ACROSS dimensions; 0: a member
  bool overlaps = false;        // one of those dimensions OVERLAPS
  std::vector<uint32_t> parts;  // of its whole group, for sum
};

struct AcrossGroups {
  std::vector<GroupKey> keys;  // [groups]
  FlatHashMap<GroupKey, uint32_t> group_of;
  std::vector<std::vector<AcrossMember>> members;  // [groups]
};
AcrossGroups FindAcrossGroups(const BoundOperand& operand,
                              const OperandGroups& split);

// A member's lane, [steps]; as LaneView, with the high itself.
struct MemberLane {
  const int64_t* values = nullptr;
  const int64_t* lows = nullptr;   // null: the values
  const int64_t* extra = nullptr;  // high - value; null: 0
  const uint64_t* present = nullptr;
  const int64_t* hidden = nullptr;  // as in LaneView
  const uint64_t* lacks = nullptr;  // where samples are awaited
  // Of an expression: in place of `extra`, and where its sides are open.
  const int64_t* highs = nullptr;
  const uint64_t* low_open = nullptr;
  const uint64_t* high_open = nullptr;
};

// What the members of a group come to.
struct AcrossLane {
  std::vector<int64_t> values;  // [steps], and so on
  std::vector<int64_t> lows;
  std::vector<int64_t> highs;
  std::vector<uint64_t> present;
  std::vector<uint64_t> low_open;
  std::vector<uint64_t> high_open;
  std::vector<int64_t> hidden;  // as in LaneView; empty: nothing anywhere
  // A step, and a member, of which only a series that is not split tells.
  std::optional<std::pair<size_t, size_t>> hidden_member;
  std::optional<SeriesCountChange> count_change;  // of members; set is 0
  std::optional<size_t> no_member;  // a step with a series, but no member
};

// Tells of what happens at the steps `told` alone.
//   OUT_OF_RANGE  an integer sum outside 64 bits
absl::Status CombineAcross(const BoundOperand& operand,
                           absl::Span<const AcrossMember> members,
                           absl::Span<const MemberLane> lanes, StepRange steps,
                           StepRange told, AcrossLane* result);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_ACROSS_H_
