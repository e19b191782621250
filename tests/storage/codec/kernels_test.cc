// Every version of the inner loops that this machine runs gives what the
// portable one gives, on damaged input too.

#include "storage/codec/kernels.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "storage/codec/bit_pack.h"
#include "storage/codec/predictor.h"
#include "tests/storage/codec/each_kernel.h"

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
      const size_t expected_size =
          portable.rice32(bytes.data(), size, shift, count, expected.data());
      REQUIRE(kernels.rice32(bytes.data(), size, shift, count, found.data()) ==
              expected_size);
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

TEST_CASE("all kernels predict alike, overflow included", "[codec]") {
  CAPTURE(kSeed);
  const Kernels& portable = kernels_portable::Get();
  ForEachKernel([&](const Kernels& kernels) {
    std::mt19937_64 random(kSeed);
    for (int round = 0; round < 600; ++round) {
      const size_t count = 1 + random() % 400;
      const uint32_t bits = 1 + static_cast<uint32_t>(random() % 32);
      std::vector<uint32_t> residuals(count + kValueSlack);
      for (uint32_t& residual : residuals) {
        residual = static_cast<uint32_t>(random() >> (64 - bits));
      }
      const int64_t first = static_cast<int64_t>(random());
      for (const Gains gains : kPredictors) {
        std::vector<int64_t> expected(count + kValueSlack);
        std::vector<int64_t> found(count + kValueSlack);
        const uint32_t season =
            std::vector<uint32_t>{7, 4, 12, 24, 64, 2}[random() % 6];
        CAPTURE(round, count, bits, gains.all, gains.season, season);
        if (IsSeasonal(gains)) {
          portable.predict_season(residuals.data(), count, gains, season, first,
                                  expected.data());
          kernels.predict_season(residuals.data(), count, gains, season, first,
                                 found.data());
        } else {
          portable.predict(residuals.data(), count, gains, first,
                           expected.data());
          kernels.predict(residuals.data(), count, gains, first, found.data());
        }
        expected.resize(count);
        found.resize(count);
        REQUIRE(found == expected);
      }
    }
  });
}

TEST_CASE("residuals lead back to the values, at equal cost everywhere",
          "[codec]") {
  CAPTURE(kSeed);
  const Kernels& portable = kernels_portable::Get();
  ForEachKernel([&](const Kernels& kernels) {
    std::mt19937_64 random(kSeed);
    for (int round = 0; round < 300; ++round) {
      const size_t count = 1 + random() % 300;
      const uint32_t season = round % 2 == 0 ? 1 : 7;
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
      Gains gains[kTrials];
      for (size_t i = 0; i < kTrials; ++i) {
        gains[i] = kPredictors[season == 1 ? kTrialsWithoutSeason[i]
                                           : kTrialsWithSeason[i]];
      }
      std::vector<int32_t> expected(count * kTrials);
      std::vector<int32_t> found(count * kTrials);
      uint32_t expected_costs[kTrials];
      uint32_t costs[kTrials];
      int32_t expected_extremes[2];
      int32_t extremes[2];
      portable.residuals(values.data(), holes.data(), count, gains, season,
                         expected.data(), expected_costs, expected_extremes);
      kernels.residuals(values.data(), holes.data(), count, gains, season,
                        found.data(), costs, extremes);
      REQUIRE(found == expected);
      REQUIRE(extremes[0] == expected_extremes[0]);
      REQUIRE(extremes[1] == expected_extremes[1]);
      REQUIRE(std::equal(costs, costs + kTrials, expected_costs));
      for (size_t i = 0; i < kTrials; ++i) {
        std::vector<uint32_t> zigzag(count + kValueSlack);
        for (size_t t = 0; t < count; ++t) {
          const uint32_t r = static_cast<uint32_t>(found[t * kTrials + i]);
          zigzag[t] = (r << 1) ^ (0u - (r >> 31));
        }
        std::vector<int64_t> back(count + kValueSlack);
        if (IsSeasonal(gains[i])) {
          kernels.predict_season(zigzag.data(), count, gains[i], season, 0,
                                 back.data());
        } else {
          kernels.predict(zigzag.data(), count, gains[i], 0, back.data());
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

TEST_CASE("quotients are summed alike", "[codec]") {
  const Kernels& portable = kernels_portable::Get();
  ForEachKernel([&](const Kernels& kernels) {
    std::mt19937_64 random(kSeed);
    for (int round = 0; round < 500; ++round) {
      std::vector<uint32_t> values(1 + random() % 128);
      for (uint32_t& value : values) {
        value = static_cast<uint32_t>(random() >> (32 + random() % 32));
      }
      const uint32_t shift = static_cast<uint32_t>(random() % 32);
      CHECK(kernels.quotients(values.data(), values.size(), shift, 24) ==
            portable.quotients(values.data(), values.size(), shift, 24));
    }
  });
}

TEST_CASE("an unknown level changes nothing", "[codec]") {
  const KernelLevel before = ActiveKernels().level;
  CHECK_FALSE(UseKernels(static_cast<KernelLevel>(9)));
  CHECK(ActiveKernels().level == before);
}

}  // namespace
}  // namespace footfall::storage
