// Deleting a range: what others write meanwhile, and more than memory holds.

#include "engine/write/delete_range.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/store_wrapper.h"

namespace footfall {
namespace {

using testing::ReadSamples;
using testing::Samples;

// Calls `*meanwhile` each time that tiles are read.
class BusyStore final : public testing::StoreWrapper {
 public:
  BusyStore(std::shared_ptr<Store> store,
            std::shared_ptr<std::function<void()>> meanwhile)
      : StoreWrapper(std::move(store)), meanwhile_(std::move(meanwhile)) {}
  std::unique_ptr<StoreView> TakeView() override {
    return std::make_unique<View>(target().TakeView(), meanwhile_);
  }

 private:
  class View final : public StoreView {
   public:
    View(std::unique_ptr<StoreView> view,
         std::shared_ptr<std::function<void()>> meanwhile)
        : view_(std::move(view)), meanwhile_(std::move(meanwhile)) {}
    absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                   PinnedValue* value) const override {
      Call(keyspace);
      return view_->GetPinned(keyspace, key, value);
    }
    std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                        absl::string_view begin,
                                        absl::string_view end) const override {
      Call(keyspace);
      return view_->Scan(keyspace, begin, end);
    }

   private:
    void Call(Keyspace keyspace) const {
      if (keyspace == Keyspace::kTiles && *meanwhile_) (*meanwhile_)();
    }
    const std::unique_ptr<StoreView> view_;
    const std::shared_ptr<std::function<void()>> meanwhile_;
  };
  const std::shared_ptr<std::function<void()>> meanwhile_;
};

std::shared_ptr<const Metric> Define(Database* database) {
  MetricSpec spec;
  spec.name = "dau";
  spec.dimensions = {{"app"}};
  return *database->Define(spec);
}

TEST_CASE("what is written while a range is deleted is deleted, or outlives it",
          "[write]") {
  const int64_t times = GENERATE(0, 1, 2, 3);
  const bool inside = GENERATE(false, true);  // of the range
  CAPTURE(times, inside);
  auto meanwhile = std::make_shared<std::function<void()>>();
  DatabaseOptions options;
  options.background_upkeep = false;
  const auto database = *Database::Open(
      std::make_unique<BusyStore>(storage::NewMemoryStore(), meanwhile),
      options);
  const auto metric = Define(database.get());
  Samples expected;
  const auto write = [&](int64_t step, int apps) {
    SampleBatch batch;
    for (int app = 0; app < apps; ++app) {
      batch.RowsOf(metric).AddStep(step, {absl::StrCat("app", app)}, step);
      expected[{absl::StrCat("app", app), step}] = step;
    }
    REQUIRE(database->Write(batch, {}).ok());
  };
  for (int64_t step = 0; step < 600; step += 50) write(step, 100);
  int64_t writes = 0;
  *meanwhile = [&] {
    if (writes < times) {
      ++writes;
      write((inside ? 300 : 5000) + writes, 3);
    }
  };
  const auto all = testing::AllSeries(*database->TakeSnapshot(), metric->id);
  const auto deleted = database->Delete(*metric, all, {100, 400}, {});
  REQUIRE(deleted.ok());
  CHECK(writes == times);
  // All were acknowledged before the deletion was made.
  CHECK(*deleted == 600 + (inside ? 3 * static_cast<uint64_t>(times) : 0));
  std::erase_if(expected, [](const auto& sample) {
    return sample.first.second >= 100 && sample.first.second < 400;
  });
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);
}

TEST_CASE("a deletion larger than its memory is made at once, too", "[write]") {
  testing::DatabaseHome at(
      GENERATE(testing::Home::kMemory, testing::Home::kDisk));
  auto database = at.Open();
  MetricSpec spec;
  spec.name = "ticks";
  spec.period = {Unit::kSecond, 1};  // tiles of 4 lanes x 4,096 steps
  spec.dimensions = {{"app"}};
  const auto metric = *database->Define(spec);
  // Every other step: the marks of a tile take 2 KB.
  constexpr int64_t kSteps = 4096 * 300;
  const auto loader = *database->NewBulkLoader(metric, 64 << 20);
  for (int app = 0; app < 8; ++app) {
    const uint32_t series = *loader->SeriesOf({absl::StrCat("app", app)});
    for (int64_t step = app; step < kSteps; step += 8 + app % 2) {
      const BulkLoader::Row row = {.step = step, .value = 7, .series = series};
      REQUIRE(loader->AddRows({row}).ok());
    }
  }
  const uint64_t samples = loader->Finish()->samples;
  const uint64_t commit = database->Stats().commit;
  const auto all = testing::AllSeries(*database->TakeSnapshot(), metric->id);
  const auto deleted = database->Delete(*metric, all, {1, kSteps}, {});
  REQUIRE(deleted.ok());
  CHECK(*deleted == samples - 1);  // the first step stays
  CHECK(database->Stats().commit == commit + 1);
  const auto only_first = [&] {
    return ReadSamples(*database->TakeSnapshot(), *metric) ==
           Samples{{{"app0", 0}, 7}};
  };
  CHECK(only_first());
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(only_first());
  CHECK(database->TakeSnapshot()->StepBounds(metric->id)->value().end == 4096);
}

}  // namespace
}  // namespace footfall
