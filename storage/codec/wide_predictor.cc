#include "storage/codec/wide_predictor.h"

#include <bit>

#include "storage/base/check.h"
#include "storage/base/varint.h"
#include "storage/codec/predictor.h"

namespace footfall::storage {
namespace {

bool IsHole(absl::Span<const uint64_t> holes, size_t t) {
  return (holes[t / 64] >> (t % 64) & 1) != 0;
}

uint64_t Sixteenth(uint64_t sum) {
  return static_cast<uint64_t>(static_cast<int64_t>(sum) >> 4);
}

uint64_t Factor(int32_t gain) { return static_cast<uint64_t>(int64_t{gain}); }

template <bool kEncode>
void Predict(Gains gains, uint32_t season, absl::Span<const uint64_t> holes,
             absl::Span<uint64_t> array) {
  const uint64_t all = Factor(gains.all);
  const uint64_t weight = Factor(gains.season);
  const uint32_t period = IsSeasonal(gains) ? season : 1;
  uint64_t profile[kMaxSeason] = {};
  uint64_t phase[kMaxSeason] = {};
  uint64_t sum = 0;
  uint64_t y = 0;
  size_t i = 0;  // t % period
  for (size_t t = 0; t < array.size(); ++t, i = i + 1 == period ? 0 : i + 1) {
    const bool warm = period > 1 && t < period;
    const uint64_t expected =
        warm ? y : profile[i] + Sixteenth(all * sum + weight * phase[i]);
    uint64_t r;
    if constexpr (kEncode) {
      r = IsHole(holes, t) ? 0 : array[t] - expected;
      array[t] = ZigZag(r);
      y = expected + r;
    } else {
      r = UnZigZag(array[t]);
      y = expected + r;
      array[t] = y;
    }
    if (warm) {
      profile[i] = y;
    } else {
      sum += r;
      phase[i] += r;
    }
  }
}

// One predictor of several that are tried side by side: each waits for its own
// last product, and the processor works on the others meanwhile.
struct Trial {
  size_t number;
  uint64_t all;
  uint64_t weight;
  uint64_t sum;
  uint64_t bits;
};

// Steps without a season: `trials` have none.
void TryWide(absl::Span<const uint64_t> values,
             absl::Span<const uint64_t> holes, absl::Span<Trial> trials) {
  for (size_t t = 0; t < values.size(); ++t) {
    if (IsHole(holes, t)) {
      continue;
    }
    for (Trial& trial : trials) {
      const uint64_t r = values[t] - Sixteenth(trial.sum);
      trial.sum += trial.all * r;
      trial.bits += static_cast<uint64_t>(std::bit_width(ZigZag(r)));
    }
  }
}

// All `trials` have a season. In its first steps all expect the value before.
void TryWideSeason(absl::Span<const uint64_t> values,
                   absl::Span<const uint64_t> holes, size_t season,
                   absl::Span<Trial> trials) {
  uint64_t profile[kMaxSeason] = {};
  uint64_t phase[kMaxSeason][kTrials] = {};  // weighted sums
  uint64_t y = 0;
  for (size_t t = 0; t < season && t < values.size(); ++t) {
    if (!IsHole(holes, t)) {
      const uint64_t bits =
          static_cast<uint64_t>(std::bit_width(ZigZag(values[t] - y)));
      for (Trial& trial : trials) {
        trial.bits += bits;
      }
      y = values[t];
    }
    profile[t] = y;
  }
  size_t i = 0;
  for (size_t t = season; t < values.size();
       ++t, i = i + 1 == season ? 0 : i + 1) {
    if (IsHole(holes, t)) {
      continue;
    }
    for (size_t j = 0; j < trials.size(); ++j) {
      Trial& trial = trials[j];
      const uint64_t r =
          values[t] - profile[i] - Sixteenth(trial.sum + phase[i][j]);
      trial.sum += trial.all * r;
      phase[i][j] += trial.weight * r;
      trial.bits += static_cast<uint64_t>(std::bit_width(ZigZag(r)));
    }
  }
}

}  // namespace

size_t BestWidePredictor(absl::Span<const uint64_t> values,
                         absl::Span<const uint64_t> holes, uint32_t season,
                         size_t begin, size_t end) {
  FOOTFALL_DCHECK(begin < end && end - begin <= kTrials);
  Trial plain[kTrials];
  Trial seasonal[kTrials];
  size_t plain_count = 0;
  size_t seasonal_count = 0;
  for (size_t number = begin; number < end; ++number) {
    const Gains gains = kPredictors[number];
    const Trial trial = {number, Factor(gains.all), Factor(gains.season), 0, 0};
    if (!IsSeasonal(gains)) {
      plain[plain_count++] = trial;
    } else if (season > 1) {
      seasonal[seasonal_count++] = trial;
    }
  }
  TryWide(values, holes, absl::MakeSpan(plain, plain_count));
  TryWideSeason(values, holes, season,
                absl::MakeSpan(seasonal, seasonal_count));
  // The first of the best.
  const Trial* best = nullptr;
  const auto consider = [&best](const Trial& trial) {
    if (best == nullptr || trial.bits < best->bits ||
        (trial.bits == best->bits && trial.number < best->number)) {
      best = &trial;
    }
  };
  for (size_t i = 0; i < plain_count; ++i) {
    consider(plain[i]);
  }
  for (size_t i = 0; i < seasonal_count; ++i) {
    consider(seasonal[i]);
  }
  return best == nullptr ? begin : best->number;
}

void ToWideResiduals(Gains gains, uint32_t season,
                     absl::Span<const uint64_t> holes,
                     absl::Span<uint64_t> array) {
  Predict<true>(gains, season, holes, array);
}

void FromWideResiduals(Gains gains, uint32_t season,
                       absl::Span<uint64_t> array) {
  Predict<false>(gains, season, {}, array);
}

}  // namespace footfall::storage
