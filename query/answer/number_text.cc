#include "query/answer/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace footfall::query {

void AppendInteger(int64_t number, std::string* out) {
  absl::StrAppend(out, number);
}

void AppendDecimal(double number, std::string* out) {
  if (std::isnan(number)) {
    out->append("nan");
    return;
  }
  if (std::signbit(number)) out->push_back('-');
  if (std::isinf(number)) {
    out->append("inf");
    return;
  }
  if (number == 0) {
    out->push_back('0');
    return;
  }
  // The shortest digits come as d.ddde-XX: 24 characters at most.
  char text[32];
  const std::to_chars_result end =
      std::to_chars(text, text + sizeof(text), std::fabs(number),
                    std::chars_format::scientific);
  std::string digits;
  const char* c = text;
  for (; c != end.ptr && *c != 'e'; ++c) {
    if (*c != '.') digits.push_back(*c);
  }
  *end.ptr = '\0';
  const int exponent = c == end.ptr ? 0 : std::atoi(c + 1);
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the point
  if (point > 21 || point <= -6) {
    out->push_back(digits[0]);
    if (count > 1) absl::StrAppend(out, ".", digits.substr(1));
    absl::StrAppend(out, exponent < 0 ? "e" : "e+", exponent);
  } else if (point <= 0) {
    out->append("0.");
    out->append(static_cast<size_t>(-point), '0');
    out->append(digits);
  } else if (count <= point) {
    out->append(digits);
    out->append(static_cast<size_t>(point - count), '0');
  } else {
    const size_t split = static_cast<size_t>(point);
    absl::StrAppend(out, digits.substr(0, split), ".", digits.substr(split));
  }
}

std::string GroupThousands(absl::string_view number) {
  size_t begin = 0;
  if (begin < number.size() && number[begin] == '-') ++begin;
  size_t end = begin;
  while (end < number.size() && absl::ascii_isdigit(number[end])) ++end;
  std::string grouped(number.substr(0, begin));
  if (number.find('e') != absl::string_view::npos) return std::string(number);
  for (size_t i = begin; i < end; ++i) {
    if (i > begin && (end - i) % 3 == 0) grouped.push_back(',');
    grouped.push_back(number[i]);
  }
  absl::StrAppend(&grouped, number.substr(end));
  return grouped;
}

std::string FormatForPeople(double number, int fraction_digits) {
  const double magnitude = std::fabs(number);
  if (!std::isfinite(number) || magnitude >= 1e18) {
    std::string text;
    AppendDecimal(number, &text);
    return text;
  }
  if (number != 0 && magnitude < std::pow(10.0, 2 - fraction_digits) &&
      number != std::round(number)) {
    // Three digits from the first that is not 0, unless fewer say it all.
    std::string exact;
    AppendDecimal(number, &exact);
    const std::string rounded = absl::StrFormat("%.3g", number);
    const std::string fixed = absl::StrFormat("%.*f", fraction_digits, number);
    if (exact.size() <= fixed.size()) return exact;
    return rounded;
  }
  return GroupThousands(absl::StrFormat("%.*f", fraction_digits, number));
}

}  // namespace footfall::query
