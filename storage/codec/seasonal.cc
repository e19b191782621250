#include "storage/codec/seasonal.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/varint.h"
#include "storage/codec/kernels.h"
#include "storage/codec/predictor.h"
#include "storage/codec/residual_block.h"
#include "storage/codec/wide_predictor.h"

namespace footfall::storage {
namespace {

constexpr unsigned char kPredictorMask = 0x0f;
constexpr unsigned char kWide = 0x10;
constexpr unsigned char kNegativeFirst = 0x20;
constexpr unsigned char kKnownBits = 0x3f;
constexpr unsigned char kShortKMask = 0x1f;
constexpr uint32_t kShortPredictorShift = 5;

// Values this near to the first are worked on in 32 bits: sums of their
// residuals, weighted, do not overflow for a predictor that is any good.
constexpr uint64_t kNarrowRange = uint64_t{1} << 26;

// Arrays that live as long as their thread, so that a lane allocates nothing.
struct Workspace {
  std::vector<int32_t> narrow_values;
  std::vector<int32_t> narrow_at_steps;
  std::vector<int32_t> trial_residuals;
  std::vector<uint64_t> holes;
  std::vector<uint32_t> residuals;
  std::vector<uint32_t> at_steps;
  std::vector<uint64_t> wide_residuals;
  std::vector<uint64_t> wide_at_steps;
  std::vector<int64_t> values;
};

Workspace& ThreadWorkspace() {
  static thread_local Workspace workspace;
  return workspace;
}

template <typename T>
T* Sized(size_t size, std::vector<T>* array) {
  if (array->size() < size) {
    array->resize(size);
  }
  return array->data();
}

// Steps from the first place to the one with this rank.
uint32_t StepOf(const Presence& places, size_t rank) {
  return places.is_run()
             ? static_cast<uint32_t>(rank)
             : places.PlaceOf(static_cast<uint32_t>(rank)) - places.begin();
}

// Calls body(rank, step) for the places with ranks [begin, end), step counted
// from the first place.
template <typename Body>
void ForEachPlace(const Presence& places, size_t begin, size_t end, Body body) {
  if (places.is_run()) {
    for (size_t i = begin; i < end; ++i) {
      body(i, i);
    }
    return;
  }
  size_t rank = begin;
  for (uint32_t step = StepOf(places, begin); rank < end; step += 64) {
    for (uint64_t word = places.Word(places.begin() + step);
         word != 0 && rank < end; word &= word - 1) {
      body(rank++, step + static_cast<size_t>(std::countr_zero(word)));
    }
  }
}

// A lane that repeats a season at least once is tried with it.
uint32_t UsableSeason(uint32_t season, size_t steps) {
  return season >= 2 && season <= kMaxSeason && steps > season ? season : 1;
}

bool IsDistance(Gains gains) { return gains.all == 0 && gains.season == 0; }

uint32_t RangeWidth(absl::Span<const int64_t> values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return static_cast<uint32_t>(std::bit_width(static_cast<uint64_t>(*most) -
                                              static_cast<uint64_t>(*least)));
}

void PutFirst(unsigned char head, int64_t first, std::string* out) {
  const bool negative = first < 0;
  out->push_back(
      static_cast<char>(head | (negative ? uint32_t{kNegativeFirst} : 0u)));
  PutVarint(static_cast<uint64_t>(negative ? ~first : first), out);
}

// Tries the predictors [begin, end).
SeasonalCoding EncodeWide(absl::Span<const int64_t> values,
                          const Presence& places, uint32_t season, size_t begin,
                          size_t end, std::string* out) {
  Workspace& work = ThreadWorkspace();
  const size_t steps = places.end() - places.begin();
  const uint64_t first = static_cast<uint64_t>(values[0]);
  std::vector<uint64_t> relative(steps, 0);
  ForEachPlace(places, 0, values.size(), [&](size_t rank, size_t step) {
    relative[step] = static_cast<uint64_t>(values[rank]) - first;
  });
  const size_t best_number =
      BestWidePredictor(relative, work.holes, season, begin, end);
  ToWideResiduals(kPredictors[best_number], season, work.holes,
                  absl::MakeSpan(relative));
  PutFirst(static_cast<unsigned char>(best_number | kWide), values[0], out);
  std::vector<uint64_t> dense(values.size());
  ForEachPlace(places, 0, values.size(),
               [&](size_t rank, size_t step) { dense[rank] = relative[step]; });
  for (size_t i = 1; i < dense.size(); i += kBlockResiduals) {
    const size_t count = std::min(kBlockResiduals, dense.size() - i);
    PutBlock(PlanBlock(dense.data() + i, count), dense.data() + i, count, out);
  }
  return {false, IsDistance(kPredictors[best_number]), RangeWidth(values)};
}

// ---- 32 bits: all predictors at once ----

// Those that are tried, kTrials.
struct Trials {
  const uint8_t* numbers;
  TrialGains gains;
};
constexpr Trials kPlainTrials = {kTrialsWithoutSeason,
                                 TrialGainsOf(kTrialsWithoutSeason)};
constexpr Trials kSeasonTrials = {kTrialsWithSeason,
                                  TrialGainsOf(kTrialsWithSeason)};

// Whether the second form is open to them, with a predictor that fits it.
bool MayBeShort(absl::Span<const int64_t> values) {
  return values.size() >= 2 && values.size() <= kBlockResiduals + 1 &&
         values[0] >= 0;
}

// Bits more that a lane takes which could be in the second form and is not.
constexpr uint32_t kNotShort = 8;

// The predictor whose residuals take the fewest bits: its place among the
// trials. residuals[t * kTrials + place] is that of step t.
size_t BestTrial(const int32_t* values, const uint64_t* holes, size_t steps,
                 const Trials& trials, bool may_be_short, uint32_t season,
                 int32_t* residuals) {
  uint32_t costs[kTrials];
  ActiveKernels().residuals(values, holes, steps, trials.gains, season,
                            residuals, costs);
  for (size_t i = 0; may_be_short && i < kTrials; ++i) {
    costs[i] += trials.numbers[i] < kShortPredictors ? 0 : kNotShort * 128;
  }
  return static_cast<size_t>(std::min_element(costs, costs + kTrials) - costs);
}

// The zigzag residuals of the best of the predictors tried, [n] and rubbish
// behind. `relative` are the values less the first.
uint32_t* NarrowResiduals(const int32_t* relative, const Presence& places,
                          uint32_t season, const Trials& trials,
                          bool may_be_short, size_t* number) {
  Workspace& work = ThreadWorkspace();
  const size_t count = places.count();
  const size_t steps = places.end() - places.begin();
  int32_t* const tried =
      Sized((steps + kTrialSlack) * kTrials, &work.trial_residuals);
  uint32_t* const residuals = Sized(steps + kInputSlack, &work.residuals);
  if (places.is_run()) {
    const size_t best = BestTrial(relative, nullptr, steps, trials,
                                  may_be_short, season, tried);
    ActiveKernels().zigzag_of(tried + best, count, residuals);
    *number = trials.numbers[best];
    return residuals;
  }
  int32_t* const at_steps = Sized(steps, &work.narrow_at_steps);
  ForEachPlace(places, 0, count, [&](size_t rank, size_t step) {
    at_steps[step] = relative[rank];
  });
  const size_t best = BestTrial(at_steps, work.holes.data(), steps, trials,
                                may_be_short, season, tried);
  uint32_t* const zigzag = Sized(steps + kValueSlack, &work.at_steps);
  ActiveKernels().zigzag_of(tried + best, steps, zigzag);
  ForEachPlace(places, 0, count, [&](size_t rank, size_t step) {
    residuals[rank] = zigzag[step];
  });
  *number = trials.numbers[best];
  return residuals;
}

SeasonalCoding EncodeNarrow(int64_t first, const uint32_t* residuals,
                            size_t count, size_t number, bool may_be_short,
                            std::string* out) {
  SeasonalCoding coding = {false, IsDistance(kPredictors[number]), 0};
  if (may_be_short && number < kShortPredictors) {
    const BlockPlan plan = PlanBlock(residuals, count, kNotShort);
    if (!plan.plain && plan.exceptions == 0) {
      out->push_back(static_cast<char>(plan.k | static_cast<uint32_t>(number)
                                                    << kShortPredictorShift));
      PutVarint(static_cast<uint64_t>(first), out);
      PutBlockBits(plan, residuals, count, out);
      coding.is_short = true;
      return coding;
    }
  }
  PutFirst(static_cast<unsigned char>(number), first, out);
  for (size_t i = 0; i < count; i += kBlockResiduals) {
    const size_t size = std::min(kBlockResiduals, count - i);
    PutBlock(PlanBlock(residuals + i, size), residuals + i, size, out);
  }
  return coding;
}

// Takes the residuals of the values with ranks [0, end) and returns them where
// their steps are, zeros between, [steps + kValueSlack]; null where the bytes
// are damaged. `plan` is that of a short lane, null for others.
template <typename Word>
Word* TakeResiduals(const BlockPlan* plan, absl::string_view* in, size_t slack,
                    const Presence& places, size_t end, size_t steps,
                    std::vector<Word>* at_ranks, std::vector<Word>* at_steps) {
  const size_t total = places.count();
  Word* const residuals =
      Sized(end + kBlockResiduals + 2 * kValueSlack, at_ranks);
  residuals[0] = 0;
  if (plan != nullptr && total > kBlockResiduals + 1) {
    return nullptr;
  }
  for (size_t i = 1; i < end; i += kBlockResiduals) {
    const size_t count = std::min(kBlockResiduals, total - i);
    const size_t wanted = std::min(count, end - i);
    bool taken;
    if constexpr (sizeof(Word) == sizeof(uint32_t)) {
      taken =
          plan != nullptr
              ? TakeBlockBits(*plan, in, slack, count, wanted, residuals + i)
              : TakeBlock(in, slack, count, wanted, residuals + i);
    } else {
      taken = TakeBlock(in, slack, count, wanted, residuals + i);
    }
    if (!taken) {
      return nullptr;
    }
  }
  if (places.is_run()) {
    return residuals;
  }
  Word* const spread = Sized(steps + kValueSlack, at_steps);
  std::fill(spread, spread + steps, 0);
  ForEachPlace(places, 0, end, [&](size_t rank, size_t step) {
    spread[step] = residuals[rank];
  });
  return spread;
}

absl::Status CutOff(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("seasonal: ", what, " is cut off or damaged"));
}

// Requires: `in` is not empty.
Gains GainsOf(bool is_short, absl::string_view in) {
  const unsigned char head = static_cast<unsigned char>(in[0]);
  return kPredictors[is_short ? head >> kShortPredictorShift
                              : head & kPredictorMask];
}

// Bit t is set where the t-th step from the first place has no value.
void FindHoles(const Presence& places, std::vector<uint64_t>* holes) {
  holes->assign((places.end() - places.begin()) / 64 + 1, 0);
  if (places.is_run()) {
    return;
  }
  for (size_t i = 0; i < holes->size(); ++i) {
    (*holes)[i] = ~places.Word(places.begin() + static_cast<uint32_t>(i * 64));
  }
}

// The values less the first; null where one is too far from it.
const int32_t* NarrowValues(absl::Span<const int64_t> values,
                            int32_t* extremes) {
  int32_t* const relative =
      Sized(values.size(), &ThreadWorkspace().narrow_values);
  return ActiveKernels().narrow(values.data(), values.size(), kNarrowRange,
                                relative, extremes)
             ? relative
             : nullptr;
}

}  // namespace

