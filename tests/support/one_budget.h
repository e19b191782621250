// Several stores or databases that hold one budget of memory together.

#ifndef FOOTFALL_TESTS_SUPPORT_ONE_BUDGET_H_
#define FOOTFALL_TESTS_SUPPORT_ONE_BUDGET_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "footfall/shared_resources.h"
#include "tests/support/catch.h"

namespace footfall::testing {

// What each says it holds, in bytes, is what the budget holds. Threads in the
// background may let go of some bytes between two looks, so the looks that
// count are those around which the budget stayed as it was.
inline void CheckOneBudget(
    const SharedResources& shared,
    const std::vector<std::function<uint64_t()>>& holders) {
  for (int look = 0; look < 100'000; ++look) {
    const uint64_t before = shared.memory_bytes();
    std::vector<uint64_t> held;
    for (const auto& holder : holders) held.push_back(holder());
    if (shared.memory_bytes() != before) continue;
    CHECK(held == std::vector<uint64_t>(holders.size(), before));
    return;
  }
  FAIL("the budget never stood still");
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_SUPPORT_ONE_BUDGET_H_
