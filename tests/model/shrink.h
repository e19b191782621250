// The shortest list of operations that still fails.

#ifndef FOOTFALL_TESTS_MODEL_SHRINK_H_
#define FOOTFALL_TESTS_MODEL_SHRINK_H_

#include <functional>
#include <vector>

#include "tests/model/operation.h"

namespace footfall::testing {

// Leaves operations out, in halves, quarters and so on down to single ones,
// then rows of those that stay, as long as `fails` says that what is left still
// does; until nothing can go, or `fails` was asked `max_runs` times.
// Requires: `operations` fails.
std::vector<Operation> Shrink(
    std::vector<Operation> operations,
    const std::function<bool(const std::vector<Operation>&)>& fails,
    int max_runs);

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_SHRINK_H_
