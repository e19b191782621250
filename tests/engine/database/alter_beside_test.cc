// ALTER METRIC beside writers: they wait for what they wrote to be read again,
// not for all that there is.

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "footfall/database.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/store_wrapper.h"

namespace footfall {
namespace {

// What is done at each tile that is read. Views are numbered.
struct Reads {
  int64_t views = 0;
  int64_t tiles = 0;
  std::function<void(int64_t view)> meanwhile;
  void Note(int64_t view) {
    ++tiles;
    if (meanwhile) meanwhile(view);
  }
};

class WatchedStore final : public testing::StoreWrapper {
 public:
  WatchedStore(std::shared_ptr<Store> store, std::shared_ptr<Reads> reads)
      : StoreWrapper(std::move(store)), reads_(std::move(reads)) {}
  std::unique_ptr<StoreView> TakeView() override {
    return std::make_unique<View>(target().TakeView(), reads_);
  }

 private:
  class Iterator final : public StoreIterator {
   public:
    Iterator(std::unique_ptr<StoreIterator> iterator,
             std::shared_ptr<Reads> reads, int64_t view)
        : iterator_(std::move(iterator)),
          reads_(std::move(reads)),
          view_(view) {}
    absl::StatusOr<bool> Next() override {
      reads_->Note(view_);
      return iterator_->Next();
    }
    absl::StatusOr<bool> Seek(absl::string_view key) override {
      reads_->Note(view_);
      return iterator_->Seek(key);
    }
    absl::string_view key() const override { return iterator_->key(); }
    absl::string_view value() const override { return iterator_->value(); }

   private:
    const std::unique_ptr<StoreIterator> iterator_;
    const std::shared_ptr<Reads> reads_;
    const int64_t view_;
  };
  class View final : public StoreView {
   public:
    View(std::unique_ptr<StoreView> view, std::shared_ptr<Reads> reads)
        : view_(std::move(view)),
          reads_(std::move(reads)),
          number_(++reads_->views) {}
    absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                   PinnedValue* value) const override {
      if (keyspace == Keyspace::kTiles) reads_->Note(number_);
      return view_->GetPinned(keyspace, key, value);
    }
    std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                        absl::string_view begin,
                                        absl::string_view end) const override {
      auto iterator = view_->Scan(keyspace, begin, end);
      if (keyspace != Keyspace::kTiles) return iterator;
      return std::make_unique<Iterator>(std::move(iterator), reads_, number_);
    }

   private:
    const std::unique_ptr<StoreView> view_;
    const std::shared_ptr<Reads> reads_;
    const int64_t number_;
  };
  const std::shared_ptr<Reads> reads_;
};

TEST_CASE("where others go on writing, what they touched is read again",
          "[alter]") {
  constexpr int64_t kEraSteps = 256;
  constexpr int64_t kEras = 60;
  constexpr int64_t kFull = kEras + 1;  // reads: all tiles, and the end
  const int64_t writes = GENERATE(0, 1, 2, 3);
  const bool below_zero = GENERATE(false, true);  // the last of them
  CAPTURE(writes, below_zero);
  const auto reads = std::make_shared<Reads>();
  DatabaseOptions options;
  options.background_upkeep = false;
  const auto database = *Database::Open(
      std::make_unique<WatchedStore>(storage::NewMemoryStore(), reads),
      options);
  MetricSpec spec;
  spec.name = "m";
  const auto metric = *database->Define(spec);
  const auto write = [&](int64_t step, int64_t value) {
    SampleBatch batch;
    batch.RowsOf(metric).AddStep(step, {}, value);
    REQUIRE(database->Write(batch, {Durability::kProcessCrash}).ok());
  };
  for (int64_t era = 0; era < kEras; ++era) write(era * kEraSteps, 1);
  // One write in each look outside the queue.
  int64_t written = 0;
  int64_t last_view = 0;
  reads->tiles = 0;
  reads->meanwhile = [&](int64_t view) {
    if (written == writes || view == last_view) return;
    last_view = view;
    ++written;
    write((written * 7 % kEras) * kEraSteps + 1,
          written == writes && below_zero ? -1 : 5);
  };
  const auto altered = database->AlterMetric(
      "m", {.over_time = Additivity::kOverlaps}, StopCheck());
  reads->meanwhile = nullptr;
  if (below_zero && writes > 0) {
    CHECK(absl::IsFailedPrecondition(altered.status()));
    CHECK(!database->TakeSnapshot()->FindMetric("m")->spec.CountsUsers());
  } else {
    REQUIRE(altered.status() == absl::OkStatus());
    CHECK(database->TakeSnapshot()->FindMetric("m")->spec.CountsUsers());
  }
  // All once, and an era for each write.
  CHECK(reads->tiles <= 2 * kFull);
  CHECK(written == writes);
}

}  // namespace
}  // namespace footfall
