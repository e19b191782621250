#include "storage/store/rocksdb_copy.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rocksdb/env.h"
#include "storage/base/status_macros.h"
#include "storage/store/folder_check.h"
#include "storage/store/folder_file.h"
#include "storage/store/rocksdb_new_folder.h"
#include "storage/store/rocksdb_record.h"

namespace footfall::storage {
namespace {

namespace fs = std::filesystem;

// The first `size` bytes of a file as a new file, synced. NOT_FOUND where there
// is no such file any more.
absl::Status CopyFrontOf(rocksdb::Env* env, const std::string& from,
                         const std::string& to, uint64_t size) {
  constexpr uint64_t kPiece = uint64_t{1} << 20;
  FOOTFALL_ASSIGN_OR_RETURN(const FolderFile file, FolderFile::Open(from));
  std::unique_ptr<rocksdb::WritableFile> out;
  FOOTFALL_RETURN_IF_ERROR(
      FileStatus(env->NewWritableFile(to, &out, rocksdb::EnvOptions()), to));
  std::string bytes(std::min(size, kPiece), '\0');
  for (uint64_t at = 0; at < size;) {
    FOOTFALL_ASSIGN_OR_RETURN(
        const size_t count,
        file.Read(at, std::min(size - at, kPiece), bytes.data()));
    if (count == 0) {
      return absl::DataLossError(
          absl::StrCat(from, " at ", at, ": it ends; it had ", size, " bytes"));
    }
    FOOTFALL_RETURN_IF_ERROR(
        FileStatus(out->Append(rocksdb::Slice(bytes.data(), count)), to));
    at += count;
  }
  FOOTFALL_RETURN_IF_ERROR(FileStatus(out->Sync(), to));
  return FileStatus(out->Close(), to);
}

class FolderCopier {
 public:
  FolderCopier(std::string from, std::string to, rocksdb::Env* env)
      : from_(std::move(from)), to_(std::move(to)), env_(env) {}

  absl::StatusOr<FolderCopy> Run() {
    std::error_code error;
    if (!fs::is_directory(from_, error)) {
      return absl::NotFoundError(absl::StrCat(from_, ": there is no database"));
    }
    NewFolder made(env_, to_);
    FOOTFALL_RETURN_IF_ERROR(made.Begin(/*may_be_empty=*/false));
    into_ = made.path();
    FOOTFALL_RETURN_IF_ERROR(CopyAll());
    FOOTFALL_RETURN_IF_ERROR(RecordCopy(env_, into_));
    FOOTFALL_RETURN_IF_ERROR(made.Finish());
    copy_.table_count = tables_.size();
    for (const auto& [number, table] : tables_) {
      copy_.table_bytes += table.size_bytes;
      (table.is_link ? copy_.linked_bytes : copy_.copied_bytes) +=
          table.size_bytes;
    }
    return copy_;
  }

 private:
  struct Table {
    uint64_t size_bytes;
    bool is_link;
  };

  // A writer may change the list of tables while its files are looked at, or
  // remove a table before it has a second name.
  absl::Status CopyAll() {
    constexpr int kAttempts = 40;
    absl::Status gone;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      if (attempt > 0) absl::SleepFor(absl::Milliseconds(2 * attempt));
      const std::string before = FolderMark(from_);
      FOOTFALL_ASSIGN_OR_RETURN(const FolderState folder, CheckFolder(from_));
      if (FolderMark(from_) != before) continue;
      FOOTFALL_RETURN_IF_ERROR(DamageStatus(from_, folder.damage));
      if (!folder.is_there) {
        return absl::NotFoundError(
            absl::StrCat(from_, ": there is no database"));
      }
      // From here on files may go, but what was seen of them stays true.
      gone = CopyTables(folder.manifest_file->state);
      if (gone.ok()) gone = CopyLists(folder);
      if (!absl::IsNotFound(gone)) return gone;
    }
    return absl::UnavailableError(
        absl::StrCat(from_, ": its writer changed it at each of ", kAttempts,
                     " attempts to copy it; try again"));
  }

  absl::Status CopyTables(const ManifestState& manifest) {
    const auto named = manifest.AllTables();
    for (auto table = tables_.begin(); table != tables_.end();) {
      // Of an attempt before.
      if (named.contains(table->first)) {
        ++table;
        continue;
      }
      env_->DeleteFile(InTo(TableName(table->first))).PermitUncheckedError();
      table = tables_.erase(table);
    }
    for (const auto& [number, table] : named) {
      if (tables_.contains(number)) continue;
      FOOTFALL_RETURN_IF_ERROR(LinkTable(number, table->size_bytes));
    }
    return absl::OkStatus();
  }

