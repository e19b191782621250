// Dates as numbers of cells.

#include "query/plan/date_value.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace footfall::query {
namespace {

TEST_CASE("a date comes back from its number, and numbers keep its order",
          "[date]") {
  const std::vector<std::string> dates = {
      "0001",                       // the first second that there is
      "1969-12-31",                 // before the epoch
      "1970-W01",                   // a week that begins in 1969
      "1970-01-01",                 // the epoch
      "2025-01-20T13:05:30-18:00",  // the offsets at both ends
      "2025-01-20T13:05:30+18:00",
      "2025-01-21",
      "2025-01-21T00",  // the same second, more precise
      "2025-02",
      "9999-12-31T23:59:59Z",
  };
  std::vector<Date> read;
  for (const std::string& text : dates) {
    CAPTURE(text);
    read.push_back(*ParseDate(text));
    CHECK(FormatDate(UnpackDate(PackDate(read.back()))) == text);
    CHECK(UnpackDate(PackDate(read.back())) == read.back());
  }
  for (const Date& a : read) {
    for (const Date& b : read) {
      CAPTURE(FormatDate(a), FormatDate(b));
      if (a.start < b.start) CHECK(PackDate(a) < PackDate(b));
      CHECK((PackDate(a) == PackDate(b)) == (a == b));
    }
  }
}

TEST_CASE("the date of a step prints as the grid prints the step", "[date]") {
  const std::vector<Period> periods = {
      {footfall::Unit::kSecond, 1},  {footfall::Unit::kMinute, 15},
      {footfall::Unit::kHour, 1},    {footfall::Unit::kDay, 1},
      {footfall::Unit::kWeek, 2},    {footfall::Unit::kMonth, 1},
      {footfall::Unit::kQuarter, 1}, {footfall::Unit::kYear, 1},
  };
  for (const Period& period : periods) {
    for (const std::string zone : {"UTC", "Asia/Kathmandu"}) {
      const auto grid = Grid::Create(period, zone);
      REQUIRE(grid.ok());
      const int64_t step = grid->StepAt(absl::FromCivil(
          absl::CivilSecond(2025, 2, 8, 13, 20, 7), absl::UTCTimeZone()));
      CAPTURE(FormatPeriod(period), zone);
      CHECK(FormatDate(DateOfStep(*grid, step)) == grid->Format(step));
    }
  }
}

TEST_CASE("an instant is read in the zone, a civil time as it is", "[date]") {
  const auto zone = LoadZone("Asia/Shanghai");
  REQUIRE(zone.ok());
  CHECK(CivilIn(*ParseDate("2025-01-27T20Z"), *zone) ==
        absl::CivilSecond(2025, 1, 28, 4));
  CHECK(CivilIn(*ParseDate("2025-01-27T20"), *zone) ==
        absl::CivilSecond(2025, 1, 27, 20));
}

}  // namespace
}  // namespace footfall::query
