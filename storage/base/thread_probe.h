// Whether threads can still be had, asked before something starts them that
// does not survive it if they cannot.

#ifndef FOOTFALL_STORAGE_BASE_THREAD_PROBE_H_
#define FOOTFALL_STORAGE_BASE_THREAD_PROBE_H_

#include "absl/status/status.h"

namespace footfall::storage {

// Starts `count` threads at once, which end at once. RESOURCE_EXHAUSTED where
// the process may not have so many more.
absl::Status ProbeThreads(int count);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_BASE_THREAD_PROBE_H_
