// How far an import is, in words.

#ifndef FOOTFALL_EXAMPLES_REPL_PROGRESS_H_
#define FOOTFALL_EXAMPLES_REPL_PROGRESS_H_

#include <string>

#include "absl/time/time.h"
#include "footfall/csv_import.h"

namespace footfall::repl {

// "importing: 44 %, 3.0 M rows, 3.7 M rows/s, 2 s left"; "storing" once all is
// read. Part and time left are of both together, and are left out while a pipe
// is read. `since`: it has run for so long, more than 0.
std::string ProgressText(const ImportProgress& progress, absl::Duration since);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_PROGRESS_H_