SeasonalCoding EncodeSeasonal(absl::Span<const int64_t> values,
                              const Presence& places, uint32_t season,
                              std::string* out) {
  FOOTFALL_DCHECK(places.count() == values.size() && !values.empty());
  season = UsableSeason(season, places.end() - places.begin());
  FindHoles(places, &ThreadWorkspace().holes);
  int32_t extremes[2];
  const int32_t* const relative = NarrowValues(values, extremes);
  if (relative == nullptr) {
    return EncodeWide(values, places, season, 0, kShortPredictors, out);
  }
  const bool may_be_short = MayBeShort(values);
  size_t number;
  const uint32_t* const residuals = NarrowResiduals(
      relative, places, season, season > 1 ? kSeasonTrials : kPlainTrials,
      may_be_short, &number);
  // The first value has no residual.
  SeasonalCoding coding = EncodeNarrow(
      values[0], residuals + 1, values.size() - 1, number, may_be_short, out);
  coding.width = static_cast<uint32_t>(std::bit_width(
      static_cast<uint32_t>(extremes[1]) - static_cast<uint32_t>(extremes[0])));
  return coding;
}

void EncodeSeasonalWith(size_t number, absl::Span<const int64_t> values,
                        const Presence& places, uint32_t season,
                        std::string* out) {
  FOOTFALL_DCHECK(places.count() == values.size() && !values.empty());
  FOOTFALL_DCHECK(number < kPredictorCount);
  FindHoles(places, &ThreadWorkspace().holes);
  season = IsSeasonal(kPredictors[number]) ? season : 1;
  int32_t extremes[2];
  const int32_t* const relative = NarrowValues(values, extremes);
  if (relative == nullptr) {
    EncodeWide(values, places, season, number, number + 1, out);
    return;
  }
  uint8_t numbers[kTrials];
  std::fill(numbers, numbers + kTrials, static_cast<uint8_t>(number));
  const uint32_t* const residuals =
      NarrowResiduals(relative, places, season,
                      {numbers, TrialGainsOf(numbers)}, false, &number);
  EncodeNarrow(values[0], residuals + 1, values.size() - 1, number, false, out);
}

