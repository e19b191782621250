#include "storage/store/rocksdb_files.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "rocksdb/system_clock.h"
#include "rocksdb/version.h"
#include "storage/base/mutex.h"

namespace footfall::storage {

struct FilesState {
  std::atomic<bool> refuses_settings = false;
  Mutex mutex;
  std::thread::id failing_sync ABSL_GUARDED_BY(mutex);
};

namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr absl::string_view kNoRoom = "no room on the medium";
constexpr absl::string_view kContrived = "still recovers from an error";
constexpr absl::string_view kFailed = "the medium failed";

using State = std::shared_ptr<FilesState>;

// The error as one that RocksDB comes back from.
IOStatus Passing(const IOStatus& status) {
  if (!status.IsIOError() || status.IsPathNotFound()) return status;
  const std::string text = status.ToString();
  const bool no_room = status.IsNoSpace() ||
                       absl::StrContains(text, "No space left on device") ||
                       absl::StrContains(text, "Disk quota exceeded");
  const absl::string_view kind = no_room ? kNoRoom : kFailed;
  return IOStatus::NoSpace(Slice(kind.data(), kind.size()), text);
}

// The same for a log that could not be begun: as a full disk that would be the
// end, too. From this RocksDB recovers by itself.
IOStatus OfNewLog(const IOStatus& status) {
  const IOStatus passing = Passing(status);
  if (!passing.IsNoSpace()) return passing;
  const std::string text = TextOf(passing);
  IOStatus error = IOStatus::IOError(text);
  error.SetRetryable(true);
  return error;
}

class WritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WritableFile(std::unique_ptr<rocksdb::FSWritableFile> file,
               const std::string& path, State state)
      : rocksdb::FSWritableFileOwnerWrapper(std::move(file)),
        is_log_(absl::EndsWith(path, ".log")),
        state_(std::move(state)) {}

  IOStatus Append(const Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    return Undone(target()->Append(data, options, debug), options, debug);
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& checksum,
                  IODebugContext* debug) override {
    return Undone(target()->Append(data, options, checksum, debug), options,
                  debug);
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options,
                    IODebugContext* debug) override {
    return Passing(target()->Truncate(size, options, debug));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return Passing(target()->Close(options, debug));
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return Passing(target()->Flush(options, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (MustFail()) return Contrived();
    return Passing(target()->Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    if (MustFail()) return Contrived();
    return Passing(target()->Fsync(options, debug));
  }
  IOStatus RangeSync(uint64_t offset, uint64_t size, const IOOptions& options,
                     IODebugContext* debug) override {
    return Passing(target()->RangeSync(offset, size, options, debug));
  }

 private:
  // One after which RocksDB recovers by itself.
  static IOStatus Contrived() {
    IOStatus status =
        IOStatus::IOError(Slice(kContrived.data(), kContrived.size()));
    status.SetRetryable(true);
    return status;
  }

  bool MustFail() {
    if (!is_log_) return false;
    MutexLock lock(&state_->mutex);
    if (state_->failing_sync != std::this_thread::get_id()) return false;
    state_->failing_sync = std::thread::id();
    return true;
  }

  // Takes back what a failed call has written: it fills a disk to the last
  // byte.
  IOStatus Undone(const IOStatus& status, const IOOptions& options,
                  IODebugContext* debug) {
    if (status.ok()) return status;
    target()
        ->Truncate(target()->GetFileSize(options, debug), options, debug)
        .PermitUncheckedError();
    return Passing(status);
  }

  const bool is_log_;
  const State state_;
};

class Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  using rocksdb::FSDirectoryWrapper::FSDirectoryWrapper;

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Passing(rocksdb::FSDirectoryWrapper::Fsync(options, debug));
  }
  IOStatus FsyncWithDirOptions(
      const IOOptions& options, IODebugContext* debug,
      const rocksdb::DirFsyncOptions& reason) override {
    return Passing(rocksdb::FSDirectoryWrapper::FsyncWithDirOptions(
        options, debug, reason));
  }
};

// Compaction and ingestion read, too.
class RandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  RandomAccessFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file,
                   std::string path,
                   std::shared_ptr<RocksdbPublishing> publishing)
      : rocksdb::FSRandomAccessFileOwnerWrapper(std::move(file)),
        path_(std::move(path)),
        publishing_(std::move(publishing)) {}

  IOStatus Read(uint64_t offset, size_t size, const IOOptions& options,
                Slice* result, char* scratch,
                IODebugContext* debug) const override {
    if (publishing_->FindRead(path_, offset, size, result, scratch)) {
      return IOStatus::OK();
    }
    const IOStatus status =
        Passing(rocksdb::FSRandomAccessFileOwnerWrapper::Read(
            offset, size, options, result, scratch, debug));
    publishing_->NoteRead(path_, offset, size, status, *result);
    return status;
  }

 private:
  const std::string path_;
  const std::shared_ptr<RocksdbPublishing> publishing_;
};

