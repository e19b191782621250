#include "footfall/verify.h"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/catalog/catalog.h"
#include "engine/damage/mend.h"
#include "engine/damage/tile_check.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"
#include "storage/store/folder_exchange.h"
#include "storage/store/log_frames.h"
#include "storage/store/rocksdb_repair.h"
#include "storage/store/rocksdb_store.h"
#include "storage/store/rocksdb_verify.h"

namespace footfall {
namespace {

using engine::Catalog;
using storage::LostKeys;

void AddFolderDamage(const std::vector<storage::FolderDamage>& damage,
                     std::vector<Finding>* findings) {
  for (const storage::FolderDamage& found : damage) {
    findings->push_back({found.file, found.offset, "", found.what});
  }
}

void AddTableDamage(const std::vector<storage::TableDamage>& tables,
                    const Catalog* catalog, std::vector<Finding>* findings) {
  for (const storage::TableDamage& table : tables) {
    const std::string file = storage::TableName(table.table);
    if (table.lost.empty()) {
      findings->push_back({file, std::nullopt, "", table.what});
    }
    for (const LostKeys& lost : table.lost) {
      findings->push_back(
          {file, std::nullopt, engine::PlaceOf(catalog, lost), table.what});
    }
  }
}

// Requires: nobody can open the folder for writing.
absl::StatusOr<VerifyReport> VerifyLocked(const std::string& path) {
  VerifyReport report;
  FOOTFALL_ASSIGN_OR_RETURN(const storage::StoreReport stored,
                            storage::VerifyStore(path));
  report.table_count = stored.table_count;
  report.table_bytes = stored.table_bytes;
  AddFolderDamage(stored.folder.damage, &report.findings);
  std::vector<LostKeys> unreadable;
  for (const storage::TableDamage& table : stored.tables) {
    unreadable.insert(unreadable.end(), table.lost.begin(), table.lost.end());
  }
  auto store = storage::OpenRocksdbStore(
      path, {.create_if_missing = false, .read_only = true});
  if (!store.ok()) {
    // Where it cannot be opened, its files are all that can be looked at.
    AddTableDamage(stored.tables, nullptr, &report.findings);
    if (absl::IsUnimplemented(store.status()) ||
        (absl::IsNotFound(store.status()) && report.findings.empty())) {
      return store.status();  // or its creation was cut short
    }
    if (report.findings.empty()) {
      report.findings.push_back(
          {"", std::nullopt, "", std::string(store.status().message())});
    }
    return report;
  }
  const auto view = (*store)->TakeView();
  const auto catalog = Catalog::Load(*view, std::nullopt);
  const Catalog* const known = catalog.ok() ? catalog->get() : nullptr;
  AddTableDamage(stored.tables, known, &report.findings);
  if (absl::IsUnimplemented(catalog.status())) return catalog.status();
  if (absl::IsDataLoss(catalog.status())) {
    report.findings.push_back(
        {"", std::nullopt, "catalog", std::string(catalog.status().message())});
  } else if (catalog.ok()) {
    report.metric_count = (*catalog)->View()->metrics().size();
  }
  const auto counts = engine::CheckTiles(
      *view, known, unreadable,
      [&](absl::string_view key, absl::string_view, const absl::Status& bad) {
        report.findings.push_back({"", std::nullopt,
                                   engine::TilePlace(known, key),
                                   std::string(bad.message())});
      });
  if (counts.ok()) {
    report.tile_count = counts->tiles;
    report.sample_count = counts->samples;
  } else if (!absl::IsDataLoss(counts.status())) {
    return counts.status();
  } else if (stored.tables.empty()) {
    report.findings.push_back(
        {"", std::nullopt, "tiles", std::string(counts.status().message())});
  }
  return report;
}

// What is taken out of a database: key and value of each record, in the frames
// of a log, the key with its size before it.
class TakenOut {
 public:
  explicit TakenOut(std::string path) : path_(std::move(path)) {}
  ~TakenOut() {
    if (file_ != nullptr) std::fclose(file_);
  }
  TakenOut(const TakenOut&) = delete;
  TakenOut& operator=(const TakenOut&) = delete;

  absl::Status Add(absl::string_view key, absl::string_view value) {
    if (file_ == nullptr) file_ = std::fopen(path_.c_str(), "wb");
    std::string record;
    storage::PutVarint(key.size(), &record);
    record.append(key.data(), key.size());
    record.append(value.data(), value.size());
    std::string bytes;
    storage::AppendLogFrames(record, size_, &bytes);
    size_ += bytes.size();
    if (file_ != nullptr &&
        std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size()) {
      return absl::OkStatus();
    }
    return CannotWrite();
  }

