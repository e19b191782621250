#include "engine/exchange/row_dates.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

absl::StatusOr<RowDates> RowDates::Create(const ImportSpec& spec) {
  RowDates dates;
  if (spec.time_format.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(dates.format_,
                              DateFormat::Create(*spec.time_format));
  }
  if (spec.zone.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(dates.zone_, LoadZone(*spec.zone));
  }
  return dates;
}

absl::StatusOr<Date> RowDates::Read(
    const std::vector<size_t>& times,
    absl::Span<const absl::string_view> fields) const {
  std::string field;
  for (const size_t column : times) {
    absl::StrAppend(&field, field.empty() ? "" : " ",
                    absl::StripAsciiWhitespace(fields[column]));
  }
  absl::StatusOr<Date> date =
      format_.has_value() ? format_->Parse(field) : ParseFileDate(field);
  if (!date.ok() || !zone_.has_value()) return date;
  FOOTFALL_RETURN_IF_ERROR(CheckLocalTime(*date, *zone_, zone_->name()));
  if (!date->utc_offset_s.has_value() && date->precision < Unit::kDay) {
    date->utc_offset_s = static_cast<int32_t>(
        zone_->At(absl::FromCivil(date->start, *zone_)).offset);
  }
  return date;
}

}  // namespace footfall::engine
