// The events of a database, each a record of the catalog.

#ifndef FOOTFALL_ENGINE_CATALOG_EVENTS_H_
#define FOOTFALL_ENGINE_CATALOG_EVENTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/event.h"
#include "footfall/sample_batch.h"
#include "footfall/store.h"

namespace footfall::engine {

// In the order of CompareEvents(). Immutable: snapshots share it.
using EventList = std::vector<std::shared_ptr<const Event>>;

// What the next commits start from. Belongs to the leader of the commit queue.
class EventTable {
 public:
  // Takes a record of the store. DATA_LOSS where it is none or is there twice.
  absl::Status Load(uint32_t number, absl::string_view value);

  // RESOURCE_EXHAUSTED where the changes could lead past kMaxEvents.
  absl::Status Check(absl::Span<const EventChange> changes) const;

  struct Counts {
    uint64_t written = 0;  // added or changed
    uint64_t removed = 0;
  };
  // Requires: valid events that Check() let pass.
  Counts Apply(absl::Span<const EventChange> changes, StoreBatch* batch);

  // Those of now.
  std::shared_ptr<const EventList> View();

 private:
  struct Order {
    using is_transparent = void;
    bool operator()(const std::shared_ptr<const Event>& a,
                    const std::shared_ptr<const Event>& b) const {
      return CompareEvents(*a, *b) < 0;
    }
    bool operator()(const std::shared_ptr<const Event>& a,
                    const Event& b) const {
      return CompareEvents(*a, b) < 0;
    }
    bool operator()(const Event& a,
                    const std::shared_ptr<const Event>& b) const {
      return CompareEvents(a, *b) < 0;
    }
  };

  bool Put(const Event& event, StoreBatch* batch);
  uint64_t Remove(const Event& event, StoreBatch* batch);

  // Against the numbers of their records.
  std::map<std::shared_ptr<const Event>, uint32_t, Order> events_;
  uint32_t next_number_ = 0;
  std::shared_ptr<const EventList> view_;  // null: must be made again
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_EVENTS_H_
