// The listener: what it is told, and that what it does hurts nobody.

#include "footfall/listener.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "footfall/database.h"
#include "footfall/metrics.h"
#include "footfall/question_log.h"
#include "storage/key/tile_key.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using testing::DatabaseHome;
using testing::Home;

// Keeps what it is told, in words; a test may shut it.
class Told : public EventListener {
 public:
  void OnSlowQuestion(const SlowQuestion& question) override {
    Keep(absl::StrCat("slow ", question.text, " ",
                      absl::FormatDuration(question.time), " ", question.rows,
                      " ", absl::StatusCodeToString(question.status.code())));
  }
  void OnSamplesRemoved(const SamplesRemoved& removed) override {
    Keep(absl::StrCat("removed ", removed.metric, " ", removed.before));
  }
  void OnUpkeepError(const absl::Status& error) override {
    Keep(absl::StrCat("upkeep ", absl::StatusCodeToString(error.code())));
  }

  void Shut() {
    const std::lock_guard<std::mutex> lock(mutex_);
    shut_ = true;
  }
  void Open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    shut_ = false;
    wake_.notify_all();
  }
  std::vector<std::string> told() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return told_;
  }

 protected:
  virtual void Keep(std::string text) {
    std::unique_lock<std::mutex> lock(mutex_);
    while (shut_) wake_.wait(lock);
    told_.push_back(std::move(text));
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool shut_ = false;
  std::vector<std::string> told_;
};

std::unique_ptr<Database> Open(const DatabaseHome& at,
                               std::shared_ptr<EventListener> listener) {
  DatabaseOptions options;
  options.background_upkeep = false;
  options.listener = std::move(listener);
  options.slow_question = absl::Seconds(1);
  options.clock = [] { return absl::FromUnixSeconds(86'400 * 100); };
  return *Database::Open(std::make_unique<testing::LentStore>(at.store()),
                         options);
}

void Ask(const Database& database, const std::string& text,
         absl::Duration time) {
  database.TakeSnapshot()->questions()->Note(text, time, absl::OkStatus(), 3);
}

TEST_CASE("a listener is told of slow questions, KEEP and upkeep",
          "[listener]") {
  DatabaseHome at(Home::kMemory);
  const auto told = std::make_shared<Told>();
  const auto database = Open(at, told);
  Ask(*database, "SELECT a", absl::Milliseconds(999));
  Ask(*database, "SELECT b", absl::Seconds(1));
  MetricSpec spec;
  spec.name = "dau";
  const auto metric = *database->Define(spec);
  SampleBatch batch;
  batch.RowsOf(metric).AddStep(5, {}, int64_t{1});
  REQUIRE(database->Write(batch, {}).ok());
  REQUIRE(
      database
          ->AlterMetric("dau", {.keep = Period{Unit::kDay, 10}}, StopCheck())
          .ok());
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  StoreBatch damage;
  damage.Append(
      Keyspace::kTiles,
      storage::EncodeTileKey({.metric = metric->id, .era = 0, .band = 0}),
      "garbage");
  REQUIRE(at.store()->Apply(damage, Durability::kPowerLoss).ok());
  SampleBatch more;
  more.RowsOf(metric).AddStep(99, {}, int64_t{1});
  REQUIRE(database->Write(more, {}).ok());
  CHECK(absl::IsDataLoss(database->Compact()));
  CHECK(absl::IsDataLoss(database->Compact()));    // the same: not told again
  REQUIRE(database->Close() == absl::OkStatus());  // delivers what waits
  CHECK(told->told() == std::vector<std::string>{"slow SELECT b 1s 3 OK",
                                                 "removed dau 1970-04-01",
                                                 "upkeep DATA_LOSS"});
}

TEST_CASE("a listener that throws is told of what comes after", "[listener]") {
  class Thrower final : public Told {
    void Keep(std::string text) override {
      Told::Keep(std::move(text));
      throw 7;
    }
  };
  DatabaseHome at(Home::kMemory);
  const auto told = std::make_shared<Thrower>();
  const auto database = Open(at, told);
  Ask(*database, "a", absl::Seconds(2));
  Ask(*database, "b", absl::Seconds(2));
  REQUIRE(database->Close() == absl::OkStatus());
  CHECK(told->told().size() == 2);
}

TEST_CASE("a listener that blocks holds up nobody", "[listener]") {
  DatabaseHome at(Home::kMemory);
  const auto told = std::make_shared<Told>();
  told->Shut();
  const auto database = Open(at, told);
  for (int i = 0; i < 2000; ++i) {
    Ask(*database, absl::StrCat(i), absl::Seconds(2));
  }
  const DatabaseMetrics now = database->Metrics();
  CHECK(now.slow_questions == 2000);
  // One may be with the listener already.
  CHECK(now.dropped_events >= 2000 - 1025);
  CHECK(now.dropped_events <= 2000 - 1024);
  const bool ends = GENERATE(false, true);
  if (ends) told->Open();
  const absl::Time begin = absl::Now();
  CHECK(database->Close() == absl::OkStatus());
  CHECK(absl::Now() - begin < absl::Seconds(30));
  if (ends) {
    CHECK(told->told().size() == 2000 - now.dropped_events);
  } else {
    // It was given up; the call that it is in is its last.
    told->Open();
  }
}

TEST_CASE("a logger gets a line for each event", "[listener]") {
  class Lines final : public Logger {
   public:
    void Log(LogLevel level, absl::string_view line) override {
      lines.push_back(absl::StrCat(static_cast<int>(level), " ", line));
    }
    std::vector<std::string> lines;
  };
  const auto lines = std::make_shared<Lines>();
  const auto listener = LogTo(lines);
  listener->OnSlowQuestion({.text = "SELECT a\n  BY b",
                            .time = absl::Milliseconds(1500),
                            .status = absl::CancelledError("no"),
                            .rows = 0});
  listener->OnSamplesRemoved({.metric = "dau", .before = "2025-01-01"});
  listener->OnUpkeepError(absl::UnavailableError("the disk"));
  listener->OnUpkeepError(absl::OkStatus());
  CHECK(lines->lines ==
        std::vector<std::string>{
            "1 slow question: 1.5s, 0 rows, CANCELLED: SELECT a   BY b",
            "0 KEEP has removed samples of dau before 2025-01-01",
            "2 upkeep: the disk", "0 upkeep succeeds again"});
}

}  // namespace
}  // namespace footfall
