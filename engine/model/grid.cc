// Grid: the steps of one period in one zone.

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "engine/model/calendar.h"
#include "footfall/period.h"

namespace footfall {
namespace {

using engine::CeilDivide;
using engine::FloorDivide;

// Longer periods than this have no use in 9,999 years.
constexpr int32_t kMaxCount = 10'000;

// Area/City, letters, digits and _ + -: no path, and nothing that depends on
// the machine's own settings.
bool IsZoneForm(absl::string_view name) {
  if (name.empty() || name.size() > 64 || name == "localtime") return false;
  bool at_part_start = true;
  for (const char c : name) {
    if (c == '/') {
      if (at_part_start) return false;
      at_part_start = true;
      continue;
    }
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' &&
        c != '+' && c != '-') {
      return false;
    }
    at_part_start = false;
  }
  return !at_part_start;
}

bool MachineHasZones() {
  absl::TimeZone zone;
  return absl::LoadTimeZone("Europe/London", &zone) ||
         absl::LoadTimeZone("Etc/GMT", &zone);
}

}  // namespace

absl::StatusOr<absl::TimeZone> LoadZone(absl::string_view name) {
  const std::string shown = absl::CHexEscape(name.substr(0, 64));
  if (!IsZoneForm(name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("zone \"", shown,
                     "\" has not the form Area/City, such as Asia/Shanghai, "
                     "or UTC"));
  }
  absl::TimeZone zone;
  if (absl::LoadTimeZone(name, &zone)) return zone;
  if (!MachineHasZones()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "zone \"", shown,
        "\": this machine has no zone data at all (install tzdata); only UTC "
        "is known"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("zone \"", shown,
                   "\" is not known; a zone is written Area/City, such as "
                   "Asia/Shanghai, or UTC"));
}

absl::StatusOr<Grid> Grid::Create(const Period& period,
                                  absl::string_view zone_name) {
  if (period.unit < Unit::kSecond || period.unit > Unit::kYear) {
    return absl::InvalidArgumentError(
        absl::StrCat("period has unit number ", static_cast<int>(period.unit),
                     "; units are 1 (second) to 8 (year)"));
  }
  const absl::string_view unit = UnitName(period.unit);
  if (period.count < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "period counts ", period.count, " ", unit, "s; 1 or more"));
  }
  const int weekday = static_cast<int>(period.week_start);
  if (weekday < static_cast<int>(absl::Weekday::monday) ||
      weekday > static_cast<int>(absl::Weekday::sunday) ||
      (period.unit != Unit::kWeek &&
       period.week_start != absl::Weekday::monday)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a ", unit, " does not begin on weekday number ", weekday,
                     "; weeks alone do, on 0 (monday) to 6 (sunday)"));
  }
  if (period.first_month < 1 || period.first_month > 12 ||
      (period.unit < Unit::kQuarter && period.first_month != 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a ", unit, " does not begin in month number ", period.first_month,
        "; quarters and years alone do, in 1 to 12"));
  }
  const int64_t unit_s = engine::SecondsOf(period.unit);
  if (unit_s > 0) {
    if (engine::kSecondsPerDay % (unit_s * period.count) != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("a period of ", FormatPeriod(period),
                       " does not divide a day; take a count that does"));
    }
  } else if (period.count > kMaxCount) {
    return absl::InvalidArgumentError(absl::StrCat(
        "period counts ", period.count, " ", unit, "s; at most ", kMaxCount));
  }
  absl::StatusOr<absl::TimeZone> zone = LoadZone(zone_name);
  if (!zone.ok()) return zone.status();

  Grid grid;
  grid.period_ = period;
  grid.zone_name_ = std::string(zone_name);
  grid.zone_ = *zone;
  grid.step_s_ = unit_s * period.count;
  grid.limits_ = grid.FindLimits();
  return grid;
}

