// operator new that fails when it is told to, for the whole program.

#ifndef FOOTFALL_TESTS_EXHAUSTION_FAILING_NEW_H_
#define FOOTFALL_TESTS_EXHAUSTION_FAILING_NEW_H_

#include <cstdint>

namespace footfall::testing {

// Which allocations of this thread fail. Those of other threads never do.
enum class Failing : uint8_t {
  kNone,   // they are counted all the same
  kOne,    // the n-th
  kOnward  // the n-th and every later one
};

// Counts from 0 again. `n` counts from 0, too.
void FailAllocation(Failing which, uint64_t n);
// Allocations of this thread since then, outside pauses.
uint64_t AllocationCount();
// Whether one has failed since then.
bool AllocationFailed();

// While one lives, this thread's allocations succeed and are not counted.
class AllocationPause {
 public:
  AllocationPause();
  ~AllocationPause();
  AllocationPause(const AllocationPause&) = delete;
  AllocationPause& operator=(const AllocationPause&) = delete;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_EXHAUSTION_FAILING_NEW_H_
