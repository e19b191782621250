// Runs a test with every version of the inner loops that this machine has.

#ifndef FOOTFALL_TESTS_STORAGE_CODEC_EACH_KERNEL_H_
#define FOOTFALL_TESTS_STORAGE_CODEC_EACH_KERNEL_H_

#include "storage/codec/kernels.h"
#include "tests/support/catch.h"

namespace footfall::storage {

// Calls body(kernels) with each version in use; the one before comes back.
template <typename Body>
void ForEachKernel(Body body) {
  const KernelLevel before = ActiveKernelLevel();
  for (const KernelLevel level :
       {KernelLevel::kPortable, KernelLevel::kAvx2, KernelLevel::kAvx512}) {
    if (UseKernelLevel(level)) {
      INFO("kernels: level " << static_cast<int>(level));
      body(ActiveKernels());
    }
  }
  UseKernelLevel(before);
}

}  // namespace footfall::storage

#endif  // FOOTFALL_TESTS_STORAGE_CODEC_EACH_KERNEL_H_
