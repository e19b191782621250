#include "examples/market/random.h"

#include <algorithm>
#include <cmath>

namespace footfall::market {

namespace {

constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;
constexpr double kTwoPi = 6.283185307179586;
constexpr double kSmallest = 1e-300;  // keeps the logarithm finite
constexpr double kNormalFrom = 60;

}  // namespace

Random::Random(uint64_t seed) : state_(seed * kGolden + 0x1234567) {}

uint64_t Random::Bits() {
  state_ += kGolden;
  uint64_t bits = state_;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  return bits ^ (bits >> 31);
}

double Random::Uniform() { return static_cast<double>(Bits() >> 11) * 0x1p-53; }

double Random::Uniform(double low, double high) {
  return low + (high - low) * Uniform();
}

double Random::Normal() {
  const double radius = std::max(Uniform(), kSmallest);
  const double angle = Uniform();
  return std::sqrt(-2 * std::log(radius)) * std::cos(kTwoPi * angle);
}

double Random::Poisson(double mean) {
  if (mean <= 0) return 0;
  if (mean > kNormalFrom) {
    return std::max(0.0, std::round(mean + std::sqrt(mean) * Normal()));
  }
  // Knuth: how many uniforms multiply to below exp(-mean).
  const double limit = std::exp(-mean);
  double product = 1;
  int count = 0;
  do {
    ++count;
    product *= Uniform();
  } while (product > limit);
  return count - 1;
}

}  // namespace footfall::market
