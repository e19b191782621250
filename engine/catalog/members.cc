#include "engine/catalog/members.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/hash/hash.h"

namespace footfall::engine {
namespace {

constexpr size_t kFirstBlock = 1024;
constexpr size_t kLargestBlock = size_t{1} << 20;

}  // namespace

size_t Dictionary::Hash::operator()(MemberId member) const {
  return (*this)((*names)[member]);
}

size_t Dictionary::Hash::operator()(absl::string_view name) const {
  return absl::Hash<absl::string_view>()(name);
}

Dictionary::Dictionary(uint32_t id, std::string name)
    : id_(id), name_(std::move(name)), index_(Hash{&names_}, Equal{&names_}) {
  storage::MutexLock lock(&mutex_);
  names_.PushBack(absl::string_view());
  index_.insert(kEmptyMember);
}

MemberId Dictionary::count() const {
  storage::ReaderMutexLock lock(&mutex_);
  return static_cast<MemberId>(index_.size());
}

std::optional<MemberId> Dictionary::Find(absl::string_view name,
                                         MemberId limit) const {
  storage::ReaderMutexLock lock(&mutex_);
  const auto found = index_.find(name);
  if (found == index_.end() || *found >= limit) {
    return std::nullopt;
  }
  return *found;
}

size_t Dictionary::FindAll(absl::Span<const absl::string_view> names,
                           absl::Span<MemberId> out) const {
  storage::ReaderMutexLock lock(&mutex_);
  size_t unknown = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto found = index_.find(names[i]);
    out[i] = found == index_.end() ? kUnknownId : *found;
    unknown += found == index_.end() ? 1 : 0;
  }
  return unknown;
}

MemberId Dictionary::Add(absl::string_view name) {
  storage::MutexLock lock(&mutex_);
  const auto found = index_.find(name);
  if (found != index_.end()) {
    return *found;
  }
  const MemberId member = static_cast<MemberId>(index_.size());
  names_.PushBack(Keep(name));
  index_.insert(member);
  return member;
}

absl::string_view Dictionary::Keep(absl::string_view name) {
  if (block_size_ - block_used_ < name.size()) {
    block_size_ = std::max(
        name.size(),
        std::min(kLargestBlock, std::max(kFirstBlock, block_size_ * 2)));
    blocks_.push_back(std::make_unique<char[]>(block_size_));
    block_used_ = 0;
    text_bytes_ += block_size_;
  }
  char* const text = blocks_.back().get() + block_used_;
  std::memcpy(text, name.data(), name.size());
  block_used_ += name.size();
  return absl::string_view(text, name.size());
}

size_t Dictionary::memory_bytes() const {
  storage::ReaderMutexLock lock(&mutex_);
  return text_bytes_ + index_.size() * sizeof(absl::string_view) +
         index_.capacity() * (sizeof(MemberId) + 1);
}

}  // namespace footfall::engine
