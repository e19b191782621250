// The database through its public face: what is written is what is read, also
// after it was closed and opened again.

#include "footfall/database.h"

#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "engine/catalog/records.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using testing::DatabaseHome;
using testing::Home;
using testing::ReadSamples;
using testing::Samples;

MetricSpec DauSpec(const std::string& name = "dau") {
  MetricSpec spec;
  spec.name = name;
  spec.dimensions = {{"app", Additivity::kAdds},
                     {"platform", Additivity::kAdds}};
  spec.over_time = Additivity::kAdds;
  spec.unit = "users";
  return spec;
}

std::shared_ptr<const Metric> Define(Database* database,
                                     const MetricSpec& spec) {
  auto metric = database->Define(spec);
  REQUIRE(metric.status() == absl::OkStatus());
  return *metric;
}

WriteResult Write(Database* database, const SampleBatch& batch) {
  const auto result = database->Write(batch, {});
  REQUIRE(result.status() == absl::OkStatus());
  return *result;
}

// One sample of app/platform.
WriteResult WriteOne(Database* database,
                     const std::shared_ptr<const Metric>& metric, int64_t step,
                     absl::string_view app, absl::string_view platform,
                     int64_t value) {
  SampleBatch batch;
  batch.RowsOf(metric).AddStep(step, {app, platform}, value);
  return Write(database, batch);
}

TEST_CASE("a batch is read back as it was written", "[database]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  const auto database = at.Open();
  const auto metric = Define(database.get(), DauSpec());
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(metric);
  rows.Add(absl::CivilDay(2025, 2, 8), {"DeepSeek", "app"}, 34'940'000);
  rows.Add(absl::CivilDay(2025, 2, 8), {"DeepSeek", "web"}, 48'000'000);
  rows.Add(absl::CivilDay(2025, 2, 8), {"DeepSeek", "app"}, 34'940'001);
  rows.Add(absl::CivilDay(1960, 2, 8), {"DeepSeek", ""}, 7);
  rows.Add(absl::CivilDay(1, 1, 1), {"first", "day"}, -1);
  rows.Add(absl::CivilDay(9999, 12, 31), {"last", "day"},
           std::numeric_limits<int64_t>::min());
  const WriteResult result = Write(database.get(), batch);
  CHECK(result.samples == 5);
  CHECK(result.replaced_in_batch == 1);
  CHECK(result.new_series == 5);
  CHECK(result.commit == 2);  // the definition was the first
  const Samples expected = {
      {{"DeepSeek/app", 20127}, 34'940'001},
      {{"DeepSeek/web", 20127}, 48'000'000},
      {{"DeepSeek/", -3615}, 7},
      {{"first/day", -719162}, -1},
      {{"last/day", 2932896}, std::numeric_limits<int64_t>::min()}};
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);
}

TEST_CASE("a later batch replaces, adds to and deletes from earlier ones",
          "[database]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  const auto database = at.Open();
  const auto metric = Define(database.get(), DauSpec());
  WriteOne(database.get(), metric, 20000, "a", "web", 1);
  WriteOne(database.get(), metric, 20001, "a", "web", 2);
  WriteOne(database.get(), metric, 20000, "a", "web", 3);  // replaces
  WriteOne(database.get(), metric, 15000, "a", "web", 4);  // years late
  SampleBatch batch;
  batch.RowsOf(metric).Delete(20001, {"a", "web"});
  batch.RowsOf(metric).Delete(20002, {"a", "web"});    // was not there
  batch.RowsOf(metric).Delete(20002, {"nobody", ""});  // nor its series
  const WriteResult result = Write(database.get(), batch);
  CHECK(result.samples == 0);
  CHECK(result.new_series == 0);
  const auto snapshot = database->TakeSnapshot();
  const Samples expected = {{{"a/web", 15000}, 4}, {{"a/web", 20000}, 3}};
  CHECK(ReadSamples(*snapshot, *metric) == expected);
  CHECK(snapshot->Series(metric->id).count() == 1);
  CHECK_FALSE(snapshot->FindMember("app", "nobody").has_value());
}

TEST_CASE("a value deleted in its own batch is not there", "[database]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = Define(database.get(), DauSpec());
  SampleBatch batch;
  batch.RowsOf(metric).AddStep(20000, {"a", ""}, 1);
  batch.RowsOf(metric).Delete(20000, {"a", ""});
  batch.RowsOf(metric).Delete(20001, {"a", ""});
  batch.RowsOf(metric).AddStep(20001, {"a", ""}, 2);
  const WriteResult result = Write(database.get(), batch);
  CHECK(result.samples == 1);
  CHECK(result.replaced_in_batch == 2);
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) ==
        Samples{{{"a/", 20001}, 2}});
}

