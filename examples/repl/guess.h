// --guess: the statements that would load an unknown CSV file.

#ifndef FOOTFALL_EXAMPLES_REPL_GUESS_H_
#define FOOTFALL_EXAMPLES_REPL_GUESS_H_

#include <string>

#include "examples/repl/session.h"

namespace footfall::repl {

// Prints them to stdout as a script; a line on stderr says how to run it.
// False, after a message, where the file says too little.
bool PrintGuess(const std::string& file, const std::string& directory);

// Shows at a terminal how a file would be imported, and does it where the
// answer is yes; "e" writes the script to FILE.sql, to be edited. False where
// there is no terminal to ask at, or something failed.
bool AskAndImport(Session& session, const std::string& file);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_GUESS_H_
