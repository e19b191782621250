// The file system that RocksDB gets: the machine's, with errors that RocksDB
// comes back from.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_FILES_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_FILES_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/status.h"
#include "storage/base/mutex.h"

namespace footfall::storage {

// Whether an error of RocksdbFiles says that there was no room.
bool IsNoRoom(const rocksdb::Status& status);

// RocksDB takes an input/output error for the end: it refuses all writes until
// the database is opened again. Of a full disk it says that it can go on, but
// after that (in release 7.8) a published file gets a number that another file
// has. Only what it calls a retryable error it recovers from, by itself: it
// writes what is in memory into tables and begins a new log and a new list of
// tables. So all errors are made retryable here. That they are safe to pass
// over is not up to the file: nothing of a file on which a call failed is used
// afterwards.
//
// Threads: all calls from any.
class RocksdbFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit RocksdbFiles(std::shared_ptr<rocksdb::FileSystem> target);

  const char* Name() const override { return "footfall.files"; }

  // Errors are final from now on: before the database is closed, which waits
  // for ever for a recovery that is under way (in release 7.8).
  void GiveUp() { *gives_up_ = true; }

  // Holds back what the calling thread deletes. Where the list of tables could
  // not be written, RocksDB deletes the files that it would have named; but it
  // may name them after all, when it is read again.
  class HeldDeletes {
   public:
    explicit HeldDeletes(RocksdbFiles* files);
    // Does not delete them.
    ~HeldDeletes();
    HeldDeletes(const HeldDeletes&) = delete;
    HeldDeletes& operator=(const HeldDeletes&) = delete;
    // Deletes them, and holds back no more.
    void Delete();

   private:
    RocksdbFiles* const files_;
  };

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
                               rocksdb::IODebugContext* debug) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;

 private:
  // Shared with the files, which may outlive this.
  const std::shared_ptr<std::atomic<bool>> gives_up_;
  Mutex mutex_;
  std::thread::id holder_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_FILES_H_
