#include "engine/catalog/series_columns.h"

#include <algorithm>
#include <array>

#include "absl/hash/hash.h"
#include "storage/base/check.h"

namespace footfall::engine {
namespace {

uint64_t Mix(uint64_t hash, MemberId member) {
  hash = (hash ^ member) * 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 32);
}

}  // namespace

SeriesColumns::SeriesColumns(size_t dimension_count)
    : index_(Hash{this}, Equal{this}) {
  for (size_t i = 0; i < dimension_count; ++i) {
    columns_.push_back(std::make_unique<Column>());
  }
}

size_t SeriesColumns::Hash::operator()(SeriesId series) const {
  uint64_t hash = 0;
  for (const auto& column : table->columns_) {
    hash = Mix(hash, column->members[series]);
  }
  return absl::Hash<uint64_t>()(hash);
}

size_t SeriesColumns::Hash::operator()(Tuple tuple) const {
  uint64_t hash = 0;
  for (size_t d = 0; d < table->columns_.size(); ++d) {
    hash = Mix(hash, tuple.members[d]);
  }
  return absl::Hash<uint64_t>()(hash);
}

bool SeriesColumns::Is(SeriesId series, Tuple tuple) const {
  for (size_t d = 0; d < columns_.size(); ++d) {
    if (columns_[d]->members[series] != tuple.members[d]) {
      return false;
    }
  }
  return true;
}

void SeriesColumns::ReadMembers(size_t dimension, SeriesId first,
                                absl::Span<MemberId> out) const {
  const ChunkedArray<MemberId>& members = columns_[dimension]->members;
  size_t done = 0;
  while (done < out.size()) {
    const absl::Span<const MemberId> stretch =
        members.Stretch(size_t{first} + done, size_t{first} + out.size());
    std::copy(stretch.begin(), stretch.end(), out.begin() + done);
    done += stretch.size();
  }
}

bool SeriesColumns::BlockMayHold(size_t dimension, SeriesId block,
                                 MemberId member) const {
  const Bounds& bounds = columns_[dimension]->bounds[block];
  return member >= bounds.min.load(std::memory_order_relaxed) &&
         member <= bounds.max.load(std::memory_order_relaxed);
}

SeriesId SeriesColumns::count() const {
  storage::ReaderMutexLock lock(&mutex_);
  return count_;
}

void SeriesColumns::BuildIndex() const {
  {
    storage::ReaderMutexLock lock(&mutex_);
    if (indexed_) {
      return;
    }
  }
  storage::MutexLock lock(&mutex_);
  if (indexed_) {
    return;
  }
  index_.reserve(count_);
  for (SeriesId series = 0; series < count_; ++series) {
    index_.insert(series);
  }
  indexed_ = true;
}

size_t SeriesColumns::Find(TupleColumns tuples,
                           absl::Span<SeriesId> out) const {
  FOOTFALL_DCHECK(tuples.size() == columns_.size());
  BuildIndex();
  storage::ReaderMutexLock lock(&mutex_);
  const size_t dimensions = columns_.size();
  std::array<MemberId, kMaxDimensions> row;
  SeriesId last = kUnknownId;
  size_t unknown = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    bool same = i > 0;
    bool known = true;
    for (size_t d = 0; d < dimensions; ++d) {
      const MemberId member = tuples[d][i];
      same = same && member == row[d];
      known = known && member != kUnknownId;
      row[d] = member;
    }
    if (!same) {
      // Rows mostly come series by series, or in the order of the series of
      // the batch before: the next number is worth a look before the hash.
      const Tuple tuple{row.data()};
      const SeriesId next = last + 1;  // 0 after kUnknownId
      if (!known) {
        last = kUnknownId;
      } else if (next < count_ && Is(next, tuple)) {
        last = next;
      } else {
        const auto found = index_.find(tuple);
        last = found == index_.end() ? kUnknownId : *found;
      }
    }
    out[i] = last;
    unknown += last == kUnknownId ? 1 : 0;
  }
  return unknown;
}

void SeriesColumns::Append(TupleColumns tuples, size_t row_count) {
  FOOTFALL_DCHECK(tuples.size() == columns_.size());
  storage::MutexLock lock(&mutex_);
  for (size_t d = 0; d < columns_.size(); ++d) {
    Column& column = *columns_[d];
    for (size_t i = 0; i < row_count; ++i) {
      const MemberId member = tuples[d][i];
      const size_t block = column.members.size() / SeriesTable::kBlock;
      Bounds& bounds = block < column.bounds.size() ? column.bounds.at(block)
                                                    : column.bounds.Grow();
      if (member < bounds.min.load(std::memory_order_relaxed)) {
        bounds.min.store(member, std::memory_order_relaxed);
      }
      if (member > bounds.max.load(std::memory_order_relaxed)) {
        bounds.max.store(member, std::memory_order_relaxed);
      }
      column.members.PushBack(member);
    }
  }
  const SeriesId first = count_;
  count_ += static_cast<SeriesId>(row_count);
  if (indexed_) {
    for (SeriesId series = first; series < count_; ++series) {
      index_.insert(series);
    }
  }
}

size_t SeriesColumns::memory_bytes() const {
  storage::ReaderMutexLock lock(&mutex_);
  const size_t blocks = count_ / SeriesTable::kBlock + 1;
  return columns_.size() *
             (size_t{count_} * sizeof(MemberId) + blocks * sizeof(Bounds)) +
         index_.capacity() * (sizeof(SeriesId) + 1);
}

}  // namespace footfall::engine
