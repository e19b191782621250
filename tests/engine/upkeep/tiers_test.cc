// Tiers: what is too old for its grid is rolled up into the next, and what is
// read of a tier does not depend on whether that has happened.

#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/casts.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/key/tile_key.h"
#include "tests/engine/upkeep/upkept_tiles.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/failing_store.h"

namespace footfall {
namespace {

using testing::AllSeries;
using testing::App;
using testing::DatabaseHome;
using testing::Home;
using testing::ReadSamples;
using testing::SampleKey;
using testing::Samples;

using Clock = std::shared_ptr<std::atomic<int64_t>>;  // seconds since the epoch

DatabaseOptions WithClock(const Clock& clock) {
  DatabaseOptions options;
  options.background_upkeep = false;
  options.clock = [clock] { return absl::FromUnixSeconds(*clock); };
  return options;
}

constexpr int64_t kDay = 86'400;

MetricSpec Requests(Additivity over_time = Additivity::kAdds) {
  MetricSpec spec;
  spec.name = "requests";
  spec.period = {Unit::kMinute, 15};
  spec.over_time = over_time;
  spec.dimensions = {{"app"}};
  spec.keep = Period{Unit::kDay, 3};
  spec.tiers = {{{Unit::kHour, 1}, Period{Unit::kDay, 20}},
                {{Unit::kDay, 1}, std::nullopt}};
  return spec;
}

// The samples on each grid, by the rule: worked out from all that was written.
Samples RollUp(const Samples& fine, const Metric& from, const Metric& to) {
  const auto coarse = *CoarseSteps::Create(from.grid, to.grid);
  Samples rolled;
  const bool decimal = from.spec.value_type == ValueType::kDecimal;
  for (const auto& [key, value] : fine) {  // by series, then by step
    const auto [at, is_new] =
        rolled.emplace(SampleKey{key.first, coarse.Of(key.second)}, value);
    if (is_new) continue;
    if (from.spec.over_time == Additivity::kLevel) {
      at->second = value;
    } else if (from.spec.over_time == Additivity::kOverlaps) {
      // None is negative: bits of decimals are in order, too.
      at->second = std::max(at->second, value);
    } else if (decimal) {
      at->second = absl::bit_cast<int64_t>(absl::bit_cast<double>(at->second) +
                                           absl::bit_cast<double>(value));
    } else {
      at->second += value;
    }
  }
  return rolled;
}

// Which of them are made of all their steps; `whole` are those of the grid
// before.
Samples WholeOnes(const Samples& whole, const Metric& from, const Metric& to) {
  const auto coarse = *CoarseSteps::Create(from.grid, to.grid);
  std::map<SampleKey, int64_t> counts;
  for (const auto& [key, value] : whole) {
    ++counts[{key.first, coarse.Of(key.second)}];
  }
  Samples found;
  for (const auto& [key, count] : counts) {
    if (count == coarse.FineOf(key.second).size()) found[key] = 1;
  }
  return found;
}

Samples ReadWhole(const Snapshot& snapshot, const Metric& metric) {
  Samples samples;
  const auto series = AllSeries(snapshot, metric.id);
  const auto cursor = snapshot.Scan({.metric = metric.id,
                                     .series = series,
                                     .steps = metric.grid.Limits(),
                                     .depth = ScanDepth::kWhole});
  while (true) {
    const auto more = cursor->Next();
    REQUIRE(more.status() == absl::OkStatus());
    if (!*more) return samples;
    const Slab& slab = cursor->slab();
    for (size_t row = 0; row < slab.series.size(); ++row) {
      for (uint32_t i = 0; i < slab.step_count; ++i) {
        if ((slab.present[row * slab.words + i / 64] >> (i % 64) & 1) == 0) {
          continue;
        }
        samples[{testing::SeriesName(snapshot, metric, slab.series[row]),
                 slab.first_step + i}] = 1;
      }
    }
  }
}

void LetGo(const std::optional<int64_t>& before, Samples* samples) {
  if (!before.has_value()) return;
  std::erase_if(*samples, [&](const auto& sample) {
    return sample.first.second < *before;
  });
}

// All grids against what was written.
void CheckGrids(const Database& database, const Samples& written) {
  const auto snapshot = database.TakeSnapshot();
  const auto metric = snapshot->FindMetric("requests");
  Samples all = written;
  Samples whole = written;
  LetGo(metric->kept_from, &all);
  CHECK(ReadSamples(*snapshot, *metric) == all);
  all = written;
  const Metric* finer = metric.get();
  for (const auto& tier : metric->tiers) {
    CAPTURE(FormatPeriod(tier->spec.period));
    all = RollUp(all, *finer, *tier);
    whole = WholeOnes(whole, *finer, *tier);
    Samples kept = all;
    Samples kept_whole = whole;
    LetGo(tier->kept_from, &kept);
    LetGo(tier->kept_from, &kept_whole);
    CHECK(ReadSamples(*snapshot, *tier) == kept);
    CHECK(ReadWhole(*snapshot, *tier) == kept_whole);
    finer = tier.get();
  }
}

// Random samples of some series, with gaps; those that are written.
void WriteSome(Database* database, const Metric& metric, StepRange steps,
               std::mt19937_64* random, Samples* written) {
  const auto state = database->TakeSnapshot()->FindMetric("requests");
  SampleBatch batch;
  const bool decimal = metric.spec.value_type == ValueType::kDecimal;
  uint64_t late = 0;
  int app = 0;
  bool there = true;
  for (int64_t step = steps.begin; step < steps.end; ++step) {
    for (app = 0; app < 5; ++app) {
      if ((*random)() % 37 == 0) there = !there;
      if (!there) continue;
      const int64_t least =
          metric.spec.over_time == Additivity::kOverlaps ? 0 : -200;
      const int64_t value = static_cast<int64_t>((*random)() % 1000) + least;
      const int64_t bits =
          decimal ? absl::bit_cast<int64_t>(static_cast<double>(value) / 7)
                  : value;
      const std::string name = App(app);
      const absl::string_view member = name;
      if (decimal) {
        batch.RowsOf(state).AddStep(step, {member},
                                    absl::bit_cast<double>(bits));
      } else {
        batch.RowsOf(state).AddStep(step, {member}, value);
      }
      if (state->kept_from.has_value() && step < *state->kept_from) {
        ++late;
      } else {
        (*written)[{name, step}] = bits;
      }
    }
  }
  const auto result = database->Write(batch, {Durability::kProcessCrash});
  REQUIRE(result.status() == absl::OkStatus());
  CHECK(result->expired == late);
}

TEST_CASE("a tier reads the same before and after it was rolled up",
          "[tiers][property]") {
  struct Case {
    const char* zone;
    Period period;
    std::vector<Tier> tiers;
    Period keep;
  };
  const Case given = GENERATE(values<Case>({
      // Clocks change in Berlin on 2024-03-31 and 2024-10-27.
      {"Europe/Berlin",
       {Unit::kMinute, 15},
       {{{Unit::kHour, 1}, Period{Unit::kDay, 9}},
        {{Unit::kDay, 1}, std::nullopt}},
       {Unit::kDay, 2}},
      // Half an hour from the full one, straight to days.
      {"Asia/Kolkata",
       {Unit::kMinute, 30},
       {{{Unit::kDay, 1}, Period{Unit::kDay, 30}},
        {{Unit::kMonth, 1}, std::nullopt}},
       {Unit::kHour, 60}},
      // Eras of 1,024 hours do not begin with days; weeks, and no more.
      {"America/New_York",
       {Unit::kHour, 1},
       {{{Unit::kWeek, 1}, Period{Unit::kDay, 50}}},
       {Unit::kDay, 20}},
  }));
  const auto over_time =
      GENERATE(Additivity::kAdds, Additivity::kOverlaps, Additivity::kLevel);
  const auto type = GENERATE(ValueType::kInteger, ValueType::kDecimal);
  CAPTURE(given.zone, AdditivityName(over_time), static_cast<int>(type));
  // A month around the change of clocks.
  const int64_t begin = 1'710'201'600;  // 2024-03-12
  DatabaseHome at(Home::kMemory);
  const auto clock = std::make_shared<std::atomic<int64_t>>(begin);
  auto database = *at.TryOpen(WithClock(clock));
  MetricSpec spec = Requests(over_time);
  spec.value_type = type;
  spec.zone = given.zone;
  spec.period = given.period;
  spec.tiers = given.tiers;
  spec.keep = given.keep;
  const auto metric = database->Define(spec);
  REQUIRE(metric.status() == absl::OkStatus());
  const Grid& grid = (*metric)->grid;
  std::mt19937_64 random(15);
  Samples written;
  int64_t from = grid.StepAt(absl::FromUnixSeconds(begin));
  for (int day = 1; day <= 45; day += 3) {
    *clock = begin + day * kDay;
    const int64_t to = grid.StepAt(absl::FromUnixSeconds(*clock));
    // Now and then some of what is written is late.
    const int64_t back = day % 5 == 0 ? 40 : 0;
    const int64_t taken = std::max(
        from - back, *FirstStepKept(**metric, absl::FromUnixSeconds(*clock)));
    WriteSome(database.get(), **metric, {taken, to}, &random, &written);
    from = to;
    CheckGrids(*database, written);
    if (random() % 3 == 0) continue;
    REQUIRE(database->RunUpkeep() == absl::OkStatus());
    CheckGrids(*database, written);
    if (random() % 4 == 0) {
      REQUIRE(database->Compact() == absl::OkStatus());
      database.reset();
      database = *at.TryOpen(WithClock(clock));
      CheckGrids(*database, written);
    }
  }
  REQUIRE(database->Compact() == absl::OkStatus());
  CheckGrids(*database, written);
  const auto now = database->TakeSnapshot()->FindMetric("requests");
  CHECK(now->kept_from.has_value());
}

void WriteDays(Database* database, int64_t first_day, int64_t days,
               Samples* written) {
  const auto metric = database->TakeSnapshot()->FindMetric("requests");
  for (int64_t day = first_day; day < first_day + days; ++day) {
    SampleBatch batch;
    for (int64_t step = day * 96; step < (day + 1) * 96; ++step) {
      for (int app = 0; app < 2; ++app) {
        batch.RowsOf(metric).AddStep(step, {App(app)}, step % 50 + app);
        (*written)[{App(app), step}] = step % 50 + app;
      }
    }
    REQUIRE(database->Write(batch, {Durability::kProcessCrash}).ok());
  }
}

TEST_CASE("a roll-up goes whole or not at all", "[tiers]") {
  const auto mode = GENERATE(testing::FailureMode::kNotApplied,
                             testing::FailureMode::kAppliedButReportedFailed);
  int failures = 0;
  for (uint64_t fail_at = 1; fail_at <= 6; ++fail_at) {
    DatabaseHome at(Home::kMemory);
    const auto clock = std::make_shared<std::atomic<int64_t>>(5 * kDay);
    Samples written;
    const auto plan = std::make_shared<testing::FailurePlan>();
    plan->mode = mode;
    {
      const auto database = *Database::Open(
          std::make_unique<testing::FailingStore>(
              std::make_shared<testing::LentStore>(at.store()), plan),
          WithClock(clock));
      REQUIRE(database->Define(Requests()).ok());
      WriteDays(database.get(), 2, 3, &written);
      *clock = 40 * kDay;
      plan->fail_at = plan->calls + fail_at;
      failures += database->RunUpkeep().ok() ? 0 : 1;
    }
    const auto database = *at.TryOpen(WithClock(clock));
    CheckGrids(*database, written);
    REQUIRE(database->RunUpkeep() == absl::OkStatus());
    CheckGrids(*database, written);
    const auto metric = database->TakeSnapshot()->FindMetric("requests");
    CHECK(metric->kept_from.has_value());
    CHECK(metric->tiers[0]->kept_from.has_value());
  }
  CHECK(failures > 0);
}

TEST_CASE("what is rolled up does not change by what comes late", "[tiers]") {
  DatabaseHome at(GENERATE(Home::kMemory, Home::kDisk));
  const auto clock = std::make_shared<std::atomic<int64_t>>(5 * kDay);
  const auto database = *at.TryOpen(WithClock(clock));
  REQUIRE(database->Define(Requests()).ok());
  Samples written;
  WriteDays(database.get(), 2, 3, &written);
  *clock = 7 * kDay;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  const auto metric = database->TakeSnapshot()->FindMetric("requests");
  REQUIRE(metric->kept_from == 4 * 96);
  SampleBatch batch;
  batch.RowsOf(metric).AddStep(4 * 96 - 1, {App(0)}, int64_t{7});
  batch.RowsOf(metric).AddStep(4 * 96, {App(0)}, int64_t{7});
  auto result = database->Write(batch, WriteOptions());
  REQUIRE(result.ok());
  CHECK(result->expired == 1);
  written[{App(0), 4 * 96}] = 7;
  CheckGrids(*database, written);
  // However long KEEP becomes, and where the clock is set back.
  MetricChanges changes;
  changes.keep = Period{Unit::kYear, 1};
  changes.tiers = {{{Unit::kHour, 1}, Period{Unit::kYear, 2}},
                   {{Unit::kDay, 1}, std::nullopt}};
  REQUIRE(database->AlterMetric("requests", changes, StopCheck()).ok());
  *clock = 5 * kDay;
  result = database->Write(batch, WriteOptions());
  REQUIRE(result.ok());
  CHECK(result->expired == 1);
  CheckGrids(*database, written);
  // Grids that hold something stay, and so does the rule over time.
  changes.tiers = {{{Unit::kDay, 1}, std::nullopt}};
  CHECK(absl::IsFailedPrecondition(
      database->AlterMetric("requests", changes, StopCheck()).status()));
  MetricChanges rule;
  rule.over_time = Additivity::kLevel;
  CHECK(absl::IsFailedPrecondition(
      database->AlterMetric("requests", rule, StopCheck()).status()));
}

TEST_CASE("samples are deleted from all grids, in whole steps", "[tiers]") {
  DatabaseHome at(Home::kMemory);
  const auto clock = std::make_shared<std::atomic<int64_t>>(5 * kDay);
  const auto database = *at.TryOpen(WithClock(clock));
  REQUIRE(database->Define(Requests()).ok());
  Samples written;
  WriteDays(database.get(), 2, 3, &written);
  *clock = 7 * kDay;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  const auto metric = database->TakeSnapshot()->FindMetric("requests");
  const std::vector<SeriesId> first = {0};
  // Hours 50 to 99 are rolled up, what follows is not.
  const auto cut = database->Delete(*metric, first, {50 * 4 + 1, 400}, {});
  CHECK(absl::IsInvalidArgument(cut.status()));
  CHECK(absl::StrContains(cut.status().message(), "take whole hours"));
  CheckGrids(*database, written);
  const auto deleted = database->Delete(*metric, first, {50 * 4, 401}, {});
  REQUIRE(deleted.status() == absl::OkStatus());
  CHECK(*deleted == 46 + 17);
  std::erase_if(written, [](const auto& sample) {
    return sample.first.first == App(0) && sample.first.second >= 200 &&
           sample.first.second < 401;
  });
  CheckGrids(*database, written);
}

TEST_CASE("a metric goes with its tiers, and its space comes back", "[tiers]") {
  DatabaseHome at(Home::kMemory);
  const auto clock = std::make_shared<std::atomic<int64_t>>(5 * kDay);
  const auto database = *at.TryOpen(WithClock(clock));
  REQUIRE(database->Define(Requests()).ok());
  Samples written;
  WriteDays(database.get(), 2, 3, &written);
  *clock = 60 * kDay;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CheckGrids(*database, written);
  const auto tiles = [&] {
    const auto view = at.store()->TakeView();
    const auto found = view->Scan(Keyspace::kTiles, "", "");
    std::map<MetricId, int> count;
    while (*found->Next())
      ++count[storage::DecodeTileKey(found->key())->metric];
    return count;
  };
  // All of it is in days now: values, and which of them are whole.
  CHECK(tiles().size() == 2);
  REQUIRE(database->DropMetric("requests") == absl::OkStatus());
  CHECK(tiles().empty());
}

TEST_CASE("a damaged tile is not rolled up, and is named", "[tiers]") {
  DatabaseHome at(Home::kMemory);
  const auto clock = std::make_shared<std::atomic<int64_t>>(5 * kDay);
  const auto database = *at.TryOpen(WithClock(clock));
  REQUIRE(database->Define(Requests()).ok());
  Samples written;
  WriteDays(database.get(), 2, 3, &written);
  *clock = 7 * kDay;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  const auto metric = database->TakeSnapshot()->FindMetric("requests");
  StoreBatch damage;
  damage.Put(Keyspace::kTiles,
             storage::EncodeTileKey(
                 {.metric = metric->tiers[0]->id, .era = 0, .band = 0}),
             "no tile");
  REQUIRE(at.store()->Apply(damage, Durability::kPowerLoss).ok());
  *clock = 40 * kDay;
  database->RunUpkeep().IgnoreError();
  const auto health = database->Health();
  CHECK(absl::StrContains(health.upkeep_error.message(),
                          "requests by hour/era 0/band 0"));
  const auto now = database->TakeSnapshot()->FindMetric("requests");
  CHECK_FALSE(now->tiers[0]->kept_from.has_value());
}

TEST_CASE("a sum that leaves 64 bits stays where it is", "[tiers]") {
  DatabaseHome at(Home::kMemory);
  const auto clock = std::make_shared<std::atomic<int64_t>>(5 * kDay);
  const auto database = *at.TryOpen(WithClock(clock));
  const auto metric = *database->Define(Requests());
  SampleBatch batch;
  for (int64_t step = 400; step < 402; ++step) {
    batch.RowsOf(metric).AddStep(step, {App(0)},
                                 std::numeric_limits<int64_t>::max());
  }
  REQUIRE(database->Write(batch, WriteOptions()).ok());
  *clock = 60 * kDay;
  database->RunUpkeep().IgnoreError();
  CHECK(absl::IsOutOfRange(database->Health().upkeep_error));
  const auto now = database->TakeSnapshot()->FindMetric("requests");
  CHECK_FALSE(now->kept_from.has_value());
  CHECK(ReadSamples(*database->TakeSnapshot(), *now).size() == 2);
}

TEST_CASE("tiers that cannot be are refused", "[tiers]") {
  struct Case {
    const char* why;
    void (*change)(MetricSpec* spec);
  };
  const Case given = GENERATE(values<Case>({
      {"kept forever", [](MetricSpec* spec) { spec->keep.reset(); }},
      {"kept longer",
       [](MetricSpec* spec) {
         spec->tiers[0].keep = Period{Unit::kDay, 3};
       }},
      {"kept longer", [](MetricSpec* spec) { spec->tiers[0].keep.reset(); }},
      {"not made of whole",
       [](MetricSpec* spec) {
         spec->tiers[1].period = {Unit::kMinute, 30};
       }},
      {"not made of whole",
       [](MetricSpec* spec) {
         spec->tiers[0].period = {Unit::kMinute, 20};
       }},
      {"do not begin where these steps do",
       [](MetricSpec* spec) { spec->zone = "Asia/Kolkata"; }},
  }));
  CAPTURE(given.why);
  MetricSpec spec = Requests();
  given.change(&spec);
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto refused = database->Define(spec);
  CHECK(absl::IsInvalidArgument(refused.status()));
  CAPTURE(refused.status());
  CHECK(absl::StrContains(refused.status().message(), given.why));
}

}  // namespace
}  // namespace footfall
