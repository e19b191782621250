// --checkpoint, --backup, --backups and --restore. Each returns the program's
// exit code; an error is told on stderr.

#ifndef FOOTFALL_EXAMPLES_REPL_COPIES_H_
#define FOOTFALL_EXAMPLES_REPL_COPIES_H_

#include <cstdint>
#include <optional>
#include <string>

namespace footfall::repl {

int PrintCheckpoint(const std::string& directory, const std::string& target);

// Deletes all but the newest `kept` afterwards; 0: none.
int PrintBackup(const std::string& directory, const std::string& folder,
                uint64_t kept);

// A line a backup. Where `verify`, every file is read.
int PrintBackups(const std::string& folder, bool verify);

// The newest where no number is given.
int PrintRestore(const std::string& folder, std::optional<uint32_t> id,
                 const std::string& directory);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_COPIES_H_
