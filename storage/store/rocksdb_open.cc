// Opening: is it ours, is it free, did it stand still while it was read.

#include "storage/store/rocksdb_open.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rocksdb/convenience.h"
#include "rocksdb/statistics.h"
#include "rocksdb/write_buffer_manager.h"
#include "storage/base/bytes.h"
#include "storage/base/status_macros.h"
#include "storage/store/folder_check.h"
#include "storage/store/rocksdb_cache.h"
#include "storage/store/rocksdb_record.h"
#include "storage/store/rocksdb_table_guard.h"

namespace footfall::storage {
namespace {

namespace fs = std::filesystem;

// Where a database was never completed, RocksDB leaves some of these.
bool IsOwnFile(const std::string& name) {
  for (const absl::string_view prefix : {"CURRENT", "LOCK", "LOG", "IDENTITY",
                                         "MANIFEST-", "OPTIONS-", "staging"}) {
    if (absl::StartsWith(name, prefix)) return true;
  }
  for (const absl::string_view suffix : {".log", ".sst", ".dbtmp"}) {
    if (absl::EndsWith(name, suffix)) return true;
  }
  return false;
}

// Whether a new database may be created at `path`: it is absent, or a folder
// without files of another kind.
absl::Status CheckMayCreate(const std::string& path) {
  std::error_code error;
  const fs::file_status found = fs::status(path, error);
  if (found.type() == fs::file_type::not_found &&
      error != std::errc::not_a_directory) {
    return absl::OkStatus();
  }
  if (!fs::is_directory(found)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     found.type() == fs::file_type::not_found
                         ? ": lies below a file"
                         : ": is a file and no database",
                     "; a database is a folder"));
  }
  fs::directory_iterator entries(path, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat(path, ": cannot be read: ", error.message()));
  }
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (IsOwnFile(name)) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": holds \"", name,
                     "\" and no database; choose a new or an empty folder"));
  }
  return absl::OkStatus();
}

// Whether there is a whole database: making one takes steps, and a process may
// have died between them. Another program's must not get our key spaces.
absl::StatusOr<bool> CheckIsOurs(const std::string& path, rocksdb::Env* env) {
  std::vector<std::string> families;
  const RocksdbSettings settings = MakeSmallSettings(path, true, env);
  const rocksdb::Status status =
      rocksdb::DB::ListColumnFamilies(settings.database, path, &families);
  // What is wrong is told by the opening itself.
  if (!status.ok()) return true;
  bool has_tiles = false;
  for (const std::string& family : families) {
    if (family == kTilesFamily) {
      has_tiles = true;
    } else if (family != rocksdb::kDefaultColumnFamilyName) {
      return absl::UnimplementedError(
          absl::StrCat(path, ": holds a key space \"", family,
                       "\"; this build knows \"default\" and \"tiles\""));
    }
  }
  if (has_tiles) return true;
  rocksdb::Options options;
  options.env = settings.database.env;
  options.info_log = settings.database.info_log;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::OpenForReadOnly(options, path, &opened).ok()) return true;
  const std::unique_ptr<rocksdb::DB> db(opened);
  const std::unique_ptr<rocksdb::Iterator> first(
      db->NewIterator(rocksdb::ReadOptions()));
  first->SeekToFirst();
  if (!first->Valid()) return false;
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": is a RocksDB database of another program"));
}

// The process that holds the lock file; 0 where none is known. Never called
// when it is this process: closing a file gives up the locks on it.
pid_t LockHolder(const std::string& path) {
  const int file = open(absl::StrCat(path, "/LOCK").c_str(), O_RDWR);
  if (file < 0) return 0;
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool held = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  const pid_t holder = held ? lock.l_pid : 0;
  close(file);
  return holder;
}

