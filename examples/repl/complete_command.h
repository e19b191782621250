// Completes commands to the program.

#ifndef FOOTFALL_EXAMPLES_REPL_COMPLETE_COMMAND_H_
#define FOOTFALL_EXAMPLES_REPL_COMPLETE_COMMAND_H_

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "examples/repl/complete.h"
#include "footfall/snapshot.h"

namespace footfall::repl {

// None where there is no database yet.
std::vector<std::shared_ptr<const Metric>> MetricsOf(const Snapshot* snapshot);

// `.mode j`: the command's name, or its argument. `line` begins with `.`.
Completion CompleteCommand(const Snapshot* snapshot, absl::string_view line);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_COMPLETE_COMMAND_H_
