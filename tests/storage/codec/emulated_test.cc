// That the emulated kernels are there and are run: without them the program
// would pass by testing the others alone.

#include "storage/codec/kernels.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

TEST_CASE("the AVX-512 kernels are emulated where AVX2 is", "[codec]") {
  const KernelLevel before = ActiveKernelLevel();
  const bool runs =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
      __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  CHECK(UseKernelLevel(KernelLevel::kAvx512) == runs);
  CHECK((ActiveKernelLevel() == KernelLevel::kAvx512) == runs);
  UseKernelLevel(before);
}

}  // namespace
}  // namespace footfall::storage
