// Bulk loads through the database: what they store, beside what is there.

#include "engine/write/bulk_load.h"

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/database_home.h"

namespace footfall {
namespace {

using testing::DatabaseHome;
using testing::Home;
using testing::ReadSamples;
using testing::Samples;

MetricSpec Spec(absl::string_view name, Additivity over_time) {
  MetricSpec spec;
  spec.name = std::string(name);
  spec.dimensions = {{"app", over_time}, {"platform", over_time}};
  spec.over_time = over_time;
  return spec;
}

std::shared_ptr<const Metric> Define(Database* database,
                                     const MetricSpec& spec) {
  const auto metric = database->Define(spec);
  REQUIRE(metric.status() == absl::OkStatus());
  return *metric;
}

std::unique_ptr<BulkLoader> NewLoader(Database* database,
                                      std::shared_ptr<const Metric> metric,
                                      uint64_t memory_bytes = 1 << 20) {
  auto loader = database->NewBulkLoader(std::move(metric), memory_bytes);
  REQUIRE(loader.status() == absl::OkStatus());
  return *std::move(loader);
}

// One of many: an assertion each would take longer than the load.
void AddRow(BulkLoader* loader, int64_t step,
            absl::Span<const absl::string_view> members, int64_t value) {
  const absl::Status added = loader->Add(step, members, value);
  if (!added.ok()) FAIL(added);
}

TEST_CASE("a load lies over what is there and under what comes", "[bulk]") {
  const Home home_kind = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home_kind);
  DatabaseHome home(home_kind);
  auto database = home.Open();
  const auto metric = Define(database.get(), Spec("dau", Additivity::kAdds));
  SampleBatch batch;
  batch.RowsOf(metric).AddStep(100, {"A", "x"}, 1);
  batch.RowsOf(metric).AddStep(101, {"A", "x"}, 2);
  REQUIRE(database->Write(batch, {}).ok());

  auto loader = NewLoader(database.get(), metric);
  REQUIRE(loader->Add(101, {"A", "x"}, 20).ok());
  REQUIRE(loader->Add(102, {"A", "x"}, 30).ok());
  REQUIRE(loader->Add(101, {"A", "x"}, 21).ok());
  REQUIRE(loader->Add(-700'000, {"B", ""}, -5).ok());
  const uint64_t before = database->Stats().commit;
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric).size() == 2);
  // A write between the rows and their publication is older than they are.
  SampleBatch meanwhile;
  meanwhile.RowsOf(metric).AddStep(101, {"A", "x"}, 500);
  meanwhile.RowsOf(metric).AddStep(103, {"C", "x"}, 4);
  REQUIRE(database->Write(meanwhile, {}).ok());
  const auto result = loader->Finish();
  REQUIRE(result.status() == absl::OkStatus());
  CHECK(result->commit == before + 2);
  CHECK(result->samples == 3);
  CHECK(result->replaced_in_batch == 1);
  CHECK(result->new_series == 1);
  loader.reset();

