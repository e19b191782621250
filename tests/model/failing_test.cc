// Every way of writing, over a store that fails at its n-th call, for every n.
//
// Whatever fails: nothing of it is seen, a batch whose outcome is unknown
// latches the database, reads go on, and after reopening the change is there
// whole or not at all, and can be repeated.

#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/database.h"
#include "storage/store/memory_store.h"
#include "tests/model/plain_database.h"
#include "tests/model/random_rows.h"
#include "tests/support/catch.h"
#include "tests/support/failing_store.h"
#include "tests/support/lent_store.h"

namespace footfall::testing {
namespace {

// One change to a database. `expected` is what it holds before, and after the
// call what it should hold then.
struct Change {
  std::string name;
  std::function<absl::Status(Database* database, PlainDatabase* expected)> run;
};

std::shared_ptr<const Metric> Find(Database* database,
                                   const std::string& name) {
  return database->TakeSnapshot()->FindMetric(name);
}

Change DefineOf(const MetricSpec& spec) {
  return {absl::StrCat("define ", spec.name),
          [spec](Database* database, PlainDatabase* expected) {
            expected->metrics[spec.name];
            return database->Define(spec).status();
          }};
}

Change WriteOf(std::vector<std::string> metrics, uint64_t seed, int rows,
               bool deletes) {
  return {absl::StrCat("write ", seed),
          [=](Database* database, PlainDatabase* expected) {
            Random random(seed);
            SampleBatch batch;
            for (int i = 0; i < rows; ++i) {
              const std::string& name = metrics[random() % metrics.size()];
              const auto metric = Find(database, name);
              Row row = RandomRow(metric->spec, &random);
              row.deletes = deletes && random() % 3 == 0;
              AddRow(row, &batch.RowsOf(metric));
              Apply(row, &expected->metrics[name]);
            }
            return database->Write(batch, {}).status();
          }};
}

Change DeleteOf(const std::string& name) {
  return {absl::StrCat("delete from ", name),
          [=](Database* database, PlainDatabase* expected) {
            const auto metric = Find(database, name);
            std::vector<SeriesId> all(
                database->TakeSnapshot()->Series(metric->id).count());
            std::iota(all.begin(), all.end(), SeriesId{0});
            for (auto& [members, steps] : expected->metrics[name]) {
              steps.erase(steps.lower_bound(20'000), steps.lower_bound(20'030));
            }
            return database
                ->Delete(*metric, all, {.begin = 20'000, .end = 20'030}, {})
                .status();
          }};
}

Change BulkLoadOf(const std::string& name, uint64_t seed) {
  return {absl::StrCat("bulk load into ", name),
          [=](Database* database, PlainDatabase* expected) {
            const auto metric = Find(database, name);
            auto loader = database->NewBulkLoader(metric, 1 << 20);
            if (!loader.ok()) return loader.status();
            Random random(seed);
            for (int i = 0; i < 60; ++i) {
              const Row row = RandomRow(metric->spec, &random);
              Apply(row, &expected->metrics[name]);
              absl::Status status =
                  (*loader)->Add(row.step, Views(row.members), row.bits);
              if (!status.ok()) return status;
            }
            return (*loader)->Finish().status();
          }};
}

// Rows, events and aliases in one batch.
Change NamesOf(const std::string& metric, uint64_t seed) {
  return {absl::StrCat("names ", seed),
          [=](Database* database, PlainDatabase* expected) {
            Random random(seed);
            SampleBatch batch;
            const auto found = Find(database, metric);
            const Row row = RandomRow(found->spec, &random);
            AddRow(row, &batch.RowsOf(found));
            Apply(row, &expected->metrics[metric]);
            for (int i = 0; i < 8; ++i) {
              const EventChange event = RandomEventChange(&random);
              AddChange(event, &batch);
              Apply(event, &expected->events);
              const AliasChange alias = RandomAliasChange(&random);
              if (ClosesCircle(alias, expected->aliases)) continue;
              AddChange(alias, &batch);
              Apply(alias, &expected->aliases);
            }
            return database->Write(batch, {}).status();
          }};
}

Change DropOf(const std::string& name) {
  return {absl::StrCat("drop ", name),
          [=](Database* database, PlainDatabase* expected) {
            expected->metrics.erase(name);
            return database->DropMetric(name);
          }};
}

// All ways in which the database changes its store.
std::vector<Change> AllChanges() {
  const std::vector<MetricSpec> specs = RandomSpecs();
  const std::string mentions = specs[0].name;
  const std::string price = specs[1].name;
  std::vector<Change> changes = {
      DefineOf(specs[0]),
      DefineOf(specs[1]),
      WriteOf({mentions, price}, 1, 30, false),
      WriteOf({mentions, price}, 1, 30, true),  // the same series
      DeleteOf(mentions),
      NamesOf(mentions, 3),
  };
  // So many patches that upkeep has something to do.
  for (uint64_t seed = 10; seed < 22; ++seed) {
    changes.push_back(WriteOf({mentions}, seed, 40, seed % 4 == 0));
  }
  changes.push_back({"upkeep", [](Database* database, PlainDatabase*) {
                       return database->RunUpkeep();
                     }});
  changes.push_back(BulkLoadOf(mentions, 30));
  changes.push_back(BulkLoadOf(price, 31));
  changes.push_back(WriteOf({mentions, price}, 32, 20, true));
  changes.push_back({"compact", [](Database* database, PlainDatabase*) {
                       return database->Compact();
                     }});
  changes.push_back(NamesOf(price, 34));
  changes.push_back(DropOf(price));
  changes.push_back(DefineOf(specs[1]));
  changes.push_back(WriteOf({mentions, price}, 33, 20, false));
  return changes;
}

std::unique_ptr<Database> Open(std::unique_ptr<Store> store,
                               absl::Status* status) {
  DatabaseOptions options;
  options.background_upkeep = false;
  auto database = Database::Open(std::move(store), options);
  *status = database.status();
  return database.ok() ? *std::move(database) : nullptr;
}

PlainDatabase ReadAll(const Database& database) {
  const auto found = testing::ReadAll(*database.TakeSnapshot());
  INFO(found.status());
  REQUIRE(found.ok());
  return *found;
}

void CheckSame(const PlainDatabase& expected, const PlainDatabase& found) {
  const auto difference = Difference(expected, found);
  if (difference) FAIL(*difference);
}

// What has to hold once `change` failed on `database`.
void CheckBroken(Database* database, const FailurePlan& plan,
                 const absl::Status& status, const PlainDatabase& before) {
  INFO(status);
  CHECK(status.code() == absl::StatusCode::kUnavailable);
  CheckSame(before, ReadAll(*database));
  const auto metrics = database->TakeSnapshot()->Metrics();
  if (metrics.empty()) return;
  Random random(99);
  SampleBatch batch;
  AddRow(RandomRow(metrics[0]->spec, &random), &batch.RowsOf(metrics[0]));
  const absl::Status next = database->Write(batch, {}).status();
  INFO(next);
  if (plan.failed_call == FailedCall::kCommit) {
    CHECK(next.code() == absl::StatusCode::kFailedPrecondition);
  } else {
    // Nothing was in doubt before. Now the store fails this write, too, unless
    // the change had numbered series already and latched for them.
    CHECK((next.code() == absl::StatusCode::kUnavailable ||
           next.code() == absl::StatusCode::kFailedPrecondition));
  }
  CHECK(database->Write(batch, {}).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(database->Define(RandomSpecs()[3]).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(database->DropMetric(metrics[0]->spec.name).code() ==
        absl::StatusCode::kFailedPrecondition);
  CheckSame(before, ReadAll(*database));
}

TEST_CASE("a failure at any call leaves a change whole or absent", "[model]") {
  const FailureMode mode = GENERATE(FailureMode::kNotApplied,
                                    FailureMode::kAppliedButReportedFailed);
  const std::vector<Change> changes = AllChanges();
  uint64_t fail_at = 1;
  uint64_t commits = 0;
  for (bool failed = true; failed; ++fail_at) {
    REQUIRE(fail_at < 2000);
    CAPTURE(fail_at);
    const std::shared_ptr<Store> medium = storage::NewMemoryStore();
    auto plan = std::make_shared<FailurePlan>();
    plan->fail_at = fail_at;
    plan->mode = mode;
    absl::Status status;
    std::unique_ptr<Database> database =
        Open(std::make_unique<FailingStore>(std::make_shared<LentStore>(medium),
                                            plan),
             &status);
    PlainDatabase before, after;
    const Change* broken = nullptr;
    if (status.ok()) {
      for (const Change& change : changes) {
        after = before;
        status = change.run(database.get(), &after);
        if (!status.ok()) {
          broken = &change;
          break;
        }
        CHECK(!plan->failed);
        before = after;
      }
    } else {
      CHECK(status.code() == absl::StatusCode::kUnavailable);
    }
    failed = plan->failed;
    INFO(status);
    REQUIRE(status.ok() == !failed);
    if (!failed) break;
    INFO((broken != nullptr ? broken->name : "open"));
    if (plan->failed_call == FailedCall::kCommit) ++commits;
    if (broken != nullptr) {
      CheckBroken(database.get(), *plan, status, before);
    }
    database.reset();

    // Reopened, the change is there or not, whole.
    database = Open(std::make_unique<LentStore>(medium), &status);
    INFO(status);
    REQUIRE(status.ok());
    const bool applied = mode == FailureMode::kAppliedButReportedFailed &&
                         plan->failed_call == FailedCall::kCommit;
    CheckSame(applied ? after : before, ReadAll(*database));
    if (broken == nullptr) continue;
    // And can be repeated, unless it is a drop that was done.
    PlainDatabase repeated = applied ? after : before;
    status = broken->run(database.get(), &repeated);
    if (applied && absl::IsNotFound(status)) continue;
    INFO(status);
    REQUIRE(status.ok());
    CheckSame(after, ReadAll(*database));
  }
  WARN("failed at each of " << fail_at - 1 << " calls, " << commits
                            << " of them commits");
  // Opening and each change are at least a call; most change what is visible.
  CHECK(fail_at > changes.size() + 1);
  CHECK(commits >= changes.size() - 1);
}

TEST_CASE("reads that fail break nothing", "[model]") {
  const auto code =
      GENERATE(absl::StatusCode::kDataLoss, absl::StatusCode::kUnavailable);
  auto plan = std::make_shared<FailurePlan>();
  absl::Status status;
  std::unique_ptr<Database> database = Open(
      std::make_unique<FailingStore>(storage::NewMemoryStore(), plan), &status);
  REQUIRE(status.ok());
  PlainDatabase expected;
  const std::vector<Change> changes = AllChanges();
  for (size_t i = 0; i < 12; ++i) {
    REQUIRE(changes[i].run(database.get(), &expected).ok());
  }
  plan->read_failure = code;
  CHECK(testing::ReadAll(*database->TakeSnapshot()).status().code() == code);
  const auto metric = Find(database.get(), RandomSpecs()[0].name);
  const std::vector<SeriesId> one = {0};
  CHECK(database->Delete(*metric, one, {.begin = 0, .end = 30'000}, {})
            .status()
            .code() == code);
  // Upkeep cannot fold what it cannot read; writing is blind and goes on.
  CHECK(database->Compact().code() == code);
  REQUIRE(changes[12].run(database.get(), &expected).ok());
  plan->read_failure = absl::StatusCode::kOk;
  CheckSame(expected, ReadAll(*database));
  CHECK(database->Compact().ok());
  CheckSame(expected, ReadAll(*database));
}

}  // namespace
}  // namespace footfall::testing
