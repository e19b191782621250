#include "storage/store/rocksdb_verify.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rocksdb/sst_file_reader.h"
#include "rocksdb/table_properties.h"
#include "storage/base/status_macros.h"
#include "storage/store/rocksdb_parts.h"

namespace footfall::storage {
namespace {

__extension__ using Number = unsigned __int128;

// Keys of up to 12 bytes as numbers in the same order.
constexpr size_t kNumberSize = 12;

Number NumberOf(absl::string_view key) {
  Number number = 0;
  for (size_t i = 0; i < kNumberSize; ++i) {
    const uint8_t byte = i < key.size() ? static_cast<uint8_t>(key[i]) : 0;
    number = (number << 8) | byte;
  }
  return number;
}

std::string KeyOf(Number number) {
  std::string key(kNumberSize, '\0');
  for (size_t i = kNumberSize; i-- > 0; number >>= 8) {
    key[i] = static_cast<char>(static_cast<uint8_t>(number));
  }
  return key;
}

// The key just after `key`.
std::string After(absl::string_view key) {
  return absl::StrCat(key, absl::string_view("\0", 1));
}

class TableVerifier {
 public:
  TableVerifier(const std::string& path, const rocksdb::Options& options,
                Keyspace keyspace, std::string smallest, std::string largest)
      : path_(path),
        keyspace_(keyspace),
        smallest_(std::move(smallest)),
        largest_(std::move(largest)),
        reader_(options) {}

  // Nothing where the table is sound.
  absl::StatusOr<std::optional<TableDamage>> Verify() {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    rocksdb::Status status = reader_.Open(path_);
    TableDamage damage;
    damage.is_readable = status.ok();
    if (status.ok()) status = reader_.VerifyChecksum(options);
    if (status.ok()) return std::optional<TableDamage>();
    if (!status.IsCorruption() && !status.IsInvalidArgument() &&
        !status.IsNotSupported()) {
      return ToStatus(status, path_);
    }
    damage.what = status.ToString();
    if (damage.is_readable) {
      iterator_.reset(reader_.NewIterator(options));
      FindLost(&damage);
    } else {
      damage.lost.push_back({keyspace_, smallest_, After(largest_)});
    }
    return std::optional<TableDamage>(std::move(damage));
  }

 private:
  // Whether the place that the iterator was moved to could be read; it may be
  // the end.
  bool IsSound() const { return iterator_->status().ok(); }

  void FindLost(TableDamage* damage) {
    std::string begin = smallest_;
    iterator_->SeekToFirst();
    while (true) {
      for (; iterator_->Valid(); iterator_->Next()) {
        begin = After(ToView(iterator_->key()));
      }
      if (IsSound()) return;
      const std::string end = FirstReadable(begin);
      damage->lost.push_back({keyspace_, begin, end});
      if (end > largest_) return;
      iterator_->Seek(ToSlice(end));
      begin = end;
    }
  }

  // The first key from `begin` on that can be read; a seek into a damaged block
  // fails.
  std::string FirstReadable(const std::string& begin) {
    Number failing = NumberOf(begin);
    Number sound = NumberOf(After(largest_)) + 1;
    while (sound - failing > 1) {
      const Number middle = failing + (sound - failing) / 2;
      iterator_->Seek(KeyOf(middle));
      (IsSound() ? sound : failing) = middle;
    }
    iterator_->Seek(KeyOf(sound));
    return iterator_->Valid() ? iterator_->key().ToString() : After(largest_);
  }

  const std::string path_;
  const Keyspace keyspace_;
  const std::string smallest_;
  const std::string largest_;
  rocksdb::SstFileReader reader_;
  std::unique_ptr<rocksdb::Iterator> iterator_;  // goes before the reader
};

absl::StatusOr<std::optional<TableDamage>> VerifyTable(
    const std::string& path, uint64_t number, Keyspace keyspace,
    const ManifestTable& table, const RocksdbSettings& settings) {
  const rocksdb::Options options(
      settings.database,
      keyspace == Keyspace::kCatalog ? settings.catalog : settings.tiles);
  TableVerifier verifier(absl::StrCat(path, "/", TableName(number)), options,
                         keyspace, table.smallest_key, table.largest_key);
  FOOTFALL_ASSIGN_OR_RETURN(std::optional<TableDamage> damage,
                            verifier.Verify());
  if (damage.has_value()) damage->table = number;
  return damage;
}

}  // namespace

std::optional<Keyspace> KeyspaceOf(absl::string_view family) {
  if (family == kTilesFamily) return Keyspace::kTiles;
  if (family == rocksdb::kDefaultColumnFamilyName) return Keyspace::kCatalog;
  return std::nullopt;
}

absl::StatusOr<std::vector<TableDamage>> VerifyTables(
    const std::string& path, const FolderState& folder,
    const ManifestState& state) {
  const RocksdbSettings settings = MakeSmallSettings(path, true);
  std::vector<TableDamage> damaged;
  for (const auto& [id, family] : state.families) {
    const std::optional<Keyspace> keyspace = KeyspaceOf(family.name);
    if (!keyspace.has_value()) continue;
    for (const auto& [number, table] : family.tables) {
      const auto found = folder.tables.find(number);
      if (found == folder.tables.end() || found->second != table.size_bytes) {
        damaged.push_back({.table = number,
                           .what = "it is missing or of another size",
                           .is_readable = false,
                           .lost = {{*keyspace, table.smallest_key,
                                     After(table.largest_key)}}});
        continue;
      }
      FOOTFALL_ASSIGN_OR_RETURN(
          std::optional<TableDamage> damage,
          VerifyTable(path, number, *keyspace, table, settings));
      if (damage.has_value()) damaged.push_back(*std::move(damage));
    }
  }
  return damaged;
}

absl::StatusOr<StoreReport> VerifyStore(const std::string& path) {
  StoreReport report;
  FOOTFALL_ASSIGN_OR_RETURN(report.folder, CheckFolder(path));
  if (!report.folder.is_there) {
    return absl::NotFoundError(absl::StrCat(path, ": there is no database"));
  }
  const FolderState& folder = report.folder;
  if (folder.manifest_file.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(
        report.tables, VerifyTables(path, folder, folder.manifest_file->state));
  }
  // What is missing is in the folder's own damage.
  std::erase_if(report.tables, [&](const TableDamage& damage) {
    const auto name = TableName(damage.table);
    return std::any_of(
        folder.damage.begin(), folder.damage.end(),
        [&](const FolderDamage& other) { return other.file == name; });
  });
  const RocksdbSettings settings = MakeSmallSettings(path, true);
  for (const auto& [number, size] : folder.tables) {
    ++report.table_count;
    report.table_bytes += size;
    if (folder.manifest_file.has_value()) continue;
    ManifestTable table;
    table.size_bytes = size;
    table.largest_key = std::string(kNumberSize, '\xff');
    FOOTFALL_ASSIGN_OR_RETURN(
        std::optional<TableDamage> damage,
        VerifyTable(path, number, Keyspace::kTiles, table, settings));
    if (!damage.has_value()) continue;
    damage->lost.clear();  // of which key space is not known
    report.tables.push_back(*std::move(damage));
  }
  return report;
}

}  // namespace footfall::storage
