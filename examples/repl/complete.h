// What may come next in a statement: keywords, functions, metrics, dimensions,
// members, or a command to the program.

#ifndef FOOTFALL_EXAMPLES_REPL_COMPLETE_H_
#define FOOTFALL_EXAMPLES_REPL_COMPLETE_H_

#include "absl/strings/string_view.h"
#include "examples/repl/line_editor.h"
#include "footfall/snapshot.h"

namespace footfall::repl {

// Of `text`, all that was typed of the statement up to the cursor; a finished
// statement before it does not matter. Candidates stand in byte order and
// replace the word begun, or for a member what follows its quote. A null
// `snapshot`, where there is no database yet, has no names.
Completion Complete(const Snapshot* snapshot, absl::string_view text);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_COMPLETE_H_
