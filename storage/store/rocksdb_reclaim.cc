#include "storage/store/rocksdb_reclaim.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "rocksdb/metadata.h"
#include "rocksdb/table_properties.h"
#include "storage/base/status_macros.h"
#include "storage/store/rocksdb_ingest.h"
#include "storage/store/stop_watch.h"

namespace footfall::storage {
namespace {

// Of the keys that a table covers, so many times as many as it deletes.
constexpr uint64_t kWorthShare = 8;

}  // namespace

absl::StatusOr<std::vector<RocksdbReclaim::Table>> RocksdbReclaim::FindDeleting(
    Keyspace keyspace, const StopCheck& stop) const {
  rocksdb::ColumnFamilyHandle* const family = handle_->family(keyspace);
  rocksdb::ColumnFamilyMetaData tables;
  handle_->db->GetColumnFamilyMetaData(family, &tables);
  std::vector<Table> deleting;
  for (const rocksdb::LevelMetaData& level : tables.levels) {
    for (const rocksdb::SstFileMetaData& file : level.files) {
      FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
      const rocksdb::Range covered(file.smallestkey, file.largestkey);
      rocksdb::TablePropertiesCollection all;
      FOOTFALL_RETURN_IF_ERROR(ToStatus(
          handle_->db->GetPropertiesOfTablesInRange(family, &covered, 1, &all),
          handle_->path));
      uint64_t keys = 0;
      const rocksdb::TableProperties* own = nullptr;
      for (const auto& [name, properties] : all) {
        keys += properties->num_entries;
        if (name.size() >= file.name.size() &&
            name.compare(name.size() - file.name.size(), file.name.size(),
                         file.name) == 0) {
          own = properties.get();
        }
      }
      if (own == nullptr) continue;  // compacted meanwhile
      const uint64_t single =
          own->num_deletions -
          std::min(own->num_deletions, own->num_range_deletions);
      const bool is_worth = own->num_range_deletions > 0 ||
                            (keyspace == Keyspace::kTiles &&
                             single * kWorthShare >= keys && single > 0);
      if (is_worth) {
        deleting.push_back(
            {file.file_number, file.smallestkey, file.largestkey});
      }
    }
  }
  return deleting;
}

absl::Status RocksdbReclaim::Run(const StopCheck& stop) {
  MutexLock lock(&mutex_);
  std::set<uint64_t> kept;
  for (const Keyspace keyspace : {Keyspace::kCatalog, Keyspace::kTiles}) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<Table> deleting,
                              FindDeleting(keyspace, stop));
    StopWatch watch(stop);
    rocksdb::CompactRangeOptions options;
    options.canceled = watch.stopped();
    options.exclusive_manual_compaction = false;
    options.bottommost_level_compaction =
        rocksdb::BottommostLevelCompaction::kForceOptimized;
    bool any = false;
    for (const Table& table : deleting) {
      if (kept_.contains(table.number)) {
        kept.insert(table.number);
        continue;
      }
      any = true;
      const rocksdb::Slice first(table.first_key);
      const rocksdb::Slice last(table.last_key);
      const rocksdb::Status status = CompactByHand(
          *handle_, options, handle_->family(keyspace), &first, &last);
      if (absl::Status stopped = watch.status(); !stopped.ok()) return stopped;
      FOOTFALL_RETURN_IF_ERROR(ToStatus(status, handle_->path));
    }
    if (!any) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<Table> left,
                              FindDeleting(keyspace, stop));
    for (const Table& table : left) kept.insert(table.number);
  }
  kept_ = std::move(kept);
  return absl::OkStatus();
}

}  // namespace footfall::storage
