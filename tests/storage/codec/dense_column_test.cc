// The codings of sealed tiles: round trips over every kernel, with gaps and
// seasons; their choice; their bytes.

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "absl/strings/escaping.h"
#include "storage/codec/choose.h"
#include "storage/codec/column.h"
#include "storage/codec/patched_decimal.h"
#include "storage/codec/patched_frame.h"
#include "storage/codec/seasonal.h"
#include "tests/storage/codec/each_kernel.h"
#include "tests/support/catch.h"
#include "tests/support/hex.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 5;
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

using Values = std::vector<int64_t>;

int64_t Bits(double value) { return std::bit_cast<int64_t>(value); }

// Steps of which about one in `one_in` is missing; 0: none.
Presence Gapped(size_t count, uint64_t one_in, std::mt19937_64* random) {
  std::vector<uint64_t> words;
  uint32_t step = static_cast<uint32_t>((*random)() % 100);
  for (size_t i = 0; i < count; ++i, ++step) {
    while (i != 0 && one_in != 0 && (*random)() % one_in == 0) {
      ++step;
    }
    words.resize(step / 64 + 1);
    words[step / 64] |= uint64_t{1} << (step % 64);
  }
  return Presence::Of(words);
}

struct Column {
  const char* why;
  Values values;
  Presence steps;
  uint32_t season;
  CellType type;
};

// A week of habits, a level that wanders, noise, the odd outage or spike.
Values Usage(const Presence& steps, uint32_t season, double level, double noise,
             std::mt19937_64* random) {
  std::normal_distribution<double> normal;
  std::vector<double> habits(season);
  for (double& habit : habits) {
    habit = 1 + 0.3 * normal(*random);
  }
  Values values;
  double trend = 0;
  for (uint32_t step = steps.begin(); step < steps.end(); ++step) {
    trend += 0.01 * normal(*random);
    double value = level * habits[step % season] *
                   std::exp(trend + noise * normal(*random));
    if ((*random)() % 60 == 0) {
      value *= (*random)() % 2 == 0 ? 0 : 20;
    }
    if (steps.Has(step)) {
      values.push_back(static_cast<int64_t>(value));
    }
  }
  return values;
}

std::vector<Column> Columns() {
  std::mt19937_64 random(kSeed);
  std::vector<Column> columns;
  for (const size_t count : {2, 3, 7, 8, 9, 14, 30, 128, 129, 130, 257, 1000}) {
    for (const uint32_t season : {0, 4, 7, 12, 24, 63, 64, 65}) {
      for (const uint64_t gaps : {0, 2, 10}) {
        const Presence steps = Gapped(count, gaps, &random);
        const uint32_t habit = season == 0 ? 1 : season;
        columns.push_back({"usage", Usage(steps, habit, 1e5, 0.02, &random),
                           steps, season, CellType::kInteger});
        columns.push_back({"small", Usage(steps, habit, 3, 0.5, &random), steps,
                           season, CellType::kInteger});
        columns.push_back({"wide", Usage(steps, habit, 1e15, 0.02, &random),
                           steps, season, CellType::kInteger});
      }
    }
    const Presence steps = Gapped(count, 3, &random);
    Values noise(count);
    Values ends(count);
    Values edge(count);
    Values prices(count);
    Values mixed(count);
    Values quotients(count);
    for (size_t i = 0; i < count; ++i) {
      noise[i] = static_cast<int64_t>(random());
      ends[i] = random() % 2 == 0 ? kMin : kMax;
      edge[i] = static_cast<int64_t>(random() % (uint64_t{1} << 27)) -
                (int64_t{1} << 26);
      prices[i] = Bits(static_cast<double>(random() % 100000) / 100);
      mixed[i] = prices[i];
      quotients[i] = Bits(static_cast<double>(1 + random() % 1000) /
                          static_cast<double>(1 + random() % 1000));
    }
    mixed[count / 2] = Bits(NAN);
    mixed[count - 1] = Bits(-0.0);
    columns.push_back({"noise", noise, steps, 7, CellType::kInteger});
    columns.push_back({"ends", ends, steps, 7, CellType::kInteger});
    columns.push_back({"2^26", edge, steps, 7, CellType::kInteger});
    columns.push_back({"prices", prices, steps, 7, CellType::kDecimal});
    columns.push_back({"some not", mixed, steps, 7, CellType::kDecimal});
    columns.push_back({"quotients", quotients, steps, 7, CellType::kDecimal});
  }
  return columns;
}

