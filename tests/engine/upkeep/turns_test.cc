// Upkeep can be stopped soon, and is fair: how much is done between two looks
// at the stop, and in which order metrics are seen to. Work is counted, not
// timed.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/upkeep/walk.h"
#include "storage/key/tile_key.h"
#include "tests/engine/upkeep/upkept_tiles.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using testing::App;
using testing::Define;
using testing::kSteps;

// What was asked of the store since the last look, and the most there was.
struct Work {
  uint64_t keys = 0;   // that were moved to or found
  uint64_t bytes = 0;  // of values that were looked at, and of batches
  uint64_t most_keys = 0;
  uint64_t most_bytes = 0;
  uint64_t looks = 0;

  void Look() {
    most_keys = std::max(most_keys, std::exchange(keys, 0));
    most_bytes = std::max(most_bytes, std::exchange(bytes, 0));
    ++looks;
  }
};

// Counts work, and keeps of which metrics tiles were put.
class WatchedStore final : public testing::StoreWrapper {
 public:
  WatchedStore(std::shared_ptr<Store> store, std::shared_ptr<Work> work)
      : StoreWrapper(std::move(store)), work_(std::move(work)) {}

  std::unique_ptr<StoreView> TakeView() override {
    return std::make_unique<View>(target().TakeView(), work_);
  }
  absl::Status Apply(const StoreBatch& batch, Durability durability) override {
    work_->bytes += batch.size_bytes();
    for (const auto& operation : batch.operations()) {
      if (operation.keyspace != Keyspace::kTiles ||
          operation.kind != StoreBatch::Kind::kPut) {
        continue;
      }
      put.push_back(storage::DecodeTileKey(operation.key)->metric);
    }
    return target().Apply(batch, durability);
  }

  std::vector<MetricId> put;

 private:
  class Iterator final : public StoreIterator {
   public:
    Iterator(std::unique_ptr<StoreIterator> iterator,
             std::shared_ptr<Work> work)
        : iterator_(std::move(iterator)), work_(std::move(work)) {}
    absl::StatusOr<bool> Next() override {
      ++work_->keys;
      return iterator_->Next();
    }
    absl::StatusOr<bool> Seek(absl::string_view key) override {
      ++work_->keys;
      return iterator_->Seek(key);
    }
    absl::string_view key() const override { return iterator_->key(); }
    absl::string_view value() const override {
      work_->bytes += iterator_->value().size();
      return iterator_->value();
    }

   private:
    const std::unique_ptr<StoreIterator> iterator_;
    const std::shared_ptr<Work> work_;
  };
  class View final : public StoreView {
   public:
    View(std::unique_ptr<StoreView> view, std::shared_ptr<Work> work)
        : view_(std::move(view)), work_(std::move(work)) {}
    absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                   PinnedValue* value) const override {
      ++work_->keys;
      const auto found = view_->GetPinned(keyspace, key, value);
      if (found.ok() && *found) work_->bytes += value->bytes().size();
      return found;
    }
    std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                        absl::string_view begin,
                                        absl::string_view end) const override {
      return std::make_unique<Iterator>(view_->Scan(keyspace, begin, end),
                                        work_);
    }

   private:
    const std::unique_ptr<StoreView> view_;
    const std::shared_ptr<Work> work_;
  };

  const std::shared_ptr<Work> work_;
};

struct Watched {
  std::shared_ptr<Work> work = std::make_shared<Work>();
  std::shared_ptr<std::atomic<int64_t>> clock =
      std::make_shared<std::atomic<int64_t>>(0);
  WatchedStore* store = nullptr;
  std::unique_ptr<Database> database;

  Watched() {
    auto watched =
        std::make_unique<WatchedStore>(storage::NewMemoryStore(), work);
    store = watched.get();
    DatabaseOptions options;
    options.background_upkeep = false;
    options.clock = [clock = clock] { return absl::FromUnixSeconds(*clock); };
    database = *Database::Open(std::move(watched), options);
  }
};

// Days of 300 apps, several bands, each day a patch; in `eras` eras.
void WriteMuch(Database* database, const std::shared_ptr<const Metric>& metric,
               int eras, int days) {
  for (int era = 0; era < eras; ++era) {
    for (int day = 0; day < days; ++day) {
      SampleBatch batch;
      for (int app = 0; app < 300; ++app) {
        batch.RowsOf(metric).AddStep(era * kSteps + day, {App(app)},
                                     int64_t{day} * 7919 + app);
      }
      REQUIRE(database->Write(batch, {Durability::kProcessCrash}).ok());
    }
  }
}

