// Attributes of members that the question names, as dimensions of the metrics
// that have what they are of.

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "query/plan/binder.h"

namespace footfall::query {

// All operands of a metric get the same further dimensions, so that they can be
// compared dimension by dimension.
absl::Status Binder::AddAttributes(BoundOperand* bound) {
  bound->metric = WithAttributes(snapshot_, std::move(bound->metric),
                                 attributes_.all, &bound->attribute_of);
  const MetricSpec& spec = bound->metric->spec;
  if (spec.dimensions.size() <= kMaxDimensions) return absl::OkStatus();
  return Refuse(
      Refusal::kAttributeLimit, bound->source,
      {spec.name,
       absl::StrCat(spec.dimensions.size() - bound->attribute_of.size()),
       absl::StrJoin(attributes_.all, ", "), absl::StrCat(kMaxDimensions)});
}

}  // namespace footfall::query
