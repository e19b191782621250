// One value of an answer with what is known about it, and the interval
// arithmetic that carries the knowledge along.

#ifndef FOOTFALL_QUERY_CELL_CELL_H_
#define FOOTFALL_QUERY_CELL_CELL_H_

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "footfall/answer.h"

namespace footfall::query {

// An int64, a double, or a date (a civil second, as kInteger with `is_date`
// kept by the column, not by the number).
struct Scalar {
  bool is_decimal = false;
  int64_t integer = 0;
  double decimal = 0;

  static Scalar Integer(int64_t v) { return {false, v, 0}; }
  static Scalar Decimal(double v) { return {true, 0, v}; }
  double as_decimal() const {
    return is_decimal ? decimal : static_cast<double>(integer);
  }
};

inline bool IsNan(const Scalar& scalar) {
  return scalar.is_decimal && std::isnan(scalar.decimal);
}

// The 64 bits in which lanes and tables keep a number, and the number again.
inline int64_t BitsOfScalar(bool decimal, const Scalar& number) {
  return decimal ? std::bit_cast<int64_t>(number.as_decimal()) : number.integer;
}
inline Scalar ScalarOfBits(bool decimal, int64_t bits) {
  return decimal ? Scalar::Decimal(std::bit_cast<double>(bits))
                 : Scalar::Integer(bits);
}

// The truth lies in [low, high]; nullopt leaves that side open. A value stands
// within its bounds (value >= low, value <= high), of integers exactly.
struct Cell {
  bool has_value = false;
  bool filled = false;
  // No value, and yet not nothing: only a series that is not split tells of the
  // group here, which so may have anything within the bounds. It is never
  // printed; totals and ranks of the others reckon with it. `value` is what it
  // would be without those people.
  bool hidden = false;
  // Set where low and high cannot say that the value is in doubt (a transform
  // of a value that is not exact): the kind is then kRange at best.
  bool inexact = false;
  Scalar value;
  std::optional<Scalar> low;
  std::optional<Scalar> high;
  int64_t present = 0;   // steps with a value
  int64_t expected = 0;  // steps that should have one

  // Whether something is known of it: a value, or what may be hidden.
  bool is_known() const { return has_value || hidden; }
  // `cell` as one that is hidden.
  static Cell Hidden(Cell cell);
  static Cell Missing(int64_t present, int64_t expected);
  static Cell Exact(Scalar v, int64_t present, int64_t expected);
  CellKind kind() const;
};

// left op right; op is one of + - * /. `/` gives a decimal; the others keep
// integers where both are, with every bound worked out in 128 bits.
//
// Missing where a side is missing or filled (a filled value enters no
// calculation), or where the divisor's value is 0; hidden where a side is, and
// the other known. Interval rules, operands
// taken as independent: a divisor whose interval ends at 0 leaves the side open
// that grows without end, one with 0 inside it leaves both open. A bound that
// was open stays open, but for a factor that is certainly 0. Coverage: see
// LeastCoverage().
//
//   OUT_OF_RANGE      an integer result (value, low or high) outside 64 bits
//   INVALID_ARGUMENT  op is none of the four
absl::StatusOr<Cell> Combine(char op, const Cell& left, const Cell& right);

// What the plan knows of two operands that are people, and not independent.
enum class Related : uint8_t {
  kNo,
  kSum,           // left + right, left - (-right): may be the same people
  kNegatedSum,    // (-left) + (-right): likewise
  kLeftTimes,     // left * count: the same people may come again each time
  kRightTimes,    // count * right
  kPart,          // left / right, left being a part of right at each step
  kPartOverTime,  // likewise, where both are of the same steps
};

// As Combine(), for operands that are related. A sum of people who may be the
// same has the sum of the highs as its high, and the larger low as its low. A
// part is at most its whole.
absl::StatusOr<Cell> CombineRelated(char op, Related related, const Cell& left,
                                    const Cell& right);
absl::StatusOr<Cell> Negate(const Cell& cell);
// Without its sign: of [-3, 2] the bounds are [0, 3].
absl::StatusOr<Cell> AbsoluteValue(const Cell& cell);

// Coverage of the operand that has the least present / expected (on ties the
// left one's). An operand of which nothing is expected, such as a constant,
// says nothing: the other's counts.
struct Coverage {
  int64_t present = 0;
  int64_t expected = 0;
};
Coverage LeastCoverage(Coverage left, Coverage right);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_CELL_CELL_H_
