// Presence bits that start anywhere in a word, walked 64 steps at a time.

#ifndef FOOTFALL_QUERY_FUNC_STEP_WORDS_H_
#define FOOTFALL_QUERY_FUNC_STEP_WORDS_H_

#include <algorithm>
#include <bit>
#include <cstdint>

namespace footfall::query {

inline constexpr uint32_t kStepsPerWord = 64;

// Bits [first, first + n) of `words` as the low bits of one word; n in [1, 64].
inline uint64_t StepBits(const uint64_t* words, uint64_t first, uint32_t n) {
  const uint64_t shift = first % 64;
  uint64_t bits = words[first / 64] >> shift;
  if (shift != 0 && shift + n > 64) {
    bits |= words[first / 64 + 1] << (64 - shift);
  }
  return n == 64 ? bits : bits & ((uint64_t{1} << n) - 1);
}

inline bool StepBit(const uint64_t* words, uint64_t bit) {
  return (words[bit / 64] >> (bit % 64)) & 1;
}

inline void SetStepBit(uint64_t* words, uint64_t bit) {
  words[bit / 64] |= uint64_t{1} << (bit % 64);
}

inline uint64_t CountSteps(const uint64_t* words, uint64_t first,
                           uint64_t count) {
  uint64_t present = 0;
  for (uint64_t done = 0; done < count; done += kStepsPerWord) {
    const uint32_t n =
        static_cast<uint32_t>(std::min<uint64_t>(kStepsPerWord, count - done));
    present += std::popcount(StepBits(words, first + done, n));
  }
  return present;
}

// The first step from `at` on, below `count`, that is there; `count` where none
// is.
inline uint64_t NextStep(const uint64_t* words, uint64_t first, uint64_t at,
                         uint64_t count) {
  for (; at < count; at += kStepsPerWord) {
    const uint32_t n =
        static_cast<uint32_t>(std::min<uint64_t>(kStepsPerWord, count - at));
    const uint64_t bits = StepBits(words, first + at, n);
    if (bits != 0) return at + static_cast<uint64_t>(std::countr_zero(bits));
  }
  return count;
}

// Calls dense(begin, end) for runs of up to 64 steps that are all there, and
// sparse(i) for each other step that is there, in rising order.
template <typename Dense, typename Sparse>
void WalkSteps(const uint64_t* words, uint64_t first, uint64_t count,
               Dense&& dense, Sparse&& sparse) {
  for (uint64_t begin = 0; begin < count; begin += kStepsPerWord) {
    const uint32_t n =
        static_cast<uint32_t>(std::min<uint64_t>(kStepsPerWord, count - begin));
    uint64_t bits = StepBits(words, first + begin, n);
    if (std::popcount(bits) == static_cast<int>(n)) {
      dense(begin, begin + n);
      continue;
    }
    for (; bits != 0; bits &= bits - 1) {
      sparse(begin + static_cast<uint64_t>(std::countr_zero(bits)));
    }
  }
}

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_FUNC_STEP_WORDS_H_
