#include "engine/exchange/column_facts.h"

#include <algorithm>
#include <numeric>

#include "engine/exchange/csv_fields.h"
#include "engine/model/calendar.h"

namespace footfall::engine {

void ColumnFacts::Add(absl::string_view field) {
  if (field.empty()) {
    ++empty_;
    return;
  }
  ++filled_;
  const NumberKind kind = KindOfNumber(field);
  if (kind != NumberKind::kNone) {
    ++numbers_;
    whole_ += kind == NumberKind::kWhole ? 1 : 0;
    negative_ = negative_ || field[0] == '-';
  }
  // Once a field is no date, the column is none.
  if (dates_ + 1 != filled_) return;
  if (field == last_) {
    ++dates_;
    return;
  }
  const absl::StatusOr<Date> date = ParseFileDate(field);
  if (!date.ok()) return;
  ++dates_;
  last_ = std::string(field);
  finest_ = std::min(finest_, date->precision);
  offset_ = offset_ || date->utc_offset_s.has_value();
  if (starts_.size() < kMaxDates) starts_.insert(date->start);
}

Period ColumnFacts::GuessPeriod() const {
  if (finest_ < Unit::kDay) return GuessBelowDay();
  if (finest_ != Unit::kDay || starts_.size() < 2) return {finest_, 1};
  // Days all of which begin something longer, and more than one of them.
  for (const Unit unit : {Unit::kYear, Unit::kQuarter, Unit::kMonth}) {
    const bool fits =
        std::all_of(starts_.begin(), starts_.end(), [&](const auto& start) {
          const int64_t day = DaysOf(start);
          return UnitStart(unit, UnitIndex(unit, day)) == day;
        });
    if (fits) return {unit, 1};
  }
  const int64_t first = DaysOf(*starts_.begin());
  const bool same_weekday = std::all_of(
      starts_.begin(), starts_.end(),
      [&](const auto& start) { return (DaysOf(start) - first) % 7 == 0; });
  return {same_weekday ? Unit::kWeek : Unit::kDay, 1};
}

Period ColumnFacts::GuessBelowDay() const {
  // What all distances and all times of day have in common.
  int64_t common_s = kSecondsPerDay;
  const absl::CivilSecond* before = nullptr;
  for (const absl::CivilSecond& start : starts_) {
    const absl::CivilSecond midnight(absl::CivilDay{start});
    common_s = std::gcd(common_s, start - midnight);
    if (before != nullptr) common_s = std::gcd(common_s, start - *before);
    before = &start;
  }
  if (common_s == kSecondsPerDay) return {Unit::kDay, 1};
  for (const Unit unit : {Unit::kHour, Unit::kMinute}) {
    const int64_t unit_s = SecondsOf(unit);
    if (common_s % unit_s != 0) continue;
    // A few samples have much in common by chance.
    const int64_t count = starts_.size() < 10 ? 1 : common_s / unit_s;
    return {unit, static_cast<int32_t>(count)};
  }
  return {Unit::kSecond, 1};
}

}  // namespace footfall::engine
