// Which of the inner loops that are compiled for several kinds of processor
// run. For the library's own folders, tests and benchmarks.

#ifndef FOOTFALL_STORAGE_INCLUDE_FOOTFALL_KERNEL_LEVEL_H_
#define FOOTFALL_STORAGE_INCLUDE_FOOTFALL_KERNEL_LEVEL_H_

#include <cstdint>

#pragma GCC visibility push(default)
namespace footfall {

// What the processor has, as far as loops are compiled for it.
enum class KernelLevel : uint8_t {
  kPortable,  // any processor; on x86-64, SSE2
  kAvx2,      // AVX2, BMI, BMI2 and POPCNT: x86-64-v3 has them
  kAvx512,    // AVX-512 with VBMI and VBMI2: Ice Lake, Zen 4 and later
};

// The level in use: at first the widest that this processor and build run.
// All levels give the same results.
//
// Threads: any.
KernelLevel ActiveKernelLevel();

// Uses `level` from now on; false, and nothing changes, where this processor or
// build has none.
bool UseKernelLevel(KernelLevel level);

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_STORAGE_INCLUDE_FOOTFALL_KERNEL_LEVEL_H_
