// KEEP beside what else goes on: it is changed and changed back, loads are
// under way, tiles cannot be read, others follow.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/key/tile_key.h"
#include "tests/engine/upkeep/kept_days.h"
#include "tests/support/catch.h"
#include "tests/support/store_wrapper.h"

namespace footfall {
namespace {

using testing::App;
using testing::DatabaseHome;
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

TEST_CASE("what was written while all was kept goes once it is not", "[keep]") {
  DatabaseHome at(Home::kMemory);
  const auto today = std::make_shared<std::atomic<int64_t>>(1000);
  const auto database = *at.TryOpen(WithClock(today));
  const auto metric = DefineKept(database.get(), 400);
  Samples samples;
  for (int64_t day = 600; day <= 1000; day += 50) {
    Write(database.get(), metric, day, 2, &samples);
  }
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  REQUIRE(Keep(database.get(), std::nullopt) == absl::OkStatus());
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  Write(database.get(), metric, 590, 2, &samples);
  CHECK(ReadNow(*database) == samples);
  REQUIRE(Keep(database.get(), Period{Unit::kDay, 400}) == absl::OkStatus());
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  LetGo(600, &samples);
  CHECK(ReadNow(*database) == samples);
}

TEST_CASE("what a load brings that was begun before goes the next time",
          "[keep]") {
  DatabaseHome at(GENERATE(Home::kMemory, Home::kDisk));
  const bool removes = GENERATE(false, true);  // something, before it ends
  CAPTURE(removes);
  const auto today = std::make_shared<std::atomic<int64_t>>(1000);
  const auto database = *at.TryOpen(WithClock(today));
  const auto metric = DefineKept(database.get(), 100);
  Samples samples;
  if (removes) Write(database.get(), metric, 900, 2, &samples);
  Write(database.get(), metric, 950, 2, &samples);
  const auto loader = *database->NewBulkLoader(metric, 8 << 20);
  REQUIRE(loader->Add(905, {"A"}, 7).ok());
  REQUIRE(loader->Add(920, {"A"}, 8).ok());
  *today = 1020;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(database->TakeSnapshot()->FindMetric("dau")->kept_from.has_value() ==
        removes);
  REQUIRE(loader->Finish()->samples == 2);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  samples[{"A", 920}] = 8;
  LetGo(920, &samples);
  CHECK(ReadNow(*database) == samples);
  // And then nothing more is written.
  const uint64_t commit = database->TakeSnapshot()->commit();
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(database->TakeSnapshot()->commit() == commit);
}

TEST_CASE("what was written while the clock was set back goes once it is right",
          "[keep]") {
  DatabaseHome at(Home::kMemory);
  const auto today = std::make_shared<std::atomic<int64_t>>(1000);
  const auto database = *at.TryOpen(WithClock(today));
  const auto metric = DefineKept(database.get(), 100);
  Samples samples;
  Write(database.get(), metric, 900, 2, &samples);
  *today = 1010;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(ReadNow(*database).empty());
  *today = 990;
  Write(database.get(), metric, 895, 2, &samples);
  *today = 1010;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(ReadNow(*database).empty());
}

// Iterators that come to a tile of the range answer DATA_LOSS, as where a block
// of a table is damaged.
class DamagedRange final : public testing::StoreWrapper {
 public:
  DamagedRange(std::shared_ptr<Store> store, std::string begin, std::string end)
      : StoreWrapper(std::move(store)),
        begin_(std::move(begin)),
        end_(std::move(end)) {}
  std::unique_ptr<StoreView> TakeView() override {
    return std::make_unique<View>(target().TakeView(), this);
  }

 private:
  absl::StatusOr<bool> Check(const absl::StatusOr<bool>& found,
                             absl::string_view key) const {
    if (!found.ok() || !*found || key < begin_ || key >= end_) return found;
    return absl::DataLossError("a block is damaged");
  }

