#include "storage/store/rocksdb_repair.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "storage/base/status_macros.h"
#include "storage/store/folder_exchange.h"
#include "storage/store/rocksdb_open.h"
#include "storage/store/rocksdb_record.h"
#include "storage/store/rocksdb_rewrite.h"
#include "storage/store/rocksdb_table_guard.h"

namespace footfall::storage {
namespace {

namespace fs = std::filesystem;

// A list of tables, from where it is.
struct Candidate {
  std::string from;
  uint64_t number = 0;
  ManifestState state;
  // Tables that it names and are not there, or the other way round.
  size_t misfits = 0;
};

class Repairer {
 public:
  explicit Repairer(std::string path)
      : path_(std::move(path)), work_(RepairFolder(path_)) {}

  absl::StatusOr<StoreRepair> Run(
      absl::FunctionRef<absl::Status(const std::string&, StoreRepair*)> mend) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::string finished,
                              FinishExchange(path_));
    if (!finished.empty()) {
      repair_.notes.push_back("an earlier repair was finished");
      repair_.lost_folder = finished;
      return std::move(repair_);
    }
    FOOTFALL_ASSIGN_OR_RETURN(folder_, CheckFolder(path_));
    if (!folder_.is_there) {
      return absl::NotFoundError(absl::StrCat(path_, ": there is no database"));
    }
    FOOTFALL_RETURN_IF_ERROR(ChooseState());
    FOOTFALL_ASSIGN_OR_RETURN(repair_.tables,
                              VerifyTables(path_, folder_, state_));
    FOOTFALL_RETURN_IF_ERROR(CheckLogs());
    FOOTFALL_ASSIGN_OR_RETURN(repair_.lost_folder, MakeLostFolder(path_));
    absl::Status status = Build();
    if (status.ok()) status = mend(work_, &repair_);
    if (!status.ok()) {
      Abandon();
      return status;
    }
    FOOTFALL_RETURN_IF_ERROR(BeginExchange(path_, repair_.lost_folder));
    FOOTFALL_RETURN_IF_ERROR(FinishExchange(path_).status());
    return std::move(repair_);
  }

 private:
  void Abandon() {
    std::error_code ignored;
    fs::remove_all(work_, ignored);
    fs::remove(absl::StrCat(path_, "/", repair_.lost_folder), ignored);
    fs::remove(path_ + "/lost", ignored);  // where it is empty
  }

  bool IsDamaged(absl::string_view file) const {
    return std::any_of(
        folder_.damage.begin(), folder_.damage.end(),
        [&](const FolderDamage& damage) { return damage.file == file; });
  }

  absl::Status ChooseState() {
    repair_.damage = folder_.damage;
    if (folder_.manifest_file.has_value() && !IsDamaged("CURRENT") &&
        !IsDamaged(ManifestName(folder_.manifest))) {
      state_ = folder_.manifest_file->state;
      return absl::OkStatus();
    }
    std::vector<Candidate> candidates;
    if (folder_.record.has_value()) {
      AddCandidate("the record FOOTFALL", folder_.record->manifest,
                   folder_.record->state, &candidates);
    }
    std::error_code error;
    fs::directory_iterator entry(path_, error);
    while (!error && entry != fs::directory_iterator()) {
      const std::string name = entry->path().filename().string();
      absl::string_view digits = name;
      uint64_t number = 0;
      if (absl::ConsumePrefix(&digits, "MANIFEST-") &&
          absl::SimpleAtoi(digits, &number)) {
        absl::StatusOr<ManifestFile> file = ReadManifest(entry->path());
        if (file.ok()) {
          AddCandidate(name, number, std::move(file->state), &candidates);
        }
      }
      entry.increment(error);
    }
    if (candidates.empty()) {
      return absl::DataLossError(absl::StrCat(
          path_,
          ": neither a MANIFEST nor the record FOOTFALL can be read, so "
          "nothing tells which tables make up the database; nothing "
          "was changed"));
    }
    Candidate& best =
        *std::min_element(candidates.begin(), candidates.end(),
                          [](const Candidate& a, const Candidate& b) {
                            return std::make_pair(a.misfits, ~a.number) <
                                   std::make_pair(b.misfits, ~b.number);
                          });
    repair_.notes.push_back(
        absl::StrCat("the list of tables was made again from ", best.from));
    state_ = std::move(best.state);
    return absl::OkStatus();
  }

  void AddCandidate(std::string from, uint64_t number, ManifestState state,
                    std::vector<Candidate>* candidates) const {
    bool has_tiles = false;
    for (const auto& [id, family] : state.families) {
      if (family.name == kTilesFamily) has_tiles = true;
    }
    if (!has_tiles || state.next_file == 0) return;
    Candidate& candidate = candidates->emplace_back();
    candidate.from = std::move(from);
    candidate.number = number;
    candidate.state = std::move(state);
    const auto named = candidate.state.AllTables();
    for (const auto& [table, facts] : named) {
      const auto found = folder_.tables.find(table);
      if (found == folder_.tables.end() || found->second != facts->size_bytes) {
        ++candidate.misfits;
      }
    }
    for (const auto& [table, size] : folder_.tables) {
      if (!named.contains(table)) ++candidate.misfits;
    }
  }

