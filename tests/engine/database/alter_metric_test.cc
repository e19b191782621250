// ALTER METRIC: what changes, what stays, what is refused, and who sees it.

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/database.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/failing_store.h"
#include "tests/support/lent_store.h"

namespace footfall {
namespace {

using testing::DatabaseHome;
using testing::Home;
using testing::ReadSamples;
using testing::Samples;

std::shared_ptr<const Metric> Define(Database* database,
                                     const std::string& name = "dau") {
  MetricSpec spec;
  spec.name = name;
  spec.dimensions = {{"app"}, {"region"}};
  const auto metric = database->Define(spec);
  REQUIRE(metric.status() == absl::OkStatus());
  return *metric;
}

absl::StatusOr<WriteResult> Write(Database* database,
                                  std::shared_ptr<const Metric> metric,
                                  int64_t step, int64_t value) {
  SampleBatch batch;
  batch.RowsOf(std::move(metric)).AddStep(step, {"A", "cn"}, value);
  return database->Write(batch, {Durability::kProcessCrash});
}

absl::StatusOr<std::shared_ptr<const Metric>> Alter(
    Database* database, const std::string& name, const MetricChanges& changes) {
  return database->AlterMetric(name, changes, StopCheck());
}

TEST_CASE("a metric is altered for later snapshots, and after reopening",
          "[alter]") {
  DatabaseHome at(GENERATE(Home::kMemory, Home::kDisk));
  auto database = at.Open();
  const auto metric = Define(database.get());
  REQUIRE(Write(database.get(), metric, 20000, 5).ok());
  const auto before = database->TakeSnapshot();
  const auto altered = Alter(database.get(), "dau",
                             {.name = "users",
                              .unit = "people",
                              .over_time = Additivity::kOverlaps,
                              .rules = {{"region", Additivity::kOverlaps}},
                              .late = 3,
                              .keep = Period{Unit::kYear, 900}});
  REQUIRE(altered.status() == absl::OkStatus());
  MetricSpec expected = metric->spec;
  expected.name = "users";
  expected.unit = "people";
  expected.over_time = Additivity::kOverlaps;
  expected.dimensions[1].rule = Additivity::kOverlaps;
  expected.late = 3;
  expected.keep = Period{Unit::kYear, 900};
  CHECK((*altered)->spec == expected);
  CHECK((*altered)->id == metric->id);
  CHECK(before->FindMetric("dau")->spec == metric->spec);
  CHECK(before->FindMetric("users") == nullptr);
  const auto after = database->TakeSnapshot();
  CHECK(after->commit() == before->commit() + 1);
  CHECK(after->declarations() != before->declarations());
  for (const bool reopens : {false, true}) {
    if (reopens) {
      database.reset();
      database = at.Open();
    }
    const auto now = database->TakeSnapshot();
    CHECK(now->FindMetric("dau") == nullptr);
    const auto found = now->FindMetric("users");
    REQUIRE(found != nullptr);
    CHECK(found->spec == expected);
    CHECK(ReadSamples(*now, *found) == Samples{{{"A/cn", 20000}, 5}});
  }
  // The old name is free.
  CHECK(Define(database.get())->id != metric->id);
}

TEST_CASE("what is so already writes nothing", "[alter]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  Define(database.get());
  const uint64_t commit = database->TakeSnapshot()->commit();
  const auto same =
      Alter(database.get(), "dau", {.name = "dau", .unit = "", .late = 7});
  REQUIRE(same.ok());
  CHECK(database->TakeSnapshot()->commit() == commit);
  CHECK(database->TakeSnapshot()->FindMetric("dau") == *same);
}

TEST_CASE("what cannot be is refused and changes nothing", "[alter]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = Define(database.get());
  Define(database.get(), "other");
  const uint64_t commit = database->TakeSnapshot()->commit();
  const auto fails = [&](const char* name, const MetricChanges& changes,
                         absl::StatusCode code, const char* message) {
    const auto status = Alter(database.get(), name, changes).status();
    CHECK(status.code() == code);
    CHECK(status.message() == message);
  };
  fails("none", {.unit = "x"}, absl::StatusCode::kNotFound,
        "there is no metric none");
  fails("dau", {.name = "other"}, absl::StatusCode::kFailedPrecondition,
        "metric dau cannot be named other: there is a metric of that name");
  fails("dau", {.rules = {{"shop"}}}, absl::StatusCode::kNotFound,
        "metric dau has no dimension shop");
  fails("dau", {.late = 1001}, absl::StatusCode::kInvalidArgument,
        "metric dau: late: 0 to 1000 are possible, found 1001");
  CHECK(database->TakeSnapshot()->commit() == commit);
  CHECK(database->TakeSnapshot()->FindMetric("dau")->spec == metric->spec);
}

TEST_CASE("a metric from before goes on being good for writes", "[alter]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = Define(database.get());
  const auto loader = *database->NewBulkLoader(metric, 8 << 20);
  REQUIRE(loader->Add(3, {"A", "cn"}, 30).ok());
  REQUIRE(Alter(database.get(), "dau", {.name = "users", .unit = "x"}).ok());
  REQUIRE(Alter(database.get(), "users", {.late = 1}).ok());
  CHECK(Write(database.get(), metric, 1, 10).status() == absl::OkStatus());
  CHECK(Write(database.get(), metric, 2, 20).status() == absl::OkStatus());
  CHECK(loader->Finish().status() == absl::OkStatus());
  CHECK(*database->Delete(*metric, std::vector<SeriesId>{0}, {1, 2}, {}) == 1);
  const auto snapshot = database->TakeSnapshot();
  CHECK(ReadSamples(*snapshot, *snapshot->FindMetric("users")) ==
        Samples{{{"A/cn", 2}, 20}, {{"A/cn", 3}, 30}});
  // One that never was so is of another database.
  auto stranger = std::make_shared<Metric>(*metric);
  stranger->spec.unit = "y";
  CHECK(absl::IsNotFound(Write(database.get(), stranger, 1, 10).status()));
}

TEST_CASE("a metric does not begin to count users below 0", "[alter]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const bool decimal = GENERATE(false, true);
  MetricSpec spec;
  spec.name = "m";
  spec.value_type = decimal ? ValueType::kDecimal : ValueType::kInteger;
  spec.dimensions = {{"app"}, {"region"}};
  const auto metric = *database->Define(spec);
  REQUIRE(Write(database.get(), metric, 9, -4).ok());
  const MetricChanges overlaps = {.over_time = Additivity::kOverlaps};
  const auto refused = Alter(database.get(), "m", overlaps).status();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(refused.message() ==
        "metric m has the value -4 at 1970-01-10; a metric that OVERLAPS "
        "counts users and takes 0 or more");
  // A load that was begun before it counts users, and ends after.
  const auto loader = *database->NewBulkLoader(metric, 8 << 20);
  const double value = -1.5;
  REQUIRE(loader
              ->Add(8, {"A", "cn"},
                    decimal ? absl::bit_cast<int64_t>(value) : int64_t{-1})
              .ok());
  REQUIRE(Write(database.get(), metric, 9, 4).ok());
  REQUIRE(Alter(database.get(), "m", overlaps).status() == absl::OkStatus());
  CHECK(absl::IsInvalidArgument(loader->Finish().status()));
  // So do rows that are given with the metric from before.
  CHECK(absl::IsInvalidArgument(Write(database.get(), metric, 9, -4).status()));
  CHECK(Alter(database.get(), "m", {.over_time = Additivity::kAdds}).ok());
  CHECK(Write(database.get(), metric, 9, -4).ok());
}

TEST_CASE("whoever reads beside it sees all of a change or none", "[alter]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  Define(database.get(), "m0");
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::thread reader([&] {
    while (!done) {
      const auto snapshot = database->TakeSnapshot();
      const auto metrics = snapshot->Metrics();
      const MetricSpec& spec = metrics[0]->spec;
      const std::string number = spec.name.substr(1);
      torn +=
          metrics.size() != 1 || (spec.unit != number && !spec.unit.empty());
      torn += snapshot->FindMetric(spec.name) != metrics[0];
    }
  });
  for (int i = 1; i <= 300; ++i) {
    REQUIRE(Alter(database.get(), absl::StrCat("m", i - 1),
                  {.name = absl::StrCat("m", i), .unit = absl::StrCat(i)})
                .ok());
  }
  done = true;
  reader.join();
  CHECK(torn == 0);
}

// Renames, rules and units at random against a map, with writes through metrics
// of any age, drops and reopenings between.
TEST_CASE("random changes leave what a map says", "[alter][property]") {
  const uint32_t seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  DatabaseHome at(seed == 1 ? Home::kDisk : Home::kMemory);
  auto database = at.Open();
  std::mt19937 random(seed);
  const auto below = [&](uint32_t n) { return random() % n; };
  struct Model {
    MetricSpec spec;
    Samples samples;
    std::vector<std::shared_ptr<const Metric>> handles;  // oldest first
  };
  std::map<std::string, Model> model;
  const auto any_name = [&] { return absl::StrCat("m", below(5)); };
  int altered = 0;
  int refused = 0;
  for (int i = 0; i < 1500; ++i) {
    const std::string name = any_name();
    const auto found = model.find(name);
    const uint32_t act = below(20);
    if (act == 0) {
      if (found == model.end()) {
        const auto metric = Define(database.get(), name);
        model[name] = {metric->spec, {}, {metric}};
      }
    } else if (act == 1 && below(4) == 0) {
      const auto status = database->DropMetric(name);
      CHECK(status.ok() == (found != model.end()));
      model.erase(name);
    } else if (act == 2 && below(3) == 0) {
      database.reset();
      database = at.Open();
      for (auto& [each, own] : model) {
        own.handles = {database->TakeSnapshot()->FindMetric(each)};
        REQUIRE(own.handles[0] != nullptr);
      }
    } else if (act < 9) {
      if (found == model.end()) continue;
      Model& own = found->second;
      const int64_t step = below(600);
      const int64_t value = static_cast<int64_t>(below(100)) - 5;
      const auto written = Write(
          database.get(), own.handles[below(own.handles.size())], step, value);
      REQUIRE(written.ok() == (value >= 0 || !own.spec.CountsUsers()));
      if (written.ok()) own.samples[{"A/cn", step}] = value;
    } else {
      MetricChanges changes;
      if (below(3) == 0) changes.name = any_name();
      if (below(3) == 0) changes.unit = absl::StrCat("u", below(3));
      if (below(4) == 0) changes.over_time = Additivity(below(3));
      if (below(4) == 0) {
        changes.rules = {
            {below(2) == 0 ? "app" : "region", Additivity(below(3))}};
      }
      if (below(3) == 0) changes.late = below(9);
      const auto result = Alter(database.get(), name, changes);
      if (found == model.end()) {
        CHECK(absl::IsNotFound(result.status()));
        continue;
      }
      Model& own = found->second;
      const MetricSpec after = *WithChanges(own.spec, changes);
      bool fits = after.name == name || !model.contains(after.name);
      if (after.CountsUsers() && !own.spec.CountsUsers()) {
        for (const auto& [key, value] : own.samples) fits &= value >= 0;
      }
      REQUIRE(result.ok() == fits);
      ++(fits ? altered : refused);
      if (!fits) continue;
      CHECK((*result)->spec == after);
      own.spec = after;
      own.handles.push_back(*result);
      if (after.name != name) {
        model[after.name] = std::move(own);
        model.erase(name);
      }
    }
    const auto snapshot = database->TakeSnapshot();
    REQUIRE(snapshot->Metrics().size() == model.size());
    for (const auto& [each, own] : model) {
      const auto metric = snapshot->FindMetric(each);
      REQUIRE(metric != nullptr);
      REQUIRE(metric->spec == own.spec);
      if (i % 16 == 0) REQUIRE(ReadSamples(*snapshot, *metric) == own.samples);
    }
  }
  CHECK(altered > 200);
  CHECK(refused > 20);
}

// The n-th write of the store fails, and the database is opened again: there is
// the state before, or the one after, and of one record both cannot be.
TEST_CASE("a change that fails is there whole or not at all", "[alter]") {
  const auto mode = GENERATE(testing::FailureMode::kNotApplied,
                             testing::FailureMode::kAppliedButReportedFailed);
  int failures = 0;
  for (uint64_t fail_at = 1; fail_at < 8; ++fail_at) {
    const std::shared_ptr<Store> store = storage::NewMemoryStore();
    const auto plan = std::make_shared<testing::FailurePlan>();
    plan->mode = mode;
    DatabaseOptions options;
    options.background_upkeep = false;
    MetricSpec before;
    {
      auto database = *Database::Open(
          std::make_unique<testing::FailingStore>(
              std::make_shared<testing::LentStore>(store), plan),
          options);
      before = Define(database.get())->spec;
      plan->fail_at = plan->calls + fail_at;
      const auto result =
          Alter(database.get(), "dau", {.name = "users", .unit = "x"});
      if (!result.ok()) ++failures;
    }
    const auto database =
        *Database::Open(std::make_unique<testing::LentStore>(store), options);
    const auto metrics = database->TakeSnapshot()->Metrics();
    REQUIRE(metrics.size() == 1);
    MetricSpec after = before;
    after.name = "users";
    after.unit = "x";
    CHECK((metrics[0]->spec == before || metrics[0]->spec == after));
  }
  CHECK(failures > 0);
}

}  // namespace
}  // namespace footfall
