#include "storage/store/rocksdb_backup.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "rocksdb/utilities/backup_engine.h"
#include "storage/base/status_macros.h"
#include "storage/store/rocksdb_copy.h"
#include "storage/store/rocksdb_new_folder.h"
#include "storage/store/rocksdb_open.h"
#include "storage/store/rocksdb_parts.h"
#include "storage/store/rocksdb_view.h"

namespace footfall::storage {
namespace {

namespace fs = std::filesystem;

// What BackupEngine makes; "meta" has a file a backup.
constexpr const char* kEngineFolders[] = {"meta", "private", "shared",
                                          "shared_checksum"};

rocksdb::Env* EnvOr(rocksdb::Env* env) {
  return env == nullptr ? rocksdb::Env::Default() : env;
}

StoredBackup Translate(const rocksdb::BackupInfo& info) {
  StoredBackup backup;
  backup.id = info.backup_id;
  backup.unix_time_s = info.timestamp;
  backup.size_bytes = info.size;
  backup.file_count = info.number_files;
  backup.note = info.app_metadata;
  return backup;
}

// OK where there are backups or nothing.
absl::Status CheckHoldsBackups(const std::string& folder) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool is_ours =
        name == kLockFile ||
        std::find(std::begin(kEngineFolders), std::end(kEngineFolders), name) !=
            std::end(kEngineFolders);
    if (is_ours) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(folder, ": holds \"", name,
                     "\" and no backups; choose a new or an empty folder"));
  }
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(folder, ": cannot be read: ", error.message()));
}

absl::Status CheckIsThere(const std::string& folder) {
  std::error_code error;
  if (fs::is_directory(folder + "/meta", error)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(folder, ": holds no backup"));
}

uint64_t BytesIn(const std::string& folder) {
  uint64_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  while (!error && entry != fs::recursive_directory_iterator()) {
    std::error_code gone;
    const uintmax_t size = entry->file_size(gone);
    if (!gone) bytes += size;
    entry.increment(error);
  }
  return bytes;
}

absl::Status NoSuch(const std::string& folder, uint32_t id) {
  return absl::NotFoundError(absl::StrCat(folder, ": has no backup ", id));
}

// The backups of a folder, to be read. One is deleted only in a writable one.
class Backups {
 public:
  static absl::StatusOr<Backups> Open(const std::string& folder,
                                      rocksdb::Env* env) {
    FOOTFALL_RETURN_IF_ERROR(CheckIsThere(folder));
    rocksdb::BackupEngineReadOnly* engine = nullptr;
    FOOTFALL_RETURN_IF_ERROR(
        FileStatus(rocksdb::BackupEngineReadOnly::Open(
                       env, rocksdb::BackupEngineOptions(folder), &engine),
                   folder));
    return Backups(folder,
                   std::unique_ptr<rocksdb::BackupEngineReadOnly>(engine));
  }

