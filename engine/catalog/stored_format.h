// The format version that stands in the store.

#ifndef FOOTFALL_ENGINE_CATALOG_STORED_FORMAT_H_
#define FOOTFALL_ENGINE_CATALOG_STORED_FORMAT_H_

#include <cstdint>

#include "engine/catalog/records.h"
#include "footfall/store.h"

namespace footfall::engine {

// Part of the catalog: belongs to the leader of the commit queue.
class StoredFormat {
 public:
  void Load(uint64_t version) { version_ = version; }

  // From this batch on the store holds keys of `version`: earlier releases
  // refuse keys that they do not know, and say by this why.
  void Need(uint32_t version, StoreBatch* batch) {
    if (version_ >= version) return;
    version_ = version;
    batch->Put(Keyspace::kCatalog, FormatKey(), EncodeNumber(version));
  }

 private:
  uint64_t version_ = 0;  // nothing is stored
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_STORED_FORMAT_H_
