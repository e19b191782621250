// Questions of several threads, each with threads of its own, beside writes,
// folds and a Close.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/answer.h"
#include "footfall/database.h"
#include "footfall/prepared.h"
#include "footfall/query.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall {
namespace {

constexpr int kAskers = 2;
constexpr int kBatches = 60;
constexpr int kSeries = 300;  // of several bands

std::unique_ptr<Database> OpenIn(const std::string& path) {
  DatabaseOptions options;
  options.memory_budget_bytes = 4 << 20;  // so that tables are written
  auto database = Database::Open(path, options);
  REQUIRE(database.status() == absl::OkStatus());
  return *std::move(database);
}

// Days of one month for all series, in place of those that were there.
absl::Status WriteMonth(Database* database,
                        const std::shared_ptr<const Metric>& metric,
                        int batch) {
  SampleBatch rows;
  for (int i = 0; i < kSeries * 10; ++i) {
    rows.RowsOf(metric).AddStep(
        20'000 + batch % 12 * 30 + i / kSeries,
        {absl::StrCat("app-", i % kSeries), i % 3 == 0 ? "cn" : "us"},
        int64_t{1000} * batch + i);
  }
  return database->Write(rows, {.durability = Durability::kProcessCrash})
      .status();
}

// More threads than plans are kept for, with values of their own, while metrics
// come and go.
TEST_CASE("threads share a prepared question and the plans of texts",
          "[threads]") {
  const testing::TempDir folder;
  const std::unique_ptr<Database> database = OpenIn(folder.path());
  const auto run = [&](absl::string_view script) {
    return Execute(*database, script, {}, {});
  };
  REQUIRE(run("DEFINE METRIC users INTEGER EVERY day OVER TIME ADDS "
              "BY app, region ADDS") == absl::OkStatus());
  REQUIRE(WriteMonth(database.get(),
                     database->TakeSnapshot()->FindMetric("users"),
                     0) == absl::OkStatus());
  constexpr absl::string_view kText =
      "SELECT sum(users), max(users) WHERE app = $app";
  const auto prepared = Prepare(*database->TakeSnapshot(), kText);
  REQUIRE(prepared.ok());
  constexpr int kSharers = 6;
  std::vector<std::string> failures(kSharers);
  std::vector<std::thread> sharers;
  for (int sharer = 0; sharer < kSharers; ++sharer) {
    sharers.emplace_back([&, sharer] {
      const Prepared own = *prepared;
      for (int i = 0; i < 60; ++i) {
        QueryOptions options;
        options.parameters["app"] = absl::StrCat("app-", sharer + 10 * (i % 7));
        const auto snapshot = database->TakeSnapshot();
        const auto fresh = Query(*snapshot, *Parse(kText)->begin(), options);
        for (const auto& answer :
             {own.Run(*snapshot, options), Query(*snapshot, kText, options)}) {
          if (answer.ok() && fresh.ok() &&
              FormatCsv(*answer) == FormatCsv(*fresh)) {
            continue;
          }
          failures[sharer] = absl::StrCat(answer.status().message(), " ",
                                          fresh.status().message());
        }
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    CHECK(run("DEFINE METRIC other INTEGER EVERY day OVER TIME ADDS") ==
          absl::OkStatus());
    CHECK(run("DROP METRIC other") == absl::OkStatus());
  }
  for (std::thread& sharer : sharers) sharer.join();
  for (const std::string& failure : failures) CHECK(failure.empty());
}

TEST_CASE("questions agree with themselves beside writes, and end with Close",
          "[threads]") {
  const testing::TempDir folder;
  const std::unique_ptr<Database> database = OpenIn(folder.path());
  REQUIRE(Execute(*database,
                  "DEFINE METRIC users INTEGER EVERY day OVER TIME ADDS "
                  "BY app, region ADDS",
                  {}, {}) == absl::OkStatus());
  const auto metric = database->TakeSnapshot()->FindMetric("users");
  REQUIRE(metric != nullptr);
  REQUIRE(WriteMonth(database.get(), metric, 0) == absl::OkStatus());

  const std::vector<std::string> questions = {
      "SELECT sum(users) BY region EVERY month",
      "SELECT avg(users), max(users) BY app TOP 5",
      "SELECT share(sum(users)) BY region",
      "SELECT count(users) BY app, region",
  };
  std::atomic<bool> closing = false;
  std::atomic<int> answers = 0;
  std::atomic<int> wrong = 0;
  std::vector<std::string> failures(kAskers);
  std::vector<std::thread> askers;
  for (int asker = 0; asker < kAskers; ++asker) {
    askers.emplace_back([&, asker] {
      for (size_t i = asker; true; ++i) {
        const auto snapshot = database->TakeSnapshot();
        const std::string& question = questions[i % questions.size()];
        QueryOptions many;
        many.threads = 3;
        const auto together = Query(*snapshot, question, many);
        const auto alone = Query(*snapshot, question, {});
        if (together.ok() && alone.ok()) {
          ++answers;
          if (FormatCsv(*together) != FormatCsv(*alone)) ++wrong;
          continue;
        }
        const absl::Status& status =
            together.ok() ? alone.status() : together.status();
        if (!closing || !absl::IsFailedPrecondition(status)) {
          failures[asker] = status.ToString();
        }
        return;
      }
    });
  }
  std::thread folder_thread([&] {
    while (!closing) database->RunUpkeep().IgnoreError();
  });
  absl::Status written;
  for (int batch = 1; batch <= kBatches && written.ok(); ++batch) {
    written = WriteMonth(database.get(), metric, batch);
    if (batch % 20 == 0) written.Update(database->Compact());
  }
  closing = true;
  const absl::Status closed = database->Close();
  folder_thread.join();
  for (std::thread& asker : askers) asker.join();
  CHECK(written == absl::OkStatus());
  CHECK(closed == absl::OkStatus());
  for (const std::string& failure : failures) CHECK(failure.empty());
  CHECK(wrong == 0);
  CHECK(answers > 0);
}

}  // namespace
}  // namespace footfall