  class Iterator final : public StoreIterator {
   public:
    Iterator(std::unique_ptr<StoreIterator> iterator, const DamagedRange* range)
        : iterator_(std::move(iterator)), range_(range) {}
    absl::StatusOr<bool> Next() override {
      const absl::StatusOr<bool> found = iterator_->Next();
      return found.ok() && *found ? range_->Check(found, key()) : found;
    }
    absl::StatusOr<bool> Seek(absl::string_view key) override {
      const absl::StatusOr<bool> found = iterator_->Seek(key);
      return found.ok() && *found ? range_->Check(found, this->key()) : found;
    }
    absl::string_view key() const override { return iterator_->key(); }
    absl::string_view value() const override { return iterator_->value(); }

   private:
    const std::unique_ptr<StoreIterator> iterator_;
    const DamagedRange* const range_;
  };

  class View final : public StoreView {
   public:
    View(std::unique_ptr<StoreView> view, const DamagedRange* range)
        : view_(std::move(view)), range_(range) {}
    absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                   PinnedValue* value) const override {
      const absl::StatusOr<bool> found = view_->GetPinned(keyspace, key, value);
      if (keyspace != Keyspace::kTiles) return found;
      return range_->Check(found, key);
    }
    std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                        absl::string_view begin,
                                        absl::string_view end) const override {
      auto iterator = view_->Scan(keyspace, begin, end);
      if (keyspace != Keyspace::kTiles) return iterator;
      return std::make_unique<Iterator>(std::move(iterator), range_);
    }

   private:
    const std::unique_ptr<StoreView> view_;
    const DamagedRange* const range_;
  };

  const std::string begin_;
  const std::string end_;
};

TEST_CASE("a block that cannot be read keeps nothing but its own eras",
          "[keep]") {
  DatabaseHome at(Home::kMemory);
  const auto today = std::make_shared<std::atomic<int64_t>>(1000);
  // First all of era 0, then all of the era that is cut at 600.
  const int32_t bad_era = GENERATE(0, 2);
  CAPTURE(bad_era);
  Samples samples;
  MetricId id = 0;
  {
    const auto database = *at.TryOpen(WithClock(today));
    const auto metric = DefineKept(database.get(), 0);
    const auto good = DefineKept(database.get(), 400, "good");
    id = metric->id;
    Samples others;
    for (int64_t day = 0; day <= 1000; day += 10) {
      Write(database.get(), metric, day, 2, &samples);
      if (day >= 600) Write(database.get(), good, day, 40, &others);
    }
    REQUIRE(Keep(database.get(), Period{Unit::kDay, 400}) == absl::OkStatus());
  }
  const auto key = [id](int32_t era) {
    return storage::EncodeTileKey({.metric = id, .era = era, .band = 0});
  };
  const auto store = std::make_shared<testing::LentStore>(at.store());
  const auto database = *Database::Open(
      std::make_unique<DamagedRange>(store, key(bad_era), key(bad_era + 1)),
      WithClock(today));
  const auto snapshot = [&] { return database->TakeSnapshot(); };
  const absl::Status status = database->RunUpkeep();
  CHECK((status.ok() || absl::IsDataLoss(status)));
  const auto metric = snapshot()->FindMetric("dau");
  const auto all = testing::AllSeries(*snapshot(), id);
  // Whole eras go, whatever lies there.
  CHECK(metric->kept_from == (bad_era == 0 ? 600 : 2 * kSteps));
  CHECK(testing::TryReadSamples(*snapshot(), *metric, all, {0, 2 * kSteps})
            ->empty());
  LetGo(bad_era == 0 ? 600 : 3 * kSteps, &samples);
  CHECK(*testing::TryReadSamples(
            *snapshot(), *metric, all,
            {bad_era == 0 ? 2 * kSteps : 3 * kSteps, 9999}) == samples);
  // Other metrics are seen to.
  const MetricId good = snapshot()->FindMetric("good")->id;
  for (const auto& [era, parts] : MostParts(*at.store(), good)) {
    CHECK((era == 3 || parts == 1));
  }
  // Again nothing is written.
  const uint64_t commit = snapshot()->commit();
  database->RunUpkeep().IgnoreError();
  CHECK(snapshot()->commit() == commit);
  CHECK((database->Health().damaged_tiles > 0) == (bad_era == 2));
}

