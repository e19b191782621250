// f over the cells of groups, f(x WITHIN ..): what is a function over time of
// steps is one over groups of these.

#ifndef FOOTFALL_QUERY_EXEC_GROUP_CELLS_H_
#define FOOTFALL_QUERY_EXEC_GROUP_CELLS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "query/cell/cell.h"
#include "query/func/aggregate.h"

namespace footfall::query {

// Low is f of the lows, high f of the highs, as over time. Groups that are
// hidden have no value; what they may have moves the bounds:
//
//   sum, count   by what there is besides
//   min, max     the low; the high
//   avg, quantiles, stddev
//                of what may be anywhere between the least low and the largest
//                high, theirs among them; stddev has no bounds then
//
// Coverage is the least of the groups that have a value; where none has, of
// all.
class GroupCells {
 public:
  // `is_decimal`: of x.
  explicit GroupCells(bool is_decimal) : is_decimal_(is_decimal) {}

  static constexpr uint64_t kBytesOfCell = 3 * sizeof(int64_t) + 1;

  void Clear();
  void Add(const Cell& cell);

  // Of kCount, kSum, kAvg, kMin, kMax, kQuantile and kStddev.
  //   OUT_OF_RANGE  an integer sum (value, low or high) outside 64 bits
  absl::StatusOr<Cell> Reduce(Aggregate aggregate, double quantile) const;
  Coverage coverage() const { return any_ ? coverage_ : coverage_of_all_; }

 private:
  StepSpan Span() const;
  absl::Status ReckonHidden(Aggregate aggregate, Cell* cell) const;

  bool is_decimal_;
  bool any_ = false;
  Coverage coverage_;
  Coverage coverage_of_all_;
  std::vector<int64_t> values_;
  std::vector<int64_t> lows_;
  std::vector<int64_t> highs_;
  std::vector<uint64_t> present_;
  std::vector<uint64_t> low_open_;
  std::vector<uint64_t> high_open_;
  std::vector<Cell> hidden_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_GROUP_CELLS_H_
