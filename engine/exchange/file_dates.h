// Dates as files write them: every ISO 8601 form and its near relatives, or by
// a declared format.

#ifndef FOOTFALL_ENGINE_EXCHANGE_FILE_DATES_H_
#define FOOTFALL_ENGINE_EXCHANGE_FILE_DATES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/period.h"

namespace footfall::engine {

// A date that can mean one thing only:
//
//   2025  2025-Q1  2025-01  2025-W06  2025-W06-1  2025W06  2025-039
//   2025-01-02  2025-1-2  2025/1/2  2025.01.02  20250102
//   each of the last row, then T or a blank, then 13, 13:05, 13:05:30, 130530,
//   13:05:30.123, then nothing, Z, UTC, GMT, +08,
//   +0800 or +08:00, with or without a blank before it
//
// Blanks around it are passed over. Day before month, or month before day, is
// never guessed: that takes a DateFormat. INVALID_ARGUMENT as ParseDate(), with
// the field, and the format to declare where the text looks like one.
//
// A date has no parts of a second. *nanoseconds, where it is given, gets what
// the text has of them, to nine digits.
absl::StatusOr<Date> ParseFileDate(absl::string_view text,
                                   int32_t* nanoseconds = nullptr);

// Takes nothing, or an offset from UTC as above, from the front of *rest; false
// where something else stands there.
bool TakeUtcOffset(absl::string_view* rest, std::optional<int32_t>* offset);

// The first nine digits of a fraction, in parts of 10^9. Requires: digits.
int32_t NanosOf(absl::string_view digits);

// A format with the words of strptime: %Y %y %m %d %e %j %b %B %h %a %A %H %k
// %I %l %M %S %f %p %z %Z %s %q %G %V %u %F %T %R %% %n %t; names in English,
// in any case. Or `epoch`, `epoch_ms`, `epoch_us`: seconds and parts of them
// since 1970. The date is as precise as the finest word.
class DateFormat {
 public:
  // INVALID_ARGUMENT: an unknown word, or one that does not give a year.
  static absl::StatusOr<DateFormat> Create(absl::string_view format);

  const std::string& text() const { return text_; }

  // INVALID_ARGUMENT names the field, what was found and what is wanted.
  // *nanoseconds as ParseFileDate().
  absl::StatusOr<Date> Parse(absl::string_view field,
                             int32_t* nanoseconds = nullptr) const;

 private:
  std::string text_;
  int64_t epoch_parts_ = 0;  // of a second; 0: not an epoch
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_FILE_DATES_H_
