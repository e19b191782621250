// The inner loops of the codecs, once for each kind of processor.
//
// kernels_body.inc is compiled three times with different flags; kernel_level.h
// says which version runs. All give the same results for the same input,
// damaged input included, and the tests run each.

#ifndef FOOTFALL_STORAGE_CODEC_KERNELS_H_
#define FOOTFALL_STORAGE_CODEC_KERNELS_H_

#include <cstddef>
#include <cstdint>

#include "footfall/kernel_level.h"

namespace footfall::storage {

// What a kernel may touch beyond its arrays: bytes of input that must be
// readable, and values of arrays that are read or written as rubbish.
inline constexpr size_t kInputSlack = 64;
inline constexpr size_t kValueSlack = 16;
inline constexpr size_t kTrialSlack = 8;  // rows of trials' residuals

// Weights of the predictor, in sixteenths (storage/codec/predictor.h).
struct Gains {
  int32_t all;     // of the sum of all residuals
  int32_t season;  // of the sum of the residuals of the same phase; 0 or a
                   // power of two
};

// Shifts that sums of quotients are found for at once.
inline constexpr size_t kShifts = 4;

// Predictors tried at once.
inline constexpr size_t kTrials = 8;

// Their weights: see Gains.
struct TrialGains {
  int32_t all[kTrials];
  int32_t season[kTrials];
};

struct Kernels {
  KernelLevel level;
  // What of kInputSlack unpack64() needs.
  size_t unpack_slack;

  // Unpacks `count` values of `width` <= 32 bits each.
  void (*unpack32)(const char* in, uint32_t width, size_t count, uint32_t* out);

  // Unpacks `count` values of 1 to 25 bits each and adds `base`. Writes no
  // value beyond `count` rounded up to 16.
  void (*unpack64)(const char* in, uint32_t width, size_t count, uint64_t base,
                   uint64_t* out);

  // Takes the first `count` of `total` <= 128 numbers as residual_block.h lays
  // them out: `shift` <= 31 low bits each, packed, then the rest of each in
  // unary, modulo 256. Looks at `size` bytes, which hold the low bits. Returns
  // the number of bytes up to the last number's end, all of them where count ==
  // total; 0 where the unary numbers do not end within.
  size_t (*rice32)(const char* in, size_t size, uint32_t shift, size_t total,
                   size_t count, uint32_t* out);
  // The unary numbers alone, from bit `first_bit` < 8 on. `out` has room for
  // kInputSlack more.
  size_t (*unary)(const char* in, size_t size, uint32_t first_bit, size_t count,
                  uint8_t* out);

  // Turns `count` zigzag residuals into values and writes those from `begin` <
  // count on, no more: out[t - begin] = first + y[t], where modulo 2^32
  //   y[t] = r[t] + ((all * R) >> 4),  R = r[0] + ... + r[t - 1]
  void (*predict)(const uint32_t* residuals, size_t begin, size_t count,
                  Gains gains, int64_t first, int64_t* out);
  // The same with a season, 2 to kMaxSeason steps:
  //   t < season:  y[t] = y[t - 1] + r[t]
  //   later:       y[t] = r[t] + y[t % season] +
  //                       ((all * R + season * W[t % season]) >> 4)
  // R and W, the sums of all and of the phase, begin at t = season.
  void (*predict_season)(const uint32_t* residuals, size_t begin, size_t count,
                         Gains gains, uint32_t season, int64_t first,
                         int64_t* out);

  // ---- The way back ----

  // relative[i] = values[i] - values[0], and the least and the most of these.
  // False, and nothing is said, where one is not in [-range, range).
  // Requires: count >= 1; range is a power of two, at most 2^30.
  bool (*narrow)(const int64_t* values, size_t count, uint64_t range,
                 int32_t* relative, int32_t* extremes);

  // For kTrials predictors at once: residuals[t * kTrials + i] is that of
  // values[t] under gains i. Where bit t of `holes` is set there is no value
  // and the residual is 0; null: there are none. season 1: none, and no gains
  // have one. costs[i] becomes a measure of how many bits the residuals take,
  // in 1/128 bit and from where only the differences count: for about each 128
  // steps, the number of their values times the logarithm of the mean size of
  // their residuals.
  // Requires: bit 0 of `holes` is clear; gains are 0 to 16.
  void (*residuals)(const int32_t* values, const uint64_t* holes, size_t count,
                    const TrialGains& gains, uint32_t season,
                    int32_t* residuals, uint32_t* costs);

  // out[t] = zigzag(residuals[t * kTrials]).
  void (*zigzag_of)(const int32_t* residuals, size_t count, uint32_t* out);

  // sums[j] = the sum of min(values[i] >> (shift + j), limit), for j below
  // kShifts; shift <= 28.
  void (*quotients)(const uint32_t* values, size_t count, uint32_t shift,
                    uint32_t limit, uint32_t* sums);
  // The sum of the values; *any becomes the bits that some value has, *nonzero
  // how many are not 0.
  uint64_t (*total)(const uint32_t* values, size_t count, uint32_t* any,
                    uint32_t* nonzero);

  // What rice32() takes: `shift` <= 31 low bits of each of `count` <= 128
  // values, then, unless `limit` is 0, the rest of each in unary, 0 for one
  // that is `limit` <= 32 or more. Returns how many bytes that are; `out` has
  // room for 16 more.
  size_t (*put_rice)(const uint32_t* values, size_t count, uint32_t shift,
                     uint32_t limit, char* out);
};

// The seasons that a predictor may have.
inline constexpr uint32_t kMaxSeason = 64;

// Those of ActiveKernelLevel().
const Kernels& ActiveKernels();

namespace kernels_portable {
const Kernels& Get();
}
namespace kernels_avx2 {
const Kernels& Get();
}
namespace kernels_avx512 {
const Kernels& Get();
}

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_KERNELS_H_
