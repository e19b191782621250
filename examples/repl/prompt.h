// The prompt: statements typed at a terminal.

#ifndef FOOTFALL_EXAMPLES_REPL_PROMPT_H_
#define FOOTFALL_EXAMPLES_REPL_PROMPT_H_

#include "examples/repl/session.h"

namespace footfall::repl {

// Asks until .quit or Ctrl-D. Ctrl-C drops what was typed, or ends the
// question that runs, and asks again. A statement may take many lines; it ends
// with `;`. False where the terminal cannot be used.
bool RunPrompt(Session& session);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_PROMPT_H_
