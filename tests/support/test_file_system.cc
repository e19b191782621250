#include "tests/support/test_file_system.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

namespace footfall::testing {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr size_t kKinds = 8;

IOStatus Error(bool no_space) {
  IOStatus status = no_space
                        ? IOStatus::NoSpace("test file system: no space left")
                        : IOStatus::IOError("test file system: broken");
  status.SetRetryable(no_space);  // as the machine's own file system has it
  return status;
}

std::string FolderOf(const std::string& path) {
  return path.substr(0, path.find_last_of('/'));
}

}  // namespace

const char* NameOf(FileCalls kind) {
  switch (kind) {
    case kOpens:
      return "open";
    case kWrites:
      return "write";
    case kSyncs:
      return "sync";
    case kDirectorySyncs:
      return "directory sync";
    case kRenames:
      return "rename";
    case kLinks:
      return "link";
    case kDeletes:
      return "delete";
    case kReads:
      return "read";
    case kAllFileCalls:
      return "any call";
  }
  return "?";
}

// The state, and the calls that create and name files.
class TestFileSystem::Files final : public rocksdb::FileSystemWrapper {
 public:
  Files() : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "footfall.test"; }

  // Runs `work` unless the call has to fail.
  template <typename Work>
  IOStatus Call(FileCalls kind, Work work) {
    Fault fault;
    if (!Count(kind, &fault)) return work();
    if (fault.is_done) work().PermitUncheckedError();
    return Error(fault.no_space);
  }

  // Whether the call fails, and how.
  bool Count(FileCalls kind, Fault* fault) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = 0; i < kKinds; ++i) counts_[i] += (kind >> i) & 1;
    if ((fault_kinds_ & kind) == 0) return false;
    ++fault_calls_;
    const bool fails =
        fault_calls_ == fault_at_ || (fault_.lasts && fault_calls_ > fault_at_);
    met_ |= fails;
    *fault = fault_;
    return fails;
  }

  // The bytes of a write that there is room for.
  size_t Room(size_t size) {
    std::lock_guard<std::mutex> lock(mutex_);
    const uint64_t room = capacity_ - std::min(capacity_, used_);
    return static_cast<size_t>(std::min<uint64_t>(size, room));
  }
  void NoteWritten(Content* content, const Slice& data) {
    std::lock_guard<std::mutex> lock(mutex_);
    content->bytes.append(data.data(), data.size());
    used_ += data.size();
  }
  void NoteTruncated(Content* content, uint64_t size) {
    std::lock_guard<std::mutex> lock(mutex_);
    used_ -= content->bytes.size() - size;
    content->bytes.resize(size);
    content->synced = std::min(content->synced, size);
  }
  void NoteSynced(Content* content) {
    std::lock_guard<std::mutex> lock(mutex_);
    content->synced = content->bytes.size();
  }
  void NoteDirectorySynced(const std::string& folder) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (auto rename = renamed_.begin(); rename != renamed_.end();) {
      if (FolderOf(rename->second) != folder) {
        ++rename;
        continue;
      }
      RenameFolder(rename->first, rename->second, &safe_);
      rename = renamed_.erase(rename);
    }
    for (auto name = safe_.begin(); name != safe_.end();) {
      const bool gone = FolderOf(name->first) == folder &&
                        names_.find(name->first) == names_.end();
      name = gone ? safe_.erase(name) : std::next(name);
    }
    for (const auto& [path, content] : names_) {
      if (FolderOf(path) == folder) safe_[path] = content;
    }
  }
  void CallWatcher() {
    if (watcher_ != nullptr) watcher_();
  }

  IOStatus NewWritableFile(const std::string& path,
                           const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* debug) override;
  IOStatus ReopenWritableFile(const std::string& path,
                              const rocksdb::FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                              IODebugContext* debug) override;
  IOStatus NewRandomAccessFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
      IODebugContext* debug) override;
  IOStatus NewSequentialFile(const std::string& path,
                             const rocksdb::FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext* debug) override;
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* result,
                        IODebugContext* debug) override;

  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override {
    CallWatcher();
    return Call(kDeletes, [&] {
      IOStatus status = target()->DeleteFile(path, options, debug);
      if (!status.ok()) return status;
      std::lock_guard<std::mutex> lock(mutex_);
      const auto name = names_.find(path);
      if (name == names_.end()) return status;
      const std::shared_ptr<Content> content = name->second;
      names_.erase(name);
      const bool named =
          std::any_of(names_.begin(), names_.end(),
                      [&](const auto& n) { return n.second == content; });
      if (!named) used_ -= std::min<uint64_t>(used_, content->bytes.size());
      return status;
    });
  }
  IOStatus RenameFile(const std::string& from, const std::string& to,
                      const IOOptions& options,
                      IODebugContext* debug) override {
    CallWatcher();
    return Call(kRenames, [&] {
      IOStatus status = target()->RenameFile(from, to, options, debug);
      if (!status.ok()) return status;
      std::lock_guard<std::mutex> lock(mutex_);
      const auto name = names_.find(from);
      if (name == names_.end()) {
        if (RenameFolder(from, to, &names_)) renamed_.push_back({from, to});
        return status;
      }
      const auto replaced = names_.find(to);
      if (replaced != names_.end()) {
        used_ -= std::min<uint64_t>(used_, replaced->second->bytes.size());
      }
      names_[to] = name->second;
      names_.erase(from);
      return status;
    });
  }
  IOStatus LinkFile(const std::string& from, const std::string& to,
                    const IOOptions& options, IODebugContext* debug) override {
    return Call(kLinks, [&] {
      IOStatus status = target()->LinkFile(from, to, options, debug);
      if (!status.ok()) return status;
      std::lock_guard<std::mutex> lock(mutex_);
      const auto name = names_.find(from);
      if (name != names_.end()) names_[to] = name->second;
      return status;
    });
  }
  IOStatus GetFreeSpace(const std::string& path, const IOOptions& options,
                        uint64_t* free, IODebugContext* debug) override {
    IOStatus status = target()->GetFreeSpace(path, options, free, debug);
    std::lock_guard<std::mutex> lock(mutex_);
    *free = std::min(*free, capacity_ - std::min(capacity_, used_));
    return status;
  }

  // A new file of this name, or the one that is there.
  std::shared_ptr<Content> ContentOf(const std::string& path, bool is_new) {
    std::lock_guard<std::mutex> lock(mutex_);
    std::shared_ptr<Content>& content = names_[path];
    if (content != nullptr && is_new) {
      used_ -= std::min<uint64_t>(used_, content->bytes.size());
    }
    if (content == nullptr || is_new) content = std::make_shared<Content>();
    return content;
  }

  // Gives the files of a folder their new names; false where there are none.
  static bool RenameFolder(const std::string& from, const std::string& to,
                           Names* names) {
    Names moved;
    for (auto name = names->begin(); name != names->end();) {
      if (name->first.compare(0, from.size() + 1, from + "/") != 0) {
        ++name;
        continue;
      }
      moved[to + name->first.substr(from.size())] = name->second;
      name = names->erase(name);
    }
    names->insert(moved.begin(), moved.end());
    return !moved.empty();
  }

  mutable std::mutex mutex_;
  std::array<uint64_t, kKinds> counts_ = {};
  uint32_t fault_kinds_ = 0;
  uint64_t fault_at_ = 0;
  uint64_t fault_calls_ = 0;
  Fault fault_;
  bool met_ = false;
  uint64_t capacity_ = UINT64_MAX;
  uint64_t used_ = 0;
  Names names_;
  Names safe_;
  // Folders whose new names are not synced yet.
  std::vector<std::pair<std::string, std::string>> renamed_;
  std::function<void()> watcher_;  // set while nobody else is there
};

