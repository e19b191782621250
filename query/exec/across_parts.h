// What stands in f(expression ACROSS dim, ...), worked out for one member: its
// operands' lanes become one.

#ifndef FOOTFALL_QUERY_EXEC_ACROSS_PARTS_H_
#define FOOTFALL_QUERY_EXEC_ACROSS_PARTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "query/exec/across.h"
#include "query/plan/plan.h"

namespace footfall::query {

// The lane of an operand, as that of a member; null: the member has no series
// of it.
struct PartLane {
  const int64_t* values = nullptr;
  const int64_t* lows = nullptr;   // null: the values
  const int64_t* extra = nullptr;  // high - value; null: 0
  const uint64_t* present = nullptr;
  const uint64_t* low_open = nullptr;   // null: nowhere
  const uint64_t* high_open = nullptr;  // likewise
  const int64_t* hidden = nullptr;      // as in LaneView
};

// A member's lane: it has a value where all operands have, and the expression
// is defined. At other steps samples of it may be awaited.
class PartsLane {
 public:
  // `lanes` [operands of the parts], each over `steps` steps.
  //   OUT_OF_RANGE  an integer outside 64 bits
  absl::Status Make(const AcrossParts& parts,
                    absl::Span<const PartLane* const> lanes, size_t steps);
  // Valid as long as this.
  MemberLane Lane() const;

  // The first of steps [begin, end) at which some operands have a value and one
  // has none, and that one.
  struct LeftOut {
    size_t step = 0;
    size_t operand = 0;
  };
  std::optional<LeftOut> FindLeftOut(absl::Span<const PartLane* const> lanes,
                                     size_t begin, size_t end) const;

 private:
  std::vector<int64_t> values_;
  std::vector<int64_t> lows_;
  std::vector<int64_t> highs_;
  std::vector<uint64_t> present_;
  std::vector<uint64_t> low_open_;
  std::vector<uint64_t> high_open_;
  std::vector<uint64_t> lacks_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_ACROSS_PARTS_H_