  absl::Status Finish() {
    if (file_ == nullptr) return absl::OkStatus();
    return std::fflush(file_) == 0 && fsync(fileno(file_)) == 0
               ? absl::OkStatus()
               : CannotWrite();
  }
  bool is_empty() const { return size_ == 0; }

 private:
  absl::Status CannotWrite() const {
    return absl::UnavailableError(absl::StrCat(path_, ": cannot be written"));
  }

  const std::string path_;
  std::FILE* file_ = nullptr;
  uint64_t size_ = 0;
};

// Opens the database that is being repaired and takes out what is damaged.
absl::Status Mend(const std::string& path, const std::string& folder,
                  storage::StoreRepair* repair, RepairReport* report) {
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::unique_ptr<Store> store,
      storage::OpenRocksdbStore(folder, {.create_if_missing = false}));
  const std::string name = repair->lost_folder + "/records";
  TakenOut taken_out(absl::StrCat(path, "/", name));
  FOOTFALL_RETURN_IF_ERROR(engine::MendStore(
      store.get(), repair->lost, repair->last_sequence,
      [&](absl::string_view key, absl::string_view value) {
        return taken_out.Add(key, value);
      },
      &report->lost));
  FOOTFALL_RETURN_IF_ERROR(taken_out.Finish());
  FOOTFALL_RETURN_IF_ERROR(store->Close());
  if (!taken_out.is_empty()) {
    report->notes.push_back(absl::StrCat("what was taken out is in ", name));
  }
  FOOTFALL_ASSIGN_OR_RETURN(const VerifyReport again, VerifyLocked(folder));
  if (again.findings.empty()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      "the repaired database is still damaged, and nothing was changed: ",
      FormatFinding(again.findings.front())));
}

absl::StatusOr<RepairReport> RepairLocked(const std::string& path) {
  RepairReport report;
  if (!storage::HasExchange(path)) {
    FOOTFALL_ASSIGN_OR_RETURN(VerifyReport found, VerifyLocked(path));
    if (found.findings.empty()) {
      report.notes.emplace_back("nothing is damaged; nothing was changed");
      return report;
    }
    report.findings = std::move(found.findings);
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      const storage::StoreRepair repair,
      storage::RepairStore(
          path, [&](const std::string& folder, storage::StoreRepair* made) {
            return Mend(path, folder, made, &report);
          }));
  report.lost.insert(report.lost.begin(), repair.losses.begin(),
                     repair.losses.end());
  report.notes.insert(report.notes.begin(), repair.notes.begin(),
                      repair.notes.end());
  report.lost_folder = repair.lost_folder;
  return report;
}

absl::StatusOr<VerifyReport> Verify(const std::string& folder) {
  absl::StatusOr<VerifyReport> report;
  FOOTFALL_RETURN_IF_ERROR(
      storage::WithFolderLocked(folder, /*makes_lock=*/false, [&] {
        report = VerifyLocked(folder);
        return report.status();
      }));
  return report;
}

absl::StatusOr<RepairReport> Repair(const std::string& folder) {
  FOOTFALL_ASSIGN_OR_RETURN(const storage::FolderState state,
                            storage::CheckFolder(folder));
  if (!state.is_there) {
    return absl::NotFoundError(absl::StrCat(folder, ": there is no database"));
  }
  absl::StatusOr<RepairReport> report;
  FOOTFALL_RETURN_IF_ERROR(
      storage::WithFolderLocked(folder, /*makes_lock=*/true, [&] {
        report = RepairLocked(folder);
        return report.status();
      }));
  return report;
}

}  // namespace

std::string FormatFinding(const Finding& finding) {
  std::string line = finding.file;
  if (finding.offset.has_value()) {
    absl::StrAppend(&line, " at ", *finding.offset);
  }
  for (const std::string& part : {finding.place, finding.what}) {
    if (part.empty()) continue;
    absl::StrAppend(&line, line.empty() ? "" : ": ", part);
  }
  return line;
}

absl::StatusOr<VerifyReport> VerifyDatabase(absl::string_view path) {
  return Guarded([&] { return Verify(std::string(path)); });
}

absl::StatusOr<RepairReport> RepairDatabase(absl::string_view path) {
  return Guarded([&] { return Repair(std::string(path)); });
}

}  // namespace footfall
