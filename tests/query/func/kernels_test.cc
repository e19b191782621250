// Every version of the loops against plain ones, on lanes with holes and with
// the numbers at the ends of 64 bits.

#include "query/func/kernels.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "query/func/aggregate.h"
#include "tests/support/catch.h"
#include "tests/support/each_kernel_level.h"

namespace footfall::query {
namespace {

__extension__ using Wide = __int128;

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

template <typename Body>
void ForEachKernel(Body body) {
  std::vector<KernelLevel> ran;
  testing::ForEachKernelLevel([&] {
    ran.push_back(ActiveKernelLevel());
    REQUIRE(ActiveKernels().level == ran.back());
    body(ActiveKernels());
  });
  CHECK(ran.front() == KernelLevel::kPortable);
}

// A lane with its bits, which begin at `first`.
struct Lane {
  std::vector<int64_t> numbers;
  std::vector<uint64_t> present;
  uint64_t first = 0;

  bool Has(size_t i) const {
    return (present[(first + i) / 64] >> ((first + i) % 64)) & 1;
  }
};

Lane MakeLane(std::mt19937_64& random, size_t steps) {
  Lane lane;
  lane.first = random() % 130;
  lane.numbers.resize(steps);
  lane.present.assign((lane.first + steps) / 64 + 1, 0);
  for (uint64_t& word : lane.present) {
    switch (random() % 4) {
      case 0:
        word = random();
        break;
      case 1:
        word = 0;
        break;
      default:
        word = ~uint64_t{0};
    }
  }
  const bool large = random() % 2 == 0;
  for (int64_t& number : lane.numbers) {
    number = static_cast<int64_t>(random());
    if (!large) number %= 1000;
    if (random() % 50 == 0) number = random() % 2 == 0 ? kMost : kLeast;
  }
  return lane;
}

std::vector<Segment> MakeSegments(std::mt19937_64& random, size_t steps) {
  std::vector<Segment> segments;
  const size_t n = random() % 12;
  for (size_t s = 0; s < n; ++s) {
    uint32_t a = static_cast<uint32_t>(random() % (steps + 1));
    uint32_t b = static_cast<uint32_t>(random() % (steps + 1));
    segments.push_back({std::min(a, b), std::max(a, b)});
  }
  segments.push_back({0, static_cast<uint32_t>(steps)});
  return segments;
}

TEST_CASE("what kernels fold of segments is what plain loops do", "[kernels]") {
  ForEachKernel([](const Kernels& kernels) {
    std::mt19937_64 random(20251129);
    for (int round = 0; round < 300; ++round) {
      const size_t steps = random() % 300;
      const Lane lane = MakeLane(random, steps);
      const std::vector<Segment> segments = MakeSegments(random, steps);
      const size_t n = segments.size();
      std::vector<uint32_t> counts(n);
      std::vector<SplitSum> sums(n);
      std::vector<int64_t> least(n);
      std::vector<int64_t> largest(n);
      kernels.count(lane.present.data(), lane.first, segments.data(), n,
                    counts.data());
      kernels.sum(lane.numbers.data(), lane.present.data(), lane.first,
                  segments.data(), n, sums.data());
      kernels.least(lane.numbers.data(), lane.present.data(), lane.first,
                    segments.data(), n, least.data());
      kernels.largest(lane.numbers.data(), lane.present.data(), lane.first,
                      segments.data(), n, largest.data());
      for (size_t s = 0; s < n; ++s) {
        uint32_t count = 0;
        Wide sum = 0;
        int64_t low = kMost;
        int64_t high = kLeast;
        for (uint32_t i = segments[s].begin; i < segments[s].end; ++i) {
          if (!lane.Has(i)) continue;
          ++count;
          sum += lane.numbers[i];
          low = std::min(low, lane.numbers[i]);
          high = std::max(high, lane.numbers[i]);
        }
        REQUIRE(counts[s] == count);
        REQUIRE(least[s] == low);
        REQUIRE(largest[s] == high);
        const auto total = TotalOf(sums[s], count);
        REQUIRE(total.ok() == (sum <= kMost && sum >= kLeast));
        if (total.ok()) REQUIRE(*total == static_cast<int64_t>(sum));
        if (count > 0) {
          REQUIRE(MeanOf(sums[s], count) ==
                  static_cast<double>(sum) / static_cast<double>(count));
        }
      }
    }
  });
}

TEST_CASE("what kernels do to whole lanes is what plain loops do",
          "[kernels]") {
  ForEachKernel([](const Kernels& kernels) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 300; ++round) {
      const size_t steps = random() % 300;
      const Lane lane = MakeLane(random, steps);
      const Lane other = MakeLane(random, steps);
      std::vector<int64_t> sum = other.numbers;
      std::vector<int64_t> best = other.numbers;
      const bool left = kernels.add(lane.numbers.data(), steps, sum.data());
      kernels.keep_largest(lane.numbers.data(), steps, best.data());
      bool leaves = false;
      for (size_t i = 0; i < steps; ++i) {
        const Wide wanted = Wide{lane.numbers[i]} + other.numbers[i];
        leaves |= wanted > kMost || wanted < kLeast;
        REQUIRE(static_cast<uint64_t>(sum[i]) == static_cast<uint64_t>(wanted));
        REQUIRE(best[i] == std::max(lane.numbers[i], other.numbers[i]));
      }
      REQUIRE(left == leaves);
      std::vector<int64_t> both_sum = other.numbers;
      std::vector<int64_t> both_best = other.numbers;
      REQUIRE(kernels.add_and_keep(lane.numbers.data(), steps, both_sum.data(),
                                   both_best.data()) == leaves);
      REQUIRE(both_sum == sum);
      REQUIRE(both_best == best);
    }
  });
}