  std::vector<StoredBackup> List() const {
    std::vector<rocksdb::BackupInfo> infos;
    engine_->GetBackupInfo(&infos);
    std::vector<StoredBackup> list;
    for (const rocksdb::BackupInfo& info : infos) {
      list.push_back(Translate(info));
    }
    std::vector<rocksdb::BackupID> damaged;
    engine_->GetCorruptedBackups(&damaged);
    for (const rocksdb::BackupID id : damaged) {
      StoredBackup& backup = list.emplace_back();
      backup.id = id;
      backup.damage = StatusOf(engine_->VerifyBackup(id), id);
    }
    std::sort(list.begin(), list.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    return list;
  }

  // The backup of this number, or the newest. NOT_FOUND, or its damage.
  absl::StatusOr<StoredBackup> Find(std::optional<uint32_t> id) const {
    const std::vector<StoredBackup> list = List();
    if (list.empty()) {
      return absl::NotFoundError(absl::StrCat(folder_, ": holds no backup"));
    }
    for (const StoredBackup& backup : list) {
      if (backup.id != id.value_or(list.back().id)) continue;
      if (!backup.damage.ok()) return backup.damage;
      return backup;
    }
    return NoSuch(folder_, *id);
  }

  // `status` as that of a backup; what is wrong with it is DATA_LOSS.
  absl::Status StatusOf(const rocksdb::Status& status, uint32_t id) const {
    const std::string what = absl::StrCat(folder_, ": backup ", id);
    if (status.IsNotFound() || status.IsPathNotFound() ||
        status.IsInvalidArgument()) {
      return absl::DataLossError(absl::StrCat(what, ": ", status.ToString()));
    }
    return FileStatus(status, what);
  }

  const rocksdb::BackupEngineReadOnly& engine() const { return *engine_; }

 private:
  Backups(std::string folder,
          std::unique_ptr<rocksdb::BackupEngineReadOnly> engine)
      : folder_(std::move(folder)), engine_(std::move(engine)) {}

  std::string folder_;
  std::unique_ptr<rocksdb::BackupEngineReadOnly> engine_;
};

absl::StatusOr<std::unique_ptr<rocksdb::BackupEngine>> OpenToWrite(
    const std::string& folder, rocksdb::Env* env) {
  rocksdb::BackupEngineOptions options(folder);
  options.sync = true;
  rocksdb::BackupEngine* engine = nullptr;
  FOOTFALL_RETURN_IF_ERROR(
      FileStatus(rocksdb::BackupEngine::Open(options, env, &engine), folder));
  return std::unique_ptr<rocksdb::BackupEngine>(engine);
}

absl::Status LockedStatus(const FolderLock& lock, const std::string& what) {
  if (!lock.IsHeldElsewhere()) return FileStatus(lock.status(), what);
  return absl::FailedPreconditionError(
      absl::StrCat(what,
                   ": another process, or another call of this one, "
                   "makes a backup now (",
                   lock.status().ToString(), ")"));
}

// The copy of a database that a backup is made from, in a folder of the
// database. It goes with this; the folder stays, with the lock by which one
// backup is made at a time: a lock in what is removed holds nobody off.
class PassingCopy {
 public:
  PassingCopy(const std::string& database, rocksdb::Env* env)
      : database_(database),
        place_(database + "/backup"),
        path_(place_ + "/copy"),
        env_(env) {}
  ~PassingCopy() {
    handle_.reset();
    if (lock_.has_value() && lock_->status().ok()) Empty();
  }
  PassingCopy(const PassingCopy&) = delete;
  PassingCopy& operator=(const PassingCopy&) = delete;

  absl::Status Make() {
    std::error_code ignored;
    if (!fs::is_directory(database_, ignored)) {
      return absl::NotFoundError(
          absl::StrCat(database_, ": there is no database"));
    }
    FOOTFALL_RETURN_IF_ERROR(
        FileStatus(env_->CreateDirIfMissing(place_), place_));
    lock_.emplace(env_, place_, /*makes_file=*/true);
    FOOTFALL_RETURN_IF_ERROR(LockedStatus(*lock_, database_));
    Empty();  // of what a process that died has left
    FOOTFALL_RETURN_IF_ERROR(
        CopyDatabaseFolder(database_, path_, env_).status());
    handle_ = std::make_shared<RocksdbHandle>();
    handle_->path = path_;
    handle_->settings = MakeRocksdbSettings(
        path_, {.memory_budget_bytes = uint64_t{64} << 20, .env = env_});
    // Tables must stay those of the database, or nothing would be shared.
    handle_->settings.catalog.disable_auto_compactions = true;
    handle_->settings.tiles.disable_auto_compactions = true;
    return OpenError(OpenFamilies(handle_.get()), path_, /*read_only=*/false);
  }

  const std::shared_ptr<RocksdbHandle>& handle() const { return handle_; }

 private:
  // Requires: the lock is held.
  void Empty() noexcept {
    Guarded([this] {
      std::vector<std::string> names;
      env_->GetChildren(place_, &names).PermitUncheckedError();
      std::error_code ignored;
      for (const std::string& name : names) {
        if (name == kLockFile || name == "." || name == "..") continue;
        fs::remove_all(absl::StrCat(place_, "/", name), ignored);
      }
      return absl::OkStatus();
    }).IgnoreError();
  }

  const std::string database_;
  const std::string place_;
  const std::string path_;
  rocksdb::Env* const env_;
  std::optional<FolderLock> lock_;
  std::shared_ptr<RocksdbHandle> handle_;
};

}  // namespace