TEST_CASE("everything is there after the database was opened again",
          "[database]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  const int rounds = 4;
  Samples expected;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    const auto database = at.Open();
    const auto metric = Define(database.get(), DauSpec());
    CHECK(metric->id == 1);
    CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);
    SampleBatch batch;
    for (int app = 0; app < 100; ++app) {
      const std::string name = "app" + std::to_string(app + 40 * round);
      batch.RowsOf(metric).AddStep(20000 + round * 200, {name, "web"},
                                   app * 1000 + round);
      expected[{name + "/web", 20000 + round * 200}] = app * 1000 + round;
    }
    const WriteResult result = Write(database.get(), batch);
    CHECK(result.commit == static_cast<uint64_t>(round) + 2);
    CHECK(result.new_series == (round == 0 ? 100 : 40));
    REQUIRE(database->Close() == absl::OkStatus());
  }
  const auto database = at.Open();
  CHECK(database->Stats().commit == rounds + 1);
  CHECK(database->Stats().series_count == 220);
  CHECK(database->TakeSnapshot()->MemberCount("app") == 221);
  CHECK(database->TakeSnapshot()->MemberName("app", 1) == "app0");
  CHECK(database->TakeSnapshot()->FindMember("platform", "web") == 1);
}

TEST_CASE("the same declaration again returns the metric that is there",
          "[database]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = Define(database.get(), DauSpec());
  CHECK(Define(database.get(), DauSpec()) == metric);
  CHECK(database->Stats().commit == 1);
}

TEST_CASE("another declaration of a name says what differs", "[database]") {
  struct Case {
    const char* why;
    MetricSpec spec;
    const char* says;
  };
  std::vector<Case> cases;
  const auto add = [&](const char* why, const char* says, auto change) {
    MetricSpec spec = DauSpec();
    change(&spec);
    cases.push_back({why, spec, says});
  };
  add("value type", "value type is INTEGER, not DECIMAL",
      [](MetricSpec* spec) { spec->value_type = ValueType::kDecimal; });
  add("period", "period is day, not week",
      [](MetricSpec* spec) { spec->period.unit = Unit::kWeek; });
  add("rule over time", "over time is ADDS, not LEVEL",
      [](MetricSpec* spec) { spec->over_time = Additivity::kLevel; });
  add("unit", "unit is 'users', not 'people'",
      [](MetricSpec* spec) { spec->unit = "people"; });
  add("dimension", "dimension 2 is platform ADDS, not platform OVERLAPS",
      [](MetricSpec* spec) {
        spec->dimensions[1].rule = Additivity::kOverlaps;
      });
  add("one dimension more", "number of dimensions is 2, not 3",
      [](MetricSpec* spec) { spec->dimensions.push_back({"region"}); });
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  Define(database.get(), DauSpec());
  for (const Case& test : cases) {
    CAPTURE(test.why);
    const auto metric = database->Define(test.spec);
    CHECK(absl::IsFailedPrecondition(metric.status()));
    CHECK_THAT(std::string(metric.status().message()),
               ContainsSubstring(test.says));
  }
  MetricSpec invalid = DauSpec();
  invalid.name = "No name";
  CHECK(absl::IsInvalidArgument(database->Define(invalid).status()));
}

TEST_CASE("metrics share the dictionary of a dimension name", "[database]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto dau = Define(database.get(), DauSpec("dau"));
  const auto mau = Define(database.get(), DauSpec("mau"));
  WriteOne(database.get(), dau, 20000, "a", "web", 1);
  WriteOne(database.get(), mau, 20000, "a", "app", 1);
  const auto snapshot = database->TakeSnapshot();
  CHECK(snapshot->MemberCount("app") == 2);
  CHECK(snapshot->MemberCount("platform") == 3);
  CHECK(snapshot->MemberCount("region") == 0);
  CHECK(snapshot->Series(dau->id).count() == 1);
  CHECK(snapshot->Metrics().size() == 2);
  CHECK(snapshot->Metrics()[0]->spec.name == "dau");
  CHECK(snapshot->FindMetric("mau") == mau);
  CHECK(snapshot->FindMetric("wau") == nullptr);
}

