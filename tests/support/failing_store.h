// A Store that fails at its n-th call, to show what is left standing.
//
//   auto plan = std::make_shared<FailurePlan>();
//   plan->fail_at = 3;   // the third of its writing calls
//   FailingStore store(NewMemoryStore(), plan);
//
// Apply, Publish, Flush, Compact, NewStage, and a stage's Add and NewRun are
// counted. From the failure on every write fails, as a broken disk does.
// Threads: as Store.

#ifndef FOOTFALL_TESTS_SUPPORT_FAILING_STORE_H_
#define FOOTFALL_TESTS_SUPPORT_FAILING_STORE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "footfall/store.h"

namespace footfall::testing {

// How a call fails.
enum class FailureMode : uint8_t {
  kNotApplied,  // it did nothing
  // It is not visible now, and there after reopening: a failed log sync.
  kAppliedButReportedFailed,
};

// Which call broke the store: one that changes what is visible, or one before.
enum class FailedCall : uint8_t { kNone, kCommit, kOther };

// Shared by a test and its store; may be changed while the store is in use.
struct FailurePlan {
  std::atomic<uint64_t> fail_at = 0;  // 1: the first call; 0: never
  std::atomic<FailureMode> mode = FailureMode::kNotApplied;
  std::atomic<uint64_t> calls = 0;   // writing calls so far
  std::atomic<bool> failed = false;  // a call has failed
  std::atomic<FailedCall> failed_call = FailedCall::kNone;
  // Reads answer with this code while it is not kOk.
  std::atomic<absl::StatusCode> read_failure = absl::StatusCode::kOk;

  // Counts a writing call. Whether it has to fail; `first` tells whether it is
  // the call that breaks the store.
  bool Count(FailedCall kind, bool* first) {
    const uint64_t call = ++calls;
    *first = call == fail_at;
    if (*first) {
      failed_call = kind;
      failed = true;
    }
    return failed;
  }
  bool Fails() {
    bool first;
    return Count(FailedCall::kOther, &first);
  }

  absl::Status WriteError() const {
    return absl::UnavailableError("failing store: the medium is broken");
  }
  absl::Status ReadError() const {
    const absl::StatusCode code = read_failure;
    return code == absl::StatusCode::kOk
               ? absl::OkStatus()
               : absl::Status(code, "failing store: reads fail");
  }
};

class FailingIterator final : public StoreIterator {
 public:
  FailingIterator(std::unique_ptr<StoreIterator> iterator,
                  std::shared_ptr<const FailurePlan> plan)
      : iterator_(std::move(iterator)), plan_(std::move(plan)) {}

  absl::StatusOr<bool> Next() override {
    if (absl::Status error = plan_->ReadError(); !error.ok()) return error;
    return iterator_->Next();
  }
  absl::StatusOr<bool> Seek(absl::string_view key) override {
    if (absl::Status error = plan_->ReadError(); !error.ok()) return error;
    return iterator_->Seek(key);
  }
  absl::string_view key() const override { return iterator_->key(); }
  absl::string_view value() const override { return iterator_->value(); }

 private:
  const std::unique_ptr<StoreIterator> iterator_;
  const std::shared_ptr<const FailurePlan> plan_;
};

class FailingView final : public StoreView {
 public:
  FailingView(std::shared_ptr<const StoreView> view,
              std::shared_ptr<const FailurePlan> plan)
      : view_(std::move(view)), plan_(std::move(plan)) {}

  absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                 PinnedValue* value) const override {
    if (absl::Status error = plan_->ReadError(); !error.ok()) return error;
    return view_->GetPinned(keyspace, key, value);
  }
  std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                      absl::string_view begin,
                                      absl::string_view end) const override {
    return std::make_unique<FailingIterator>(view_->Scan(keyspace, begin, end),
                                             plan_);
  }

 private:
  const std::shared_ptr<const StoreView> view_;
  const std::shared_ptr<const FailurePlan> plan_;
};

class FailingStage final : public StoreStage {
 public:
  FailingStage(std::unique_ptr<StoreStage> stage,
               std::shared_ptr<FailurePlan> plan)
      : stage_(std::move(stage)), plan_(std::move(plan)) {}

  absl::Status Add(StoreBatch::Kind kind, Keyspace keyspace,
                   absl::string_view key, absl::string_view value) override {
    if (plan_->Fails()) return plan_->WriteError();
    return stage_->Add(kind, keyspace, key, value);
  }
  absl::Status NewRun() override {
    if (plan_->Fails()) return plan_->WriteError();
    return stage_->NewRun();
  }
  std::unique_ptr<StoreStage> Release() { return std::move(stage_); }

 private:
  std::unique_ptr<StoreStage> stage_;
  const std::shared_ptr<FailurePlan> plan_;
};

class FailingStore final : public Store {
 public:
  FailingStore(std::shared_ptr<Store> store, std::shared_ptr<FailurePlan> plan)
      : store_(std::move(store)), plan_(std::move(plan)) {}
  ~FailingStore() override { Close().IgnoreError(); }

  absl::Status Apply(const StoreBatch& batch, Durability durability) override {
    return Write([&] { return store_->Apply(batch, durability); });
  }

  std::unique_ptr<StoreView> TakeView() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::shared_ptr<const StoreView> view = frozen_;
    if (view == nullptr) view = store_->TakeView();
    if (view == nullptr) return nullptr;
    return std::make_unique<FailingView>(std::move(view), plan_);
  }

  absl::StatusOr<std::unique_ptr<StoreStage>> NewStage() override {
    if (plan_->Fails()) return plan_->WriteError();
    absl::StatusOr<std::unique_ptr<StoreStage>> stage = store_->NewStage();
    if (!stage.ok()) return stage.status();
    return std::make_unique<FailingStage>(*std::move(stage), plan_);
  }

  absl::Status Publish(std::unique_ptr<StoreStage> stage,
                       const StoreBatch& batch) override {
    std::unique_ptr<StoreStage> own =
        dynamic_cast<FailingStage&>(*stage).Release();
    return Write([&] { return store_->Publish(std::move(own), batch); });
  }

  absl::Status Flush() override {
    if (plan_->Fails()) return plan_->WriteError();
    return store_->Flush();
  }

  absl::Status Compact() override {
    if (plan_->Fails()) return plan_->WriteError();
    return store_->Compact();
  }

  StoreStats Stats() const override { return store_->Stats(); }

  absl::Status Close() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    frozen_.reset();
    return store_->Close();
  }

 private:
  template <typename Function>
  absl::Status Write(Function write) {
    bool first;
    if (!plan_->Count(FailedCall::kCommit, &first)) return write();
    if (first && plan_->mode == FailureMode::kAppliedButReportedFailed) {
      const std::lock_guard<std::mutex> lock(mutex_);
      frozen_ = store_->TakeView();
      absl::Status status = write();
      if (!status.ok()) return status;
    }
    return plan_->WriteError();
  }

  const std::shared_ptr<Store> store_;
  const std::shared_ptr<FailurePlan> plan_;
  std::mutex mutex_;
  std::shared_ptr<const StoreView> frozen_;  // what is visible once it failed
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_SUPPORT_FAILING_STORE_H_
