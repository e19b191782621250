// Dates as files write them: what is read, and as what; and what is not.

#include "engine/exchange/file_dates.h"

#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

TEST_CASE("dates that can mean one thing only are read", "[import]") {
  struct Case {
    const char* field;
    const char* date;  // as the language writes it
  };
  const Case cases[] = {
      {"2025", "2025"},
      {"2025-Q1", "2025-Q1"},
      {"2025-01", "2025-01"},
      {"2025-W06", "2025-W06"},
      {"2025W06", "2025-W06"},
      {"2025-W06-3", "2025-02-05"},
      {"2025W063", "2025-02-05"},
      {"2025-039", "2025-02-08"},
      {"2024-366", "2024-12-31"},
      {"20250208", "2025-02-08"},
      {"2025-2-8", "2025-02-08"},
      {"2025/02/08", "2025-02-08"},
      {"2025/2/8", "2025-02-08"},
      {"2025.02.08", "2025-02-08"},
      {" 2025-02-08 ", "2025-02-08"},
      {"2025-02-08T13", "2025-02-08T13"},
      {"2025-02-08 7", "2025-02-08T07"},
      {"2025-02-08 7:05", "2025-02-08T07:05"},
      {"2025-02-08 13:05:30", "2025-02-08T13:05:30"},
      {"2025-02-08t13:05:30z", "2025-02-08T13:05:30Z"},
      {"20250208T130530Z", "2025-02-08T13:05:30Z"},
      {"20250208T1305+0800", "2025-02-08T13:05+08:00"},
      {"2025-02-08T13:05:30.123Z", "2025-02-08T13:05:30Z"},
      {"2025-02-08T13:05:30,123456", "2025-02-08T13:05:30"},
      {"2025-02-08 13:05:30.123456+00", "2025-02-08T13:05:30Z"},
      {"2025-02-08 13:05:30-03:30", "2025-02-08T13:05:30-03:30"},
      {"2025-02-08 13:05:30 +0100", "2025-02-08T13:05:30+01:00"},
      {"2025-02-08 13:05:30 UTC", "2025-02-08T13:05:30Z"},
      {"2025-02-08 13:05:30 +0000 UTC", "2025-02-08T13:05:30Z"},
      {"2025/2/8 13:05", "2025-02-08T13:05"},
  };
  for (const Case& c : cases) {
    INFO(c.field);
    const auto date = ParseFileDate(c.field);
    REQUIRE(date.status() == absl::OkStatus());
    CHECK(FormatDate(*date) == c.date);
  }
}

