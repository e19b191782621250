// Parts of the calendar: hour(time), weekday(time), ... as keys of BY and in
// conditions.
//
// In a tree a part is a name, spelled as the language prints it:
// "weekday(time)". Its members are texts, in the order of the calendar:
//
//   hour     '00' .. '23'      month    '01' .. '12'
//   weekday  'mon' .. 'sun'    quarter  'Q1' .. 'Q4'
//   day      '01' .. '31'

#ifndef FOOTFALL_QUERY_LANG_TIME_PARTS_H_
#define FOOTFALL_QUERY_LANG_TIME_PARTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "footfall/period.h"

namespace footfall::query {

enum class TimePart : uint8_t { kHour, kWeekday, kDay, kMonth, kQuarter };
inline constexpr std::array<TimePart, 5> kTimeParts = {
    TimePart::kHour, TimePart::kWeekday, TimePart::kDay, TimePart::kMonth,
    TimePart::kQuarter};

// "weekday(time)"
absl::string_view TimePartName(TimePart part);
// Of such a name; nullopt for others.
std::optional<TimePart> FindTimePart(absl::string_view name);
// Of the word before the parenthesis, "weekday", in any case.
std::optional<TimePart> TimePartOfWord(absl::string_view word);

// How many members it has, and what they are called; `index` counts from 0.
uint32_t TimePartSize(TimePart part);
absl::string_view TimePartMember(TimePart part, uint32_t index);
// A text that sorts as the calendar has the members, of the index + 1.
absl::string_view TimePartPlace(uint32_t number);
// nullopt: it has no such member.
std::optional<uint32_t> FindTimePartMember(TimePart part,
                                           absl::string_view text);

// The member that a time lies in.
uint32_t TimePartAt(TimePart part, const absl::CivilSecond& time);
// The longest calendar unit of which each lies in one member: an hour, a day, a
// month, a quarter.
footfall::Unit UnitOfTimePart(TimePart part);
// Whether every bucket of `period` lies in one member.
bool LiesInOnePart(const Period& period, TimePart part);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_TIME_PARTS_H_
