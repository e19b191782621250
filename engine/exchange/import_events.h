// From rows of files to events, all or none.

#ifndef FOOTFALL_ENGINE_EXCHANGE_IMPORT_EVENTS_H_
#define FOOTFALL_ENGINE_EXCHANGE_IMPORT_EVENTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"

namespace footfall::engine {

// As ImportCsv(), of a spec with `events`. The events are written as one batch.
absl::StatusOr<ImportReport> ImportEvents(
    Database& database, const ImportSpec& spec, const ImportOptions& options,
    const std::vector<std::string>& files);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_IMPORT_EVENTS_H_
