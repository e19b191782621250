#include "storage/codec/column.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "absl/strings/escaping.h"
#include "storage/codec/choose.h"
#include "storage/codec/decimal.h"
#include "storage/codec/delta.h"
#include "storage/codec/frame.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 20240105;
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

using Values = std::vector<int64_t>;

int64_t Bits(double value) { return std::bit_cast<int64_t>(value); }

// Of the values of a lane without gaps.
Presence Steps(size_t count) {
  return Presence::Run(3, 3 + static_cast<uint32_t>(count));
}

constexpr uint32_t kWeek = 7;

struct Coded {
  Codec codec;
  std::string bytes;
};

Coded Encode(const Values& values, CellType type, Effort effort) {
  Coded coded;
  coded.codec = EncodeColumn(values, {Steps(values.size()), kWeek}, type,
                             effort, &coded.bytes);
  return coded;
}

// Columns of every sort, from hostile to usual; the same in every run.
std::vector<std::pair<CellType, Values>> Columns() {
  std::vector<std::pair<CellType, Values>> columns;
  std::mt19937_64 random(kSeed);
  const auto integers = [&](Values values) {
    columns.emplace_back(CellType::kInteger, std::move(values));
  };
  const auto doubles = [&](const std::vector<double>& values) {
    Values bits;
    for (const double value : values) {
      bits.push_back(Bits(value));
    }
    columns.emplace_back(CellType::kDecimal, std::move(bits));
  };
  integers({});
  integers({0});
  integers({kMin});
  integers({kMax, kMin, 0, kMax, -1});
  integers(Values(300, 12));
  integers(Values(2, kMin));
  for (const size_t count : {2, 5, 12, 30, 127, 128, 129, 256, 1000}) {
    for (int bits = 1; bits <= 64; bits += 7) {
      Values noise(count);
      Values climb(count);
      uint64_t sum = random();
      for (size_t i = 0; i < count; ++i) {
        noise[i] = static_cast<int64_t>(random() >> (64 - bits));
        sum += random() >> (64 - bits);
        climb[i] = static_cast<int64_t>(sum);
      }
      integers(noise);
      integers(climb);
    }
    std::vector<double> cents(count);
    std::vector<double> ratios(count);
    for (size_t i = 0; i < count; ++i) {
      cents[i] = static_cast<double>(random() % 100000) / 100;
      ratios[i] = static_cast<double>(random() % 1000) /
                  static_cast<double>(1 + random() % 1000);
    }
    doubles(cents);
    doubles(ratios);
    cents[count / 2] = -0.0;
    doubles(cents);
    cents[count / 2] = std::nan("5");
    doubles(cents);
    cents[0] = INFINITY;
    doubles(cents);
  }
  return columns;
}

TEST_CASE("a column returns what it was given, whole or in part", "[codec]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (const auto& [type, values] : Columns()) {
    for (const Effort effort : {Effort::kFast, Effort::kDense}) {
      const Coded coded = Encode(values, type, effort);
      CAPTURE(values.size(), DescribeColumn(coded.codec, coded.bytes));
      Values decoded(values.size());
      REQUIRE(DecodeColumn(coded.codec, coded.bytes,
                           {Steps(values.size()), kWeek}, 0,
                           absl::MakeSpan(decoded))
                  .ok());
      REQUIRE(decoded == values);
      for (int part = 0; part < 5 && !values.empty(); ++part) {
        const size_t begin = random() % values.size();
        const size_t size = 1 + random() % (values.size() - begin);
        Values some(size);
        REQUIRE(DecodeColumn(coded.codec, coded.bytes,
                             {Steps(values.size()), kWeek}, begin,
                             absl::MakeSpan(some))
                    .ok());
        REQUIRE(std::equal(some.begin(), some.end(),
                           values.begin() + static_cast<int64_t>(begin)));
      }
    }
  }
}

TEST_CASE("a column is never larger than its values", "[codec]") {
  for (const auto& [type, values] : Columns()) {
    const Coded coded = Encode(values, type, Effort::kFast);
    CAPTURE(values.size(), DescribeColumn(coded.codec, coded.bytes));
    CHECK(coded.bytes.size() <= values.size() * 8);
  }
}

TEST_CASE("a column cut anywhere is refused", "[codec]") {
  for (const auto& [type, values] : Columns()) {
    const Coded coded = Encode(values, type, Effort::kDense);
    Values decoded(values.size());
    for (size_t size = 0; size < coded.bytes.size();
         size += 1 + coded.bytes.size() / 200) {
      const std::string cut = coded.bytes.substr(0, size);
      CAPTURE(values.size(), size, DescribeColumn(coded.codec, coded.bytes));
      CHECK(DecodeColumn(coded.codec, cut, {Steps(values.size()), kWeek}, 0,
                         absl::MakeSpan(decoded))
                .code() == absl::StatusCode::kDataLoss);
    }
    if (!values.empty()) {
      CHECK(DecodeColumn(coded.codec, coded.bytes + "x",
                         {Steps(values.size()), kWeek}, 0,
                         absl::MakeSpan(decoded))
                .code() == absl::StatusCode::kDataLoss);
    }
  }
}

