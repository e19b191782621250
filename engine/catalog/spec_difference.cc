#include "engine/catalog/spec_difference.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace footfall::engine {

std::string FirstDifference(const MetricSpec& is, const MetricSpec& asked) {
  const auto differ = [](absl::string_view what, absl::string_view a,
                         absl::string_view b) {
    return absl::StrCat("its ", what, " is ", a, ", not ", b);
  };
  const auto type_name = [](ValueType type) {
    return type == ValueType::kInteger ? "INTEGER" : "DECIMAL";
  };
  if (is.value_type != asked.value_type) {
    return differ("value type", type_name(is.value_type),
                  type_name(asked.value_type));
  }
  if (!(is.period == asked.period)) {
    return differ("period", FormatPeriod(is.period),
                  FormatPeriod(asked.period));
  }
  if (is.zone != asked.zone) {
    return differ("zone", is.zone, asked.zone);
  }
  if (is.over_time != asked.over_time) {
    return differ("rule over time", AdditivityName(is.over_time),
                  AdditivityName(asked.over_time));
  }
  if (is.unit != asked.unit) {
    return differ("unit", absl::StrCat("'", is.unit, "'"),
                  absl::StrCat("'", asked.unit, "'"));
  }
  if (is.late != asked.late) {
    return differ("LATE", absl::StrCat(is.late), absl::StrCat(asked.late));
  }
  if (is.keep != asked.keep || is.tiers != asked.tiers) {
    return differ("KEEP", FormatKeep(is), FormatKeep(asked));
  }
  for (size_t i = 0;
       i < std::min(is.dimensions.size(), asked.dimensions.size()); ++i) {
    const Dimension& a = is.dimensions[i];
    const Dimension& b = asked.dimensions[i];
    if (!(a == b)) {
      return differ(absl::StrCat("dimension ", i + 1),
                    absl::StrCat(a.name, " ", AdditivityName(a.rule)),
                    absl::StrCat(b.name, " ", AdditivityName(b.rule)));
    }
  }
  if (is.dimensions.size() != asked.dimensions.size()) {
    return differ("number of dimensions", absl::StrCat(is.dimensions.size()),
                  absl::StrCat(asked.dimensions.size()));
  }
  return "";
}

}  // namespace footfall::engine
