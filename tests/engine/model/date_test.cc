// Dates, units and periods as people write them.

#include "footfall/period.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

using Civil = absl::CivilSecond;

TEST_CASE("a date is a stretch as long as it is written", "[date]") {
  struct Case {
    const char* text;
    Unit precision;
    absl::CivilSecond start;
    absl::CivilSecond end;
  };
  const Case cases[] = {
      {"2025", Unit::kYear, Civil(2025, 1, 1), Civil(2026, 1, 1)},
      {"0001", Unit::kYear, Civil(1, 1, 1), Civil(2, 1, 1)},
      {"9999", Unit::kYear, Civil(9999, 1, 1), Civil(10000, 1, 1)},
      {"2025-Q1", Unit::kQuarter, Civil(2025, 1, 1), Civil(2025, 4, 1)},
      {"2025-Q4", Unit::kQuarter, Civil(2025, 10, 1), Civil(2026, 1, 1)},
      {"2025-01", Unit::kMonth, Civil(2025, 1, 1), Civil(2025, 2, 1)},
      {"2024-02", Unit::kMonth, Civil(2024, 2, 1), Civil(2024, 3, 1)},
      {"2025-W06", Unit::kWeek, Civil(2025, 2, 3), Civil(2025, 2, 10)},
      {"2025-W01", Unit::kWeek, Civil(2024, 12, 30), Civil(2025, 1, 6)},
      {"2020-W53", Unit::kWeek, Civil(2020, 12, 28), Civil(2021, 1, 4)},
      {"2025-02-08", Unit::kDay, Civil(2025, 2, 8), Civil(2025, 2, 9)},
      {"2024-02-29", Unit::kDay, Civil(2024, 2, 29), Civil(2024, 3, 1)},
      {"2025-02-08T13", Unit::kHour, Civil(2025, 2, 8, 13),
       Civil(2025, 2, 8, 14)},
      {"2025-02-08T23", Unit::kHour, Civil(2025, 2, 8, 23), Civil(2025, 2, 9)},
      {"2025-02-08T13:05", Unit::kMinute, Civil(2025, 2, 8, 13, 5),
       Civil(2025, 2, 8, 13, 6)},
      {"2025-02-08T13:05:30", Unit::kSecond, Civil(2025, 2, 8, 13, 5, 30),
       Civil(2025, 2, 8, 13, 5, 31)},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const auto date = ParseDate(c.text);
    REQUIRE(date.ok());
    CHECK(date->precision == c.precision);
    CHECK(date->start == c.start);
    CHECK_FALSE(date->utc_offset_s.has_value());
    CHECK(DateEnd(*date) == c.end);
    CHECK(FormatDate(*date) == c.text);
  }
}

