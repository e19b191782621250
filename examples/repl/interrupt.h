// Ctrl-C as a flag: it ends a question, not the program.

#ifndef FOOTFALL_EXAMPLES_REPL_INTERRUPT_H_
#define FOOTFALL_EXAMPLES_REPL_INTERRUPT_H_

#include <atomic>

namespace footfall::repl {

// Set by SIGINT once CatchInterrupt() was called.
extern std::atomic<bool> interrupted;

// From now on SIGINT sets the flag, and calls that wait end early with EINTR.
void CatchInterrupt();

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_INTERRUPT_H_