class TestFileSystem::WritableFile final
    : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WritableFile(Files* files, std::unique_ptr<rocksdb::FSWritableFile> file,
               std::shared_ptr<Content> content)
      : rocksdb::FSWritableFileOwnerWrapper(std::move(file)),
        files_(files),
        content_(std::move(content)),
        content_size_(content_->bytes.size()) {}

  IOStatus Append(const Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    return Write(data, [&](const Slice& part) {
      return target()->Append(part, options, debug);
    });
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options,
                    IODebugContext* debug) override {
    IOStatus status = target()->Truncate(size, options, debug);
    if (status.ok()) files_->NoteTruncated(content_.get(), size);
    return status;
  }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    return content_size_;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return SyncBy([&] { return target()->Flush(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return SyncBy([&] { return target()->Flush(options, debug); });
  }

 private:
  template <typename Work>
  IOStatus Write(const Slice& data, Work work) {
    return files_->Call(kWrites, [&] {
      const Slice part(data.data(), files_->Room(data.size()));
      IOStatus status = work(part);
      if (!status.ok()) return status;
      files_->NoteWritten(content_.get(), part);
      if (part.size() < data.size()) return Error(/*no_space=*/true);
      content_size_ += data.size();
      return status;
    });
  }
  template <typename Work>
  IOStatus SyncBy(Work work) {
    files_->CallWatcher();
    IOStatus status = files_->Call(kSyncs, [&] {
      IOStatus synced = work();
      if (synced.ok()) files_->NoteSynced(content_.get());
      return synced;
    });
    files_->CallWatcher();
    return status;
  }

  Files* const files_;
  const std::shared_ptr<Content> content_;
  uint64_t content_size_;  // without writes that failed
};

class TestFileSystem::Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(Files* files, std::unique_ptr<rocksdb::FSDirectory> directory,
            std::string path)
      : rocksdb::FSDirectoryWrapper(std::move(directory)),
        files_(files),
        path_(std::move(path)) {
    while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  }

  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return Sync(); }
  IOStatus FsyncWithDirOptions(const IOOptions&, IODebugContext*,
                               const rocksdb::DirFsyncOptions&) override {
    return Sync();
  }

 private:
  IOStatus Sync() {
    files_->CallWatcher();
    IOStatus status = files_->Call(kDirectorySyncs, [&] {
      files_->NoteDirectorySynced(path_);
      return IOStatus::OK();
    });
    files_->CallWatcher();
    return status;
  }

  Files* const files_;
  std::string path_;
};