absl::Status DecodeSeasonal(bool is_short, absl::string_view in, size_t slack,
                            const Presence& places, uint32_t season,
                            size_t begin, absl::Span<int64_t> out) {
  FOOTFALL_DCHECK(begin + out.size() <= places.count());
  if (in.empty()) {
    return CutOff("the head");
  }
  const unsigned char head = static_cast<unsigned char>(in[0]);
  in.remove_prefix(1);
  const size_t number =
      is_short ? head >> kShortPredictorShift : head & kPredictorMask;
  const Gains gains = kPredictors[number];
  const bool wide = !is_short && (head & kWide) != 0;
  if (!is_short && (head & ~kKnownBits) != 0) {
    return CutOff("the head");
  }
  if (IsSeasonal(gains) && (season < 2 || season > kMaxSeason)) {
    return absl::DataLossError(absl::StrCat("seasonal: predictor ", number,
                                            " in a tile of season ", season));
  }
  uint64_t magnitude;
  if (!TakeVarint(&in, &magnitude)) {
    return CutOff("the first value");
  }
  const bool negative = !is_short && (head & kNegativeFirst) != 0;
  const int64_t first = static_cast<int64_t>(negative ? ~magnitude : magnitude);
  if (out.empty()) {
    return absl::OkStatus();
  }

  // Values are wanted from step `from` to before step `steps`, counted from the
  // lane's first.
  const size_t end = begin + out.size();
  const size_t total = places.count();
  const size_t from = StepOf(places, begin);
  const size_t steps = size_t{StepOf(places, end - 1)} + 1;
  Workspace& work = ThreadWorkspace();
  int64_t* const values =
      places.is_run() ? out.data() : Sized(steps - from, &work.values);
  if (wide) {
    uint64_t* residuals =
        TakeResiduals<uint64_t>(nullptr, &in, slack, places, end, steps,
                                &work.wide_residuals, &work.wide_at_steps);
    if (residuals == nullptr) {
      return CutOff("a mini-block");
    }
    FromWideResiduals(gains, season, absl::MakeSpan(residuals, steps));
    for (size_t t = from; t < steps; ++t) {
      values[t - from] =
          static_cast<int64_t>(static_cast<uint64_t>(first) + residuals[t]);
    }
  } else {
    const BlockPlan short_plan = {uint32_t{head} & kShortKMask, false, 0};
    const uint32_t* residuals = TakeResiduals<uint32_t>(
        is_short ? &short_plan : nullptr, &in, slack, places, end, steps,
        &work.residuals, &work.at_steps);
    if (residuals == nullptr) {
      return CutOff("a mini-block");
    }
    if (IsSeasonal(gains)) {
      ActiveKernels().predict_season(residuals, from, steps, gains, season,
                                     first, values);
    } else {
      ActiveKernels().predict(residuals, from, steps, gains, first, values);
    }
  }
  if (end == total && !in.empty()) {
    return absl::DataLossError(absl::StrCat(
        "seasonal: ", in.size(), " bytes left after ", total, " values"));
  }
  if (!places.is_run()) {
    ForEachPlace(places, begin, end, [&](size_t rank, size_t step) {
      out[rank - begin] = values[step - from];
    });
  }
  return absl::OkStatus();
}

bool NeedsSeason(bool is_short, absl::string_view in) {
  return IsSeasonal(GainsOf(is_short, in));
}

}  // namespace footfall::storage
