#include "engine/exchange/csv_fields.h"

#include <cstring>
#include <limits>

#include "absl/base/casts.h"
#include "absl/strings/charconv.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/model/calendar.h"
#include "engine/write/check_rows.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr size_t kShownBytes = 64;
constexpr size_t kRemembered = 4096;

// As many digits never overflow.
constexpr size_t kSafeDigits = 18;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// YYYY-MM-DD of a date that exists in years 1 to 9999; days from 1970.
bool ParseDay(absl::string_view text, int64_t* days) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](size_t begin, size_t end, int* value) {
    *value = 0;
    for (size_t i = begin; i < end; ++i) {
      if (!IsDigit(text[i])) return false;
      *value = *value * 10 + (text[i] - '0');
    }
    return true;
  };
  int year;
  int month;
  int day;
  if (!number(0, 4, &year) || !number(5, 7, &month) || !number(8, 10, &day) ||
      year < kMinYear || month < 1 || month > 12 || day < 1 ||
      day > MonthLength(year, month)) {
    return false;
  }
  *days = DaysOf(year, month, day);
  return true;
}

// An optional minus and digits, within int64.
bool ParseWhole(absl::string_view field, int64_t* value) {
  const bool negative = !field.empty() && field[0] == '-';
  const absl::string_view digits = field.substr(negative ? 1 : 0);
  if (digits.empty()) return false;
  if (digits.size() > kSafeDigits) {
    if (!IsDigit(digits.front()) || !IsDigit(digits.back())) return false;
    return absl::SimpleAtoi(field, value);
  }
  int64_t number = 0;
  for (const char c : digits) {
    if (!IsDigit(c)) return false;
    number = number * 10 + (c - '0');
  }
  *value = negative ? -number : number;
  return true;
}

// Decimal digits with an optional fraction and exponent; nan, inf, infinity.
// False where the text is none; *fits: within a double's range.
bool ParseDecimal(absl::string_view field, double* value, bool* fits) {
  const absl::from_chars_result result =
      absl::from_chars(field.data(), field.data() + field.size(), *value);
  *fits = result.ec != std::errc::result_out_of_range;
  // It takes 0x10 and nan(1) as well.
  return result.ec != std::errc::invalid_argument &&
         result.ptr == field.data() + field.size() &&
         field.find_first_of("xX(") == absl::string_view::npos;
}

bool IsDigits(absl::string_view text) {
  for (const char c : text) {
    if (!IsDigit(c)) return false;
  }
  return !text.empty();
}

}  // namespace

std::string QuoteField(absl::string_view field) {
  return absl::StrCat("\"",
                      absl::Utf8SafeCHexEscape(field.substr(0, kShownBytes)),
                      field.size() > kShownBytes ? "...\"" : "\"");
}

absl::StatusOr<Date> ParseFileDate(absl::string_view text) {
  if (text.size() > 10 && text[10] == ' ') {
    std::string with_t(text);
    with_t[10] = 'T';
    return ParseDate(with_t);
  }
  return ParseDate(text);
}

TimeFields::TimeFields(const Grid& grid,
                       const std::optional<absl::TimeZone>& zone)
    : grid_(grid),
      zone_(zone),
      limits_(grid.Limits()),
      plain_days_(grid.period() == Period{Unit::kDay, 1}),
      remembered_(kRemembered) {}

absl::Status TimeFields::Parse(absl::string_view field, StepPlace* place) {
  if (plain_days_ && ParseDay(field, &place->step)) {
    place->seconds_in = 0;
    return absl::OkStatus();
  }
  if (field.size() > kMaxRemembered) return ParseAnew(field, place);
  uint64_t hash = field.size();
  for (const char c : field) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x9E3779B97F4A7C15u;
  }
  Remembered& known = remembered_[hash >> 52];
  if (known.size == field.size() && !field.empty() &&
      std::memcmp(known.text, field.data(), field.size()) == 0) {
    *place = known.place;
    return absl::OkStatus();
  }
  FOOTFALL_RETURN_IF_ERROR(ParseAnew(field, place));
  known.place = *place;
  known.size = static_cast<uint8_t>(field.size());
  std::memcpy(known.text, field.data(), field.size());
  return absl::OkStatus();
}

absl::Status TimeFields::ParseAnew(absl::string_view field,
                                   StepPlace* place) const {
  FOOTFALL_ASSIGN_OR_RETURN(Date date, ParseFileDate(field));
  if (zone_.has_value() && !date.utc_offset_s.has_value() &&
      grid_.period().below_day() && date.precision < Unit::kDay) {
    FOOTFALL_RETURN_IF_ERROR(CheckLocalTime(date, *zone_, zone_->name()));
    const Unit precision = date.precision;
    date = InstantDate(absl::FromCivil(date.start, *zone_), *zone_);
    date.precision = precision;
  }
  FOOTFALL_ASSIGN_OR_RETURN(place->step, grid_.StepNamed(date));
  if (!grid_.period().below_day()) {
    place->seconds_in = date.start - grid_.CivilStart(place->step);
  } else {
    const absl::Time at =
        date.utc_offset_s.has_value()
            ? absl::FromCivil(date.start, absl::UTCTimeZone()) -
                  absl::Seconds(*date.utc_offset_s)
            : absl::FromCivil(date.start, grid_.zone());
    place->seconds_in = absl::ToInt64Seconds(at - grid_.Start(place->step));
  }
  return absl::OkStatus();
}

NumberKind KindOfNumber(absl::string_view field) {
  int64_t whole;
  if (ParseWhole(field, &whole)) return NumberKind::kWhole;
  double decimal;
  bool fits;
  return ParseDecimal(field, &decimal, &fits) && fits ? NumberKind::kDecimal
                                                      : NumberKind::kNone;
}

bool ParseValueField(const Metric& metric, absl::string_view field,
                     int64_t* bits, std::string* reason) {
  const auto fail = [&](absl::string_view what) {
    *reason = absl::StrCat(QuoteField(field), what);
    return false;
  };
  if (field.empty()) return fail(" is no value; leave the row out instead");
  if (metric.spec.value_type == ValueType::kInteger) {
    if (!ParseWhole(field, bits)) {
      double decimal;
      bool fits;
      if (IsDigits(field.substr(field[0] == '-' ? 1 : 0))) {
        return fail(absl::StrCat(
            " is beyond 64 bits: ", std::numeric_limits<int64_t>::min(), " to ",
            std::numeric_limits<int64_t>::max()));
      }
      if (ParseDecimal(field, &decimal, &fits)) {
        return fail(
            " is a decimal; the metric is INTEGER and takes whole numbers");
      }
      return fail(" is not a number; the metric takes digits, such as 1234567");
    }
  } else {
    double decimal;
    bool fits;
    if (!ParseDecimal(field, &decimal, &fits)) {
      return fail(
          " is not a number; the metric takes decimals, such as 12.5 or 1e6");
    }
    if (!fits) return fail(" is beyond what a DECIMAL holds, about 1e308");
    *bits = absl::bit_cast<int64_t>(decimal);
  }
  if (*bits < 0 && !CheckValue(metric, *bits).ok()) {
    return fail(
        " is negative; a metric that OVERLAPS counts users and takes 0 or "
        "more");
  }
  return true;
}

}  // namespace footfall::engine