TEST_CASE("a time may carry its offset", "[date]") {
  struct Case {
    const char* text;
    int32_t offset_s;
    const char* printed;
  };
  const Case cases[] = {
      {"2025-02-08T13Z", 0, "2025-02-08T13Z"},
      {"2025-02-08T13:05Z", 0, "2025-02-08T13:05Z"},
      {"2025-02-08T13+08:00", 28800, "2025-02-08T13+08:00"},
      {"2025-02-08T13:05:30-03:30", -12600, "2025-02-08T13:05:30-03:30"},
      {"2025-02-08T13:05:30+00:00", 0, "2025-02-08T13:05:30Z"},
      {"1900-01-01T00:00:00+08:05:43", 29143, "1900-01-01T00:00:00+08:05:43"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const auto date = ParseDate(c.text);
    REQUIRE(date.ok());
    CHECK(date->utc_offset_s == c.offset_s);
    CHECK(FormatDate(*date) == c.printed);
    CHECK(*ParseDate(FormatDate(*date)) == *date);
  }
}

TEST_CASE("what is no date is refused with the reason", "[date]") {
  struct Case {
    const char* text;
    const char* reason;
  };
  const Case cases[] = {
      {"", "a date is written"},
      {"yesterday", "a date is written"},
      {"25-02-08", "a date is written"},
      {"0000", "years are 0001 to 9999"},
      {"10000", "a date is written"},
      {"2025-", "a date is written"},
      {"2025-13", "found month 13; it is 01 to 12"},
      {"2025-00-01", "found month 00"},
      {"2025-13-01", "found month 13; it is 01 to 12"},
      {"2025-02-29", "found day 29; 2025-02 has days 01 to 28"},
      {"2024-02-30", "2024-02 has days 01 to 29"},
      {"1900-02-29", "1900-02 has days 01 to 28"},
      {"2025-04-31", "2025-04 has days 01 to 30"},
      {"2025-01-00", "found day 00"},
      {"2025-1-1", "a date is written"},
      {"2025/01/01", "a date is written"},
      {"2025-Q5", "found quarter 5; it is 1 to 4"},
      {"2025-Q0", "found quarter 0"},
      {"2025-Q12", "a date is written"},
      {"2025-W53", "2025 has weeks 01 to 52"},
      {"2020-W54", "2020 has weeks 01 to 53"},
      {"2020-W00", "found week 00"},
      {"2025-W6", "a date is written"},
      {"2025-02-08T", "a date is written"},
      {"2025-02-08T24", "found hour 24; it is 00 to 23"},
      {"2025-02-08T13:60", "found minute 60"},
      {"2025-02-08T13:05:60", "found second 60"},
      {"2025-02-08T13:05:30.5", "a date is written"},
      {"2025-02-08 13:05", "a date is written"},
      {"2025-02-08T13Z+08:00", "a date is written"},
      {"2025-02-08T13+8", "a date is written"},
      {"2025-02-08T13+19:00", "found offset hour 19; it is 00 to 18"},
      {"2025-02-08T13+08:60", "found offset minute 60"},
      {"2025-02-08Z", "a date is written"},
      {"2025-02-08x", "a date is written"},
      {" 2025-02-08", "a date is written"},
      {"\xff\xff\xff\xff", "\\xff"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const auto date = ParseDate(c.text);
    REQUIRE(date.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(date.status().message()),
               ContainsSubstring(c.reason));
  }
  CHECK_FALSE(ParseDate(absl::string_view("2025\0", 5)).ok());
}

TEST_CASE("every day and week comes back from its text", "[date]") {
  int64_t mismatches = 0;
  const absl::CivilDay first(1, 1, 1);
  const absl::CivilDay end(10000, 1, 1);
  for (absl::CivilDay day = first; day < end; day += 13) {
    for (const Unit unit :
         {Unit::kDay, Unit::kWeek, Unit::kMonth, Unit::kQuarter, Unit::kYear}) {
      Date date;
      date.precision = unit;
      absl::CivilDay start = day;
      if (unit == Unit::kWeek) {
        start = absl::PrevWeekday(day + 1, absl::Weekday::monday);
      } else if (unit != Unit::kDay) {
        const int months = unit == Unit::kMonth     ? 1
                           : unit == Unit::kQuarter ? 3
                                                    : 12;
        start = absl::CivilDay(day.year(),
                               (day.month() - 1) / months * months + 1, 1);
      }
      date.start = absl::CivilSecond(start);
      const auto parsed = ParseDate(FormatDate(date));
      mismatches += !parsed.ok() || !(*parsed == date);
      const absl::CivilSecond noon = absl::CivilSecond(day) + 12 * 3600;
      mismatches += !(date.start <= noon && noon < DateEnd(date));
    }
  }
  CHECK(mismatches == 0);
}

TEST_CASE("units and periods have names", "[date]") {
  CHECK(ParseUnit("day") == Unit::kDay);
  CHECK(ParseUnit("DAYS") == Unit::kDay);
  CHECK(ParseUnit("Quarters") == Unit::kQuarter);
  CHECK_FALSE(ParseUnit("dayss").has_value());
  CHECK_FALSE(ParseUnit("da").has_value());
  CHECK_FALSE(ParseUnit("").has_value());
  CHECK(FormatPeriod({Unit::kDay, 1}) == "day");
  CHECK(FormatPeriod({Unit::kWeek, 2}) == "2 weeks");
  CHECK(FormatPeriod({Unit::kMinute, 15}) == "15 minutes");
  for (int i = 1; i <= 8; ++i) {
    const Unit unit = static_cast<Unit>(i);
    CHECK(ParseUnit(UnitName(unit)) == unit);
  }
}

}  // namespace
}  // namespace footfall