TEST_CASE("a dense column comes back, whole or in part, on every kernel",
          "[codec]") {
  CAPTURE(kSeed);
  const std::vector<Column> columns = Columns();
  std::vector<std::string> first_bytes;
  ForEachKernel([&](const Kernels&) {
    std::mt19937_64 random(kSeed);
    for (size_t c = 0; c < columns.size(); ++c) {
      const Column& column = columns[c];
      const ColumnPlaces places = {column.steps, column.season};
      std::string bytes;
      const Codec codec = EncodeColumn(column.values, places, column.type,
                                       Effort::kDense, &bytes);
      const size_t count = column.values.size();
      CAPTURE(column.why, count, column.season, DescribeColumn(codec, bytes));
      // All kernels write the same bytes.
      if (first_bytes.size() == c) {
        first_bytes.push_back(bytes);
      }
      REQUIRE(bytes == first_bytes[c]);
      REQUIRE(bytes.size() <= count * 8);

      Values decoded(count);
      const std::vector<char> exact(bytes.begin(), bytes.end());
      const absl::string_view in(exact.data(), exact.size());
      REQUIRE(DecodeColumn(codec, in, places, 0, absl::MakeSpan(decoded)).ok());
      REQUIRE(decoded == column.values);
      for (int part = 0; part < 3; ++part) {
        const size_t begin = random() % count;
        const size_t size = random() % (count - begin) + (part == 0 ? 1 : 0);
        Values some(size);
        REQUIRE(
            DecodeColumn(codec, in, places, begin, absl::MakeSpan(some)).ok());
        REQUIRE(
            std::equal(some.begin(), some.end(),
                       column.values.begin() + static_cast<int64_t>(begin)));
      }
    }
  });
}

// Writers try some of them; what a later release tries is read by this one.
TEST_CASE("every predictor's number decodes, tried or not", "[codec]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (const uint64_t gaps : {0, 5}) {
    for (const size_t count : {1, 6, 100, 300}) {
      const Presence steps = Gapped(count, gaps, &random);
      for (const double level : {1e4, 1e15}) {
        const Values values = Usage(steps, 7, level, 0.05, &random);
        for (size_t number = 0; number < 16; ++number) {
          CAPTURE(gaps, count, level, number);
          std::string bytes;
          EncodeSeasonalWith(number, values, steps, 7, &bytes);
          CHECK((bytes[0] & 15) == static_cast<int>(number));
          Values decoded(count);
          REQUIRE(DecodeColumn(Codec::kSeasonal, bytes, {steps, 7}, 0,
                               absl::MakeSpan(decoded))
                      .ok());
          CHECK(decoded == values);
        }
      }
    }
  }
}

