// Files as programs write them, by kind and variation: what a guess imports
// must be what the author would say, or nothing. Refusing is right; a wrong
// number is not.
//
// An author's numbers are a list of facts. A file says them in some encoding,
// with some delimiter, form of dates and numbers, and shape. After the import
// every sample is looked up among the facts, and every fact of a measure that
// was imported must be there.

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/casts.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
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

using Role = ImportColumn::Role;

struct Fact {
  absl::CivilDay day;
  std::map<std::string, std::string> members;  // by header
  std::map<std::string, double> values;        // by header
};

// A file, and what its author knows about it.
struct File {
  std::string name;
  std::string bytes;
  std::vector<Fact> facts;
  // Measures whose numbers are no facts of a day: shares of the file, running
  // totals, counters of rows. None of them may become a metric that adds.
  std::vector<std::string> no_measures;
  std::vector<std::string> people;  // measures that must not add
};

// ---- The facts

constexpr const char* kApps[] = {"Notes", "Maps", "Été"};
constexpr const char* kCountries[] = {"US", "DE"};
constexpr int kDays =
    16;  // over the end of a month: 13 and more tell day from month

absl::CivilDay DayOf(int day) { return absl::CivilDay(2025, 1, 20) + day; }
// Large enough that marks between thousands show.
double Number(int day, int app, int country) {
  return 1000 + 997 * day + 31 * app + 7 * country;
}

// ---- How they are written

using Rows = std::vector<std::vector<std::string>>;

struct Variation {
  const char* name;
  char delimiter;
  bool quotes;
  std::function<std::string(absl::CivilDay)> day;
  std::function<std::string(double)> number;
  std::function<std::string(std::string)> encode;
  const char* preamble;
};

std::string AsUtf16(const std::string& text, bool big, bool mark) {
  std::string out;
  const auto put = [&](uint32_t unit) {
    const char low = static_cast<char>(unit & 0xff);
    const char high = static_cast<char>(unit >> 8);
    out.push_back(big ? high : low);
    out.push_back(big ? low : high);
  };
  if (mark) put(0xfeff);
  for (size_t i = 0; i < text.size(); ++i) {
    const uint32_t byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x80) {
      put(byte);
    } else {  // of two bytes: the facts have no others
      put((byte & 0x1f) << 6 | (static_cast<uint8_t>(text[++i]) & 0x3f));
    }
  }
  return out;
}

std::string Grouped(double number, const char* mark) {
  const std::string digits = absl::StrFormat("%.0f", number);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += mark;
    out.push_back(digits[i]);
  }
  return out;
}

