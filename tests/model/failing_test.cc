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
#include "tests/model/changes.h"
#include "tests/model/plain_database.h"
#include "tests/model/random_rows.h"
#include "tests/support/catch.h"
#include "tests/support/failing_store.h"
#include "tests/support/lent_store.h"

namespace footfall::testing {
namespace {

std::shared_ptr<const Metric> Find(Database* database,
                                   const std::string& name) {
  return database->TakeSnapshot()->FindMetric(name);
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
