// Elias-Fano and subsets: what goes in comes out, in any stretches; what they
// cost; and damage ends cleanly.

#include "storage/sets/subset.h"

#include <algorithm>
#include <random>
#include <vector>

#include "absl/strings/escaping.h"
#include "storage/sets/elias_fano.h"
#include "tests/support/catch.h"
#include "tests/support/hex.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 19;
constexpr uint64_t kTop = ~uint64_t{0};

std::string Coded(const std::vector<uint64_t>& numbers, uint64_t last) {
  std::string bytes;
  PutEliasFano(numbers, last, &bytes);
  return bytes;
}

TEST_CASE("Elias-Fano returns the numbers it was given", "[sets]") {
  const struct {
    std::vector<uint64_t> numbers;
    uint64_t last;
  } cases[] = {
      {{0}, 0},                           // one place, one number
      {{0, 1, 2, 3}, 3},                  // all places
      {{7}, kTop},                        // low bits in nine bytes
      {{kTop}, kTop},                     // the greatest
      {{0, kTop}, kTop},                  // both ends
      {{5, 6, 7, 8, 9, 10}, kTop},        // all high parts 0
      {{kTop - 1, kTop}, kTop},           // all high parts the greatest
      {{0, 64, 128, 4000}, 4000},         // runs of zeros over words
      {{1, 2, 3, 1'000'000}, 1'000'000},  // a long one
  };
  for (const auto& c : cases) {
    const std::string bytes = Coded(c.numbers, c.last);
    REQUIRE(bytes.size() == EliasFanoShape(c.numbers.size(), c.last).size);
    const std::vector<char> exact(bytes.begin(), bytes.end());
    EliasFanoCursor cursor({exact.data(), exact.size()}, c.numbers.size(),
                           c.last);
    std::vector<uint64_t> back(c.numbers.size());
    REQUIRE(cursor.Take(absl::MakeSpan(back)));
    CHECK(back == c.numbers);
  }
}

TEST_CASE("random hashes take the bits that they must and half a bit more",
          "[sets]") {
  std::mt19937_64 random(kSeed);
  for (const size_t count : {10u, 1000u, 100'000u}) {
    std::vector<uint64_t> numbers(count);
    for (uint64_t& number : numbers) {
      number = random();
    }
    std::sort(numbers.begin(), numbers.end());
    const std::string bytes = Coded(numbers, kTop);
    std::vector<uint64_t> back(count);
    REQUIRE(EliasFanoCursor(bytes, count, kTop).Take(absl::MakeSpan(back)));
    CHECK(back == numbers);
  }
  // 48.8 bits is what 100,000 random hashes need.
  CHECK(EliasFanoShape(100'000, kTop).size * 8 <= 4'935'000);
}

TEST_CASE("Elias-Fano stops at a limit and goes on from there", "[sets]") {
  const std::vector<uint64_t> numbers = {3, 10, 11, 400, 401, 999};
  const std::string bytes = Coded(numbers, 1000);
  EliasFanoCursor cursor(bytes, numbers.size(), 1000);
  std::vector<uint64_t> taken;
  const auto take = [&](uint64_t number) { taken.push_back(number); };
  REQUIRE(cursor.TakeUpTo(2, take));
  CHECK(taken.empty());
  REQUIRE(cursor.TakeUpTo(10, take));
  CHECK(taken == std::vector<uint64_t>{3, 10});
  REQUIRE(cursor.TakeUpTo(400, take));
  CHECK(cursor.index() == 4);
  REQUIRE(cursor.TakeUpTo(kTop, take));
  CHECK(taken == numbers);
}

// These bytes are on users' disks. If this fails, add a form; do not edit it.
TEST_CASE("Elias-Fano and subsets keep their bytes", "[sets][golden]") {
  CHECK(absl::BytesToHexString(Coded({2, 5, 11, 12}, 15)) == "068a02");
  CHECK(absl::BytesToHexString(Coded({kTop}, kTop)) == "ffffffffffffff7f02");
  const auto subset = [](const std::vector<uint32_t>& taken, uint32_t places) {
    std::string bytes;
    PutSubset(taken, places, &bytes);
    return absl::BytesToHexString(bytes);
  };
  CHECK(subset({}, 9) == "");
  CHECK(subset({0, 1, 2}, 3) == "");
  CHECK(subset({0, 3, 9}, 10) == "0902");  // bits
  CHECK(subset({40}, 100) == "2801");      // taken
  CHECK(subset({0, 1}, 3) == "03");        // bits, not longer
}

std::vector<uint32_t> Taken(uint32_t count, uint32_t places,
                            std::mt19937_64* random) {
  std::vector<uint32_t> all(places);
  for (uint32_t i = 0; i < places; ++i) all[i] = i;
  std::shuffle(all.begin(), all.end(), *random);
  all.resize(count);
  std::sort(all.begin(), all.end());
  return all;
}

TEST_CASE("a subset returns what it was given, in any stretches", "[sets]") {
  std::mt19937_64 random(kSeed);
  uint32_t forms = 0;
  for (const uint32_t places : {1u, 2u, 7u, 8u, 63u, 64u, 65u, 1000u, 5003u}) {
    for (const double density : {0.0, .01, .1, .3, .5, .8, .97, 1.0}) {
      const auto count = static_cast<uint32_t>(density * places);
      const std::vector<uint32_t> taken = Taken(count, places, &random);
      std::string bytes;
      PutSubset(taken, places, &bytes);
      const SubsetShape shape(count, places);
      forms |= 1u << static_cast<uint32_t>(shape.form);
      REQUIRE(bytes.size() == shape.size);
      REQUIRE(bytes.size() <= (places + 7) / 8);
      const std::vector<char> exact(bytes.begin(), bytes.end());
      for (const uint32_t stretch : {places, 64u, 97u, 1u}) {
        SubsetCursor cursor({exact.data(), exact.size()}, count, places);
        std::vector<uint32_t> back;
        while (cursor.place() < places) {
          const uint32_t begin = cursor.place();
          const uint32_t end = std::min(places, begin + stretch);
          std::vector<uint64_t> bits((end - begin + 63) / 64, ~uint64_t{0});
          REQUIRE(cursor.Read(end, bits.data()));
          for (uint32_t i = 0; i < bits.size() * 64; ++i) {
            if ((bits[i / 64] >> (i % 64) & 1) != 0) {
              back.push_back(begin + i);
            }
          }
        }
        REQUIRE(back == taken);
      }
    }
  }
  CHECK(forms == 31);  // each form was met
}

TEST_CASE("made up bytes are a subset or are refused", "[sets]") {
  std::mt19937_64 random(kSeed);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto places = static_cast<uint32_t>(1 + random() % 300);
    const auto count = static_cast<uint32_t>(random() % (places + 1));
    std::vector<char> bytes(SubsetShape(count, places).size);
    for (char& byte : bytes) {
      byte = static_cast<char>(random() & random());
    }
    SubsetCursor cursor({bytes.data(), bytes.size()}, count, places);
    std::vector<uint64_t> bits((places + 63) / 64);
    if (!cursor.Read(places, bits.data())) {
      ++refused;
      continue;
    }
    uint32_t ones = 0;
    for (const uint64_t word : bits) {
      ones += static_cast<uint32_t>(std::popcount(word));
    }
    REQUIRE(ones == count);
  }
  CHECK(refused > 10'000);
}

}  // namespace
}  // namespace footfall::storage