absl::StatusOr<AddedBackup> AddBackup(
    const std::string& path, const std::string& folder,
    absl::FunctionRef<absl::StatusOr<std::string>(const StoreView&)> note_of,
    rocksdb::Env* env) {
  env = EnvOr(env);
  FOOTFALL_RETURN_IF_ERROR(CheckOutside(path, folder));
  std::error_code error;
  const bool is_new = !fs::exists(folder, error);
  FOOTFALL_RETURN_IF_ERROR(FileStatus(env->CreateDirIfMissing(folder), folder));
  if (is_new) FOOTFALL_RETURN_IF_ERROR(SyncNames(env, ParentOf(folder)));
  FOOTFALL_RETURN_IF_ERROR(CheckHoldsBackups(folder));
  const FolderLock lock(env, folder, /*makes_file=*/true);
  FOOTFALL_RETURN_IF_ERROR(LockedStatus(lock, folder));

  PassingCopy copy(path, env);
  FOOTFALL_RETURN_IF_ERROR(copy.Make());
  FOOTFALL_ASSIGN_OR_RETURN(const std::string note,
                            note_of(*NewRocksdbView(copy.handle())));
  FOOTFALL_ASSIGN_OR_RETURN(const auto engine, OpenToWrite(folder, env));
  const uint64_t before = BytesIn(folder);
  rocksdb::BackupID id = 0;
  const rocksdb::IOStatus added = engine->CreateNewBackupWithMetadata(
      rocksdb::CreateBackupOptions(), copy.handle()->db.get(), note, &id);
  if (!added.ok()) {
    engine->GarbageCollect().PermitUncheckedError();
    return FileStatus(added, folder);
  }
  AddedBackup backup;
  rocksdb::BackupInfo info;
  FOOTFALL_RETURN_IF_ERROR(
      FileStatus(engine->GetBackupInfo(id, &info), folder));
  backup.backup = Translate(info);
  backup.new_bytes = BytesIn(folder) - before;
  return backup;
}

absl::StatusOr<std::vector<StoredBackup>> ListStoredBackups(
    const std::string& folder, rocksdb::Env* env) {
  FOOTFALL_ASSIGN_OR_RETURN(const Backups backups,
                            Backups::Open(folder, EnvOr(env)));
  std::vector<StoredBackup> list = backups.List();
  if (!list.empty()) return list;
  return absl::NotFoundError(absl::StrCat(folder, ": holds no backup"));
}

absl::StatusOr<uint32_t> VerifyStoredBackup(const std::string& folder,
                                            std::optional<uint32_t> id,
                                            rocksdb::Env* env) {
  FOOTFALL_ASSIGN_OR_RETURN(const Backups backups,
                            Backups::Open(folder, EnvOr(env)));
  FOOTFALL_ASSIGN_OR_RETURN(const StoredBackup backup, backups.Find(id));
  FOOTFALL_RETURN_IF_ERROR(backups.StatusOf(
      backups.engine().VerifyBackup(backup.id, /*verify_with_checksum=*/true),
      backup.id));
  return backup.id;
}

absl::StatusOr<StoredBackup> RestoreStoredBackup(const std::string& folder,
                                                 std::optional<uint32_t> id,
                                                 const std::string& target,
                                                 rocksdb::Env* env) {
  env = EnvOr(env);
  // Goes last: after an error, threads of the engine still write into it.
  NewFolder made(env, target);
  FOOTFALL_ASSIGN_OR_RETURN(const Backups backups, Backups::Open(folder, env));
  FOOTFALL_ASSIGN_OR_RETURN(const StoredBackup backup, backups.Find(id));
  FOOTFALL_RETURN_IF_ERROR(made.Begin(/*may_be_empty=*/true));
  const absl::Status copied = backups.StatusOf(
      backups.engine().RestoreDBFromBackup(rocksdb::RestoreOptions(), backup.id,
                                           made.path(), made.path()),
      backup.id);
  if (absl::IsDataLoss(copied)) {
    // Which does not always name the file.
    FOOTFALL_RETURN_IF_ERROR(
        VerifyStoredBackup(folder, backup.id, env).status());
  }
  FOOTFALL_RETURN_IF_ERROR(copied);
  FOOTFALL_RETURN_IF_ERROR(RecordCopy(env, made.path()));
  FOOTFALL_RETURN_IF_ERROR(made.Finish());
  return backup;
}

absl::StatusOr<uint64_t> KeepNewestBackups(const std::string& folder,
                                           uint64_t count, rocksdb::Env* env) {
  env = EnvOr(env);
  if (count == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(folder, ": at least 1 backup has to be kept"));
  }
  FOOTFALL_RETURN_IF_ERROR(CheckIsThere(folder));
  const FolderLock lock(env, folder, /*makes_file=*/true);
  FOOTFALL_RETURN_IF_ERROR(LockedStatus(lock, folder));
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<StoredBackup> list,
                            ListStoredBackups(folder, env));
  FOOTFALL_ASSIGN_OR_RETURN(const auto engine, OpenToWrite(folder, env));
  uint64_t kept = 0;
  uint64_t deleted = 0;
  for (auto backup = list.rbegin(); backup != list.rend(); ++backup) {
    if (kept < count) {
      if (backup->damage.ok()) ++kept;
      continue;
    }
    FOOTFALL_RETURN_IF_ERROR(
        FileStatus(engine->DeleteBackup(backup->id), folder));
    ++deleted;
  }
  return deleted;
}

}  // namespace footfall::storage