// So that something can be deleted where there is no room for a table: what the
// logs hold stays in them, and in memory, whatever the budget; and files that
// RocksDB writes and nobody reads make room for a list of tables.
void PrepareForFullDisk(const std::string& path, RocksdbSettings* settings) {
  std::vector<std::string> names;
  rocksdb::Env* const env = settings->env.get();
  if (!env->GetChildren(path, &names).ok()) return;
  uint64_t log_bytes = 0;
  for (const std::string& name : names) {
    const std::string file = absl::StrCat(path, "/", name);
    uint64_t bytes = 0;
    if (absl::StartsWith(name, "OPTIONS-")) {
      env->DeleteFile(file).PermitUncheckedError();
    } else if (absl::EndsWith(name, ".log") &&
               env->GetFileSize(file, &bytes).ok()) {
      log_bytes += bytes;
    }
  }
  // Twice for what memory takes more than a log, and as much for new batches.
  const uint64_t needed = 4 * log_bytes;
  settings->files->RefuseSettings();
  settings->database.avoid_flush_during_recovery = true;
  for (rocksdb::ColumnFamilyOptions* const family :
       {&settings->catalog, &settings->tiles}) {
    family->write_buffer_size += needed;
    // A compaction that does not fit would take what room there is meanwhile.
    family->disable_auto_compactions = true;
    family->level0_slowdown_writes_trigger = 1 << 20;
    family->level0_stop_writes_trigger = 1 << 20;
  }
  rocksdb::WriteBufferManager* const buffers =
      settings->database.write_buffer_manager.get();
  buffers->SetBufferSize(buffers->buffer_size() + 2 * needed);
}

// Ends the reading of logs after a change.
class LogLimit final : public rocksdb::WalFilter {
 public:
  explicit LogLimit(uint64_t last_sequence) : last_(last_sequence) {}

  const char* Name() const override { return "footfall.log_limit"; }
  WalProcessingOption LogRecordFound(unsigned long long /*log_number*/,
                                     const std::string& /*log_file_name*/,
                                     const rocksdb::WriteBatch& batch,
                                     rocksdb::WriteBatch* /*new_batch*/,
                                     bool* /*batch_changed*/) override {
    // A batch begins with the number of its first change.
    return LoadU64(batch.Data().data()) > last_
               ? WalProcessingOption::kStopReplay
               : WalProcessingOption::kContinueProcessing;
  }

 private:
  const uint64_t last_;
};

// RocksDB takes a log's torn end for damage where zeros stand in it, or passes
// over them to batches that no longer follow on what is there.
void SetRecovery(const FolderState& folder, RocksdbSettings* settings) {
  if (!folder.log_is_torn) return;
  settings->database.wal_recovery_mode =
      rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  settings->log_end = std::make_shared<LogLimit>(folder.last_sound_sequence);
  settings->database.wal_filter = settings->log_end.get();
}

// Opens it without changing anything and reads the catalog: a writer that met
// damage there would by then have begun a new MANIFEST and emptied the logs.
absl::Status TryReading(const std::string& path, const FolderState& folder,
                        rocksdb::Env* env) {
  RocksdbHandle handle;
  handle.path = path;
  handle.read_only = true;
  handle.settings = MakeSmallSettings(path, true, env);
  SetRecovery(folder, &handle.settings);
  // As many tables as a writer looks into.
  handle.settings.database.max_open_files =
      MakeSmallSettings(path, false).database.max_open_files;
  rocksdb::Status status = OpenFamilies(&handle);
  if (!status.ok()) return OpenError(status, path, /*read_only=*/true);
  rocksdb::ReadOptions reading;
  reading.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> records(
      handle.db->NewIterator(reading, handle.family(Keyspace::kCatalog)));
  for (records->SeekToFirst(); records->Valid(); records->Next()) {
  }
  return ToStatus(records->status(), path);
}

// Whether there is a whole database whose files belong together. Nobody opens
// it for writing meanwhile.
absl::StatusOr<FolderState> CheckForOpening(
    const std::string& path, const RocksdbStoreOptions& options) {
  const bool read_only = options.read_only;
  std::optional<FolderLock> lock;
  if (!read_only) {
    lock.emplace(GuardedEnv().get(), path);
    if (!lock->status().ok()) return OpenError(lock->status(), path, false);
  }
  FOOTFALL_ASSIGN_OR_RETURN(FolderState folder, CheckFolder(path));
  if (read_only && !folder.damage.empty()) {
    // Beside a writer it may only seem so; OpenToRead() looks again.
    return folder;
  }
  FOOTFALL_RETURN_IF_ERROR(DamageStatus(path, folder.damage));
  if (folder.is_there) {
    FOOTFALL_ASSIGN_OR_RETURN(folder.is_there, CheckIsOurs(path, options.env));
  }
  if (folder.is_there && !read_only) {
    FOOTFALL_RETURN_IF_ERROR(TryReading(path, folder, options.env));
  }
  return folder;
}

// RocksDB gives what is taken in by an empty database the sequence number 0,
// and a view the number of the last write. Before release 9.10 a compaction
// beside a view of number 0 drops what has that number itself. So there is a
// write before any view: the deletion of a key that is not there, in memory
// alone.
rocksdb::Status LeaveFirstNumber(const RocksdbHandle& handle) {
  if (handle.db->GetLatestSequenceNumber() > 0) return rocksdb::Status::OK();
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return handle.DeleteNothing(options);
}

