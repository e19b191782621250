// The dates of rows that are no samples: as they are written, not as steps.

#ifndef FOOTFALL_ENGINE_EXCHANGE_ROW_DATES_H_
#define FOOTFALL_ENGINE_EXCHANGE_ROW_DATES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "engine/exchange/file_dates.h"
#include "footfall/csv_import.h"
#include "footfall/period.h"

namespace footfall::engine {

class RowDates {
 public:
  // INVALID_ARGUMENT: FORMAT or IN ZONE of the spec say nothing.
  static absl::StatusOr<RowDates> Create(const ImportSpec& spec);

  // That of a row, out of its fields `times`, joined by a blank.
  // INVALID_ARGUMENT where it is none, or names no instant in the zone.
  absl::StatusOr<Date> Read(const std::vector<size_t>& times,
                            absl::Span<const absl::string_view> fields) const;

 private:
  std::optional<DateFormat> format_;
  std::optional<absl::TimeZone> zone_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_ROW_DATES_H_
