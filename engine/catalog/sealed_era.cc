#include "engine/catalog/sealed_era.h"

#include <string>

#include "engine/catalog/records.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

void PutSealedBefore(MetricId metric, int32_t era, StoreBatch* batch) {
  batch->Put(Keyspace::kCatalog, SealedKey(metric), EncodeEra(era));
}

absl::StatusOr<std::optional<int32_t>> ReadSealedBefore(const StoreView& view,
                                                        MetricId metric) {
  std::string value;
  FOOTFALL_ASSIGN_OR_RETURN(
      const bool found,
      view.Get(Keyspace::kCatalog, SealedKey(metric), &value));
  if (!found) {
    return std::optional<int32_t>();
  }
  FOOTFALL_ASSIGN_OR_RETURN(const int32_t era, DecodeEra(value));
  return std::optional<int32_t>(era);
}

}  // namespace footfall::engine
