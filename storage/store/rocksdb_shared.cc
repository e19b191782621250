#include "storage/store/rocksdb_shared.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "storage/store/rocksdb_cache.h"
#include "storage/store/rocksdb_store.h"

namespace footfall {

namespace storage {

const SharedParts& PartsOf(const SharedResources& shared) {
  return *shared.parts_;
}

}  // namespace storage

SharedResources::SharedResources(std::unique_ptr<storage::SharedParts> parts)
    : parts_(std::move(parts)) {}

SharedResources::~SharedResources() = default;

absl::StatusOr<std::shared_ptr<SharedResources>> SharedResources::New(
    const SharedLimits& limits) {
  constexpr uint64_t kLeastRate = uint64_t{64} << 10;
  constexpr uint64_t kMostRate = uint64_t{1} << 62;
  const uint64_t rate = limits.max_background_bytes_per_second;
  if (rate != 0 && (rate < kLeastRate || rate > kMostRate)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "max_background_bytes_per_second is ", rate,
        "; it is 0, for no limit, or ", kLeastRate, " to ", kMostRate));
  }
  return Guarded([&]() -> absl::StatusOr<std::shared_ptr<SharedResources>> {
    auto parts = std::make_unique<storage::SharedParts>();
    parts->cache = rocksdb::NewLRUCache(
        std::max(limits.memory_budget_bytes, storage::kLeastMemoryBudget));
    if (rate != 0) {
      parts->rate.reset(
          rocksdb::NewGenericRateLimiter(static_cast<int64_t>(rate)));
    }
    return std::shared_ptr<SharedResources>(
        new SharedResources(std::move(parts)));
  });
}

uint64_t SharedResources::memory_bytes() const {
  return parts_->cache->GetUsage();
}

uint64_t SharedResources::background_bytes() const {
  return parts_->rate == nullptr
             ? 0
             : static_cast<uint64_t>(parts_->rate->GetTotalBytesThrough());
}

}  // namespace footfall