TEST_CASE("damaged and random bytes end in an answer or an error", "[codec]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  const auto check = [](Codec codec, const std::string& bytes, size_t count) {
    // To the byte on the heap, and a guard after the output.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    Values decoded(count + 1, 99);
    const absl::Status status = DecodeColumn(
        codec, absl::string_view(exact.data(), exact.size()),
        {Steps(count), kWeek}, 0, absl::MakeSpan(decoded).subspan(0, count));
    CHECK((status.ok() || status.code() == absl::StatusCode::kDataLoss ||
           status.code() == absl::StatusCode::kUnimplemented));
    CHECK(decoded[count] == 99);
  };
  for (const auto& [type, values] : Columns()) {
    const Coded coded = Encode(values, type, Effort::kDense);
    for (int flip = 0; flip < 40 && !coded.bytes.empty(); ++flip) {
      std::string damaged = coded.bytes;
      // The headers at the front are the tender part.
      const size_t at =
          random() %
          std::min<size_t>(damaged.size(), flip % 2 == 0 ? 12 : damaged.size());
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
      check(coded.codec, damaged, values.size());
    }
  }
  for (int round = 0; round < 20000; ++round) {
    std::string noise(random() % 60, '\0');
    for (char& byte : noise) {
      byte = static_cast<char>(random() >> (random() % 8));
    }
    check(static_cast<Codec>(random() % 16), noise, random() % 400);
  }
}

TEST_CASE("a codec of a later release is named", "[codec]") {
  Values out(1);
  const absl::Status status = DecodeColumn(
      static_cast<Codec>(99), "x", {Steps(1), kWeek}, 0, absl::MakeSpan(out));
  CHECK(status.code() == absl::StatusCode::kUnimplemented);
  CHECK(status.message().find("codec 99") != absl::string_view::npos);
}

TEST_CASE("the cheapest coding is chosen", "[codec]") {
  struct Case {
    const char* why;
    CellType type;
    Values values;
    const char* coding;
  };
  Values climb;
  Values level;
  for (int64_t i = 0; i < 100; ++i) {
    climb.push_back(i * 1000 + i % 3);
    level.push_back(500 + i * i % 13);
  }
  const std::vector<Case> cases = {
      {"equal", CellType::kInteger, {5, 5, 5}, "constant"},
      {"one", CellType::kInteger, {5}, "constant"},
      {"one giant", CellType::kInteger, {kMin}, "raw"},
      {"ends", CellType::kInteger, {kMin, kMax, 0}, "raw"},
      {"a climb", CellType::kInteger, climb, "delta"},
      {"a level", CellType::kInteger, level, "frame"},
      {"cents",
       CellType::kDecimal,
       {Bits(0.25), Bits(0.5), Bits(0.3)},
       "decimal 2 frame"},
      {"whole numbers",
       CellType::kDecimal,
       {Bits(3), Bits(3)},
       "decimal 0 constant"},
      {"no decimals", CellType::kDecimal, {Bits(M_PI), Bits(M_E)}, "raw"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.why);
    const Coded coded = Encode(c.values, c.type, Effort::kFast);
    CHECK(DescribeColumn(coded.codec, coded.bytes) == c.coding);
  }
}

// These bytes are on users' disks. If this fails, add a codec; do not edit it.
TEST_CASE("frame and delta keep their bytes", "[codec][golden]") {
  std::string bytes;
  EncodeFrame({10, 13, 11, 12}, &bytes);
  CHECK(absl::BytesToHexString(bytes) == "02149c");
  bytes.clear();
  EncodeFrame(Values(129, -3), &bytes);
  CHECK(absl::BytesToHexString(bytes) == "00050005");
  bytes.clear();
  EncodeFrame({kMin, kMax}, &bytes);
  CHECK(absl::BytesToHexString(bytes) ==
        "40ffffffffffffffffff010000000000000000ffffffffffffffff");
  bytes.clear();
  EncodeDelta({1000, 2000, 3001}, &bytes);
  CHECK(absl::BytesToHexString(bytes) == "d00f01d00f02");
}

TEST_CASE("the size of a coding is known before it is written", "[codec]") {
  for (const auto& [type, values] : Columns()) {
    if (values.empty()) {
      continue;
    }
    std::string frame;
    EncodeFrame(values, &frame);
    CHECK(FrameSize(values) == frame.size());
    std::string delta;
    EncodeDelta(values, &delta);
    CHECK(DeltaSize(values) == delta.size());
  }
}

TEST_CASE("doubles are scaled integers only where that is exact", "[codec]") {
  struct Case {
    const char* why;
    std::vector<double> values;
    int scale;  // -1: none
    Values integers;
  };
  const std::vector<Case> cases = {
      {"whole", {1, -2, 3e15}, 0, {1, -2, 3000000000000000}},
      {"cents", {12.34, 0.1, 5}, 2, {1234, 10, 500}},
      {"a late finer one", {1, 2, 0.125, 4}, 3, {1000, 2000, 125, 4000}},
      {"2^53", {9007199254740992.0}, 0, {9007199254740992}},
      {"above 2^53", {18014398509481984.0}, -1, {}},
      {"a third", {1.0 / 3}, -1, {}},
      {"negative zero", {1, -0.0}, -1, {}},
      {"not a number", {NAN}, -1, {}},
      {"infinity", {1, INFINITY}, -1, {}},
      {"minute", {1e-15, 2e-15}, 15, {1, 2}},
      {"too minute", {1e-16}, -1, {}},
      {"a sum that is off by a bit", {0.1 + 0.2}, -1, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.why);
    Values bits;
    for (const double value : c.values) {
      bits.push_back(Bits(value));
    }
    Values integers(bits.size());
    const auto scale = ToScaledIntegers(bits, absl::MakeSpan(integers));
    CHECK(scale.has_value() == (c.scale >= 0));
    if (scale.has_value()) {
      CHECK(*scale == static_cast<uint32_t>(c.scale));
      CHECK(integers == c.integers);
      FromScaledIntegers(*scale, absl::MakeSpan(integers));
      CHECK(integers == bits);
    }
  }
}

}  // namespace
}  // namespace footfall::storage
