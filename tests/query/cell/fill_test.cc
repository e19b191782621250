#include "query/cell/fill.h"

#include <limits>
#include <optional>
#include <vector>

#include "tests/support/catch.h"

namespace footfall::query {
namespace {

absl::Status GoOn() { return absl::OkStatus(); }

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

using Row = std::vector<std::optional<int64_t>>;

TEST_CASE("FILL puts values into cells without one", "[fill]") {
  const std::optional<int64_t> no;
  struct Case {
    const char* why;
    FillMode mode;
    std::optional<int64_t> max;
    Row before;
    Row after;
  };
  const Case cases[] = {
      {"nothing", FillMode::kNull, no, {no, 1, no}, {no, 1, no}},
      {"everywhere", FillMode::kZero, no, {no, 5, no, no}, {0, 5, 0, 0}},
      {"counted from the last value",
       FillMode::kZero,
       1,
       {no, 5, no, no},
       {no, 5, 0, no}},
      {"nothing before the first",
       FillMode::kPrevious,
       no,
       {no, 5, no, no, 2, no},
       {no, 5, 5, 5, 2, 2}},
      {"two in a row",
       FillMode::kPrevious,
       2,
       {5, no, no, no, 2},
       {5, 5, 5, no, 2}},
      {"between two",
       FillMode::kLinear,
       no,
       {no, 1, no, no, 7, no},
       {no, 1, 3, 5, 7, no}},
      {"halves away from 0",
       FillMode::kLinear,
       no,
       {0, no, 1, no, -2, no, -3},
       {0, 1, 1, -1, -2, -3, -3}},
      {"the first of a long gap",
       FillMode::kLinear,
       1,
       {0, no, no, 9},
       {0, 3, no, 9}},
      {"the whole range of integers",
       FillMode::kLinear,
       no,
       {kMin, no, kMax},
       {kMin, -1, kMax}},
      {"no value at all", FillMode::kLinear, no, {no, no}, {no, no}},
  };
  for (const Case& c : cases) {
    INFO(c.why);
    std::vector<Cell> cells;
    for (const auto& value : c.before) {
      cells.push_back(value.has_value()
                          ? Cell::Exact(Scalar::Integer(*value), 2, 3)
                          : Cell::Missing(0, 3));
    }
    REQUIRE(FillCells(c.mode, c.max, /*is_decimal=*/false, GoOn,
                      absl::MakeSpan(cells))
                .ok());
    for (size_t i = 0; i < cells.size(); ++i) {
      INFO("cell " << i);
      REQUIRE(cells[i].has_value == c.after[i].has_value());
      if (!cells[i].has_value) continue;
      CHECK(cells[i].value.integer == *c.after[i]);
      CHECK(cells[i].filled == !c.before[i].has_value());
      CHECK(cells[i].expected == 3);
    }
  }
}

TEST_CASE("a filled cell has open bounds", "[fill]") {
  std::vector<Cell> cells = {Cell::Exact(Scalar::Decimal(1), 1, 1),
                             Cell::Missing(0, 1),
                             Cell::Exact(Scalar::Decimal(2), 1, 1)};
  REQUIRE(FillCells(FillMode::kLinear, std::nullopt, true, GoOn,
                    absl::MakeSpan(cells))
              .ok());
  CHECK(cells[1].value.decimal == 1.5);
  CHECK(cells[1].kind() == CellKind::kFilled);
  CHECK_FALSE(cells[1].low.has_value());
  CHECK_FALSE(cells[1].high.has_value());
}

}  // namespace
}  // namespace footfall::query