std::vector<Variation> Variations() {
  const auto iso = [](absl::CivilDay day) {
    return absl::FormatCivilTime(day);
  };
  const auto dated = [](const char* format) {
    return [format](absl::CivilDay day) {
      return absl::FormatTime(format, absl::FromCivil(day, absl::UTCTimeZone()),
                              absl::UTCTimeZone());
    };
  };
  const auto plain = [](double number) {
    return absl::StrFormat("%.0f", number);
  };
  const auto grouped = [](const char* mark) {
    return [mark](double number) { return Grouped(number, mark); };
  };
  const auto same = [](std::string text) { return text; };
  std::vector<Variation> all = {
      {"as RFC 4180", ',', false, iso, plain, same, ""},
      {"all in quotes", ',', true, iso, plain, same, ""},
      {"semicolons", ';', false, iso, plain, same, ""},
      {"tabs", '\t', false, iso, plain, same, ""},
      {"bars", '|', false, iso, plain, same, ""},
      {"Excel's first line", ';', false, iso, plain, same, "sep=;\n"},
      {"lines before the header", ',', false, iso, plain, same,
       "Report: downloads\nCreated by me\n\n"},
      {"a mark of UTF-8", ',', false, iso, plain,
       [](std::string text) { return "\xEF\xBB\xBF" + text; }, ""},
      {"UTF-16, little end first", '\t', false, iso, plain,
       [](std::string text) { return AsUtf16(text, false, true); }, ""},
      {"UTF-16, big end first", ',', false, iso, plain,
       [](std::string text) { return AsUtf16(text, true, true); }, ""},
      {"UTF-16 without a mark", ',', false, iso, plain,
       [](std::string text) { return AsUtf16(text, false, false); }, ""},
      {"Latin-1", ',', false, iso, plain,
       [](std::string text) {
         return absl::StrReplaceAll(text, {{"É", "\xC9"}, {"é", "\xE9"}});
       },
       ""},
      {"gzip", ',', false, iso, plain,
       [](std::string text) { return testing::Gzip(text); }, ""},
      {"lines end in CR LF", ',', false, iso, plain,
       [](std::string text) {
         return absl::StrReplaceAll(text, {{"\n", "\r\n"}});
       },
       ""},
      {"lines end in CR", ',', false, iso, plain,
       [](std::string text) {
         return absl::StrReplaceAll(text, {{"\n", "\r"}});
       },
       ""},
      {"days with slashes", ',', false, dated("%Y/%m/%d"), plain, same, ""},
      {"days in eight digits", ',', false, dated("%Y%m%d"), plain, same, ""},
      {"day first", ',', false, dated("%d/%m/%Y"), plain, same, ""},
      {"month first", ',', false, dated("%m/%d/%Y"), plain, same, ""},
      {"German days", ';', false, dated("%d.%m.%Y"), plain, same, ""},
      {"months by name", ',', false, dated("%d %b %Y"), plain, same, ""},
      {"months by name first", ',', true, dated("%b %d, %Y"), plain, same, ""},
      {"two digits of the year", ',', false, dated("%d/%m/%y"), plain, same,
       ""},
      {"midnights", ',', false, dated("%Y-%m-%d %H:%M:%S"), plain, same, ""},
      {"midnights in UTC", ',', false, dated("%Y-%m-%dT%H:%M:%SZ"), plain, same,
       ""},
      {"seconds since 1970", ',', false, dated("%s"), plain, same, ""},
      {"English thousands", ',', true, iso, grouped(","), same, ""},
      {"German thousands", ';', false, iso, grouped("."), same, ""},
      {"French thousands", ';', false, iso, grouped(" "), same, ""},
      {"Swiss thousands", ';', false, iso, grouped("'"), same, ""},
      {"whole numbers with a point", ',', false, iso,
       [](double number) { return absl::StrFormat("%.1f", number); }, same, ""},
      {"whole numbers with a comma", ';', false, iso,
       [](double number) {
         return absl::StrReplaceAll(absl::StrFormat("%.1f", number),
                                    {{".", ","}});
       },
       same, ""},
      {"exponents", ',', false, iso,
       [](double number) { return absl::StrFormat("%.6E", number); }, same, ""},
      {"blanks behind commas", ',', false, iso, plain,
       [](std::string text) {
         return absl::StrReplaceAll(text, {{",", ", "}});
       },
       ""},
  };
  return all;
}

std::string Written(const Rows& rows, const Variation& variation) {
  std::string text = variation.preamble;
  for (const std::vector<std::string>& row : rows) {
    std::vector<std::string> fields;
    for (const std::string& field : row) {
      const bool quoted = variation.quotes ||
                          field.find(variation.delimiter) != std::string::npos;
      fields.push_back(quoted ? absl::StrCat("\"", field, "\"") : field);
    }
    absl::StrAppend(&text,
                    absl::StrJoin(fields, std::string(1, variation.delimiter)),
                    "\n");
  }
  return variation.encode(text);
}

// ---- Kinds of files

