// Settings of RocksDB, each with its reason.

#include "storage/store/rocksdb_parts.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rocksdb/cache.h"
#include "rocksdb/convenience.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/statistics.h"
#include "rocksdb/table.h"
#include "rocksdb/write_buffer_manager.h"
#include "storage/base/mutex.h"
#include "storage/store/rocksdb_shared.h"
#include "storage/store/rocksdb_table_guard.h"

namespace footfall::storage {
namespace {

// Keeps warnings and errors, in a file that is made by the first of them.
// RocksDB's own log repeats hundreds of settings at every opening.
class WarningLog final : public rocksdb::Logger {
 public:
  explicit WarningLog(std::string path)
      : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL),
        path_(std::move(path)) {}

  ~WarningLog() override {
    if (file_ != nullptr) std::fclose(file_);
  }

  void LogHeader(const char*, va_list) override {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override
      ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    if (file_ == nullptr && !failed_) {
      file_ = std::fopen(path_.c_str(), "a");
      failed_ = file_ == nullptr;
    }
    if (file_ == nullptr || std::ftell(file_) > kMaxBytes) return;
    std::fprintf(
        file_, "%s ",
        absl::FormatTime(absl::RFC3339_sec, absl::Now(), absl::UTCTimeZone())
            .c_str());
    std::vfprintf(file_, format, arguments);
    std::fputc('\n', file_);
    std::fflush(file_);
  }

 protected:
  rocksdb::Status CloseImpl() override { return rocksdb::Status::OK(); }

 private:
  static constexpr int64_t kMaxBytes = 1 << 20;

  const std::string path_;
  Mutex mutex_;
  std::FILE* file_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;
};

// A reader must leave the folder as it is.
class NoLog final : public rocksdb::Logger {
 public:
  NoLog() : rocksdb::Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  void LogHeader(const char*, va_list) override {}
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}

 protected:
  rocksdb::Status CloseImpl() override { return rocksdb::Status::OK(); }
};

// The best that this build of RocksDB has.
rocksdb::CompressionType BestCompression() {
  const std::vector<rocksdb::CompressionType> supported =
      rocksdb::GetSupportedCompressions();
  for (const rocksdb::CompressionType type :
       {rocksdb::kZSTD, rocksdb::kLZ4Compression}) {
    if (std::find(supported.begin(), supported.end(), type) !=
        supported.end()) {
      return type;
    }
  }
  return rocksdb::kNoCompression;
}

// One for all levels, though said by level: otherwise RocksDB moves flushed
// tables to a level below as they are without asking what is being written
// there (TryPickL0TrivialMove() of releases 7.8 to 9.10 at least). Beside a
// CompactRange() that writes keys on both sides of theirs, tables would
// overlap; in builds with assertions, such as Debian's, the process ends.
void SetCompression(rocksdb::CompressionType type,
                    rocksdb::ColumnFamilyOptions* options) {
  options->compression = type;
  options->compression_per_level = {type};
}

rocksdb::BlockBasedTableOptions TableOptions(
    std::shared_ptr<rocksdb::Cache> cache, size_t block_size_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = std::move(cache);
  table.block_size = block_size_bytes;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  // Indexes and filters count in the budget, and go before data does.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // Ten bits a key of 12 bytes with kilobytes of value: nothing, and a bundle
  // whose patches are newer than its base looks into every level between.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  return table;
}

}  // namespace

absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(what, ": ", TextOf(status));
  if (IsNoRoom(status)) return absl::ResourceExhaustedError(message);
  switch (status.code()) {
    case rocksdb::Status::kCorruption:
      return absl::DataLossError(message);
    case rocksdb::Status::kNotSupported:
      return absl::UnimplementedError(message);
    case rocksdb::Status::kIOError:
    case rocksdb::Status::kBusy:
    case rocksdb::Status::kTryAgain:
    case rocksdb::Status::kTimedOut:
    case rocksdb::Status::kIncomplete:
    case rocksdb::Status::kAborted:
    case rocksdb::Status::kShutdownInProgress:
      return absl::UnavailableError(message);
    default:
      return absl::InternalError(message);
  }
}

bool AppendOperator::FullMergeV2(const MergeOperationInput& input,
                                 MergeOperationOutput* output) const {
  size_t size = input.existing_value ? input.existing_value->size() : 0;
  for (const rocksdb::Slice& operand : input.operand_list) {
    size += operand.size();
  }
  // new_value is not empty on entry.
  output->new_value.clear();
  output->new_value.reserve(size);
  if (input.existing_value != nullptr) {
    output->new_value.append(input.existing_value->data(),
                             input.existing_value->size());
  }
  for (const rocksdb::Slice& operand : input.operand_list) {
    output->new_value.append(operand.data(), operand.size());
  }
  return true;
}

bool AppendOperator::PartialMerge(const rocksdb::Slice& /*key*/,
                                  const rocksdb::Slice& left,
                                  const rocksdb::Slice& right,
                                  std::string* new_value,
                                  rocksdb::Logger* /*logger*/) const {
  new_value->assign(left.data(), left.size());
  new_value->append(right.data(), right.size());
  return true;
}