class TestFileSystem::RandomFile final
    : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  RandomFile(Files* files, std::unique_ptr<rocksdb::FSRandomAccessFile> file)
      : rocksdb::FSRandomAccessFileOwnerWrapper(std::move(file)),
        files_(files) {}
  IOStatus Read(uint64_t offset, size_t size, const IOOptions& options,
                Slice* result, char* scratch,
                IODebugContext* debug) const override {
    return files_->Call(kReads, [&] {
      return rocksdb::FSRandomAccessFileOwnerWrapper::Read(
          offset, size, options, result, scratch, debug);
    });
  }

 private:
  Files* const files_;
};

class TestFileSystem::SequentialFile final
    : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  SequentialFile(Files* files, std::unique_ptr<rocksdb::FSSequentialFile> file)
      : rocksdb::FSSequentialFileOwnerWrapper(std::move(file)), files_(files) {}
  IOStatus Read(size_t size, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) override {
    return files_->Call(kReads, [&] {
      return rocksdb::FSSequentialFileOwnerWrapper::Read(size, options, result,
                                                         scratch, debug);
    });
  }

 private:
  Files* const files_;
};

IOStatus TestFileSystem::Files::NewWritableFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  return Call(kOpens, [&] {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    IOStatus status = target()->NewWritableFile(path, options, &file, debug);
    if (!status.ok()) return status;
    *result = std::make_unique<WritableFile>(this, std::move(file),
                                             ContentOf(path, /*is_new=*/true));
    return status;
  });
}

IOStatus TestFileSystem::Files::ReopenWritableFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  return Call(kOpens, [&] {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    IOStatus status = target()->ReopenWritableFile(path, options, &file, debug);
    if (!status.ok()) return status;
    *result = std::make_unique<WritableFile>(this, std::move(file),
                                             ContentOf(path, /*is_new=*/false));
    return status;
  });
}

IOStatus TestFileSystem::Files::NewRandomAccessFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
    IODebugContext* debug) {
  return Call(kReads, [&] {
    std::unique_ptr<rocksdb::FSRandomAccessFile> file;
    IOStatus status =
        target()->NewRandomAccessFile(path, options, &file, debug);
    if (status.ok()) {
      *result = std::make_unique<RandomFile>(this, std::move(file));
    }
    return status;
  });
}

