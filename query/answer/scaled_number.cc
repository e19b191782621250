#include "query/answer/scaled_number.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "query/answer/number_text.h"

namespace footfall::query {
namespace {

struct ScaleUnit {
  size_t power;  // of ten
  absl::string_view name;
};

constexpr ScaleUnit kWanUnits[] = {{4, "万"}, {8, "亿"}, {12, "万亿"}};
constexpr ScaleUnit kSiUnits[] = {{3, " k"},  {6, " M"},  {9, " G"},
                                  {12, " T"}, {15, " P"}, {18, " E"}};

absl::Span<const ScaleUnit> UnitsOf(NumberStyle::Scale scale) {
  switch (scale) {
    case NumberStyle::Scale::kWan:
      return kWanUnits;
    case NumberStyle::Scale::kSi:
      return kSiUnits;
    case NumberStyle::Scale::kRaw:
      break;
  }
  return {};
}

// A number without its sign: digits, of which `point` stand before the point.
struct Digits {
  std::string text;
  size_t point = 0;

  bool Increment() {  // by one in the last place; true: it grew by a digit
    for (size_t i = text.size(); i-- > 0;) {
      if (text[i] != '9') {
        ++text[i];
        return false;
      }
      text[i] = '0';
    }
    text.insert(text.begin(), '1');
    ++point;
    return true;
  }
};

bool RoundsUp(char first_left_out, bool negative, Rounding rounding) {
  switch (rounding) {
    case Rounding::kNearest:
      return first_left_out >= '5';
    case Rounding::kTowardZero:
      return false;
    case Rounding::kDown:
      return negative;
    case Rounding::kUp:
      return !negative;
  }
  return false;
}

}  // namespace

std::optional<std::string> ScaleForPeople(absl::string_view number,
                                          const NumberStyle& style,
                                          Rounding rounding) {
  const absl::Span<const ScaleUnit> units = UnitsOf(style.scale);
  const bool negative = !number.empty() && number[0] == '-';
  if (negative) number.remove_prefix(1);
  if (number.find_first_not_of("0123456789.") != absl::string_view::npos) {
    return std::nullopt;
  }
  Digits digits;
  digits.point = std::min(number.find('.'), number.size());
  for (const char c : number) {
    if (c != '.') digits.text.push_back(c);
  }
  size_t unit = units.size();
  while (unit > 0 && digits.point <= units[unit - 1].power) --unit;
  if (unit == 0) return std::nullopt;
  --unit;
  digits.point -= units[unit].power;

  const size_t fraction = static_cast<size_t>(
      std::clamp(style.fraction_digits >= 0
                     ? style.fraction_digits
                     : (style.scale == NumberStyle::Scale::kWan ? 4 : 1),
                 0, 18));
  const std::string left_out = digits.text.size() > digits.point + fraction
                                   ? digits.text.substr(digits.point + fraction)
                                   : "";
  const bool exact = left_out.find_first_not_of('0') == std::string::npos;
  digits.text.resize(std::min(digits.text.size(), digits.point + fraction));
  if (!exact && RoundsUp(left_out[0], negative, rounding) &&
      digits.Increment() && unit + 1 < units.size()) {
    // 9999.9996万 became 10000.000万, which is 1.000亿.
    const size_t step = units[unit + 1].power - units[unit].power;
    if (digits.point > step) {
      digits.point -= step;
      digits.text.resize(digits.point + fraction);
      ++unit;
    }
  }
  absl::string_view behind = digits.text;
  behind.remove_prefix(digits.point);
  if (exact) {
    while (!behind.empty() && behind.back() == '0') behind.remove_suffix(1);
  }
  // Thousands marks only beyond the last unit: 3494万.
  const std::string before = digits.text.substr(0, digits.point);
  return absl::StrCat(negative ? "-" : "",
                      before.size() > 4 ? GroupThousands(before) : before,
                      behind.empty() ? "" : ".", behind, units[unit].name);
}

}  // namespace footfall::query
