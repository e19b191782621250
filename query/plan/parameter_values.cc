#include "query/plan/parameter_values.h"

#include <bit>
#include <set>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/nearest.h"
#include "query/lang/refusals.h"

namespace footfall::query {
namespace {

absl::string_view TypeName(const ParameterValue& value) {
  static constexpr absl::string_view kNames[] = {
      "a text", "a number", "a number", "a date", "a range"};
  return kNames[value.index()];
}

}  // namespace

absl::StatusOr<const ParameterValue*> FindValue(absl::string_view text,
                                                const QueryOptions& options,
                                                const Parameter& parameter) {
  const auto it = options.parameters.find(parameter.name);
  if (it != options.parameters.end()) return &it->second;
  std::set<absl::string_view> names;  // in order: ties go to the first
  for (const auto& [name, value] : options.parameters) names.insert(name);
  Nearest nearest(parameter.name);
  for (const absl::string_view name : names) nearest.Offer(name);
  return Refuse(
      Refusal::kNoParameter, text, parameter.source,
      {parameter.name, nearest.found()
                           ? absl::StrCat("did you mean $", nearest.best(), "?")
                           : "values are given beside the statement "
                             "(QueryOptions::parameters)"});
}

absl::Status WrongType(absl::string_view text, const Parameter& parameter,
                       const ParameterValue& value, absl::string_view place) {
  return Refuse(Refusal::kParameterType, text, parameter.source,
                {parameter.name, TypeName(value), place});
}

absl::StatusOr<const std::string*> TextIn(absl::string_view text,
                                          const Parameter& parameter,
                                          const ParameterValue& value,
                                          size_t max_bytes) {
  const std::string* found = std::get_if<std::string>(&value);
  if (found == nullptr) return WrongType(text, parameter, value, "a text");
  if (const absl::Status status = ValidateText(*found, max_bytes);
      !status.ok()) {
    return Refuse(Refusal::kParameterText, text, parameter.source,
                  {parameter.name, status.message()});
  }
  return found;
}

absl::StatusOr<Number> NumberIn(absl::string_view text,
                                const Parameter& parameter,
                                const ParameterValue& value) {
  Number number;
  if (const int64_t* whole = std::get_if<int64_t>(&value)) {
    number.value = *whole;
  } else if (const double* decimal = std::get_if<double>(&value)) {
    number.value = *decimal;
  } else {
    return WrongType(text, parameter, value, "a number");
  }
  return number;
}

bool SameValue(const ParameterValue& a, const ParameterValue& b) {
  const double* x = std::get_if<double>(&a);
  const double* y = std::get_if<double>(&b);
  if (x == nullptr || y == nullptr) return a == b;
  return std::bit_cast<int64_t>(*x) == std::bit_cast<int64_t>(*y);
}

}  // namespace footfall::query
