// What logs change in a store that stays as it is: kept in memory, by key, with
// every state that was shown.

#ifndef FOOTFALL_STORAGE_STORE_LOG_OVERLAY_H_
#define FOOTFALL_STORAGE_STORE_LOG_OVERLAY_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "footfall/store.h"
#include "storage/base/mutex.h"

namespace footfall::storage {

// How a key differs from what lies under it.
struct KeyChange {
  // Whether the value under it counts: `bytes` come behind it. Else they are
  // the value, if there is one.
  bool keeps_base = true;
  bool has_value = false;
  std::string bytes;
};

// Threads: one changes it; any number read.
class LogOverlay {
 public:
  // Changes of state `state`, which is no less than that of the call before.
  // States below it are not changed any more.
  void Put(uint64_t state, Keyspace keyspace, absl::string_view key,
           absl::string_view value) ABSL_LOCKS_EXCLUDED(mutex_);
  void Append(uint64_t state, Keyspace keyspace, absl::string_view key,
              absl::string_view bytes) ABSL_LOCKS_EXCLUDED(mutex_);
  void Delete(uint64_t state, Keyspace keyspace, absl::string_view key)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // How the key is changed in that state; nothing where it is not.
  std::optional<KeyChange> Find(uint64_t state, Keyspace keyspace,
                                absl::string_view key) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The first changed key >= `key` (`after`: above it) and below `end`, or up
  // to the last where that is empty.
  struct Changed {
    std::string key;
    KeyChange change;
  };
  std::optional<Changed> FindFrom(uint64_t state, Keyspace keyspace,
                                  absl::string_view key, bool after,
                                  absl::string_view end) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // About what it takes in memory.
  uint64_t size_bytes() const { return size_bytes_; }

 private:
  // The changes of one state, or of several that were not shown apart.
  struct Version {
    uint64_t state;
    KeyChange change;
  };
  using Keys = std::map<std::string, std::vector<Version>, std::less<>>;

  Version& VersionAt(uint64_t state, Keyspace keyspace, absl::string_view key)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static std::optional<KeyChange> Fold(const std::vector<Version>& versions,
                                       uint64_t state);

  mutable Mutex mutex_;
  std::array<Keys, 2> keys_ ABSL_GUARDED_BY(mutex_);  // by Keyspace
  std::atomic<uint64_t> size_bytes_ = 0;
};

// The base as the overlay changes it in a state.
std::unique_ptr<StoreView> NewOverlaidView(
    std::shared_ptr<const StoreView> base,
    std::shared_ptr<const LogOverlay> overlay, uint64_t state);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_LOG_OVERLAY_H_
