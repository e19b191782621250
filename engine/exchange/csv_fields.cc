#include "engine/exchange/csv_fields.h"

#include <cstring>
#include <limits>

#include "absl/base/casts.h"
#include "absl/strings/ascii.h"
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

}  // namespace

std::string QuoteField(absl::string_view field) {
  return absl::StrCat("\"",
                      absl::Utf8SafeCHexEscape(field.substr(0, kShownBytes)),
                      field.size() > kShownBytes ? "...\"" : "\"");
}

TimeFields::TimeFields(const Grid& grid,
                       const std::optional<absl::TimeZone>& zone,
                       const std::optional<DateFormat>& format)
    : grid_(grid),
      zone_(zone),
      format_(format),
      limits_(grid.Limits()),
      plain_days_(grid.period() == Period{Unit::kDay, 1} &&
                  !format.has_value()),
      remembered_(kRemembered) {}

absl::Status TimeFields::Parse(absl::string_view field, StepPlace* place) {
  if (plain_days_ && ParseDay(field, &place->step)) {
    place->offset = {};
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
  int32_t* const nanoseconds = &place->offset.nanoseconds;
  FOOTFALL_ASSIGN_OR_RETURN(Date date, format_.has_value()
                                           ? format_->Parse(field, nanoseconds)
                                           : ParseFileDate(field, nanoseconds));
  if (zone_.has_value() && !date.utc_offset_s.has_value() &&
      date.precision < Unit::kDay) {
    FOOTFALL_RETURN_IF_ERROR(CheckLocalTime(date, *zone_, zone_->name()));
    const Unit precision = date.precision;
    date = InstantDate(absl::FromCivil(date.start, *zone_), *zone_);
    date.precision = precision;
  }
  FOOTFALL_ASSIGN_OR_RETURN(place->step, grid_.StepNamed(date));
  const absl::Time at = date.utc_offset_s.has_value()
                            ? absl::FromCivil(date.start, absl::UTCTimeZone()) -
                                  absl::Seconds(*date.utc_offset_s)
                            : absl::FromCivil(date.start, grid_.zone());
  if (grid_.period().below_day()) {
    place->offset.seconds = absl::ToInt64Seconds(at - grid_.Start(place->step));
  } else {
    const absl::CivilSecond local = date.utc_offset_s.has_value()
                                        ? absl::ToCivilSecond(at, grid_.zone())
                                        : date.start;
    place->offset.seconds = local - grid_.CivilStart(place->step);
  }
  return absl::OkStatus();
}

bool ValueFields::Fail(absl::string_view field, absl::string_view what,
                       std::string* reason) const {
  *reason = absl::StrCat(QuoteField(field), what);
  return false;
}

// Why `read` is no value of the metric, and what to declare.
bool ValueFields::Refuse(absl::string_view field, const NumberRead& read,
                         std::string* reason) const {
  const bool integer = metric_.spec.value_type == ValueType::kInteger;
  if (read.kind == NumberKind::kTooLarge) {
    return Fail(field, " is beyond what a DECIMAL holds, about 1e308", reason);
  }
  if (integer && read.kind == NumberKind::kDecimal) {
    const bool beyond = read.decimal >= 9e18 || read.decimal <= -9e18;
    if (beyond) {
      return Fail(field,
                  absl::StrCat(" is beyond 64 bits: ",
                               std::numeric_limits<int64_t>::min(), " to ",
                               std::numeric_limits<int64_t>::max()),
                  reason);
    }
    return Fail(
        field,
        MayHaveThousands(field, format_.decimal)
            ? absl::StrCat(" is a decimal, or has marks between thousands: say "
                           "THOUSANDS '",
                           absl::string_view(&format_.decimal, 1),
                           "'; the metric is INTEGER and takes whole numbers")
            : " is a decimal; the metric is INTEGER and takes whole numbers",
        reason);
  }
  if (IsNotFinite(field)) {
    return Fail(field,
                absl::StrCat(" is no number; if it means that there is none, "
                             "say NULL ('",
                             absl::StripAsciiWhitespace(field), "')"),
                reason);
  }
  for (const char mark : {',', '.', ' ', '\''}) {
    NumberFormat other = format_;
    other.thousands = mark;
    if (mark == format_.decimal ||
        ReadNumber(field, other).kind == NumberKind::kNone) {
      continue;
    }
    return Fail(
        field,
        absl::StrCat(" has marks between thousands: say THOUSANDS '",
                     mark == '\'' ? "''" : absl::string_view(&mark, 1), "'"),
        reason);
  }
  NumberFormat comma;
  comma.decimal = format_.decimal == '.' ? ',' : '.';
  if (ReadNumber(field, comma).kind != NumberKind::kNone) {
    return Fail(field,
                absl::StrCat(" is a number only by DECIMAL '",
                             absl::string_view(&comma.decimal, 1), "'"),
                reason);
  }
  return Fail(
      field,
      integer
          ? " is not a number; the metric takes digits, such as 1234567"
          : " is not a number; the metric takes decimals, such as 12.5 or 1e6",
      reason);
}

bool ValueFields::Parse(absl::string_view field, int64_t* bits,
                        std::string* reason) {
  const bool integer = metric_.spec.value_type == ValueType::kInteger;
  if (!integer || !ReadDigits(field, bits)) {
    const NumberRead read = ReadNumber(field, format_);
    const bool fits = read.kind == NumberKind::kWhole ||
                      (!integer && read.kind == NumberKind::kDecimal);
    if (!fits) {
      double special;
      if (!integer && takes_not_finite_ && IsNotFinite(field) &&
          absl::SimpleAtod(field, &special)) {
        *bits = absl::bit_cast<int64_t>(special);
        return true;
      }
      return Refuse(field, read, reason);
    }
    *bits = integer ? read.whole : absl::bit_cast<int64_t>(read.decimal);
    if (!is_sure_ && !integer && format_.thousands == '\0') {
      if (MayHaveThousands(field, format_.decimal)) {
        if (doubtful_.empty()) doubtful_ = std::string(field);
      } else if (field.find(format_.decimal) != absl::string_view::npos) {
        is_sure_ = true;
        doubtful_.clear();
      }
    }
  }
  if (*bits < 0 && !CheckValue(metric_, *bits).ok()) {
    return Fail(field,
                " is negative; a metric that OVERLAPS counts users and takes 0 "
                "or more",
                reason);
  }
  return true;
}

}  // namespace footfall::engine