TEST_CASE("a dropped metric is gone, and its id is not given again",
          "[database]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  {
    const auto database = at.Open();
    const auto old = Define(database.get(), DauSpec("old"));
    const auto kept = Define(database.get(), DauSpec("kept"));
    WriteOne(database.get(), old, 20000, "a", "web", 1);
    WriteOne(database.get(), kept, 20000, "a", "web", 2);
    const auto before = database->TakeSnapshot();
    REQUIRE(database->DropMetric("old") == absl::OkStatus());
    CHECK(absl::IsNotFound(database->DropMetric("old")));
    // A snapshot from before still has it.
    CHECK(ReadSamples(*before, *old) == Samples{{{"a/web", 20000}, 1}});
    const auto after = database->TakeSnapshot();
    CHECK(after->FindMetric("old") == nullptr);
    CHECK(after->Series(old->id).count() == 0);
    SampleBatch batch;
    batch.RowsOf(old).AddStep(20000, {"a", "web"}, 3);
    CHECK(absl::IsNotFound(database->Write(batch, {}).status()));
  }
  const auto database = at.Open();
  CHECK(database->TakeSnapshot()->Metrics().size() == 1);
  const auto again = Define(database.get(), DauSpec("old"));
  CHECK(again->id == 3);
  CHECK(ReadSamples(*database->TakeSnapshot(), *again).empty());
  CHECK(ReadSamples(*database->TakeSnapshot(),
                    *database->TakeSnapshot()->FindMetric("kept")) ==
        Samples{{{"a/web", 20000}, 2}});
}

TEST_CASE("Delete answers how many samples there were", "[database]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  const auto database = at.Open();
  const auto metric = Define(database.get(), DauSpec());
  SampleBatch batch;
  for (int64_t step = 20000; step < 20600; ++step) {
    batch.RowsOf(metric).AddStep(step, {"a", "web"}, step);
    batch.RowsOf(metric).AddStep(step, {"b", "web"}, step);
  }
  Write(database.get(), batch);
  const std::vector<SeriesId> first = {0};
  const StepRange steps{20100, 20500};
  const auto delete_steps = [&](absl::Span<const SeriesId> series) {
    return database->Delete(*metric, series, steps, {});
  };
  CHECK(*delete_steps(first) == 400);
  CHECK(*delete_steps(first) == 0);
  const Samples samples = ReadSamples(*database->TakeSnapshot(), *metric);
  CHECK(samples.size() == 800);
  CHECK(samples.count({"a/web", 20099}) == 1);
  CHECK(samples.count({"a/web", 20100}) == 0);
  CHECK(samples.count({"a/web", 20499}) == 0);
  CHECK(samples.count({"a/web", 20500}) == 1);
  const std::vector<SeriesId> descending = {1, 0};
  CHECK(absl::IsInvalidArgument(delete_steps(descending).status()));
  const std::vector<SeriesId> unknown = {7};  // of a series that is not there
  CHECK(*delete_steps(unknown) == 0);
}

TEST_CASE("a snapshot stays as it was", "[database]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  const auto database = at.Open();
  const auto metric = Define(database.get(), DauSpec());
  WriteOne(database.get(), metric, 20000, "a", "web", 1);
  const auto snapshot = database->TakeSnapshot();
  WriteOne(database.get(), metric, 20000, "a", "web", 2);
  WriteOne(database.get(), metric, 20001, "b", "app", 3);
  const std::vector<SeriesId> all = {0, 1};
  CHECK(*database->Delete(*metric, all, {20000, 20001}, {}) == 1);
  REQUIRE(database->Compact() == absl::OkStatus());
  CHECK(snapshot->commit() == 2);
  CHECK(snapshot->Series(metric->id).count() == 1);
  CHECK(snapshot->MemberCount("app") == 2);
  CHECK_FALSE(snapshot->FindMember("app", "b").has_value());
  CHECK(ReadSamples(*snapshot, *metric) == Samples{{{"a/web", 20000}, 1}});
  // Series that came later are not the snapshot's to read.
  CHECK(*testing::TryReadSamples(*snapshot, *metric, all, {20000, 20002}) ==
        Samples{{{"a/web", 20000}, 1}});
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) ==
        Samples{{{"b/app", 20001}, 3}});
}