// A row for each day, app and country.
File Long(const Variation& v, const std::string& measure) {
  File file;
  Rows rows = {{"date", "app", "country", measure}};
  for (int day = 0; day < kDays; ++day) {
    for (int app = 0; app < 3; ++app) {
      for (int country = 0; country < 2; ++country) {
        const double number = Number(day, app, country);
        rows.push_back({v.day(DayOf(day)), kApps[app], kCountries[country],
                        v.number(number)});
        file.facts.push_back(
            {DayOf(day),
             {{"app", kApps[app]}, {"country", kCountries[country]}},
             {{measure, number}}});
      }
    }
  }
  file.bytes = Written(rows, v);
  return file;
}

File Downloads(const Variation& v) { return Long(v, "downloads"); }
File Users(const Variation& v) {
  File file = Long(v, "active users");
  file.people = {"active users"};
  return file;
}

// A column for each app.
File Wide(const Variation& v) {
  File file;
  Rows rows = {{"date", "Notes", "Maps", "Été", "Chess"}};
  for (int day = 0; day < kDays; ++day) {
    rows.push_back({v.day(DayOf(day))});
    for (int app = 0; app < 4; ++app) {
      const double number = Number(day, app, 0);
      rows.back().push_back(v.number(number));
      file.facts.push_back({DayOf(day),
                            {{"", rows[0][1 + static_cast<size_t>(app)]}},
                            {{"", number}}});
    }
  }
  file.bytes = Written(rows, v);
  return file;
}

// Totals of all apps between the rows, and of each day.
File WithTotals(const Variation& v) {
  File file = Long(v, "downloads");
  Rows rows = {{"date", "app", "country", "downloads"}};
  for (int day = 0; day < kDays; ++day) {
    double total = 0;
    for (int app = 0; app < 3; ++app) {
      for (int country = 0; country < 2; ++country) {
        total += Number(day, app, country);
        rows.push_back({v.day(DayOf(day)), kApps[app], kCountries[country],
                        v.number(Number(day, app, country))});
      }
    }
    rows.push_back({v.day(DayOf(day)), "Total", "Total", v.number(total)});
  }
  file.bytes = Written(rows, v);
  return file;
}

// A grand total below the last row, as sheets have it.
File WithLastLine(const Variation& v) {
  File file = Long(v, "downloads");
  Rows rows = {{"date", "app", "country", "downloads"}};
  double total = 0;
  for (const Fact& fact : file.facts) {
    const double number = fact.values.at("downloads");
    total += number;
    rows.push_back({v.day(fact.day), fact.members.at("app"),
                    fact.members.at("country"), v.number(number)});
  }
  rows.push_back({"Total", "", "", v.number(total)});
  file.bytes = Written(rows, v);
  return file;
}

// Shares, running totals and a counter beside the measure.
File WithDerived(const Variation& v) {
  File file;
  Rows rows = {
      {"#", "date", "app", "downloads", "% of total", "cumulative downloads"}};
  double running[3] = {0, 0, 0};
  int counter = 0;
  for (int day = 0; day < kDays; ++day) {
    double total = 0;
    for (int app = 0; app < 3; ++app) total += Number(day, app, 0);
    for (int app = 0; app < 3; ++app) {
      const double number = Number(day, app, 0);
      running[app] += number;
      rows.push_back({absl::StrCat(++counter), v.day(DayOf(day)), kApps[app],
                      v.number(number),
                      absl::StrFormat("%.0f%%", 100 * number / total),
                      v.number(running[app])});
      file.facts.push_back(
          {DayOf(day), {{"app", kApps[app]}}, {{"downloads", number}}});
    }
  }
  file.no_measures = {"#", "% of total", "cumulative downloads"};
  file.bytes = Written(rows, v);
  return file;
}

// Several measures, one of people and one of a price.
File Measures(const Variation& v) {
  File file;
  Rows rows = {{"date", "app", "views", "visitors", "average price"}};
  for (int day = 0; day < kDays; ++day) {
    for (int app = 0; app < 3; ++app) {
      const double views = Number(day, app, 0);
      const double visitors = std::floor(views / 3);
      const double price = 100 + app;
      rows.push_back({v.day(DayOf(day)), kApps[app], v.number(views),
                      v.number(visitors), v.number(price)});
      file.facts.push_back({DayOf(day),
                            {{"app", kApps[app]}},
                            {{"views", views},
                             {"visitors", visitors},
                             {"average price", price}}});
    }
  }
  file.people = {"visitors", "average price"};
  file.bytes = Written(rows, v);
  return file;
}

