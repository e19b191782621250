// What upkeep does not forget: across openings, loads, errors and deletions.

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "engine/catalog/era_records.h"
#include "engine/catalog/records.h"
#include "storage/key/tile_key.h"
#include "tests/engine/upkeep/upkept_tiles.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/failing_store.h"
#include "tests/support/store_wrapper.h"

namespace footfall {
namespace {

using engine::ReadEras;
using testing::App;
using testing::DatabaseHome;
using testing::Define;
using testing::Home;
using testing::kSteps;
using testing::MostParts;
using testing::ReadSamples;
using testing::Samples;
using testing::Write;

TEST_CASE("who opens, writes and closes again and again is folded",
          "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  Samples samples;
  for (int64_t day = 0; day < 60; ++day) {
    const auto database = *at.TryOpen();  // with its thread
    Write(database.get(), Define(database.get()), day, 1, &samples);
    REQUIRE(database->Close() == absl::OkStatus());
  }
  // Not one round needs to have been in time: a later one is.
  CHECK(MostParts(*at.store(), 1)[0] < 30);
  const auto database = at.Open();
  CHECK(ReadSamples(*database->TakeSnapshot(), *Define(database.get())) ==
        samples);
}

TEST_CASE("what loads append is folded", "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = Define(database.get());
  Samples samples;
  for (int64_t day = 0; day < 50; ++day) {
    const auto loader = *database->NewBulkLoader(metric, 1 << 20);
    for (int app = 0; app < 100; ++app) {
      REQUIRE(loader->Add(day, {App(app)}, day).ok());
      samples[{App(app), day}] = day;
    }
    REQUIRE(loader->Finish().ok());
    REQUIRE(database->RunUpkeep() == absl::OkStatus());
    CHECK(MostParts(*at.store(), metric->id)[0] <= 33);
  }
  CHECK(MostParts(*at.store(), metric->id)[0] < 33);
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
}

TEST_CASE("what is written while a first load is prepared is looked at again",
          "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = Define(database.get());
  Samples samples;
  // A series, and no tile.
  Write(database.get(), metric, 0, 1, &samples);
  REQUIRE(*database->Delete(*metric, std::vector<SeriesId>{0}, {0, 1}, {}) ==
          1);
  REQUIRE(database->Compact() == absl::OkStatus());
  REQUIRE(MostParts(*at.store(), metric->id).empty());
  const auto loader = *database->NewBulkLoader(metric, 8 << 20);
  REQUIRE(loader->Add(9 * kSteps, {App(0)}, 1).ok());
  bool written = false;
  REQUIRE(loader
              ->Finish([&] {
                if (!written) Write(database.get(), metric, 700, 1, &samples);
                written = true;
                return absl::OkStatus();
              })
              .ok());
  REQUIRE(written);
  // The load is sealed, and what lies before it but came later is late.
  const auto eras = ReadEras(*at.store()->TakeView(), metric->id);
  CHECK(eras->sealed_before == 9);
  CHECK(eras->late == std::vector<int32_t>{700 / kSteps});
}

TEST_CASE("late data is recorded with its commit and folded after a reopening",
          "[upkeep]") {
  const bool by_load = GENERATE(false, true);
  CAPTURE(by_load);
  DatabaseHome at(Home::kMemory);
  Samples samples;
  {
    const auto database = at.Open();
    const auto metric = Define(database.get());
    for (int era = 0; era < 4; ++era) {
      Write(database.get(), metric, era * kSteps + 5, 100, &samples);
    }
    REQUIRE(database->RunUpkeep() == absl::OkStatus());
    const auto eras = *ReadEras(*at.store()->TakeView(), metric->id);
    CHECK(eras.sealed_before == 3);
    CHECK(eras.late.empty());
    std::string format;
    REQUIRE(*at.store()->TakeView()->Get(Keyspace::kCatalog,
                                         engine::FormatKey(), &format));
    CHECK(format == engine::EncodeNumber(1));  // an earlier release opens it
    for (int patch = 0; patch < 9; ++patch) {
      const int64_t step = kSteps + 20 + patch;
      if (!by_load) {
        Write(database.get(), metric, step, 100, &samples);
        continue;
      }
      const auto loader = *database->NewBulkLoader(metric, 1 << 20);
      REQUIRE(loader->Add(step, {"app7"}, patch).ok());
      samples[{"app7", step}] = patch;
      REQUIRE(loader->Finish().ok());
    }
    CHECK(ReadEras(*at.store()->TakeView(), metric->id)->late ==
          std::vector<int32_t>{1});
    REQUIRE(*at.store()->TakeView()->Get(Keyspace::kCatalog,
                                         engine::FormatKey(), &format));
    CHECK(format == engine::EncodeNumber(2));  // one refuses what it may miss
    CHECK(MostParts(*at.store(), metric->id)[1] == 10);
  }
  const auto database = at.Open();
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(ReadEras(*at.store()->TakeView(), 1)->late.empty());
  CHECK(MostParts(*at.store(), 1)[1] == 1);
  CHECK(ReadSamples(*database->TakeSnapshot(), *Define(database.get())) ==
        samples);
  REQUIRE(database->DropMetric("dau") == absl::OkStatus());
  CHECK(ReadEras(*at.store()->TakeView(), 1)->sealed_before == std::nullopt);
}

TEST_CASE("an error of the store is got over", "[upkeep]") {
  const auto medium = storage::NewMemoryStore();
  const std::shared_ptr<Store> shared(std::shared_ptr<Store>(), medium.get());
  auto plan = std::make_shared<testing::FailurePlan>();
  DatabaseOptions options;
  options.background_upkeep = GENERATE(false, true);
  CAPTURE(options.background_upkeep);
  const auto database = *Database::Open(
      std::make_unique<testing::FailingStore>(shared, plan), options);
  const auto metric = Define(database.get());
  Samples samples;
  plan->read_failure = absl::StatusCode::kUnavailable;
  for (int64_t day = 0; day < 10; ++day) {
    Write(database.get(), metric, day, 100, &samples);
  }
  if (!options.background_upkeep) {
    CHECK(absl::IsUnavailable(database->RunUpkeep()));
    CHECK(absl::IsUnavailable(database->Health().upkeep_error));
  } else {
    while (!absl::IsUnavailable(database->Health().upkeep_error)) {
      std::this_thread::yield();
    }
  }
  CHECK(database->Health().upkeep_tiles + database->Health().upkeep_metrics >
        0);
  plan->read_failure = absl::StatusCode::kOk;
  if (!options.background_upkeep) {
    REQUIRE(database->RunUpkeep() == absl::OkStatus());
  }
  // In the background nobody has to write for it.
  while (MostParts(*medium, metric->id)[0] > 1) std::this_thread::yield();
  while (!database->Health().upkeep_error.ok()) std::this_thread::yield();
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
}

// Counts what is read of tiles.
class CountingStore final : public testing::StoreWrapper {
 public:
  CountingStore(std::shared_ptr<Store> store, std::shared_ptr<int> scans)
      : StoreWrapper(std::move(store)), scans_(std::move(scans)) {}
  std::unique_ptr<StoreView> TakeView() override {
    return std::make_unique<View>(target().TakeView(), scans_);
  }

