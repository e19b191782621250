// The metrics that a database has declared, as one object.

#ifndef FOOTFALL_DECLARATIONS_H_
#define FOOTFALL_DECLARATIONS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "footfall/metric.h"

#pragma GCC visibility push(default)
namespace footfall {

// What a layer above works out from declarations and keeps with them: query/
// its plans.
class FromDeclarations {
 public:
  virtual ~FromDeclarations() = default;
  // What it takes in memory, about. Any thread.
  virtual uint64_t size_bytes() const = 0;
};

// Two snapshots of a database hold the same object until a metric is defined,
// altered or dropped: so its address is the version of all declarations, and
// whoever keeps it may compare addresses. Samples, members, events and aliases
// leave it as it is.
//
// Threads: immutable, may be shared; Keep() may be called from many at once.
class Declarations {
 public:
  // `metrics` by name.
  explicit Declarations(std::vector<std::shared_ptr<const Metric>> metrics)
      : metrics_(std::move(metrics)) {}
  Declarations(const Declarations&) = delete;
  Declarations& operator=(const Declarations&) = delete;

  // By name.
  const std::vector<std::shared_ptr<const Metric>>& metrics() const {
    return metrics_;
  }

  // The one thing that is kept here, made by the first call. It lives as long
  // as this.
  FromDeclarations& Keep(
      absl::FunctionRef<std::unique_ptr<FromDeclarations>()> make) const {
    if (FromDeclarations* const kept = kept_.load(std::memory_order_acquire)) {
      return *kept;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    if (owned_ == nullptr) {
      owned_ = make();
      kept_.store(owned_.get(), std::memory_order_release);
    }
    return *owned_;
  }
  // Null before the first Keep().
  const FromDeclarations* kept() const {
    return kept_.load(std::memory_order_acquire);
  }

 private:
  const std::vector<std::shared_ptr<const Metric>> metrics_;
  mutable std::mutex mutex_;  // guards owned_
  mutable std::unique_ptr<FromDeclarations> owned_;
  mutable std::atomic<FromDeclarations*> kept_ = nullptr;  // what owned_ holds
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_DECLARATIONS_H_
