// Conditions on parts of the calendar: which steps they leave.

#ifndef FOOTFALL_QUERY_PLAN_TIME_PICKS_H_
#define FOOTFALL_QUERY_PLAN_TIME_PICKS_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "footfall/statement.h"
#include "query/lang/time_parts.h"

namespace footfall::query {

// All conditions hold together; without one every time is picked.
class TimePicks {
 public:
  // Whether there is a condition on some part, on that one.
  bool any() const { return conditions_ != 0; }
  bool has(TimePart part) const {
    return (conditions_ >> static_cast<unsigned>(part) & 1) != 0;
  }
  // Whether a time lies in members that are left.
  bool Hold(const absl::CivilSecond& time) const;
  // Leaves those members of a part whose bit is set.
  void Keep(TimePart part, uint32_t members);
  // "weekday(time) 'sat', 'sun'" of each part with a condition.
  std::string Describe() const;

  friend bool operator==(const TimePicks&, const TimePicks&) = default;

 private:
  uint8_t conditions_ = 0;                // a bit for each part
  std::array<uint32_t, 5> members_ = {};  // [parts] where it has a condition
};

// Requires: the condition is on a part, and its texts have values. `text` is
// what its sources point into.
//   INVALID_ARGUMENT, NOT_FOUND  by the table of refusals
absl::Status ApplyTimeCondition(const Condition& condition,
                                absl::string_view text, TimePicks* picks);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_TIME_PICKS_H_
