// The dictionary of a dimension name: members against their numbers.

#ifndef FOOTFALL_ENGINE_CATALOG_MEMBERS_H_
#define FOOTFALL_ENGINE_CATALOG_MEMBERS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/catalog/chunked_array.h"
#include "footfall/hash_table.h"
#include "footfall/metric.h"
#include "storage/base/mutex.h"

namespace footfall::engine {

// A number that no member and no series has: not known, or not yet.
inline constexpr uint32_t kUnknownId = 0xffffffff;

// Append-only. Member 0 is "", from the start. Numbers come in order of
// appearance and stay.
//
// Threads: Name() takes no lock; for the finding calls a short one guards the
// hash index. Add() is for the one writer (the leader of the commit queue) and
// may run beside all others.
class Dictionary {
 public:
  // `id` names the dictionary in catalog keys, `name` is the dimension's.
  Dictionary(uint32_t id, std::string name);

  uint32_t id() const { return id_; }
  const std::string& name() const { return name_; }

  // Members there are, those of a commit still under way included.
  MemberId count() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Valid as long as the dictionary. Requires: a published member.
  absl::string_view Name(MemberId member) const { return names_[member]; }

  // Among members [0, limit).
  std::optional<MemberId> Find(absl::string_view name, MemberId limit) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // out[i] = number of names[i], or kUnknownId; returns how many are unknown.
  size_t FindAll(absl::Span<const absl::string_view> names,
                 absl::Span<MemberId> out) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Adds each name that is not there, in order, and returns its number.
  MemberId Add(absl::string_view name) ABSL_LOCKS_EXCLUDED(mutex_);

  // Bytes of memory in use, for tests and reports.
  size_t memory_bytes() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Hashes a member by its text, so that the index holds numbers alone.
  struct Hash {
    using is_transparent = void;
    const ChunkedArray<absl::string_view>* names;
    size_t operator()(MemberId member) const;
    size_t operator()(absl::string_view name) const;
  };
  struct Equal {
    using is_transparent = void;
    const ChunkedArray<absl::string_view>* names;
    bool operator()(MemberId a, MemberId b) const { return a == b; }
    bool operator()(MemberId a, absl::string_view b) const {
      return (*names)[a] == b;
    }
    bool operator()(absl::string_view a, MemberId b) const {
      return a == (*names)[b];
    }
  };

  absl::string_view Keep(absl::string_view name)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const uint32_t id_;
  const std::string name_;
  ChunkedArray<absl::string_view> names_;  // into blocks_

  mutable storage::Mutex mutex_;
  FlatHashSet<MemberId, Hash, Equal> index_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<char[]>> blocks_ ABSL_GUARDED_BY(mutex_);
  size_t block_used_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t block_size_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t text_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_MEMBERS_H_
