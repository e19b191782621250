// The file system that RocksDB gets: the machine's, with errors that RocksDB
// comes back from.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_FILES_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_FILES_H_

#include <memory>
#include <string>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/status.h"
#include "storage/store/rocksdb_flush_gate.h"
#include "storage/store/rocksdb_publishing.h"

namespace footfall::storage {

struct FilesState;

// Whether an error of RocksdbFiles says that there was no room.
bool IsNoRoom(const rocksdb::Status& status);

// Whether an error says that a call of a file failed, for that or another
// reason.
bool IsOfMedium(const rocksdb::Status& status);

// Whether it is the error of FailNextLogSync().
bool IsContrived(const rocksdb::Status& status);

// The status for people, without what RocksdbFiles has made of it.
std::string TextOf(const rocksdb::Status& status);

// RocksDB takes an input/output error for the end: it refuses all writes until
// the database is opened again. After a full disk it can go on, by
// DB::Resume(): it writes what is in memory into tables, and begins a new log
// and a new list of tables. Since that does not use what failed, it is as good
// after any other error; so all are reported as a full disk here, and say in
// their text what they are.
//
// Threads: all calls from any.
class RocksdbFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit RocksdbFiles(std::shared_ptr<rocksdb::FileSystem> target);

  const char* Name() const override { return "footfall.files"; }

  // No more files of settings are made: nobody reads them.
  void RefuseSettings();

  // Whether the next sync of a log that this thread asks for fails, with an
  // error after which RocksDB recovers by itself.
  void FailNextLogSync(bool fails);

  RocksdbPublishing& publishing() { return *publishing_; }

  rocksdb::IOStatus NewWritableFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* result,
      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* result,
      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path,
                                 const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;

 private:
  // Shared with the files, which may outlive this.
  const std::shared_ptr<FilesState> state_;
  const std::shared_ptr<RocksdbPublishing> publishing_;
};

// An environment on these files, whose flushes go through the gate, and in
// which nothing sleeps for longer than a tenth of a second: after a failed
// flush a thread of RocksDB sleeps for a whole one, and its recovery waits for
// that.
std::unique_ptr<rocksdb::Env> NewEnv(
    const std::shared_ptr<RocksdbFiles>& files,
    const std::shared_ptr<RocksdbFlushGate>& gate);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_FILES_H_
