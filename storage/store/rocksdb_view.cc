#include "storage/store/rocksdb_view.h"

#include <algorithm>
#include <string>
#include <utility>

#include "rocksdb/db.h"
#include "storage/store/rocksdb_parts.h"

namespace footfall::storage {
namespace {

// One state of the database; shared by a view and its iterators.
class PinnedState {
 public:
  explicit PinnedState(std::shared_ptr<const RocksdbHandle> handle)
      : handle_(std::move(handle)), snapshot_(handle_->db->GetSnapshot()) {}
  ~PinnedState() {
    if (snapshot_ != nullptr) handle_->db->ReleaseSnapshot(snapshot_);
  }
  PinnedState(const PinnedState&) = delete;
  PinnedState& operator=(const PinnedState&) = delete;

  rocksdb::ReadOptions read_options() const {
    rocksdb::ReadOptions options;  // verifies checksums
    options.snapshot = snapshot_;
    return options;
  }
  const RocksdbHandle& handle() const { return *handle_; }

 private:
  const std::shared_ptr<const RocksdbHandle> handle_;
  const rocksdb::Snapshot* const snapshot_;
};

class RocksdbIterator final : public StoreIterator {
 public:
  RocksdbIterator(std::shared_ptr<const PinnedState> state, Keyspace keyspace,
                  absl::string_view begin, absl::string_view end)
      : state_(std::move(state)),
        begin_(begin.data(), begin.size()),
        end_(end.data(), end.size()),
        begin_slice_(begin_),
        end_slice_(end_) {
    rocksdb::ReadOptions options = state_->read_options();
    options.iterate_lower_bound = &begin_slice_;
    if (!end_.empty()) options.iterate_upper_bound = &end_slice_;
    const RocksdbHandle& handle = state_->handle();
    iterator_.reset(handle.db->NewIterator(options, handle.family(keyspace)));
  }

  absl::StatusOr<bool> Next() override {
    if (!started_) return Seek(begin_);
    if (!iterator_->Valid()) return Arrive();
    iterator_->Next();
    return Arrive();
  }

  absl::StatusOr<bool> Seek(absl::string_view key) override {
    started_ = true;
    iterator_->Seek(ToSlice(std::max(key, absl::string_view(begin_))));
    return Arrive();
  }

  absl::string_view key() const override { return ToView(iterator_->key()); }
  absl::string_view value() const override {
    return ToView(iterator_->value());
  }
  // A block of a table, verified by its checksum; or memory that this process
  // wrote itself or filled from a log, whose records have checksums too.
  bool stable() const override { return true; }

 private:
  absl::StatusOr<bool> Arrive() const {
    if (iterator_->Valid()) return true;
    if (const rocksdb::Status status = iterator_->status(); !status.ok()) {
      return ToStatus(status, state_->handle().path);
    }
    return false;
  }

  const std::shared_ptr<const PinnedState> state_;
  const std::string begin_;
  const std::string end_;
  const rocksdb::Slice begin_slice_;
  const rocksdb::Slice end_slice_;
  bool started_ = false;
  std::unique_ptr<rocksdb::Iterator> iterator_;  // goes before the state
};

class RocksdbView final : public StoreView {
 public:
  explicit RocksdbView(std::shared_ptr<const PinnedState> state)
      : state_(std::move(state)) {}

  absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                 PinnedValue* value) const override {
    const RocksdbHandle& handle = state_->handle();
    auto found = std::make_shared<rocksdb::PinnableSlice>();
    const rocksdb::Status status =
        handle.db->Get(state_->read_options(), handle.family(keyspace),
                       ToSlice(key), found.get());
    if (status.ok()) {
      const absl::string_view bytes = ToView(*found);
      // Pinned: in a block of a table. Else it is a copy.
      const bool stable = found->IsPinned();
      value->Pin(bytes, std::move(found), stable);
      return true;
    }
    if (status.IsNotFound()) return false;
    return ToStatus(status, handle.path);
  }

  std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                      absl::string_view begin,
                                      absl::string_view end) const override {
    return std::make_unique<RocksdbIterator>(state_, keyspace, begin, end);
  }

 private:
  const std::shared_ptr<const PinnedState> state_;
};

}  // namespace

std::unique_ptr<StoreView> NewRocksdbView(
    std::shared_ptr<const RocksdbHandle> handle) {
  return std::make_unique<RocksdbView>(
      std::make_shared<const PinnedState>(std::move(handle)));
}

}  // namespace footfall::storage
