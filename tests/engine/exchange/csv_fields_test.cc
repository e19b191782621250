// Dates and values as they stand in files.

#include "engine/exchange/csv_fields.h"

#include <cmath>
#include <limits>

#include "absl/base/casts.h"
#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

Grid MakeGrid(const Period& period, absl::string_view zone) {
  const auto grid = Grid::Create(period, zone);
  REQUIRE(grid.ok());
  return *grid;
}

TEST_CASE("a time field names a step and its place in it", "[import]") {
  struct Case {
    Period period;
    const char* zone;
    const char* import_zone;  // "": none
    const char* field;
    const char* step;
    int64_t seconds_in;
  };
  const Period day = {Unit::kDay, 1};
  const Period hour = {Unit::kHour, 1};
  const Case cases[] = {
      {day, "UTC", "", "2025-02-08", "2025-02-08", 0},
      {day, "UTC", "", "0001-01-01", "0001-01-01", 0},
      {day, "UTC", "", "9999-12-31", "9999-12-31", 0},
      {day, "UTC", "", "2024-02-29", "2024-02-29", 0},
      {day, "UTC", "", "2025-02-08 13:00:00", "2025-02-08", 46800},
      // An offset, or IN ZONE, says which day it is in the metric's zone.
      {day, "UTC", "", "2025-02-08T23:00+08:00", "2025-02-08", 54000},
      {day, "UTC", "", "2025-02-08T03:00+08:00", "2025-02-07", 68400},
      {day, "UTC", "Asia/Shanghai", "2025-02-08T03:00", "2025-02-07", 68400},
      {day, "America/New_York", "", "2025-01-02T00:00:00Z", "2025-01-01",
       68400},
      {day, "America/New_York", "UTC", "2025-01-02 02:00:00", "2025-01-01",
       75600},
      {{Unit::kMonth, 1},
       "Asia/Shanghai",
       "",
       "2025-01-31T20:00Z",
       "2025-02",
       14400},
      {{Unit::kMonth, 1}, "UTC", "", "2025-02", "2025-02", 0},
      {{Unit::kMonth, 1}, "UTC", "", "2025-02-03", "2025-02", 2 * 86400},
      {{Unit::kQuarter, 1}, "UTC", "", "2025-07-01", "2025-Q3", 0},
      {{Unit::kWeek, 1}, "UTC", "", "2025-02-09", "2025-W06", 6 * 86400},
      {{Unit::kYear, 1}, "UTC", "", "2025", "2025", 0},
      {hour, "UTC", "", "2025-02-08 13:00", "2025-02-08T13:00:00Z", 0},
      {hour, "UTC", "", "2025-02-08T13:05:30", "2025-02-08T13:00:00Z", 330},
      {hour, "UTC", "", "2025-02-08T13:00+08:00", "2025-02-08T05:00:00Z", 0},
      {hour, "UTC", "Asia/Shanghai", "2025-02-08T13:00", "2025-02-08T05:00:00Z",
       0},
      {hour, "UTC", "Asia/Shanghai", "2025-02-08T13", "2025-02-08T05:00:00Z",
       0},
      {hour, "UTC", "Asia/Shanghai", "2025-02-08T13:00Z",
       "2025-02-08T13:00:00Z", 0},
      {hour, "Asia/Shanghai", "", "2025-02-08T13:00",
       "2025-02-08T13:00:00+08:00", 0},
  };
  for (const Case& c : cases) {
    INFO(FormatPeriod(c.period) << " " << c.field);
    const Grid grid = MakeGrid(c.period, c.zone);
    std::optional<absl::TimeZone> zone;
    if (c.import_zone[0] != '\0') zone = LoadZone(c.import_zone).value();
    TimeFields times(grid, zone, std::nullopt);
    for (int again = 0; again < 2; ++again) {  // the second is remembered
      StepPlace place;
      REQUIRE(times.Parse(c.field, &place) == absl::OkStatus());
      CHECK(grid.Format(place.step) == c.step);
      CHECK(place.offset.seconds == c.seconds_in);
    }
  }
}

