// What the next value of a lane is expected to be, in integers alone.
//
// With r[t] the residual (value less expectation), y[0] = 0 the first value and
// all others relative to it:
//
//   without a season   y[t] = r[t] + ((all * R) >> 4)
//   with season S      y[t] = r[t] + y[t - 1]                           t < S
//                      y[t] = r[t] + y[t mod S] +
//                             ((all * R + season * W[t mod S]) >> 4)    t >= S
//
// where R is the sum of the residuals before t, and W that of those of the same
// phase; with a season both begin at t = S. >> is an arithmetic shift, the rest
// is modulo 2^32 (2^64 in wide lanes). t counts steps from the lane's first
// value, so that a gap keeps the phase: a missing step has residual 0 and its
// expectation stands in for it.
//
// Gains (0, 0) are the distance from the first value, (16, 0) the difference
// from the value before, (0, 16) that from the value a season ago, and those
// between smooth, as Holt and Winters do. Whatever the gains, decoding is sums
// of residuals: no value waits for the rounding of the one before.
//
// Source: exponential smoothing in error-correction form, as in R. Hyndman et
// al., "Forecasting with Exponential Smoothing", 2008, chapter 2; with fixed
// gains in sixteenths, one shift, and sums in place of the recursion.

#ifndef FOOTFALL_STORAGE_CODEC_PREDICTOR_H_
#define FOOTFALL_STORAGE_CODEC_PREDICTOR_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "storage/codec/kernels.h"

namespace footfall::storage {

// By number; the numbers are on disk. Those below 8 also fit a short lane.
inline constexpr Gains kPredictors[] = {
    {16, 0}, {8, 0}, {0, 0},  {12, 0}, {4, 1}, {0, 16}, {8, 2},  {5, 2},
    {10, 0}, {6, 0}, {14, 0}, {4, 0},  {2, 8}, {2, 4},  {12, 2}, {3, 1},
};
inline constexpr size_t kPredictorCount = 16;
static_assert(std::all_of(std::begin(kPredictors), std::end(kPredictors),
                          [](Gains gains) {
                            return gains.season == 0 ||
                                   std::has_single_bit(
                                       static_cast<uint32_t>(gains.season));
                          }),
              "kernels shift by the weight of the season");
inline constexpr size_t kShortPredictors = 8;

// Those that a lane of 32 bits is tried with, by number: as many as fit a
// vector. All 16 together gain 0.25 % at most on the sets of bench/README.md;
// readers know them all. A wide lane, whose values are 2^26 and more from its
// first, is tried with those of 0 to 7 that its season allows.
inline constexpr uint8_t kTrialsWithoutSeason[kTrials] = {0, 1, 2,  3,
                                                          8, 9, 10, 11};
inline constexpr uint8_t kTrialsWithSeason[kTrials] = {0, 1, 2, 4, 5, 6, 7, 12};

// The gains of those that are tried, by their numbers.
inline constexpr TrialGains TrialGainsOf(const uint8_t* numbers) {
  TrialGains gains = {};
  for (size_t i = 0; i < kTrials; ++i) {
    gains.all[i] = kPredictors[numbers[i]].all;
    gains.season[i] = kPredictors[numbers[i]].season;
  }
  return gains;
}

inline constexpr bool IsSeasonal(Gains gains) { return gains.season != 0; }

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_PREDICTOR_H_
