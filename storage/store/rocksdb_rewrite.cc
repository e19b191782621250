#include "storage/store/rocksdb_rewrite.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/utilities/debug.h"
#include "storage/base/status_macros.h"
#include "storage/store/rocksdb_ingest.h"
#include "storage/store/rocksdb_open.h"

namespace footfall::storage {
namespace {

constexpr Keyspace kKeyspaces[] = {Keyspace::kCatalog, Keyspace::kTiles};

enum class Kind { kRemoved, kReadable, kNewer };

// RocksDB takes no file of this name for a table of the database.
std::string FileOf(const std::string& folder, Keyspace keyspace, Kind kind) {
  return absl::StrCat(folder, "/rewrite-", static_cast<int>(keyspace), "-",
                      static_cast<int>(kind), ".sst");
}

// Sorted, with those that touch put together.
std::vector<LostKeys> Merged(std::vector<LostKeys> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const LostKeys& a, const LostKeys& b) {
              return std::tie(a.keyspace, a.begin, a.end) <
                     std::tie(b.keyspace, b.begin, b.end);
            });
  std::vector<LostKeys> merged;
  for (LostKeys& range : ranges) {
    if (!merged.empty() && merged.back().keyspace == range.keyspace &&
        range.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(std::move(range));
    }
  }
  return merged;
}

// A table file, made by the first thing that is put into it.
class FileWriter {
 public:
  FileWriter(const RocksdbHandle& handle, Keyspace keyspace, std::string path)
      : options_(handle.settings.database, keyspace == Keyspace::kCatalog
                                               ? handle.settings.catalog
                                               : handle.settings.tiles),
        path_(std::move(path)) {}

  rocksdb::Status Put(const rocksdb::Slice& key, const rocksdb::Slice& value) {
    const rocksdb::Status status = Open();
    return status.ok() ? writer_->Put(key, value) : status;
  }
  rocksdb::Status DeleteRange(const LostKeys& range) {
    const rocksdb::Status status = Open();
    return status.ok() ? writer_->DeleteRange(range.begin, range.end) : status;
  }
  rocksdb::Status Finish() {
    return writer_ == nullptr ? rocksdb::Status() : writer_->Finish();
  }
  bool is_empty() const { return writer_ == nullptr; }
  const std::string& path() const { return path_; }

 private:
  rocksdb::Status Open() {
    if (writer_ != nullptr) return rocksdb::Status();
    writer_ = std::make_unique<rocksdb::SstFileWriter>(
        rocksdb::EnvOptions(options_), options_, nullptr, false);
    return writer_->Open(path_);
  }

  const rocksdb::Options options_;
  const std::string path_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
};

}  // namespace

TableRewrite::TableRewrite(const ManifestState& state,
                           const std::vector<TableDamage>& tables) {
  for (const auto& [id, family] : state.families) {
    const std::optional<Keyspace> keyspace = KeyspaceOf(family.name);
    if (!keyspace.has_value()) continue;
    for (const TableDamage& damage : tables) {
      const auto found = family.tables.find(damage.table);
      if (found == family.tables.end()) continue;
      const ManifestTable& table = found->second;
      newest_ = std::max(newest_, table.largest_sequence);
      spans_.push_back({*keyspace, table.smallest_key,
                        table.largest_key + std::string(1, '\0')});
      lost_.insert(lost_.end(), damage.lost.begin(), damage.lost.end());
    }
  }
  spans_ = Merged(std::move(spans_));
  lost_ = Merged(std::move(lost_));
}

std::string TableRewrite::LostUntil(Keyspace keyspace,
                                    const std::string& key) const {
  for (const LostKeys& lost : lost_) {
    if (lost.keyspace == keyspace && lost.begin <= key && key < lost.end) {
      return lost.end;
    }
  }
  return "";
}

void TableRewrite::LoseFrom(Keyspace keyspace, const std::string& begin,
                            const std::string& earlier) {
  for (LostKeys& lost : lost_) {
    if (lost.keyspace == keyspace && lost.begin == begin) lost.begin = earlier;
  }
}

