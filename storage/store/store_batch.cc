// StoreBatch: a plain list of operations. StoreView: a copy of what it pins.

#include "footfall/store.h"

namespace footfall {

void StoreBatch::Put(Keyspace keyspace, absl::string_view key,
                     absl::string_view value) {
  Push(Kind::kPut, keyspace, key, value);
}

void StoreBatch::Append(Keyspace keyspace, absl::string_view key,
                        absl::string_view bytes) {
  Push(Kind::kAppend, keyspace, key, bytes);
}

void StoreBatch::Delete(Keyspace keyspace, absl::string_view key) {
  Push(Kind::kDelete, keyspace, key, absl::string_view());
}

void StoreBatch::DeleteRange(Keyspace keyspace, absl::string_view begin,
                             absl::string_view end) {
  Push(Kind::kDeleteRange, keyspace, begin, end);
}

void StoreBatch::Clear() {
  operations_.clear();
  size_bytes_ = 0;
}

void StoreBatch::Push(Kind kind, Keyspace keyspace, absl::string_view key,
                      absl::string_view value) {
  operations_.push_back({kind, keyspace, std::string(key), std::string(value)});
  size_bytes_ += key.size() + value.size();
}

absl::StatusOr<bool> StoreView::Get(Keyspace keyspace, absl::string_view key,
                                    std::string* value) const {
  PinnedValue pinned;
  absl::StatusOr<bool> found = GetPinned(keyspace, key, &pinned);
  if (found.ok() && *found) {
    value->assign(pinned.bytes().data(), pinned.bytes().size());
  }
  return found;
}

}  // namespace footfall
