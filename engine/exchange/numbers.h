// Numbers as files write them: whole or decimal, with marks between thousands
// where they are declared.

#ifndef FOOTFALL_ENGINE_EXCHANGE_NUMBERS_H_
#define FOOTFALL_ENGINE_EXCHANGE_NUMBERS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace footfall::engine {

// Which marks stand in numbers. No other mark is ever passed over.
struct NumberFormat {
  char decimal = '.';
  // Between groups of three digits; 0: none may stand there. ' ' also means the
  // blanks that do not break (U+00A0, U+202F), '\'' also U+2019.
  char thousands = '\0';
};

//   number   = [ sign ] digits [ decimal digits ] [ ("e" | "E") [ sign ] 1*9 ]
//   digits   = 1*DIGIT | 1*3DIGIT 1*( thousands 3DIGIT )   (not 0 first)
//
// Blanks around it are passed over; digits may be missing on one side of the
// decimal mark, not on both.
enum class NumberKind : uint8_t {
  kNone,     // no number
  kWhole,    // its value is whole and fits 64 bits: 12, 12.0, 1.2E+06
  kDecimal,  // any other that a double holds
  kTooLarge,
};

struct NumberRead {
  NumberKind kind = NumberKind::kNone;
  int64_t whole = 0;   // kWhole
  double decimal = 0;  // kWhole (the nearest) and kDecimal
};

NumberRead ReadNumber(absl::string_view field, const NumberFormat& format);

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// An optional minus and digits alone, within int64: the fast way.
bool ReadDigits(absl::string_view field, int64_t* value);

// Whether a field that counts as a decimal by '.' (or ',') may as well be a
// whole number with marks between thousands: 1.234, 12,345, but not 0.123.
bool MayHaveThousands(absl::string_view field, char mark);

// What a file may mean by a word that stands where a number should: NaN, inf
// and their like, in any case.
bool IsNotFinite(absl::string_view field);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_NUMBERS_H_