 private:
  class View final : public StoreView {
   public:
    View(std::unique_ptr<StoreView> view, std::shared_ptr<int> scans)
        : view_(std::move(view)), scans_(std::move(scans)) {}
    absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                   PinnedValue* value) const override {
      *scans_ += 1;
      return view_->GetPinned(keyspace, key, value);
    }
    std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                        absl::string_view begin,
                                        absl::string_view end) const override {
      *scans_ += 1;
      return view_->Scan(keyspace, begin, end);
    }

   private:
    const std::unique_ptr<StoreView> view_;
    const std::shared_ptr<int> scans_;
  };
  const std::shared_ptr<int> scans_;
};

TEST_CASE("where nothing has come nothing is read", "[upkeep]") {
  auto scans = std::make_shared<int>(0);
  DatabaseOptions options;
  options.background_upkeep = false;
  const auto database = *Database::Open(
      std::make_unique<CountingStore>(storage::NewMemoryStore(), scans),
      options);
  const auto metric = Define(database.get());
  const auto other = Define(database.get(), "other");
  Samples samples;
  for (int64_t day = 200; day < 270; ++day) {
    Write(database.get(), metric, day, 200, &samples);
    Write(database.get(), other, day, 200, &samples);
  }
  CHECK(database->Health().upkeep_tiles > 0);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(database->Health().upkeep_tiles == 0);
  CHECK(database->Health().upkeep_metrics == 0);
  *scans = 0;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(*scans == 0);
  // One series: its tile, and what is recorded of the metric's eras.
  Write(database.get(), metric, 269, 1, &samples);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(*scans == 3);
}

