#include "storage/store/rocksdb_publishing.h"

#include <algorithm>
#include <cstring>

namespace footfall::storage {

void RocksdbPublishing::Begin() {
  MutexLock lock(&mutex_);
  thread_ = std::this_thread::get_id();
  rehearses_ = true;
  error_ = rocksdb::IOStatus();
  is_at_it_ = true;
}

rocksdb::IOStatus RocksdbPublishing::Rehearsed() {
  MutexLock lock(&mutex_);
  rehearses_ = false;
  return error_;
}

std::vector<std::string> RocksdbPublishing::End() {
  MutexLock lock(&mutex_);
  thread_ = std::thread::id();
  is_at_it_ = false;
  reads_.clear();
  std::vector<std::string> held_back;
  held_back.swap(held_back_);
  return held_back;
}

bool RocksdbPublishing::FindRead(const std::string& path, uint64_t offset,
                                 size_t size, rocksdb::Slice* result,
                                 char* scratch) {
  if (!is_at_it_) return false;
  MutexLock lock(&mutex_);
  if (!IsHere() || rehearses_) return false;
  for (const Read& read : reads_) {
    if (read.path != path || offset < read.offset) continue;
    const uint64_t skipped = offset - read.offset;
    if (skipped > read.bytes.size()) continue;
    const uint64_t left = read.bytes.size() - skipped;
    if (left < size && !read.at_end) continue;
    const size_t found = std::min<uint64_t>(left, size);
    std::memcpy(scratch, read.bytes.data() + skipped, found);
    *result = rocksdb::Slice(scratch, found);
    return true;
  }
  return false;
}

void RocksdbPublishing::NoteRead(const std::string& path, uint64_t offset,
                                 size_t size, const rocksdb::IOStatus& status,
                                 const rocksdb::Slice& result) {
  if (!is_at_it_) return;
  MutexLock lock(&mutex_);
  if (!IsHere()) return;
  if (!status.ok()) {
    error_ = status;
  } else if (rehearses_) {
    reads_.push_back({path, offset, result.size() < size, result.ToString()});
  }
}

rocksdb::IOStatus RocksdbPublishing::LinkError() {
  if (!is_at_it_) return rocksdb::IOStatus::OK();
  MutexLock lock(&mutex_);
  return IsHere() ? error_ : rocksdb::IOStatus::OK();
}

bool RocksdbPublishing::HoldsBack(const std::string& path) {
  if (!is_at_it_) return false;
  MutexLock lock(&mutex_);
  if (!IsHere()) return false;
  held_back_.push_back(path);
  return true;
}

}  // namespace footfall::storage
