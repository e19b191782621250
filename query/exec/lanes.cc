// Loops over lanes.

#include "query/exec/lanes.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "query/func/kernels.h"

namespace footfall::query {

bool AddIntegers(const int64_t* values, size_t count, int64_t* sum) {
  return ActiveKernels().add(values, count, sum);
}

void AddWide(const int64_t* __restrict values, size_t count,
             int64_t* __restrict sum, int64_t* __restrict high) {
  for (size_t i = 0; i < count; ++i) {
    const uint64_t a = static_cast<uint64_t>(values[i]);
    const uint64_t total = static_cast<uint64_t>(sum[i]) + a;
    high[i] += (values[i] < 0 ? -1 : 0) + (total < a ? 1 : 0);
    sum[i] = static_cast<int64_t>(total);
  }
}

void AddDecimals(const int64_t* __restrict values, size_t count,
                 int64_t* __restrict sum) {
  for (size_t i = 0; i < count; ++i) {
    sum[i] = std::bit_cast<int64_t>(std::bit_cast<double>(sum[i]) +
                                    std::bit_cast<double>(values[i]));
  }
}

void MaxIntegers(const int64_t* values, size_t count, int64_t* best) {
  ActiveKernels().keep_largest(values, count, best);
}

bool AddAndMaxIntegers(const int64_t* values, size_t count, int64_t* sum,
                       int64_t* best) {
  return ActiveKernels().add_and_keep(values, count, sum, best);
}

void MaxDecimals(const int64_t* __restrict values, size_t count,
                 int64_t* __restrict best) {
  for (size_t i = 0; i < count; ++i) {
    const double value = std::bit_cast<double>(values[i]);
    const double old = std::bit_cast<double>(best[i]);
    best[i] = value > old || value != value ? values[i] : best[i];
  }
}

void OrBits(const uint64_t* from, size_t count, size_t offset, uint64_t* to) {
  to += offset / 64;
  const size_t shift = offset % 64;
  const size_t words = WordsFor(count);
  for (size_t w = 0; w < words; ++w) {
    uint64_t bits = from[w];
    if (w + 1 == words && count % 64 != 0) {
      bits &= (uint64_t{1} << (count % 64)) - 1;
    }
    to[w] |= bits << shift;
    // The next word is there whenever it is needed: it holds these bits.
    if (shift != 0 && (bits >> (64 - shift)) != 0) {
      to[w + 1] |= bits >> (64 - shift);
    }
  }
}

void CopyWhere(const int64_t* from, const uint64_t* bits, size_t count,
               int64_t* to) {
  for (size_t i = 0; i < count; ++i) to[i] = BitAt(bits, i) ? from[i] : 0;
}

void CountBits(const uint64_t* bits, size_t count, size_t offset, size_t words,
               size_t planes, uint64_t* counters) {
  // Some words at a time, moved to where they belong.
  constexpr size_t kAtOnce = 64;
  uint64_t moved[kAtOnce + 1];
  const size_t shift = offset % 64;
  for (size_t begin = 0; begin < WordsFor(count); begin += kAtOnce) {
    const size_t n = std::min(kAtOnce, WordsFor(count) - begin);
    uint64_t carry = 0;
    for (size_t i = 0; i < n; ++i) {
      const size_t w = begin + i;
      uint64_t set = bits[w];
      if ((w + 1) * 64 > count) set &= (uint64_t{1} << (count % 64)) - 1;
      moved[i] = carry | set << shift;
      carry = shift == 0 ? 0 : set >> (64 - shift);
    }
    moved[n] = carry;
    ActiveKernels().count_up(moved, carry == 0 ? n : n + 1, planes, words,
                             counters + offset / 64 + begin);
  }
}

uint64_t CounterAt(const uint64_t* counters, size_t words, size_t planes,
                   size_t step) {
  uint64_t count = 0;
  for (size_t p = 0; p < planes; ++p) {
    count |= uint64_t{BitAt(counters + p * words, step)} << p;
  }
  return count;
}

}  // namespace footfall::query
