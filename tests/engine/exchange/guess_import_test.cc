// What is guessed of files nobody has declared: each kind of file gives a
// script that runs as it is, or is refused with the place that cannot be read.

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "footfall/csv_import.h"
#include "tests/engine/exchange/guesses.h"
#include "tests/engine/exchange/text_files.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using absl::StrContains;
using testing::DatabaseHome;
using testing::Day;
using testing::GuessOf;
using testing::Home;
using testing::ReadSamples;
using testing::Rows;
using testing::TempDir;
using testing::WriteFile;

TEST_CASE("the period is the longest on which all dates begin", "[guess]") {
  struct Case {
    std::vector<std::string> dates;
    Period period;
  };
  const Case cases[] = {
      {{"2025-01-01", "2025-01-02", "2025-01-05"}, {Unit::kDay, 1}},
      {{"2025-02-08"}, {Unit::kDay, 1}},
      {{"2025-01-01"}, {Unit::kDay, 1}},
      {{"2021-01-04", "2021-01-11", "2021-02-08"}, {Unit::kWeek, 1}},
      {{"2021-01-03", "2021-01-10", "2021-02-07"},
       {Unit::kWeek, 1, absl::Weekday::sunday}},
      // Two Sundays, or some of them, may be by chance.
      {{"2021-01-03", "2021-01-10"}, {Unit::kDay, 1}},
      {{"2021-01-03", "2021-01-17", "2021-02-07"}, {Unit::kDay, 1}},
      {{"2025-01-01", "2025-02-01"}, {Unit::kMonth, 1}},
      {{"2024-01-31", "2024-02-29", "2024-03-31"}, {Unit::kMonth, 1}},
      {{"2020-01-01", "2020-04-01", "2021-10-01"}, {Unit::kQuarter, 1}},
      {{"2020-01-01", "2021-01-01"}, {Unit::kYear, 1}},
      {{"2025-01", "2025-02"}, {Unit::kMonth, 1}},
      {{"2025-Q1"}, {Unit::kQuarter, 1}},
      {{"2025-W06"}, {Unit::kWeek, 1}},
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
  for (const Case& c : cases) {
    std::string text = "date,value\n";
    for (const std::string& date : c.dates) {
      absl::StrAppend(&text, date, ",1\n");
    }
    INFO(text);
    const auto guess = GuessOf(text);
    REQUIRE(guess.status() == absl::OkStatus());
    REQUIRE(guess->metrics.size() == 1);
    CHECK(FormatPeriod(guess->metrics[0].period) == FormatPeriod(c.period));
  }
}

TEST_CASE("weeks begin on the weekday of all dates", "[guess]") {
  const absl::CivilDay monday(2024, 12, 30);
  for (int first = 0; first < 7; ++first) {
    for (const bool ends : {false, true}) {
      std::string text = ends ? "week_ending,value\n" : "week,value\n";
      for (int week = 0; week < 10; ++week) {
        absl::StrAppend(&text, absl::FormatCivilTime(monday + first + 7 * week),
                        ",1\n");
      }
      INFO(text);
      const auto guess = GuessOf(text);
      REQUIRE(guess.status() == absl::OkStatus());
      // What ends on a Sunday begins on a Monday.
      const auto begins = absl::GetWeekday(monday + first + (ends ? 1 : 0));
      const Period expected{Unit::kWeek, 1, begins};
      CHECK(guess->metrics[0].period == expected);
      CHECK(StrContains(
          absl::StrReplaceAll(guess->define_text, {{"\n", " "}}),
          begins == absl::Weekday::monday
              ? "EVERY week "
              : absl::StrCat("EVERY week FROM ", WeekdayName(begins))));
      // Which end of the week a date is, is for a person to check.
      CHECK(StrContains(guess->define_text,
                        ends ? "taken as the last days of their weeks"
                             : "taken as the first days of their weeks") ==
            (ends || first != 0));
      // One date that lies elsewhere, and the file is of days.
      absl::StrAppend(&text, absl::FormatCivilTime(monday + first + 71),
                      ",1\n");
      const auto mixed = GuessOf(text);
      REQUIRE(mixed.status() == absl::OkStatus());
      CHECK(mixed->metrics[0].period == Period{Unit::kDay, 1});
      CHECK_FALSE(StrContains(mixed->define_text, "week apart"));
    }
  }
}

TEST_CASE("a script tells what a person should check", "[guess]") {
  const auto guess = GuessOf(
      "date,app,version,platform,region,value\n"
      "2018-09-17,Thunderbird,3.1.2,,,3\n"
      "2018-09-18,Thunderbird,beta,,US,17\n",
      "thunderbird_dau_daily.csv");
  REQUIRE(guess.status() == absl::OkStatus());
  CHECK(guess->define_text ==
        "DEFINE METRIC thunderbird_dau_daily INTEGER\n"
        "  EVERY day\n"
        "  OVER TIME OVERLAPS  -- check: ADDS for counts of events, OVERLAPS "
        "for users, LEVEL for prices and ranks\n"
        "  BY app, version, region  -- check: each is OVERLAPS; write ADDS "
        "after one whose members sum to the whole\n"
        "  IN ZONE 'UTC';  -- check: whose days are they?");
  CHECK(guess->import_text ==
        "IMPORT 'thunderbird_dau_daily.csv' INTO thunderbird_dau_daily\n"
        "  (TIME date, VALUE \"value\", app, version, region);  -- "
        "check: an empty region means the whole; if it means "
        "unknown, write region EMPTY 'unknown'\n"
        "-- left out: platform (always empty)");
}

TEST_CASE("columns are told apart by what they hold", "[guess]") {
  struct Case {
    const char* why;
    std::string text;
    std::vector<std::string> parts;  // of the import
    std::vector<std::string> names;  // of the metrics, with their rules
  };
  const Case cases[] = {
      {"several measures",
       "day,visitors,views,price\n2025-01-01,5,9,1.5\n2025-01-02,6,9,2.5\n",
       {"(TIME day, VALUE visitors INTO visitors, VALUE views INTO views, "
        "VALUE price INTO price);"},
       {"visitors OVERLAPS", "views ADDS", "price LEVEL"}},
      {"a measure named as the file, not as its column",
       "day,count\n2025-01-01,5\n",
       {"INTO f\n", "VALUE count"},
       {"f OVERLAPS"}},
      {"nothing is known to add without a word for events",
       "day,interactions\n2025-01-01,5\n",
       {},
       {"interactions OVERLAPS"}},
      {"a total may be of all days so far",
       "day,total downloads\n2025-01-01,5\n",
       {},
       {"total_downloads OVERLAPS"}},
      {"below zero is no number of users",
       "day,change\n2025-01-01,-5\n",
       {},
       {"change LEVEL"}},
      {"French",
       "Date,Pays,Visiteurs uniques\n2025-01-01,FR,5\n",
       {"(TIME \"Date\", VALUE \"Visiteurs uniques\", \"Pays\" AS pays)"},
       {"visiteurs_uniques OVERLAPS"}},
      {"German, accents folded",
       "Datum,Verk\xC3\xA4ufe\n2025-01-01,5\n",
       {},
       {"verkaufe ADDS"}},
      {"Chinese",
       "\xE6\x97\xA5\xE6\x9C\x9F,\xE5\xBA\x94\xE7\x94\xA8,\xE6\x97\xA5\xE6\xB4"
       "\xBB\n2025-01-01,A,5\n",
       {"AS app)"},
       {"dau OVERLAPS"}},
      {"one column per member",
       "date,Half Life,Portal,Dota\n2025-01-01,1,,3\n2025-01-02,2,5,4\n",
       {"VALUES OF * AS item"},
       {"f OVERLAPS"}},
      {"one column per member and their sum",
       "date,Half Life,Portal,Dota,Total\n2025-01-01,1,2,3,6\n",
       {"VALUES OF * EXCEPT (\"Total\") AS item"},
       {"f OVERLAPS"}},
      {"a column that counts the rows",
       ",date,users\n0,2025-01-01,5\n1,2025-01-02,6\n",
       {"(TIME date, VALUE users)", "\"\" (it counts the rows)"},
       {"users OVERLAPS"}},
      {"an index of dates without a name",
       ",users\n2025-01-01,5\n",
       {"(TIME \"\", VALUE users)"},
       {"users OVERLAPS"}},
      {"an id beside the name",
       "date,id,app,users\n2025-01-01,17,A,5\n2025-01-01,23,B,6\n"
       "2025-01-02,17,A,5\n",
       {"VALUE users, app)", "id (an id)"},
       {"users OVERLAPS"}},
      {"shares and sums so far",
       "date,downloads,downloads so far,percent\n"
       "2025-01-01,5,5,10\n2025-01-02,6,11,12\n2025-01-03,4,15,8\n",
       {"(TIME date, VALUE downloads)",
        "\"downloads so far\" (the sum of \"downloads\" so far)",
        "percent (a share of the rest)"},
       {"downloads ADDS"}},
      {"sums so far alone",
       "date,lifetime_downloads,revenue_ytd\n2025-01-01,5,7\n2025-01-02,6,9\n",
       {"VALUE lifetime_downloads INTO", "VALUE revenue_ytd INTO"},
       {"lifetime_downloads LEVEL", "revenue_ytd LEVEL"}},
      {"percentages and durations are no numbers",
       "date,sessions,rate,time\n2025-01-01,5,12.5%,0:01:16\n",
       {"(TIME date, VALUE sessions)", "rate (percentages)",
        "time (durations, no numbers)"},
       {"sessions ADDS"}},
      {"columns of an answer",
       "app,time,n,n_kind,n_present,n_expected,partial\n"
       "A,2025-01-01,5,exact,1,1,false\n",
       {"(TIME \"time\", VALUE n, app)", "n_kind (a column of an answer)",
        "partial (a column of an answer)"},
       {"f OVERLAPS"}},
      {"versions look like numbers, and tell rows apart",
       "date,os_version,users\n2025-01-01,16.7,3\n2025-01-01,17.1,5\n"
       "2025-01-02,16.7,3\n2025-01-02,17.1,4\n",
       {"VALUE users, os_version)"},
       {"users OVERLAPS"}},
      {"numbers that repeat tell rows apart, too",
       "date,bracket,users\n2025-01-01,18,3\n2025-01-01,25,5\n"
       "2025-01-02,18,3\n2025-01-02,25,4\n",
       {"VALUE users, bracket)"},
       {"users OVERLAPS"}},
      {"what follows from the date",
       "date,weekday,year,users\n2025-01-01,Wednesday,2025,3\n"
       "2025-01-02,Thursday,2025,5\n",
       {"(TIME date, VALUE users)", "weekday (it follows from the date)",
        "year (it follows from the date)"},
       {"users OVERLAPS"}},
      {"notes, here and there",
       Rows("date,users,remarks", 60,
            [](int i) {
              return absl::StrCat(Day(i), ",", i, ",",
                                  i == 7 ? "\"moved, and lost a day\"" : "");
            }),
       {"(TIME date, VALUE users)", "remarks (notes, which tell no rows"},
       {"users OVERLAPS"}},
      {"words that mean no value",
       "date,users\n2025-01-01,5\n2025-01-02,N/A\n2025-01-03,\n",
       {"NULL ('N/A')"},
       {"users OVERLAPS"}},
      {"a row of sums at the end",
       "date,users\n2025-01-01,5\n2025-01-02,6\nTotal,11\n",
       {"WHERE date NOT IN ('Total')"},
       {"users OVERLAPS"}},
      {"a last row without a date",
       "date,users\n2025-01-01,5\n2025-01-02,6\n,11\n",
       {"WHERE date NOT IN ('')"},
       {"users OVERLAPS"}},
      {"sums as a member",
       "date,country,users\n2025-01-01,FR,5\n2025-01-01,Total,5\n",
       {"WHERE country NOT IN ('Total')"},
       {"users OVERLAPS"}},
      {"rows of events that nothing tells apart are added up",
       "date,country,downloads\n2025-01-01,FR,5\n2025-01-01,FR,6\n",
       {"DUPLICATES SUM;"},
       {"downloads ADDS"}},
      {"orders of the same amount",
       "order_id,date,country,revenue\n5001,2025-01-01,DE,9.99\n"
       "5002,2025-01-01,DE,9.99\n5003,2025-01-02,DE,9.99\n",
       {"VALUE revenue, country)", "DUPLICATES SUM;", "order_id ("},
       {"revenue ADDS"}},
      {"orders of the same amount, by ids that are no numbers",
       "order_id,date,revenue\nA1,2025-01-01,9.99\nA2,2025-01-01,9.99\n",
       {"VALUE revenue)", "DUPLICATES SUM;", "order_id (an id)"},
       {"revenue ADDS"}},
      {"rows of events, some without a member, some with a note",
       "date,country,remarks,downloads\n2025-01-01,FR,one,5\n"
       "2025-01-01,FR,,6\n2025-01-01,FR,,7\n2025-01-01,,new,6\n",
       {"VALUE downloads, country EMPTY 'unknown')\n", "DUPLICATES SUM;",
        "remarks (notes)"},
       {"downloads ADDS"}},
      {"rows of events, two of them equal",
       "date,country,downloads\n2025-01-01,FR,5\n2025-01-01,FR,6\n"
       "2025-01-01,FR,6\n",
       {"DUPLICATES SUM;",
        "and 1 that are equal to one before, as line 4 to line 3"},
       {"downloads ADDS"}},
      {"devices with the same number",
       Rows("date,device_id,installs", 90,
            [](int i) {
              return absl::StrCat(Day(i / 3), ",", 17 + i % 3 * 4, ",1");
            }),
       {"VALUE installs, device_id);"},
       {"installs ADDS"}},
      {"percentages that tell rows apart",
       Rows("date,discount,sales", 40,
            [](int i) {
              return absl::StrCat(Day(i / 2), ",", 10 + i % 2 * 10, "%,7");
            }),
       {"VALUE sales, discount);"},
       {"sales ADDS"}},
      {"a second date that tells rows apart",
       Rows("date,install_date,users", 40,
            [](int i) {
              return absl::StrCat(Day(i / 2 % 10 + 60), ",",
                                  Day(i / 20 * 2 + i % 2), ",7");
            }),
       {"VALUE users, install_date);"},
       {"users OVERLAPS"}},
      {"texts too long for members, of rows that are equal otherwise",
       absl::StrCat("date,url,clicks\n2025-01-01,", std::string(300, 'a'),
                    ",5\n2025-01-01,", std::string(300, 'b'), ",5\n"),
       {"VALUE clicks)", "DUPLICATES SUM;", "url (texts of more than 255"},
       {"clicks ADDS"}},
      {"hours with the same number",
       "date,hour,visits\n2025-01-01,00,5\n2025-01-01,01,5\n"
       "2025-01-02,00,5\n",
       {"TIME (date, hour)"},
       {"visits ADDS"}},
      {"a row that is there twice",
       "date,country,revenue\n2025-01-01,DE,9.99\n2025-01-01,DE,9.99\n",
       {"VALUE revenue, country);\n-- check: 1 row is equal to one before, as "
        "line 3 to line 2, and counts once"},
       {"revenue ADDS"}},
      {"a row that is there twice, beside a number of the row",
       ",date,country,revenue\n0,2025-01-01,DE,9.99\n1,2025-01-01,DE,9.99\n",
       {"VALUE revenue, country);\n-- check: 1 row is equal to one before"},
       {"revenue ADDS"}},
      {"date and hour",
       "date,hour,visits\n2025-01-01,00,5\n2025-01-01,01,6\n2025-01-02,00,5\n",
       {"TIME (date, hour)"},
       {"visits ADDS"}},
      {"year and month",
       "year,month,visits\n2024,12,5\n2025,1,6\n",
       {"TIME (year, month)", "FORMAT '%Y %m'"},
       {"visits ADDS"}},
      {"year and quarter",
       "year,quarter,visits\n2024,4,5\n2025,1,6\n2025,2,6\n",
       {"TIME (year, quarter)", "FORMAT '%Y %q'"},
       {"visits ADDS"}},
      {"year and quarter by name",
       "Jahr,Quartal,visits\n2024,Q4,5\n2025,Q1,6\n2025,Q2,6\n",
       {"TIME (\"Jahr\", \"Quartal\")", "FORMAT '%Y Q%q'"},
       {"visits ADDS"}},
      {"a year beside a measure and a text that are named like dates elsewhere",
       "year,tag,data\n2024,new,5\n2024,old,6\n2025,new,7\n",
       {"TIME year, VALUE data, tag)"},
       {"data OVERLAPS"}},
      {"a year, because it says so",
       "year,visits\n2024,5\n2025,6\n",
       {"TIME year"},
       {"visits ADDS"}},
      {"a compact date beside counts that look like years",
       "date,visits\n20250102,1999\n20250103,2024\n",
       {"TIME date", "VALUE visits"},
       {"visits ADDS"}},
      {"month before day",
       "date,visits\n1/30/2025,5\n2/1/2025,6\n",
       {"FORMAT '%m/%d/%Y'"},
       {"visits ADDS"}},
      {"named months",
       "Date,visits\n\"Dec 8, 2024\",5\n\"May 9, 2025\",6\n",
       {"FORMAT '%b %d, %Y'"},
       {"visits ADDS"}},
      {"seconds since 1970",
       "timestamp,visits\n1735776000,5\n1735862400,6\n",
       {"FORMAT 'epoch'"},
       {"visits ADDS"}},
      {"milliseconds since 1970",
       "timestamp,visits\n1735776000000,5\n1735862400000,6\n",
       {"FORMAT 'epoch_ms'"},
       {"visits ADDS"}},
      {"thousands with a point, of people",
       "Datum;Besucher\n2025-01-01;1.234\n2025-01-02;12.345\n",
       {"DELIMITER ';'", "DECIMAL ',' THOUSANDS '.'",
        "stands before three digits: thousands?"},
       {"besucher OVERLAPS"}},
      {"thousands for sure",
       "date;amount\n2025-01-01;1.234.567\n2025-01-02;9\n",
       {"DECIMAL ',' THOUSANDS '.'"},
       {"f OVERLAPS"}},
      {"decimals with a comma",
       "date;price\n2025-01-01;1,5\n2025-01-02;12,25\n",
       {"DECIMAL ','"},
       {"price LEVEL"}},
      {"whole numbers as pandas writes them",
       "date,users\n2025-01-01,10.0\n2025-01-02,\n",
       {"VALUE users);"},
       {"users OVERLAPS"}},
      {"Excel's line, TAB, quotes of another kind",
       "sep=;\n'date';'users'\n'2025-01-01';'5'\n",
       {"DELIMITER ';' QUOTE '''' SKIP 1"},
       {"users OVERLAPS"}},
      {"lines before the header",
       "# exported by hand\n# all users\n\ndate,users,country\n"
       "2025-01-01,5,FR\n",
       {"SKIP 3"},
       {"users OVERLAPS"}},
      {"Latin-1",
       "date,users,pays\n2025-01-01,5,Qu\xE9"
       "bec\n",
       {"ENCODING 'latin-1'", "-- check: it is not UTF-8"},
       {"users OVERLAPS"}},
  };
  for (const Case& c : cases) {
    INFO(c.why);
    const auto guess = GuessOf(c.text);
    REQUIRE(guess.status() == absl::OkStatus());
    INFO(guess->define_text << "\n" << guess->import_text);
    for (const std::string& part : c.parts) {
      CHECK_THAT(guess->import_text, ContainsSubstring(part));
    }
    std::vector<std::string> names;
    for (const MetricSpec& metric : guess->metrics) {
      names.push_back(
          absl::StrCat(metric.name, " ", AdditivityName(metric.over_time)));
    }
    CHECK(absl::StrJoin(names, "; ") == absl::StrJoin(c.names, "; "));
  }
}

TEST_CASE("whole numbers give INTEGER, others DECIMAL", "[guess]") {
  for (const auto& [field, type] :
       {std::pair<const char*, ValueType>{"10", ValueType::kInteger},
        {"10.0", ValueType::kInteger},
        {"1.2E+06", ValueType::kInteger},
        {"10.5", ValueType::kDecimal},
        {"1e-3", ValueType::kDecimal}}) {
    INFO(field);
    const auto guess =
        GuessOf(absl::StrCat("date,users\n2025-01-01,", field, "\n"));
    REQUIRE(guess.status() == absl::OkStatus());
    CHECK(guess->metrics[0].value_type == type);
  }
}

TEST_CASE("measures beyond the most of one import are named", "[guess]") {
  std::string header = "date,users";
  std::string row = "2025-01-01,1";
  for (int i = 1; i < 52; ++i) {
    absl::StrAppend(&header, ",users_", i);
    absl::StrAppend(&row, ",1");
  }
  const auto guess = GuessOf(absl::StrCat(header, "\n", row, "\n"));
  REQUIRE(guess.status() == absl::OkStatus());
  CHECK(guess->metrics.size() == 50);
  CHECK_THAT(guess->import_text,
             ContainsSubstring("-- left out: users_50 (after the first 50 "
                               "measures), users_51 ("));
}

TEST_CASE("an event a row becomes an import of events", "[guess]") {
  const auto guess = GuessOf(
      "date,kind,app,name,link\n"
      "2024-01-05,release,A,One,https://example.com/1\n"
      "2024-02-05,outage,,Registration closed,\n");
  REQUIRE(guess.status() == absl::OkStatus());
  CHECK(guess->metrics.empty());
  CHECK(guess->define_text.empty());
  CHECK(guess->import_text ==
        "IMPORT 'f.csv' INTO EVENTS\n"
        "  (TIME date, KIND kind, NAME name, SOURCE link, FOR app);");
}

TEST_CASE("what cannot be guessed is refused with its place", "[guess]") {
  struct Case {
    const char* why;
    std::string text;
    std::vector<std::string> reasons;
  };
  const Case cases[] = {
      {"nothing", "", {"is empty"}},
      {"no rows", "date,users\n", {"has a header and no rows"}},
      {"no dates", "a,b\nx,1\n", {"no column holds dates"}},
      {"no numbers",
       "date,app\n2025-01-01,A\n",
       {"no column but \"date\" holds numbers", "\"app\" begins with \"A\""}},
      {"a broken header", "\"a\n", {"the header is broken"}},
      {"a header twice",
       "date,users,users\n2025-01-01,1,2\n",
       {"column \"users\" twice, as number 2 and 3"}},
      {"rows of another width",
       "Date,Users\n2025-01-06,2025-01-12,100\n",
       {"1 of 1 rows does not fit; line 2: found 3 fields; the header has 2"}},
      {"no header",
       "2025-01-01,10\n2025-01-02,20\n",
       {"the first line holds a row, such as \"2025-01-01\""}},
      {"a row without a date among the others",
       "date,users\n2025-01-01,5\n,6\n2025-01-03,7\n",
       {"line 3, column \"date\": \"\" is not a date"}},
      {"a word among the dates",
       "Date,Users\n2025-01-01,10\n2025-01-02,20\nsoon,30\n",
       {"line 4, column \"Date\": \"soon\" is no date, as 2 of 3 are"}},
      {"digits that are no year",
       "Key,Count\n0502,731\n0503,491\n",
       {"line 2, column \"Key\": \"0502\" is hardly a date"}},
      {"counts that look like years",
       "app,visits\nA,1999\nB,2024\n",
       {"column \"visits\": \"1999\" is hardly a date"}},
      {"which is the month?",
       "date,users\n1/2/2025,1\n3/4/2025,2\n",
       {"can be read in two ways", "'%m/%d/%Y'", "'%d/%m/%Y'"}},
      {"which is the month, where both are equal?",
       "date,users\n01/01/2025,1\n02/02/2025,2\n03/03/2025,3\n",
       {"can be read in two ways", "'%m/%d/%Y'", "'%d/%m/%Y'"}},
      {"which is the month of one date?",
       "date,users\n5/5/25,1\n",
       {"\"5/5/25\" by FORMAT '%m/%d/%y' and by FORMAT '%d/%m/%y'"}},
      {"a year and its weeks",
       "year,week,users\n2025,1,7\n2025,2,8\n",
       {"line 2, column \"week\": \"1\" is no date, nor with \"2025\" of "
        "\"year\"",
        "FORMAT '%G %V'"}},
      {"a year and its weeks, as ISO marks them",
       "year,week,users\n2025,W01,7\n2025,W02,8\n",
       {"FORMAT '%G W%V'"}},
      {"a year and its months, by names that are not known",
       "year,mois,users\n2025,janvier,7\n2025,mars,8\n",
       {"column \"mois\": \"janvier\" is no date, nor with \"2025\""}},
      {"a year and days of it",
       "year,day,users\n2025,1,7\n2025,2,8\n2025,200,8\n",
       {"column \"day\": \"1\" is no date"}},
      {"a log with numbers for ids",
       "id,created_at,event,platform\n1000,2025-01-01T10:00:01,open,ios\n"
       "1001,2025-01-01T10:00:09,close,ios\n1002,2025-01-02T10:00:09,open,"
       "web\n",
       {"each row has its own \"id\"", "holds no counts"}},
      {"a log by day with numbers for ids",
       "id,date,event,platform\n17,2025-01-01,open,ios\n"
       "12,2025-01-01,close,ios\n",
       {"each row has its own \"id\""}},
      {"nearly a number",
       "Week,interest\n2025-01-06,55\n2025-01-13,<1\n",
       {"line 3, column \"interest\": \"<1\" is no number, as 1 of 2 are"}},
      {"thousands or decimals?",
       "date;amount\n2025-01-01;1,234\n2025-01-02;2,345\n",
       {"line 2, column \"amount\": \"1,234\" can be read in two ways: by "
        "DECIMAL ',' and by THOUSANDS ','"}},
      {"users that nothing tells apart",
       "date,users\n2025-01-01,1\n2025-01-01,2\n",
       {"line 3, column \"users\": \"2\", where line 2 has \"1\"",
        "not known to add"}},
      {"people of the same number, whom an id tells apart",
       "id,date,users\n17,2025-01-01,5\n23,2025-01-01,5\n",
       {"line 3, column \"users\": \"5\", as line 2 has for the same date",
        "the two differ in \"id\", \"17\" and \"23\"", "not known to add"}},
      {"the measure that does not add is named",
       "id,date,clicks,users\n17,2025-01-01,5,5\n23,2025-01-01,5,5\n",
       {"\"users\" is not known to add"}},
      {"an order that is there twice, among others of its day",
       Rows("order_id,date,revenue", 21,
            [](int i) {
              const int row = i == 20 ? 19 : i;
              return absl::StrCat(500 + row * 3, ",", Day(row / 5), ",9.99");
            }),
       {"line 22 is line 21 again, with the same \"order_id\""}},
      {"counts that happen to tell rows apart",
       Rows("date,build_failures,users", 60,
            [](int i) {
              return absl::StrCat(Day(i / 2), ",", i * 7 % 20, ",", 50 + i % 7);
            }),
       {"not known to add"}},
      {"a log",
       "event_id,timestamp,amount\n"
       "a1,2025-01-01T10:00:01,5\na2,2025-01-01T10:00:09,6\n",
       {"each row has its own \"event_id\"", "holds no counts"}},
      {"durations alone",
       "date,spent\n2025-01-01,0:00:16\n2025-01-02,0:01:07\n",
       {"line 2, column \"spent\": \"0:00:16\" is a duration"}},
      {"a name that no statement can hold",
       std::string("da\0te,users\n2025-01-01,5\n", 24),
       {"column \"da\\x00te\" cannot be the time: byte 2 of the text is the "
        "control character"}},
      {"a column to be left out that no statement can name",
       "date,Half\x1fLife,Portal,Dota,Chess\n2025-01-01,1,2,3,4\n"
       "2025-01-02,2,5,6,7\n",
       {"no statement can name the column \"Half\\x1fLife\""}},
      {"a page", "<!DOCTYPE html>\n<html></html>\n", {"is HTML"}},
      {"an archive", "PK\x03\x04\x14", {"is a zip archive"}},
      {"JSON", "{\"date\": 1}\n", {"is JSON"}},
      // What the import would refuse is refused here.
      {"a member with a TAB in it",
       "date,app,users\n2025-01-01,\"A\tB\",5\n",
       {"line 2, column \"app\": \"A\\tB\" is no member"}},
  };
  for (const Case& c : cases) {
    INFO(c.why);
    const auto guess = GuessOf(c.text);
    CHECK(guess.status().code() == absl::StatusCode::kInvalidArgument);
    for (const std::string& reason : c.reasons) {
      CHECK_THAT(std::string(guess.status().message()),
                 ContainsSubstring(reason));
    }
  }
  const TempDir folder;
  CHECK(GuessImport(folder / "absent").status().code() ==
        absl::StatusCode::kNotFound);
  WriteFile(folder / "f\n.csv", "date,a\n2025-01-01,1\n");
  CHECK_THAT(std::string(GuessImport(folder / "f\n.csv").status().message()),
             ContainsSubstring("no statement can name the file"));
}

TEST_CASE("tomorrow's corrected file replaces today's samples", "[guess]") {
  const TempDir folder;
  const std::string path = folder / "f.csv";
  WriteFile(path, "date,repository,views,uniques\n2025-01-01,a,36,16\n");
  const auto guess = GuessImport(path);
  REQUIRE(guess.status() == absl::OkStatus());
  DatabaseHome home(Home::kMemory);
  const auto database = home.Open();
  for (const MetricSpec& metric : guess->metrics) {
    REQUIRE(database->Define(metric).ok());
  }
  REQUIRE(ImportCsv(*database, guess->import, {}).ok());
  WriteFile(path, "date,repository,views,uniques\n2025-01-01,a,37,16\n");
  const auto report = ImportCsv(*database, guess->import, {});
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(report->new_series == 0);
  const auto snapshot = database->TakeSnapshot();
  const auto views = ReadSamples(*snapshot, *snapshot->FindMetric("views"));
  REQUIRE(views.size() == 1);
  CHECK(views.begin()->second == 37);
}

TEST_CASE("headers of any form get names and quotes", "[guess]") {
  const auto guess = GuessOf(
      "\"The \"\"day\"\"\",Daily users,Region (ISO),region,2nd,time\n"
      "2025-01-01,12.5,US,a,b,c\n",
      "it.s.csv");
  REQUIRE(guess.status() == absl::OkStatus());
  CHECK_THAT(guess->import_text,
             ContainsSubstring(
                 "INTO daily_users\n"
                 "  (TIME \"The \"\"day\"\"\", VALUE \"Daily users\", "
                 "\"Region (ISO)\" AS region_iso, region, \"2nd\" AS x_2nd"));
  REQUIRE(guess->metrics.size() == 1);
  CHECK(ValidateMetricSpec(guess->metrics[0]).ok());
  const auto words = GuessOf("empty,value,n\n2025-01-01,A,1\n");
  REQUIRE(words.status() == absl::OkStatus());
  CHECK_THAT(words->import_text,
             ContainsSubstring("(TIME \"empty\", VALUE n, \"value\");"));
}

}  // namespace
}  // namespace footfall
