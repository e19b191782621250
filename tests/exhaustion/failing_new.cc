#include "tests/exhaustion/failing_new.h"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace footfall::testing {
namespace {

struct State {
  Failing which = Failing::kNone;
  uint64_t n = 0;
  uint64_t count = 0;
  int pauses = 0;
  bool failed = false;
};
thread_local State state;

bool Fails() {
  if (state.pauses > 0) return false;
  const uint64_t number = state.count++;
  const bool fails = (state.which == Failing::kOne && number == state.n) ||
                     (state.which == Failing::kOnward && number >= state.n);
  state.failed = state.failed || fails;
  return fails;
}

void* Allocate(std::size_t size, std::size_t alignment) {
  if (Fails()) return nullptr;
  if (alignment <= alignof(std::max_align_t)) return std::malloc(size | 1);
  void* memory = nullptr;
  return posix_memalign(&memory, alignment, size | 1) == 0 ? memory : nullptr;
}

void* AllocateOrThrow(std::size_t size, std::size_t alignment) {
  void* const memory = Allocate(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void FailAllocation(Failing which, uint64_t n) {
  state.which = which;
  state.n = n;
  state.count = 0;
  state.failed = false;
}

uint64_t AllocationCount() { return state.count; }
bool AllocationFailed() { return state.failed; }

AllocationPause::AllocationPause() { ++state.pauses; }
AllocationPause::~AllocationPause() { --state.pauses; }

}  // namespace footfall::testing

using footfall::testing::Allocate;
using footfall::testing::AllocateOrThrow;

void* operator new(std::size_t size) { return AllocateOrThrow(size, 1); }
void* operator new[](std::size_t size) { return AllocateOrThrow(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return AllocateOrThrow(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return AllocateOrThrow(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return Allocate(size, 1);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return Allocate(size, 1);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