class ImpatientClock final : public rocksdb::SystemClockWrapper {
 public:
  ImpatientClock()
      : rocksdb::SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "footfall.clock"; }
  void SleepForMicroseconds(int microseconds) override {
    target_->SleepForMicroseconds(std::min(microseconds, 100'000));
  }
};

class FilesEnv final : public rocksdb::EnvWrapper {
 public:
  FilesEnv(const std::shared_ptr<RocksdbFiles>& files,
           std::shared_ptr<RocksdbFlushGate> gate)
      : rocksdb::EnvWrapper(rocksdb::NewCompositeEnv(files)),
        gate_(std::move(gate)) {
    file_system_ = files;
    system_clock_ = std::make_shared<ImpatientClock>();
  }
  const char* Name() const override { return "footfall.env"; }

  void Schedule(void (*function)(void*), void* argument, Priority priority,
                void* tag, void (*drop)(void*)) override {
    if (ROCKSDB_MAJOR >= 9 || priority != Priority::HIGH) {
      target()->Schedule(function, argument, priority, tag, drop);
      return;
    }
    RocksdbFlushGate::Schedule(std::make_unique<RocksdbFlushGate::Job>(
        RocksdbFlushGate::Job{gate_, target(), function, drop, argument, tag}));
  }

 private:
  const std::shared_ptr<RocksdbFlushGate> gate_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> NewEnv(
    const std::shared_ptr<RocksdbFiles>& files,
    const std::shared_ptr<RocksdbFlushGate>& gate) {
  return std::make_unique<FilesEnv>(files, gate);
}

bool IsNoRoom(const rocksdb::Status& status) {
  return absl::StrContains(status.ToString(), kNoRoom);
}

bool IsOfMedium(const rocksdb::Status& status) {
  return IsNoRoom(status) || absl::StrContains(status.ToString(), kFailed);
}

bool IsContrived(const rocksdb::Status& status) {
  return absl::StrContains(status.ToString(), kContrived);
}

std::string TextOf(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  for (const absl::string_view kind : {kNoRoom, kFailed}) {
    const size_t at = text.find(kind.data(), 0, kind.size());
    if (at != std::string::npos) return text.substr(at);
  }
  return text;
}

RocksdbFiles::RocksdbFiles(std::shared_ptr<rocksdb::FileSystem> target)
    : rocksdb::FileSystemWrapper(std::move(target)),
      state_(std::make_shared<FilesState>()),
      publishing_(std::make_shared<RocksdbPublishing>()) {}

IOStatus RocksdbFiles::NewWritableFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  if (state_->refuses_settings && absl::StrContains(path, "/OPTIONS-")) {
    return IOStatus::IOError("not made on a full disk", path);
  }
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus status = target()->NewWritableFile(path, options, &file, debug);
  if (!status.ok()) {
    return absl::EndsWith(path, ".log") ? OfNewLog(status) : Passing(status);
  }
  *result = std::make_unique<WritableFile>(std::move(file), path, state_);
  return status;
}

IOStatus RocksdbFiles::ReopenWritableFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus status = target()->ReopenWritableFile(path, options, &file, debug);
  if (!status.ok()) return Passing(status);
  *result = std::make_unique<WritableFile>(std::move(file), path, state_);
  return status;
}

IOStatus RocksdbFiles::NewRandomAccessFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
    IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  IOStatus status = target()->NewRandomAccessFile(path, options, &file, debug);
  if (!status.ok()) return Passing(status);
  *result =
      std::make_unique<RandomAccessFile>(std::move(file), path, publishing_);
  return status;
}

IOStatus RocksdbFiles::NewDirectory(
    const std::string& path, const IOOptions& options,
    std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  IOStatus status = target()->NewDirectory(path, options, &directory, debug);
  if (!status.ok()) return Passing(status);
  *result = std::make_unique<Directory>(std::move(directory));
  return status;
}

IOStatus RocksdbFiles::DeleteFile(const std::string& path,
                                  const IOOptions& options,
                                  IODebugContext* debug) {
  if (publishing_->HoldsBack(path)) return IOStatus::OK();
  return Passing(target()->DeleteFile(path, options, debug));
}

IOStatus RocksdbFiles::RenameFile(const std::string& from,
                                  const std::string& to,
                                  const IOOptions& options,
                                  IODebugContext* debug) {
  return Passing(target()->RenameFile(from, to, options, debug));
}

IOStatus RocksdbFiles::LinkFile(const std::string& from, const std::string& to,
                                const IOOptions& options,
                                IODebugContext* debug) {
  IOStatus error = publishing_->LinkError();
  if (!error.ok()) return error;
  return Passing(target()->LinkFile(from, to, options, debug));
}

void RocksdbFiles::RefuseSettings() { state_->refuses_settings = true; }

void RocksdbFiles::FailNextLogSync(bool fails) {
  MutexLock lock(&state_->mutex);
  state_->failing_sync = fails ? std::this_thread::get_id() : std::thread::id();
}

}  // namespace footfall::storage
