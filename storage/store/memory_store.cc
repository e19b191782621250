// The map of a memory store: each key has its versions, oldest first.
//
// A view is a number: it sees of each key the last version that is not newer.
// A write makes one number for its whole batch, and raises the newest number
// only when every operation is in, under the same lock. Versions that no view
// can see any more are dropped when their key is written again, and all of
// them by Compact().

#include "storage/store/memory_store.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/types/span.h"
#include "storage/base/mutex.h"
#include "storage/store/check_batch.h"

namespace footfall::storage {
namespace {

struct Version {
  uint64_t number;
  std::shared_ptr<const std::string> value;  // null: the key is absent
};

using Versions = std::vector<Version>;  // oldest first, never empty
using Keys = std::map<std::string, Versions, std::less<>>;

std::string ToString(absl::string_view bytes) {
  return std::string(bytes.data(), bytes.size());
}

// The value that a view of `number` sees; null where the key is absent.
std::shared_ptr<const std::string> ValueAt(const Versions& versions,
                                           uint64_t number) {
  for (auto version = versions.rbegin(); version != versions.rend();
       ++version) {
    if (version->number <= number) return version->value;
  }
  return nullptr;
}

// What a store, its views and its iterators share.
class MemoryMap {
 public:
  // Applies the batches as one. What throws changes nothing.
  void Apply(absl::Span<const StoreBatch* const> batches)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    std::vector<Place> touched;
    try {
      for (const StoreBatch* batch : batches) {
        for (const StoreBatch::Operation& operation : batch->operations()) {
          ApplyOperation(operation, &touched);
        }
      }
    } catch (...) {
      for (const Place& place : touched) {
        Versions& versions = place.at->second;
        if (!versions.empty() && versions.back().number == newest_ + 1) {
          versions.pop_back();
        }
      }
      EraseEmpty(touched);
      throw;
    }
    ++newest_;
    for (const Place& place : touched) DropUnseen(&place.at->second);
    EraseEmpty(touched);
  }

