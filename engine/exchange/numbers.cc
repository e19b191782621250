#include "engine/exchange/numbers.h"

#include <cstdlib>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace footfall::engine {
namespace {

// As many digits never overflow.
constexpr size_t kSafeDigits = 18;
// Longer fields are texts. So exponents never overflow an int.
constexpr size_t kMaxNumberBytes = 400;

// A number taken apart: sign, digits without marks, how many of them stand
// after the decimal mark, and the exponent.
struct Parts {
  bool negative = false;
  std::string digits;
  int64_t scale = 0;     // digits after the mark
  int64_t exponent = 0;  // written
};

bool TakeThousands(absl::string_view* rest, char thousands) {
  if (thousands == '\0' || rest->empty()) return false;
  if ((*rest)[0] == thousands) {
    rest->remove_prefix(1);
    return true;
  }
  if (thousands == ' ') {
    return absl::ConsumePrefix(rest, "\xC2\xA0") ||
           absl::ConsumePrefix(rest, "\xE2\x80\xAF");
  }
  return thousands == '\'' && absl::ConsumePrefix(rest, "\xE2\x80\x99");
}

size_t TakeDigits(absl::string_view* rest, std::string* digits) {
  size_t count = 0;
  while (count < rest->size() && IsDigit((*rest)[count])) ++count;
  digits->append(rest->data(), count);
  rest->remove_prefix(count);
  return count;
}

bool TakeParts(absl::string_view rest, const NumberFormat& format,
               Parts* parts) {
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    parts->negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  size_t group = TakeDigits(&rest, &parts->digits);
  const size_t first_group = group;
  while (first_group > 0 && TakeThousands(&rest, format.thousands)) {
    group = TakeDigits(&rest, &parts->digits);
    if (first_group > 3 || group != 3 || parts->digits[0] == '0') return false;
  }
  if (!rest.empty() && rest[0] == format.decimal) {
    rest.remove_prefix(1);
    parts->scale = static_cast<int64_t>(TakeDigits(&rest, &parts->digits));
  }
  if (parts->digits.empty()) return false;
  if (!rest.empty() && (rest[0] == 'e' || rest[0] == 'E')) {
    rest.remove_prefix(1);
    const bool minus = !rest.empty() && rest[0] == '-';
    if (minus || (!rest.empty() && rest[0] == '+')) rest.remove_prefix(1);
    std::string exponent;
    if (TakeDigits(&rest, &exponent) == 0 || exponent.size() > 9) return false;
    parts->exponent = std::atoll(exponent.c_str()) * (minus ? -1 : 1);
  }
  return rest.empty();
}

// The value as an int64 where it is whole and fits, without rounding.
bool WholeOf(const Parts& parts, int64_t* whole) {
  absl::string_view digits = parts.digits;
  while (!digits.empty() && digits.front() == '0') digits.remove_prefix(1);
  int64_t power = parts.exponent - parts.scale;
  while (!digits.empty() && digits.back() == '0') {
    digits.remove_suffix(1);
    ++power;
  }
  if (digits.empty()) {
    *whole = 0;
    return true;
  }
  if (power < 0 || power > 19 ||
      digits.size() + static_cast<size_t>(power) > 19) {
    return false;
  }
  std::string text = parts.negative ? "-" : "";
  text.append(digits.data(), digits.size());
  text.append(static_cast<size_t>(power), '0');
  return absl::SimpleAtoi(text, whole);
}

}  // namespace

bool ReadDigits(absl::string_view field, int64_t* value) {
  const bool negative = !field.empty() && field[0] == '-';
  const absl::string_view digits = field.substr(negative ? 1 : 0);
  if (digits.empty() || digits.size() > kSafeDigits) return false;
  int64_t number = 0;
  for (const char c : digits) {
    if (!IsDigit(c)) return false;
    number = number * 10 + (c - '0');
  }
  *value = negative ? -number : number;
  return true;
}

NumberRead ReadNumber(absl::string_view field, const NumberFormat& format) {
  NumberRead read;
  field = absl::StripAsciiWhitespace(field);
  if (field.empty() || field.size() > kMaxNumberBytes) return read;
  if (ReadDigits(field, &read.whole)) {
    read.kind = NumberKind::kWhole;
    read.decimal = static_cast<double>(read.whole);
    if (read.whole == 0 && field[0] == '-') read.decimal = -0.0;
    return read;
  }
  Parts parts;
  if (!TakeParts(field, format, &parts)) return read;
  // A point where there were marks: the nearest double of the decimal digits.
  std::string plain = parts.negative ? "-" : "";
  plain += parts.digits;
  plain.insert(plain.size() - static_cast<size_t>(parts.scale), ".");
  if (parts.exponent != 0) plain += "e" + std::to_string(parts.exponent);
  const absl::from_chars_result result =
      absl::from_chars(plain.data(), plain.data() + plain.size(), read.decimal);
  if (WholeOf(parts, &read.whole)) {
    read.kind = NumberKind::kWhole;
  } else if (result.ec == std::errc()) {
    read.kind = NumberKind::kDecimal;
  } else {
    // Too near to zero is zero, about.
    const bool tiny = read.decimal > -1 && read.decimal < 1;
    read.kind = tiny ? NumberKind::kDecimal : NumberKind::kTooLarge;
  }
  return read;
}

bool MayHaveThousands(absl::string_view field, char mark) {
  field = absl::StripAsciiWhitespace(field);
  if (!field.empty() && (field[0] == '-' || field[0] == '+')) {
    field.remove_prefix(1);
  }
  if (field.empty() || field[0] == '0') return false;
  if (field.find(mark) == absl::string_view::npos) return false;
  NumberFormat format;
  format.thousands = mark;
  format.decimal = mark == '.' ? ',' : '.';
  return ReadNumber(field, format).kind == NumberKind::kWhole;
}

bool IsNotFinite(absl::string_view field) {
  field = absl::StripAsciiWhitespace(field);
  if (!field.empty() && (field[0] == '-' || field[0] == '+')) {
    field.remove_prefix(1);
  }
  return absl::EqualsIgnoreCase(field, "nan") ||
         absl::EqualsIgnoreCase(field, "inf") ||
         absl::EqualsIgnoreCase(field, "infinity");
}

}  // namespace footfall::engine
