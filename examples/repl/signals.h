// Signals as flags: Ctrl-C ends a question, not the program.

#ifndef FOOTFALL_EXAMPLES_REPL_SIGNALS_H_
#define FOOTFALL_EXAMPLES_REPL_SIGNALS_H_

#include <atomic>

namespace footfall::repl {

// Set by SIGINT, SIGWINCH and SIGCONT once CatchSignals() was called; whoever
// sees one resets it.
extern std::atomic<bool> interrupted;
extern std::atomic<bool> resized;
extern std::atomic<bool> continued;

// False where the system has no pipe left.
bool CatchSignals();

// Waits until `descriptor` can be read without waiting, which makes it true, or
// a flag may have been set. A signal may come to any thread of the program, so
// that it alone does not end the wait of this one.
bool WaitForInput(int descriptor);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_SIGNALS_H_
