#include "query/exec/lanes.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tests/support/catch.h"

namespace footfall::query {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

TEST_CASE("a sum says when it leaves 64 bits, on both sides", "[lanes]") {
  struct Case {
    int64_t a;
    int64_t b;
    bool leaves;
  };
  const auto c = GENERATE(values<Case>({
      {1, 2, false},
      {kMax, 0, false},
      {kMax, 1, true},
      {kMin, -1, true},
      {kMin, kMax, false},
      {kMin, kMin, true},
      {-5, 3, false},
  }));
  std::vector<int64_t> sum = {7, c.a, 7};
  const std::vector<int64_t> values = {0, c.b, 0};
  CHECK(AddIntegers(values.data(), 3, sum.data()) == c.leaves);
  CHECK(sum[0] == 7);
  CHECK(static_cast<uint64_t>(sum[1]) ==
        static_cast<uint64_t>(c.a) + static_cast<uint64_t>(c.b));
}

TEST_CASE("a wide sum keeps what leaves 64 bits", "[lanes]") {
  std::mt19937_64 random(3);
  __extension__ using Wide = __int128;
  for (int round = 0; round < 1000; ++round) {
    int64_t sum = 0;
    int64_t high = 0;
    Wide wanted = 0;
    for (int i = 0; i < 20; ++i) {
      const int64_t value = static_cast<int64_t>(random());
      AddWide(&value, 1, &sum, &high);
      wanted += value;
    }
    const Wide found = (Wide{high} << 64) + Wide{static_cast<uint64_t>(sum)};
    CHECK(found == wanted);
  }
}

TEST_CASE("the largest decimal keeps a NaN", "[lanes]") {
  const auto bits = [](double d) { return std::bit_cast<int64_t>(d); };
  std::vector<int64_t> best = {bits(1), bits(2), bits(NAN)};
  const std::vector<int64_t> values = {bits(3), bits(NAN), bits(9)};
  MaxDecimals(values.data(), 3, best.data());
  CHECK(std::bit_cast<double>(best[0]) == 3);
  CHECK(std::isnan(std::bit_cast<double>(best[1])));
  CHECK(std::isnan(std::bit_cast<double>(best[2])));
}

TEST_CASE("bits move to any place, and nothing beside them changes",
          "[lanes]") {
  std::mt19937_64 random(4);
  for (const size_t count : {1, 5, 63, 64, 65, 200, 256}) {
    for (const size_t offset : {0, 1, 31, 63, 64, 100, 127}) {
      INFO("count " << count << ", offset " << offset);
      std::vector<uint64_t> from(WordsFor(count));
      for (uint64_t& word : from) word = random();
      const size_t size = offset + count + 70;
      std::vector<uint64_t> to(WordsFor(size));
      to[0] = 1;  // stays
      OrBits(from.data(), count, offset, to.data());
      for (size_t i = 0; i < size; ++i) {
        const bool wanted = (i >= offset && i < offset + count &&
                             BitAt(from.data(), i - offset)) ||
                            i == 0;
        REQUIRE(BitAt(to.data(), i) == wanted);
      }
    }
  }
}

TEST_CASE("counters count the bits of each step", "[lanes]") {
  std::mt19937_64 random(5);
  const size_t steps = 300;
  const size_t words = WordsFor(steps);
  const size_t planes = 6;
  std::vector<uint64_t> counters(planes * words);
  std::vector<uint64_t> wanted(steps);
  for (int lane = 0; lane < 40; ++lane) {
    const size_t offset = random() % 200;
    const size_t count = 1 + random() % (steps - offset);
    std::vector<uint64_t> bits(WordsFor(count));
    for (uint64_t& word : bits) word = random();
    CountBits(bits.data(), count, offset, words, planes, counters.data());
    for (size_t i = 0; i < count; ++i)
      wanted[offset + i] += BitAt(bits.data(), i);
  }
  for (size_t i = 0; i < steps; ++i) {
    REQUIRE(CounterAt(counters.data(), words, planes, i) == wanted[i]);
  }
}

}  // namespace
}  // namespace footfall::query
