#include "query/func/kernels.h"

namespace footfall::query {

const Kernels& ActiveKernels() {
  switch (ActiveKernelLevel()) {
#if defined(FOOTFALL_X86_KERNELS)
    case KernelLevel::kAvx512:
      return kernels_avx512::Get();
    case KernelLevel::kAvx2:
      return kernels_avx2::Get();
#endif
    default:
      return kernels_portable::Get();
  }
}

}  // namespace footfall::query