bool AppendOperator::PartialMergeMulti(
    const rocksdb::Slice& /*key*/, const std::deque<rocksdb::Slice>& operands,
    std::string* new_value, rocksdb::Logger* /*logger*/) const {
  new_value->clear();
  for (const rocksdb::Slice& operand : operands) {
    new_value->append(operand.data(), operand.size());
  }
  return true;
}

RocksdbSettings MakeSmallSettings(const std::string& path, bool read_only,
                                  rocksdb::Env* env) {
  return MakeRocksdbSettings(
      path, {.read_only = read_only, .memory_budget_bytes = 0, .env = env});
}

RocksdbSettings MakeRocksdbSettings(const std::string& path,
                                    const RocksdbStoreOptions& options,
                                    std::shared_ptr<rocksdb::Cache> cache) {
  constexpr uint64_t kMiB = uint64_t{1} << 20;
  const uint64_t budget =
      std::max<uint64_t>(options.memory_budget_bytes, kLeastMemoryBudget);
  const bool read_only = options.read_only;
  rocksdb::Env* const env = options.env;
  RocksdbSettings settings;
  settings.cache = std::move(cache);
  if (options.shared != nullptr) {
    const SharedParts& shared = PartsOf(*options.shared);
    if (settings.cache == nullptr) settings.cache = shared.cache;
    settings.database.rate_limiter = shared.rate;
  }
  if (settings.cache == nullptr) settings.cache = rocksdb::NewLRUCache(budget);

  rocksdb::DBOptions& database = settings.database;
  settings.files = std::make_shared<RocksdbFiles>(GuardTables(
      env != nullptr ? env->GetFileSystem() : rocksdb::FileSystem::Default()));
  settings.gate = std::make_shared<RocksdbFlushGate>();
  settings.env = NewEnv(settings.files, settings.gate);
  database.env = settings.env.get();
  // They are of no use; a disk may be full.
  database.fail_if_options_file_error = false;
  database.max_bgerror_resume_count = 1;
  database.bgerror_resume_retry_interval = 10'000;  // microseconds
  database.avoid_flush_during_shutdown = true;  // RocksdbStore does it before
  database.create_if_missing = !read_only;
  database.create_missing_column_families = !read_only;
  // Doubtful bytes are never written, and never read without a word.
  database.paranoid_checks = true;
  database.flush_verify_memtable_count = true;
  // A record that a crash cut off is not there; one damaged anywhere else is an
  // error. The default mode opens without what follows a flipped bit.
  database.wal_recovery_mode =
      rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // What one key space has flushed and the other has not is in the log, which
  // is synced first. Flushing both at once would keep that true of a log that
  // is damaged later; but a flush that meets an error of something else never
  // ends then (in release 7.8).
  database.atomic_flush = false;
  database.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(budget / 4, settings.cache);
  settings.watch = std::make_shared<RocksdbWatch>(settings.gate);
  database.listeners = {settings.watch};
  // A reader beside a writer keeps every file open: the writer may delete one.
  // OpenToRead() limits that.
  database.max_open_files = read_only ? -1 : 512;
  // It starts no threads of its own to open files: where none can be had, it
  // ends the program.
  database.max_file_opening_threads = 1;
  const unsigned cores = std::thread::hardware_concurrency();
  database.max_background_jobs = static_cast<int>(std::clamp(cores, 2u, 4u));
  database.bytes_per_sync = kMiB;
  database.compaction_readahead_size =
      std::clamp(budget / 64, kMiB / 8, 2 * kMiB);
  database.max_manifest_file_size = 16 * kMiB;
  database.stats_dump_period_sec = 0;
  // Counts alone: neither clocks nor histograms.
  database.statistics = rocksdb::CreateDBStatistics();
  database.statistics->set_stats_level(
      rocksdb::StatsLevel::kExceptHistogramOrTimers);
  database.stats_persist_period_sec = 0;
  if (!read_only) {
    settings.record = std::make_shared<RecordKeeper>(path);
    database.listeners.push_back(settings.record);
  }
  if (read_only) {
    database.info_log = std::make_shared<NoLog>();
  } else {
    database.info_log = std::make_shared<WarningLog>(path + "/LOG");
  }

  // Names and declarations: small, alike, read once at opening.
  rocksdb::ColumnFamilyOptions& catalog = settings.catalog;
  SetCompression(BestCompression(), &catalog);
  catalog.write_buffer_size = std::clamp(budget / 32, kMiB / 4, 16 * kMiB);
  catalog.level_compaction_dynamic_level_bytes = true;
  catalog.table_factory.reset(rocksdb::NewBlockBasedTableFactory(
      TableOptions(settings.cache, size_t{16} << 10)));

  // Bundles of tiles: kilobytes each, dense already.
  rocksdb::ColumnFamilyOptions& tiles = settings.tiles;
  tiles.merge_operator = std::make_shared<AppendOperator>();
  SetCompression(rocksdb::kNoCompression, &tiles);
  tiles.write_buffer_size = std::clamp(budget / 8, kMiB / 2, 64 * kMiB);
  tiles.level_compaction_dynamic_level_bytes = true;
  tiles.table_factory.reset(rocksdb::NewBlockBasedTableFactory(
      TableOptions(settings.cache, size_t{32} << 10)));
  return settings;
}

}  // namespace footfall::storage
