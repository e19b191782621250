// A Store that hands every call to one that outlives it. What is opened on it
// can be closed and opened again on the same state.

#ifndef FOOTFALL_TESTS_SUPPORT_LENT_STORE_H_
#define FOOTFALL_TESTS_SUPPORT_LENT_STORE_H_

#include <memory>
#include <utility>

#include "footfall/store.h"

namespace footfall::testing {

class LentStore final : public Store {
 public:
  explicit LentStore(std::shared_ptr<Store> store) : store_(std::move(store)) {}

  absl::Status Apply(const StoreBatch& batch, Durability durability) override {
    return store_->Apply(batch, durability);
  }
  std::unique_ptr<StoreView> TakeView() override { return store_->TakeView(); }
  absl::StatusOr<std::unique_ptr<StoreStage>> NewStage() override {
    return store_->NewStage();
  }
  absl::Status Publish(std::unique_ptr<StoreStage> stage,
                       const StoreBatch& batch) override {
    return store_->Publish(std::move(stage), batch);
  }
  absl::Status Resume() override { return store_->Resume(); }
  absl::Status Health() const override { return store_->Health(); }
  absl::Status Flush() override { return store_->Flush(); }
  absl::Status Compact() override { return store_->Compact(); }
  StoreStats Stats() const override { return store_->Stats(); }
  absl::Status Close() override { return absl::OkStatus(); }

 private:
  const std::shared_ptr<Store> store_;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_SUPPORT_LENT_STORE_H_