TEST_CASE("kernels count series a step", "[kernels]") {
  ForEachKernel([](const Kernels& kernels) {
    std::mt19937_64 random(11);
    constexpr size_t kWords = 21;
    constexpr size_t kStride = 23;
    constexpr size_t kPlanes = 4;
    std::vector<uint64_t> counters(kStride * kPlanes);
    std::vector<uint32_t> wanted(kWords * 64);
    for (int series = 0; series < 15; ++series) {
      std::vector<uint64_t> bits(kWords);
      for (uint64_t& word : bits) word = random();
      kernels.count_up(bits.data(), kWords, kPlanes, kStride, counters.data());
      for (size_t i = 0; i < wanted.size(); ++i) {
        wanted[i] += (bits[i / 64] >> (i % 64)) & 1;
      }
    }
    for (size_t i = 0; i < wanted.size(); ++i) {
      uint32_t count = 0;
      for (size_t p = 0; p < kPlanes; ++p) {
        count |= static_cast<uint32_t>(
                     (counters[p * kStride + i / 64] >> (i % 64)) & 1)
                 << p;
      }
      REQUIRE(count == wanted[i]);
    }
  });
}

TEST_CASE("kernels find the first number between two", "[kernels]") {
  ForEachKernel([](const Kernels& kernels) {
    std::mt19937_64 random(13);
    for (int round = 0; round < 300; ++round) {
      const size_t steps = random() % 300;
      std::vector<int64_t> lane(steps, 5);
      for (int i = 0; steps > 0 && i < 3; ++i) {
        lane[random() % steps] = 10 + static_cast<int64_t>(random() % 3);
      }
      for (const auto& [low, high] :
           {std::pair<int64_t, int64_t>{11, 12}, {10, kMost}, {kLeast, 4}}) {
        const auto at = std::find_if(lane.begin(), lane.end(),
                                     [from = low, to = high](int64_t x) {
                                       return from <= x && x <= to;
                                     });
        REQUIRE(kernels.first_between(lane.data(), steps, low, high) ==
                static_cast<size_t>(at - lane.begin()));
      }
    }
  });
}

}  // namespace
}  // namespace footfall::query
