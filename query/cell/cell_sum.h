// Sums and means of cells: of the last n buckets, or of all so far.

#ifndef FOOTFALL_QUERY_CELL_CELL_SUM_H_
#define FOOTFALL_QUERY_CELL_CELL_SUM_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "query/cell/cell.h"

namespace footfall::query {

// What cells come to together. Missing ones are left out, but for their
// coverage, which adds up. The low is made of the lows, the high of the highs;
// a side that is open in one is open in the sum.
//
// Integers are summed in 128 bits. Decimals are summed in the order in which
// they are added, and nothing is ever taken off again.
class CellSum {
 public:
  void Add(const Cell& cell);
  void Add(const CellSum& other);
  // Steps that should have a value, and have none.
  void AddExpected(int64_t steps) { expected_ += steps; }

  // Missing where no cell had a value.
  //   OUT_OF_RANGE  an integer (value, low or high) outside 64 bits
  absl::StatusOr<Cell> Sum() const;
  // A decimal: the sum over the number of values.
  Cell Mean() const;

 private:
  __extension__ using Wide = __int128;
  struct Number {
    Wide integer = 0;
    double decimal = 0;
    void Add(const Scalar& scalar);
  };
  double AsDecimal(const Number& number) const;
  absl::StatusOr<Scalar> AsScalar(const Number& number) const;

  bool is_decimal_ = false;
  bool inexact_ = false;
  bool low_open_ = false;
  bool high_open_ = false;
  Number value_;
  Number low_;
  Number high_;
  int64_t count_ = 0;
  int64_t present_ = 0;
  int64_t expected_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_CELL_CELL_SUM_H_
