// Blocks of the catalog are put together by upkeep: what the commits of many
// days have left, at the cost of what has come.

#include "engine/upkeep/catalog_folder.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/catalog/blocks.h"
#include "engine/catalog/records.h"
#include "footfall/metrics.h"
#include "tests/engine/upkeep/upkept_tiles.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/failing_store.h"

namespace footfall {
namespace {

using testing::App;
using testing::DatabaseHome;
using testing::Define;
using testing::Home;
using testing::ReadSamples;
using testing::Samples;

constexpr int kMost = static_cast<int>(engine::CatalogFolder::kMostBlocks);

// Apps [first, end), each by a commit of its own.
void WriteNew(Database* database, const std::shared_ptr<const Metric>& metric,
              int first, int end, Samples* samples) {
  for (int app = first; app < end; ++app) {
    SampleBatch batch;
    batch.RowsOf(metric).AddStep(1, {App(app)}, app);
    (*samples)[{App(app), 1}] = app;
    REQUIRE(database->Write(batch, {Durability::kProcessCrash}).ok());
  }
}

// Where the blocks under a prefix begin.
std::vector<uint64_t> BlocksUnder(Store& store, const std::string& prefix) {
  std::vector<uint64_t> first;
  const auto view = store.TakeView();
  const auto keys =
      view->Scan(Keyspace::kCatalog, prefix, engine::AfterPrefix(prefix));
  while (*keys->Next()) {
    first.push_back(engine::ParseCatalogKey(keys->key())->first);
  }
  return first;
}

TEST_CASE("blocks of names are put together once many have come", "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  Samples samples;
  {
    const auto database = at.Open();
    const auto metric = Define(database.get());
    const auto series = [&] {
      return BlocksUnder(*at.store(), engine::SeriesBlocksOf(metric->id))
          .size();
    };
    WriteNew(database.get(), metric, 0, kMost, &samples);
    REQUIRE(database->RunUpkeep() == absl::OkStatus());
    CHECK(series() == kMost);  // few are left
    CHECK(database->Health().upkeep_names == 0);
    WriteNew(database.get(), metric, kMost, kMost + 1, &samples);
    REQUIRE(database->RunUpkeep() == absl::OkStatus());
    CHECK(series() == 1);
    CHECK(database->Metrics().catalog_folds == 2);  // series, members
    WriteNew(database.get(), metric, kMost + 1, 3 * kMost, &samples);
    REQUIRE(database->RunUpkeep() == absl::OkStatus());
    CHECK(series() == 1);
    CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
  }
  const auto database = at.Open();
  CHECK(ReadSamples(*database->TakeSnapshot(), *Define(database.get())) ==
        samples);
}

// Keeps the keys of the catalog that batches put.
class KeepingStore final : public testing::StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  absl::Status Apply(const StoreBatch& batch, Durability durability) override {
    for (const auto& operation : batch.operations()) {
      if (operation.keyspace == Keyspace::kCatalog &&
          operation.kind == StoreBatch::Kind::kPut) {
        puts.push_back(operation.key);
      }
    }
    return target().Apply(batch, durability);
  }
  std::vector<std::string> puts;
};

TEST_CASE("folding names costs what has come, not what there is", "[upkeep]") {
  const std::shared_ptr<Store> medium = storage::NewMemoryStore();
  auto keeping = std::make_unique<KeepingStore>(medium);
  KeepingStore& store = *keeping;
  DatabaseOptions options;
  options.background_upkeep = false;
  const auto database = *Database::Open(std::move(keeping), options);
  const auto metric = Define(database.get());
  constexpr int kApps = 140'000;
  SampleBatch batch;
  for (int app = 0; app < kApps; ++app) {
    batch.RowsOf(metric).AddStep(1, {App(app)}, app);
  }
  REQUIRE(database->Write(batch, {Durability::kProcessCrash}).ok());
  const std::string prefix = engine::SeriesBlocksOf(metric->id);
  const auto folded = BlocksUnder(*medium, prefix);
  CHECK(folded.size() == 35);
  Samples samples;
  WriteNew(database.get(), metric, kApps, kApps + 2 * kMost, &samples);
  store.puts.clear();
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(BlocksUnder(*medium, prefix) == folded);
  size_t blocks = 0;
  for (const std::string& key : store.puts) {
    const auto parsed = engine::ParseCatalogKey(key);
    REQUIRE(parsed.ok());
    if (key.substr(0, prefix.size()) != prefix) continue;
    ++blocks;
    CHECK(parsed->first == folded.back());
  }
  CHECK(blocks == 1);
  CHECK(database->TakeSnapshot()->Series(metric->id).count() ==
        kApps + 2 * kMost);
}

TEST_CASE("many blocks of names are folded in several stretches", "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = Define(database.get());
  // Blocks of 1,000, of more rows than one fold takes.
  constexpr int kApps = 150'000;
  for (int first = 0; first < kApps; first += 1000) {
    SampleBatch batch;
    for (int app = first; app < first + 1000; ++app) {
      batch.RowsOf(metric).AddStep(1, {App(app)}, app);
    }
    REQUIRE(database->Write(batch, {Durability::kProcessCrash}).ok());
  }
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  const auto metrics = database->Metrics();
  CHECK(metrics.catalog_folds >= 4);
  CHECK(metrics.upkeep_names == 0);
  const auto blocks =
      BlocksUnder(*at.store(), engine::SeriesBlocksOf(metric->id));
  CHECK(blocks.size() < 150);
  REQUIRE(database->Compact() == absl::OkStatus());
  CHECK(BlocksUnder(*at.store(), engine::SeriesBlocksOf(metric->id)).size() ==
        (kApps + engine::kFoldedBlockRows - 1) / engine::kFoldedBlockRows);
  const auto again = at.Open();
  const auto snapshot = again->TakeSnapshot();
  CHECK(snapshot->Series(metric->id).count() == kApps);
  for (const SeriesId series : {0, 4096, 70'000, kApps - 1}) {
    MemberId member = 0;
    snapshot->Series(metric->id)
        .ReadMembers(0, series, absl::MakeSpan(&member, 1));
    CHECK(snapshot->MemberName("app", member) == App(static_cast<int>(series)));
  }
}

TEST_CASE("folding names goes whole or not at all", "[upkeep]") {
  const auto mode = GENERATE(testing::FailureMode::kNotApplied,
                             testing::FailureMode::kAppliedButReportedFailed);
  int failures = 0;
  for (uint64_t fail_at = 1; fail_at <= 3; ++fail_at) {
    DatabaseHome at(Home::kMemory);
    const auto plan = std::make_shared<testing::FailurePlan>();
    plan->mode = mode;
    Samples samples;
    {
      DatabaseOptions options;
      options.background_upkeep = false;
      const auto database = *Database::Open(
          std::make_unique<testing::FailingStore>(
              std::make_shared<testing::LentStore>(at.store()), plan),
          options);
      WriteNew(database.get(), Define(database.get()), 0, 2 * kMost, &samples);
      plan->fail_at = plan->calls + fail_at;
      failures += database->RunUpkeep().ok() ? 0 : 1;
    }
    const auto database = at.Open();
    const auto metric = Define(database.get());
    CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
    REQUIRE(database->RunUpkeep() == absl::OkStatus());
    CHECK(BlocksUnder(*at.store(), engine::SeriesBlocksOf(metric->id)).size() ==
          1);
    CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
  }
  CHECK(failures > 0);
}

TEST_CASE("names that come while others are folded stay", "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  Samples samples;
  {
    const auto database = at.Open();
    const auto metric = Define(database.get());
    WriteNew(database.get(), metric, 0, 3, &samples);
    // Each look at the stop brings one more app: blocks are coded outside the
    // queue, between looks.
    int next = 3;
    const StopCheck write_more = [&] {
      if (next < 40) {
        WriteNew(database.get(), metric, next, next + 1, &samples);
        ++next;
      }
      return absl::OkStatus();
    };
    REQUIRE(database->Compact(write_more) == absl::OkStatus());
    CHECK(next > 6);
    CHECK(next < 40);  // it does not go on as long as something comes
  }
  const auto database = at.Open();
  CHECK(ReadSamples(*database->TakeSnapshot(), *Define(database.get())) ==
        samples);
}

TEST_CASE("names are folded in the background, too", "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  const auto database = *at.TryOpen();
  const auto metric = Define(database.get());
  Samples samples;
  WriteNew(database.get(), metric, 0, 4 * kMost, &samples);
  while (database->Metrics().catalog_folds == 0 ||
         database->Health().upkeep_names > 0) {
    std::this_thread::yield();
  }
  CHECK(BlocksUnder(*at.store(), engine::SeriesBlocksOf(metric->id)).size() <=
        kMost + 1);
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
  REQUIRE(database->Close() == absl::OkStatus());
  const auto again = at.Open();
  CHECK(ReadSamples(*again->TakeSnapshot(), *Define(again.get())) == samples);
}

}  // namespace
}  // namespace footfall
