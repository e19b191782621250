// Days between two dates, of which each may be in doubt.

#include "query/exec/row_events.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "query/plan/date_value.h"

namespace footfall::query {
namespace {

Scalar DateNumber(const std::string& date) {
  return Scalar::Integer(PackDate(*ParseDate(date)));
}

// "" leaves a bound open.
Cell DateCell(const std::string& low, const std::string& value,
              const std::string& high) {
  Cell cell = Cell::Exact(DateNumber(value), 3, 4);
  cell.low.reset();
  cell.high.reset();
  if (!low.empty()) cell.low = DateNumber(low);
  if (!high.empty()) cell.high = DateNumber(high);
  return cell;
}

TEST_CASE("days between two dates have the bounds of both", "[events]") {
  struct Case {
    std::string why;
    Cell a;
    Cell b;
    int64_t days;
    int64_t low;
    std::optional<int64_t> high;
  };
  const std::string jan1 = "2025-01-01";
  const std::string jan5 = "2025-01-05";
  const std::string jan9 = "2025-01-09";
  const Cell exact = DateCell(jan5, jan5, jan5);
  const Case cases[] = {
      {"both exact", DateCell(jan1, jan1, jan1), exact, 4, 4, 4},
      {"the order does not matter", exact, DateCell(jan1, jan1, jan1), 4, 4, 4},
      {"perhaps never", exact, DateCell(jan9, jan9, ""), 4, 4, std::nullopt},
      {"perhaps never, turned around", DateCell(jan9, jan9, ""), exact, 4, 4,
       std::nullopt},
      {"around the other: perhaps the same day", DateCell(jan1, jan9, jan9),
       exact, 4, 0, 4},
      {"later for certain", DateCell(jan5, jan9, jan9),
       DateCell(jan1, jan1, jan1), 8, 4, 8},
      {"any time before", DateCell("", jan1, jan1), exact, 4, 4, std::nullopt},
      {"an hour counts as its day",
       DateCell("2025-01-01T23", "2025-01-01T23", "2025-01-01T23"),
       DateCell("2025-01-02T01", "2025-01-02T01", "2025-01-02T01"), 1, 1, 1},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    const Cell cell = DaysBetween(test.a, test.b);
    REQUIRE(cell.has_value);
    CHECK(cell.value.integer == test.days);
    REQUIRE(cell.low.has_value());
    CHECK(cell.low->integer == test.low);
    REQUIRE(cell.high.has_value() == test.high.has_value());
    if (test.high.has_value()) CHECK(cell.high->integer == *test.high);
    CHECK(cell.present == 3);
    CHECK(cell.expected == 4);
  }
  const Cell missing = DaysBetween(exact, Cell::Missing(1, 4));
  CHECK(!missing.has_value);
  CHECK(missing.present == 1);
}

TEST_CASE("an event applies unless its members contradict the group's",
          "[events]") {
  BoundEvents::One event;
  event.members = {7, kEmptyMember};
  CHECK(AppliesTo(event, GroupKey{7, 3}));
  CHECK(AppliesTo(event, GroupKey{kEmptyMember, 3}));  // the whole
  CHECK(!AppliesTo(event, GroupKey{8, 3}));
  event.members[0] = BoundEvents::kNoSuchMember;
  CHECK(!AppliesTo(event, GroupKey{8, 3}));
}

}  // namespace
}  // namespace footfall::query
