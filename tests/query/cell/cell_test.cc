// Tests of query/cell/cell.h.

#include "query/cell/cell.h"

#include <cmath>
#include <limits>
#include <random>

#include "query/cell/compare.h"
#include "tests/support/catch.h"

namespace footfall::query {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr unsigned kSeed = 20250208;

Scalar I(int64_t v) { return Scalar::Integer(v); }
Scalar D(double v) { return Scalar::Decimal(v); }

using Bound = std::optional<Scalar>;

Cell Between(Bound low, Scalar value, Bound high) {
  Cell cell = Cell::Exact(value, 1, 1);
  cell.low = low;
  cell.high = high;
  return cell;
}

void CheckBound(const Bound& found, const Bound& expected) {
  REQUIRE(found.has_value() == expected.has_value());
  if (!found) return;
  CHECK(found->is_decimal == expected->is_decimal);
  CHECK(found->as_decimal() == expected->as_decimal());
}

TEST_CASE("a cell's kind is the first that holds", "[cell]") {
  CHECK(Cell::Missing(0, 3).kind() == CellKind::kNone);
  CHECK(Cell::Exact(I(5), 1, 1).kind() == CellKind::kExact);
  CHECK(Cell::Exact(D(std::nan("")), 1, 1).kind() == CellKind::kExact);
  CHECK(Between(I(3), I(5), I(5)).kind() == CellKind::kUpper);
  CHECK(Between({}, I(5), I(5)).kind() == CellKind::kUpper);
  CHECK(Between(I(5), I(5), I(8)).kind() == CellKind::kLower);
  CHECK(Between(I(5), I(5), {}).kind() == CellKind::kLower);
  CHECK(Between(I(3), I(5), I(8)).kind() == CellKind::kRange);
  CHECK(Between({}, I(5), {}).kind() == CellKind::kRange);
  Cell inexact = Cell::Exact(I(5), 1, 1);
  inexact.inexact = true;
  CHECK(inexact.kind() == CellKind::kRange);
  inexact.filled = true;
  CHECK(inexact.kind() == CellKind::kFilled);
}

TEST_CASE("bounds follow the rules of intervals", "[cell]") {
  struct Case {
    char op;
    Cell left, right;
    Scalar value;
    Bound low, high;
  };
  const Cell users = Between(I(71'790'000), I(119'790'000), I(119'790'000));
  const auto c = GENERATE_COPY(values<Case>({
      {'+', users, users, I(239'580'000), I(143'580'000), I(239'580'000)},
      // The high of a difference takes the low of what is taken away.
      {'-', users, Cell::Exact(I(25'000'000), 1, 1), I(94'790'000),
       I(46'790'000), I(94'790'000)},
      {'-', users, users, I(0), I(-48'000'000), I(48'000'000)},
      {'*', Between(I(-2), I(1), I(3)), Between(I(-5), I(4), I(7)), I(4),
       I(-15), I(21)},
      {'/', users, Cell::Exact(I(2), 1, 1), D(59'895'000), D(35'895'000),
       D(59'895'000)},
      // overseas / cn of the DeepSeek case: [0.44, 2.43]
      {'/', Between(I(36'850'000), I(36'850'000), I(84'850'000)),
       Between(I(34'940'000), I(34'940'000), I(82'940'000)),
       D(36'850'000.0 / 34'940'000.0), D(36'850'000.0 / 82'940'000.0),
       D(84'850'000.0 / 34'940'000.0)},
      // A divisor that may be 0 at its end: one side grows without end.
      {'/',
       Between(I(2), I(4), I(4)),
       Between(I(0), I(2), I(2)),
       D(2),
       D(1),
       {}},
      {'/',
       Between(I(2), I(4), I(4)),
       Between(I(-2), I(-2), I(0)),
       D(-2),
       {},
       D(-1)},
      {'/',
       Between(I(0), I(0), I(4)),
       Between(I(0), I(2), I(2)),
       D(0),
       D(0),
       {}},
      // ... or within: nothing is known.
      {'/',
       Between(I(2), I(4), I(4)),
       Between(I(-1), I(2), I(2)),
       D(2),
       {},
       {}},
      {'/',
       Between(I(-1), I(4), I(4)),
       Between(I(0), I(2), I(2)),
       D(2),
       {},
       {}},
      // Open sides stay open, but for a certain 0.
      {'+', Between(I(1), I(2), {}), Cell::Exact(I(3), 1, 1), I(5), I(4), {}},
      {'-', Cell::Exact(I(3), 1, 1), Between(I(1), I(2), {}), I(1), {}, I(2)},
      {'*',
       Between(I(1), I(2), {}),
       Cell::Exact(I(-3), 1, 1),
       I(-6),
       {},
       I(-3)},
      {'*', Between(I(1), I(2), {}), Cell::Exact(I(0), 1, 1), I(0), I(0), I(0)},
      {'*', Between(I(1), I(2), {}), Cell::Exact(D(0), 1, 1), D(0), D(0), D(0)},
      {'/', Cell::Exact(I(6), 1, 1), Between(I(2), I(3), {}), D(2), D(0), D(3)},
      {'/', Between(I(6), I(6), {}), Between(I(2), I(3), {}), D(2), D(0), {}},
      // A decimal on one side makes decimals.
      {'+', Cell::Exact(D(0.5), 1, 1), Between(I(1), I(2), I(2)), D(2.5),
       D(1.5), D(2.5)},
  }));
  const auto result = Combine(c.op, c.left, c.right);
  REQUIRE(result.ok());
  CAPTURE(c.op, c.left.value.as_decimal(), c.right.value.as_decimal());
  REQUIRE(result->has_value);
  CHECK(result->value.is_decimal == c.value.is_decimal);
  CHECK(result->value.as_decimal() == c.value.as_decimal());
  CheckBound(result->low, c.low);
  CheckBound(result->high, c.high);
}

TEST_CASE("missing and filled values enter no calculation", "[cell]") {
  const Cell one = Cell::Exact(I(1), 2, 3);
  Cell filled = one;
  filled.filled = true;
  for (const char op : {'+', '-', '*', '/'}) {
    CHECK_FALSE(Combine(op, one, Cell::Missing(0, 3))->has_value);
    CHECK_FALSE(Combine(op, Cell::Missing(0, 3), one)->has_value);
    CHECK_FALSE(Combine(op, one, filled)->has_value);
  }
  CHECK_FALSE(Negate(Cell::Missing(0, 3))->has_value);
  CHECK_FALSE(AbsoluteValue(filled)->has_value);
}

TEST_CASE("division by zero is missing", "[cell]") {
  const Cell one = Cell::Exact(I(1), 1, 1);
  CHECK_FALSE(Combine('/', one, Cell::Exact(I(0), 1, 1))->has_value);
  CHECK_FALSE(Combine('/', one, Cell::Exact(D(-0.0), 1, 1))->has_value);
  CHECK_FALSE(Combine('/', one, Between(I(0), I(0), I(5)))->has_value);
}

TEST_CASE("an integer outside 64 bits ends the question", "[cell]") {
  const Cell most = Cell::Exact(I(kMax), 1, 1);
  const Cell least = Cell::Exact(I(kMin), 1, 1);
  const Cell one = Cell::Exact(I(1), 1, 1);
  CHECK(Combine('+', most, one).status().code() ==
        absl::StatusCode::kOutOfRange);
  CHECK(Combine('-', least, one).status().code() ==
        absl::StatusCode::kOutOfRange);
  CHECK(Combine('*', least, least).status().code() ==
        absl::StatusCode::kOutOfRange);
  CHECK(Negate(least).status().code() == absl::StatusCode::kOutOfRange);
  CHECK(AbsoluteValue(least).status().code() == absl::StatusCode::kOutOfRange);
  // A bound alone is enough.
  CHECK(Combine('+', Between(I(1), I(1), I(kMax)), one).status().code() ==
        absl::StatusCode::kOutOfRange);
  // In between 64 bits may be passed: the ends count.
  CHECK(Combine('-', most, most)->value.integer == 0);
  CHECK(Combine('/', least, Cell::Exact(I(-1), 1, 1))->value.decimal ==
        9223372036854775808.0);
  CHECK(Combine('+', Cell::Exact(D(1e300), 1, 1), most).ok());
}

TEST_CASE("an unknown operator is refused", "[cell]") {
  const Cell one = Cell::Exact(I(1), 1, 1);
  CHECK(Combine('%', one, one).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a result has the coverage of the operand with the least", "[cell]") {
  struct Case {
    Coverage left, right, least;
  };
  const auto c = GENERATE(values<Case>({
      {{20, 30}, {30, 30}, {20, 30}},
      {{30, 30}, {20, 30}, {20, 30}},
      {{1, 2}, {20, 30}, {1, 2}},      // by fraction, not by number
      {{10, 20}, {15, 30}, {10, 20}},  // a tie: the left one's
      {{0, 0}, {20, 30}, {20, 30}},    // a constant says nothing
      {{20, 30}, {0, 0}, {20, 30}},
      {{0, 0}, {30, 30}, {30, 30}},
      {{0, 30}, {kMax, kMax}, {0, 30}},
  }));
  const auto cell = [](Coverage coverage) {
    return Cell::Exact(I(1), coverage.present, coverage.expected);
  };
  const auto result = Combine('*', cell(c.left), cell(c.right));
  REQUIRE(result.ok());
  CHECK(result->present == c.least.present);
  CHECK(result->expected == c.least.expected);
}

TEST_CASE("the result of a value in doubt is in doubt", "[cell]") {
  Cell doubtful = Cell::Exact(I(4), 1, 1);
  doubtful.inexact = true;
  const Cell two = Cell::Exact(I(2), 1, 1);
  CHECK(Combine('+', doubtful, two)->kind() == CellKind::kRange);
  CHECK(Combine('/', two, doubtful)->kind() == CellKind::kRange);
  CHECK(Negate(doubtful)->kind() == CellKind::kRange);
}

TEST_CASE("minus turns a cell round", "[cell]") {
  const auto result = Negate(Between(I(3), I(5), {}));
  REQUIRE(result.ok());
  CHECK(result->value.integer == -5);
  CheckBound(result->low, {});
  CheckBound(result->high, I(-3));
  CHECK(std::signbit(Negate(Cell::Exact(D(0), 1, 1))->value.decimal));
}

TEST_CASE("abs folds a cell at zero", "[cell]") {
  struct Case {
    Cell cell;
    Scalar value;
    Bound low, high;
  };
  const auto c = GENERATE(values<Case>({
      {Between(I(1), I(2), I(3)), I(2), I(1), I(3)},
      {Between(I(-3), I(-2), I(-1)), I(2), I(1), I(3)},
      {Between(I(-3), I(2), I(2)), I(2), I(0), I(3)},
      {Between(I(-3), I(-2), I(9)), I(2), I(0), I(9)},
      {Between({}, I(-2), I(9)), I(2), I(0), {}},
      {Between({}, I(-2), I(-1)), I(2), I(1), {}},
      {Between(D(-0.0), D(-0.0), D(-0.0)), D(0), D(0), D(0)},
  }));
  const auto result = AbsoluteValue(c.cell);
  REQUIRE(result.ok());
  CHECK(result->value.as_decimal() == c.value.as_decimal());
  CHECK_FALSE(std::signbit(result->value.decimal));
  CheckBound(result->low, c.low);
  CheckBound(result->high, c.high);
}

// Random cells, small numbers around 0 so that the odd cases are common.
class CellMaker {
 public:
  explicit CellMaker(unsigned seed) : random_(seed) {}

  Cell Make(bool decimals) {
    const bool exact = Below(3) == 0;
    const int64_t low = Number();
    const int64_t value = exact ? low : low + Below(6);
    const int64_t high = exact ? low : value + Below(6);
    const auto scalar = [&](int64_t n) {
      return decimals ? D(static_cast<double>(n) * 0.37) : I(n);
    };
    Cell cell = Between(scalar(low), scalar(value), scalar(high));
    if (!exact && Below(6) == 0) cell.low.reset();
    if (!exact && Below(6) == 0) cell.high.reset();
    return cell;
  }

  // Something the cell leaves possible.
  Scalar Truth(const Cell& cell) {
    const Scalar low = cell.low ? *cell.low : Beyond(cell.value, -1);
    const Scalar high = cell.high ? *cell.high : Beyond(cell.value, +1);
    if (Below(4) == 0) return low;
    if (Below(4) == 0) return high;
    if (cell.value.is_decimal) {
      const double part = static_cast<double>(Below(1000)) / 1000;
      const double at = low.decimal + (high.decimal - low.decimal) * part;
      return D(std::min(std::max(at, low.decimal), high.decimal));
    }
    return I(low.integer + Below(high.integer - low.integer + 1));
  }

  int64_t Below(int64_t n) {
    return std::uniform_int_distribution<int64_t>(0, n - 1)(random_);
  }

 private:
  int64_t Number() { return Below(17) - 8; }
  Scalar Beyond(Scalar value, int side) {
    const int64_t distance = side * (Below(2) == 0 ? Below(4) : Below(1000));
    return value.is_decimal ? D(value.decimal + static_cast<double>(distance))
                            : I(value.integer + distance);
  }

  std::mt19937_64 random_;
};

TEST_CASE("what is true lies within the bounds", "[cell][property]") {
  CAPTURE(kSeed);
  CellMaker maker(kSeed);
  int exact = 0;
  int open = 0;
  for (int round = 0; round < 200'000; ++round) {
    const char op = "+-*/"[round % 4];
    const Cell left = maker.Make(maker.Below(3) == 0);
    const Cell right = maker.Make(maker.Below(3) == 0);
    const auto result = Combine(op, left, right);
    REQUIRE(result.ok());
    if (!result->has_value) {
      REQUIRE(op == '/');
      REQUIRE(right.value.as_decimal() == 0);
      continue;
    }
    const auto inside = [&](const Scalar& truth) {
      return !(result->low && CompareScalars(truth, *result->low) < 0) &&
             !(result->high && CompareScalars(truth, *result->high) > 0);
    };
    const bool both_exact =
        left.kind() == CellKind::kExact && right.kind() == CellKind::kExact;
    bool all_inside = inside(result->value);
    for (int i = 0; i < 4; ++i) {
      const Scalar true_left = maker.Truth(left);
      const Scalar true_right = maker.Truth(right);
      if (op == '/' && true_right.as_decimal() == 0) continue;
      const auto truth = Combine(op, Cell::Exact(true_left, 1, 1),
                                 Cell::Exact(true_right, 1, 1));
      REQUIRE(truth.ok());
      all_inside = all_inside && inside(truth->value);
    }
    CAPTURE(round, op, left.value.as_decimal(), right.value.as_decimal());
    REQUIRE(all_inside);
    if (both_exact) REQUIRE(result->kind() == CellKind::kExact);
    exact += both_exact;
    open += !result->low || !result->high;
  }
  // The test means something only where both happen often.
  CHECK(exact > 10'000);
  CHECK(open > 10'000);
}

TEST_CASE("a truth folded by abs lies within the bounds", "[cell][property]") {
  CAPTURE(kSeed);
  CellMaker maker(kSeed);
  for (int round = 0; round < 20'000; ++round) {
    const Cell cell = maker.Make(round % 2 == 0);
    const auto result = AbsoluteValue(cell);
    REQUIRE(result.ok());
    const Scalar truth = maker.Truth(cell);
    const double folded = std::fabs(truth.as_decimal());
    CAPTURE(round, truth.as_decimal());
    REQUIRE(result->low);
    REQUIRE(folded >= result->low->as_decimal());
    if (result->high) REQUIRE(folded <= result->high->as_decimal());
  }
}

}  // namespace
}  // namespace footfall::query