  // Begins and ends a view.
  uint64_t Pin() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    pinned_.insert(newest_);
    return newest_;
  }
  void Unpin(uint64_t number) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    pinned_.erase(pinned_.find(number));
  }

  std::shared_ptr<const std::string> Get(Keyspace keyspace,
                                         absl::string_view key,
                                         uint64_t number) const
      ABSL_LOCKS_EXCLUDED(mutex_) {
    ReaderMutexLock lock(&mutex_);
    const Keys& keys = keys_[static_cast<size_t>(keyspace)];
    const auto found = keys.find(ToString(key));
    return found == keys.end() ? nullptr : ValueAt(found->second, number);
  }

  // Finds the first key that a view of `number` sees at or, with `after`,
  // behind `from`, and below `end` (empty: no end). False where there is none.
  bool Find(Keyspace keyspace, const std::string& from, bool after,
            const std::string& end, uint64_t number, std::string* key,
            std::shared_ptr<const std::string>* value) const
      ABSL_LOCKS_EXCLUDED(mutex_) {
    ReaderMutexLock lock(&mutex_);
    const Keys& keys = keys_[static_cast<size_t>(keyspace)];
    auto at = after ? keys.upper_bound(from) : keys.lower_bound(from);
    for (; at != keys.end(); ++at) {
      if (!end.empty() && at->first >= end) return false;
      std::shared_ptr<const std::string> found = ValueAt(at->second, number);
      if (found == nullptr) continue;
      *key = at->first;
      *value = std::move(found);
      return true;
    }
    return false;
  }

  // Drops every version that no view can see.
  void Compact() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    for (Keys& keys : keys_) {
      for (auto at = keys.begin(); at != keys.end();) {
        DropUnseen(&at->second);
        at = at->second.empty() ? keys.erase(at) : std::next(at);
      }
    }
  }

  StoreStats Stats() const ABSL_LOCKS_EXCLUDED(mutex_) {
    ReaderMutexLock lock(&mutex_);
    StoreStats stats;
    stats.table_count = 1;
    for (const Keys& keys : keys_) {
      for (const auto& [key, versions] : keys) {
        stats.table_bytes += key.size();
        for (const Version& version : versions) {
          if (version.value != nullptr) {
            stats.table_bytes += version.value->size();
          }
        }
      }
    }
    stats.memory_bytes = stats.table_bytes;
    return stats;
  }

 private:
  // A key that a batch touches. A batch may touch it more than once.
  struct Place {
    Keys* keys;
    Keys::iterator at;
  };

  // Adds versions of the next number, which no view sees yet.
  void ApplyOperation(const StoreBatch::Operation& operation,
                      std::vector<Place>* touched)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Keys& keys = keys_[static_cast<size_t>(operation.keyspace)];
    switch (operation.kind) {
      case StoreBatch::Kind::kPut:
        SetValue(&keys, keys.try_emplace(operation.key).first,
                 std::make_shared<const std::string>(operation.value), touched);
        return;
      case StoreBatch::Kind::kAppend: {
        const auto at = keys.try_emplace(operation.key).first;
        const Versions& versions = at->second;
        auto value = std::make_shared<std::string>();
        if (!versions.empty() && versions.back().value != nullptr) {
          value->reserve(versions.back().value->size() +
                         operation.value.size());
          *value = *versions.back().value;
        }
        *value += operation.value;
        SetValue(&keys, at, std::move(value), touched);
        return;
      }
      case StoreBatch::Kind::kDelete: {
        const auto found = keys.find(operation.key);
        if (found != keys.end()) SetValue(&keys, found, nullptr, touched);
        return;
      }
      case StoreBatch::Kind::kDeleteRange: {
        auto at = keys.lower_bound(operation.key);
        for (; at != keys.end() && at->first < operation.value; ++at) {
          SetValue(&keys, at, nullptr, touched);
        }
        return;
      }
    }
  }

  void SetValue(Keys* keys, Keys::iterator at,
                std::shared_ptr<const std::string> value,
                std::vector<Place>* touched)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const uint64_t number = newest_ + 1;
    Versions& versions = at->second;
    if (!versions.empty() && versions.back().number == number) {
      versions.back().value = std::move(value);
      return;
    }
    touched->push_back({keys, at});
    versions.push_back({number, std::move(value)});
  }

  // Drops the keys of which nothing is left.
  void EraseEmpty(const std::vector<Place>& touched)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (const Place& place : touched) {
      if (place.at->second.empty()) place.keys->erase(place.at);
    }
  }

  // A version is seen by the views from its own number up to the next one's,
  // and the last one by all that are still to come.
  void DropUnseen(Versions* versions) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    size_t kept = 0;
    for (size_t i = 0; i < versions->size(); ++i) {
      Version& version = (*versions)[i];
      bool seen = i + 1 == versions->size();
      if (!seen) {
        const auto view = pinned_.lower_bound(version.number);
        seen = view != pinned_.end() && *view < (*versions)[i + 1].number;
      }
      // An absent key needs no version to say so if none is before it.
      if (kept == 0 && version.value == nullptr) seen = false;
      if (seen) std::swap((*versions)[kept++], version);
    }
    versions->resize(kept);
  }

  mutable Mutex mutex_;
  Keys keys_[2] ABSL_GUARDED_BY(mutex_);  // by Keyspace
  uint64_t newest_ ABSL_GUARDED_BY(mutex_) = 0;
  std::multiset<uint64_t> pinned_ ABSL_GUARDED_BY(mutex_);
};

// Keeps the versions of one view.
class Pin {
 public:
  explicit Pin(std::shared_ptr<MemoryMap> map)
      : map_(std::move(map)), number_(map_->Pin()) {}
  ~Pin() { map_->Unpin(number_); }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

  const MemoryMap& map() const { return *map_; }
  uint64_t number() const { return number_; }

 private:
  const std::shared_ptr<MemoryMap> map_;
  const uint64_t number_;
};

class MemoryIterator final : public StoreIterator {
 public:
  MemoryIterator(std::shared_ptr<const Pin> pin, Keyspace keyspace,
                 absl::string_view begin, absl::string_view end)
      : pin_(std::move(pin)),
        keyspace_(keyspace),
        begin_(ToString(begin)),
        end_(ToString(end)) {}

  absl::StatusOr<bool> Next() override {
    if (!started_) return Seek(begin_);
    if (value_ == nullptr) return false;
    return Move(std::string(key_), /*after=*/true);
  }

