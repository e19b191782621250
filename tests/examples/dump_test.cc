// A database that is dumped and loaded is dumped with equal bytes.

#include "examples/repl/dump.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "footfall/query.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"

namespace footfall::repl {
namespace {

using footfall::testing::DatabaseHome;
using footfall::testing::Home;
using footfall::testing::TempDir;

constexpr uint32_t kSeed = 20250208;

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::map<std::string, std::string> Files(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files[entry.path().filename().string()] = Content(entry.path().string());
  }
  return files;
}

class Maker {
 public:
  explicit Maker(uint32_t seed) : random_(seed) {}

  uint32_t Below(uint32_t limit) {
    return static_cast<uint32_t>(random_() % limit);
  }

  MetricSpec AnyMetric(const std::string& name) {
    static constexpr Period kPeriods[] = {
        {Unit::kDay, 1},  {Unit::kWeek, 1},    {Unit::kMonth, 1},
        {Unit::kHour, 1}, {Unit::kMinute, 15}, {Unit::kDay, 3},
        {Unit::kYear, 1}, {Unit::kQuarter, 1}};
    static const char* const kZones[] = {"UTC", "Asia/Shanghai",
                                         "America/New_York"};
    static const char* const kDimensions[] = {"app", "value", "region"};
    MetricSpec spec;
    spec.name = name;
    spec.period = kPeriods[Below(std::size(kPeriods))];
    spec.zone = kZones[Below(3)];
    spec.value_type = Below(2) == 0 ? ValueType::kInteger : ValueType::kDecimal;
    spec.over_time =
        static_cast<Additivity>(static_cast<int>(Additivity::kAdds) + Below(2));
    spec.unit = Below(2) == 0 ? "it's" : "";
    // The alias of the test is of the first.
    const uint32_t count = 1 + Below(3);
    for (uint32_t d = 0; d < count; ++d) {
      spec.dimensions.push_back({kDimensions[d], spec.over_time});
    }
    return spec;
  }

  std::string AnyMember() {
    static const char* const kMembers[] = {
        "",       "A", "a",   " A",    "it's",  "a \"b\"",    "x,y", "x;y",
        "文小言", "-", "NaN", "Total", "1,234", "2025-01-01", "'q'", "#1"};
    return kMembers[Below(std::size(kMembers))];
  }

  void Fill(Database* database, const std::shared_ptr<const Metric>& metric) {
    SampleBatch batch;
    SampleRows& rows = batch.RowsOf(metric);
    const size_t dimensions = metric->spec.dimensions.size();
    const int64_t middle =
        metric->grid.StepAt(absl::CivilSecond(2024, 11, 3, 0, 30, 0));
    for (int i = 0; i < 200; ++i) {
      std::vector<std::string> members;
      for (size_t d = 0; d < dimensions; ++d) members.push_back(AnyMember());
      const std::vector<absl::string_view> views(members.begin(),
                                                 members.end());
      const int64_t step = middle - 40 + Below(80);
      if (metric->spec.value_type == ValueType::kInteger) {
        rows.AddStep(step, views, static_cast<int64_t>(Below(1'000'000)));
      } else {
        rows.AddStep(step, views, Below(1'000'000) / 7.0);
      }
    }
    REQUIRE(database->Write(batch, WriteOptions()).ok());
  }