absl::Status TableRewrite::Read(const std::string& with_tables) {
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::unique_ptr<RocksdbHandle> handle,
      OpenRocksdbHandle(with_tables, {.read_only = true}));
  rocksdb::ReadOptions reading;
  reading.fill_cache = false;
  for (const Keyspace keyspace : kKeyspaces) {
    FileWriter file(*handle, keyspace,
                    FileOf(with_tables, keyspace, Kind::kReadable));
    const std::unique_ptr<rocksdb::Iterator> values(
        handle->db->NewIterator(reading, handle->family(keyspace)));
    for (const LostKeys& span : spans_) {
      if (span.keyspace != keyspace) continue;
      std::string from = span.begin;
      while (!from.empty() && from < span.end) {
        const std::string after = LostUntil(keyspace, from);
        if (!after.empty()) {
          from = after;
          continue;
        }
        // One past what can be read is the next lost key, or the end.
        std::string until = span.end;
        for (const LostKeys& lost : lost_) {
          if (lost.keyspace == keyspace && lost.begin > from) {
            until = std::min(until, lost.begin);
          }
        }
        for (values->Seek(from);
             values->Valid() && values->key().compare(until) < 0;
             values->Next()) {
          FOOTFALL_RETURN_IF_ERROR(
              ToStatus(file.Put(values->key(), values->value()), file.path()));
          from = values->key().ToString() + std::string(1, '\0');
        }
        if (!values->Valid() && !values->status().ok()) {
          if (until == span.end) return ToStatus(values->status(), with_tables);
          // Putting a value together looks at what follows it.
          LoseFrom(keyspace, until, from);
        }
        from = until;
      }
    }
    FOOTFALL_RETURN_IF_ERROR(ToStatus(file.Finish(), file.path()));
    has_values_[static_cast<size_t>(keyspace)] = !file.is_empty();
  }
  return absl::OkStatus();
}

absl::Status TableRewrite::Write(const std::string& without_tables) {
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::unique_ptr<RocksdbHandle> handle,
      OpenRocksdbHandle(without_tables, {.create_if_missing = false}));
  constexpr size_t kMaxVersions = size_t{1} << 20;
  constexpr int kPut = 1;  // a whole value, as RocksDB numbers kinds of change
  std::vector<rocksdb::IngestExternalFileArg> arguments;
  for (const Keyspace keyspace : kKeyspaces) {
    rocksdb::ColumnFamilyHandle* const family = handle->family(keyspace);
    FileWriter removed(*handle, keyspace,
                       FileOf(without_tables, keyspace, Kind::kRemoved));
    FileWriter newer(*handle, keyspace,
                     FileOf(without_tables, keyspace, Kind::kNewer));
    for (const LostKeys& span : spans_) {
      if (span.keyspace != keyspace) continue;
      FOOTFALL_RETURN_IF_ERROR(
          ToStatus(removed.DeleteRange(span), removed.path()));
    }
    for (const LostKeys& lost : lost_) {
      if (lost.keyspace != keyspace) continue;
      std::vector<rocksdb::KeyVersion> versions;
      FOOTFALL_RETURN_IF_ERROR(ToStatus(
          rocksdb::GetAllKeyVersions(handle->db.get(), family, lost.begin,
                                     lost.end, kMaxVersions, &versions),
          without_tables));
      std::string last;
      for (const rocksdb::KeyVersion& version : versions) {
        if (version.type != kPut || version.sequence <= newest_ ||
            version.user_key == last || version.user_key >= lost.end) {
          continue;
        }
        last = version.user_key;
        std::string value;
        const rocksdb::Status got =
            handle->db->Get(rocksdb::ReadOptions(), family, last, &value);
        if (got.IsNotFound()) continue;
        FOOTFALL_RETURN_IF_ERROR(ToStatus(got, without_tables));
        FOOTFALL_RETURN_IF_ERROR(
            ToStatus(newer.Put(last, value), newer.path()));
      }
    }
    FOOTFALL_RETURN_IF_ERROR(ToStatus(removed.Finish(), removed.path()));
    FOOTFALL_RETURN_IF_ERROR(ToStatus(newer.Finish(), newer.path()));
    if (removed.is_empty()) continue;
    rocksdb::IngestExternalFileArg& argument = arguments.emplace_back();
    argument.column_family = family;
    argument.external_files.push_back(removed.path());
    if (has_values_[static_cast<size_t>(keyspace)]) {
      argument.external_files.push_back(
          FileOf(without_tables, keyspace, Kind::kReadable));
    }
    if (!newer.is_empty()) argument.external_files.push_back(newer.path());
    argument.options.move_files = true;
    argument.options.write_global_seqno = false;
  }
  const std::vector<rocksdb::ColumnFamilyHandle*> families(
      handle->families.begin(), handle->families.end());
  FOOTFALL_RETURN_IF_ERROR(ToStatus(
      handle->db->Flush(rocksdb::FlushOptions(), families), without_tables));
  if (!arguments.empty()) {
    FOOTFALL_RETURN_IF_ERROR(
        ToStatus(IngestTables(*handle, arguments), without_tables));
  }
  return ToStatus(handle->Close(), without_tables);
}

}  // namespace footfall::storage
