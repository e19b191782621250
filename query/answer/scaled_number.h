// Large numbers shortened for people: 1.1979亿, 3494万, 119.8 M.

#ifndef FOOTFALL_QUERY_ANSWER_SCALED_NUMBER_H_
#define FOOTFALL_QUERY_ANSWER_SCALED_NUMBER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "footfall/answer.h"

namespace footfall::query {

// Where digits that are left out go.
enum class Rounding : uint8_t {
  kNearest,     // halves away from zero
  kTowardZero,  // cut
  kDown,        // towards -infinity
  kUp,          // towards +infinity
};

// `number`, as AppendInteger() or AppendDecimal() prints it, in the largest
// unit of the style that it reaches. Exact: it works on decimal digits. nullopt
// where the style has no unit for it: below the first one, beyond 1e21, no
// number, or kRaw.
std::optional<std::string> ScaleForPeople(absl::string_view number,
                                          const NumberStyle& style,
                                          Rounding rounding);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_ANSWER_SCALED_NUMBER_H_
