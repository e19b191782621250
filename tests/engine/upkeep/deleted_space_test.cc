// What was deleted is folded away, and its space comes back by itself.

#include <memory>
#include <string>
#include <utility>

#include "tests/engine/upkeep/upkept_tiles.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using testing::App;
using testing::DatabaseHome;
using testing::Define;
using testing::Home;
using testing::kSteps;
using testing::MostParts;
using testing::ReadSamples;
using testing::Samples;
using testing::Write;

TEST_CASE("what was deleted is folded away once it is worth it", "[upkeep]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto metric = Define(database.get());
  Samples samples;
  for (int64_t day = 0; day < 2 * kSteps + 20; day += 8) {
    Write(database.get(), metric, day, 70, &samples);
  }
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  const auto all = testing::AllSeries(*database->TakeSnapshot(), metric->id);
  // A day of a sealed era: not worth it.
  REQUIRE(*database->Delete(*metric, all, {8, 9}, {}) == 70);
  std::erase_if(samples, [](const auto& s) { return s.first.second == 8; });
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(MostParts(*at.store(), metric->id)[0] == 2);
  // All of an era, and all of the living one.
  REQUIRE(*database->Delete(*metric, all, {kSteps, 9999}, {}) > 0);
  std::erase_if(samples,
                [](const auto& s) { return s.first.second >= kSteps; });
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  const auto parts = MostParts(*at.store(), metric->id);
  CHECK(parts.size() == 1);
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == samples);
}

TEST_CASE("the space of what was deleted comes back by itself", "[upkeep]") {
  const bool drops = GENERATE(false, true);
  const bool reopens = GENERATE(false, true);
  CAPTURE(drops, reopens);
  DatabaseHome at(Home::kDisk);
  DatabaseOptions options;
  options.background_upkeep = false;
  auto database = *at.TryOpen(options);
  for (const char* const name : {"dau", "kept"}) {
    const auto metric = Define(database.get(), name);
    const auto loader = *database->NewBulkLoader(metric, 8 << 20);
    for (int64_t step = 0; step < 400; ++step) {
      for (int app = 0; app < 300; ++app) {
        // Noise, which no codec makes small.
        const auto value = static_cast<int64_t>(
            (static_cast<uint64_t>(step) * 300 + static_cast<uint64_t>(app)) *
                0x9E3779B97F4A7C15u >>
            1);
        REQUIRE(loader->Add(step, {App(app)}, value).ok());
      }
    }
    REQUIRE(loader->Finish().ok());
  }
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  const uint64_t before = database->Stats().store.table_bytes;
  if (drops) {
    REQUIRE(database->DropMetric("dau") == absl::OkStatus());
  } else {
    const auto metric = Define(database.get());
    const auto all = testing::AllSeries(*database->TakeSnapshot(), metric->id);
    REQUIRE(*database->Delete(*metric, all, {0, 1000}, {}) == 120'000);
  }
  if (reopens) {
    database.reset();
    database = *at.TryOpen(options);
  }
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CHECK(database->Stats().store.table_bytes * 10 < before * 6);
  CHECK(ReadSamples(*database->TakeSnapshot(), *Define(database.get(), "kept"))
            .size() == 120'000);
}

}  // namespace
}  // namespace footfall
