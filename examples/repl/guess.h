// --guess: the statements that would load an unknown CSV file.

#ifndef FOOTFALL_EXAMPLES_REPL_GUESS_H_
#define FOOTFALL_EXAMPLES_REPL_GUESS_H_

#include <string>

namespace footfall::repl {

// Prints them to stdout as a script; a line on stderr says how to run it.
// False, after a message, where the file says too little.
bool PrintGuess(const std::string& file, const std::string& directory);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_GUESS_H_