  // What of the logs goes on from the tables.
  absl::Status CheckLogs() {
    std::vector<FolderDamage> damage;
    for (auto& [number, log] : folder_.logs) {
      LogFile unread;
      unread.size_bytes = log.size_bytes;
      log = unread;
    }
    FOOTFALL_RETURN_IF_ERROR(
        ReadLogs(path_, state_, &folder_.logs, &damage).status());
    for (FolderDamage& found : damage) {
      if (!IsDamaged(found.file)) repair_.damage.push_back(std::move(found));
    }
    for (const auto& [number, log] : folder_.logs) {
      if (!log.is_needed || log.sound_size_bytes >= log.size_bytes) continue;
      if (log.end.torn && log.end.damage.empty() &&
          log.sound_size_bytes == log.end.end) {
        continue;  // as a crash leaves it
      }
      repair_.losses.push_back(absl::StrCat(
          LogName(number), ": batches from byte ", log.sound_size_bytes, " of ",
          log.size_bytes, " on are lost"));
    }
    if (folder_.record.has_value() && folder_.record->log != 0 &&
        folder_.record->log >= FirstNeededLog(state_) &&
        !folder_.logs.contains(folder_.record->log)) {
      repair_.losses.push_back(absl::StrCat(
          LogName(folder_.record->log),
          ": it is missing, and all batches that it had are lost"));
    }
    return absl::OkStatus();
  }

  absl::Status Build() {
    if (repair_.tables.empty()) {
      FOOTFALL_RETURN_IF_ERROR(BuildFolder(state_));
      FOOTFALL_ASSIGN_OR_RETURN(
          const std::unique_ptr<RocksdbHandle> handle,
          OpenRocksdbHandle(work_, {.create_if_missing = false}));
      return ToStatus(handle->Close(), work_);
    }
    TableRewrite rewrite(state_, repair_.tables);
    ManifestState without = state_;
    ManifestState readable = state_;
    for (const TableDamage& damage : repair_.tables) {
      for (auto& [id, family] : without.families) {
        family.tables.erase(damage.table);
      }
      for (auto& [id, family] : readable.families) {
        if (!damage.is_readable) family.tables.erase(damage.table);
      }
    }
    FOOTFALL_RETURN_IF_ERROR(BuildFolder(readable));
    FOOTFALL_RETURN_IF_ERROR(rewrite.Read(work_));
    for (const TableDamage& damage : repair_.tables) {
      std::error_code ignored;
      fs::remove(absl::StrCat(work_, "/", TableName(damage.table)), ignored);
    }
    FOOTFALL_RETURN_IF_ERROR(WriteManifest(without));
    FOOTFALL_RETURN_IF_ERROR(rewrite.Write(work_));
    repair_.lost = rewrite.lost();
    return absl::OkStatus();
  }

  absl::Status BuildFolder(const ManifestState& state) {
    FOOTFALL_RETURN_IF_ERROR(MakeRepairFolder(path_));
    for (const auto& [number, table] : state.AllTables()) {
      const std::string name = TableName(number);
      FOOTFALL_RETURN_IF_ERROR(LinkOrCopy(absl::StrCat(path_, "/", name),
                                          absl::StrCat(work_, "/", name)));
    }
    for (const auto& [number, log] : folder_.logs) {
      if (!log.is_needed || log.sound_size_bytes == 0) continue;
      const std::string name = LogName(number);
      FOOTFALL_RETURN_IF_ERROR(CopyFront(absl::StrCat(path_, "/", name),
                                         absl::StrCat(work_, "/", name),
                                         log.sound_size_bytes));
    }
    return WriteManifest(state);
  }

  absl::Status WriteManifest(ManifestState state) {
    // No new file gets a name that one in the folder has.
    uint64_t number = std::max(state.next_file, folder_.manifest + 1);
    if (!folder_.tables.empty()) {
      number = std::max(number, folder_.tables.rbegin()->first + 1);
    }
    if (!folder_.logs.empty()) {
      number = std::max(number, folder_.logs.rbegin()->first + 1);
    }
    for (const auto& [table, facts] : state_.AllTables()) {
      state.last_sequence =
          std::max(state.last_sequence, facts->largest_sequence);
    }
    state.next_file = number + 1;
    repair_.last_sequence = state.last_sequence;
    std::string bytes;
    for (const std::string& edit : EncodeManifest(state)) {
      AppendLogFrames(edit, bytes.size(), &bytes);
    }
    const std::string name = ManifestName(number);
    FOOTFALL_RETURN_IF_ERROR(
        WriteDurably(absl::StrCat(work_, "/", name), bytes));
    return WriteDurably(work_ + "/CURRENT", name + "\n");
  }

  const std::string path_;
  const std::string work_;
  FolderState folder_;
  ManifestState state_;
  StoreRepair repair_;
};

}  // namespace

absl::Status WithFolderLocked(const std::string& path, bool makes_lock,
                              absl::FunctionRef<absl::Status()> work) {
  const FolderLock lock(GuardedEnv().get(), path, makes_lock);
  if (!lock.status().ok()) {
    return OpenError(lock.status(), path, /*read_only=*/false);
  }
  return work();
}

absl::StatusOr<StoreRepair> RepairStore(
    const std::string& path,
    absl::FunctionRef<absl::Status(const std::string&, StoreRepair*)> mend) {
  return Repairer(path).Run(mend);
}

}  // namespace footfall::storage
