// Which metric a write is of, and what writes have in common.

#ifndef FOOTFALL_ENGINE_WRITE_METRIC_OF_WRITE_H_
#define FOOTFALL_ENGINE_WRITE_METRIC_OF_WRITE_H_

#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/catalog/catalog_view.h"
#include "footfall/metric.h"
#include "footfall/store.h"

namespace footfall::engine {

// The metric as the database knows it, altered since or not; null if it has
// another under this id.
inline std::shared_ptr<const MetricState> FindSame(const CatalogView& catalog,
                                                   const Metric& metric) {
  const CatalogView::PublishedMetric* const found = catalog.Find(metric.id);
  if (found == nullptr) return nullptr;
  const MetricState& state = *found->state;
  const Metric* const own = state.metric.get();
  const bool same = own == &metric || own->spec == metric.spec ||
                    std::find(state.earlier.begin(), state.earlier.end(),
                              metric.spec) != state.earlier.end();
  return same ? found->state : nullptr;
}

inline absl::Status Dropped(const Metric& metric) {
  return absl::NotFoundError(absl::StrCat("metric ", metric.spec.name,
                                          " is not there: dropped, or "
                                          "of another database"));
}

// Appends what `from` appends, which is all that it does.
inline void AppendAll(const StoreBatch& from, StoreBatch* to) {
  for (const StoreBatch::Operation& operation : from.operations()) {
    to->Append(operation.keyspace, operation.key, operation.value);
  }
}

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_METRIC_OF_WRITE_H_
