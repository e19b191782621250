// Scans: the same samples whichever way the tiles are fetched.

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "engine/open_database.h"
#include "engine/read/tile_range.h"
#include "storage/key/tile_key.h"
#include "storage/store/rocksdb_store.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/temp_dir.h"

namespace footfall {
namespace {

using testing::DatabaseHome;
using testing::Home;
using testing::Samples;
using testing::TryReadSamples;

MetricSpec Spec() {
  MetricSpec spec;
  spec.name = "dau";
  spec.dimensions = {{"app"}};
  return spec;
}

// A database of 2,000 series x sparse steps in tiles of 8 x 16, so that a scan
// has many of them.
struct Market {
  std::shared_ptr<Store> store;
  std::unique_ptr<Database> database;
  std::shared_ptr<const Metric> metric;
  Samples samples;
};

Market NewMarket(uint32_t seed,
                 std::shared_ptr<Store> store = storage::NewMemoryStore()) {
  Market market;
  market.store = std::move(store);
  DatabaseOptions options;
  options.background_upkeep = false;
  engine::InternalOptions internal;
  internal.tile_shape = storage::TileShape{.lanes = 8, .steps = 16};
  market.database = *engine::OpenDatabase(
      std::make_unique<testing::LentStore>(market.store), options, internal);
  market.metric = *market.database->Define(Spec());
  std::mt19937 random(seed);
  for (int batch = 0; batch < 4; ++batch) {
    SampleBatch rows;
    for (int i = 0; i < 6000; ++i) {
      const std::string app = "app" + std::to_string(random() % 2000);
      // Eras come and go: two of three are empty.
      const int64_t step = static_cast<int64_t>(random() % 8) * 48 +
                           static_cast<int64_t>(random() % 16) - 100;
      const int64_t value = static_cast<int64_t>(random());
      rows.RowsOf(market.metric).AddStep(step, {app}, value);
      market.samples[{app, step}] = value;
    }
    REQUIRE(market.database->Write(rows, {}).ok());
  }
  return market;
}

Samples Expect(const Market& market, const Snapshot& snapshot,
               const std::vector<SeriesId>& series, StepRange steps) {
  Samples expected;
  for (const SeriesId id : series) {
    const std::string name = testing::SeriesName(snapshot, *market.metric, id);
    for (auto at = market.samples.lower_bound({name, steps.begin});
         at != market.samples.end() && at->first.first == name &&
         at->first.second < steps.end;
         ++at) {
      expected.insert(*at);
    }
  }
  return expected;
}

// Slabs of a scan at one depth, [series][first step of the slab].
template <typename Take>
void ForEachRow(const Snapshot& snapshot, const ScanRequest& request,
                const Take& take) {
  const auto cursor = snapshot.Scan(request);
  while (true) {
    const auto more = cursor->Next();
    REQUIRE(more.status() == absl::OkStatus());
    if (!*more) return;
    const Slab& slab = cursor->slab();
    for (size_t i = 0; i < slab.series.size(); ++i) take(slab, i);
  }
}

TEST_CASE(
    "a scan of presence alone, and one of ceilings, agree with the values",
    "[read]") {
  DatabaseHome home(GENERATE(Home::kMemory, Home::kDisk));
  const auto database = home.Open();
  const auto metric = *database->Define(Spec());
  std::mt19937 random(3);
  SampleBatch rows;
  for (int app = 0; app < 150; ++app) {
    for (int64_t step = 20000 + app; step < 20900; ++step) {
      if (random() % 30 == 0) continue;
      rows.RowsOf(metric).AddStep(step, {"app" + std::to_string(app)},
                                  static_cast<int64_t>(random() % (1 + app)));
    }
  }
  REQUIRE(database->Write(rows, {}).ok());
  for (const bool patched : {false, true}) {
    CAPTURE(patched);
    if (!patched) REQUIRE(database->Compact().ok());
    if (patched) {
      SampleBatch patch;
      patch.RowsOf(metric).AddStep(20500, {"app77"}, int64_t{1} << 40);
      REQUIRE(database->Write(patch, {}).ok());
    }
    const auto snapshot = database->TakeSnapshot();
    const auto all = testing::AllSeries(*snapshot, metric->id);
    ScanRequest request;
    request.metric = metric->id;
    request.series = all;
    request.steps = {20010, 20811};
    using Place = std::pair<SeriesId, int64_t>;
    std::map<Place, int64_t> largest;
    std::map<Place, std::vector<uint64_t>> present;
    ForEachRow(*snapshot, request, [&](const Slab& slab, size_t i) {
      const Place place = {slab.series[i], slab.first_step};
      const auto values =
          slab.values.subspan(i * slab.step_count, slab.step_count);
      largest[place] = *std::max_element(values.begin(), values.end());
      const auto bits = slab.present.subspan(i * slab.words, slab.words);
      present[place].assign(bits.begin(), bits.end());
    });
    REQUIRE(largest.size() > 500);
    std::map<Place, std::vector<uint64_t>> found;
    request.depth = ScanDepth::kPresence;
    ForEachRow(*snapshot, request, [&](const Slab& slab, size_t i) {
      CHECK(slab.values.empty());
      const auto bits = slab.present.subspan(i * slab.words, slab.words);
      found[{slab.series[i], slab.first_step}].assign(bits.begin(), bits.end());
    });
    CHECK(found == present);
    size_t known = 0;
    request.depth = ScanDepth::kCeilings;
    std::map<Place, int64_t> ceilings;
    ForEachRow(*snapshot, request, [&](const Slab& slab, size_t i) {
      ceilings[{slab.series[i], slab.first_step}] = slab.values[i];
      known += slab.values[i] != INT64_MAX;
    });
    for (const auto& [place, most] : largest) {
      REQUIRE(ceilings.contains(place));
      REQUIRE(ceilings[place] >= most);
    }
    // A patch takes the ceiling of its lane.
    CHECK(known == ceilings.size() - (patched ? 1 : 0));
  }
}

TEST_CASE("a scan finds what was asked for, however much that is", "[read]") {
  const Market market = NewMarket(7);
  const auto snapshot = market.database->TakeSnapshot();
  const auto all = testing::AllSeries(*snapshot, market.metric->id);
  REQUIRE(all.size() > 1800);
  std::vector<SeriesId> tenth;
  std::vector<SeriesId> half;
  std::vector<SeriesId> hundredth;
  for (const SeriesId id : all) {
    if (id % 2 == 0) half.push_back(id);
    if (id % 80 < 8) tenth.push_back(id);  // a band of ten
    if (id % 797 == 5) hundredth.push_back(id);
  }
  struct Case {
    const char* why;
    std::vector<SeriesId> series;
    StepRange steps;
  };
  const StepRange everything = market.metric->grid.Limits();
  const Case cases[] = {
      {"all series, all steps: a walk", all, everything},
      {"half of each band", half, everything},
      {"a band of ten: leaps", tenth, everything},
      {"a band of ten, few eras: points", tenth, {-100, 0}},
      {"few series over all eras: leaps", hundredth, everything},
      {"one series, one era: a point", {77}, {-100, -90}},
      {"the last series", {all.back()}, everything},
      {"one step inside a tile", all, {-95, -94}},
      {"the edge of a tile", all, {-97, -95}},
      {"steps between the eras that are there", all, {-70, -60}},
      {"no steps", all, {5, 5}},
      {"steps the wrong way round", all, {5, 1}},
      {"no series", {}, everything},
      {"series that are not there", {5000, 5001}, everything},
      {"some there, some not", {3, 5000}, everything},
      {"steps far outside the years", all, {INT64_MIN / 2, INT64_MAX / 2}},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    std::vector<SeriesId> known;
    for (const SeriesId id : test.series) {
      if (id < all.size()) known.push_back(id);
    }
    const auto found =
        TryReadSamples(*snapshot, *market.metric, test.series, test.steps);
    REQUIRE(found.status() == absl::OkStatus());
    const Samples expected = Expect(market, *snapshot, known, test.steps);
    CHECK(found->size() == expected.size());
    CHECK(*found == expected);
  }
}

TEST_CASE("random scans over random data", "[read]") {
  const uint32_t seed = 11;
  CAPTURE(seed);
  const Market market = NewMarket(seed);
  const auto snapshot = market.database->TakeSnapshot();
  std::mt19937 random(seed);
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const uint32_t keep = 1 + random() % 200;  // of 1,000
    std::vector<SeriesId> series;
    for (const SeriesId id : testing::AllSeries(*snapshot, market.metric->id)) {
      if (random() % 1000 < keep) series.push_back(id);
    }
    const int64_t begin = static_cast<int64_t>(random() % 500) - 150;
    const StepRange steps{begin, begin + static_cast<int64_t>(random() % 400)};
    const auto found = TryReadSamples(*snapshot, *market.metric, series, steps);
    REQUIRE(found.ok());
    REQUIRE(*found == Expect(market, *snapshot, series, steps));
  }
}

TEST_CASE("slabs come by era, then by band, and stats add up", "[read]") {
  const Market market = NewMarket(13);
  const auto snapshot = market.database->TakeSnapshot();
  const auto all = testing::AllSeries(*snapshot, market.metric->id);
  const ScanRequest request{.metric = market.metric->id,
                            .series = all,
                            .steps = market.metric->grid.Limits()};
  const auto cursor = snapshot->Scan(request);
  std::pair<int64_t, SeriesId> last = {INT64_MIN, 0};
  uint64_t slabs = 0;
  uint64_t values = 0;
  while (*cursor->Next()) {
    const Slab& slab = cursor->slab();
    const std::pair<int64_t, SeriesId> now = {slab.first_step,
                                              slab.series.front()};
    REQUIRE(last < now);
    last = now;
    ++slabs;
    values += slab.values.size();
  }
  CHECK(cursor->stats().tiles == slabs);
  CHECK(cursor->stats().values == values);
  CHECK(cursor->stats().tile_bytes > 0);
  CHECK(*snapshot->CountTiles(request) == slabs);
}

TEST_CASE("step bounds are the eras that have tiles", "[read]") {
  struct Case {
    const char* why;
    std::vector<int64_t> steps;
    StepRange expected;  // of tiles of 256 steps
  };
  const Case cases[] = {
      {"one sample", {0}, {0, 256}},
      {"before 1970", {-1}, {-256, 0}},
      {"both", {-1, 255}, {-256, 256}},
      {"far apart", {-719162, 2932896}, {-719360, 2932992}},
      {"three eras", {100, 300, 600}, {0, 768}},
      {"a gap in the middle", {0, 25600}, {0, 25856}},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    DatabaseHome at(GENERATE(Home::kMemory, Home::kDisk));
    const auto database = at.Open();
    // Neighbours in the key space, before and after.
    for (const char* const name : {"before", "dau", "later"}) {
      MetricSpec spec = Spec();
      spec.name = name;
      const auto metric = *database->Define(spec);
      CHECK_FALSE(
          database->TakeSnapshot()->StepBounds(metric->id)->has_value());
      SampleBatch batch;
      if (spec.name == "dau") {
        for (const int64_t step : test.steps) {
          batch.RowsOf(metric).AddStep(step, {"a"}, 1);
        }
      } else {
        batch.RowsOf(metric).AddStep(12345, {"a"}, 1);
      }
      REQUIRE(database->Write(batch, {}).ok());
    }
    const auto snapshot = database->TakeSnapshot();
    const auto bounds = snapshot->StepBounds(snapshot->FindMetric("dau")->id);
    REQUIRE(bounds.ok());
    REQUIRE(bounds->has_value());
    CHECK(**bounds == test.expected);
  }
}

TEST_CASE("long stretches without an era are found by keys", "[read]") {
  constexpr int64_t kEra = 256;  // steps
  struct Case {
    const char* why;
    std::vector<int64_t> eras;  // that have a sample
    StepRange asked;            // in eras
    std::vector<StepRange> expected;
  };
  std::vector<int64_t> first_hundred(100);
  std::iota(first_hundred.begin(), first_hundred.end(), 0);
  std::vector<int64_t> and_far = first_hundred;
  and_far.push_back(9000);
  const std::vector<Case> cases = {
      {"no sample", {}, {-100, 100}, {}},
      {"one", {3}, {-100, 100}, {{3, 4}}},
      {"none that is asked for", {3}, {4, 100}, {}},
      {"no gap", first_hundred, {-5, 5000}, {{0, 100}}},
      {"only what is asked for", and_far, {10, 60}, {{10, 60}}},
      {"a stray one behind", and_far, {-5, 10000}, {{0, 100}, {9000, 9001}}},
      {"a stray one before",
       {-2800, 0, 1},
       {-9000, 9000},
       {{-2800, -2799}, {0, 2}}},
      {"short gaps stay", {0, 15, 30}, {0, 31}, {{0, 31}}},
      {"small ones among large ones",
       {-2800, 0, 40, 5000},
       {-2800, 5001},
       {{-2800, -2799}, {0, 1}, {40, 41}, {5000, 5001}}},
      {"up to before the gap's end", and_far, {50, 9000}, {{50, 100}}},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    DatabaseHome at(GENERATE(Home::kMemory, Home::kDisk));
    const auto database = at.Open();
    for (const char* const name : {"before", "dau", "later"}) {
      MetricSpec spec = Spec();
      spec.name = name;
      const auto metric = *database->Define(spec);
      SampleBatch batch;
      for (const int64_t era : test.eras) {
        const int64_t step = era * kEra + (spec.name == "dau" ? 7 : 1024);
        batch.RowsOf(metric).AddStep(step, {"a"}, 1);
      }
      REQUIRE(database->Write(batch, {}).ok());
    }
    const auto snapshot = database->TakeSnapshot();
    const MetricId dau = snapshot->FindMetric("dau")->id;
    REQUIRE(snapshot->EraSize(dau) == kEra);
    const auto found = snapshot->StepStretches(
        dau, {test.asked.begin * kEra, test.asked.end * kEra});
    REQUIRE(found.ok());
    std::vector<StepRange> eras;
    for (const StepRange stretch : *found) {
      eras.push_back({stretch.begin / kEra, stretch.end / kEra});
    }
    CHECK(eras == test.expected);
  }
}

TEST_CASE("a metric that is not there has nothing to read", "[read]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto snapshot = database->TakeSnapshot();
  const std::vector<SeriesId> series = {0};
  const ScanRequest request{.metric = 9, .series = series, .steps = {0, 9}};
  CHECK(*snapshot->CountTiles(request) == 0);
  CHECK_FALSE(snapshot->StepBounds(9)->has_value());
  CHECK(snapshot->StepStretches(9, {0, 1 << 20})->empty());
  CHECK_FALSE(*snapshot->Scan(request)->Next());
  CHECK(snapshot->Series(9).count() == 0);
}

TEST_CASE("a damaged tile is named, and the others can be read", "[read]") {
  Market market = NewMarket(17);
  const auto all =
      testing::AllSeries(*market.database->TakeSnapshot(), market.metric->id);
  std::string bytes;
  const std::string key = storage::EncodeTileKey(
      {.metric = market.metric->id, .era = -7, .band = 3});
  REQUIRE(*market.store->TakeView()->Get(Keyspace::kTiles, key, &bytes));
  struct Case {
    const char* why;
    std::string bytes;
  };
  std::string flipped = bytes;
  flipped[flipped.size() / 2] ^= 0x10;
  const Case cases[] = {
      {"a flipped bit", flipped},
      {"cut short", bytes.substr(0, bytes.size() - 1)},
      {"empty", ""},
      {"garbage", "garbage"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    StoreBatch batch;
    batch.Put(Keyspace::kTiles, key, test.bytes);
    REQUIRE(market.store->Apply(batch, Durability::kPowerLoss).ok());
    // A write publishes a view that has the damage.
    SampleBatch row;
    row.RowsOf(market.metric).AddStep(1000, {"app0"}, 1);
    REQUIRE(market.database->Write(row, {}).ok());
    const auto snapshot = market.database->TakeSnapshot();
    const auto read = TryReadSamples(*snapshot, *market.metric, all,
                                     market.metric->grid.Limits());
    CHECK(absl::IsDataLoss(read.status()));
    CHECK_THAT(std::string(read.status().message()),
               ContainsSubstring("tile dau/era -7/band 3"));
    CHECK(TryReadSamples(*snapshot, *market.metric, all, {0, 900}).ok());
  }
}

// Tiles that were sound once are not summed up again where they lie; others
// that come to their places are.
TEST_CASE("damage in a table is found at the first reading of it", "[read]") {
  testing::TempDir folder;
  Market market = NewMarket(
      23,
      std::shared_ptr<Store>(*storage::OpenRocksdbStore(folder.path(), {})));
  REQUIRE(market.database->Compact().ok());
  const auto all =
      testing::AllSeries(*market.database->TakeSnapshot(), market.metric->id);
  const auto read = [&](StepRange steps) {
    return TryReadSamples(*market.database->TakeSnapshot(), *market.metric, all,
                          steps)
        .status();
  };
  const auto publish = [&] {  // a view that has what was put
    SampleBatch row;
    row.RowsOf(market.metric).AddStep(1000, {"app0"}, 1);
    REQUIRE(market.database->Write(row, {}).ok());
    REQUIRE(market.store->Flush().ok());
  };
  const StepRange everything = market.metric->grid.Limits();
  const std::string key = storage::EncodeTileKey(
      {.metric = market.metric->id, .era = -7, .band = 3});
  std::string sound;
  REQUIRE(*market.store->TakeView()->Get(Keyspace::kTiles, key, &sound));
  for (size_t at = 0; at < sound.size(); at += 1 + sound.size() / 40) {
    CAPTURE(at, sound.size());
    REQUIRE(read(everything) == absl::OkStatus());
    REQUIRE(read(everything) == absl::OkStatus());
    StoreBatch batch;
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    batch.Put(Keyspace::kTiles, key, damaged);
    REQUIRE(market.store->Apply(batch, Durability::kPowerLoss).ok());
    publish();
    // A walk, and again; then a point.
    CHECK(absl::IsDataLoss(read(everything)));
    CHECK(absl::IsDataLoss(read(everything)));
    const std::vector<SeriesId> one = {3 * 8};
    CHECK(absl::IsDataLoss(TryReadSamples(*market.database->TakeSnapshot(),
                                          *market.metric, one, {-112, -96})
                               .status()));
    StoreBatch repair;
    repair.Put(Keyspace::kTiles, key, sound);
    REQUIRE(market.store->Apply(repair, Durability::kPowerLoss).ok());
    publish();
  }
}

TEST_CASE("series in a band lie in the same tiles", "[read]") {
  const Market market = NewMarket(29);
  const auto snapshot = market.database->TakeSnapshot();
  const SeriesId size = snapshot->BandSize(market.metric->id);
  CHECK(size == 8);
  CHECK(snapshot->BandSize(99) == 1);
  const auto tiles = [&](const std::vector<SeriesId>& series) {
    return *snapshot->CountTiles({.metric = market.metric->id,
                                  .series = series,
                                  .steps = market.metric->grid.Limits()});
  };
  CHECK(tiles({size, 2 * size - 1}) == tiles({size}));
  CHECK(tiles({size - 1, size}) == tiles({size - 1}) + tiles({size}));
}

TEST_CASE("a tile of another shape or type is damage", "[read]") {
  Market market = NewMarket(19);
  const auto metric = market.metric;
  MetricSpec spec = Spec();
  spec.name = "price";
  spec.value_type = ValueType::kDecimal;
  const auto price = *market.database->Define(spec);
  SampleBatch rows;
  rows.RowsOf(price).AddStep(-100, {"app0"}, 0.5);
  REQUIRE(market.database->Write(rows, {}).ok());
  // A tile of `price` under a key of `dau`.
  std::string bytes;
  REQUIRE(*market.store->TakeView()->Get(
      Keyspace::kTiles,
      storage::EncodeTileKey({.metric = price->id, .era = -7, .band = 0}),
      &bytes));
  StoreBatch batch;
  batch.Put(
      Keyspace::kTiles,
      storage::EncodeTileKey({.metric = metric->id, .era = -7, .band = 0}),
      bytes);
  REQUIRE(market.store->Apply(batch, Durability::kPowerLoss).ok());
  SampleBatch row;
  row.RowsOf(metric).AddStep(1000, {"app0"}, 1);
  REQUIRE(market.database->Write(row, {}).ok());
  const auto snapshot = market.database->TakeSnapshot();
  const auto read = TryReadSamples(*snapshot, *metric,
                                   testing::AllSeries(*snapshot, metric->id),
                                   metric->grid.Limits());
  CHECK(absl::IsDataLoss(read.status()));
}

}  // namespace
}  // namespace footfall
