// Dates as values of cells: one number each, in the order of their beginnings.

#ifndef FOOTFALL_QUERY_PLAN_DATE_VALUE_H_
#define FOOTFALL_QUERY_PLAN_DATE_VALUE_H_

#include <cstdint>

#include "absl/time/time.h"
#include "footfall/period.h"
#include "footfall/statement.h"

namespace footfall::query {

// A date with its precision and offset as one number, and back. Numbers of
// dates stand in the order of their first civil seconds; equal dates have equal
// numbers. Requires: the years 1 to 9999.
//
//   bits 21..   the first civil second, counted from 1970-01-01T00:00:00
//   bits 4..20  the offset from UTC in seconds + 64,801, or 0 for none
//   bits 0..3   the precision, a Unit
int64_t PackDate(const Date& date);
Date UnpackDate(int64_t number);

// The date by which an answer calls a step: Grid::Format() prints the same.
Date DateOfStep(const Grid& grid, int64_t step);

// The step that holds the beginning of a date.
int64_t StepHolding(const Grid& grid, const Date& date);

// When a date begins, one without an offset being read in the zone; where a
// clock there skips that second, when it goes on.
absl::Time BeginOf(const Date& date, const absl::TimeZone& zone);

// a cmp b, by when they begin. `=`: where one is written more exactly than the
// other (an hour, and a day), whether it begins within the other.
bool TestDates(Comparison comparison, const Date& a, const Date& b,
               const absl::TimeZone& zone);

// Its first civil second in a zone: a time with an offset is turned into the
// zone's, another is one of the zone already.
absl::CivilSecond CivilIn(const Date& date, const absl::TimeZone& zone);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_DATE_VALUE_H_
