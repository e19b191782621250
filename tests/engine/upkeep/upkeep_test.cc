// Upkeep through the public face: nothing changes but the bytes.

#include "engine/upkeep/upkeep.h"

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/catalog/era_records.h"
#include "engine/catalog/records.h"
#include "storage/key/tile_key.h"
#include "storage/tile/bundle.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using engine::ReadEras;
using testing::DatabaseHome;
using testing::Home;
using testing::ReadSamples;
using testing::Samples;

MetricSpec Spec(const std::string& name = "dau") {
  MetricSpec spec;
  spec.name = name;
  spec.dimensions = {{"app"}};
  return spec;
}

void WriteDay(Database* database, const std::shared_ptr<const Metric>& metric,
              int64_t step, int apps, Samples* samples) {
  SampleBatch batch;
  for (int app = 0; app < apps; ++app) {
    const std::string name = "app" + std::to_string(app);
    batch.RowsOf(metric).AddStep(step, {name}, step * 10 + app);
    (*samples)[{name, step}] = step * 10 + app;
  }
  REQUIRE(database->Write(batch, {}).ok());
}

// Parts of a metric's bundles; by era and band.
std::map<std::pair<int32_t, uint32_t>, uint32_t> PartCounts(
    const StoreView& view, MetricId metric) {
  std::map<std::pair<int32_t, uint32_t>, uint32_t> counts;
  const auto iterator = view.Scan(Keyspace::kTiles, "", "");
  while (*iterator->Next()) {
    const auto key = storage::DecodeTileKey(iterator->key());
    REQUIRE(key.ok());
    const auto bundle = storage::Bundle::Open(iterator->value());
    REQUIRE(bundle.ok());
    if (key->metric == metric) {
      counts[{key->era, key->band}] = bundle->part_count();
    }
  }
  return counts;
}

size_t TileBytes(const StoreView& view) {
  size_t bytes = 0;
  const auto iterator = view.Scan(Keyspace::kTiles, "", "");
  while (*iterator->Next()) {
    bytes += iterator->value().size();
  }
  return bytes;
}

TEST_CASE("patches that have grown are folded into one tile", "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = *database->Define(Spec());
  Samples samples;
  for (int64_t day = 0; day < 9; ++day) {
    WriteDay(database.get(), metric, day, 100, &samples);
  }
  const auto parts = [&] {
    return PartCounts(*at.store()->TakeView(), metric->id);
  };
  CHECK(parts() == decltype(parts()){{{0, 0}, 9}, {{0, 1}, 9}});
  const uint64_t commit = database->Stats().commit;
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  // Eight patches behind the first part are not more than eight.
  CHECK(parts()[{0, 0}] == 9);
  WriteDay(database.get(), metric, 9, 100, &samples);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(parts() == decltype(parts()){{{0, 0}, 1}, {{0, 1}, 1}});
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
  CHECK(database->Stats().commit == commit + 1);
}

TEST_CASE("tiles are sealed once a later era has samples", "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = *database->Define(Spec());
  Samples samples;
  const auto parts = [&] {
    return PartCounts(*at.store()->TakeView(), metric->id);
  };
  for (int64_t day = 250; day < 256; ++day) {
    WriteDay(database.get(), metric, day, 70, &samples);
  }
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(parts() == decltype(parts()){{{0, 0}, 6}, {{0, 1}, 6}});
  WriteDay(database.get(), metric, 256, 1, &samples);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(parts() == decltype(parts()){{{0, 0}, 1}, {{0, 1}, 1}, {{1, 0}, 1}});
  CHECK(ReadEras(*at.store()->TakeView(), metric->id)->sealed_before == 1);
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
  // Late by years: a tile of its own, sealed at once.
  WriteDay(database.get(), metric, -5000, 3, &samples);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
}

TEST_CASE("after a reopening upkeep goes on where it was", "[upkeep]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  Samples samples;
  std::shared_ptr<const Metric> metric;
  {
    const auto database = at.Open();
    metric = *database->Define(Spec());
    for (int64_t day = 250; day < 260; ++day) {
      WriteDay(database.get(), metric, day, 10, &samples);
    }
  }
  const auto database = at.Open();
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
  if (home == Home::kMemory) {
    const auto view = at.store()->TakeView();
    CHECK(PartCounts(*view, metric->id)[{0, 0}] == 1);
    CHECK(PartCounts(*view, metric->id)[{1, 0}] == 4);
    CHECK(ReadEras(*view, metric->id)->sealed_before == 1);
  }
}

TEST_CASE("tiles that are said to be sealed are not looked at", "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  Samples samples;
  {
    const auto database = at.Open();
    const auto metric = *database->Define(Spec());
    for (int64_t day = 250; day < 260; ++day) {
      WriteDay(database.get(), metric, day, 10, &samples);
    }
  }
  StoreBatch batch;
  batch.Put(Keyspace::kCatalog, engine::SealedKey(1), engine::EncodeEra(1));
  REQUIRE(at.store()->Apply(batch, Durability::kPowerLoss).ok());
  const auto database = at.Open();
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(PartCounts(*at.store()->TakeView(), 1)[{0, 0}] == 6);
}

