// The status of a file call that failed.

#ifndef FOOTFALL_STORAGE_BASE_FILE_ERROR_H_
#define FOOTFALL_STORAGE_BASE_FILE_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace footfall::storage {

// `error` is the call's errno, `what` what could not be done; the message adds
// the reason. RESOURCE_EXHAUSTED where something ran out: room on the medium, a
// quota, the largest size of a file, open files or memory. Else UNAVAILABLE.
absl::Status FileError(int error, absl::string_view what);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_BASE_FILE_ERROR_H_
