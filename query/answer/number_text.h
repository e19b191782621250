// Numbers as text: exactly, for programs, and legibly, for people.

#ifndef FOOTFALL_QUERY_ANSWER_NUMBER_TEXT_H_
#define FOOTFALL_QUERY_ANSWER_NUMBER_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace footfall::query {

// All digits.
void AppendInteger(int64_t number, std::string* out);

// The fewest digits that read back as the same double, laid out as ECMAScript
// does (and RFC 8785 for JSON): with a point and no exponent from 1e-6 up to
// below 1e21, else as 1.5e-7. A whole number has no point, negative zero is -0.
// Besides: nan, inf, -inf.
void AppendDecimal(double number, std::string* out);

// Puts a comma before each third digit left of the point. `number` is what the
// functions above print; without three digits in a row, or with an exponent, it
// comes back as it is.
std::string GroupThousands(absl::string_view number);

// `number` with `fraction_digits` digits behind the point and thousands marks;
// where that would leave fewer than three digits of a small number, with three.
// From 1e18 on as AppendDecimal().
std::string FormatForPeople(double number, int fraction_digits);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_ANSWER_NUMBER_TEXT_H_
