#include "storage/store/rocksdb_files.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace footfall::storage {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr absl::string_view kNoRoom = "no room on the medium";

using GivesUp = std::shared_ptr<std::atomic<bool>>;

IOStatus Retryable(const IOStatus& status, const GivesUp& gives_up) {
  if (!status.IsIOError() || status.IsPathNotFound()) return status;
  const std::string text = status.ToString();
  const bool no_room = status.IsNoSpace() ||
                       absl::StrContains(text, "No space left on device") ||
                       absl::StrContains(text, "Disk quota exceeded");
  IOStatus retryable =
      no_room ? IOStatus::IOError(Slice(kNoRoom.data(), kNoRoom.size()), text)
              : IOStatus::IOError(text);
  retryable.SetRetryable(!*gives_up);
  return retryable;
}

class WritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WritableFile(std::unique_ptr<rocksdb::FSWritableFile> file, GivesUp gives_up)
      : rocksdb::FSWritableFileOwnerWrapper(std::move(file)),
        gives_up_(std::move(gives_up)) {}

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
    return Retryable(target()->Truncate(size, options, debug), gives_up_);
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return Retryable(target()->Close(options, debug), gives_up_);
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return Retryable(target()->Flush(options, debug), gives_up_);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return Retryable(target()->Sync(options, debug), gives_up_);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Retryable(target()->Fsync(options, debug), gives_up_);
  }
  IOStatus RangeSync(uint64_t offset, uint64_t size, const IOOptions& options,
                     IODebugContext* debug) override {
    return Retryable(target()->RangeSync(offset, size, options, debug),
                     gives_up_);
  }

 private:
  // Takes back what a failed call has written: it fills a disk to the last
  // byte.
  IOStatus Undone(const IOStatus& status, const IOOptions& options,
                  IODebugContext* debug) {
    if (status.ok()) return status;
    target()
        ->Truncate(target()->GetFileSize(options, debug), options, debug)
        .PermitUncheckedError();
    return Retryable(status, gives_up_);
  }

  const GivesUp gives_up_;
};

class Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(std::unique_ptr<rocksdb::FSDirectory> file, GivesUp gives_up)
      : rocksdb::FSDirectoryWrapper(std::move(file)),
        gives_up_(std::move(gives_up)) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Retryable(rocksdb::FSDirectoryWrapper::Fsync(options, debug),
                     gives_up_);
  }
  IOStatus FsyncWithDirOptions(
      const IOOptions& options, IODebugContext* debug,
      const rocksdb::DirFsyncOptions& reason) override {
    return Retryable(rocksdb::FSDirectoryWrapper::FsyncWithDirOptions(
                         options, debug, reason),
                     gives_up_);
  }

 private:
  const GivesUp gives_up_;
};

// Compaction reads, too.
class RandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  RandomAccessFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file,
                   GivesUp gives_up)
      : rocksdb::FSRandomAccessFileOwnerWrapper(std::move(file)),
        gives_up_(std::move(gives_up)) {}

  IOStatus Read(uint64_t offset, size_t size, const IOOptions& options,
                Slice* result, char* scratch,
                IODebugContext* debug) const override {
    return Retryable(rocksdb::FSRandomAccessFileOwnerWrapper::Read(
                         offset, size, options, result, scratch, debug),
                     gives_up_);
  }

 private:
  const GivesUp gives_up_;
};

}  // namespace

bool IsNoRoom(const rocksdb::Status& status) {
  return status.IsNoSpace() || absl::StrContains(status.ToString(), kNoRoom);
}

RocksdbFiles::RocksdbFiles(std::shared_ptr<rocksdb::FileSystem> target)
    : rocksdb::FileSystemWrapper(std::move(target)),
      gives_up_(std::make_shared<std::atomic<bool>>(false)) {}

IOStatus RocksdbFiles::NewWritableFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus status = target()->NewWritableFile(path, options, &file, debug);
  if (!status.ok()) return Retryable(status, gives_up_);
  *result = std::make_unique<WritableFile>(std::move(file), gives_up_);
  return status;
}

IOStatus RocksdbFiles::ReopenWritableFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus status = target()->ReopenWritableFile(path, options, &file, debug);
  if (!status.ok()) return Retryable(status, gives_up_);
  *result = std::make_unique<WritableFile>(std::move(file), gives_up_);
  return status;
}

IOStatus RocksdbFiles::NewRandomAccessFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
    IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  IOStatus status = target()->NewRandomAccessFile(path, options, &file, debug);
  if (!status.ok()) return Retryable(status, gives_up_);
  *result = std::make_unique<RandomAccessFile>(std::move(file), gives_up_);
  return status;
}

IOStatus RocksdbFiles::NewDirectory(
    const std::string& path, const IOOptions& options,
    std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  IOStatus status = target()->NewDirectory(path, options, &directory, debug);
  if (!status.ok()) return Retryable(status, gives_up_);
  *result = std::make_unique<Directory>(std::move(directory), gives_up_);
  return status;
}

IOStatus RocksdbFiles::DeleteFile(const std::string& path,
                                  const IOOptions& options,
                                  IODebugContext* debug) {
  {
    MutexLock lock(&mutex_);
    if (holder_ == std::this_thread::get_id()) {
      held_.push_back(path);
      return IOStatus::OK();
    }
  }
  return Retryable(target()->DeleteFile(path, options, debug), gives_up_);
}

IOStatus RocksdbFiles::RenameFile(const std::string& from,
                                  const std::string& to,
                                  const IOOptions& options,
                                  IODebugContext* debug) {
  return Retryable(target()->RenameFile(from, to, options, debug), gives_up_);
}

IOStatus RocksdbFiles::LinkFile(const std::string& from, const std::string& to,
                                const IOOptions& options,
                                IODebugContext* debug) {
  return Retryable(target()->LinkFile(from, to, options, debug), gives_up_);
}

RocksdbFiles::HeldDeletes::HeldDeletes(RocksdbFiles* files) : files_(files) {
  MutexLock lock(&files_->mutex_);
  files_->holder_ = std::this_thread::get_id();
  files_->held_.clear();
}

RocksdbFiles::HeldDeletes::~HeldDeletes() {
  MutexLock lock(&files_->mutex_);
  files_->holder_ = std::thread::id();
  files_->held_.clear();
}

void RocksdbFiles::HeldDeletes::Delete() {
  std::vector<std::string> paths;
  {
    MutexLock lock(&files_->mutex_);
    files_->holder_ = std::thread::id();
    paths.swap(files_->held_);
  }
  for (const std::string& path : paths) {
    // What stays is removed at the next opening.
    files_->DeleteFile(path, IOOptions(), nullptr).PermitUncheckedError();
  }
}

}  // namespace footfall::storage
