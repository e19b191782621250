#include "footfall/kernel_level.h"

#include <atomic>
#include <initializer_list>

namespace footfall {
namespace {

// Asks for every extension that the level's files are compiled with.
bool Runs(KernelLevel level) {
#if defined(FOOTFALL_X86_KERNELS)
  if (level == KernelLevel::kPortable) return true;
  const bool avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
      __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  if (level == KernelLevel::kAvx2) return avx2;
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

KernelLevel Widest() {
  for (const KernelLevel level : {KernelLevel::kAvx512, KernelLevel::kAvx2}) {
    if (Runs(level)) return level;
  }
  return KernelLevel::kPortable;
}

std::atomic<KernelLevel>& Active() {
  static std::atomic<KernelLevel> active{Widest()};
  return active;
}

}  // namespace

KernelLevel ActiveKernelLevel() {
  return Active().load(std::memory_order_relaxed);
}

bool UseKernelLevel(KernelLevel level) {
  if (!Runs(level)) return false;
  Active().store(level, std::memory_order_relaxed);
  return true;
}

}  // namespace footfall
