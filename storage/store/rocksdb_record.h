// Keeps the record of the folder (folder_record.h) up to date.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_RECORD_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_RECORD_H_

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/listener.h"
#include "storage/base/mutex.h"
#include "storage/store/folder_record.h"

namespace footfall::storage {

// Puts `record` in the place of the one in the folder, at once. After a power
// cut either may be there, whole.
rocksdb::Status WriteFolderRecord(rocksdb::Env* env, const std::string& path,
                                  const FolderRecord& record);

// Writes the record whenever the set of tables has changed. A record that
// cannot be written, on a full disk, is no error: the one before stays true.
class RecordKeeper final : public rocksdb::EventListener {
 public:
  explicit RecordKeeper(std::string path) : path_(std::move(path)) {}

  const char* Name() const override { return "footfall.record"; }
  void OnFlushCompleted(rocksdb::DB* db,
                        const rocksdb::FlushJobInfo& /*info*/) override {
    Update(db);
  }
  void OnCompactionCompleted(
      rocksdb::DB* db, const rocksdb::CompactionJobInfo& /*info*/) override {
    Update(db);
  }
  void OnExternalFileIngested(
      rocksdb::DB* db,
      const rocksdb::ExternalFileIngestionInfo& /*info*/) override {
    Update(db);
  }

  // Also to be called once the database is open. Throws nothing: it runs in
  // RocksDB's threads.
  void Update(rocksdb::DB* db) noexcept;

 private:
  void TryUpdate(rocksdb::DB* db) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string path_;
  Mutex mutex_;  // one writes at a time
  uint64_t synced_log_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Writes the record of a database that was closed. Nothing happens where
// another process has opened it since.
void RecordClosed(rocksdb::Env* env, const std::string& path) noexcept;

inline constexpr char kLockFile[] = "LOCK";

// The lock that a database has while it is open, held for a moment so that
// nobody opens it. The file is made only where `makes_file`.
class FolderLock {
 public:
  FolderLock(rocksdb::Env* env, const std::string& path,
             bool makes_file = false);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  // OK also where there is no lock file: nobody has it open then.
  const rocksdb::Status& status() const { return status_; }
  // Whether another process, or another call of this one, has it.
  bool IsHeldElsewhere() const;

 private:
  rocksdb::Env* const env_;
  rocksdb::FileLock* lock_ = nullptr;
  rocksdb::Status status_;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_RECORD_H_
