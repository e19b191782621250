// The questions that were asked last, by their text.

#ifndef FOOTFALL_QUERY_RUN_PLAN_CACHE_H_
#define FOOTFALL_QUERY_RUN_PLAN_CACHE_H_

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>

#include "absl/strings/string_view.h"
#include "footfall/declarations.h"
#include "footfall/hash_table.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "query/run/compiled.h"

namespace footfall::query {

// Those asked longest ago make room. A cache is kept with the declarations that
// its plans were made for, and goes with them.
//
// Threads: all calls may be made from many at once.
class PlanCache final : public FromDeclarations {
 public:
  static constexpr size_t kMostPlans = 256;
  static constexpr uint64_t kMostBytes = uint64_t{16} << 20;
  // Longer texts are not kept.
  static constexpr size_t kMostTextBytes = size_t{12} << 10;

  // That of the snapshot's declarations; null where it has none.
  static PlanCache* Of(const Snapshot& snapshot);

  // Null where the text is not there, or was read under other limits.
  std::shared_ptr<const Compiled> Find(absl::string_view text,
                                       const QueryLimits& limits);
  // Takes the place of one with the same text.
  void Keep(std::shared_ptr<const Compiled> compiled);

  uint64_t size_bytes() const override;
  size_t count() const;

 private:
  struct Entry {
    std::shared_ptr<const Compiled> compiled;
    uint64_t bytes = 0;
  };
  using Entries = std::list<Entry>;
  void Remove(Entries::iterator entry);

  mutable std::mutex mutex_;  // guards all that follows
  Entries entries_;           // the last asked first
  FlatHashMap<absl::string_view, Entries::iterator> by_text_;
  uint64_t bytes_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_PLAN_CACHE_H_
