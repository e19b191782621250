// A copy of a database's folder, made beside whoever writes it.
//
// The copy is the state of one moment: the tables that MANIFEST named then, by
// hard links, and the front of MANIFEST and of the logs that were needed. It
// needs nothing of the process that writes, which need not be there.
//
// RocksDB's own Checkpoint is not used: it lists the tables first and the logs
// later, so that tables published in between are missing under batches of the
// log that build on them; and it works only in the process that writes.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_COPY_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_COPY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
}

namespace footfall::storage {

struct FolderCopy {
  uint64_t table_count = 0;
  uint64_t table_bytes = 0;
  uint64_t linked_bytes = 0;  // of tables that have a second name now
  uint64_t copied_bytes = 0;  // of everything else
};

// Copies the database in `from` into the new folder `to`, durably. Everything
// that was acknowledged before the call is in it, and a whole number of
// batches. Tables are copied byte by byte where `to` is on another file system.
// `env` has the files; null: the machine's.
//
//   NOT_FOUND            there is no database; or no folder to hold `to`
//   FAILED_PRECONDITION  `to` is there
//   DATA_LOSS            the files in `from` do not fit together
//   RESOURCE_EXHAUSTED   no room
//   UNAVAILABLE          a file cannot be read or written; or the writer
//                        changed the folder at each of many attempts
//
// After an error there is no `to`.
absl::StatusOr<FolderCopy> CopyDatabaseFolder(const std::string& from,
                                              const std::string& to,
                                              rocksdb::Env* env = nullptr);

// INVALID_ARGUMENT where `place` is the folder of a database, or inside of it.
absl::Status CheckOutside(const std::string& database,
                          const std::string& place);

// Writes the record of a folder that nobody has opened yet and whose files are
// synced, after checking that they fit together. DATA_LOSS where they do not.
absl::Status RecordCopy(rocksdb::Env* env, const std::string& path);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_COPY_H_
