// What the made-up apps and their parts are called.

#include <array>

#include "absl/strings/str_format.h"
#include "examples/market/market.h"

namespace footfall::market {

std::string AppName(int app) { return absl::StrFormat("app-%05d", app + 1); }

absl::string_view PlatformName(int platform) {
  static constexpr std::array<absl::string_view, kMaxPlatforms> kNames = {
      "android", "ios", "web", "desktop", "tv", "watch", "car", "console"};
  return kNames[static_cast<size_t>(platform)];
}

absl::string_view DecimalMeasure(int series) {
  static constexpr std::array<absl::string_view, 3> kNames = {
      "percent", "average", "ratio"};
  return kNames[static_cast<size_t>(series % 3)];
}

}  // namespace footfall::market
