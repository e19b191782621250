// Days between two dates, of which each may be in doubt; which events a group
// has.

#include "query/exec/row_events.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "query/plan/date_value.h"
#include "tests/support/catch.h"

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
      {"of the zone, where an offset is said",
       DateCell("2025-01-02T01+08:00", "2025-01-02T01+08:00",
                "2025-01-02T01+08:00"),
       exact, 4, 4, 4},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    const Cell cell = DaysBetween(test.a, test.b, absl::UTCTimeZone());
    REQUIRE(cell.has_value);
    CHECK(cell.value.integer == test.days);
    REQUIRE(cell.low.has_value());
    CHECK(cell.low->integer == test.low);
    REQUIRE(cell.high.has_value() == test.high.has_value());
    if (test.high.has_value()) CHECK(cell.high->integer == *test.high);
    CHECK(cell.present == 3);
    CHECK(cell.expected == 4);
  }
  const Cell missing =
      DaysBetween(exact, Cell::Missing(1, 4), absl::UTCTimeZone());
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

TEST_CASE("a group finds the events that apply to it, in their order",
          "[events][property]") {
  std::mt19937_64 random(7);
  int found = 0;
  for (int round = 0; round < 300; ++round) {
    const size_t dimensions = random() % 4;
    const auto members = [&] {
      std::vector<MemberId> some(dimensions);
      for (MemberId& member : some) member = random() % 4;  // 0: not split
      return some;
    };
    BoundEvents events;
    const size_t count = random() % 40;
    for (size_t i = 0; i < count; ++i) {
      events.events.push_back(
          {.event = nullptr, .begin = {}, .members = members()});
    }
    const EventsOfGroups of_groups(events);
    for (int g = 0; g < 20; ++g) {
      const std::vector<MemberId> split = members();
      GroupKey group = {};
      std::copy(split.begin(), split.end(), group.begin());
      std::vector<uint32_t> applying;
      for (uint32_t i = 0; i < count; ++i) {
        if (AppliesTo(events.events[i], group)) applying.push_back(i);
      }
      REQUIRE(of_groups.For(group) == applying);
      found += static_cast<int>(applying.size());
    }
  }
  CHECK(found > 10'000);
}

}  // namespace
}  // namespace footfall::query
