// Values for parameters: found by name, and of the type that a place takes.

#ifndef FOOTFALL_QUERY_PLAN_PARAMETER_VALUES_H_
#define FOOTFALL_QUERY_PLAN_PARAMETER_VALUES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/query.h"
#include "footfall/statement.h"

namespace footfall::query {

// Each refusal points at the parameter in `text`. What is found belongs to the
// options, or to `value`.

// INVALID_ARGUMENT: none was given; names the nearest.
absl::StatusOr<const ParameterValue*> FindValue(absl::string_view text,
                                                const QueryOptions& options,
                                                const Parameter& parameter);

// `place`: what it takes, "a text".
absl::Status WrongType(absl::string_view text, const Parameter& parameter,
                       const ParameterValue& value, absl::string_view place);

absl::StatusOr<const std::string*> TextIn(absl::string_view text,
                                          const Parameter& parameter,
                                          const ParameterValue& value,
                                          size_t max_bytes);
absl::StatusOr<Number> NumberIn(absl::string_view text,
                                const Parameter& parameter,
                                const ParameterValue& value);

// Bit by bit: 0 and -0 are two values.
bool SameValue(const ParameterValue& a, const ParameterValue& b);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_PARAMETER_VALUES_H_
