// Loops over lanes: a lane is one value per step, as int64 or the bits of a
// double, with a bit per step that says whether it is there. Written so that
// compilers vectorise them.

#ifndef FOOTFALL_QUERY_EXEC_LANES_H_
#define FOOTFALL_QUERY_EXEC_LANES_H_

#include <bit>
#include <cstddef>
#include <cstdint>

namespace footfall::query {

inline size_t WordsFor(size_t steps) { return (steps + 63) / 64; }

// sum[i] += values[i]; absent values are 0. Returns whether any sum left 64
// bits (what it then holds is the sum modulo 2^64).
bool AddIntegers(const int64_t* values, size_t count, int64_t* sum);
// The same with what leaves 64 bits gathered in high[i]: the sum is
// high[i] * 2^64 + uint64(sum[i]).
void AddWide(const int64_t* values, size_t count, int64_t* sum, int64_t* high);
void AddDecimals(const int64_t* values, size_t count, int64_t* sum);

// best[i] = max(best[i], values[i]); absent values are 0, and so none is
// negative. A NaN stays.
void MaxIntegers(const int64_t* values, size_t count, int64_t* best);
void MaxDecimals(const int64_t* values, size_t count, int64_t* best);
// AddIntegers() and MaxIntegers() at once.
bool AddAndMaxIntegers(const int64_t* values, size_t count, int64_t* sum,
                       int64_t* best);

// Bits [0, count) of `from` into bits [offset, offset + count) of `to`.
void OrBits(const uint64_t* from, size_t count, size_t offset, uint64_t* to);

// to[i] = from[i] where bit i is set, else 0.
void CopyWhere(const int64_t* from, const uint64_t* bits, size_t count,
               int64_t* to);

// Adds one to the counters of steps offset + i for each bit i < count that is
// set. The counter of step i is bit i % 64 of word i / 64 of each plane of
// `words` words, lowest plane first.
void CountBits(const uint64_t* bits, size_t count, size_t offset, size_t words,
               size_t planes, uint64_t* counters);
// The counter of one step.
uint64_t CounterAt(const uint64_t* counters, size_t words, size_t planes,
                   size_t step);

// a + b of lane values; where that leaves 64 bits, the largest number.
inline int64_t AddCapped(bool decimal, int64_t a, int64_t b) {
  if (decimal) {
    return std::bit_cast<int64_t>(std::bit_cast<double>(a) +
                                  std::bit_cast<double>(b));
  }
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

inline bool BitAt(const uint64_t* bits, size_t i) {
  return (bits[i / 64] >> (i % 64)) & 1;
}

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_LANES_H_
