// The aliases of a database, each a record of the catalog.

#ifndef FOOTFALL_ENGINE_CATALOG_ALIASES_H_
#define FOOTFALL_ENGINE_CATALOG_ALIASES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/event.h"
#include "footfall/sample_batch.h"
#include "footfall/store.h"

namespace footfall::engine {

// By dimension, then old name. Immutable: snapshots share it.
using AliasList = std::vector<std::shared_ptr<const Alias>>;

// What the next commits start from. Belongs to the leader of the commit queue.
class AliasTable {
 public:
  // Takes a record of the store. DATA_LOSS where it is none or is there twice.
  absl::Status Load(uint32_t number, absl::string_view value);

  // After each change:
  //   FAILED_PRECONDITION  a chain of aliases leads back to where it began
  //   RESOURCE_EXHAUSTED   there are more than kMaxAliases
  absl::Status Check(absl::Span<const AliasChange> changes) const;

  struct Counts {
    uint64_t written = 0;  // added or changed
    uint64_t removed = 0;
  };
  // Requires: valid aliases that Check() let pass.
  Counts Apply(absl::Span<const AliasChange> changes, StoreBatch* batch);

  // Those of now.
  std::shared_ptr<const AliasList> View();

 private:
  using Key = std::pair<std::string, std::string>;  // dimension, old name
  struct Entry {
    std::shared_ptr<const Alias> alias;
    uint32_t number = 0;  // of its record
  };

  std::map<Key, Entry> aliases_;
  uint32_t next_number_ = 0;
  std::shared_ptr<const AliasList> view_;  // null: must be made again
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_ALIASES_H_
