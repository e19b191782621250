// The command line of the program.

#ifndef FOOTFALL_EXAMPLES_REPL_ARGUMENTS_H_
#define FOOTFALL_EXAMPLES_REPL_ARGUMENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "examples/repl/settings.h"
#include "footfall/query.h"

namespace footfall::repl {

// A script to run: its text (-c) or the file that holds it (-f).
struct ScriptSource {
  bool is_file = false;
  std::string text;  // or the file's name
};

struct Arguments {
  bool help = false;
  bool version = false;
  std::string directory;
  std::string csv_file;               // to be imported, after asking; or empty
  std::vector<ScriptSource> scripts;  // in the order given
  Settings settings;
  QueryLimits limits;
  bool read_only = false;
  bool verify = false;
  bool repair = false;
  bool metrics = false;
  std::optional<absl::Time> now;
  std::string guess_file;   // empty: no --guess
  std::string dump_folder;  // empty: no --dump
  std::string checkpoint;   // folder to copy the database to; or empty
  std::string backup;       // folder of backups to add one to; or empty
  std::string backups;      // folder of backups to list or verify; or empty
  std::string restore;      // folder of backups to take one from; or empty
  std::optional<uint32_t> backup_id;  // of --restore; else the newest
  uint64_t kept_backups = 0;          // of --backup; 0: all
  absl::flat_hash_map<std::string, ParameterValue> parameters;
};

// Of the words after the program's name. A word behind the directory that names
// no file and holds a blank or a ; is a statement. INVALID_ARGUMENT says what
// is wrong with them, in one line.
absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& words);

// What --help prints.
absl::string_view HelpText();

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_ARGUMENTS_H_
