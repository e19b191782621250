// What tests of KEEP have in common: a clock that is set to a day, and a metric
// of days.

#ifndef FOOTFALL_TESTS_ENGINE_UPKEEP_KEPT_DAYS_H_
#define FOOTFALL_TESTS_ENGINE_UPKEEP_KEPT_DAYS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "footfall/database.h"
#include "tests/engine/upkeep/upkept_tiles.h"
#include "tests/support/database_home.h"

namespace footfall::testing {

// Noon of a day that is counted from 1970.
inline absl::Time Day(int64_t day) {
  return absl::FromUnixSeconds(day * 86'400 + 43'200);
}

// Options of a database whose clock says the day in `*today`.
inline DatabaseOptions WithClock(
    const std::shared_ptr<std::atomic<int64_t>>& today) {
  DatabaseOptions options;
  options.background_upkeep = false;
  options.clock = [today] { return Day(*today); };
  return options;
}

inline std::shared_ptr<const Metric> DefineKept(Database* database,
                                                int32_t days,
                                                const char* name = "dau") {
  MetricSpec spec;
  spec.name = name;
  spec.dimensions = {{"app"}};
  if (days > 0) spec.keep = Period{Unit::kDay, days};
  return *database->Define(spec);
}

inline absl::Status Keep(Database* database, std::optional<Period> keep) {
  return database->AlterMetric("dau", {.keep = keep}, StopCheck()).status();
}

inline void LetGo(int64_t before, Samples* samples) {
  std::erase_if(*samples, [before](const auto& sample) {
    return sample.first.second < before;
  });
}

inline Samples ReadNow(const Database& database, const char* name = "dau") {
  const auto snapshot = database.TakeSnapshot();
  return ReadSamples(*snapshot, *snapshot->FindMetric(name));
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_ENGINE_UPKEEP_KEPT_DAYS_H_
