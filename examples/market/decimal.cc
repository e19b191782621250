// Rounded percentages, averages and ratios: doubles that are short decimals.

#include <algorithm>
#include <cmath>

#include "examples/market/market.h"
#include "examples/market/random.h"

namespace footfall::market {

namespace {

constexpr int kSaturday = 5;

}  // namespace

void MakeDecimals(const DecimalSpec& spec, int series,
                  std::vector<double>* values) {
  Random random(uint64_t{424243} * (static_cast<uint64_t>(series) + 1));
  double scale = 0;  // 10 ^ decimals
  double base = 0;
  double most = 0;
  switch (series % 3) {
    case 0:  // a percentage
      scale = 100;
      base = std::exp(random.Uniform(-1.5, 4));
      most = 100;
      break;
    case 1:  // an average, say sessions a user
      scale = 1000;
      base = random.Uniform(1, 12);
      most = HUGE_VAL;
      break;
    default:  // a ratio
      scale = 10000;
      base = random.Uniform(0.05, 0.7);
      most = 1;
      break;
  }
  const double noise = random.Uniform(0.004, 0.02);
  const double weekend = random.Uniform(-0.1, 0.1);

  values->assign(static_cast<size_t>(spec.days), 0);
  double level = 0;
  for (int day = 0; day < spec.days; ++day) {
    level += 0.003 * random.Normal();
    const double exact = base * std::exp(level + noise * random.Normal()) *
                         (1 + (day % 7 >= kSaturday ? weekend : 0));
    (*values)[static_cast<size_t>(day)] =
        std::round(std::min(exact, most) * scale) / scale;
  }
}

}  // namespace footfall::market