// Of the logs that still hold what no table does.
uint64_t LogBytesOf(const RocksdbHandle& handle) {
  uint64_t first_log = 0;
  handle.db->GetIntProperty(rocksdb::DB::Properties::kMinLogNumberToKeep,
                            &first_log);
  uint64_t bytes = 0;
  std::error_code error;
  fs::directory_iterator entry(handle.path, error);
  while (!error && entry != fs::directory_iterator()) {
    const std::string name = entry->path().filename().string();
    absl::string_view stem = name;
    uint64_t number = 0;
    if (absl::ConsumeSuffix(&stem, ".log") && absl::SimpleAtoi(stem, &number) &&
        number >= first_log) {
      std::error_code gone;  // dropped since it was listed
      const uintmax_t size = entry->file_size(gone);
      if (!gone) bytes += size;
    }
    entry.increment(error);
  }
  return bytes;
}

}  // namespace

rocksdb::Status OpenFamilies(RocksdbHandle* handle) {
  const std::string& path = handle->path;
  const RocksdbSettings& settings = handle->settings;
  const std::vector<rocksdb::ColumnFamilyDescriptor> descriptors = {
      {rocksdb::kDefaultColumnFamilyName, settings.catalog},
      {kTilesFamily, settings.tiles},
  };
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      handle->read_only
          ? rocksdb::DB::OpenForReadOnly(settings.database, path, descriptors,
                                         &families, &db)
          : rocksdb::DB::Open(settings.database, path, descriptors, &families,
                              &db);
  if (!status.ok()) return status;
  handle->db.reset(db);
  handle->families = {families[0], families[1]};
  return status;
}

absl::Status OpenError(const rocksdb::Status& status, const std::string& path,
                       bool read_only) {
  const std::string text = status.ToString();
  if (status.IsIOError() && !read_only && absl::StrContains(text, "LOCK")) {
    const bool by_this_process =
        absl::StrContains(text, "lock hold by current process");
    const pid_t holder = by_this_process ? getpid() : LockHolder(path);
    if (holder != 0) {
      return absl::FailedPreconditionError(absl::StrCat(
          path, ": is open for writing in process ", holder,
          "; close it there, open it with --readonly (read_only in the "
          "options), or choose another folder"));
    }
  }
  // What RocksDB makes of files whose settings it cannot read: we never ask for
  // direct input and output.
  if (status.IsInvalidArgument() &&
      (IsOfMedium(status) || absl::StrContains(text, "Direct I/O"))) {
    return IsNoRoom(status) ? absl::ResourceExhaustedError(
                                  absl::StrCat(path, ": ", TextOf(status)))
                            : absl::UnavailableError(
                                  absl::StrCat(path, ": ", TextOf(status)));
  }
  if (status.IsInvalidArgument()) {
    return absl::UnimplementedError(
        absl::StrCat(path, ": was written with other settings: ", text));
  }
  return ToStatus(status, path);
}

RocksdbHandle::~RocksdbHandle() { Close().PermitUncheckedError(); }

rocksdb::Status RocksdbHandle::DeleteNothing(
    const rocksdb::WriteOptions& options) const {
  return db->Delete(options, family(Keyspace::kCatalog), "");
}

rocksdb::Status RocksdbHandle::Close() {
  if (db == nullptr) return rocksdb::Status::OK();
  for (rocksdb::ColumnFamilyHandle*& family : families) {
    if (family != nullptr) {
      db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
    }
    family = nullptr;
  }
  // A recovery that is under way would never let it close (in release 7.8).
  if (settings.watch->stopped()) {
    settings.watch->WaitForRecovery();
    rocksdb::CancelAllBackgroundWork(db.get(), /*wait=*/false);
  }
  settings.gate->Remove();
  const rocksdb::Status status = db->Close();
  db.reset();
  if (status.ok() && !read_only) RecordClosed(settings.database.env, path);
  return status;
}

