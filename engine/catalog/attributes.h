// The attributes of a database, each a record of the catalog.

#ifndef FOOTFALL_ENGINE_CATALOG_ATTRIBUTES_H_
#define FOOTFALL_ENGINE_CATALOG_ATTRIBUTES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/event.h"
#include "footfall/sample_batch.h"
#include "footfall/store.h"

namespace footfall::engine {

// In the order of CompareAttributes(). Immutable: snapshots share it.
using AttributeList = std::vector<std::shared_ptr<const Attribute>>;

// What the next commits start from. Belongs to the leader of the commit queue.
class AttributeTable {
 public:
  // Takes a record of the store. DATA_LOSS where it is none or is there twice.
  absl::Status Load(uint32_t number, absl::string_view value);

  // After each change:
  //   FAILED_PRECONDITION  two dimensions have an attribute of one name
  //   RESOURCE_EXHAUSTED   there are more than kMaxAttributes
  absl::Status Check(absl::Span<const AttributeChange> changes) const;

  struct Counts {
    uint64_t written = 0;  // added or changed
    uint64_t removed = 0;
  };
  // Requires: valid attributes that Check() let pass.
  Counts Apply(absl::Span<const AttributeChange> changes, StoreBatch* batch);

  // Those of now.
  std::shared_ptr<const AttributeList> View();
  // Their names, as of the last View().
  const std::vector<std::string>& names() const { return names_; }

 private:
  struct Before {
    bool operator()(const std::shared_ptr<const Attribute>& a,
                    const std::shared_ptr<const Attribute>& b) const {
      return CompareAttributes(*a, *b) < 0;
    }
  };
  // Numbers of their records.
  using Table = std::map<std::shared_ptr<const Attribute>, uint32_t, Before>;

  Table attributes_;
  uint32_t next_number_ = 0;
  std::shared_ptr<const AttributeList> view_;  // null: must be made again
  std::vector<std::string> names_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_ATTRIBUTES_H_
