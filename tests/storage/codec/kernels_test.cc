// Every version of the inner loops that this machine runs gives what the
// portable one gives, on damaged input too.

#include "storage/codec/kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "storage/codec/bit_pack.h"
#include "storage/codec/predictor.h"
#include "tests/storage/codec/each_kernel.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 512;

std::string RandomBytes(size_t size, std::mt19937_64* random) {
  std::string bytes(size + kInputSlack, '\0');
  // Now sparse, now thick with ones.
  const uint64_t thin = (*random)() % 4;
  for (char& byte : bytes) {
    uint64_t bits = (*random)();
    for (uint64_t i = 0; i < thin; ++i) {
      bits &= (*random)();
    }
    byte = static_cast<char>(bits & 0xff);
  }
  return bytes;
}

TEST_CASE("all kernels unpack alike", "[codec]") {
  CAPTURE(kSeed);
  const Kernels& portable = kernels_portable::Get();
  ForEachKernel([&](const Kernels& kernels) {
    std::mt19937_64 random(kSeed);
    for (uint32_t width = 0; width <= 32; ++width) {
      for (const size_t count : {1, 7, 8, 16, 31, 128}) {
        CAPTURE(width, count);
        const std::string bytes =
            RandomBytes(PackedSize(count, width), &random);
        std::vector<uint32_t> expected(count + kValueSlack);
        std::vector<uint32_t> found(count + kValueSlack);
        portable.unpack32(bytes.data(), width, count, expected.data());
        kernels.unpack32(bytes.data(), width, count, found.data());
        expected.resize(count);
        found.resize(count);
        REQUIRE(found == expected);
        if (width >= 1 && width <= 25) {
          const uint64_t base = random();
          std::vector<uint64_t> wide(count + kValueSlack);
          kernels.unpack64(bytes.data(), width, count, base, wide.data());
          for (size_t i = 0; i < count; ++i) {
            REQUIRE(wide[i] == base + expected[i]);
          }
        }
      }
    }
  });
}

TEST_CASE("all kernels read Rice codes alike, and refuse alike", "[codec]") {
  CAPTURE(kSeed);
  const Kernels& portable = kernels_portable::Get();
  ForEachKernel([&](const Kernels& kernels) {
    std::mt19937_64 random(kSeed);
    size_t refused = 0;
    for (int round = 0; round < 4000; ++round) {
      const size_t count = 1 + random() % 128;
      const uint32_t shift = static_cast<uint32_t>(random() % 32);
      const size_t size = PackedSize(count, shift) + random() % 300;
      CAPTURE(round, count, shift, size);
      const std::string bytes = RandomBytes(size, &random);
      std::vector<uint32_t> expected(count + kInputSlack);
      std::vector<uint32_t> found(count + kInputSlack);
      const size_t expected_size = portable.rice32(
          bytes.data(), size, shift, count, count, expected.data());
      REQUIRE(kernels.rice32(bytes.data(), size, shift, count, count,
                             found.data()) == expected_size);
      refused += expected_size == 0 ? 1 : 0;
      if (expected_size != 0) {
        REQUIRE(expected_size <= size);
        expected.resize(count);
        found.resize(count);
        REQUIRE(found == expected);
        // The first of them alone, from no more bytes than that.
        const size_t some = 1 + random() % count;
        CAPTURE(some);
        found.assign(count + kInputSlack, 0);
        const size_t some_size = kernels.rice32(bytes.data(), size, shift,
                                                count, some, found.data());
        REQUIRE(some_size != 0);
        REQUIRE((some == count ? some_size == expected_size
                               : some_size <= expected_size));
        REQUIRE(std::equal(expected.begin(),
                           expected.begin() + static_cast<ptrdiff_t>(some),
                           found.begin()));
      }
    }
    CHECK(refused > 100);
    CHECK(refused < 3900);
  });
}

