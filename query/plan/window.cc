// What DURING says, as dates and as steps.

#include "query/plan/window.h"

#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/refusals.h"

namespace footfall::query {
namespace {

// Whole units that end with the one that holds now, or the one before it; or
// with the last step that is over, and the unit that holds it.
absl::StatusOr<TimeWindow> ResolveLast(const Range::Last& last,
                                       const Grid& grid,
                                       const UnitBegins& begins, absl::Time now,
                                       footfall::Source source,
                                       absl::string_view text) {
  if (now == absl::InfiniteFuture() || now == absl::InfinitePast()) {
    return Refuse(Refusal::kLastTooLong, text, source,
                  {absl::StrCat(last.count)});
  }
  const Period unit = begins.Of({last.unit, 1});
  auto units = Grid::Create(unit, grid.zone_name());
  if (!units.ok()) return units.status();
  const StepRange limits = units->Limits();
  const bool to_date = last.end == Range::Last::End::kToDate;
  const int64_t unfinished = FirstUnfinishedStep(grid, now);
  if (to_date && unfinished == grid.Limits().begin) {
    return Refuse(Refusal::kLastTooLong, text, source,
                  {absl::StrCat(last.count)});
  }
  const int64_t current =
      to_date ? units->StepAt(grid.Start(unfinished - 1)) : units->StepAt(now);
  const int64_t final_unit =
      last.end == Range::Last::End::kComplete ? current - 1 : current;
  if (last.count < 1 || last.count > final_unit - limits.begin + 1 ||
      final_unit >= limits.end) {
    return Refuse(Refusal::kLastTooLong, text, source,
                  {absl::StrCat(last.count)});
  }
  const int64_t first_unit = final_unit - last.count + 1;
  TimeWindow window;
  window.said = true;
  if (last.unit < Unit::kDay) {
    // With the offset, so that an hour that occurs twice is told apart.
    window.first = InstantDate(units->Start(first_unit), grid.zone());
    window.last = InstantDate(units->Start(final_unit + 1) - absl::Seconds(1),
                              grid.zone());
  } else {
    const Unit name = NamePrecision(unit);
    window.first = Date{name, units->CivilStart(first_unit), {}};
    window.last = Date{name, units->CivilStart(final_unit), {}};
    if (name != last.unit) {  // the last day or month of the last unit
      const absl::CivilSecond end = units->CivilStart(final_unit + 1);
      window.last->start = name == Unit::kDay
                               ? absl::CivilSecond(absl::CivilDay(end) - 1)
                               : absl::CivilSecond(absl::CivilMonth(end) - 1);
    }
  }
  if (to_date) window.last = LastDateOver(grid, now);
  return window;
}

}  // namespace

absl::StatusOr<TimeWindow> ResolveWindow(const Range& range, const Grid& grid,
                                         const UnitBegins& begins,
                                         absl::Time now,
                                         absl::string_view text) {
  if (const auto* last = std::get_if<Range::Last>(&range.form)) {
    return ResolveLast(*last, grid, begins, now, range.source, text);
  }
  if (std::holds_alternative<Range::Offsets>(range.form)) {
    return Refuse(Refusal::kOffsetsPlace, text, range.source, {});
  }
  const auto& between = std::get<Range::Between>(range.form);
  TimeWindow window;
  window.said = true;
  if (between.first.has_value()) window.first = std::get<Date>(*between.first);
  if (between.last.has_value()) window.last = std::get<Date>(*between.last);
  if (between.one_date) window.last = window.first;
  return window;
}

std::optional<int64_t> CountIn(Unit of, int64_t count, Unit unit) {
  // Units that are whole numbers of each other.
  enum class Family : uint8_t { kClock, kDays, kMonths };
  struct Length {
    Family family;
    int64_t count;
  };
  const auto length = [](Unit u) -> Length {
    switch (u) {
      case Unit::kSecond:
        return {Family::kClock, 1};
      case Unit::kMinute:
        return {Family::kClock, 60};
      case Unit::kHour:
        return {Family::kClock, 3600};
      case Unit::kDay:
        return {Family::kDays, 1};
      case Unit::kWeek:
        return {Family::kDays, 7};
      case Unit::kMonth:
        return {Family::kMonths, 1};
      case Unit::kQuarter:
        return {Family::kMonths, 3};
      case Unit::kYear:
        break;
    }
    return {Family::kMonths, 12};
  };
  const Length from = length(unit);
  const Length to = length(of);
  if (from.family != to.family || count * from.count % to.count != 0) {
    return std::nullopt;
  }
  return count * from.count / to.count;
}

std::string FormatWindow(const TimeWindow& window) {
  if (window.first.has_value() && window.first == window.last) {
    return FormatDate(*window.first);
  }
  return absl::StrCat(window.first ? FormatDate(*window.first) : "", "..",
                      window.last ? FormatDate(*window.last) : "");
}

std::optional<Date> LastDateOver(const Grid& grid, absl::Time now) {
  const int64_t unfinished = FirstUnfinishedStep(grid, now);
  if (unfinished == grid.Limits().begin) return std::nullopt;
  if (grid.period().below_day()) {
    return InstantDate(grid.Start(unfinished) - absl::Seconds(1), grid.zone());
  }
  return Date{
      Unit::kDay,
      absl::CivilSecond(absl::CivilDay(grid.CivilStart(unfinished)) - 1),
      {}};
}

void EndToDate(const Grid& grid, absl::Time now, TimeWindow* window) {
  if (!window->first.has_value() || window->last.has_value()) return;
  const std::optional<Date> last = LastDateOver(grid, now);
  if (last.has_value() && !grid.StepsInside(window->first, last).empty()) {
    window->last = last;
  }
}

int64_t FirstUnfinishedStep(const Grid& grid, absl::Time now) {
  const StepRange limits = grid.Limits();
  if (now >= grid.Start(limits.end - 1)) return limits.end;
  if (now < grid.Start(limits.begin)) return limits.begin;
  return grid.StepAt(now);
}

}  // namespace footfall::query
