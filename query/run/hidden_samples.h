// Samples that an alias hides: those of the old name at steps at which the new
// name has a sample of its own.

#ifndef FOOTFALL_QUERY_RUN_HIDDEN_SAMPLES_H_
#define FOOTFALL_QUERY_RUN_HIDDEN_SAMPLES_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "footfall/event.h"
#include "footfall/snapshot.h"

namespace footfall::query {

// Of all metrics with the dimension, by the names that samples were written
// under. Errors as Snapshot::Scan().
absl::StatusOr<uint64_t> CountHiddenSamples(const Snapshot& snapshot,
                                            const Alias& alias);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_HIDDEN_SAMPLES_H_