TEST_CASE("a time field that is no step says why", "[import]") {
  struct Case {
    Period period;
    const char* field;
    const char* reason;
  };
  const Period day = {Unit::kDay, 1};
  const Case cases[] = {
      {day, "", "\"\" is not a date"},
      {day, "2025-13-01", "\"2025-13-01\" is not a date: found month 13"},
      {day, "2025-02-30", "2025-02 has days 01 to 28"},
      {day, "2025-02", "is longer than one step of day"},
      {day, "0000-01-01", "years are 0001 to 9999"},
      {day, "08/02/2025", "is not a date"},
      {day, "2025-02-08x", "is not a date"},
      {day, "a date of more than thirty-nine characters", "is not a date"},
      {{Unit::kHour, 1}, "2025-02-08", "is longer than one step of hour"},
  };
  for (const Case& c : cases) {
    INFO(c.field);
    TimeFields times(MakeGrid(c.period, "UTC"), std::nullopt, std::nullopt);
    for (int again = 0; again < 2; ++again) {
      StepPlace place;
      const absl::Status status = times.Parse(c.field, &place);
      CHECK(status.code() == absl::StatusCode::kInvalidArgument);
      CHECK_THAT(std::string(status.message()), ContainsSubstring(c.reason));
    }
  }
}

TEST_CASE("every day of the years around is read as the grid has it",
          "[import]") {
  const Grid grid = MakeGrid({Unit::kDay, 1}, "UTC");
  TimeFields times(grid, std::nullopt, std::nullopt);
  for (int64_t step = -800'000; step < 800'000; step += 37) {
    if (step < grid.Limits().begin) continue;
    StepPlace place;
    REQUIRE(times.Parse(grid.Format(step), &place) == absl::OkStatus());
    REQUIRE(place.step == step);
  }
}

Metric MakeMetric(ValueType type, Additivity over_time) {
  Metric metric;
  metric.spec.name = "m";
  metric.spec.value_type = type;
  metric.spec.over_time = over_time;
  return metric;
}

