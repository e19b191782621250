#include "engine/exchange/import_events.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/csv_fields.h"
#include "engine/exchange/file_dates.h"
#include "engine/exchange/table_walk.h"
#include "footfall/event.h"
#include "footfall/member_names.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

std::string PartOf(const CsvColumns::Part& part,
                   absl::Span<const absl::string_view> fields) {
  return part.field.has_value() ? std::string(fields[*part.field]) : part.text;
}

// The event of a row; its date is given.
Event EventOf(const CsvColumns& columns,
              absl::Span<const absl::string_view> fields) {
  Event event;
  event.kind = PartOf(columns.kind, fields);
  event.name = PartOf(columns.name, fields);
  event.note = PartOf(columns.note, fields);
  event.source = PartOf(columns.source, fields);
  for (const CsvColumns::Source& source : columns.members) {
    std::string member = source.member;
    if (source.field.has_value() && !fields[*source.field].empty()) {
      member = std::string(fields[*source.field]);
      if (source.trim) member = CollapseBlanks(member);
    }
    if (!member.empty()) event.members.push_back({source.dimension, member});
  }
  std::sort(event.members.begin(), event.members.end(),
            [](const DimensionMember& a, const DimensionMember& b) {
              return a.dimension < b.dimension;
            });
  return event;
}

}  // namespace

absl::StatusOr<ImportReport> ImportEvents(
    Database& database, const ImportSpec& spec, const ImportOptions& options,
    const std::vector<std::string>& files) {
  std::optional<DateFormat> format;
  if (spec.time_format.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(format, DateFormat::Create(*spec.time_format));
  }
  std::optional<absl::TimeZone> zone;
  if (spec.zone.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(zone, LoadZone(*spec.zone));
  }
  SampleBatch batch;
  TableWalk walk(spec, options, {}, files, /*keeps_rejects=*/true);
  const auto take = [&](const CsvRecord& record) -> absl::Status {
    const CsvColumns& columns = walk.columns();
    std::string field;
    for (const size_t column : columns.times) {
      absl::StrAppend(&field, field.empty() ? "" : " ",
                      absl::StripAsciiWhitespace(record.fields[column]));
    }
    absl::StatusOr<Date> date =
        format.has_value() ? format->Parse(field) : ParseFileDate(field);
    if (date.ok() && zone.has_value()) {
      const absl::Status local = CheckLocalTime(*date, *zone, zone->name());
      if (!local.ok()) {
        date = local;
      } else if (!date->utc_offset_s.has_value() &&
                 date->precision < Unit::kDay) {
        date->utc_offset_s = static_cast<int32_t>(
            zone->At(absl::FromCivil(date->start, *zone)).offset);
      }
    }
    if (!date.ok()) {
      return walk.Reject(record, columns.times[0], date.status().message());
    }
    Event event = EventOf(columns, record.fields);
    event.date = *date;
    if (const absl::Status valid = ValidateEvent(event); !valid.ok()) {
      return walk.Reject(record, std::nullopt, valid.message());
    }
    batch.AddEvent(std::move(event));
    return absl::OkStatus();
  };
  FOOTFALL_RETURN_IF_ERROR(walk.Read(take));
  FOOTFALL_RETURN_IF_ERROR(walk.Finish());
  FOOTFALL_ASSIGN_OR_RETURN(const WriteResult written,
                            database.Write(batch, WriteOptions()));
  walk.report().events = written.events;
  walk.report().commit = written.commit;
  return walk.report();
}

}  // namespace footfall::engine
