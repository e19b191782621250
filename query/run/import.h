// IMPORT: rows of files into metrics, or events.

#ifndef FOOTFALL_QUERY_RUN_IMPORT_H_
#define FOOTFALL_QUERY_RUN_IMPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "footfall/statement.h"

namespace footfall::query {

struct ImportOutcome {
  std::string summary;             // the counts
  std::vector<std::string> notes;  // ImportReport::notes
};

// Loads the files, all rows or none (with REJECTS: all that fit). `import`
// holds no parameters; its sources point into `text`.
//
//   NOT_FOUND         no such metric or dimension; no such file
//   INVALID_ARGUMENT  a row does not fit; the message gives line and column
//   CANCELLED         as query_options.cancelled says; nothing was imported
absl::StatusOr<ImportOutcome> RunImport(Database& database,
                                        const Import& import,
                                        absl::string_view text,
                                        const QueryOptions& query_options,
                                        const ExecuteHooks& hooks);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_IMPORT_H_