// Some values are missing, in the words of this or that program.
File WithGaps(const Variation& v) {
  static constexpr const char* kNothing[] = {"", "NA", "-", "null", "N/A"};
  File file;
  Rows rows = {{"date", "app", "downloads"}};
  int next = 0;
  for (int day = 0; day < kDays; ++day) {
    for (int app = 0; app < 3; ++app) {
      const bool gap = (day + app) % 5 == 0;
      rows.push_back(
          {v.day(DayOf(day)), kApps[app],
           gap ? kNothing[next++ % 5] : v.number(Number(day, app, 0))});
      if (gap) continue;
      file.facts.push_back({DayOf(day),
                            {{"app", kApps[app]}},
                            {{"downloads", Number(day, app, 0)}}});
    }
  }
  file.bytes = Written(rows, v);
  return file;
}

// A row an event: its number is that event's, and no count of a day.
File EventLog(const Variation& v) {
  File file;
  Rows rows = {{"event_id", "date", "app", "duration_ms"}};
  int id = 5000;
  for (int day = 0; day < kDays; ++day) {
    for (int i = 0; i < 4; ++i) {
      const std::string event = absl::StrCat("e", id++);
      rows.push_back({event, v.day(DayOf(day)), kApps[i % 3],
                      v.number(Number(day, i, 1))});
      file.facts.push_back({DayOf(day),
                            {{"event_id", event}, {"app", kApps[i % 3]}},
                            {{"duration_ms", Number(day, i, 1)}}});
    }
  }
  file.people = {"duration_ms"};
  file.bytes = Written(rows, v);
  return file;
}

// A row an event, and many of the same price: as many orders as rows.
File Orders(const Variation& v) {
  File file;
  Rows rows = {{"order_id", "date", "country", "revenue"}};
  int id = 5000;
  for (int day = 0; day < kDays; ++day) {
    for (int i = 0; i < 6; ++i) {
      const std::string order = absl::StrCat(++id);
      rows.push_back(
          {order, v.day(DayOf(day)), kCountries[i % 2], v.number(12345)});
      file.facts.push_back(
          {DayOf(day),
           {{"order_id", order}, {"country", kCountries[i % 2]}},
           {{"revenue", 12345}}});
    }
  }
  file.bytes = Written(rows, v);
  return file;
}

// The same number of several devices, which are told apart by an id alone.
File Devices(const Variation& v) {
  File file;
  Rows rows = {{"date", "device_id", "installs"}};
  for (int day = 0; day < kDays; ++day) {
    for (int device = 0; device < 3; ++device) {
      const std::string id = absl::StrCat(70 + 3 * device);
      rows.push_back({v.day(DayOf(day)), id, v.number(1200)});
      file.facts.push_back(
          {DayOf(day), {{"device_id", id}}, {{"installs", 1200}}});
    }
  }
  file.bytes = Written(rows, v);
  return file;
}

// A row that is there twice, with another number: which one is right?
File Clashing(const Variation& v) {
  File file = Long(v, "users");
  Rows rows = {{"date", "app", "users"}};
  for (int day = 0; day < kDays; ++day) {
    for (int app = 0; app < 3; ++app) {
      rows.push_back(
          {v.day(DayOf(day)), kApps[app], v.number(Number(day, app, 0))});
    }
  }
  rows.push_back({v.day(DayOf(3)), kApps[1], v.number(7)});
  file.facts.clear();
  file.no_measures = {"users"};
  file.bytes = Written(rows, v);
  return file;
}

