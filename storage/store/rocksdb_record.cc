#include "storage/store/rocksdb_record.h"

#include <memory>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "rocksdb/metadata.h"
#include "rocksdb/transaction_log.h"
#include "storage/store/folder_check.h"
#include "storage/store/folder_file.h"

namespace footfall::storage {
namespace {

// The number in CURRENT; 0 where there is none.
uint64_t CurrentManifest(rocksdb::DB* db) {
  std::vector<std::string> files;
  uint64_t size = 0;
  // Of the list, MANIFEST's name alone is wanted.
  if (!db->GetLiveFiles(files, &size, /*flush_memtable=*/false).ok()) return 0;
  constexpr absl::string_view kPrefix = "/MANIFEST-";
  for (const std::string& file : files) {
    if (file.compare(0, kPrefix.size(), kPrefix.data(), kPrefix.size()) == 0) {
      return std::strtoull(file.c_str() + kPrefix.size(), nullptr, 10);
    }
  }
  return 0;
}

std::set<uint64_t> LiveTables(rocksdb::DB* db) {
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  std::set<uint64_t> numbers;
  for (const rocksdb::LiveFileMetaData& file : files) {
    numbers.insert(std::strtoull(file.name.c_str() + 1, nullptr, 10));
  }
  return numbers;
}

rocksdb::Status SyncFolder(rocksdb::Env* env, const std::string& path) {
  std::unique_ptr<rocksdb::Directory> folder;
  rocksdb::Status status = env->NewDirectory(path, &folder);
  if (status.ok()) status = folder->Fsync();
  return status;
}

}  // namespace

rocksdb::Status WriteFolderRecord(rocksdb::Env* env, const std::string& path,
                                  const FolderRecord& record) {
  const std::string name = path + "/" + kRecordFile;
  const std::string fresh = name + ".tmp";
  rocksdb::Status status = rocksdb::WriteStringToFile(
      env, EncodeFolderRecord(record), fresh, /*should_sync=*/true);
  // The folder is not synced: the record before this one is true, too.
  if (status.ok()) status = env->RenameFile(fresh, name);
  if (status.ok()) return status;
  env->DeleteFile(fresh).PermitUncheckedError();
  return status;
}

void RecordKeeper::Update(rocksdb::DB* db) noexcept {
  Guarded([&] {
    TryUpdate(db);
    return absl::OkStatus();
  }).IgnoreError();
}

void RecordKeeper::TryUpdate(rocksdb::DB* db) {
  MutexLock lock(&mutex_);
  // What is in memory is durable; an edit at the end of MANIFEST may not be.
  // So the two must agree, or the next change, which is under way, writes it.
  const uint64_t number = CurrentManifest(db);
  const std::set<uint64_t> live = LiveTables(db);
  std::unique_ptr<rocksdb::LogFile> log;
  if (number == 0 || !db->GetCurrentWalFile(&log).ok()) return;
  absl::StatusOr<ManifestFile> manifest =
      ReadManifest(path_ + "/" + ManifestName(number));
  if (!manifest.ok() || manifest->end.torn || !manifest->end.damage.empty()) {
    return;
  }
  std::set<uint64_t> named;
  for (const auto& [table, facts] : manifest->state.AllTables()) {
    named.insert(table);
  }
  if (named != live) return;
  FolderRecord record;
  record.manifest = number;
  record.log = log->LogNumber();
  record.state = std::move(manifest->state);
  // The log that it names must be as durable as the record.
  if (record.log != synced_log_) {
    if (!SyncFolder(db->GetEnv(), path_).ok()) return;
    synced_log_ = record.log;
  }
  WriteFolderRecord(db->GetEnv(), path_, record).PermitUncheckedError();
}

namespace {

void TryRecordClosed(rocksdb::Env* env, const std::string& path) {
  const FolderLock lock(env, path);
  if (!lock.status().ok()) return;
  absl::StatusOr<FolderState> state = CheckFolder(path);
  if (!state.ok() || !state->damage.empty() ||
      !state->manifest_file.has_value()) {
    return;
  }
  FolderRecord record;
  record.closed = true;
  record.manifest = state->manifest;
  record.manifest_size_bytes = state->manifest_file->end.size;
  record.state = std::move(state->manifest_file->state);
  for (const auto& [number, log] : state->logs) {
    if (log.record_count > 0 || log.end.torn) return;
  }
  // A table that could not be deleted is no reason to refuse the folder later.
  const auto tables = record.state.AllTables();
  for (const auto& [number, size] : state->tables) {
    if (!tables.contains(number)) record.closed = false;
  }
  WriteFolderRecord(env, path, record).PermitUncheckedError();
}

}  // namespace

void RecordClosed(rocksdb::Env* env, const std::string& path) noexcept {
  Guarded([&] {
    TryRecordClosed(env, path);
    return absl::OkStatus();
  }).IgnoreError();
}

FolderLock::FolderLock(rocksdb::Env* env, const std::string& path,
                       bool makes_file)
    : env_(env) {
  const std::string name = absl::StrCat(path, "/", kLockFile);
  if (!makes_file && !env_->FileExists(name).ok()) return;
  status_ = env_->LockFile(name, &lock_);
}

bool FolderLock::IsHeldElsewhere() const {
  const std::string text = status_.ToString();
  return absl::StrContains(text, "lock hold by current process") ||
         absl::StrContains(text, "While lock file");
}

FolderLock::~FolderLock() {
  if (lock_ != nullptr) env_->UnlockFile(lock_).PermitUncheckedError();
}

}  // namespace footfall::storage
