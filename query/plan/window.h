// What DURING says, as dates and as steps.

#ifndef FOOTFALL_QUERY_PLAN_WINDOW_H_
#define FOOTFALL_QUERY_PLAN_WINDOW_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "footfall/period.h"
#include "footfall/statement.h"
#include "query/plan/plan.h"

namespace footfall::query {

// The dates of `range` for metrics on `grid`, whose zone says which day *now*
// is in. `text` is what the sources point into.
absl::StatusOr<TimeWindow> ResolveWindow(const Range& range, const Grid& grid,
                                         const UnitBegins& begins,
                                         absl::Time now,
                                         absl::string_view text);

// `window` that much earlier by the calendar: of whole months, for a shift by
// months or more, whole months; else each end is moved. nullopt where an end is
// then a date that does not exist; `missing` is that date.
//
// Requires: both ends are said; units below a day for grids below a day alone.
std::optional<TimeWindow> ShiftWindow(const TimeWindow& window,
                                      const Grid& grid, int64_t count,
                                      Unit unit, std::string* missing);

// That there is none, for want of the date `missing`.
std::string NoEarlierRange(const TimeWindow& window, const Duration& back,
                           absl::string_view missing);

// As DURING would say it: "2025-01-10..2025-02-08".
std::string FormatWindow(const TimeWindow& window);

// How many seconds a unit below a day has.
int64_t SecondsIn(Unit unit);

// `count` units as a whole number of `of`; nullopt where they are none, or the
// calendar says differently each time (days of months).
std::optional<int64_t> CountIn(Unit of, int64_t count, Unit unit);

// The last day, or second, of the last step that is over; nullopt: none is.
std::optional<Date> LastDateOver(const Grid& grid, absl::Time now);

// Ends a window that has a begin and no end with that, where it comes so far.
void EndToDate(const Grid& grid, absl::Time now, TimeWindow* window);

// The first step that is not over at `now`.
int64_t FirstUnfinishedStep(const Grid& grid, absl::Time now);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_WINDOW_H_
