#include "storage/codec/kernels.h"

#include <atomic>
#include <initializer_list>

namespace footfall::storage {
namespace {

// Asks for every extension that the level's files are compiled with.
bool Runs(KernelLevel level) {
#if defined(FOOTFALL_X86_KERNELS)
  if (level == KernelLevel::kPortable) {
    return true;
  }
  const bool avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
      __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  if (level == KernelLevel::kAvx2) {
    return avx2;
  }
#if defined(FOOTFALL_EMULATED_AVX512)  // a test's, by AVX2
  return level == KernelLevel::kAvx512 && avx2;
#else
  return level == KernelLevel::kAvx512 && avx2 &&
         __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("avx512vbmi2");
#endif
#else
  return level == KernelLevel::kPortable;
#endif
}

const Kernels& Of(KernelLevel level) {
#if defined(FOOTFALL_X86_KERNELS)
  if (level == KernelLevel::kAvx2) {
    return kernels_avx2::Get();
  }
  if (level == KernelLevel::kAvx512) {
    return kernels_avx512::Get();
  }
#endif
  (void)level;
  return kernels_portable::Get();
}

const Kernels* Widest() {
  for (const KernelLevel level : {KernelLevel::kAvx512, KernelLevel::kAvx2}) {
    if (Runs(level)) {
      return &Of(level);
    }
  }
  return &Of(KernelLevel::kPortable);
}

std::atomic<const Kernels*>& Active() {
  static std::atomic<const Kernels*> active{Widest()};
  return active;
}

}  // namespace

const Kernels& ActiveKernels() {
  return *Active().load(std::memory_order_relaxed);
}

bool UseKernels(KernelLevel level) {
  if (!Runs(level)) {
    return false;
  }
  Active().store(&Of(level), std::memory_order_relaxed);
  return true;
}

}  // namespace footfall::storage
