// The nine questions as loops, for stores of keys that answer none themselves:
// what a service gets that writes its own layer.

#ifndef FOOTFALL_BENCH_COMPARE_LOOP_ENGINE_H_
#define FOOTFALL_BENCH_COMPARE_LOOP_ENGINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bench/compare/engine.h"

namespace footfall::bench {

// An adapter loads samples under the numbers of their names, and walks them in
// the order of app, platform, time.
class LoopEngine : public Engine {
 public:
  absl::StatusOr<Rows> Ask(Question question) final;

 protected:
  enum Set { kDaily, kMinutely };
  using Each = absl::FunctionRef<void(uint32_t app, uint32_t platform,
                                      int64_t time, double value)>;

  // The names of a set in the order of their numbers, and the times that its
  // samples span. Call it first when loading.
  void TakeNames(Set set, absl::Span<const SeriesData> data);
  uint32_t NumberOfApp(Set set, const std::string& app) const;
  uint32_t NumberOfPlatform(Set set, const std::string& platform) const;

  // One series, in a range of time.
  virtual absl::Status WalkSeries(Set set, uint32_t app, uint32_t platform,
                                  DayRange range, Each each) = 0;
  // `app_count` x `platform_count` series, in a range of time each.
  virtual absl::Status WalkRange(Set set, uint32_t app_count,
                                 uint32_t platform_count, DayRange range,
                                 Each each) = 0;
  virtual absl::Status WalkAll(Set set, Each each) = 0;

 private:
  struct Names {
    std::vector<std::string> apps;
    std::vector<std::string> platforms;
    absl::flat_hash_map<std::string, uint32_t> app_numbers;
    absl::flat_hash_map<std::string, uint32_t> platform_numbers;
    DayRange times = {0, 0};
  };
  // Daily totals of one app: [days of the set].
  struct Totals {
    std::vector<double> sums;
    std::vector<uint8_t> present;
  };

  absl::StatusOr<Rows> MonthOf(bool one_platform);
  absl::StatusOr<Rows> Top50();
  absl::StatusOr<Rows> MonthlyOfAll();
  absl::StatusOr<Rows> ShareOfPlatform();
  absl::StatusOr<Rows> WeekMoves();
  absl::StatusOr<Rows> FirstMillion();
  absl::StatusOr<Rows> Hourly();
  absl::StatusOr<Rows> DailyMax();
  // App by app, as the keys lie: the totals of each, once complete.
  absl::Status ForEachApp(
      absl::FunctionRef<void(const std::string& app, const Totals& totals)>
          each);

  Names names_[2];
};

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_COMPARE_LOOP_ENGINE_H_