 private:
  std::mt19937 random_;
};

TEST_CASE("dump, load, dump gives equal bytes", "[dump]") {
  Maker maker(kSeed);
  for (int round = 0; round < 12; ++round) {
    INFO("seed " << kSeed << ", round " << round);
    DatabaseHome home(Home::kMemory);
    const auto database = home.Open();
    for (uint32_t m = 1 + maker.Below(4); m > 0; --m) {
      const auto metric =
          database->Define(maker.AnyMetric(absl::StrCat("metric_", m)));
      REQUIRE(metric.status() == absl::OkStatus());
      maker.Fill(database.get(), *metric);
    }
    SampleBatch names;
    names.AddEvent({.kind = "release",
                    .name = "it's",
                    .date = *ParseDate("2025-02-08T13:05+08:00"),
                    .note = "a; b -- c"});
    names.AddAlias({.dimension = "app", .old_name = "a", .new_name = "A"});
    names.AddAttribute({.dimension = "app",
                        .member = "it's",
                        .name = "value",
                        .value = "it's"});
    names.AddAttribute({.dimension = "app",
                        .member = "A",
                        .name = "maker",
                        .from = *ParseDate("2025-Q1")});
    // Of dimensions that went with their metric: more than one metric has.
    if (round % 2 == 0) {
      for (const char* const name : {"gone", "gone_too"}) {
        MetricSpec gone;
        gone.name = name;
        for (int d = 0; d < 6; ++d) {
          const std::string dimension = absl::StrCat(name, "_", d);
          gone.dimensions.push_back({dimension, Additivity::kAdds});
          names.AddEvent({.kind = "outage",
                          .name = dimension,
                          .date = *ParseDate("2025-02"),
                          .members = {{dimension, "x"}}});
          names.AddAlias(
              {.dimension = dimension, .old_name = "old", .new_name = "new"});
          names.AddAttribute({.dimension = dimension,
                              .member = "old",
                              .name = absl::StrCat(dimension, "_kind"),
                              .value = "new"});
        }
        REQUIRE(database->Define(gone).ok());
      }
    }
    REQUIRE(database->Write(names, WriteOptions()).ok());
    if (round % 2 == 0) {
      REQUIRE(database->DropMetric("gone").ok());
      REQUIRE(database->DropMetric("gone_too").ok());
    }

    const TempDir first;
    const auto dumped = DumpDatabase(*database, first / "out");
    REQUIRE(dumped.status() == absl::OkStatus());
    // Paths of the script are of its own folder.
    const std::string script = absl::StrReplaceAll(
        Content(first / "out/load.sql"),
        {{"IMPORT '", absl::StrCat("IMPORT '", first / "out/")}});
    DatabaseHome other(Home::kMemory);
    const auto loaded = other.Open();
    REQUIRE(Execute(*loaded, script, {}, {}) == absl::OkStatus());
    const TempDir second;
    REQUIRE(DumpDatabase(*loaded, second / "out").ok());
    CHECK((Files(first / "out") == Files(second / "out")));
  }
}

// Loads a dump into a new database of that clock.
std::unique_ptr<Database> Load(const std::string& folder,
                               const DatabaseOptions& options) {
  const std::string script = absl::StrReplaceAll(
      Content(folder + "/load.sql"),
      {{"IMPORT '", absl::StrCat("IMPORT '", folder, "/")}});
  auto loaded = Database::OpenInMemory(options);
  REQUIRE(loaded.ok());
  INFO(script);
  REQUIRE(Execute(**loaded, script, {}, {}) == absl::OkStatus());
  return *std::move(loaded);
}

TEST_CASE("what was rolled up is dumped, and rolled up again", "[dump]") {
  DatabaseOptions options;
  options.background_upkeep = false;
  absl::Time now =
      absl::FromCivil(absl::CivilDay(2025, 2, 11), absl::UTCTimeZone());
  options.clock = [&now] { return now; };
  for (const char* const rule : {"ADDS", "OVERLAPS", "LEVEL"}) {
    CAPTURE(rule);
    const auto made = Database::OpenInMemory(options);
    REQUIRE(made.ok());
    Database& database = **made;
    std::string script = absl::StrCat(
        "DEFINE METRIC m INTEGER EVERY hour OVER TIME ", rule, " BY app;",
        "DEFINE METRIC m_by_day INTEGER EVERY day OVER TIME ADDS;"
        "INSERT INTO m (TIME, VALUE, app) VALUES ");
    for (int hour = 0; hour < 24 * 120; hour += 7) {
      absl::StrAppend(
          &script, hour > 0 ? ", " : "", "(",
          absl::FormatCivilTime(absl::CivilHour(2024, 10, 15) + hour), "Z, ",
          hour * 37 % 1000, ", '", hour % 3 == 0 ? "A" : "B", "')");
    }
    script +=
        ";ALTER METRIC m SET KEEP hours 5 days, days 30 days, "
        "months FOREVER; COMPACT";
    REQUIRE(Execute(database, script, {}, {}) == absl::OkStatus());
    const TempDir first;
    REQUIRE(DumpDatabase(database, first / "out").ok());
    const auto files = Files(first / "out");
    CHECK(files.count("m.by_day.csv.gz") == 1);
    CHECK(files.count("m.by_month.csv.gz") == 1);
    const auto loaded = Load(first / "out", options);
    int answered = 0;
    for (const char* const question :
         {"SELECT sum(m) BY app EVERY month",
          "SELECT max(m) BY app EVERY month",
          "SELECT last(m) BY app EVERY month",
          "SELECT sum(m) BY app EVERY day DURING 2025-01-20..",
          "SELECT m BY app DURING 2025-02-08.."}) {
      QueryOptions at;
      at.now = now;
      const auto before = Query(*database.TakeSnapshot(), question, at);
      const auto after = Query(*loaded->TakeSnapshot(), question, at);
      CAPTURE(question, before.status());
      REQUIRE(before.status().code() == after.status().code());
      if (!before.ok()) continue;
      ++answered;
      // Coverage may say less: nobody knows any more which steps were whole.
      CHECK(FormatCsv(ValuesOnly(*before)) == FormatCsv(ValuesOnly(*after)));
    }
    CHECK(answered >= 2);
    const TempDir second;
    REQUIRE(DumpDatabase(*loaded, second / "out").ok());
    CHECK((files == Files(second / "out")));
  }
}

TEST_CASE("a dump that cannot be written says so", "[dump]") {
  DatabaseHome home(Home::kMemory);
  const auto database = home.Open();
  const auto dumped = DumpDatabase(*database, "/dev/null/out");
  CHECK(dumped.status().code() == absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace footfall::repl