StoreStats StatsOf(const RocksdbHandle& handle) {
  StoreStats stats;
  for (rocksdb::ColumnFamilyHandle* family : handle.families) {
    rocksdb::ColumnFamilyMetaData tables;
    handle.db->GetColumnFamilyMetaData(family, &tables);
    stats.table_bytes += tables.size;
    stats.table_count += tables.file_count;
    if (family == handle.family(Keyspace::kCatalog)) {
      stats.catalog_bytes = tables.size;
    }
  }
  stats.log_bytes = LogBytesOf(handle);
  stats.memory_bytes = handle.settings.cache->GetUsage();
  const rocksdb::Statistics& counts = *handle.settings.database.statistics;
  stats.cache_hits = counts.getTickerCount(rocksdb::BLOCK_CACHE_HIT);
  stats.cache_misses = counts.getTickerCount(rocksdb::BLOCK_CACHE_MISS);
  stats.stalls = handle.settings.watch->stall_count();
  uint64_t views = 0;
  uint64_t oldest = 0;  // in Unix seconds
  handle.db->GetIntProperty(rocksdb::DB::Properties::kNumSnapshots, &views);
  handle.db->GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotTime,
                            &oldest);
  const int64_t age =
      absl::ToUnixSeconds(absl::Now()) - static_cast<int64_t>(oldest);
  if (views > 1 && age > 0) {
    stats.oldest_view_seconds = static_cast<uint64_t>(age);
  }
  return stats;
}

std::string StagingFolder(const std::string& path) { return path + "/staging"; }

// A writer beside us may drop a log between our reading the list of tables and
// our reading the logs: then what was in it would be missing, and what came
// after it not. Where what was read does not hold, it is read again.
absl::StatusOr<std::unique_ptr<RocksdbHandle>> OpenToRead(
    const std::string& path, const RocksdbStoreOptions& options,
    std::shared_ptr<rocksdb::Cache> cache) {
  constexpr int kAttempts = 20;
  constexpr int kSureAttempts = 2;  // however long they take
  const absl::Time until = absl::Now() + absl::Seconds(10);
  rocksdb::Status status;
  int attempt = 0;
  for (; attempt < kAttempts; ++attempt) {
    if (attempt >= kSureAttempts && absl::Now() > until) break;
    if (attempt > 0) absl::SleepFor(absl::Milliseconds(5 * attempt));
    const std::string before = FolderMark(path);
    FOOTFALL_ASSIGN_OR_RETURN(const FolderState folder, CheckFolder(path));
    if (FolderMark(path) != before) continue;
    FOOTFALL_RETURN_IF_ERROR(DamageStatus(path, folder.damage));
    auto handle = std::make_unique<RocksdbHandle>();
    handle->path = path;
    handle->read_only = true;
    handle->settings = MakeRocksdbSettings(path, options, cache);
    handle->place = PlaceOf(folder);
    const int most = options.most_open_read_tables;
    if (handle->place.tables.size() > static_cast<size_t>(most)) {
      handle->settings.database.max_open_files = most;
    }
    SetRecovery(folder, &handle->settings);
    status = OpenFamilies(handle.get());
    if (FolderMark(path) != before &&
        !(status.ok() && StillHolds(path, folder))) {
      continue;
    }
    if (!status.ok()) return OpenError(status, path, /*read_only=*/true);
    return handle;
  }
  return absl::UnavailableError(absl::StrCat(
      path, ": its writer changed it at each of ", attempt,
      " attempts to open it; try again",
      status.ok() ? "" : absl::StrCat(" (", status.ToString(), ")")));
}

absl::StatusOr<std::unique_ptr<RocksdbHandle>> OpenRocksdbHandle(
    const std::string& path, const RocksdbStoreOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const FolderState folder,
                            CheckForOpening(path, options));
  if (!folder.is_there) {
    FOOTFALL_RETURN_IF_ERROR(CheckMayCreate(path));
    if (options.read_only || !options.create_if_missing) {
      return absl::NotFoundError(absl::StrCat(path, ": there is no database"));
    }
    std::error_code error;
    fs::create_directories(path, error);
    if (error) {
      return absl::UnavailableError(
          absl::StrCat(path, ": cannot be created: ", error.message()));
    }
  }
  if (options.read_only) return OpenToRead(path, options, nullptr);

  auto handle = std::make_unique<RocksdbHandle>();
  handle->path = path;
  handle->settings = MakeRocksdbSettings(path, options);
  SetRecovery(folder, &handle->settings);
  rocksdb::Status status = OpenFamilies(handle.get());
  if (IsNoRoom(status)) {
    PrepareForFullDisk(path, &handle->settings);
    status = OpenFamilies(handle.get());
  }
  if (status.ok()) status = LeaveFirstNumber(*handle);
  if (!status.ok()) return OpenError(status, path, /*read_only=*/false);
  handle->settings.record->Update(handle->db.get());
  std::error_code ignored;
  fs::remove_all(StagingFolder(path), ignored);
  return handle;
}

}  // namespace footfall::storage
