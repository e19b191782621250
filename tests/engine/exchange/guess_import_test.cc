// What is guessed of files nobody has declared.

#include "absl/strings/str_cat.h"
#include "footfall/csv_import.h"
#include "tests/engine/exchange/text_files.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using testing::DatabaseHome;
using testing::Home;
using testing::ReadSamples;
using testing::TempDir;
using testing::WriteFile;

TEST_CASE("the period is the longest on which all dates begin", "[import]") {
  struct Case {
    std::vector<std::string> dates;
    Period period;
  };
  const Case cases[] = {
      {{"2025-01-01", "2025-01-02", "2025-01-05"}, {Unit::kDay, 1}},
      {{"2025-02-08"}, {Unit::kDay, 1}},
      {{"2025-01-01"}, {Unit::kDay, 1}},
      {{"2021-01-03", "2021-01-10", "2021-02-07"}, {Unit::kWeek, 1}},
      {{"2025-01-01", "2025-02-01"}, {Unit::kMonth, 1}},
      {{"2020-01-01", "2020-04-01", "2021-10-01"}, {Unit::kQuarter, 1}},
      {{"2020-01-01", "2021-01-01"}, {Unit::kYear, 1}},
      {{"2025-01", "2025-02"}, {Unit::kMonth, 1}},
      {{"2025-Q1"}, {Unit::kQuarter, 1}},
      {{"2025-W06"}, {Unit::kWeek, 1}},
      {{"2024", "2025"}, {Unit::kYear, 1}},
      {{"2025-01-01 00:00:00", "2025-01-02 00:00:00"}, {Unit::kDay, 1}},
      {{"2025-01-01T13", "2025-01-01T14"}, {Unit::kHour, 1}},
      {{"2025-01-01T13:05", "2025-01-01T13:07"}, {Unit::kMinute, 1}},
      {{"2025-01-01T13:05:01Z", "2025-01-01T13:05:02Z"}, {Unit::kSecond, 1}},
      {{"2025-01-01T00:00", "2025-01-01T00:15", "2025-01-01T00:30",
        "2025-01-01T00:45", "2025-01-01T01:00", "2025-01-01T01:15",
        "2025-01-01T01:30", "2025-01-01T01:45", "2025-01-01T02:00",
        "2025-01-01T02:15"},
       {Unit::kMinute, 15}},
  };
  const TempDir folder;
  for (const Case& c : cases) {
    std::string text = "date,value\n";
    for (const std::string& date : c.dates) {
      absl::StrAppend(&text, date, ",1\n");
    }
    WriteFile(folder / "f.csv", text);
    const auto guess = GuessImport(folder / "f.csv");
    INFO(text);
    REQUIRE(guess.status() == absl::OkStatus());
    CHECK(FormatPeriod(guess->metric.period) == FormatPeriod(c.period));
  }
}

TEST_CASE("columns are told apart by what they hold", "[import]") {
  const TempDir folder;
  WriteFile(folder / "thunderbird_dau_daily.csv",
            "date,app,version,platform,region,value\n"
            "2018-09-17,Thunderbird,3.1.2,,,3\n"
            "2018-09-18,Thunderbird,beta,,US,17\n");
  const auto guess = GuessImport(folder / "thunderbird_dau_daily.csv");
  REQUIRE(guess.status() == absl::OkStatus());
  CHECK(guess->metric.name == "thunderbird_dau_daily");
  CHECK(guess->metric.value_type == ValueType::kInteger);
  CHECK(guess->metric.over_time == Additivity::kOverlaps);
  REQUIRE(guess->metric.dimensions.size() == 3);
  CHECK(guess->metric.dimensions[0].name == "app");
  CHECK(guess->metric.dimensions[1].name == "version");
  CHECK(guess->metric.dimensions[2].name == "region");
  CHECK(guess->define_text ==
        "DEFINE METRIC thunderbird_dau_daily INTEGER\n"
        "  EVERY day\n"
        "  OVER TIME OVERLAPS  -- check: ADDS for counts of events, OVERLAPS "
        "for users, LEVEL for prices and ranks\n"
        "  BY app, version, region  -- check: each is OVERLAPS; write ADDS "
        "after one whose members sum to the whole\n"
        "  IN ZONE 'UTC';  -- check: whose days are they?");
  CHECK(guess->import_text ==
        absl::StrCat("IMPORT '", folder / "thunderbird_dau_daily.csv",
                     "' INTO thunderbird_dau_daily\n"
                     "  (TIME date, VALUE value, app, version, region);  -- "
                     "check: an empty region means the whole; if it means "
                     "unknown, write region EMPTY 'unknown'\n"
                     "-- left out: platform (always empty)"));
}

