// Putting a repaired folder in the place of a damaged one, so that a crash at
// any moment leaves one that is refused, and that a second try finishes.
//
// The new files are in the sub-folder "repair". First those of the database
// that are not the same file in both go to "lost/N", CURRENT before all others:
// from then on the folder cannot be opened. Then the new ones take their place,
// CURRENT after all others. A file in "repair" tells which half it is in.

#ifndef FOOTFALL_STORAGE_STORE_FOLDER_EXCHANGE_H_
#define FOOTFALL_STORAGE_STORE_FOLDER_EXCHANGE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footfall::storage {

std::string RepairFolder(const std::string& path);

// Removes what an earlier repair left unfinished, unless the exchange has
// begun; then makes the folder, empty. Errors below: as FileError().
absl::Status MakeRepairFolder(const std::string& path);

// A name "lost/N" that is not taken; the folder is made.
absl::StatusOr<std::string> MakeLostFolder(const std::string& path);

// From here on FinishExchange() does the rest. Requires: the database in the
// repair folder is closed.
absl::Status BeginExchange(const std::string& path, const std::string& lost);

// Whether an exchange was begun and is not done.
bool HasExchange(const std::string& path);

// The lost folder of an exchange that was begun and is now done; "" where none
// was begun.
absl::StatusOr<std::string> FinishExchange(const std::string& path);

// The same file under a second name, or a copy where that cannot be.
absl::Status LinkOrCopy(const std::string& from, const std::string& to);

// The first `size` bytes of a file, durably.
absl::Status CopyFront(const std::string& from, const std::string& to,
                       uint64_t size);
absl::Status WriteDurably(const std::string& path, absl::string_view bytes);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_FOLDER_EXCHANGE_H_
