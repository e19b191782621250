// Attributes of members, as questions see them: further dimensions of a metric,
// each of which follows from one of its own.

#ifndef FOOTFALL_QUERY_PLAN_ATTRIBUTES_H_
#define FOOTFALL_QUERY_PLAN_ATTRIBUTES_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/hash_table.h"
#include "footfall/metric.h"
#include "footfall/period.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"

namespace footfall::query {

// Those of one name, in their order; empty: there is no such attribute.
absl::Span<const std::shared_ptr<const Attribute>> AttributesCalled(
    const Snapshot& snapshot, absl::string_view name);

// The index of the metric's dimension that `name` is an attribute of; nullopt:
// of none, or the metric has a dimension of that name, which it means then.
std::optional<size_t> AttributeOf(const Snapshot& snapshot,
                                  const Metric& metric, absl::string_view name);

// The metric with those of `names` that are attributes of its dimensions as
// further ones behind its own, by the same rules; the metric itself where none
// is. `attribute_of`: as BoundOperand::attribute_of.
std::shared_ptr<const Metric> WithAttributes(
    const Snapshot& snapshot, std::shared_ptr<const Metric> metric,
    absl::Span<const std::string> names, std::vector<int>* attribute_of);

// The names in a question that are attributes, each once, in order: of BY,
// conditions and calls.
struct NamedAttributes {
  std::vector<std::string> all;
  // Those that are no dimension of any metric there: what they are of an event.
  std::vector<std::string> of_events;
};
NamedAttributes AttributesNamed(const Snapshot& snapshot, const Select& select);

// The values of one attribute, by number: members of the dimension with its
// name. kEmptyMember: it is not known.
class AttributeValues {
 public:
  AttributeValues(const Snapshot& snapshot, absl::string_view name);

  // At a time of which `reached` says whether a date is over or has begun.
  MemberId At(MemberId member,
              absl::FunctionRef<bool(const Date&)> reached) const;
  // The dates on which it may change.
  std::vector<Date> ChangesOf(MemberId member) const;
  // All that it is at some time, each once.
  std::vector<MemberId> AllOf(MemberId member) const;
  // Some value does not hold always.
  bool changes() const { return changes_; }
  bool has(MemberId member) const { return values_.contains(member); }

 private:
  struct Value {
    std::optional<Date> from;
    MemberId value = kEmptyMember;
  };
  FlatHashMap<MemberId, std::vector<Value>> values_;  // in time order
  bool changes_ = false;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_ATTRIBUTES_H_
