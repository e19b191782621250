#include "storage/store/rocksdb_ingest.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rocksdb/version.h"
#include "storage/base/mutex.h"

namespace footfall::storage {
namespace {

// RocksDB 8 and later asks whether the range of all files that go to one level
// together meets what a compaction is writing there, though it chose the level
// file by file; and where it does, an assertion ends the process, as Debian
// builds it. So several files are taken in while nothing is compacted. A pause
// of its background holds up no compaction by hand that begins behind it: those
// are kept out by a lock.
bool NeedsQuiet(const std::vector<rocksdb::IngestExternalFileArg>& files) {
  return ROCKSDB_MAJOR >= 8 &&
         std::any_of(files.begin(), files.end(), [](const auto& arg) {
           return arg.external_files.size() > 1;
         });
}

class BackgroundPause {
 public:
  explicit BackgroundPause(rocksdb::DB* db)
      : db_(db), paused_(db->PauseBackgroundWork().ok()) {}
  ~BackgroundPause() {
    if (paused_) db_->ContinueBackgroundWork().PermitUncheckedError();
  }
  BackgroundPause(const BackgroundPause&) = delete;
  BackgroundPause& operator=(const BackgroundPause&) = delete;

  bool paused() const { return paused_; }

 private:
  rocksdb::DB* const db_;
  const bool paused_;
};

// How often an ingestion is tried, and how long is waited at most in between:
// some ten seconds in all.
constexpr int kIngestions = 110;
constexpr absl::Duration kLongestWait = absl::Milliseconds(100);

// Where another thread writes the list of tables for a flush, RocksDB counts
// that flush as done before its own thread has put the memtable away, and
// answers TryAgain until then (IngestExternalFiles() in builds with assertions,
// which Debian's is). On a busy machine that thread may be long in coming.
rocksdb::Status Ingest(
    rocksdb::DB* db, const std::vector<rocksdb::IngestExternalFileArg>& files) {
  absl::Duration wait = absl::Microseconds(100);
  rocksdb::Status status;
  for (int i = 0; i < kIngestions; ++i) {
    status = db->IngestExternalFiles(files);
    if (!status.IsTryAgain()) break;
    absl::SleepFor(wait);
    wait = std::min(2 * wait, kLongestWait);
  }
  return status;
}

}  // namespace

rocksdb::Status IngestTables(
    const RocksdbHandle& handle,
    std::vector<rocksdb::IngestExternalFileArg> files) {
  if (!NeedsQuiet(files)) return Ingest(handle.db.get(), files);
  MutexLock lock(&handle.by_hand);
  const BackgroundPause pause(handle.db.get());
  for (rocksdb::IngestExternalFileArg& arg : files) {
    // A flush would wait for the pause to end.
    arg.options.allow_blocking_flush = !pause.paused();
  }
  return Ingest(handle.db.get(), files);
}

rocksdb::Status CompactByHand(const RocksdbHandle& handle,
                              const rocksdb::CompactRangeOptions& options,
                              rocksdb::ColumnFamilyHandle* family,
                              const rocksdb::Slice* begin,
                              const rocksdb::Slice* end) {
  ReaderMutexLock lock(&handle.by_hand);
  return handle.db->CompactRange(options, family, begin, end);
}

}  // namespace footfall::storage
