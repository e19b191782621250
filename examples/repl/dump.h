// `--dump FOLDER` and .dump: a whole database as a script and its data.

#ifndef FOOTFALL_EXAMPLES_REPL_DUMP_H_
#define FOOTFALL_EXAMPLES_REPL_DUMP_H_

#include <string>

#include "absl/status/statusor.h"
#include "footfall/database.h"

namespace footfall::repl {

// Writes `folder`/load.sql, with definitions, imports, events and aliases, and
// beside it a file METRIC.csv.gz for each metric that has samples. The folder
// is made where it is not there; files of these names are replaced. The script
// runs in that folder:
//
//   cd FOLDER && footfall -f load.sql NEW_DIR
//
// The same data give the same bytes. Samples that are no numbers are left out;
// the answer says so, for people.
//
//   FAILED_PRECONDITION  a metric's zone is not known here; the database closed
//   UNAVAILABLE          a file cannot be written; RESOURCE_EXHAUSTED: no room
absl::StatusOr<std::string> DumpDatabase(const Database& database,
                                         const std::string& folder);

// The same, told on stderr; false after an error. `database` may be null: there
// is none.
bool PrintDump(const Database* database, const std::string& folder);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_DUMP_H_