// Steps that start in a year 1 to 9999, so that each has a name.
StepRange Grid::FindLimits() const {
  const absl::CivilSecond first(engine::kMinYear, 1, 1);
  const absl::CivilSecond end(engine::kMaxYear + 1, 1, 1);
  StepRange range = {StepAt(first), StepAt(end)};
  if (CivilStart(range.begin) < first) ++range.begin;
  if (CivilStart(range.end) < end) ++range.end;
  return range;
}

int64_t Grid::StepAt(absl::Time time) const {
  if (step_s_ > 0) return FloorDivide(absl::ToUnixSeconds(time), step_s_);
  return StepAtDay(engine::DaysOf(zone_.At(time).cs));
}

int64_t Grid::StepAt(absl::CivilSecond civil) const {
  if (step_s_ > 0) return StepAt(absl::FromCivil(civil, zone_));
  return StepAtDay(engine::DaysOf(civil));
}

int64_t Grid::StepAtDay(int64_t days) const {
  if (step_s_ > 0) return StepAt(engine::CivilOf(days));
  return FloorDivide(engine::StepIndex(period_, days), period_.count);
}

int64_t Grid::StartDay(int64_t step) const {
  return engine::StepStart(period_, step * period_.count);
}

absl::CivilSecond Grid::CivilStart(int64_t step) const {
  if (step_s_ > 0) return zone_.At(Start(step)).cs;
  return engine::CivilOf(StartDay(step));
}

absl::Time Grid::Start(int64_t step) const {
  if (step_s_ > 0) return absl::FromUnixSeconds(step * step_s_);
  return absl::FromCivil(engine::CivilOf(StartDay(step)), zone_);
}

absl::Status CheckLocalTime(const Date& date, const absl::TimeZone& zone,
                            absl::string_view zone_name) {
  if (date.utc_offset_s.has_value() || date.precision >= Unit::kDay) {
    return absl::OkStatus();
  }
  const absl::TimeZone::TimeInfo info = zone.At(date.start);
  if (info.kind == absl::TimeZone::TimeInfo::UNIQUE) return absl::OkStatus();
  const auto meant = [&](absl::Time time) {
    // With the offset that makes it this instant.
    Date one = date;
    one.utc_offset_s = static_cast<int32_t>(
        date.start - absl::ToCivilSecond(time, absl::UTCTimeZone()));
    return FormatDate(one);
  };
  return absl::InvalidArgumentError(absl::StrCat(
      FormatDate(date),
      info.kind == absl::TimeZone::TimeInfo::SKIPPED ? " does not exist in "
                                                     : " occurs twice in ",
      zone_name, ", where clocks are set then: ", meant(info.pre), " or ",
      meant(info.post), "?"));
}

absl::StatusOr<int64_t> Grid::StepNamed(const Date& date) const {
  if (date.start.year() < engine::kMinYear - 1 ||
      date.start.year() > engine::kMaxYear) {
    return absl::InvalidArgumentError(
        absl::StrCat("year ", date.start.year(), "; years are 1 to 9999"));
  }
  if (date.utc_offset_s.has_value() && date.precision >= Unit::kDay) {
    return absl::InvalidArgumentError(absl::StrCat(
        FormatDate(date), " carries an offset; only an hour and less can"));
  }
  int64_t first;
  int64_t last;
  if (step_s_ == 0 && !date.utc_offset_s.has_value()) {
    first = StepAt(date.start);
    last = StepAt(DateEnd(date) - 1);
  } else {
    const absl::Status local = CheckLocalTime(date, zone_, zone_name_);
    if (!local.ok()) return local;
    const absl::Time start = InstantOf(date.start, date.utc_offset_s);
    const int64_t length_s = DateEnd(date) - date.start;
    first = StepAt(start);
    last = StepAt(start + absl::Seconds(length_s - 1));
  }
  if (first != last) return DoesNotFit(date, last - first);
  if (first < limits_.begin || first >= limits_.end) {
    return absl::InvalidArgumentError(
        absl::StrCat(FormatDate(date), " lies outside the years 1 to 9999"));
  }
  return first;
}

