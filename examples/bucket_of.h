// How long the buckets of an answer are.

#ifndef FOOTFALL_EXAMPLES_BUCKET_OF_H_
#define FOOTFALL_EXAMPLES_BUCKET_OF_H_

#include <optional>

#include "footfall/period.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"

namespace footfall {

// What EVERY says, else the step of the first metric; nullopt where there are
// no buckets, or where that cannot be told.
std::optional<Period> BucketOf(const Snapshot& snapshot,
                               const Statement& statement);

}  // namespace footfall

#endif  // FOOTFALL_EXAMPLES_BUCKET_OF_H_
