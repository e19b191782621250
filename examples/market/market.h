// A made-up market of apps, of any size, the same on every machine.
//
// Synthetic: no number here was measured anywhere. The shape is that of real
// usage data, as far as a few formulas go:
//
//   daily     sizes after Zipf, a weekly season per app and platform (leisure
//             apps rise at the weekend, work apps fall), a yearly season,
//             growth, noise that an app's platforms share in part, spikes that
//             fade, late launches, gaps without data
//   minutely  active users per minute: a daily and half-daily swing, slow
//             noise, weekends, some outages of an hour and a half
//   decimal   rounded percentages, averages and ratios
//
// Each app (or series) is drawn from its own seed, so any of them can be made
// alone, in any order and on any thread: all functions here are pure.

#ifndef FOOTFALL_EXAMPLES_MARKET_MARKET_H_
#define FOOTFALL_EXAMPLES_MARKET_MARKET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace footfall::market {

inline constexpr int kMaxPlatforms = 8;

// "app-00001" for app 0.
std::string AppName(int app);
// "android", "ios", "web", ... Requires: 0 <= platform < kMaxPlatforms.
absl::string_view PlatformName(int platform);

// Daily users of apps by platform.
struct DailySpec {
  int apps = 20'000;
  int platforms = 3;  // [1, kMaxPlatforms]
  int days = 1096;
  // App i has the size of rank i * rank_stride + 1: with 10, the first 2,000
  // apps span the same sizes as 20,000 do with 1.
  int rank_stride = 1;
};

// A Monday, which the weekly season counts from; 1,096 days are the three
// years up to 2020-12-31.
inline constexpr absl::CivilDay kFirstDay(2018, 1, 1);

struct AppDays {
  std::vector<int64_t> users;    // [platforms * days], platform by platform
  std::vector<uint8_t> running;  // same shape; 0 before the launch and in gaps,
                                 // where `users` is 0 because there is no data
};

// Requires: 0 <= app. `out` is overwritten; its memory is used again.
void MakeAppDays(const DailySpec& spec, int app, AppDays* out);

// Active users per minute.
struct MinutelySpec {
  int series = 1'000;
  int minutes = 43'200;  // 30 days
  int rank_stride = 1;   // as DailySpec's, of series
};

// A Monday; 43,200 minutes are the June of that year, in UTC.
inline constexpr absl::CivilDay kFirstMinuteDay(2020, 6, 1);

// Two series an app: android, then ios.
inline int MinutelyApp(int series) { return series / 2; }
inline int MinutelyPlatform(int series) { return series % 2; }

// [minutes] into `users`, overwritten. Requires: 0 <= series.
void MakeMinutes(const MinutelySpec& spec, int series,
                 std::vector<int64_t>* users);

// Figures with few decimals, three series an app: a percentage with 2, an
// average with 3, a ratio with 4. Daily, from kFirstDay.
struct DecimalSpec {
  int series = 6'000;
  int days = 1096;
};

inline int DecimalApp(int series) { return series / 3; }
// "percent", "average", "ratio".
absl::string_view DecimalMeasure(int series);

// [days] into `values`, overwritten. Requires: 0 <= series.
void MakeDecimals(const DecimalSpec& spec, int series,
                  std::vector<double>* values);

}  // namespace footfall::market

#endif  // FOOTFALL_EXAMPLES_MARKET_MARKET_H_
