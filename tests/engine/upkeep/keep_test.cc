// KEEP: what is old is removed in whole steps, all of it or nothing, and what
// comes late is left out and told.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "footfall/metrics.h"
#include "tests/engine/upkeep/kept_days.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/failing_store.h"

namespace footfall {
namespace {

using testing::App;
using testing::DatabaseHome;
using testing::Day;
using testing::DefineKept;
using testing::Home;
using testing::Keep;
using testing::kSteps;
using testing::LetGo;
using testing::MostParts;
using testing::ReadNow;
using testing::ReadSamples;
using testing::Samples;
using testing::WithClock;
using testing::Write;

TEST_CASE("upkeep removes what is older than KEEP", "[keep]") {
  DatabaseHome at(GENERATE(Home::kMemory, Home::kDisk));
  const bool folds = GENERATE(false, true);  // before
  CAPTURE(folds);
  const auto today = std::make_shared<std::atomic<int64_t>>(999);
  auto database = *at.TryOpen(WithClock(today));
  const auto metric = DefineKept(database.get(), 0);
  Samples samples;
  for (int64_t day = 0; day < 1000; ++day) {
    Write(database.get(), metric, day, 3, &samples);
  }
  if (folds) REQUIRE(database->Compact() == absl::OkStatus());
  // No KEEP, nothing goes.
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(ReadNow(*database) == samples);
  const auto before = database->TakeSnapshot();
  REQUIRE(Keep(database.get(), Period{Unit::kDay, 400}) == absl::OkStatus());
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  const Samples all = samples;
  LetGo(599, &samples);
  CHECK(ReadNow(*database) == samples);
  CHECK(database->TakeSnapshot()->FindMetric("dau")->kept_from == 599);
  CHECK(MostParts(*at.store(), metric->id).count(599 / kSteps - 1) == 0);
  // Whoever has a snapshot from before has all of it.
  CHECK(ReadSamples(*before, *before->FindMetric("dau")) == all);
  // The next day one more goes; and nothing, where no day has passed.
  *today = 1000;
  const uint64_t commit = database->TakeSnapshot()->commit();
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(database->TakeSnapshot()->commit() == commit + 1);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(database->TakeSnapshot()->commit() == commit + 1);
  LetGo(600, &samples);
  CHECK(ReadNow(*database) == samples);
  database.reset();
  database = *at.TryOpen(WithClock(today));
  CHECK(ReadNow(*database) == samples);
  CHECK(database->TakeSnapshot()->FindMetric("dau")->kept_from == 600);
  REQUIRE(Keep(database.get(), std::nullopt) == absl::OkStatus());
  *today = 5000;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(ReadNow(*database) == samples);
  // What was removed stays known.
  CHECK(database->TakeSnapshot()->FindMetric("dau")->kept_from == 600);
}

TEST_CASE("the clock alone says what is old", "[keep]") {
  DatabaseHome at(Home::kMemory);
  const auto today = std::make_shared<std::atomic<int64_t>>(1000);
  const auto database = *at.TryOpen(WithClock(today));
  const auto metric = DefineKept(database.get(), 30);
  Samples samples;
  for (int64_t day = 990; day <= 1000; ++day) {
    Write(database.get(), metric, day, 2, &samples);
  }
  // A stray sample of the year 4707 makes nothing old.
  Write(database.get(), metric, 1'000'000, 1, &samples);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(ReadNow(*database) == samples);
  // Nor does a clock of before 1970, or one that throws.
  *today = -90'000'000;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(ReadNow(*database) == samples);
}

TEST_CASE("a clock that throws makes nothing old", "[keep]") {
  DatabaseHome at(Home::kMemory);
  DatabaseOptions options;
  options.background_upkeep = false;
  options.clock = []() -> absl::Time { throw 1; };
  const auto database = *at.TryOpen(options);
  const auto metric = DefineKept(database.get(), 1);
  Samples samples;
  Write(database.get(), metric, 5, 2, &samples);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(ReadNow(*database) == samples);
}

TEST_CASE("rows that are older than KEEP are left out and counted", "[keep]") {
  DatabaseHome at(Home::kMemory);
  const auto today = std::make_shared<std::atomic<int64_t>>(1000);
  const auto database = *at.TryOpen(WithClock(today));
  const auto metric = DefineKept(database.get(), 10);
  const bool loads = GENERATE(false, true);
  CAPTURE(loads);
  absl::StatusOr<WriteResult> result = WriteResult();
  if (loads) {
    const auto loader = *database->NewBulkLoader(metric, 8 << 20);
    REQUIRE(loader->Add(990, {"kept"}, 1).ok());
    REQUIRE(loader->Add(989, {"kept"}, 2).ok());
    REQUIRE(loader->Add(-70, {"old"}, 3).ok());
    result = loader->Finish();
  } else {
    SampleBatch batch;
    batch.RowsOf(metric).AddStep(990, {"kept"}, int64_t{1});
    batch.RowsOf(metric).AddStep(989, {"kept"}, int64_t{2});
    batch.RowsOf(metric).AddStep(-70, {"old"}, int64_t{3});
    result = database->Write(batch, {});
  }
  REQUIRE(result.status() == absl::OkStatus());
  CHECK(result->samples == 1);
  CHECK(result->expired == 2);
  CHECK(result->new_series == 1);
  CHECK(ReadNow(*database) == Samples{{{"kept", 990}, 1}});
  CHECK(database->TakeSnapshot()->Series(metric->id).count() == 1);
  // A series that is there already, and nothing but what is old.
  SampleBatch old;
  old.RowsOf(metric).AddStep(989, {"kept"}, int64_t{2});
  const auto again = database->Write(old, {});
  CHECK(again->samples == 0);
  CHECK(again->expired == 1);
  const auto load = *database->NewBulkLoader(metric, 8 << 20);
  REQUIRE(load->Add(989, {"kept"}, 2).ok());
  CHECK(load->Finish()->expired == 1);
  CHECK(database->Metrics().expired_rows == 4);
  CHECK(ReadNow(*database) == Samples{{{"kept", 990}, 1}});
  // Where more is kept from now on, so are they.
  REQUIRE(Keep(database.get(), Period{Unit::kDay, 11}) == absl::OkStatus());
  CHECK(database->Write(old, {})->samples == 1);
}

TEST_CASE("a damaged tile keeps nothing but its own era", "[keep]") {
  DatabaseHome at(Home::kMemory);
  const auto today = std::make_shared<std::atomic<int64_t>>(1000);
  const auto database = *at.TryOpen(WithClock(today));
  const auto metric = DefineKept(database.get(), 0);
  Samples samples;
  for (int64_t day = 0; day <= 1000; day += 10) {
    Write(database.get(), metric, day, 2, &samples);
  }
  REQUIRE(database->Compact() == absl::OkStatus());
  for (const int32_t era : {0, 2}) {
    StoreBatch damage;
    damage.Put(
        Keyspace::kTiles,
        storage::EncodeTileKey({.metric = metric->id, .era = era, .band = 0}),
        "no tile");
    REQUIRE(at.store()->Apply(damage, Durability::kPowerLoss).ok());
  }
  // Era 2 is cut at 600.
  REQUIRE(Keep(database.get(), Period{Unit::kDay, 400}) == absl::OkStatus());
  database->RunUpkeep().IgnoreError();  // names what is damaged
  const auto snapshot = database->TakeSnapshot();
  CHECK(snapshot->FindMetric("dau")->kept_from == 2 * kSteps);
  const auto all = testing::AllSeries(*snapshot, metric->id);
  const auto left =
      testing::TryReadSamples(*snapshot, *metric, all, {3 * kSteps, 9999});
  LetGo(3 * kSteps, &samples);
  CHECK(*left == samples);
  CHECK(testing::TryReadSamples(*snapshot, *metric, all, {0, 2 * kSteps})
            ->empty());
  // Once all of it is old, it goes, and with it the damage.
  *today = 3 * kSteps + 450;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  LetGo(3 * kSteps + 50, &samples);
  CHECK(ReadNow(*database) == samples);
  CHECK(database->Health().damaged_tiles == 0);
}

TEST_CASE("what is removed goes whole or not at all", "[keep]") {
  const auto mode = GENERATE(testing::FailureMode::kNotApplied,
                             testing::FailureMode::kAppliedButReportedFailed);
  const auto today = std::make_shared<std::atomic<int64_t>>(999);
  int failures = 0;
  int seen_before = 0;
  int seen_after = 0;
  for (uint64_t fail_at = 1; fail_at <= 6; ++fail_at) {
    DatabaseHome at(Home::kMemory);
    Samples before;
    const auto plan = std::make_shared<testing::FailurePlan>();
    plan->mode = mode;
    {
      const auto database = *Database::Open(
          std::make_unique<testing::FailingStore>(
              std::make_shared<testing::LentStore>(at.store()), plan),
          WithClock(today));
      const auto metric = DefineKept(database.get(), 0);
      for (int64_t day = 0; day < 1000; day += 5) {
        Write(database.get(), metric, day, 2, &before);
      }
      REQUIRE(Keep(database.get(), Period{Unit::kDay, 100}).ok());
      plan->fail_at = plan->calls + fail_at;
      failures += database->RunUpkeep().ok() ? 0 : 1;
    }
    Samples after = before;
    LetGo(899, &after);
    const auto database = *at.TryOpen(WithClock(today));
    const Samples found = ReadNow(*database);
    const auto kept_from =
        database->TakeSnapshot()->FindMetric("dau")->kept_from;
    CHECK((found == before || found == after));
    CHECK(kept_from.has_value() == (found == after));
    ++(found == before ? seen_before : seen_after);
    REQUIRE(database->RunUpkeep() == absl::OkStatus());
    CHECK(ReadNow(*database) == after);
  }
  CHECK(failures > 0);
  CHECK(seen_before + seen_after == 6);
}

TEST_CASE("it stops between two tiles, and goes on later", "[keep]") {
  DatabaseHome at(Home::kMemory);
  const auto today = std::make_shared<std::atomic<int64_t>>(999);
  const auto database = *at.TryOpen(WithClock(today));
  const auto metric = DefineKept(database.get(), 0);
  Samples samples;
  for (int64_t day = 890; day < 1000; day += 10) {
    Write(database.get(), metric, day, 300, &samples);
  }
  REQUIRE(Keep(database.get(), Period{Unit::kDay, 50}).ok());
  int asked = 0;
  const auto stopped = database->RunUpkeep("dau", [&asked] {
    return ++asked < 3 ? absl::OkStatus() : absl::CancelledError("enough");
  });
  CHECK(absl::IsCancelled(stopped));
  CHECK(ReadNow(*database) == samples);
  REQUIRE(database->RunUpkeep("dau", StopCheck()) == absl::OkStatus());
  LetGo(949, &samples);
  CHECK(ReadNow(*database) == samples);
}

TEST_CASE("the space of what KEEP removes comes back", "[keep]") {
  DatabaseHome at(Home::kDisk);
  const auto today = std::make_shared<std::atomic<int64_t>>(1023);
  const auto database = *at.TryOpen(WithClock(today));
  const auto metric = DefineKept(database.get(), 0);
  const auto loader = *database->NewBulkLoader(metric, 8 << 20);
  for (int64_t day = 0; day < 1024; ++day) {
    for (int app = 0; app < 100; ++app) {
      // Noise, which no codec makes small.
      const auto value = static_cast<int64_t>(
          (static_cast<uint64_t>(day) * 300 + static_cast<uint64_t>(app)) *
              0x9E3779B97F4A7C15u >>
          1);
      REQUIRE(loader->Add(day, {App(app)}, value).ok());
    }
  }
  REQUIRE(loader->Finish().ok());
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  const uint64_t before = database->Stats().store.table_bytes;
  REQUIRE(Keep(database.get(), Period{Unit::kDay, 255}) == absl::OkStatus());
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  const uint64_t after = database->Stats().store.table_bytes;
  CAPTURE(before, after);
  CHECK(after < before * 3 / 10);  // a quarter is kept
}

TEST_CASE("in the background nobody has to ask", "[keep]") {
  DatabaseHome at(Home::kMemory);
  const auto today = std::make_shared<std::atomic<int64_t>>(1000);
  DatabaseOptions options = WithClock(today);
  options.background_upkeep = true;
  const auto database = *at.TryOpen(options);
  const auto metric = DefineKept(database.get(), 0);
  Samples samples;
  Write(database.get(), metric, 10, 2, &samples);
  Write(database.get(), metric, 1000, 2, &samples);
  REQUIRE(Keep(database.get(), Period{Unit::kDay, 100}) == absl::OkStatus());
  LetGo(900, &samples);
  const absl::Time end = absl::Now() + absl::Minutes(1);
  while (ReadNow(*database) != samples && absl::Now() < end) {
    std::this_thread::yield();
  }
  CHECK(ReadNow(*database) == samples);
}

// Writes, loads, deletions, changes of KEEP, days that pass and openings
// against a map.
TEST_CASE("random days leave what a map says", "[keep][property]") {
  const uint32_t seed = GENERATE(1u, 2u, 3u, 4u);
  CAPTURE(seed);
  DatabaseHome at(seed == 1 ? Home::kDisk : Home::kMemory);
  const auto today = std::make_shared<std::atomic<int64_t>>(1000);
  auto database = *at.TryOpen(WithClock(today));
  auto metric = DefineKept(database.get(), 0);
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  Samples samples;
  std::optional<int32_t> kept_days;
  int64_t removed = 0;
  const auto first_taken = [&] {
    return kept_days.has_value() ? *today - *kept_days : -1'000'000;
  };
  for (int i = 0; i < 400; ++i) {
    switch (below(9)) {
      case 0: {
        kept_days = below(4) == 0 ? std::nullopt
                                  : std::optional<int32_t>(1 + below(700));
        REQUIRE(Keep(database.get(),
                     kept_days.has_value()
                         ? std::optional<Period>({Unit::kDay, *kept_days})
                         : std::nullopt) == absl::OkStatus());
        break;
      }
      case 1:
        *today += below(60);
        break;
      case 2: {
        const auto before = samples.size();
        LetGo(first_taken(), &samples);
        removed += static_cast<int64_t>(before - samples.size());
        REQUIRE(database->RunUpkeep() == absl::OkStatus());
        REQUIRE(ReadNow(*database) == samples);
        break;
      }
      case 3:
        if (below(4) == 0) {
          database.reset();
          database = *at.TryOpen(WithClock(today));
          metric = database->TakeSnapshot()->FindMetric("dau");
        }
        break;
      default: {
        // A snapshot that upkeep does not know of is still right beside it.
        SampleBatch batch;
        uint64_t expired = 0;
        for (int row = below(40); row > 0; --row) {
          const int64_t step = *today - below(below(3) == 0 ? 900 : 40);
          const std::string app = App(below(300));
          batch.RowsOf(metric).AddStep(step, {app}, int64_t{i});
          if (step < first_taken()) {
            ++expired;
          } else {
            samples[{app, step}] = i;
          }
        }
        const auto result = database->Write(batch, {});
        REQUIRE(result.status() == absl::OkStatus());
        REQUIRE(result->expired == expired);
      }
    }
  }
  LetGo(first_taken(), &samples);
  REQUIRE(database->Compact() == absl::OkStatus());
  CHECK(ReadNow(*database) == samples);
  CHECK(removed > 0);
}

}  // namespace
}  // namespace footfall