// The words for a date that touches `distance` steps beyond its first.
absl::Status Grid::DoesNotFit(const Date& date, int64_t distance) const {
  const std::string text = FormatDate(date);
  const std::string step = FormatPeriod(period_);
  if (distance == 1 && date.precision <= period_.unit) {
    return absl::InvalidArgumentError(
        absl::StrCat(text, " lies across two steps of ", step, ": ",
                     Format(StepAt(InstantOf(date.start, date.utc_offset_s))),
                     " and the next"));
  }
  Date finer = date;
  finer.precision = NamePrecision(period_);
  return absl::InvalidArgumentError(
      absl::StrCat(text, " is longer than one step of ", step,
                   "; write one as ", FormatDate(finer)));
}

absl::Time Grid::InstantOf(const absl::CivilSecond& civil,
                           const std::optional<int32_t>& utc_offset_s) const {
  if (!utc_offset_s.has_value()) return absl::FromCivil(civil, zone_);
  return absl::FromCivil(civil, absl::UTCTimeZone()) -
         absl::Seconds(*utc_offset_s);
}

StepRange Grid::StepsInside(const std::optional<Date>& first,
                            const std::optional<Date>& last) const {
  StepRange range = limits_;
  if (first.has_value()) {
    int64_t begin;
    if (step_s_ > 0) {
      begin = CeilDivide(
          absl::ToUnixSeconds(InstantOf(first->start, first->utc_offset_s)),
          step_s_);
    } else {
      begin = StepAt(first->start);
      if (CivilStart(begin) < first->start) ++begin;
    }
    range.begin = std::max(range.begin, begin);
  }
  if (last.has_value()) {
    // The step that holds the first second after the stretch is not inside.
    const absl::CivilSecond end = DateEnd(*last);
    const int64_t step =
        step_s_ > 0 ? StepAt(InstantOf(end, last->utc_offset_s)) : StepAt(end);
    range.end = std::min(range.end, step);
  }
  if (range.empty()) range.end = range.begin;
  return range;
}

absl::Time Grid::InstantAfter(int64_t step, int64_t count, Unit unit) const {
  const absl::Time start = Start(step);
  if (unit < Unit::kDay || count == 0) {
    return start + absl::Seconds(engine::SecondsOf(unit) * count);
  }
  // The same time of day on another date.
  const absl::CivilSecond civil = zone_.At(start).cs;
  const absl::CivilSecond midnight(absl::CivilDay{civil});
  const int64_t day = engine::DayAfter(engine::DaysOf(civil), count, unit);
  return absl::FromCivil(engine::CivilOf(day) + (civil - midnight), zone_);
}

StepRange Grid::StepsFrom(int64_t origin, int64_t first, int64_t end,
                          Unit unit) const {
  StepRange range;
  if (step_s_ > 0) {
    range.begin = CeilDivide(
        absl::ToUnixSeconds(InstantAfter(origin, first, unit)), step_s_);
    range.end = StepAt(InstantAfter(origin, end, unit));
  } else {
    const int64_t origin_day = StartDay(origin);
    const int64_t first_day = engine::DayAfter(origin_day, first, unit);
    range.begin = StepAtDay(first_day);
    if (StartDay(range.begin) < first_day) ++range.begin;
    range.end = StepAtDay(engine::DayAfter(origin_day, end, unit));
  }
  range.begin = std::clamp(range.begin, limits_.begin, limits_.end);
  range.end = std::clamp(range.end, range.begin, limits_.end);
  return range;
}

std::string Grid::Format(int64_t step) const {
  Date date;
  if (step_s_ == 0) {
    date.precision = NamePrecision(period_);
    date.start = CivilStart(step);
  } else {
    date = InstantDate(Start(step), zone_);
  }
  return FormatDate(date);
}

Date InstantDate(absl::Time time, const absl::TimeZone& zone) {
  const absl::TimeZone::CivilInfo info = zone.At(time);
  Date date;
  date.precision = Unit::kSecond;
  date.start = info.cs;
  date.utc_offset_s = info.offset;
  return date;
}

}  // namespace footfall
