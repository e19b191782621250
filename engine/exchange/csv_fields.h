// Fields of a CSV row as steps and values.

#ifndef FOOTFALL_ENGINE_EXCHANGE_CSV_FIELDS_H_
#define FOOTFALL_ENGINE_EXCHANGE_CSV_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "footfall/metric.h"
#include "footfall/period.h"

namespace footfall::engine {

// In quotes, cut to 64 bytes, with what cannot be printed escaped.
std::string QuoteField(absl::string_view field);

// A date as it is written in files: as in the language, or with a space where
// that has its T. Errors as ParseDate().
absl::StatusOr<Date> ParseFileDate(absl::string_view text);

// Where a date lies: in a step, and how far into it. Two dates of one step are
// the same date if they lie equally far in.
struct StepPlace {
  int64_t step = 0;
  int64_t seconds_in = 0;
};

// Reads times for one grid. Files repeat their dates, so what was read is
// remembered.
class TimeFields {
 public:
  // `zone`, if there is one, reads times without an offset for periods below a
  // day.
  TimeFields(const Grid& grid, const std::optional<absl::TimeZone>& zone);

  // INVALID_ARGUMENT says what is wrong, the field included.
  absl::Status Parse(absl::string_view field, StepPlace* place);

 private:
  static constexpr size_t kMaxRemembered = 39;
  struct Remembered {
    StepPlace place;
    uint8_t size = 0;  // 0: nothing
    char text[kMaxRemembered];
  };

  absl::Status ParseAnew(absl::string_view field, StepPlace* place) const;

  const Grid grid_;
  const std::optional<absl::TimeZone> zone_;
  const StepRange limits_;
  const bool plain_days_;  // the grid is of single days
  std::vector<Remembered> remembered_;
};

// The bits of a value of the metric's type, checked. False where the field is
// no such value; *reason then says why, the field included.
bool ParseValueField(const Metric& metric, absl::string_view field,
                     int64_t* bits, std::string* reason);

// Whether a field is a number, and whether a whole one that fits 64 bits.
enum class NumberKind : uint8_t { kNone, kWhole, kDecimal };
NumberKind KindOfNumber(absl::string_view field);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_CSV_FIELDS_H_
