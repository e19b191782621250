// --verify and --repair.

#ifndef FOOTFALL_EXAMPLES_REPL_CARE_H_
#define FOOTFALL_EXAMPLES_REPL_CARE_H_

#include <string>

namespace footfall::repl {

// Prints what is damaged in the database in `directory`, a line each, then what
// was read. Returns the program's exit code: 0 sound, 3 it cannot be read, 4
// damaged.
int PrintVerify(const std::string& directory);

// Repairs it; prints what was damaged, what is lost and what was done. 0 it is
// sound now, 3 it cannot be repaired.
int PrintRepair(const std::string& directory);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_CARE_H_