TEST_CASE("all kernels read unary numbers alike, and refuse alike", "[codec]") {
  CAPTURE(kSeed);
  const Kernels& portable = kernels_portable::Get();
  ForEachKernel([&](const Kernels& kernels) {
    std::mt19937_64 random(kSeed);
    size_t refused = 0;
    for (int round = 0; round < 4000; ++round) {
      const size_t count = 1 + random() % 128;
      const uint32_t first_bit = static_cast<uint32_t>(random() % 8);
      const size_t size = 1 + random() % 300;
      CAPTURE(round, count, first_bit, size);
      const std::string bytes = RandomBytes(size, &random);
      std::vector<uint8_t> expected(count + kInputSlack);
      std::vector<uint8_t> found(count + kInputSlack);
      const size_t expected_size =
          portable.unary(bytes.data(), size, first_bit, count, expected.data());
      REQUIRE(kernels.unary(bytes.data(), size, first_bit, count,
                            found.data()) == expected_size);
      refused += expected_size == 0 ? 1 : 0;
      if (expected_size != 0) {
        REQUIRE(expected_size <= size);
        expected.resize(count);
        found.resize(count);
        REQUIRE(found == expected);
      }
    }
    CHECK(refused > 100);
    CHECK(refused < 3900);
  });
}

// Word for word what predictor.h says; season 1 is none.
std::vector<int64_t> Predicted(const std::vector<uint32_t>& residuals,
                               size_t count, Gains gains, uint32_t season,
                               int64_t first) {
  std::vector<uint32_t> y(count);
  std::vector<uint32_t> phase(season);
  uint32_t sum = 0;
  for (size_t t = 0; t < count; ++t) {
    const uint32_t z = residuals[t];
    const uint32_t r = (z >> 1) ^ (0u - (z & 1));
    if (season > 1 && t < season) {
      y[t] = r + (t == 0 ? 0 : y[t - 1]);
      continue;
    }
    const uint32_t weighted =
        static_cast<uint32_t>(gains.all) * sum +
        static_cast<uint32_t>(gains.season) * phase[t % season];
    y[t] = r + (season > 1 ? y[t % season] : 0) +
           static_cast<uint32_t>(static_cast<int32_t>(weighted) >> 4);
    sum += r;
    phase[t % season] += r;
  }
  std::vector<int64_t> values;
  for (const uint32_t relative : y) {
    values.push_back(static_cast<int64_t>(
        static_cast<uint64_t>(first) +
        static_cast<uint64_t>(int64_t{static_cast<int32_t>(relative)})));
  }
  return values;
}

TEST_CASE("all kernels predict alike, overflow included", "[codec]") {
  CAPTURE(kSeed);
  ForEachKernel([&](const Kernels& kernels) {
    std::mt19937_64 random(kSeed);
    for (int round = 0; round < 600; ++round) {
      // Now and then more than are worked on at a time.
      const size_t count = 1 + random() % (round % 20 == 0 ? 2000 : 300);
      const uint32_t bits = 1 + static_cast<uint32_t>(random() % 32);
      std::vector<uint32_t> residuals(count + kValueSlack);
      for (uint32_t& residual : residuals) {
        residual = static_cast<uint32_t>(random() >> (64 - bits));
      }
      const int64_t first = static_cast<int64_t>(random());
      for (const Gains gains : kPredictors) {
        const uint32_t season =
            std::vector<uint32_t>{7, 4, 12, 24, 64, 2}[random() % 6];
        const std::vector<int64_t> expected = Predicted(
            residuals, count, gains, IsSeasonal(gains) ? season : 1, first);
        // Whole, from within the first seasons, and from anywhere.
        for (const size_t begin :
             {size_t{0}, random() % std::min<size_t>(count, 20),
              random() % count}) {
          CAPTURE(round, count, begin, bits, gains.all, gains.season, season);
          // Those beside the wanted ones are left alone.
          std::vector<int64_t> found(count - begin + 2, 99);
          if (IsSeasonal(gains)) {
            kernels.predict_season(residuals.data(), begin, count, gains,
                                   season, first, found.data() + 1);
          } else {
            kernels.predict(residuals.data(), begin, count, gains, first,
                            found.data() + 1);
          }
          REQUIRE(found.front() == 99);
          REQUIRE(found.back() == 99);
          REQUIRE(std::equal(found.begin() + 1, found.end() - 1,
                             expected.begin() + static_cast<ptrdiff_t>(begin),
                             expected.end()));
        }
      }
    }
  });
}

