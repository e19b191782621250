// Runs a test with every version of the inner loops that this machine has.

#ifndef FOOTFALL_TESTS_STORAGE_CODEC_EACH_KERNEL_H_
#define FOOTFALL_TESTS_STORAGE_CODEC_EACH_KERNEL_H_

#include "storage/codec/kernels.h"
#include "tests/support/each_kernel_level.h"

namespace footfall::storage {

// Calls body(kernels) with each version in use; the one before comes back.
template <typename Body>
void ForEachKernel(Body body) {
  testing::ForEachKernelLevel([&] { body(ActiveKernels()); });
}

}  // namespace footfall::storage

#endif  // FOOTFALL_TESTS_STORAGE_CODEC_EACH_KERNEL_H_
