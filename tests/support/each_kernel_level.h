// Runs a test with every version of the inner loops that this machine has.

#ifndef FOOTFALL_TESTS_SUPPORT_EACH_KERNEL_LEVEL_H_
#define FOOTFALL_TESTS_SUPPORT_EACH_KERNEL_LEVEL_H_

#include "footfall/kernel_level.h"
#include "tests/support/catch.h"

namespace footfall::testing {

// Calls body() with each level in use; the one before comes back.
template <typename Body>
void ForEachKernelLevel(Body body) {
  const KernelLevel before = ActiveKernelLevel();
  for (const KernelLevel level :
       {KernelLevel::kPortable, KernelLevel::kAvx2, KernelLevel::kAvx512}) {
    if (!UseKernelLevel(level)) continue;
    INFO("kernels: level " << static_cast<int>(level));
    body();
  }
  UseKernelLevel(before);
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_SUPPORT_EACH_KERNEL_LEVEL_H_