TEST_CASE("a removal larger than its memory is made at once, too", "[keep]") {
  DatabaseHome at(GENERATE(Home::kMemory, Home::kDisk));
  constexpr int64_t kEra = 4096;  // steps, of 4 series a tile
  constexpr int64_t kFirst = 3 * kEra + 2'100;
  DatabaseOptions options;
  options.background_upkeep = false;
  options.clock = [] { return absl::FromUnixSeconds(kFirst + 3'600); };
  auto database = *at.TryOpen(options);
  MetricSpec spec;
  spec.name = "ticks";
  spec.period = {Unit::kSecond, 1};
  spec.dimensions = {{"app"}};
  const auto metric = *database->Define(spec);
  const auto loader = *database->NewBulkLoader(metric, 64 << 20);
  uint64_t left = 0;
  // Marks of the era that is cut: 2,100 bits a series, 1 MB in all.
  for (int64_t app = 0; app < 4'400; ++app) {
    const uint32_t series = *loader->SeriesOf({App(static_cast<int>(app))});
    for (int64_t step = app % 16; step < kFirst + 100;
         step += step < 3 * kEra - 100 ? kEra : 16) {
      const BulkLoader::Row row = {.step = step, .value = 7, .series = series};
      REQUIRE(loader->AddRows({row}).ok());
      left += step >= kFirst ? 1 : 0;
    }
  }
  REQUIRE(loader->Finish().ok());
  REQUIRE(
      database
          ->AlterMetric("ticks", {.keep = Period{Unit::kHour, 1}}, StopCheck())
          .ok());
  const auto before = database->TakeSnapshot();
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(database->TakeSnapshot()->commit() == before->commit() + 1);
  for (const bool reopens : {false, true}) {
    if (reopens) {
      database.reset();
      database = *at.TryOpen(options);
    }
    const auto snapshot = database->TakeSnapshot();
    const auto found = snapshot->FindMetric("ticks");
    CHECK(found->kept_from == kFirst);
    const auto all = testing::AllSeries(*snapshot, metric->id);
    CHECK(
        testing::TryReadSamples(*snapshot, *found, all, {0, kFirst})->empty());
    CHECK(testing::TryReadSamples(*snapshot, *found, all, {0, 9 * kEra})
              ->size() == left);
  }
}

TEST_CASE("who follows sees a removal whole", "[keep]") {
  DatabaseHome at(Home::kDisk);
  const auto today = std::make_shared<std::atomic<int64_t>>(1000);
  const auto database = *at.TryOpen(WithClock(today));
  const auto metric = DefineKept(database.get(), 0);
  Samples samples;
  for (int64_t day = 0; day <= 1000; day += 5) {
    Write(database.get(), metric, day, 3, &samples);
  }
  const bool compacts = GENERATE(false, true);
  CAPTURE(compacts);
  if (compacts) REQUIRE(database->Compact() == absl::OkStatus());
  DatabaseOptions options;
  options.read_only = true;
  const auto reader = *at.TryOpen(options);
  CHECK(ReadNow(*reader) == samples);
  const auto before = reader->TakeSnapshot();
  REQUIRE(Keep(database.get(), Period{Unit::kDay, 400}) == absl::OkStatus());
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  Write(database.get(), metric, 1001, 2, &samples);
  CHECK(ReadNow(*reader).size() == samples.size() - 2);
  REQUIRE(reader->Refresh().status() == absl::OkStatus());
  const Samples all = samples;
  LetGo(600, &samples);
  CHECK(ReadNow(*reader) == samples);
  const auto found = reader->TakeSnapshot()->FindMetric("dau");
  CHECK(found->kept_from == 600);
  CHECK(found->spec.keep == Period{Unit::kDay, 400});
  // What was taken before is what it was.
  CHECK(ReadSamples(*before, *before->FindMetric("dau")).size() ==
        all.size() - 2);
}

}  // namespace
}  // namespace footfall
