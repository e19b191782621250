// The predictors in 64 bits: what is chosen, and the way back.

#include "storage/codec/wide_predictor.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include "storage/codec/predictor.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 64;

struct WideLane {
  std::vector<uint64_t> values;
  std::vector<uint64_t> holes;
};

// Weeks that resemble each other, or none do, or bits without any order.
WideLane RandomLane(std::mt19937_64* random) {
  WideLane lane;
  const size_t count = 1 + (*random)() % 300;
  const uint64_t kind = (*random)() % 3;
  const uint32_t noise_bits = 1 + static_cast<uint32_t>((*random)() % 40);
  lane.values.resize(count);
  lane.holes.resize(count / 64 + 1);
  for (size_t t = 1; t < count; ++t) {
    const uint64_t noise = (*random)() >> (64 - noise_bits);
    lane.values[t] = kind == 0   ? (t % 7 << 42) + noise
                     : kind == 1 ? lane.values[t - 1] + noise
                                 : (*random)();
    if ((*random)() % 8 == 0) {
      lane.holes[t / 64] |= uint64_t{1} << (t % 64);
    }
  }
  return lane;
}

bool IsHole(const WideLane& lane, size_t t) {
  return (lane.holes[t / 64] >> (t % 64) & 1) != 0;
}

TEST_CASE("a wide lane gets the first predictor with the narrowest residuals",
          "[codec]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  std::vector<int> chosen(kShortPredictors);
  for (int round = 0; round < 400; ++round) {
    const WideLane lane = RandomLane(&random);
    const uint32_t season = std::vector<uint32_t>{1, 7, 12}[random() % 3];
    CAPTURE(round, lane.values.size(), season);
    size_t best = 0;
    uint64_t best_bits = ~uint64_t{0};
    for (size_t number = 0; number < kShortPredictors; ++number) {
      const Gains gains = kPredictors[number];
      if (IsSeasonal(gains) && season == 1) {
        continue;
      }
      std::vector<uint64_t> array = lane.values;
      ToWideResiduals(gains, season, lane.holes, absl::MakeSpan(array));
      uint64_t bits = 0;
      for (const uint64_t residual : array) {
        bits += static_cast<uint64_t>(std::bit_width(residual));
      }
      if (bits < best_bits) {
        best_bits = bits;
        best = number;
      }
      FromWideResiduals(gains, season, absl::MakeSpan(array));
      for (size_t t = 0; t < array.size(); ++t) {
        if (!IsHole(lane, t)) {
          REQUIRE(array[t] == lane.values[t]);
        }
      }
    }
    REQUIRE(BestWidePredictor(lane.values, lane.holes, season, 0,
                              kShortPredictors) == best);
    ++chosen[best];
    // Where there is one to choose from, that one.
    REQUIRE(BestWidePredictor(lane.values, lane.holes, 7, 4, 5) == 4);
  }
  // The lanes are such that it matters.
  CHECK(std::count(chosen.begin(), chosen.end(), 0) <= 4);
}

}  // namespace
}  // namespace footfall::storage