TEST_CASE("whole numbers are read to the last bit", "[import]") {
  const Metric metric = MakeMetric(ValueType::kInteger, Additivity::kAdds);
  struct Case {
    const char* field;
    int64_t value;
  };
  const Case cases[] = {
      {"0", 0},
      {"-0", 0},
      {"7", 7},
      {"-7", -7},
      {"007", 7},
      {"34940000", 34'940'000},
      {"999999999999999999", 999'999'999'999'999'999},
      {"1000000000000000000", 1'000'000'000'000'000'000},
      {"9223372036854775807", std::numeric_limits<int64_t>::max()},
      {"-9223372036854775808", std::numeric_limits<int64_t>::min()},
      {"00000000000000000000000000012", 12},
      {" 7 ", 7},
      {"+7", 7},
      {"10.0", 10},
      {"-10.", -10},
      {"1.2E+06", 1'200'000},
      {"9223372036854775807.000", std::numeric_limits<int64_t>::max()},
      {"92233720368547758.07e2", std::numeric_limits<int64_t>::max()},
      {"1e18", 1'000'000'000'000'000'000},
      {"12000e-3", 12},
  };
  for (const Case& c : cases) {
    INFO(c.field);
    int64_t value = 1;
    std::string reason;
    REQUIRE(ValueFields(metric, {}).Parse(c.field, &value, &reason));
    CHECK(value == c.value);
  }
}

TEST_CASE("decimals are read to the nearest double", "[import]") {
  const Metric metric = MakeMetric(ValueType::kDecimal, Additivity::kLevel);
  struct Case {
    const char* field;
    double value;
  };
  const Case cases[] = {
      {"0.1", 0.1},
      {"-12.5", -12.5},
      {"7", 7},
      {"1e6", 1e6},
      {"1.7976931348623157e308", 1.7976931348623157e308},
      {"5e-324", 5e-324},
      {"9007199254740993", 9007199254740992.0},
      {"-0.0", -0.0},
  };
  for (const Case& c : cases) {
    INFO(c.field);
    int64_t bits = 1;
    std::string reason;
    REQUIRE(ValueFields(metric, {}).Parse(c.field, &bits, &reason));
    CHECK(bits == absl::bit_cast<int64_t>(c.value));
  }
}

TEST_CASE("nan and inf are decimals where it is said", "[import]") {
  const Metric metric = MakeMetric(ValueType::kDecimal, Additivity::kLevel);
  int64_t bits = 0;
  std::string reason;
  CHECK_FALSE(ValueFields(metric, {}).Parse("inf", &bits, &reason));
  ValueFields fields(metric, {}, /*takes_not_finite=*/true);
  REQUIRE(fields.Parse("-inf", &bits, &reason));
  CHECK(absl::bit_cast<double>(bits) ==
        -std::numeric_limits<double>::infinity());
  REQUIRE(fields.Parse("nan", &bits, &reason));
  CHECK(std::isnan(absl::bit_cast<double>(bits)));
}

TEST_CASE("a value that does not fit says why", "[import]") {
  struct Case {
    ValueType type;
    Additivity over_time;
    absl::string_view field;
    const char* reason;
  };
  const ValueType whole = ValueType::kInteger;
  const ValueType decimal = ValueType::kDecimal;
  const Additivity adds = Additivity::kAdds;
  const Case cases[] = {
      {whole, adds, "-", "is not a number"},
      {whole, adds, "x", "\"x\" is not a number"},
      {whole, adds, "1 000", "marks between thousands: say THOUSANDS ' '"},
      {whole, adds, "1,000", "marks between thousands: say THOUSANDS ','"},
      {whole, adds, "1'000", "say THOUSANDS ''''"},
      {whole, adds, "1.234", "is a decimal, or has marks between thousands"},
      {decimal, adds, "0,5", "is a number only by DECIMAL ','"},
      {whole, adds, "12%", "is not a number"},
      {whole, adds, "<1", "is not a number"},
      {whole, adds, "0x10", "is not a number"},
      {whole, adds, absl::string_view("1\0", 2), "\"1\\x00\""},
      {whole, adds, "1.5", "is a decimal; the metric is INTEGER"},
      {whole, adds, "15e-1", "is a decimal; the metric is INTEGER"},
      {whole, adds, "nan", "say NULL ('nan')"},
      {decimal, adds, "NaN", "say NULL ('NaN')"},
      {decimal, adds, "-inf", "say NULL ('-inf')"},
      {whole, adds, "9223372036854775808", "is beyond 64 bits"},
      {whole, adds, "-9223372036854775809", "is beyond 64 bits"},
      {whole, adds, "123456789012345678901234567890", "is beyond 64 bits"},
      {whole, Additivity::kOverlaps, "-1", "is negative"},
      {decimal, adds, "1.5x", "is not a number"},
      {decimal, adds, "1e999", "is beyond what a DECIMAL holds"},
      {decimal, adds, "nan(7)", "is not a number"},
      {decimal, Additivity::kOverlaps, "-0.5", "is negative"},
  };
  for (const Case& c : cases) {
    INFO(c.field);
    int64_t bits = 0;
    std::string reason;
    const Metric metric = MakeMetric(c.type, c.over_time);
    CHECK_FALSE(ValueFields(metric, {}).Parse(c.field, &bits, &reason));
    CHECK_THAT(reason, ContainsSubstring(c.reason));
  }
}

TEST_CASE("fields are shown short and printable", "[import]") {
  CHECK(QuoteField("a") == "\"a\"");
  CHECK(QuoteField("a\nb") == "\"a\\nb\"");
  CHECK(QuoteField(std::string(100, 'x')).size() < 80);
}

}  // namespace
}  // namespace footfall::engine