TEST_CASE("upkeep looks whether to stop at each tile", "[upkeep]") {
  struct Way {
    const char* name;
    absl::Status (*run)(Database* database, const StopCheck& stop);
  };
  const Way way = GENERATE(values<Way>({
      {"upkeep of a metric",
       [](Database* database, const StopCheck& stop) {
         return database->RunUpkeep("dau", stop);
       }},
      {"compacting a metric",
       [](Database* database, const StopCheck& stop) {
         return database->CompactMetric("dau", stop);
       }},
      {"compacting all",
       [](Database* database, const StopCheck& stop) {
         return database->Compact(stop);
       }},
  }));
  const bool keeps = GENERATE(false, true);
  const bool rolls = keeps && GENERATE(false, true);
  CAPTURE(way.name, keeps, rolls);
  uint64_t looks_of_few = 0;
  for (const int eras : {3, 12}) {
    CAPTURE(eras);
    Watched watched;
    MetricSpec spec;
    spec.name = "dau";
    spec.dimensions = {{"app"}};
    spec.over_time = Additivity::kAdds;
    // Of what is kept the first day lies in the middle of an era.
    if (keeps) spec.keep = Period{Unit::kDay, kSteps * (eras - 1) / 2};
    if (rolls) spec.tiers = {{{Unit::kMonth, 1}, std::nullopt}};
    const auto metric = *watched.database->Define(spec);
    WriteMuch(watched.database.get(), metric, eras, 20);
    *watched.clock = int64_t{86'400} * (kSteps * (eras - 1) + 20);
    Work& work = *watched.work;
    work = Work();
    const auto look = [&work] {
      work.Look();
      return absl::OkStatus();
    };
    REQUIRE(way.run(watched.database.get(), look) == absl::OkStatus());
    work.Look();
    // A tile of 20 patches has some 25 KB at most; 1 MiB is what was folded
    // until it is installed. Whatever there is of them, no more is done than
    // that of a tile or two.
    CHECK(work.most_keys <= 64);
    CHECK(work.most_bytes <= (uint64_t{1} << 20) + (uint64_t{1} << 18));
    if (eras == 3) looks_of_few = work.looks;
    // One more for each era at least.
    if (eras == 12) CHECK(work.looks >= looks_of_few + 9);
  }
}

TEST_CASE("upkeep that is to stop does no more than a look's work",
          "[upkeep]") {
  for (const uint64_t at : {1, 2, 5, 9, 14, 30}) {
    Watched watched;
    const auto metric = Define(watched.database.get());
    WriteMuch(watched.database.get(), metric, 6, 12);
    Work& work = *watched.work;
    work = Work();
    const absl::Status stopped =
        watched.database->CompactMetric("dau", [&]() -> absl::Status {
          work.Look();
          return work.looks < at ? absl::OkStatus()
                                 : absl::CancelledError("enough");
        });
    CAPTURE(at, work.looks);
    if (work.looks < at) continue;
    CHECK(absl::IsCancelled(stopped));
    CHECK(work.looks <= at + 1);
    CHECK(work.keys <= 64);
    CHECK(work.bytes <= uint64_t{1} << 20);
  }
}

TEST_CASE("a metric with much to do does not hold up a small one", "[upkeep]") {
  Watched watched;
  const auto large = Define(watched.database.get(), "large");
  const auto small = Define(watched.database.get(), "small");
  // Eras that are to be sealed, a tile each: five turns, and one.
  constexpr int kEras = 5 * engine::Walk::kTilesOfTurn;
  for (const int64_t day : {0, 1}) {
    SampleBatch batch;
    for (int64_t era = 0; era < kEras; ++era) {
      batch.RowsOf(large).AddStep(era * kSteps + day, {"a"}, era);
      if (era < 3) batch.RowsOf(small).AddStep(era * kSteps + day, {"a"}, era);
    }
    REQUIRE(watched.database->Write(batch, {}).ok());
  }
  watched.store->put.clear();
  REQUIRE(watched.database->RunUpkeep() == absl::OkStatus());
  const std::vector<MetricId>& put = watched.store->put;
  const auto last_small = std::find(put.rbegin(), put.rend(), small->id);
  REQUIRE(last_small != put.rend());
  REQUIRE(std::count(put.begin(), put.end(), large->id) >= kEras - 1);
  // One turn of the large one comes before it at most.
  const auto before = static_cast<int>(put.rend() - last_small);
  CHECK(before <= engine::Walk::kTilesOfTurn + 3);
}

}  // namespace
}  // namespace footfall