TEST_CASE("headers of any form get names and quotes", "[import]") {
  const TempDir folder;
  WriteFile(folder / "it's.csv",
            "\"The \"\"day\"\"\",Daily users,Region (ISO),region,2nd,time,%\n"
            "2025-01-01,12.5,US,a,b,c,0.5\n");
  const auto guess = GuessImport(folder / "it's.csv");
  REQUIRE(guess.status() == absl::OkStatus());
  CHECK(guess->metric.name == "daily_users");
  CHECK(guess->metric.value_type == ValueType::kDecimal);
  CHECK_THAT(guess->import_text,
             ContainsSubstring(
                 "it''s.csv' INTO daily_users\n"
                 "  (TIME \"The \"\"day\"\"\", VALUE \"Daily users\", "
                 "\"Region (ISO)\" AS region_iso, region, \"2nd\" AS x_2nd, "
                 "time AS time_);"));
  CHECK_THAT(
      guess->import_text,
      ContainsSubstring("-- left out: \"%\" (numbers: another metric?)"));
  REQUIRE(guess->metric.dimensions.size() == 4);
  CHECK(ValidateMetricSpec(guess->metric).ok());
}

TEST_CASE("names tell how steps combine", "[import]") {
  struct Case {
    const char* header;
    const char* value;
    Additivity rule;
  };
  const Case cases[] = {
      {"dau", "1", Additivity::kOverlaps},
      {"active_users", "1", Additivity::kOverlaps},
      {"mentions", "1", Additivity::kAdds},
      {"interactions", "1", Additivity::kAdds},
      {"price", "1.5", Additivity::kLevel},
      {"rank", "1", Additivity::kLevel},
      {"change", "-1", Additivity::kLevel},
  };
  const TempDir folder;
  for (const Case& c : cases) {
    INFO(c.header);
    WriteFile(folder / "f.csv",
              absl::StrCat("date,", c.header, "\n2025-01-01,", c.value, "\n"));
    const auto guess = GuessImport(folder / "f.csv");
    REQUIRE(guess.status() == absl::OkStatus());
    CHECK(guess->metric.name == c.header);
    CHECK(guess->metric.over_time == c.rule);
  }
}

TEST_CASE("a guess can be run as it is", "[import]") {
  const TempDir folder;
  WriteFile(folder / "weekly.csv",
            "week ending,os,\"Active, users\"\n"
            "2021-01-03,linux,3\n"
            "2021-01-10,,4\n");
  const auto guess = GuessImport(folder / "weekly.csv");
  REQUIRE(guess.status() == absl::OkStatus());
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  const auto metric = database->Define(guess->metric);
  REQUIRE(metric.status() == absl::OkStatus());
  const auto report = ImportCsv(*database, guess->import, {});
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(report->samples == 2);
  CHECK(ReadSamples(*database->TakeSnapshot(), **metric).size() == 2);
}

TEST_CASE("columns named as words of IMPORT are in quotes", "[import]") {
  const TempDir folder;
  WriteFile(folder / "f.csv", "empty,value,time,n\n2025-01-01,A,B,1\n");
  const auto guess = GuessImport(folder / "f.csv");
  REQUIRE(guess.status() == absl::OkStatus());
  CHECK_THAT(guess->import_text,
             ContainsSubstring("(TIME \"empty\", VALUE n, \"value\", "
                               "time AS time_)"));
}

TEST_CASE("what no statement can name is left out, or refused", "[import]") {
  const TempDir folder;
  WriteFile(folder / "f.csv",
            "date,a\xff,\"b\nc\",,d,value\n2025-01-01,A,B,C,D,1\n");
  const auto guess = GuessImport(folder / "f.csv");
  REQUIRE(guess.status() == absl::OkStatus());
  CHECK(guess->metric.dimensions ==
        std::vector<Dimension>{{"d", guess->metric.over_time}});
  CHECK_THAT(guess->import_text,
             ContainsSubstring("(TIME date, VALUE value, d)"));
  // In a comment of one line.
  CHECK_THAT(guess->import_text,
             ContainsSubstring("-- left out: \"a\\xff\" (byte 1 of the text, "
                               "0xff, is not UTF-8), \"b\\nc\" (byte 1"));
  WriteFile(folder / "f.csv", "date,a\xff\n2025-01-01,1\n");
  const auto value = GuessImport(folder / "f.csv").status();
  CHECK(value.code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(std::string(value.message()),
             ContainsSubstring("no statement can name column 2, \"a\\xff\": "
                               "byte 1 of the text, 0xff, is not UTF-8"));
  WriteFile(folder / "f\n.csv", "date,a\n2025-01-01,1\n");
  const auto file = GuessImport(folder / "f\n.csv").status();
  CHECK(file.code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(std::string(file.message()),
             ContainsSubstring("no statement can name the file"));
}

TEST_CASE("files without dates or numbers are refused", "[import]") {
  struct Case {
    const char* text;
    const char* reason;
  };
  const Case cases[] = {
      {"", "is empty"},
      {"a,b\n", "no column holds dates"},
      {"a,b\nx,1\n", "no column holds dates"},
      {"day;n\n2025-01-01;1\n", "fields must be separated by commas"},
      {"date,app\n2025-01-01,A\n", "no column but \"date\" holds numbers"},
      {"\"a\n", "the header is broken"},
  };
  const TempDir folder;
  for (const Case& c : cases) {
    INFO(c.text);
    WriteFile(folder / "f.csv", c.text);
    const auto guess = GuessImport(folder / "f.csv");
    REQUIRE(guess.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(guess.status().message()),
               ContainsSubstring(c.reason));
  }
  CHECK(GuessImport(folder / "absent").status().code() ==
        absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace footfall
