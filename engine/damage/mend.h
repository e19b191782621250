// Taking what is damaged out of a store that can be read.

#ifndef FOOTFALL_ENGINE_DAMAGE_MEND_H_
#define FOOTFALL_ENGINE_DAMAGE_MEND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "footfall/store.h"
#include "storage/store/rocksdb_verify.h"

namespace footfall::engine {

// Removes damaged tiles, and metrics of which a part is lost, from the store,
// until its catalog loads and every tile decodes. `lost` are keys that are gone
// already: whatever of the catalog may have been there counts as lost.
//
// What is taken out goes to `aside` first; a line about each to *lines.
// `last_sequence` is at least the number of commits that there were.
absl::Status MendStore(Store* store, const std::vector<storage::LostKeys>& lost,
                       uint64_t last_sequence,
                       absl::FunctionRef<absl::Status(absl::string_view key,
                                                      absl::string_view value)>
                           aside,
                       std::vector<std::string>* lines);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_DAMAGE_MEND_H_
