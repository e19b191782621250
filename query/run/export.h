// EXPORT: answers and samples into files.

#ifndef FOOTFALL_QUERY_RUN_EXPORT_H_
#define FOOTFALL_QUERY_RUN_EXPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "footfall/statement.h"

namespace footfall::query {

struct ExportOutcome {
  std::string summary;
  std::vector<std::string> notes;  // of the answer
};

// Writes the file, packed by gzip where its name ends in .gz; one that is there
// is replaced once the new one is whole. A question has no limit of rows, but
// that of memory. Errors as Query(), and as TextFile of footfall/csv_export.h.
absl::StatusOr<ExportOutcome> RunExport(Database& database,
                                        const Export& exported,
                                        absl::string_view text,
                                        const QueryOptions& options);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_EXPORT_H_