IOStatus TestFileSystem::Files::NewSequentialFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSSequentialFile>* result, IODebugContext* debug) {
  return Call(kReads, [&] {
    std::unique_ptr<rocksdb::FSSequentialFile> file;
    IOStatus status = target()->NewSequentialFile(path, options, &file, debug);
    if (status.ok()) {
      *result = std::make_unique<SequentialFile>(this, std::move(file));
    }
    return status;
  });
}

IOStatus TestFileSystem::Files::NewDirectory(
    const std::string& path, const IOOptions& options,
    std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  IOStatus status = target()->NewDirectory(path, options, &directory, debug);
  if (status.ok()) {
    *result = std::make_unique<Directory>(this, std::move(directory), path);
  }
  return status;
}

TestFileSystem::TestFileSystem()
    : files_(std::make_shared<Files>()),
      env_(rocksdb::NewCompositeEnv(files_)) {}

TestFileSystem::~TestFileSystem() = default;

void TestFileSystem::FailAt(uint32_t kinds, uint64_t n, Fault fault) {
  std::lock_guard<std::mutex> lock(files_->mutex_);
  files_->fault_kinds_ = kinds;
  files_->fault_at_ = n;
  files_->fault_calls_ = 0;
  files_->fault_ = fault;
  files_->met_ = false;
}

void TestFileSystem::SetCapacity(uint64_t bytes) {
  std::lock_guard<std::mutex> lock(files_->mutex_);
  files_->capacity_ = bytes;
}

uint64_t TestFileSystem::used_bytes() const {
  std::lock_guard<std::mutex> lock(files_->mutex_);
  return files_->used_;
}

void TestFileSystem::Heal() {
  std::lock_guard<std::mutex> lock(files_->mutex_);
  files_->fault_kinds_ = 0;
  files_->capacity_ = UINT64_MAX;
}

uint64_t TestFileSystem::calls(uint32_t kinds) const {
  std::lock_guard<std::mutex> lock(files_->mutex_);
  uint64_t sum = 0;
  for (size_t i = 0; i < kKinds; ++i) {
    if ((kinds >> i & 1) != 0) sum += files_->counts_[i];
  }
  return sum;
}

bool TestFileSystem::met() const {
  std::lock_guard<std::mutex> lock(files_->mutex_);
  return files_->met_;
}

void TestFileSystem::Watch(std::function<void()> watcher) {
  files_->watcher_ = std::move(watcher);
}

TestFileSystem::PowerCut TestFileSystem::TakePowerCut() const {
  PowerCut cut;
  std::lock_guard<std::mutex> lock(files_->mutex_);
  const auto list = [](const Names& names, std::vector<PowerCut::File>* out) {
    for (const auto& [path, content] : names) {
      out->push_back({path, content, content->synced, content->bytes.size()});
    }
  };
  list(files_->safe_, &cut.safe);
  list(files_->names_, &cut.written);
  return cut;
}

void TestFileSystem::Restore(const PowerCut& cut, Unsynced unsynced,
                             const std::string& folder, const std::string& into,
                             std::mt19937_64* random) {
  const bool names_are_safe =
      unsynced == Unsynced::kLost || unsynced == Unsynced::kTornBytes;
  for (const PowerCut::File& file : names_are_safe ? cut.safe : cut.written) {
    if (file.path.compare(0, folder.size(), folder) != 0) continue;
    const uint64_t end = std::min(file.size, file.content->bytes.size());
    uint64_t size = end;
    if (unsynced == Unsynced::kLost) size = file.synced;
    if (unsynced == Unsynced::kTornBytes || unsynced == Unsynced::kTornAll) {
      size = file.synced + (*random)() % (end - file.synced + 1);
    }
    const std::string path = into + file.path.substr(folder.size());
    std::filesystem::create_directories(FolderOf(path));
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(file.content->bytes.data(), static_cast<std::streamsize>(size));
  }
}

}  // namespace footfall::testing
