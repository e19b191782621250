// What is different with files for the thread that publishes tables.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_PUBLISHING_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_PUBLISHING_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "rocksdb/file_system.h"
#include "storage/base/mutex.h"

namespace footfall::storage {

// RocksDB 7.8 takes a table that it ingests and cannot read for an empty one,
// whose keys are never looked for in it; or, with assertions, it ends the
// process. So whoever publishes reads beforehand what RocksDB will read, and
// RocksDB gets those bytes. Where it reads others after all and fails, the link
// that it makes next fails, too.
//
// And it deletes tables whose name could not be written into its list. But that
// list may name them after all, when it is read again.
//
// One thread publishes at a time. Threads: all calls from any.
class RocksdbPublishing {
 public:
  // As long as it lives the calling thread publishes.
  class Scope {
   public:
    explicit Scope(RocksdbPublishing* publishing) : publishing_(publishing) {
      publishing_->Begin();
    }
    ~Scope() { End(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    // What was read before this was read beforehand. Answers the last error of
    // a read; RocksDB does not tell of each.
    rocksdb::IOStatus Rehearsed() { return publishing_->Rehearsed(); }
    // Publishes no more. The files that it would have deleted.
    std::vector<std::string> End() { return publishing_->End(); }

   private:
    RocksdbPublishing* const publishing_;
  };

  // --- For files, by any thread. Another than the publishing one gets the
  // answer of one that is not at it.

  // Whether these bytes were read beforehand; then they are in `scratch`.
  bool FindRead(const std::string& path, uint64_t offset, size_t size,
                rocksdb::Slice* result, char* scratch)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteRead(const std::string& path, uint64_t offset, size_t size,
                const rocksdb::IOStatus& status, const rocksdb::Slice& result)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The error that a link has to answer, or OK.
  rocksdb::IOStatus LinkError() ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether the file is not to be deleted now.
  bool HoldsBack(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Read {
    std::string path;
    uint64_t offset = 0;
    bool at_end = false;  // fewer bytes than were asked for
    std::string bytes;
  };

  void Begin() ABSL_LOCKS_EXCLUDED(mutex_);
  rocksdb::IOStatus Rehearsed() ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<std::string> End() ABSL_LOCKS_EXCLUDED(mutex_);
  bool IsHere() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return thread_ == std::this_thread::get_id();
  }

  std::atomic<bool> is_at_it_ = false;
  Mutex mutex_;
  std::thread::id thread_ ABSL_GUARDED_BY(mutex_);
  bool rehearses_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Read> reads_ ABSL_GUARDED_BY(mutex_);
  rocksdb::IOStatus error_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> held_back_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_PUBLISHING_H_