TEST_CASE("parts of a second are read beside the date", "[import]") {
  struct Case {
    const char* format;  // "": none
    const char* field;
    int32_t nanoseconds;
  };
  const Case cases[] = {
      {"", "2025-02-08T13:05:30.1Z", 100'000'000},
      {"", "2025-02-08T13:05:30,000000001", 1},
      {"", "2025-02-08T13:05:30.1234567899", 123'456'789},
      {"", "2025-02-08T13:05:30", 0},
      {"%Y-%m-%d %H:%M:%S.%f", "2025-02-08 13:05:30.25", 250'000'000},
      {"%Y-%m-%d %H:%M:%S", "2025-02-08 13:05:30", 0},
      {"epoch", "1739019930.5", 500'000'000},
      {"epoch_ms", "1739019930007", 7'000'000},
      {"epoch_ms", "1739019930007.25", 7'250'000},
      {"epoch_us", "1739019930000009", 9'000},
      {"epoch_ms", "-1", 999'000'000},
  };
  for (const Case& c : cases) {
    CAPTURE(c.format, c.field);
    int32_t nanoseconds = -1;
    const auto date = c.format[0] == '\0' ? ParseFileDate(c.field, &nanoseconds)
                                          : DateFormat::Create(c.format)->Parse(
                                                c.field, &nanoseconds);
    REQUIRE(date.status() == absl::OkStatus());
    CHECK(nanoseconds == c.nanoseconds);
  }
}

TEST_CASE("other texts are no dates, and the message says what to declare",
          "[import]") {
  struct Case {
    const char* field;
    const char* reason;
  };
  const Case cases[] = {
      {"", "is not a date"},
      {"2025-13-01", "found month 13"},
      {"2025-02-30", "2025-02 has days 01 to 28"},
      {"20250230", "is not a date"},
      {"2025-000", "is not a date"},
      {"2025-366", "is not a date"},
      {"2025-W54-1", "is not a date"},
      {"2025-W06-8", "is not a date"},
      {"2025-1/2", "is not a date"},
      {"2025-02-08 24:00", "is not a date"},
      {"2025-02-08 13:05:30.", "is not a date"},
      {"2025-02-08 13:05 +99", "is not a date"},
      {"2025-02-08 13:05:30 CET", "is not a date"},
      {"1/2/2025", "FORMAT '%m/%d/%Y' or FORMAT '%d/%m/%Y'"},
      {"31.1.2025", "FORMAT '%m/%d/%Y' or FORMAT '%d/%m/%Y'"},
      {"1735776000", "FORMAT 'epoch'"},
      {"1735776000000", "FORMAT 'epoch_ms'"},
      {"Dec 8, 2024", "other forms are declared: FORMAT"},
  };
  for (const Case& c : cases) {
    INFO(c.field);
    const auto date = ParseFileDate(c.field);
    CHECK(date.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(date.status().message()),
               ContainsSubstring(c.reason));
  }
}

TEST_CASE("a declared format is the only form that is read", "[import]") {
  struct Case {
    const char* format;
    const char* field;
    const char* date;  // "": none
  };
  const Case cases[] = {
      {"%d/%m/%Y", "8/2/2025", "2025-02-08"},
      {"%d/%m/%Y", "08/02/2025", "2025-02-08"},
      {"%m/%d/%Y", "8/2/2025", "2025-08-02"},
      {"%d/%m/%Y", "2025-02-08", ""},
      {"%d/%m/%Y", "31/02/2025", ""},
      {"%d/%m/%Y", "8/2/2025x", ""},
      {"%d.%m.%y", "08.02.25", "2025-02-08"},
      {"%d.%m.%y", "08.02.69", "1969-02-08"},
      {"%b %d, %Y", "Dec 8, 2024", "2024-12-08"},
      {"%b %d, %Y", "december 8, 2024", "2024-12-08"},
      {"%B %d, %Y", "Sept. 8, 2024", "2024-09-08"},
      {"%d-%b-%Y", "31-OCT-2023", "2023-10-31"},
      {"%a, %d %b %Y %H:%M:%S %z", "Sat, 08 Feb 2025 13:05:30 +0100",
       "2025-02-08T13:05:30+01:00"},
      {"%Y-%m-%d %I:%M %p", "2025-02-08 12:05 AM", "2025-02-08T00:05"},
      {"%Y-%m-%d %I:%M %p", "2025-02-08 12:05 pm", "2025-02-08T12:05"},
      {"%Y-%m-%d %I:%M %p", "2025-02-08 13:05 pm", ""},
      {"%Y%m%d", "20250208", "2025-02-08"},
      {"%Y%m", "202502", "2025-02"},
      {"%Y %m", "2025 2", "2025-02"},
      {"%Y", "2025", "2025"},
      {"Q%q %Y", "Q3 2025", "2025-Q3"},
      {"%G-W%V", "2025-W06", "2025-W06"},
      {"%G-W%V-%u", "2025-W06-7", "2025-02-09"},
      {"%Y-%j", "2024-060", "2024-02-29"},
      {"%Y-%j", "2025-366", ""},
      {"%F %T", "2025-02-08 13:05:30", "2025-02-08T13:05:30"},
      {"%F %T.%f", "2025-02-08 13:05:30.5", "2025-02-08T13:05:30"},
      {"epoch", "1735776000", "2025-01-02T00:00:00Z"},
      {"epoch", "1735776000.75", "2025-01-02T00:00:00Z"},
      {"epoch", "-1", "1969-12-31T23:59:59Z"},
      {"epoch", "17x", ""},
      {"epoch", "99999999999999", ""},
      {"epoch_ms", "1735776000999", "2025-01-02T00:00:00Z"},
      {"EPOCH_US", "1735776000000001", "2025-01-02T00:00:00Z"},
      {"%s", "1735776000", "2025-01-02T00:00:00Z"},
  };
  for (const Case& c : cases) {
    INFO(c.format << " of " << c.field);
    const auto format = DateFormat::Create(c.format);
    REQUIRE(format.status() == absl::OkStatus());
    const auto date = format->Parse(c.field);
    CHECK((date.ok() ? FormatDate(*date) : "") == c.date);
    if (date.ok()) continue;
    CHECK(date.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(date.status().message()),
               ContainsSubstring(c.field));
  }
}

TEST_CASE("a format that cannot be one is refused", "[import]") {
  struct Case {
    const char* format;
    const char* reason;
  };
  const Case cases[] = {
      {"", "has no year"},
      {"%d/%m", "has no year"},
      {"%Q %Y", "has %Q, which is no word of a format"},
      {"%Y-%m-%", "which is no word of a format"},
      {"%d %Y", "has a day and no month"},
      {"%Y-%m-%d %I:%M", "%I and %p go together"},
  };
  for (const Case& c : cases) {
    INFO(c.format);
    const auto format = DateFormat::Create(c.format);
    CHECK(format.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(format.status().message()),
               ContainsSubstring(c.reason));
  }
}

}  // namespace
}  // namespace footfall::engine
