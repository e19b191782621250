#include "storage/store/folder_check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "storage/base/status_macros.h"
#include "storage/store/folder_exchange.h"
#include "storage/store/folder_file.h"

namespace footfall::storage {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kManifestPrefix = "MANIFEST-";
constexpr uint64_t kFirstManifest = 1;  // of a database that is being made

// At least 6 digits, as RocksDB writes them.
bool ParseNumber(absl::string_view digits, uint64_t* number) {
  return digits.size() >= 6 &&
         std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(digits, number);
}

class Checker {
 public:
  explicit Checker(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<FolderState> Run() && {
    // The record first: whatever a writer beside us does, it only becomes more
    // than the record says.
    FOOTFALL_RETURN_IF_ERROR(ReadRecord());
    FOOTFALL_ASSIGN_OR_RETURN(const bool has_current, ReadCurrent());
    if (state_.manifest != 0) FOOTFALL_RETURN_IF_ERROR(CheckManifest());
    FOOTFALL_RETURN_IF_ERROR(ListFiles());
    if (!has_current) {
      CheckNothingIsThere();
      return std::move(state_);
    }
    state_.is_there = true;
    CheckRepair();
    if (state_.manifest_file.has_value()) {
      // What does not fit a damaged MANIFEST says nothing more.
      const bool is_whole = state_.manifest_file->end.damage.empty();
      if (is_whole) CheckRecord();
      CheckTables();
      FOOTFALL_RETURN_IF_ERROR(CheckLogs());
      if (is_whole) CheckStrangers();
    }
    return std::move(state_);
  }

 private:
  const ManifestState& manifest() const { return state_.manifest_file->state; }

  void Add(std::string file, std::optional<uint64_t> offset, std::string what) {
    state_.damage.push_back({std::move(file), offset, std::move(what)});
  }

  // Damage is added, and anything else returned with the file's name.
  absl::Status AddStatus(const std::string& file, const absl::Status& status) {
    if (absl::IsDataLoss(status)) {
      Add(file, std::nullopt, std::string(status.message()));
      return absl::OkStatus();
    }
    return absl::Status(status.code(),
                        absl::StrCat(path_, "/", file, ": ", status.message()));
  }

  absl::Status ReadRecord() {
    constexpr size_t kMaxRecord = size_t{256} << 20;
    const absl::StatusOr<std::string> bytes =
        ReadFolderFile(path_ + "/" + kRecordFile, kMaxRecord);
    if (absl::IsNotFound(bytes.status())) return absl::OkStatus();
    if (!bytes.ok()) {
      // The path may be a file; the opening tells.
      std::error_code ignored;
      if (!fs::is_directory(path_, ignored)) return absl::OkStatus();
      return bytes.status();
    }
    has_record_ = true;
    absl::StatusOr<FolderRecord> record = DecodeFolderRecord(*bytes);
    if (!record.ok()) return AddStatus(kRecordFile, record.status());
    state_.record = *std::move(record);
    return absl::OkStatus();
  }

  absl::StatusOr<bool> ReadCurrent() {
    constexpr size_t kMaxCurrent = 64;
    const absl::StatusOr<std::string> bytes =
        ReadFolderFile(path_ + "/CURRENT", kMaxCurrent);
    if (absl::IsNotFound(bytes.status())) return false;
    std::error_code ignored;
    if (!bytes.ok() && !fs::is_directory(path_, ignored)) return false;
    if (!bytes.ok()) return bytes.status();
    absl::string_view name = *bytes;
    uint64_t number = 0;
    if (!absl::ConsumeSuffix(&name, "\n") ||
        !absl::ConsumePrefix(&name, kManifestPrefix) ||
        !ParseNumber(name, &number) || ManifestName(number) + "\n" != *bytes) {
      Add("CURRENT", 0,
          absl::StrCat("it is \"", absl::CHexEscape(*bytes),
                       "\", not the name of a MANIFEST"));
    } else {
      state_.manifest = number;
    }
    return true;
  }

  absl::Status CheckManifest() {
    const std::string name = ManifestName(state_.manifest);
    absl::StatusOr<ManifestFile> file = ReadManifest(path_ + "/" + name);
    if (absl::IsNotFound(file.status())) {
      Add("CURRENT", std::nullopt,
          absl::StrCat("it names ", name, ", which is not there"));
      return absl::OkStatus();
    }
    if (!file.ok()) return AddStatus(name, file.status());
    state_.manifest_file = *std::move(file);
    if (const LogEnd& end = state_.manifest_file->end; !end.damage.empty()) {
      Add(name, end.damage_offset, end.damage);
    } else if (manifest().next_file == 0) {
      Add(name, end.end, "it ends before it has said all of its first state");
    }
    return absl::OkStatus();
  }

  absl::Status ListFiles() {
    std::error_code error;
    fs::directory_iterator entries(path_, error);
    if (error == std::errc::no_such_file_or_directory ||
        error == std::errc::not_a_directory) {
      return absl::OkStatus();
    }
    while (!error && entries != fs::directory_iterator()) {
      const std::string name = entries->path().filename().string();
      std::error_code gone;  // since it was listed
      const uint64_t size = entries->file_size(gone);
      if (!gone) AddFile(name, size);
      entries.increment(error);
    }
    if (error) {
      return absl::UnavailableError(
          absl::StrCat(path_, ": cannot be read: ", error.message()));
    }
    return absl::OkStatus();
  }

  void AddFile(absl::string_view name, uint64_t size) {
    uint64_t number = 0;
    if (absl::ConsumePrefix(&name, kManifestPrefix)) {
      if (ParseNumber(name, &number)) manifests_[number] = size;
    } else if (absl::ConsumeSuffix(&name, ".sst")) {
      if (ParseNumber(name, &number)) state_.tables[number] = size;
    } else if (absl::ConsumeSuffix(&name, ".log")) {
      if (ParseNumber(name, &number)) state_.logs[number].size_bytes = size;
    }
  }

  // What would be written now would be gone once the repair goes on.
  void CheckRepair() {
    if (!HasExchange(path_)) return;
    Add("repair", std::nullopt, "a repair was cut short; repair it again");
  }

  // CURRENT is not there. A creation that was cut short leaves the first
  // MANIFEST at most.
  void CheckNothingIsThere() {
    std::string found;
    if (has_record_) found = kRecordFile;
    for (const auto& [number, size] : manifests_) {
      if (number != kFirstManifest) found = ManifestName(number);
    }
    for (const auto& [number, log] : state_.logs) found = LogName(number);
    for (const auto& [number, size] : state_.tables) found = TableName(number);
    if (HasExchange(path_)) found = "repair";
    if (found.empty()) return;
    state_.is_there = true;
    Add("CURRENT", std::nullopt, absl::StrCat("it is missing beside ", found));
  }

  void CheckRecord() {
    if (!state_.record.has_value()) return;
    const FolderRecord& record = *state_.record;
    const std::string name = ManifestName(state_.manifest);
    if (state_.manifest < record.manifest) {
      Add("CURRENT", 0,
          absl::StrCat("it names ", name, ", which is older than ",
                       ManifestName(record.manifest),
                       ", which the database has had"));
      return;
    }
    const LogEnd& end = state_.manifest_file->end;
    // The numbers of the record itself may be of an edit that was not synced.
    const auto recorded = record.state.AllTables();
    if (state_.manifest > record.manifest) {
      for (const auto& [number, table] : recorded) {
        if (number < manifest().next_file &&
            table->largest_sequence <= manifest().last_sequence) {
          continue;
        }
        Add(name, std::nullopt,
            absl::StrCat("its state is older than ", TableName(number),
                         ", which the database has had"));
        return;
      }
      return;
    }
    if (record.closed && end.size != record.manifest_size_bytes) {
      Add(name, std::min(end.size, record.manifest_size_bytes),
          absl::StrCat("it has ", end.size,
                       " bytes; when the database was "
                       "closed it had ",
                       record.manifest_size_bytes));
      return;
    }
    for (const auto& [id, family] : record.state.families) {
      if (manifest().families.contains(id)) continue;
      Add(name, end.end,
          absl::StrCat("it ends before it names the key space ", family.name));
      return;
    }
    for (const auto& [number, table] : recorded) {
      if (manifest().ever_named.contains(number)) continue;
      Add(name, end.end,
          absl::StrCat("it ends before it names ", TableName(number),
                       ", which it has named"));
      return;
    }
  }

  void CheckTables() {
    for (const auto& [number, table] : manifest().AllTables()) {
      const auto found = state_.tables.find(number);
      if (found == state_.tables.end()) {
        Add(TableName(number), std::nullopt, "it is missing");
      } else if (found->second != table->size_bytes) {
        Add(TableName(number), std::min(found->second, table->size_bytes),
            absl::StrCat("it has ", found->second, " bytes, not ",
                         table->size_bytes));
      }
    }
  }

  absl::Status CheckLogs() {
    const uint64_t first = FirstNeededLog(manifest());
    if (state_.record.has_value() && state_.record->log != 0 &&
        state_.record->log >= first &&
        state_.manifest >= state_.record->manifest &&
        !state_.logs.contains(state_.record->log)) {
      Add(LogName(state_.record->log), std::nullopt, "it is missing");
    }
    FOOTFALL_ASSIGN_OR_RETURN(
        state_.last_sound_sequence,
        ReadLogs(path_, manifest(), &state_.logs, &state_.damage));
    // A torn log with batches in a later one is no damage: a write failed, and
    // RocksDB, which passes over the torn end, must go on to those.
    for (const auto& [number, log] : state_.logs) {
      if (log.record_count > 0) state_.log_is_torn = false;
      if (log.end.torn) state_.log_is_torn = true;
    }
    return absl::OkStatus();
  }

  // Files that nobody names. A crash leaves tables that were being written, so
  // only a closed database tells that there can be none.
  void CheckStrangers() {
    const auto tables = manifest().AllTables();
    uint64_t records = 0;
    for (const auto& [number, log] : state_.logs) records += log.record_count;
    const bool is_closed = state_.record.has_value() && state_.record->closed &&
                           state_.record->manifest == state_.manifest;
    const std::string name = ManifestName(state_.manifest);
    for (const auto& [number, size] : state_.tables) {
      if (tables.contains(number) || state_.damage.size() > 100) continue;
      if (is_closed) {
        Add(TableName(number), std::nullopt,
            absl::StrCat("a closed database, and ", name,
                         " does not name this table"));
      } else if (tables.empty() && records == 0 && size > 0 &&
                 manifest().ever_named.empty()) {
        Add(name, std::nullopt,
            absl::StrCat("it names no table, but ", TableName(number),
                         " is there"));
      }
    }
    for (const auto& [number, log] : state_.logs) {
      if (is_closed && log.record_count > 0) {
        Add(LogName(number), 0, "a closed database, and this log has batches");
      }
    }
  }

  const std::string path_;
  FolderState state_;
  bool has_record_ = false;
  std::map<uint64_t, uint64_t> manifests_;
};

}  // namespace

absl::StatusOr<FolderState> CheckFolder(const std::string& path) {
  return Checker(path).Run();
}

std::string FolderMark(const std::string& path) {
  std::ifstream current(path + "/CURRENT");
  std::string manifest;
  std::getline(current, manifest);
  std::error_code error;
  const uintmax_t size = fs::file_size(path + "/" + manifest, error);
  return absl::StrCat(manifest, " ", static_cast<uint64_t>(error ? 0 : size));
}

absl::Status DamageStatus(const std::string& path,
                          const std::vector<FolderDamage>& damage) {
  if (damage.empty()) return absl::OkStatus();
  const FolderDamage& first = damage.front();
  std::string message = absl::StrCat(path, "/", first.file);
  if (first.offset.has_value()) {
    absl::StrAppend(&message, " at ", *first.offset);
  }
  absl::StrAppend(&message, ": ", first.what);
  if (damage.size() > 1) {
    absl::StrAppend(&message, " (and ", damage.size() - 1, " more)");
  }
  return absl::DataLossError(
      absl::StrCat(message,
                   "; nothing was changed. footfall --verify lists "
                   "the damage, --repair sets it aside"));
}

}  // namespace footfall::storage