TEST_CASE("a stray sample far ahead does not make the era of now an old one",
          "[upkeep]") {
  const int64_t far = GENERATE(2'900'000, 1100);  // the year 9909; 2 eras on
  CAPTURE(far);
  DatabaseHome at(Home::kMemory);
  Samples samples;
  const auto living = [&] {
    return ReadEras(*at.store()->TakeView(), 1)->sealed_before;
  };
  {
    const auto database = at.Open();
    const auto metric = Define(database.get());
    Write(database.get(), metric, 5, 1, &samples);
    for (int64_t day = 256; day < 300; ++day) {
      Write(database.get(), metric, day - 256, 70, &samples);
    }
    Write(database.get(), metric, far, 1, &samples);
    REQUIRE(database->RunUpkeep() == absl::OkStatus());
    CHECK(living() == 0);
    for (int64_t day = 256; day < 300; ++day) {
      Write(database.get(), metric, day, 70, &samples);
      REQUIRE(database->RunUpkeep() == absl::OkStatus());
    }
    CHECK(living() == 1);
    CHECK(ReadEras(*at.store()->TakeView(), 1)->late.empty());
    // As an earlier release left it: all before the stray one sealed.
    StoreBatch batch;
    batch.Put(Keyspace::kCatalog, engine::SealedKey(1),
              engine::EncodeEra(static_cast<int32_t>(far / kSteps)));
    REQUIRE(at.store()->Apply(batch, Durability::kPowerLoss).ok());
  }
  const auto database = at.Open();
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(living() == 1);
  CHECK(ReadSamples(*database->TakeSnapshot(), *Define(database.get())) ==
        samples);
}

TEST_CASE("a damaged tile is remembered, and told of until it is gone",
          "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = Define(database.get());
  const auto other = Define(database.get(), "other");
  Samples samples;
  Samples others;
  StoreBatch batch;
  batch.Append(Keyspace::kTiles,
               storage::EncodeTileKey({.metric = 1, .era = 0, .band = 1}),
               "garbage");
  REQUIRE(at.store()->Apply(batch, Durability::kPowerLoss).ok());
  for (int64_t day = 0; day < 10; ++day) {
    Write(database.get(), metric, day, 200, &samples);
    Write(database.get(), other, day, 10, &others);
  }
  for (int round = 0; round < 2; ++round) {
    CHECK(absl::IsDataLoss(database->RunUpkeep()));
    const DatabaseHealth health = database->Health();
    CHECK(health.state == DatabaseHealth::State::kGood);
    CHECK(absl::IsDataLoss(health.upkeep_error));
    CHECK(health.damaged_tiles == 1);
    REQUIRE(health.damage.size() == 1);
    CHECK_THAT(health.damage[0], ContainsSubstring("tile dau/era 0/band 1"));
    CHECK(health.upkeep_tiles + health.upkeep_metrics == 0);
  }
  CHECK(MostParts(*at.store(), other->id)[0] == 1);
  // Another metric's upkeep is none the worse.
  CHECK(database->RunUpkeep("other", {}) == absl::OkStatus());
  CHECK(absl::IsDataLoss(database->RunUpkeep("dau", {})));
  CHECK(absl::IsNotFound(database->RunUpkeep("none", {})));
  REQUIRE(database->DropMetric("dau") == absl::OkStatus());
  CHECK(database->RunUpkeep("other", {}) == absl::OkStatus());
  CHECK(database->RunUpkeep() == absl::OkStatus());
  CHECK(database->Health().damaged_tiles == 0);
}

TEST_CASE("what is sealed stays so where compaction is stopped half way",
          "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = Define(database.get());
  constexpr int64_t kEras = 300;  // more than a turn
  SampleBatch batch;
  for (int64_t era = 0; era < kEras; ++era) {
    batch.RowsOf(metric).AddStep(era * kSteps, {"a"}, era);
  }
  REQUIRE(database->Write(batch, {}).ok());
  const auto sealed = [&] {
    return ReadEras(*at.store()->TakeView(), metric->id)->sealed_before;
  };
  int left = 280;
  const auto stop = [&] {
    return --left < 0 ? absl::CancelledError("enough") : absl::OkStatus();
  };
  // What a stopped one has done is kept.
  CHECK(absl::IsCancelled(database->RunUpkeep("dau", stop)));
  CHECK(sealed() == 255);  // the era at hand may have more tiles
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(sealed() == kEras - 1);
  left = 280;
  CHECK(absl::IsCancelled(database->CompactMetric("dau", stop)));
  CHECK(sealed() == kEras - 1);
}

TEST_CASE("one metric is compacted, the others stay as they are", "[upkeep]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  const auto database = at.Open();
  const auto metric = Define(database.get());
  const auto other = Define(database.get(), "other");
  Samples samples;
  Samples others;
  for (int64_t day = 0; day < 5; ++day) {
    Write(database.get(), metric, day, 70, &samples);
    Write(database.get(), other, day, 70, &others);
  }
  CHECK(absl::IsNotFound(database->CompactMetric("none", {})));
  const absl::Status stopped = absl::CancelledError("enough");
  CHECK(database->CompactMetric("dau", [&] { return stopped; }) == stopped);
  REQUIRE(database->CompactMetric("dau", {}) == absl::OkStatus());
  if (home == Home::kMemory) {
    CHECK(MostParts(*at.store(), metric->id)[0] == 1);
    CHECK(MostParts(*at.store(), other->id)[0] == 5);
  }
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
  CHECK(ReadSamples(*database->TakeSnapshot(), *other) == others);
}

}  // namespace
}  // namespace footfall