// All downloads so far, and nothing beside them that they are sums of.
File RunningAlone(const Variation& v) {
  File file;
  Rows rows = {{"date", "app", "cumulative downloads"}};
  double running[3] = {0, 0, 0};
  for (int day = 0; day < kDays; ++day) {
    for (int app = 0; app < 3; ++app) {
      running[app] += Number(day, app, 0);
      rows.push_back({v.day(DayOf(day)), kApps[app], v.number(running[app])});
      file.facts.push_back({DayOf(day),
                            {{"app", kApps[app]}},
                            {{"cumulative downloads", running[app]}}});
    }
  }
  file.people = {"cumulative downloads"};
  file.bytes = Written(rows, v);
  return file;
}

// Months, each by its last day; and weeks, by a Sunday.
File OnDays(const Variation& v, const std::vector<absl::CivilDay>& days) {
  File file;
  Rows rows = {{"date", "app", "downloads"}};
  for (size_t i = 0; i < days.size(); ++i) {
    for (int app = 0; app < 3; ++app) {
      const double number = Number(static_cast<int>(i), app, 1);
      rows.push_back({v.day(days[i]), kApps[app], v.number(number)});
      file.facts.push_back(
          {days[i], {{"app", kApps[app]}}, {{"downloads", number}}});
    }
  }
  file.bytes = Written(rows, v);
  return file;
}
File MonthEnds(const Variation& v) {
  std::vector<absl::CivilDay> days;
  for (int month = 0; month < 14; ++month) {
    days.push_back(absl::CivilDay(absl::CivilMonth(2024, 1) + month + 1) - 1);
  }
  return OnDays(v, days);
}
File Sundays(const Variation& v) {
  std::vector<absl::CivilDay> days;
  for (int week = 0; week < 14; ++week) {
    days.push_back(absl::CivilDay(2025, 1, 5) + 7 * week);
  }
  return OnDays(v, days);
}

// ---- What became of one

struct Kind {
  const char* name;
  File (*make)(const Variation&);
};
constexpr Kind kKinds[] = {
    {"a row for each", Downloads},
    {"people", Users},
    {"wide", Wide},
    {"totals between the rows", WithTotals},
    {"a total at the end", WithLastLine},
    {"shares and running totals", WithDerived},
    {"several measures", Measures},
    {"gaps", WithGaps},
    {"a log of events", EventLog},
    {"orders of one price", Orders},
    {"devices of one number", Devices},
    {"rows that clash", Clashing},
    {"running totals alone", RunningAlone},
    {"month ends", MonthEnds},
    {"weeks by Sunday", Sundays},
};

bool Holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The header of a metric's measure: "" of a wide file.
std::string MeasureOf(const ImportSpec& import, const std::string& metric) {
  for (const ImportColumn& column : import.columns) {
    if (column.role != Role::kValue) continue;
    const std::string& into =
        column.metric.empty() ? import.metric : column.metric;
    if (into == metric) return column.header;
  }
  return "";
}