  absl::StatusOr<bool> Seek(absl::string_view key) override {
    started_ = true;
    return Move(ToString(std::max(key, absl::string_view(begin_))),
                /*after=*/false);
  }

  absl::string_view key() const override { return key_; }
  absl::string_view value() const override { return *value_; }

 private:
  bool Move(const std::string& from, bool after) {
    if (!pin_->map().Find(keyspace_, from, after, end_, pin_->number(), &key_,
                          &value_)) {
      value_ = nullptr;
    }
    return value_ != nullptr;
  }

  const std::shared_ptr<const Pin> pin_;
  const Keyspace keyspace_;
  const std::string begin_;
  const std::string end_;
  bool started_ = false;
  std::string key_;
  std::shared_ptr<const std::string> value_;  // null: at the end
};

class MemoryView final : public StoreView {
 public:
  explicit MemoryView(std::shared_ptr<const Pin> pin) : pin_(std::move(pin)) {}

  absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                 PinnedValue* value) const override {
    std::shared_ptr<const std::string> found =
        pin_->map().Get(keyspace, key, pin_->number());
    if (found == nullptr) return false;
    const absl::string_view bytes = *found;
    value->Pin(bytes, std::move(found));
    return true;
  }

  std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                      absl::string_view begin,
                                      absl::string_view end) const override {
    return std::make_unique<MemoryIterator>(pin_, keyspace, begin, end);
  }

 private:
  const std::shared_ptr<const Pin> pin_;
};

class MemoryStage final : public StoreStage {
 public:
  absl::Status Add(StoreBatch::Kind kind, Keyspace keyspace,
                   absl::string_view key, absl::string_view value) override {
    if (absl::Status status = order_.Check(kind, keyspace, key); !status.ok()) {
      return status;
    }
    if (kind == StoreBatch::Kind::kPut) {
      changes_.Put(keyspace, key, value);
    } else {
      changes_.Append(keyspace, key, value);
    }
    return absl::OkStatus();
  }

  absl::Status NewRun() override {
    order_.BeginRun();
    return absl::OkStatus();
  }

  const StoreBatch& changes() const { return changes_; }

 private:
  RunOrder order_;
  StoreBatch changes_;  // runs one after the other
};

class MemoryStore final : public Store {
 public:
  absl::Status Apply(const StoreBatch& batch, Durability) override {
    if (absl::Status status = CheckWrite(batch); !status.ok()) return status;
    map_->Apply({&batch});
    return absl::OkStatus();
  }

  std::unique_ptr<StoreView> TakeView() override {
    if (closed_) return nullptr;
    return std::make_unique<MemoryView>(std::make_shared<const Pin>(map_));
  }

  absl::StatusOr<std::unique_ptr<StoreStage>> NewStage() override {
    if (closed_) return ClosedError();
    return std::make_unique<MemoryStage>();
  }

  absl::Status Publish(std::unique_ptr<StoreStage> stage,
                       const StoreBatch& batch) override {
    if (absl::Status status = CheckWrite(batch); !status.ok()) return status;
    const auto* own = dynamic_cast<const MemoryStage*>(stage.get());
    if (own == nullptr) {
      return absl::InternalError("publish: the stage is of another store");
    }
    map_->Apply({&own->changes(), &batch});
    return absl::OkStatus();
  }

  absl::Status Flush() override { return absl::OkStatus(); }

  absl::Status Compact() override {
    map_->Compact();
    return absl::OkStatus();
  }

  StoreStats Stats() const override { return map_->Stats(); }

  absl::Status Close() override {
    closed_ = true;
    return absl::OkStatus();
  }

 private:
  absl::Status CheckWrite(const StoreBatch& batch) const {
    return closed_ ? ClosedError() : CheckBatch(batch);
  }
  static absl::Status ClosedError() {
    return absl::FailedPreconditionError("memory store: it is closed");
  }

  const std::shared_ptr<MemoryMap> map_ = std::make_shared<MemoryMap>();
  std::atomic<bool> closed_ = false;
};

}  // namespace

std::unique_ptr<Store> NewMemoryStore() {
  return std::make_unique<MemoryStore>();
}

}  // namespace footfall::storage
