// The inner loops of questions, once for each kind of processor.
//
// kernels_body.inc is compiled three times with different flags;
// footfall/kernel_level.h says which version runs. All give the same results,
// and the tests run each.
//
// A lane is one int64 a step, with a bit a step that says whether it is there:
// bit first + i of `present` is of lane[i]. What stands at steps that are
// absent is not looked at unless a loop says so.

#ifndef FOOTFALL_QUERY_FUNC_KERNELS_H_
#define FOOTFALL_QUERY_FUNC_KERNELS_H_

#include <cstddef>
#include <cstdint>

#include "footfall/kernel_level.h"

namespace footfall::query {

// Steps [begin, end) of a lane.
struct Segment {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// A sum of int64 as the sums of their halves, which need no carry below 2^32
// terms. The numbers' sign bits are turned over, so that both halves are
// unsigned: the sum is low + 2^32 * high - 2^63 * terms.
struct SplitSum {
  uint64_t low = 0;
  uint64_t high = 0;
};

struct Kernels {
  KernelLevel level;

  // sum[i] += values[i] modulo 2^64, for all i < count. Returns whether any sum
  // left 64 bits. Absent values are 0.
  bool (*add)(const int64_t* values, size_t count, int64_t* sum);
  // best[i] = max(best[i], values[i]), likewise.
  void (*keep_largest)(const int64_t* values, size_t count, int64_t* best);
  // Both at once.
  bool (*add_and_keep)(const int64_t* values, size_t count, int64_t* sum,
                       int64_t* best);
  // Adds one to the counters of the steps whose bit is set, of `words` whole
  // words. Bit i of word w of plane p is a digit of the counter of step
  // 64 * w + i; planes are `stride` words apart, the lowest first.
  void (*count_up)(const uint64_t* bits, size_t words, size_t planes,
                   size_t stride, uint64_t* counters);

  // For each of n segments, of the steps that are there: how many, their sum,
  // the least, the largest (INT64_MAX, INT64_MIN: none is there). Segments may
  // be empty.
  void (*count)(const uint64_t* present, uint64_t first,
                const Segment* segments, size_t n, uint32_t* counts);
  void (*sum)(const int64_t* lane, const uint64_t* present, uint64_t first,
              const Segment* segments, size_t n, SplitSum* sums);
  void (*least)(const int64_t* lane, const uint64_t* present, uint64_t first,
                const Segment* segments, size_t n, int64_t* best);
  void (*largest)(const int64_t* lane, const uint64_t* present, uint64_t first,
                  const Segment* segments, size_t n, int64_t* best);

  // The first i < count with lane[i] in [low, high], there or not; `count`
  // where there is none.
  size_t (*first_between)(const int64_t* lane, size_t count, int64_t low,
                          int64_t high);
};

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

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_FUNC_KERNELS_H_
