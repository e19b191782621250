// A Store whose own allocations never fail: what is tried is the code above it.

#ifndef FOOTFALL_TESTS_EXHAUSTION_PAUSING_STORE_H_
#define FOOTFALL_TESTS_EXHAUSTION_PAUSING_STORE_H_

#include <memory>
#include <utility>

#include "footfall/store.h"
#include "tests/exhaustion/failing_new.h"

namespace footfall::testing {

class PausingIterator final : public StoreIterator {
 public:
  explicit PausingIterator(std::unique_ptr<StoreIterator> iterator)
      : iterator_(std::move(iterator)) {}
  ~PausingIterator() override {
    const AllocationPause pause;
    iterator_.reset();
  }

  absl::StatusOr<bool> Next() override {
    const AllocationPause pause;
    return iterator_->Next();
  }
  absl::StatusOr<bool> Seek(absl::string_view key) override {
    const AllocationPause pause;
    return iterator_->Seek(key);
  }
  absl::string_view key() const override { return iterator_->key(); }
  absl::string_view value() const override { return iterator_->value(); }

 private:
  std::unique_ptr<StoreIterator> iterator_;
};

class PausingView final : public StoreView {
 public:
  explicit PausingView(std::unique_ptr<StoreView> view)
      : view_(std::move(view)) {}
  ~PausingView() override {
    const AllocationPause pause;
    view_.reset();
  }

  absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                 PinnedValue* value) const override {
    const AllocationPause pause;
    return view_->GetPinned(keyspace, key, value);
  }
  std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                      absl::string_view begin,
                                      absl::string_view end) const override {
    const AllocationPause pause;
    return std::make_unique<PausingIterator>(view_->Scan(keyspace, begin, end));
  }

 private:
  std::unique_ptr<StoreView> view_;
};

class PausingStage final : public StoreStage {
 public:
  explicit PausingStage(std::unique_ptr<StoreStage> stage)
      : stage_(std::move(stage)) {}
  ~PausingStage() override {
    const AllocationPause pause;
    stage_.reset();
  }

  absl::Status Add(StoreBatch::Kind kind, Keyspace keyspace,
                   absl::string_view key, absl::string_view value) override {
    const AllocationPause pause;
    return stage_->Add(kind, keyspace, key, value);
  }
  absl::Status NewRun() override {
    const AllocationPause pause;
    return stage_->NewRun();
  }
  std::unique_ptr<StoreStage> Take() { return std::move(stage_); }

 private:
  std::unique_ptr<StoreStage> stage_;
};

class PausingStore final : public Store {
 public:
  explicit PausingStore(std::unique_ptr<Store> store)
      : store_(std::move(store)) {}
  ~PausingStore() override {
    const AllocationPause pause;
    store_.reset();
  }

  absl::Status Apply(const StoreBatch& batch, Durability durability) override {
    const AllocationPause pause;
    return store_->Apply(batch, durability);
  }
  std::unique_ptr<StoreView> TakeView() override {
    const AllocationPause pause;
    auto view = store_->TakeView();
    return view == nullptr ? nullptr
                           : std::make_unique<PausingView>(std::move(view));
  }
  absl::StatusOr<std::unique_ptr<StoreStage>> NewStage() override {
    const AllocationPause pause;
    auto stage = store_->NewStage();
    if (!stage.ok()) return stage.status();
    return std::make_unique<PausingStage>(*std::move(stage));
  }
  absl::Status Publish(std::unique_ptr<StoreStage> stage,
                       const StoreBatch& batch) override {
    const AllocationPause pause;
    return store_->Publish(dynamic_cast<PausingStage&>(*stage).Take(), batch);
  }
  absl::Status Flush() override {
    const AllocationPause pause;
    return store_->Flush();
  }
  absl::Status Compact() override {
    const AllocationPause pause;
    return store_->Compact();
  }
  StoreStats Stats() const override {
    const AllocationPause pause;
    return store_->Stats();
  }
  absl::Status Close() override {
    const AllocationPause pause;
    return store_->Close();
  }

 private:
  std::unique_ptr<Store> store_;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_EXHAUSTION_PAUSING_STORE_H_