TEST_CASE("a dense column cut anywhere is refused", "[codec]") {
  for (const Column& column : Columns()) {
    if (column.values.size() > 130) {
      continue;
    }
    const ColumnPlaces places = {column.steps, column.season};
    std::string bytes;
    const Codec codec = EncodeColumn(column.values, places, column.type,
                                     Effort::kDense, &bytes);
    Values decoded(column.values.size());
    for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 60) {
      CAPTURE(column.why, size, DescribeColumn(codec, bytes));
      const std::vector<char> cut(bytes.begin(),
                                  bytes.begin() + static_cast<int64_t>(size));
      CHECK(DecodeColumn(codec, absl::string_view(cut.data(), cut.size()),
                         places, 0, absl::MakeSpan(decoded))
                .code() == absl::StatusCode::kDataLoss);
    }
    CHECK(DecodeColumn(codec, bytes + "x", places, 0, absl::MakeSpan(decoded))
              .code() == absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("damaged dense columns end alike on every kernel", "[codec]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  const std::vector<Column> columns = Columns();
  for (int round = 0; round < 4000; ++round) {
    const Column& column = columns[random() % columns.size()];
    const ColumnPlaces places = {column.steps, column.season};
    std::string bytes;
    const Codec codec = EncodeColumn(column.values, places, column.type,
                                     Effort::kDense, &bytes);
    for (int change = 0; change < 3; ++change) {
      const size_t at =
          random() % std::min<size_t>(bytes.size(), change == 0 ? 8 : 1000);
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    }
    const std::vector<char> exact(bytes.begin(), bytes.end());
    const absl::string_view in(exact.data(), exact.size());
    bool first = true;
    absl::StatusCode code{};
    Values values;
    CAPTURE(round, column.why, DescribeColumn(codec, bytes));
    ForEachKernel([&](const Kernels&) {
      Values decoded(column.values.size());
      const absl::Status status =
          DecodeColumn(codec, in, places, 0, absl::MakeSpan(decoded));
      if (first) {
        code = status.code();
        values = decoded;
        first = false;
      }
      REQUIRE(status.code() == code);
      REQUIRE((status.ok() || code == absl::StatusCode::kDataLoss ||
               code == absl::StatusCode::kUnimplemented));
      if (status.ok()) {
        REQUIRE(decoded == values);
      }
      // What follows makes no difference where it may be read.
      std::vector<char> followed = exact;
      for (size_t i = 0; i < kInputSlack; ++i) {
        followed.push_back(static_cast<char>(random() & 0xff));
      }
      Values again(column.values.size());
      REQUIRE(DecodeColumn(codec,
                           absl::string_view(followed.data(), exact.size()),
                           places, 0, absl::MakeSpan(again), kInputSlack)
                  .code() == code);
      if (status.ok()) {
        REQUIRE(again == values);
      }
    });
  }
}

TEST_CASE("sealing chooses by what a column is like", "[codec]") {
  std::mt19937_64 random(kSeed);
  struct Case {
    const char* why;
    CellType type;
    Values values;
    uint32_t season;
    const char* coding;
  };
  const Presence days = Presence::Run(0, 250);
  Values level(250);
  Values bits(100);
  for (int64_t& value : bits) {
    value = static_cast<int64_t>(random());
  }
  for (int64_t& value : level) {
    value = 1000 + static_cast<int64_t>(random() % 1024);
  }
  Values prices;
  for (const int64_t value : Usage(days, 7, 5000, 0.02, &random)) {
    prices.push_back(Bits(static_cast<double>(value) / 100));
  }
  Values mixed = prices;
  mixed[5] = Bits(NAN);
  Values quotients;
  for (int i = 1; i <= 250; ++i) {
    quotients.push_back(Bits(1.0 / (1000 + 3 * i)));
  }
  const std::vector<Case> cases = {
      {"equal", CellType::kInteger, Values(250, 9), 7, "constant"},
      {"weeks", CellType::kInteger, Usage(days, 7, 1e5, 0.01, &random), 7,
       "seasonal"},
      {"a short lane",
       CellType::kInteger,
       {1000, 1010, 990, 1300, 1310, 1308, 1400, 1395, 1401, 1410, 1390, 1600},
       7,
       "short seasonal"},
      {"noise about a level", CellType::kInteger, level, 0, "patched frame"},
      {"random bits",
       CellType::kInteger,
       {kMin, kMax, 3, kMin + 1, -99},
       0,
       "raw"},
      {"prices", CellType::kDecimal, prices, 7, "decimal 2 seasonal"},
      {"prices, one missing", CellType::kDecimal, mixed, 7,
       "patched decimal 2 seasonal"},
      {"quotients", CellType::kDecimal, quotients, 7, "seasonal"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.why);
    std::string bytes;
    const Presence steps =
        Presence::Run(0, static_cast<uint32_t>(c.values.size()));
    const Codec codec = EncodeColumn(c.values, {steps, c.season}, c.type,
                                     Effort::kDense, &bytes);
    CHECK(DescribeColumn(codec, bytes) == c.coding);
  }
}

TEST_CASE("the density of a season is found, gaps or not", "[codec]") {
  std::mt19937_64 random(kSeed);
  for (const uint64_t gaps : {0, 4}) {
    // The same habits every week, and nothing else: residuals are all zero
    // after the first week.
    const Presence steps = Gapped(200, gaps, &random);
    Values values;
    for (uint32_t step = steps.begin(); step < steps.end(); ++step) {
      if (steps.Has(step)) {
        values.push_back(100000 + 12345 * (step % 7));
      }
    }
    std::string with;
    std::string without;
    EncodeColumn(values, {steps, 7}, CellType::kInteger, Effort::kDense, &with);
    EncodeColumn(values, {steps, 0}, CellType::kInteger, Effort::kDense,
                 &without);
    CAPTURE(gaps, with.size(), without.size());
    CHECK(with.size() < 100);
    CHECK(without.size() > 300);
  }
}

TEST_CASE("a predictor with a season is refused where the tile has none",
          "[codec]") {
  const Presence steps = Presence::Run(0, 30);
  const std::string bytes = FromHex("0405");
  Values out(30);
  CHECK(
      DecodeColumn(Codec::kSeasonal, bytes, {steps, 0}, 0, absl::MakeSpan(out))
          .code() == absl::StatusCode::kDataLoss);
  CHECK(
      DecodeColumn(Codec::kSeasonal, bytes, {steps, 65}, 0, absl::MakeSpan(out))
          .code() == absl::StatusCode::kDataLoss);
  CHECK(ColumnNeedsSeason(Codec::kSeasonal, bytes));
  CHECK_FALSE(ColumnNeedsSeason(Codec::kConstant, "x"));
}

TEST_CASE("a frame is for 33 values and more", "[codec]") {
  Values values;
  uint32_t state = 7;
  for (int i = 0; i < 33; ++i) {
    state = state * 1664525 + 1013904223;
    values.push_back(state >> 26);
  }
  std::string out;
  CHECK(EncodeColumn(values, {Presence::Run(0, 33), 0}, CellType::kInteger,
                     Effort::kDense, &out) == Codec::kPatchedFrame);
  values.pop_back();
  CHECK(EncodeColumn(values, {Presence::Run(0, 32), 0}, CellType::kInteger,
                     Effort::kDense, &out) == Codec::kShort);
}

// A predictor that only the long form knows has to save more than a byte.
TEST_CASE("lanes that can be short are, for the most part", "[codec]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  int short_lanes = 0;
  for (int round = 0; round < 1000; ++round) {
    Values values = {1000};
    for (uint64_t more = random() % 28; more > 0; --more) {
      values.push_back(values.back() + static_cast<int64_t>(random() % 21) -
                       10);
    }
    values.push_back(values.back() + 1);
    std::string out;
    const Presence steps =
        Presence::Run(0, static_cast<uint32_t>(values.size()));
    const Codec codec = EncodeColumn(values, {steps, 0}, CellType::kInteger,
                                     Effort::kDense, &out);
    short_lanes += codec == Codec::kShort ? 1 : 0;
  }
  CHECK(short_lanes > 980);
}

// These bytes are on users' disks. If this fails, add a codec; do not edit it.
TEST_CASE("dense codings keep their bytes", "[codec][golden]") {
  struct Case {
    const char* why;
    CellType type;
    Values values;
    std::vector<uint64_t> steps;
    const char* bytes;   // codec, then its bytes
    bool chosen = true;  // else today's chooser takes another coding
  };
  Values weeks;
  for (int64_t i = 0; i < 20; ++i) {
    weeks.push_back(1000 + 100 * (i % 7) + i * 13 % 5);
  }
  Values odd(130, 50);
  odd[3] = 61;
  odd[70] = -1000000;
  Values level(140, 0);
  for (size_t i = 0; i < level.size(); ++i) {
    level[i] = static_cast<int64_t>(i * 7919 % 64);
  }
  level[9] = 100000;
  const std::vector<Case> cases = {
#include "tests/storage/codec/golden_columns.inc"
  };
  for (const Case& c : cases) {
    CAPTURE(c.why);
    const Presence steps =
        c.steps.empty()
            ? Presence::Run(0, static_cast<uint32_t>(c.values.size()))
            : Presence::Of(c.steps);
    std::string bytes(1, '\0');
    bytes[0] = static_cast<char>(
        EncodeColumn(c.values, {steps, 7}, c.type, Effort::kDense, &bytes));
    if (c.chosen) {
      CHECK(absl::BytesToHexString(bytes) == c.bytes);
    }
    const std::string kept = FromHex(c.bytes);
    if (kept.empty()) {
      continue;
    }
    Values decoded(c.values.size());
    CHECK(DecodeColumn(static_cast<Codec>(kept[0]),
                       absl::string_view(kept).substr(1), {steps, 7}, 0,
                       absl::MakeSpan(decoded))
              .ok());
    CHECK(decoded == c.values);
  }
}

}  // namespace
}  // namespace footfall::storage