  Samples expected = {{{"A/x", 100}, 1},
                      {{"A/x", 101}, 21},
                      {{"A/x", 102}, 30},
                      {{"B/", -700'000}, -5},
                      {{"C/x", 103}, 4}};
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);

  SampleBatch later;
  later.RowsOf(metric).AddStep(102, {"A", "x"}, 31);
  later.RowsOf(metric).Delete(-700'000, {"B", ""});
  REQUIRE(database->Write(later, {}).ok());
  expected[{"A/x", 102}] = 31;
  expected.erase({"B/", -700'000});
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);
  REQUIRE(database->Compact().ok());
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);
  REQUIRE(database->Close().ok());
  database = home.Open();
  CHECK(ReadSamples(*database->TakeSnapshot(),
                    *database->TakeSnapshot()->FindMetric("dau")) == expected);
}

TEST_CASE("rows that do not fit are refused and the load goes on", "[bulk]") {
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  const auto metric =
      Define(database.get(), Spec("dau", Additivity::kOverlaps));
  auto loader = NewLoader(database.get(), metric);
  const std::string long_member(256, 'x');
  struct Case {
    int64_t step;
    std::vector<absl::string_view> members;
    int64_t value;
    const char* reason;
  };
  const Case cases[] = {
      {4'000'000, {"A", "x"}, 1, "outside the years 1 to 9999"},
      {0, {"A"}, 1, "1 members were given; it has 2 dimensions"},
      {0, {"A", "x", "y"}, 1, "3 members"},
      {0, {"A", long_member}, 1, "column platform: text of 256 bytes"},
      {0, {"\xff", "x"}, 1, "column app"},
      {0, {"\xff", "x"}, 1, "column app"},  // the second time as well
      {0, {"A", "x"}, -1, "is negative"},
  };
  for (const Case& c : cases) {
    INFO(c.reason);
    const absl::Status status = loader->Add(c.step, c.members, c.value);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(status.message()), ContainsSubstring(c.reason));
  }
  const BulkLoader::Row unknown = {.step = 0, .value = 1, .series = 9};
  CHECK(loader->AddRows({unknown}).code() ==
        absl::StatusCode::kInvalidArgument);
  // Asked for, but never written: not created.
  REQUIRE(loader->SeriesOf({"unused", "x"}).ok());
  REQUIRE(loader->Add(0, {"", ""}, 7).ok());
  const auto result = loader->Finish();
  REQUIRE(result.status() == absl::OkStatus());
  CHECK(result->new_series == 1);
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) ==
        Samples{{{"/", 0}, 7}});
  CHECK_FALSE(
      database->TakeSnapshot()->FindMember("app", "unused").has_value());
  CHECK(loader->Add(0, {"", ""}, 8).code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(loader->Finish().status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

// Columns of 5,000 rows of three apps and two platforms.
struct Columns {
  std::vector<int64_t> steps;
  std::vector<int64_t> integers;
  std::vector<double> decimals;
  std::vector<uint32_t> apps;
  std::vector<uint32_t> platforms;
  // A name twice, and one that no row has.
  std::vector<absl::string_view> app_names = {"A", "unused", "B", "A", "C"};
  std::vector<absl::string_view> platform_names = {"", "web"};
  std::vector<SampleColumns::Members> members;

  explicit Columns(bool is_decimal) {
    for (int i = 0; i < 5'000; ++i) {
      steps.push_back(i / 7);
      is_decimal ? decimals.push_back(i / 2.0) : integers.push_back(i);
      constexpr uint32_t kApps[] = {4, 0, 2, 3};
      apps.push_back(kApps[i % 4]);
      platforms.push_back(i % 7 < 3 ? 0 : 1);
    }
    members = {{app_names, apps}, {platform_names, platforms}};
  }
  SampleColumns view() const {
    return {.steps = steps,
            .integers = integers,
            .decimals = decimals,
            .members = members};
  }
};

TEST_CASE("columns are the rows that they stand for", "[bulk]") {
  // Into an INTEGER, whole numbers into a DECIMAL, and decimals.
  const auto [type, is_decimal] =
      GENERATE(table<ValueType, bool>({{ValueType::kInteger, false},
                                       {ValueType::kDecimal, false},
                                       {ValueType::kDecimal, true}}));
  CAPTURE(static_cast<int>(type), is_decimal);
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  const auto define = [&](const std::string& name) {
    MetricSpec spec = Spec(name, Additivity::kAdds);
    spec.value_type = type;
    return Define(database.get(), spec);
  };
  const auto by_rows = define("by_rows");
  const auto in_batch = define("in_batch");
  const auto in_load = define("in_load");
  const Columns columns(is_decimal);
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(by_rows);
  for (size_t i = 0; i < columns.steps.size(); ++i) {
    const SampleValue value = is_decimal ? SampleValue(columns.decimals[i])
                                         : SampleValue(columns.integers[i]);
    rows.AddStep(columns.steps[i],
                 {columns.app_names[columns.apps[i]],
                  columns.platform_names[columns.platforms[i]]},
                 value);
  }
  REQUIRE(batch.RowsOf(in_batch).AddColumns(columns.view()).ok());
  REQUIRE(database->Write(batch, {}).status() == absl::OkStatus());
  auto loader = NewLoader(database.get(), in_load);
  REQUIRE(loader->AddColumns(columns.view()) == absl::OkStatus());
  // Beside rows that come one by one.
  REQUIRE(loader->Add(9'000, {"unused", "web"}, 1).ok());
  const auto result = loader->Finish();
  REQUIRE(result.status() == absl::OkStatus());

  const auto snapshot = database->TakeSnapshot();
  Samples expected = ReadSamples(*snapshot, *by_rows);
  CHECK(expected.size() > 3'500);
  CHECK((ReadSamples(*snapshot, *in_batch) == expected));
  expected[{"unused/web", 9'000}] = 1;
  CHECK((ReadSamples(*snapshot, *in_load) == expected));
}

TEST_CASE("columns that do not fit are refused whole", "[bulk]") {
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  const auto metric =
      Define(database.get(), Spec("dau", Additivity::kOverlaps));
  struct Case {
    std::function<void(Columns*)> spoil;
    const char* reason;
    bool by_shape = true;  // or by what Write() checks
  };
  const Case cases[] = {
      {[](Columns* c) { c->integers.pop_back(); },
       "column values has 4999 rows; column steps has 5000"},
      {[](Columns* c) {
         c->decimals = {1, 2};
       },
       "as integers and as decimals"},
      {[](Columns* c) {
         c->platforms.pop_back();
         c->members[1].codes = c->platforms;
       },
       "column codes of dimension 1 has 4999 rows"},
      {[](Columns* c) { c->members.pop_back(); },
       "columns of 1 dimensions were given; the metric has 2"},
      {[](Columns* c) { c->apps[70] = 5; },
       "row 70, from 0: code 5 of dimension 0 has no name; there are 5"},
      {[](Columns* c) { c->integers[4'999] = -1; }, "-1 is negative", false},
      {[](Columns* c) { c->steps[3] = 40'000'000; }, "outside the years",
       false},
      {[](Columns* c) { c->app_names[2] = "\xff"; }, "row 2, from 0: ", false},
      {[](Columns* c) {
         c->decimals.assign(5'000, 0.5);
         c->integers.clear();
       },
       "is a decimal; the metric is INTEGER", false},
  };
  auto loader = NewLoader(database.get(), metric);
  for (const Case& one : cases) {
    CAPTURE(one.reason);
    Columns columns(false);
    one.spoil(&columns);
    const absl::Status of_load = loader->AddColumns(columns.view());
    CHECK(of_load.code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(of_load.message()), ContainsSubstring(one.reason));
    SampleBatch batch;
    absl::Status of_batch = batch.RowsOf(metric).AddColumns(columns.view());
    CHECK(of_batch.ok() == !one.by_shape);
    if (one.by_shape) {
      CHECK(batch.row_count() == 0);
    } else {
      of_batch = database->Write(batch, {}).status();
    }
    CHECK_THAT(std::string(of_batch.message()), ContainsSubstring(one.reason));
  }
  // What was refused left no row; the loader goes on.
  REQUIRE(loader->Add(1, {"A", "web"}, 1).ok());
  const auto result = loader->Finish();
  REQUIRE(result.status() == absl::OkStatus());
  CHECK(result->samples == 1);
}

TEST_CASE("a load that others come between is prepared anew", "[bulk]") {
  // How often a write comes while it is prepared: more often than it is
  // prepared outside the queue, too.
  const int64_t times = GENERATE(0, 1, 2, 3);
  // A new series of the same names, or a tile where the load puts one.
  const bool by_series = GENERATE(false, true);
  const uint64_t memory = GENERATE(1, 64 << 20);  // with a file, and without
  CAPTURE(times, by_series, memory);
  // As steps lie in tiles from 0 on.
  constexpr int64_t kFirstStep = 400 * 256;
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  const auto metric = Define(database.get(), Spec("dau", Additivity::kAdds));
  Samples expected;
  const auto load = [&](int64_t first_step, const StopCheck& stop) {
    auto loader = NewLoader(database.get(), metric, memory);
    for (int64_t i = 0; i < 70'000; ++i) {
      const std::string app = "a" + std::to_string(i % 100);
      const int64_t step = first_step + i / 100;
      AddRow(loader.get(), step, {app, "web"}, i);
      expected[{app + "/web", step}] = i;
    }
    const auto result = loader->Finish(stop);
    REQUIRE(result.status() == absl::OkStatus());
    CHECK(result->samples == 70'000);
  };
  int64_t calls = 0;
  load(0, [&] { return ++calls, absl::OkStatus(); });
  const int64_t of_one = calls;
  REQUIRE(of_one > 3);
  calls = 0;
  int64_t writes = 0;
  load(kFirstStep, [&] {
    if (calls++ % of_one == 1 && writes < times) {
      SampleBatch batch;
      const std::string app = by_series ? "new" + std::to_string(writes) : "a7";
      batch.RowsOf(metric).AddStep(kFirstStep, {app, "web"}, -1);
      batch.RowsOf(metric).AddStep(kFirstStep - 1, {app, "web"}, -2);
      REQUIRE(database->Write(batch, {}).ok());
      if (by_series) expected[{app + "/web", kFirstStep}] = -1;
      expected[{app + "/web", kFirstStep - 1}] = -2;
      ++writes;
    }
    return absl::OkStatus();
  });
  CHECK(writes == times);
  CHECK(calls == of_one * (times + 1));
  CHECK((ReadSamples(*database->TakeSnapshot(), *metric) == expected));
  REQUIRE(database->Compact().ok());
  CHECK((ReadSamples(*database->TakeSnapshot(), *metric) == expected));
}

TEST_CASE("a load that is dropped or empty leaves nothing", "[bulk]") {
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  const auto metric = Define(database.get(), Spec("dau", Additivity::kAdds));
  const uint64_t commit = database->Stats().commit;
  {
    auto loader = NewLoader(database.get(), metric);
    REQUIRE(loader->Add(0, {"A", "x"}, 1).ok());
  }
  auto loader = NewLoader(database.get(), metric);
  const auto result = loader->Finish();
  REQUIRE(result.status() == absl::OkStatus());
  CHECK(result->samples == 0);
  CHECK(database->Stats().commit == commit);
  CHECK(database->Stats().series_count == 0);
}

TEST_CASE("a load into a metric that was dropped is refused", "[bulk]") {
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  const auto metric = Define(database.get(), Spec("dau", Additivity::kAdds));
  auto loader = NewLoader(database.get(), metric);
  REQUIRE(loader->Add(0, {"A", "x"}, 1).ok());
  REQUIRE(database->DropMetric("dau").ok());
  CHECK(database->NewBulkLoader(metric, 1).status().code() ==
        absl::StatusCode::kNotFound);
  const auto next = Define(database.get(), Spec("dau", Additivity::kAdds));
  CHECK(loader->Finish().status().code() == absl::StatusCode::kNotFound);
  CHECK(ReadSamples(*database->TakeSnapshot(), *next).empty());
  // The database goes on.
  SampleBatch batch;
  batch.RowsOf(next).AddStep(0, {"A", "x"}, 1);
  CHECK(database->Write(batch, {}).ok());
}

TEST_CASE("seconds over ten centuries fit one load", "[bulk]") {
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  MetricSpec spec = Spec("hits", Additivity::kAdds);
  spec.period = {Unit::kSecond, 1};
  const auto metric = Define(database.get(), spec);
  auto loader = NewLoader(database.get(), metric);
  const StepRange limits = metric->grid.Limits();
  REQUIRE(loader->Add(limits.end - 1, {"A", "x"}, 1).ok());
  REQUIRE(loader->Add(limits.begin, {"A", "x"}, 2).ok());
  REQUIRE(loader->Add(-1, {"B", "x"}, 3).ok());
  REQUIRE(loader->Finish().status() == absl::OkStatus());
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) ==
        Samples{{{"A/x", limits.end - 1}, 1},
                {{"A/x", limits.begin}, 2},
                {{"B/x", -1}, 3}});
}

TEST_CASE("random loads with and without memory equal a plain map", "[bulk]") {
  const uint32_t seed = 1096;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  const auto metric = Define(database.get(), Spec("dau", Additivity::kAdds));
  Samples expected;
  for (int round = 0; round < 3; ++round) {
    // One byte of memory: runs of 65,536 rows.
    auto loader =
        NewLoader(database.get(), metric, round % 2 == 0 ? 1 : 64 << 20);
    uint64_t rows = 0;
    const size_t before = expected.size();
    Samples cells;
    for (int i = 0; i < 80'000; ++i) {
      const std::string app = "a" + std::to_string(random() % 90);
      const std::string platform = random() % 3 == 0 ? "" : "web";
      const int64_t step = static_cast<int64_t>(random() % 1000) - 300;
      const int64_t value = static_cast<int64_t>(random());
      AddRow(loader.get(), step, {app, platform}, value);
      cells[{app + "/" + platform, step}] = value;
      ++rows;
    }
    const auto result = loader->Finish();
    REQUIRE(result.status() == absl::OkStatus());
    CHECK(result->samples == cells.size());
    CHECK(result->replaced_in_batch == rows - cells.size());
    for (const auto& [key, value] : cells) expected[key] = value;
    CHECK(expected.size() >= before);
    CHECK((ReadSamples(*database->TakeSnapshot(), *metric) == expected));
  }
  REQUIRE(database->Compact().ok());
  CHECK((ReadSamples(*database->TakeSnapshot(), *metric) == expected));
}

TEST_CASE("series that come late, out of order or from others fit in any run",
          "[bulk]") {
  const bool has_others = GENERATE(false, true);
  CAPTURE(has_others);
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  const auto metric = Define(database.get(), Spec("dau", Additivity::kAdds));
  Samples expected;
  const auto write = [&](const std::string& app) {
    SampleBatch batch;
    batch.RowsOf(metric).AddStep(-1, {app, "web"}, 7);
    REQUIRE(database->Write(batch, {}).ok());
    expected[{app + "/web", -1}] = 7;
  };
  write("app 500");
  auto loader = NewLoader(database.get(), metric, /*memory_bytes=*/1);
  // Each day brings an app, and all so far in the order of another day.
  constexpr int kStride[] = {1, 7, 11, 13};
  for (int day = 0; day < 250; ++day) {
    const int apps = 300 + day;
    for (int i = 0; i < apps; ++i) {
      const int app = i * kStride[day % 4] % apps;
      const std::string name = "app " + std::to_string(app);
      const std::string platform = (app + day) % 5 == 0 ? "ios" : "web";
      const absl::Status added = loader->Add(day, {name, platform}, app + day);
      if (!added.ok()) FAIL(added);
      expected[{name + "/" + platform, day}] = app + day;
    }
    // Others number series of the loader's before it does, and some of theirs.
    if (has_others && day % 50 == 25) {
      write("app " + std::to_string(500 - day));
      write("other " + std::to_string(day));
    }
  }
  REQUIRE(loader->Finish().status() == absl::OkStatus());
  CHECK((ReadSamples(*database->TakeSnapshot(), *metric) == expected));
}

TEST_CASE("rows of one sample are joined as the loader is told", "[bulk]") {
  struct Case {
    SameSample rule;
    int64_t value;
  };
  const Case row = GENERATE(values<Case>({{SameSample::kLast, 5},
                                          {SameSample::kFirst, 3},
                                          {SameSample::kMax, 8},
                                          {SameSample::kSum, 16}}));
  // In one run, and in runs that are merged from a file.
  const int others = GENERATE(0, 200'000);
  CAPTURE(static_cast<int>(row.rule), others);
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  const auto metric = Define(database.get(), Spec("dau", Additivity::kAdds));
  auto loader = NewLoader(database.get(), metric, /*memory_bytes=*/1);
  loader->JoinRows(row.rule);
  for (const int64_t value : {3, 8, 5}) {
    REQUIRE(loader->Add(100, {"A", "x"}, value).ok());
    for (int i = 0; i < others / 3; ++i) {
      AddRow(loader.get(), 1000 + i, {"B", "x"}, 1);
    }
  }
  const auto result = loader->Finish();
  REQUIRE(result.status() == absl::OkStatus());
  const Samples samples = ReadSamples(*database->TakeSnapshot(), *metric);
  CHECK(samples.at({"A/x", 100}) == row.value);
  if (others == 0) CHECK(result->replaced_in_batch == 2);
}

TEST_CASE("rows of one sample with different values fail a load that says so",
          "[bulk]") {
  DatabaseHome home(Home::kMemory);
  auto database = home.Open();
  const auto adds = Define(database.get(), Spec("hits", Additivity::kAdds));
  const auto users = Define(database.get(), Spec("dau", Additivity::kOverlaps));
  auto first = NewLoader(database.get(), adds);
  auto second = NewLoader(database.get(), users);
  second->JoinRows(SameSample::kRefuse);
  REQUIRE(first->Add(100, {"A", "x"}, 1).ok());
  REQUIRE(second->Add(100, {"A", "x"}, 1).ok());
  REQUIRE(second->Add(100, {"B", "x"}, 2).ok());
  REQUIRE(second->Add(100, {"A", "x"}, 1).ok());
  REQUIRE(second->Add(100, {"B", "x"}, 3).ok());
  BulkLoader* const others[] = {second.get()};
  const auto failed = first->FinishWith(others, {});
  CHECK(failed.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(first->clash_count() == 0);
  CHECK(second->clash_count() == 1);
  REQUIRE(second->clashes().size() == 1);
  CHECK(second->clashes()[0].series == 1);
  CHECK(second->clashes()[0].step == 100);
  // Neither is published.
  CHECK(ReadSamples(*database->TakeSnapshot(), *adds).empty());
  CHECK(ReadSamples(*database->TakeSnapshot(), *users).empty());
  CHECK(database->Stats().series_count == 0);
}

TEST_CASE("loaders of two metrics publish as one commit", "[bulk]") {
  const Home home_kind = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home_kind);
  DatabaseHome home(home_kind);
  auto database = home.Open();
  // The second is older, so its tiles come before the first's.
  const auto users = Define(database.get(), Spec("dau", Additivity::kOverlaps));
  const auto adds = Define(database.get(), Spec("hits", Additivity::kAdds));
  auto first = NewLoader(database.get(), adds);
  auto second = NewLoader(database.get(), users);
  REQUIRE(first->Add(100, {"A", "x"}, 1).ok());
  REQUIRE(second->Add(100, {"A", "x"}, 2).ok());
  const uint64_t before = database->Stats().commit;
  BulkLoader* const others[] = {second.get()};
  const auto results = first->FinishWith(others, {});
  REQUIRE(results.status() == absl::OkStatus());
  REQUIRE(results->size() == 2);
  CHECK((*results)[0].commit == before + 1);
  CHECK((*results)[1].commit == before + 1);
  CHECK(ReadSamples(*database->TakeSnapshot(), *adds) ==
        Samples{{{"A/x", 100}, 1}});
  CHECK(ReadSamples(*database->TakeSnapshot(), *users) ==
        Samples{{{"A/x", 100}, 2}});
  // Tiles of one metric are put by one loader.
  auto twin = NewLoader(database.get(), adds);
  BulkLoader* const twins[] = {twin.get()};
  const auto same = NewLoader(database.get(), adds)->FinishWith(twins, {});
  CHECK(same.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK_THAT(std::string(same.status().message()),
             ContainsSubstring("of metric hits"));
  // A loader that has finished finishes with nobody.
  auto third = NewLoader(database.get(), adds);
  CHECK(third->FinishWith(others, {}).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace footfall
