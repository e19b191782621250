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
#include "engine/exchange/file_dates.h"
#include "engine/exchange/numbers.h"
#include "footfall/metric.h"
#include "footfall/period.h"

namespace footfall::engine {

// In quotes, cut to 64 bytes, with what cannot be printed escaped.
std::string QuoteField(absl::string_view field);

// Where a date lies: in a step, and how far into it. Two dates of one step are
// the same date if they lie equally far in.
struct StepPlace {
  struct Offset {
    int64_t seconds = 0;
    int32_t nanoseconds = 0;

    friend bool operator==(const Offset&, const Offset&) = default;
  };
  int64_t step = 0;
  Offset offset;
};

// Reads times for one grid. Files repeat their dates, so what was read is
// remembered.
class TimeFields {
 public:
  // `zone`, if there is one, reads times of a day that carry no offset; else
  // the grid's own does. `format`, if there is one, is the only form taken.
  TimeFields(const Grid& grid, const std::optional<absl::TimeZone>& zone,
             const std::optional<DateFormat>& format);

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
  const std::optional<DateFormat> format_;
  const StepRange limits_;
  const bool plain_days_;  // the grid is of single days, in no special format
  std::vector<Remembered> remembered_;
};

// Reads values of one metric.
class ValueFields {
 public:
  // `takes_not_finite`: nan, inf and -inf are decimals.
  ValueFields(const Metric& metric, const NumberFormat& format,
              bool takes_not_finite = false)
      : metric_(metric), format_(format), takes_not_finite_(takes_not_finite) {}

  // The bits of a value of the metric's type, checked. False where the field is
  // no such value; *reason then says why, the field included.
  bool Parse(absl::string_view field, int64_t* bits, std::string* reason);

  // Whether every value that was read as a decimal may as well be a whole
  // number with marks between thousands, and one of them; "": no.
  absl::string_view doubtful() const { return doubtful_; }

 private:
  bool Fail(absl::string_view field, absl::string_view what,
            std::string* reason) const;
  bool Refuse(absl::string_view field, const NumberRead& read,
              std::string* reason) const;

  const Metric& metric_;
  const NumberFormat format_;
  const bool takes_not_finite_;
  bool is_sure_ = false;  // a decimal with other than three digits was read
  std::string doubtful_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_CSV_FIELDS_H_
