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
  kCommand,
  kMetric,
  kDimension,
  kMode,
  kFormat,
  kOnOff,
  kWidth,
  kFile,
};

class Commands {
 public:
  explicit Commands(Session& session) : session_(session) {}

  // Runs one; false, after a message, where it failed.
  bool Run(absl::string_view line);

  struct Entry {
    absl::string_view name;
    // One word each, [in brackets] if optional; the last takes the rest of the
    // line where it ends in "..".
    absl::string_view arguments;
    absl::string_view help;
    CommandWord word;  // what its first argument is
    bool (Commands::*run)(const std::vector<std::string>& arguments);
  };
  static absl::Span<const Entry> All();

 private:
  using Words = std::vector<std::string>;

  // Of the database
  bool Metrics(const Words& arguments);
  bool Series(const Words& arguments);
  bool Schema(const Words& arguments);
  bool Members(const Words& arguments);
  bool Events(const Words& arguments);
  bool Aliases(const Words& arguments);
  bool Open(const Words& arguments);
  bool Refresh(const Words& arguments);
  bool Dump(const Words& arguments);
  bool Export(const Words& arguments);
  // Of the program (command_settings.cc)
  bool SetMode(const Words& arguments);
  bool SetFormat(const Words& arguments);
  bool SetValues(const Words& arguments);
  bool SetHeaders(const Words& arguments);
  bool SetMissing(const Words& arguments);
  bool SetWidth(const Words& arguments);
  bool SetPager(const Words& arguments);
  bool SetEcho(const Words& arguments);
  bool SetBail(const Words& arguments);
  bool SetTimer(const Words& arguments);
  bool SetOutput(const Words& arguments);
  bool SetOnce(const Words& arguments);
  // With an argument sets a flag, without it prints it.
  bool SetFlag(absl::string_view command, const Words& arguments,
               bool Settings::*flag);

  bool Help(const Words& arguments);
  bool Plot(const Words& arguments);
  bool Read(const Words& arguments);
  bool Shell(const Words& arguments);
  bool Version(const Words& arguments);
  bool Quit(const Words& arguments);

  // Prints a line of a command's own.
  bool Say(absl::string_view line);

  Session& session_;
};

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_COMMANDS_H_
