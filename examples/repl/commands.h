// Commands to the program: lines that begin with `.`.

#ifndef FOOTFALL_EXAMPLES_REPL_COMMANDS_H_
#define FOOTFALL_EXAMPLES_REPL_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "examples/repl/session.h"

namespace footfall::repl {

// What a word after a command is, for completion.
enum class CommandWord {
  kNothing,
  kMetric,
  kDimension,
  kMode,
  kFormat,
  kOnOff,
  kFile,
};

class Commands {
 public:
  explicit Commands(Session& session) : session_(session) {}

  // Runs one; false, after a message, where it failed.
  bool Run(absl::string_view line);

  struct Entry {
    absl::string_view name;
    absl::string_view arguments;  // one word each, [in brackets] if optional
    absl::string_view help;
    CommandWord word;  // what its first argument is
    bool (Commands::*run)(const std::vector<std::string>& arguments);
  };
  static absl::Span<const Entry> All();

 private:
  using Words = std::vector<std::string>;

  bool Help(const Words& arguments);
  bool Metrics(const Words& arguments);
  bool Series(const Words& arguments);
  bool Schema(const Words& arguments);
  bool Members(const Words& arguments);
  bool SetMode(const Words& arguments);
  bool SetFormat(const Words& arguments);
  bool SetOnOff(absl::string_view command, const Words& arguments,
                bool* setting);
  bool SetTimer(const Words& arguments);
  bool SetValues(const Words& arguments);
  bool Read(const Words& arguments);
  bool Dump(const Words& arguments);
  bool SetOutput(const Words& arguments);
  bool Quit(const Words& arguments);

  Session& session_;
};

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_COMMANDS_H_
