#include "bench/codec/choice.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "bench/codec/stopwatch.h"
#include "storage/base/varint.h"
#include "storage/codec/choose.h"
#include "storage/codec/decimal.h"
#include "storage/codec/delta.h"
#include "storage/codec/frame.h"
#include "storage/codec/patched_frame.h"
#include "storage/codec/predictor.h"
#include "storage/codec/residual_block.h"
#include "storage/codec/seasonal.h"

namespace footfall::bench {
namespace {

using storage::Codec;
using storage::Effort;

// The fewest bytes of a mini-block, whatever its plan.
template <typename Word>
size_t SmallestBlock(const Word* residuals, size_t count, bool* is_rice) {
  size_t best = ~size_t{0};
  for (uint32_t k = 0; k < 8 * sizeof(Word); ++k) {
    for (const bool plain : {false, true}) {
      storage::BlockPlan plan = {k, plain, 0};
      for (size_t i = 0; i < count; ++i) {
        plan.exceptions += residuals[i] >> k >= (plain ? 1 : 24) ? 1 : 0;
      }
      std::string bytes;
      storage::PutBlock(plan, residuals, count, &bytes);
      if (bytes.size() < best) {
        best = bytes.size();
        *is_rice = !plain && plan.exceptions == 0 && k < 32;
      }
    }
  }
  return best;
}

// The lane's bytes with one predictor and the best plan of each mini-block.
template <typename Word>
size_t SmallestBlocks(absl::string_view blocks, size_t count, bool may_be_short,
                      size_t size) {
  std::vector<Word> residuals(storage::kBlockResiduals + storage::kInputSlack);
  bool is_rice = false;
  for (size_t i = 0; i < count; i += storage::kBlockResiduals) {
    const size_t some = std::min(storage::kBlockResiduals, count - i);
    storage::TakeBlock(&blocks, 0, some, some, residuals.data());
    size += SmallestBlock(residuals.data(), some, &is_rice);
  }
  const bool is_short =
      may_be_short && is_rice && count <= storage::kBlockResiduals;
  return is_short ? size - 1 : size;
}

size_t SmallestWith(size_t number, const LaneSet& set, const Lane& lane) {
  std::string bytes;
  storage::EncodeSeasonalWith(number, lane.values, lane.steps, set.season,
                              &bytes);
  absl::string_view rest = bytes;
  const bool wide = (bytes[0] & 0x10) != 0;
  uint64_t first;
  rest.remove_prefix(1);
  storage::TakeVarint(&rest, &first);
  const size_t head = bytes.size() - rest.size();
  const size_t count = lane.values.size() - 1;
  const bool may_be_short = !wide && lane.values[0] >= 0 && number < 8;
  return wide ? SmallestBlocks<uint64_t>(rest, count, false, head)
              : SmallestBlocks<uint32_t>(rest, count, may_be_short, head);
}

bool Constant(const Values& values) {
  return std::all_of(values.begin(), values.end(),
                     [&](int64_t value) { return value == values[0]; });
}

// Bytes with the best of some predictors, each tried to the end.
constexpr size_t kAmong[] = {1, 4, 8, 16};
struct Sizes {
  std::array<size_t, 4> predictors;  // by kAmong
  size_t densest;                    // of all codings
};

Sizes TryAll(const LaneSet& set, const Lane& lane) {
  const bool seasonal = set.season != 0;
  // In the order in which they are worth trying; the first 8 are the sealer's.
  std::vector<size_t> order;
  for (const size_t number : seasonal ? std::array<size_t, 4>{4, 6, 2, 0}
                                      : std::array<size_t, 4>{9, 1, 2, 0}) {
    order.push_back(number);
  }
  const auto add = [&order](size_t number) {
    if (std::find(order.begin(), order.end(), number) == order.end()) {
      order.push_back(number);
    }
  };
  for (const uint8_t number :
       seasonal ? storage::kTrialsWithSeason : storage::kTrialsWithoutSeason) {
    add(number);
  }
  for (size_t number = 0; number < storage::kPredictorCount; ++number) {
    if (seasonal || !storage::IsSeasonal(storage::kPredictors[number])) {
      add(number);
    }
  }
  Sizes sizes{};
  const Values& values = lane.values;
  if (Constant(values)) {
    const size_t size =
        storage::VarintSize(storage::ZigZag(static_cast<uint64_t>(values[0])));
    sizes.predictors.fill(size);
    sizes.densest = size;
    return sizes;
  }
  size_t best = ~size_t{0};
  for (size_t i = 0; i < order.size(); ++i) {
    best = std::min(best, SmallestWith(order[i], set, lane));
    for (size_t j = 0; j < sizes.predictors.size(); ++j) {
      if (i < kAmong[j]) sizes.predictors[j] = best;
    }
  }
  std::string patched;
  storage::EncodePatchedFrame(values, &patched);
  sizes.densest = std::min({best, patched.size(), storage::FrameSize(values),
                            storage::DeltaSize(values), values.size() * 8});
  return sizes;
}

LaneSet AsIntegers(const LaneSet& set) {
  LaneSet integers = set;
  integers.type = storage::CellType::kInteger;
  if (set.type == storage::CellType::kDecimal) {
    for (Lane& lane : integers.lanes) {
      Values scaled(lane.values.size());
      if (storage::ToScaledIntegers(lane.values, absl::MakeSpan(scaled))
              .has_value()) {
        lane.values = scaled;
      }
    }
  }
  return integers;
}

}  // namespace

void CompareChoices(const LaneSet& whole, int rounds) {
  const LaneSet set = AsIntegers(whole);
  const double count = static_cast<double>(set.count);
  std::string bytes;
  std::array<size_t, storage::kMaxCodec + 1> values_of{};
  std::array<double, 2> seconds{};
  std::array<size_t, 2> size{};
  for (const Effort effort : {Effort::kFast, Effort::kDense}) {
    const size_t e = effort == Effort::kFast ? 0 : 1;
    const auto pass = [&] {
      bytes.clear();
      for (const Lane& lane : set.lanes) {
        storage::EncodeColumn(lane.values, {lane.steps, set.season}, set.type,
                              effort, &bytes);
      }
    };
    seconds[e] = 1e9;
    for (int round = 0; round < rounds; ++round) {
      seconds[e] = std::min(seconds[e], Seconds(pass));
    }
    size[e] = bytes.size();
  }
  Sizes sum{};
  const double all_seconds = Seconds([&] {
    for (const Lane& lane : set.lanes) {
      bytes.clear();
      const Codec codec =
          storage::EncodeColumn(lane.values, {lane.steps, set.season}, set.type,
                                Effort::kDense, &bytes);
      values_of[static_cast<size_t>(codec)] += lane.values.size();
      const Sizes sizes = TryAll(set, lane);
      sum.densest += sizes.densest;
      for (size_t j = 0; j < sum.predictors.size(); ++j) {
        sum.predictors[j] += sizes.predictors[j];
      }
    }
  });
  std::printf(
      "\nchoice, %s\n\n| | bytes a value | more | M values/s |\n"
      "| --- | --- | --- | --- |\n",
      set.name);
  const auto row = [&](const std::string& name, size_t total, double time) {
    std::printf(
        "| %s | %.4f | %.2f %% |", name.c_str(),
        static_cast<double>(total) / count,
        100.0 * (static_cast<double>(total) / static_cast<double>(sum.densest) -
                 1));
    if (time > 0) {
      std::printf(" %.1f |\n", count / time / 1e6);
    } else {
      std::printf(" |\n");
    }
  };
  row("chosen for patches", size[0], seconds[0]);
  row("chosen for sealing", size[1], seconds[1]);
  for (size_t j = 0; j < sum.predictors.size(); ++j) {
    row("best of " + std::to_string(kAmong[j]) + " predictors, all plans",
        sum.predictors[j], 0);
  }
  row("smallest of everything", sum.densest, all_seconds);
  std::printf("\nvalues by coding when sealing:");
  const char* const names[] = {
      "none",    "constant", "raw",   "frame",         "delta",
      "decimal", "seasonal", "short", "patched frame", "patched decimal"};
  for (size_t i = 0; i < values_of.size(); ++i) {
    if (values_of[i] != 0) {
      std::printf(" %s %.1f %%", names[i],
                  100 * static_cast<double>(values_of[i]) / count);
    }
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace footfall::bench