TEST_CASE("a read-only database answers questions and takes no writes",
          "[database]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  DatabaseOptions options;
  options.read_only = true;
  if (home == Home::kDisk) {
    CHECK(absl::IsNotFound(at.TryOpen(options).status()));
  }
  at.Open()->Define(DauSpec()).IgnoreError();
  {
    const auto database = at.Open();
    WriteOne(database.get(), Define(database.get(), DauSpec()), 20000, "a",
             "web", 1);
  }
  auto opened = at.TryOpen(options);
  REQUIRE(opened.status() == absl::OkStatus());
  const auto database = *std::move(opened);
  CHECK(database->read_only());
  // The same declaration needs no write.
  const auto metric = Define(database.get(), DauSpec());
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric).size() == 1);
  SampleBatch batch;
  batch.RowsOf(metric).AddStep(20000, {"a", "web"}, 2);
  CHECK(absl::IsFailedPrecondition(database->Write(batch, {}).status()));
  CHECK(absl::IsFailedPrecondition(database->Define(DauSpec("x")).status()));
  CHECK(absl::IsFailedPrecondition(database->DropMetric("dau")));
  CHECK(absl::IsFailedPrecondition(database->RunUpkeep()));
  CHECK(absl::IsFailedPrecondition(database->Compact()));
  CHECK(absl::IsFailedPrecondition(
      database->Delete(*metric, {}, {0, 1}, {}).status()));
}

TEST_CASE("a closed database says so", "[database]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  const auto database = at.Open();
  const auto metric = Define(database.get(), DauSpec());
  REQUIRE(database->Close() == absl::OkStatus());
  CHECK(database->Close() == absl::OkStatus());
  SampleBatch batch;
  batch.RowsOf(metric).AddStep(20000, {"a", "web"}, 2);
  const auto result = database->Write(batch, {});
  CHECK(absl::IsFailedPrecondition(result.status()));
  CHECK_THAT(std::string(result.status().message()),
             ContainsSubstring("closed"));
  CHECK(absl::IsFailedPrecondition(database->RunUpkeep()));
  CHECK(absl::IsFailedPrecondition(database->TakeSnapshot()->CheckOpen()));
  CHECK(database->Stats().commit == 0);
}

TEST_CASE("a second process's turn comes after the first has closed",
          "[database]") {
  DatabaseHome at(Home::kDisk);
  const auto database = at.Open();
  const auto second = at.TryOpen();
  CHECK(absl::IsFailedPrecondition(second.status()));
  CHECK_THAT(std::string(second.status().message()),
             ContainsSubstring(at.path()));
}

TEST_CASE("a catalog of a later release is refused", "[database]") {
  DatabaseHome at(Home::kMemory);
  at.Open()->Define(DauSpec()).IgnoreError();
  StoreBatch batch;
  batch.Put(Keyspace::kCatalog, engine::FormatKey(),
            engine::EncodeNumber(engine::kFormatVersion + 1));
  REQUIRE(at.store()->Apply(batch, Durability::kPowerLoss) == absl::OkStatus());
  const auto database = at.TryOpen();
  CHECK(absl::IsUnimplemented(database.status()));
  CHECK_THAT(std::string(database.status().message()),
             ContainsSubstring("later release"));
}

TEST_CASE("a store with records but no format version is not a database",
          "[database]") {
  DatabaseHome at(Home::kMemory);
  StoreBatch batch;
  batch.Put(Keyspace::kCatalog, "x", "y");
  REQUIRE(at.store()->Apply(batch, Durability::kPowerLoss) == absl::OkStatus());
  CHECK(absl::IsDataLoss(at.TryOpen().status()));
}

TEST_CASE("metrics of every period and of no dimension hold samples",
          "[database]") {
  const Unit unit =
      GENERATE(Unit::kSecond, Unit::kMinute, Unit::kHour, Unit::kDay,
               Unit::kWeek, Unit::kMonth, Unit::kQuarter, Unit::kYear);
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  MetricSpec spec;
  spec.name = "total";
  spec.period = {unit, 1};
  spec.value_type = ValueType::kDecimal;
  const auto metric = Define(database.get(), spec);
  const StepRange limits = metric->grid.Limits();
  SampleBatch batch;
  for (const int64_t step :
       {limits.begin, int64_t{-1}, int64_t{0}, limits.end - 1}) {
    batch.RowsOf(metric).AddStep(step, {}, 0.25 * static_cast<double>(step));
  }
  batch.RowsOf(metric).AddStep(1, {}, 3);  // an integer that a double holds
  CHECK(Write(database.get(), batch).new_series == 1);
  const Samples samples = ReadSamples(*database->TakeSnapshot(), *metric);
  REQUIRE(samples.size() == 5);
  CHECK(absl::bit_cast<double>(samples.at({"", limits.begin})) ==
        0.25 * static_cast<double>(limits.begin));
  CHECK(absl::bit_cast<double>(samples.at({"", 1})) == 3.0);
  const auto bounds = database->TakeSnapshot()->StepBounds(metric->id);
  REQUIRE(bounds.ok());
  REQUIRE(bounds->has_value());
  CHECK((*bounds)->begin <= limits.begin);
  CHECK((*bounds)->end >= limits.end);
}

}  // namespace
}  // namespace footfall
