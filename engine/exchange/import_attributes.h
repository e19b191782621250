// From rows of files to attributes of members, all or none.

#ifndef FOOTFALL_ENGINE_EXCHANGE_IMPORT_ATTRIBUTES_H_
#define FOOTFALL_ENGINE_EXCHANGE_IMPORT_ATTRIBUTES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"

namespace footfall::engine {

// As ImportCsv(), of a spec with `attributes_of`. They are written as one
// batch.
absl::StatusOr<ImportReport> ImportAttributes(
    Database& database, const ImportSpec& spec, const ImportOptions& options,
    const std::vector<std::string>& files);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_IMPORT_ATTRIBUTES_H_
