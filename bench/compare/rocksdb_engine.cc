// RocksDB with a key for each sample: app, platform, time, big-endian; zstd.

#include <algorithm>

#include "bench/compare/loop_engine.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/table.h"

namespace footfall::bench {
namespace {

absl::Status ToStatus(const rocksdb::Status& status) {
  return status.ok() ? absl::OkStatus()
                     : absl::InternalError(status.ToString());
}

void PutU32(uint32_t number, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(number >> shift));
  }
}
uint32_t GetU32(const char* bytes) {
  uint32_t number = 0;
  for (int i = 0; i < 4; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

// u32 app, u8 platform, u32 time.
std::string KeyOf(uint32_t app, uint32_t platform, int64_t time) {
  std::string key;
  PutU32(app, &key);
  key.push_back(static_cast<char>(platform));
  PutU32(static_cast<uint32_t>(time), &key);
  return key;
}

std::string VarintOf(uint64_t number) {
  std::string bytes;
  for (; number >= 128; number >>= 7) {
    bytes.push_back(static_cast<char>(number | 128));
  }
  bytes.push_back(static_cast<char>(number));
  return bytes;
}

class RocksdbEngine final : public LoopEngine {
 public:
  explicit RocksdbEngine(const std::string& folder)
      : folders_{folder + "/daily", folder + "/minutely"} {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(size_t{512} << 20);
    table.block_size = 16 << 10;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.format_version = 5;
    options_.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options_.create_if_missing = true;
    options_.compression = rocksdb::kZSTD;
  }

  std::string name() const override { return "RocksDB, a key a sample"; }
  absl::Status LoadDaily(absl::Span<const SeriesData> data) override {
    return Load(kDaily, data);
  }
  absl::Status LoadMinutely(absl::Span<const SeriesData> data) override {
    return Load(kMinutely, data);
  }
  uint64_t DailyBytes() const override { return FolderBytes(folders_[kDaily]); }
  uint64_t MinutelyBytes() const override {
    return FolderBytes(folders_[kMinutely]);
  }

 private:
  // Written as one sorted file: no way of loading is faster.
  absl::Status Load(Set set, absl::Span<const SeriesData> data) {
    TakeNames(set, data);
    rocksdb::DB* opened = nullptr;
    absl::Status status =
        ToStatus(rocksdb::DB::Open(options_, folders_[set], &opened));
    if (!status.ok()) return status;
    databases_[set].reset(opened);
    const std::string file = folders_[set] + ".sst";
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options_);
    status = ToStatus(writer.Open(file));
    for (const SeriesData& series : data) {
      const uint32_t app = NumberOfApp(set, series.app);
      const uint32_t platform = NumberOfPlatform(set, series.platform);
      for (size_t i = 0; i < series.values.size() && status.ok(); ++i) {
        if (series.present[i] == 0) continue;
        status = ToStatus(writer.Put(
            KeyOf(app, platform, series.first_step + static_cast<int64_t>(i)),
            VarintOf(static_cast<uint64_t>(series.values[i]))));
      }
    }
    if (status.ok()) status = ToStatus(writer.Finish());
    rocksdb::IngestExternalFileOptions move;
    move.move_files = true;
    if (status.ok()) {
      status = ToStatus(databases_[set]->IngestExternalFile({file}, move));
    }
    return status;
  }

  absl::Status WalkSeries(Set set, uint32_t app, uint32_t platform,
                          DayRange range, Each each) override {
    const auto at = Iterate(set);
    Walk(at.get(), app, platform, range, each);
    return ToStatus(at->status());
  }

  absl::Status WalkRange(Set set, uint32_t app_count, uint32_t platform_count,
                         DayRange range, Each each) override {
    const auto at = Iterate(set);
    for (uint32_t app = 0; app < app_count; ++app) {
      for (uint32_t platform = 0; platform < platform_count; ++platform) {
        Walk(at.get(), app, platform, range, each);
      }
    }
    return ToStatus(at->status());
  }

  absl::Status WalkAll(Set set, Each each) override {
    const auto at = Iterate(set);
    for (at->SeekToFirst(); at->Valid(); at->Next()) Visit(*at, each);
    return ToStatus(at->status());
  }

  static void Walk(rocksdb::Iterator* at, uint32_t app, uint32_t platform,
                   DayRange range, Each each) {
    const std::string end = KeyOf(app, platform, range.end);
    for (at->Seek(KeyOf(app, platform, range.begin));
         at->Valid() && at->key().compare(end) < 0; at->Next()) {
      Visit(*at, each);
    }
  }

  static void Visit(const rocksdb::Iterator& at, Each each) {
    const rocksdb::Slice key = at.key();
    const rocksdb::Slice bytes = at.value();
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
      value |= (uint64_t{static_cast<unsigned char>(bytes[i])} & 127)
               << (7 * i);
    }
    each(GetU32(key.data()), static_cast<unsigned char>(key[4]),
         GetU32(key.data() + 5), static_cast<double>(value));
  }

  std::unique_ptr<rocksdb::Iterator> Iterate(Set set) {
    return std::unique_ptr<rocksdb::Iterator>(
        databases_[set]->NewIterator(rocksdb::ReadOptions()));
  }

  const std::string folders_[2];
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> databases_[2];
};

}  // namespace

std::unique_ptr<Engine> NewRocksdbEngine(const std::string& folder) {
  return std::make_unique<RocksdbEngine>(folder);
}

}  // namespace footfall::bench