// What kernels.h says of costs, the plain way: for each stretch of about 128
// steps the number of values times the logarithm of their mean size.
uint32_t PlainCost(const int32_t* residuals, const uint64_t* holes,
                   size_t count, size_t season) {
  uint32_t cost = 0;
  for (size_t begin = 0; begin < count;) {
    size_t end = begin + 128;
    if (season == 1) {
      end = std::min(end, count);
    } else if (count < end + season) {
      end = count;
    } else {
      end -= end % season;  // whole seasons
    }
    float sum = 0;
    uint32_t values = 0;
    for (size_t t = begin; t < end; ++t) {
      if (holes == nullptr || (holes[t / 64] >> (t % 64) & 1) == 0) {
        sum += std::fabs(static_cast<float>(residuals[t * kTrials]));
        ++values;
      }
    }
    const float half = sum + 0.5f * static_cast<float>(values);
    cost += (std::bit_cast<uint32_t>(half) >> 16) * values;
    begin = end;
  }
  return cost;
}

TEST_CASE("residuals lead back to the values, at equal cost everywhere",
          "[codec]") {
  CAPTURE(kSeed);
  const Kernels& portable = kernels_portable::Get();
  constexpr uint32_t kSeasons[] = {1, 7, 2, 4, 12, 24, kMaxSeason};
  ForEachKernel([&](const Kernels& kernels) {
    std::mt19937_64 random(kSeed);
    for (int round = 0; round < 420; ++round) {
      const size_t count = 1 + random() % 700;
      const uint32_t season = kSeasons[round % 7];
      CAPTURE(round, count, season);
      const uint32_t bits = 1 + static_cast<uint32_t>(random() % 27);
      std::vector<int32_t> values(count);
      std::vector<uint64_t> holes(count / 64 + 1);
      for (size_t i = 1; i < count; ++i) {
        values[i] = static_cast<int32_t>(random() >> (64 - bits));
        if (round % 3 == 0 && random() % 4 == 0) {
          holes[i / 64] |= uint64_t{1} << (i % 64);
        }
      }
      const uint8_t* const numbers =
          season == 1 ? kTrialsWithoutSeason : kTrialsWithSeason;
      const TrialGains gains = TrialGainsOf(numbers);
      std::vector<int32_t> expected((count + kTrialSlack) * kTrials);
      std::vector<int32_t> found((count + kTrialSlack) * kTrials);
      uint32_t expected_costs[kTrials];
      uint32_t costs[kTrials];
      const uint64_t* const gaps = round % 3 == 0 ? holes.data() : nullptr;
      portable.residuals(values.data(), gaps, count, gains, season,
                         expected.data(), expected_costs);
      kernels.residuals(values.data(), gaps, count, gains, season, found.data(),
                        costs);
      REQUIRE(found == expected);
      REQUIRE(std::equal(costs, costs + kTrials, expected_costs));
      for (size_t i = 0; i < kTrials; ++i) {
        REQUIRE(costs[i] == PlainCost(found.data() + i, gaps, count, season));
        std::vector<uint32_t> zigzag(count + kValueSlack);
        std::vector<uint32_t> expected_zigzag(count + kValueSlack);
        kernels.zigzag_of(found.data() + i, count, zigzag.data());
        portable.zigzag_of(found.data() + i, count, expected_zigzag.data());
        REQUIRE(std::equal(zigzag.begin(), zigzag.end() - kValueSlack,
                           expected_zigzag.begin()));
        std::vector<int64_t> back(count + kValueSlack);
        const Gains its = kPredictors[numbers[i]];
        if (IsSeasonal(its)) {
          kernels.predict_season(zigzag.data(), 0, count, its, season, 0,
                                 back.data());
        } else {
          kernels.predict(zigzag.data(), 0, count, its, 0, back.data());
        }
        for (size_t t = 0; t < count; ++t) {
          if ((holes[t / 64] >> (t % 64) & 1) == 0) {
            REQUIRE(back[t] == values[t]);
          }
        }
      }
    }
  });
}