  absl::Status LinkTable(uint64_t number, uint64_t size_bytes) {
    const std::string name = TableName(number);
    const std::string from = absl::StrCat(from_, "/", name);
    const rocksdb::Status linked = env_->LinkFile(from, InTo(name));
    if (linked.ok()) {
      tables_[number] = {size_bytes, /*is_link=*/true};
      return absl::OkStatus();
    }
    if (linked.IsNoSpace()) return FileStatus(linked, InTo(name));
    // Another file system, or one that has no links; or it has gone.
    env_->DeleteFile(InTo(name)).PermitUncheckedError();
    FOOTFALL_RETURN_IF_ERROR(CopyFrontOf(env_, from, InTo(name), size_bytes));
    tables_[number] = {size_bytes, /*is_link=*/false};
    return absl::OkStatus();
  }

  // MANIFEST, CURRENT and the logs, each up to its last whole record.
  absl::Status CopyLists(const FolderState& folder) {
    copy_.copied_bytes = 0;
    for (const std::string& name : lists_) {
      env_->DeleteFile(InTo(name)).PermitUncheckedError();  // of one before
    }
    lists_.clear();
    const std::string manifest = ManifestName(folder.manifest);
    FOOTFALL_RETURN_IF_ERROR(CopyList(manifest, folder.manifest_file->end.end));
    FOOTFALL_RETURN_IF_ERROR(FileStatus(
        rocksdb::WriteStringToFile(env_, manifest + "\n", InTo("CURRENT"),
                                   /*should_sync=*/true),
        InTo("CURRENT")));
    for (const auto& [number, log] : folder.logs) {
      if (!log.is_needed || log.record_count == 0) continue;
      FOOTFALL_RETURN_IF_ERROR(CopyList(LogName(number), log.sound_size_bytes));
    }
    return absl::OkStatus();
  }

  absl::Status CopyList(const std::string& name, uint64_t size_bytes) {
    lists_.push_back(name);
    FOOTFALL_RETURN_IF_ERROR(CopyFrontOf(env_, absl::StrCat(from_, "/", name),
                                         InTo(name), size_bytes));
    copy_.copied_bytes += size_bytes;
    return absl::OkStatus();
  }

  std::string InTo(const std::string& name) const {
    return absl::StrCat(into_, "/", name);
  }

  const std::string from_;
  const std::string to_;
  rocksdb::Env* const env_;
  std::string into_;
  std::map<uint64_t, Table> tables_;  // that are in the copy, by number
  std::vector<std::string> lists_;    // the other files there
  FolderCopy copy_;
};

}  // namespace

absl::Status CheckOutside(const std::string& database,
                          const std::string& place) {
  std::error_code error;
  const fs::path home = fs::canonical(database, error);
  if (error) return absl::OkStatus();  // there is nothing to be inside of
  fs::path above = fs::weakly_canonical(fs::absolute(place, error), error);
  while (!error) {
    if (above == home) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, ": is inside of the database ", database,
                       "; choose a place outside"));
    }
    if (above == above.parent_path()) break;
    above = above.parent_path();
  }
  return absl::OkStatus();
}

absl::StatusOr<FolderCopy> CopyDatabaseFolder(const std::string& from,
                                              const std::string& to,
                                              rocksdb::Env* env) {
  if (env == nullptr) env = rocksdb::Env::Default();
  return FolderCopier(from, to, env).Run();
}

absl::Status RecordCopy(rocksdb::Env* env, const std::string& path) {
  FOOTFALL_ASSIGN_OR_RETURN(FolderState state, CheckFolder(path));
  FOOTFALL_RETURN_IF_ERROR(DamageStatus(path, state.damage));
  if (!state.manifest_file.has_value()) {
    return absl::DataLossError(absl::StrCat(path, ": holds no database"));
  }
  FolderRecord record;
  record.closed = true;
  record.manifest = state.manifest;
  record.state = std::move(state.manifest_file->state);
  for (const auto& [number, log] : state.logs) {
    if (log.record_count == 0) continue;
    record.closed = false;
    record.log = number;
  }
  if (record.closed) {
    record.manifest_size_bytes = state.manifest_file->end.size;
  }
  return FileStatus(WriteFolderRecord(env, path, record),
                    absl::StrCat(path, "/", kRecordFile));
}

}  // namespace footfall::storage