// What is wrong with the samples of one metric; empty where nothing is.
std::string WrongSamples(const Snapshot& snapshot, const Metric& metric,
                         const ImportSpec& import, const File& file) {
  const std::string measure = MeasureOf(import, metric.spec.name);
  const bool adds = metric.spec.over_time == Additivity::kAdds;
  if (Holds(file.no_measures, measure)) {
    return absl::StrCat(measure, " was imported");
  }
  if (adds && Holds(file.people, measure)) {
    return absl::StrCat(measure, " adds, and is of people");
  }
  // By members as ReadSamples() joins them, and step.
  std::map<testing::SampleKey, double> facts;
  for (const Fact& fact : file.facts) {
    const auto value = fact.values.find(measure);
    if (value == fact.values.end()) continue;
    std::vector<std::string> members;
    for (const Dimension& dimension : metric.spec.dimensions) {
      std::string header;
      for (const ImportColumn& column : import.columns) {
        if (column.dimension == dimension.name) header = column.header;
      }
      const auto member = fact.members.find(header);
      members.push_back(member == fact.members.end() ? "" : member->second);
    }
    const auto step =
        metric.grid.StepNamed({Unit::kDay, absl::CivilSecond(fact.day), {}});
    // Seconds since 1970 give steps below a day: midnight's.
    const int64_t at =
        step.ok() ? *step : metric.grid.StepAt(absl::CivilSecond(fact.day));
    const auto [sample, is_new] = facts.try_emplace(
        testing::SampleKey{absl::StrJoin(members, "/"), at}, 0.0);
    if (!is_new && import.same_sample != SameSample::kSum) {
      return "two facts are one sample";
    }
    sample->second += value->second;
  }
  const auto samples = ReadSamples(snapshot, metric);
  if (samples.size() != facts.size()) {
    return absl::StrCat(metric.spec.name, ": ", samples.size(), " samples for ",
                        facts.size(), " facts");
  }
  for (const auto& [key, value] : samples) {
    const auto fact = facts.find(key);
    const double number = metric.spec.value_type == ValueType::kInteger
                              ? static_cast<double>(value)
                              : absl::bit_cast<double>(value);
    if (fact == facts.end()) {
      return absl::StrCat(metric.spec.name, ": no fact of ", key.first, " at ",
                          metric.grid.Format(key.second));
    }
    if (std::fabs(number - fact->second) > 1e-6) {
      return absl::StrCat(metric.spec.name, ": ", number, " of ", key.first,
                          " at ", metric.grid.Format(key.second), ", not ",
                          fact->second);
    }
  }
  return "";
}

struct Tally {
  int imported = 0;
  int refused = 0;
};

std::string WhatIsWrong(const File& file, Tally* tally) {
  const TempDir folder;
  const std::string path = folder / "f.csv";
  WriteFile(path, file.bytes);
  const auto guess = GuessImport(path);
  if (!guess.ok()) {
    ++tally->refused;
    // In words, of this file.
    return guess.status().message().find("f.csv") == std::string::npos
               ? absl::StrCat("unclear: ", guess.status().message())
               : "";
  }
  DatabaseHome home(Home::kMemory);
  const auto database = home.Open();
  for (const MetricSpec& metric : guess->metrics) {
    if (!database->Define(metric).ok()) return "a guess that cannot be defined";
  }
  const auto report = ImportCsv(*database, guess->import, {});
  if (!report.ok()) {
    ++tally->refused;
    return "";
  }
  ++tally->imported;
  const auto snapshot = database->TakeSnapshot();
  for (const auto& metric : snapshot->Metrics()) {
    std::string wrong = WrongSamples(*snapshot, *metric, guess->import, file);
    if (!wrong.empty()) {
      return absl::StrCat(wrong, "\n", guess->define_text, "\n",
                          guess->import_text);
    }
  }
  return "";
}

TEST_CASE("no file of any kind is imported into wrong numbers",
          "[guess][many]") {
  for (const Kind& kind : kKinds) {
    Tally tally;
    int files = 0;
    for (const Variation& variation : Variations()) {
      INFO(kind.name << ", " << variation.name);
      const std::string wrong = WhatIsWrong(kind.make(variation), &tally);
      INFO(wrong);
      CHECK(wrong.empty());
      ++files;
    }
    INFO(kind.name << ": " << tally.imported << " imported, " << tally.refused
                   << " refused");
    CHECK(files >= 30);
    CHECK(tally.imported + tally.refused == files);
    // What clashes, or is no count of a day, is never imported; of the others
    // most are, or the guess is of no use.
    const bool never = kind.make == Clashing;
    if (never) CHECK(tally.imported == 0);
    if (kind.make == Downloads || kind.make == Users || kind.make == Wide ||
        kind.make == Measures || kind.make == Orders || kind.make == Devices) {
      CHECK(tally.imported >= 20);
    }
  }
}

}  // namespace
}  // namespace footfall
