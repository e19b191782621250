// The folder that the command line names, and the database in it.

#ifndef FOOTFALL_EXAMPLES_REPL_DATABASE_FOLDER_H_
#define FOOTFALL_EXAMPLES_REPL_DATABASE_FOLDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "footfall/database.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"

namespace footfall::repl {

// A database that is not there yet is created by the first statement that
// needs one, never by one that only reads: a mistyped name must not leave an
// empty database behind. ":memory:" is a new database in memory alone.
// Threads: one.
class DatabaseFolder {
 public:
  DatabaseFolder(std::string path, bool read_only);

  // Opens what is there. OK too where nothing is there and a database may be
  // created: database() is null then. Errors as Database::Open().
  absl::Status Open();

  // Creates the database if there is none and `statements` hold a DEFINE
  // METRIC, ADD EVENT or IMPORT INTO EVENTS. NOT_FOUND where they do not; else
  // as Database::Open().
  absl::Status OpenFor(const std::vector<Statement>& statements);
  // Whether OpenFor() failed.
  bool cannot_open() const { return cannot_open_; }

  const std::string& path() const { return path_; }
  bool read_only() const { return read_only_; }
  // Null where there is none yet.
  Database* database() const { return database_.get(); }
  // The state now; null where there is no database.
  std::shared_ptr<const Snapshot> TakeSnapshot() const;

  // As Database::Close(). OK where there is no database.
  absl::Status Close();

  // Opens what is in another folder, as Open(), in place of this one, which is
  // closed. Where the other cannot be opened, this one stays as it is.
  absl::Status Change(std::string path);

 private:
  std::string path_;
  const bool read_only_;
  bool cannot_open_ = false;
  std::unique_ptr<Database> database_;
};

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_DATABASE_FOLDER_H_
