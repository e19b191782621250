#include "query/lang/time_parts.h"

#include "absl/strings/match.h"

namespace footfall::query {
namespace {

constexpr absl::string_view kNumbers[] = {
    "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10",
    "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21",
    "22", "23", "24", "25", "26", "27", "28", "29", "30", "31"};
constexpr absl::string_view kWeekdays[] = {"mon", "tue", "wed", "thu",
                                           "fri", "sat", "sun"};
constexpr absl::string_view kQuarters[] = {"Q1", "Q2", "Q3", "Q4"};

constexpr int64_t kSecondsOfHour = 3600;

}  // namespace

absl::string_view TimePartName(TimePart part) {
  switch (part) {
    case TimePart::kHour:
      return "hour(time)";
    case TimePart::kWeekday:
      return "weekday(time)";
    case TimePart::kDay:
      return "day(time)";
    case TimePart::kMonth:
      return "month(time)";
    case TimePart::kQuarter:
      break;
  }
  return "quarter(time)";
}

std::optional<TimePart> FindTimePart(absl::string_view name) {
  if (name.empty() || name.back() != ')') return std::nullopt;  // a dimension
  for (const TimePart part : kTimeParts) {
    if (name == TimePartName(part)) return part;
  }
  return std::nullopt;
}

std::optional<TimePart> TimePartOfWord(absl::string_view word) {
  for (const TimePart part : kTimeParts) {
    const absl::string_view name = TimePartName(part);
    if (absl::EqualsIgnoreCase(word, name.substr(0, name.find('(')))) {
      return part;
    }
  }
  return std::nullopt;
}

uint32_t TimePartSize(TimePart part) {
  switch (part) {
    case TimePart::kHour:
      return 24;
    case TimePart::kWeekday:
      return 7;
    case TimePart::kDay:
      return 31;
    case TimePart::kMonth:
      return 12;
    case TimePart::kQuarter:
      break;
  }
  return 4;
}

absl::string_view TimePartMember(TimePart part, uint32_t index) {
  switch (part) {
    case TimePart::kHour:
      return kNumbers[index];
    case TimePart::kWeekday:
      return kWeekdays[index];
    case TimePart::kDay:
    case TimePart::kMonth:
      return kNumbers[index + 1];
    case TimePart::kQuarter:
      break;
  }
  return kQuarters[index];
}

absl::string_view TimePartPlace(uint32_t number) { return kNumbers[number]; }

std::optional<uint32_t> FindTimePartMember(TimePart part,
                                           absl::string_view text) {
  for (uint32_t i = 0; i < TimePartSize(part); ++i) {
    if (text == TimePartMember(part, i)) return i;
  }
  return std::nullopt;
}

uint32_t TimePartAt(TimePart part, const absl::CivilSecond& time) {
  switch (part) {
    case TimePart::kHour:
      return static_cast<uint32_t>(time.hour());
    case TimePart::kWeekday:
      return static_cast<uint32_t>(absl::GetWeekday(absl::CivilDay(time)));
    case TimePart::kDay:
      return static_cast<uint32_t>(time.day() - 1);
    case TimePart::kMonth:
      return static_cast<uint32_t>(time.month() - 1);
    case TimePart::kQuarter:
      break;
  }
  return static_cast<uint32_t>((time.month() - 1) / 3);
}

footfall::Unit UnitOfTimePart(TimePart part) {
  switch (part) {
    case TimePart::kHour:
      return footfall::Unit::kHour;
    case TimePart::kWeekday:
    case TimePart::kDay:
      return footfall::Unit::kDay;
    case TimePart::kMonth:
      return footfall::Unit::kMonth;
    case TimePart::kQuarter:
      break;
  }
  return footfall::Unit::kQuarter;
}

bool LiesInOnePart(const Period& period, TimePart part) {
  using footfall::Unit;
  if (period.below_day()) {
    // Buckets are counted from midnight.
    if (part != TimePart::kHour) return true;
    const int64_t unit = period.unit == Unit::kHour     ? kSecondsOfHour
                         : period.unit == Unit::kMinute ? 60
                                                        : 1;
    return kSecondsOfHour % (unit * period.count) == 0;
  }
  switch (part) {
    case TimePart::kHour:
      return false;
    case TimePart::kWeekday:
    case TimePart::kDay:
      return period.unit == Unit::kDay && period.count == 1;
    case TimePart::kMonth:
      return (period.unit == Unit::kDay || period.unit == Unit::kMonth) &&
             period.count == 1;
    case TimePart::kQuarter:
      break;
  }
  return (period.unit == Unit::kMonth && 3 % period.count == 0) ||
         ((period.unit == Unit::kDay || period.unit == Unit::kQuarter) &&
          period.count == 1);
}

}  // namespace footfall::query