TEST_CASE("the cheaper of two predictors costs less", "[codec]") {
  ForEachKernel([&](const Kernels& kernels) {
    // Weeks that repeat: the value a season ago is all there is to know.
    std::vector<int32_t> values;
    for (int32_t day = 0; day < 100; ++day) {
      values.push_back(day % 7 * 1000);
    }
    const TrialGains gains = {{16, 0, 16, 0, 16, 0, 16, 0},
                              {0, 16, 0, 16, 0, 16, 0, 16}};
    std::vector<int32_t> residuals(values.size() * kTrials);
    uint32_t costs[kTrials];
    kernels.residuals(values.data(), nullptr, values.size(), gains, 7,
                      residuals.data(), costs);
    // The mean size of a residual, the first week's among them: 1,714 and 60.
    CHECK(costs[1] + 100 * 128 * 4 < costs[0]);
  });
}

TEST_CASE("values are narrowed where all are near the first", "[codec]") {
  constexpr uint64_t kRange = 1 << 20;
  struct Case {
    const char* why;
    std::vector<int64_t> values;
    bool near;
    int32_t least;
    int32_t most;
  };
  const std::vector<Case> cases = {
      {"one value", {-5}, true, 0, 0},
      {"both sides", {7, 1, 1'000'000, 9}, true, -6, 999'993},
      {"the ends", {0, -1'048'576, 1'048'575}, true, -1'048'576, 1'048'575},
      {"one above", {0, 1'048'576}, false, 0, 0},
      {"one below", {0, 3, 4, 5, 6, 7, 8, 9, -1'048'577}, false, 0, 0},
      {"the distance wraps", {INT64_MAX, INT64_MIN}, true, 0, 1},
      {"far", {INT64_MAX, -1}, false, 0, 0},
  };
  ForEachKernel([&](const Kernels& kernels) {
    for (const Case& c : cases) {
      CAPTURE(c.why);
      std::vector<int32_t> relative(c.values.size());
      int32_t extremes[2] = {};
      REQUIRE(kernels.narrow(c.values.data(), c.values.size(), kRange,
                             relative.data(), extremes) == c.near);
      if (!c.near) {
        continue;
      }
      CHECK(extremes[0] == c.least);
      CHECK(extremes[1] == c.most);
      for (size_t i = 0; i < relative.size(); ++i) {
        CHECK(static_cast<uint64_t>(int64_t{relative[i]}) ==
              static_cast<uint64_t>(c.values[i]) -
                  static_cast<uint64_t>(c.values[0]));
      }
    }
  });
}

std::vector<uint32_t> RandomNumbers(size_t count, std::mt19937_64* random) {
  std::vector<uint32_t> values(count);
  const uint64_t bits = (*random)() % 33;
  for (uint32_t& value : values) {
    value = static_cast<uint32_t>((*random)() >> 32 >> (32 - bits));
    if ((*random)() % 50 == 0) {
      value = static_cast<uint32_t>((*random)());
    }
  }
  return values;
}

TEST_CASE("a block is measured as by its definition", "[codec]") {
  CAPTURE(kSeed);
  ForEachKernel([&](const Kernels& kernels) {
    std::mt19937_64 random(kSeed);
    for (int round = 0; round < 500; ++round) {
      const std::vector<uint32_t> values =
          RandomNumbers(1 + random() % 128, &random);
      const uint32_t shift = static_cast<uint32_t>(random() % 29);
      uint64_t quotients[kShifts] = {};
      uint64_t sum = 0;
      uint32_t any = 0;
      uint32_t nonzero = 0;
      for (const uint32_t value : values) {
        for (uint32_t j = 0; j < kShifts; ++j) {
          quotients[j] += std::min<uint64_t>(value >> (shift + j), 24);
        }
        sum += value;
        any |= value;
        nonzero += value != 0 ? 1 : 0;
      }
      CAPTURE(round, values.size(), shift);
      uint32_t sums[kShifts];
      kernels.quotients(values.data(), values.size(), shift, 24, sums);
      REQUIRE(std::equal(sums, sums + kShifts, quotients));
      uint32_t found_any;
      uint32_t found_nonzero;
      REQUIRE(kernels.total(values.data(), values.size(), &found_any,
                            &found_nonzero) == sum);
      REQUIRE(found_any == any);
      REQUIRE(found_nonzero == nonzero);
    }
  });
}

TEST_CASE("Rice codes are the same bytes on all kernels, and read back",
          "[codec]") {
  CAPTURE(kSeed);
  constexpr uint32_t kLimit = 24;
  const Kernels& portable = kernels_portable::Get();
  ForEachKernel([&](const Kernels& kernels) {
    std::mt19937_64 random(kSeed);
    for (int round = 0; round < 3000; ++round) {
      const size_t count = 1 + random() % 128;
      const uint32_t shift = static_cast<uint32_t>(random() % 32);
      std::vector<uint32_t> values = RandomNumbers(count, &random);
      const bool unary = random() % 4 != 0;
      CAPTURE(round, count, shift, unary);
      // Rubbish behind the last one.
      values.resize(count + kInputSlack, static_cast<uint32_t>(random()));
      std::string expected(1024, '\0');
      std::string found(1024, '\0');
      const uint32_t limit = unary ? kLimit : 0;
      const size_t size = portable.put_rice(values.data(), count, shift, limit,
                                            expected.data());
      REQUIRE(kernels.put_rice(values.data(), count, shift, limit,
                               found.data()) == size);
      REQUIRE(found.substr(0, size) == expected.substr(0, size));
      // What is read back lacks what is kept as an exception elsewhere.
      std::vector<uint32_t> back(count + kInputSlack);
      if (unary) {
        REQUIRE(kernels.rice32(found.data(), size, shift, count, count,
                               back.data()) == size);
      } else {
        REQUIRE(size == PackedSize(count, shift));
        kernels.unpack32(found.data(), shift, count, back.data());
      }
      const uint64_t low = (uint64_t{1} << shift) - 1;
      for (size_t i = 0; i < count; ++i) {
        const bool whole = unary && values[i] >> shift < kLimit;
        REQUIRE(back[i] == (whole ? values[i] : values[i] & low));
      }
    }
  });
}

// Which of them a run has seen: a machine may lack the wider ones.
TEST_CASE("the kernels that this machine runs are known", "[codec]") {
  std::string names;
  ForEachKernel([&](const Kernels& kernels) {
    names += kernels.level == KernelLevel::kPortable ? " portable"
             : kernels.level == KernelLevel::kAvx2   ? " AVX2"
                                                     : " AVX-512";
  });
  WARN("kernels tested here:" << names);
  CHECK(names.find(" portable") == 0);
#if defined(__x86_64__)
  const bool has_avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
      __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  CHECK((names.find(" AVX2") != std::string::npos) == has_avx2);
#endif
}

TEST_CASE("an unknown level changes nothing", "[codec]") {
  const KernelLevel before = ActiveKernelLevel();
  CHECK_FALSE(UseKernelLevel(static_cast<KernelLevel>(9)));
  CHECK(ActiveKernelLevel() == before);
}

}  // namespace
}  // namespace footfall::storage
