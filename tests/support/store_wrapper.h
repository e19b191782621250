// A Store that hands every call to another. Tests override what they change.

#ifndef FOOTFALL_TESTS_SUPPORT_STORE_WRAPPER_H_
#define FOOTFALL_TESTS_SUPPORT_STORE_WRAPPER_H_

#include <memory>
#include <utility>

#include "footfall/store.h"

namespace footfall::testing {

class StoreWrapper : public Store {
 public:
  explicit StoreWrapper(std::shared_ptr<Store> target)
      : target_(std::move(target)) {}

  absl::Status Apply(const StoreBatch& batch, Durability durability) override {
    return target_->Apply(batch, durability);
  }
  std::unique_ptr<StoreView> TakeView() override { return target_->TakeView(); }
  absl::StatusOr<std::unique_ptr<StoreStage>> NewStage() override {
    return target_->NewStage();
  }
  absl::Status Publish(std::unique_ptr<StoreStage> stage,
                       const StoreBatch& batch) override {
    return target_->Publish(std::move(stage), batch);
  }
  absl::Status Resume() override { return target_->Resume(); }
  absl::Status Health() const override { return target_->Health(); }
  absl::Status Flush() override { return target_->Flush(); }
  absl::Status Compact() override { return target_->Compact(); }
  absl::Status CompactUnless(const StopCheck& stop) override {
    return target_->CompactUnless(stop);
  }
  absl::Status CompactTiles(absl::string_view begin, absl::string_view end,
                            const StopCheck& stop) override {
    return target_->CompactTiles(begin, end, stop);
  }
  absl::Status Reclaim(const StopCheck& stop) override {
    return target_->Reclaim(stop);
  }
  absl::StatusOr<StoreNews> CatchUp() override { return target_->CatchUp(); }
  StoreStats Stats() const override { return target_->Stats(); }
  absl::Status Close() override { return target_->Close(); }

 protected:
  Store& target() { return *target_; }

 private:
  const std::shared_ptr<Store> target_;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_SUPPORT_STORE_WRAPPER_H_