TEST_CASE("Compact makes every bundle one tile and loses nothing", "[upkeep]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  Samples samples;
  const auto database = at.Open();
  const auto metric = *database->Define(Spec());
  const auto other = *database->Define(Spec("other"));
  Samples other_samples;
  for (int64_t day = 200; day < 300; ++day) {
    WriteDay(database.get(), metric, day, 150, &samples);
    WriteDay(database.get(), other, day * 3, 5, &other_samples);
  }
  const auto before = database->TakeSnapshot();
  REQUIRE(database->Compact() == absl::OkStatus());
  CHECK(ReadSamples(*before, *metric) == samples);
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
  CHECK(ReadSamples(*database->TakeSnapshot(), *other) == other_samples);
  CHECK(database->Stats().commit == before->commit());
  CHECK(database->Stats().store.log_bytes == 0);
  if (home == Home::kMemory) {
    for (const auto& [tile, parts] :
         PartCounts(*at.store()->TakeView(), metric->id)) {
      CHECK(parts == 1);
    }
    const size_t bytes = TileBytes(*at.store()->TakeView());
    CHECK(bytes < 15'500 * 4);
    REQUIRE(database->Compact() == absl::OkStatus());
    CHECK(TileBytes(*at.store()->TakeView()) == bytes);
  }
  // The newest era grows on, and is sealed once it is over.
  WriteDay(database.get(), metric, 300, 150, &samples);
  WriteDay(database.get(), metric, 512, 150, &samples);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
  if (home == Home::kMemory) {
    CHECK(PartCounts(*at.store()->TakeView(), metric->id)[{1, 0}] == 1);
  }
}

TEST_CASE("a tile left empty by deletions goes", "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = *database->Define(Spec());
  Samples samples;
  for (int64_t day = 0; day < 3; ++day) {
    WriteDay(database.get(), metric, day, 80, &samples);
  }
  const auto all = testing::AllSeries(*database->TakeSnapshot(), metric->id);
  CHECK(*database->Delete(*metric, all, {0, 10}, {}) == 240);
  REQUIRE(database->Compact() == absl::OkStatus());
  CHECK(TileBytes(*at.store()->TakeView()) == 0);
  CHECK_FALSE(database->TakeSnapshot()->StepBounds(metric->id)->has_value());
}

TEST_CASE("a damaged tile is named and the others are seen to", "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  Samples samples;
  {
    const auto database = at.Open();
    const auto metric = *database->Define(Spec());
    for (int64_t day = 250; day < 260; ++day) {
      WriteDay(database.get(), metric, day, 200, &samples);
    }
  }
  StoreBatch batch;
  batch.Append(Keyspace::kTiles,
               storage::EncodeTileKey({.metric = 1, .era = 0, .band = 1}),
               "garbage");
  REQUIRE(at.store()->Apply(batch, Durability::kPowerLoss).ok());
  for (const bool compact : {false, true}) {
    CAPTURE(compact);
    const auto database = at.Open();
    const absl::Status status =
        compact ? database->Compact() : database->RunUpkeep();
    CHECK(absl::IsDataLoss(status));
    CHECK_THAT(std::string(status.message()),
               ContainsSubstring("tile dau/era 0/band 1"));
    std::string value;
    REQUIRE(*at.store()->TakeView()->Get(
        Keyspace::kTiles,
        storage::EncodeTileKey({.metric = 1, .era = 0, .band = 2}), &value));
    CHECK(storage::Bundle::Open(value)->part_count() == 1);
  }
}

TEST_CASE("upkeep beside writers loses no patch", "[upkeep][thread]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  const uint32_t seed = 23;
  CAPTURE(home, seed);
  DatabaseHome at(home);
  const auto database = *at.TryOpen({});  // with its thread
  const auto metric = *database->Define(Spec());
  std::atomic<bool> done = false;
  std::atomic<int> failures = 0;
  std::thread compacting([&] {
    while (!done) {
      failures += database->RunUpkeep().ok() ? 0 : 1;
      failures += database->Compact().ok() ? 0 : 1;
    }
  });
  constexpr int kWriters = 3;
  std::vector<Samples> samples(kWriters);
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      std::mt19937 random(seed + static_cast<uint32_t>(writer));
      Samples& own = samples[static_cast<size_t>(writer)];
      for (int i = 0; i < 150; ++i) {
        // All writers share tiles, no two a series.
        SampleBatch batch;
        SampleRows& rows = batch.RowsOf(metric);
        for (int j = 0; j < 5; ++j) {
          const std::string app =
              "app" + std::to_string(random() % 40 * kWriters +
                                     static_cast<uint32_t>(writer));
          const int64_t step = static_cast<int64_t>(random() % 700);
          if (random() % 5 == 0) {
            rows.Delete(step, {app});
            own.erase({app, step});
          } else {
            rows.AddStep(step, {app}, i);
            own[{app, step}] = i;
          }
        }
        failures +=
            database->Write(batch, {Durability::kProcessCrash}).ok() ? 0 : 1;
      }
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  done = true;
  compacting.join();
  CHECK(failures == 0);
  Samples expected;
  for (const Samples& own : samples) {
    expected.insert(own.begin(), own.end());
  }
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);
  REQUIRE(database->Compact() == absl::OkStatus());
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);
}

TEST_CASE("a metric dropped under upkeep's hands stays dropped",
          "[upkeep][thread]") {
  DatabaseHome at(Home::kMemory);
  const auto database = *at.TryOpen({});
  for (int round = 0; round < 20; ++round) {
    const auto metric = *database->Define(Spec());
    Samples samples;
    for (int64_t day = 250; day < 262; ++day) {
      WriteDay(database.get(), metric, day, 100, &samples);
    }
    REQUIRE(database->DropMetric("dau") == absl::OkStatus());
  }
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(TileBytes(*at.store()->TakeView()) == 0);
}

}  // namespace
}  // namespace footfall
