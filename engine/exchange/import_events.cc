#include "engine/exchange/import_events.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/exchange/csv_fields.h"
#include "engine/exchange/row_dates.h"
#include "engine/exchange/table_walk.h"
#include "footfall/event.h"
#include "footfall/guard.h"
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

// What a row said of an event: the next row that names it must say the same.
struct Told {
  std::string place;
  std::string note;
  std::string source;
};

// The events of one import, each once.
class EventRows {
 public:
  EventRows(SameSample rule, SampleBatch* batch) : rule_(rule), batch_(batch) {}

  uint64_t equal() const { return equal_; }
  uint64_t merged() const { return merged_; }

  // INVALID_ARGUMENT where another row says otherwise, unless the rule decides.
  absl::Status Add(Event event, const std::string& place) {
    Event key = event;
    key.note.clear();
    key.source.clear();
    const auto [found, is_new] = told_.try_emplace(
        std::move(key), Told{place, event.note, event.source});
    Told& told = found->second;
    if (!is_new) {
      const bool same = told.note == event.note && told.source == event.source;
      if (same) {
        ++equal_;
        return absl::OkStatus();
      }
      if (rule_ == SameSample::kFirst) {
        ++merged_;
        return absl::OkStatus();
      }
      if (rule_ != SameSample::kLast) return Clash(event, told, place);
      ++merged_;
    }
    batch_->AddEvent(std::move(event));
    return absl::OkStatus();
  }

 private:
  struct Less {
    bool operator()(const Event& a, const Event& b) const {
      return CompareEvents(a, b) < 0;
    }
  };

  static absl::Status Clash(const Event& event, const Told& told,
                            absl::string_view place) {
    const bool by_note = told.note != event.note;
    return absl::InvalidArgumentError(absl::StrCat(
        told.place, " and ", place, ": event ", QuoteField(event.name), " of ",
        FormatDate(event.date), " has two ", by_note ? "notes, " : "sources, ",
        QuoteField(by_note ? told.note : told.source), " and ",
        QuoteField(by_note ? event.note : event.source),
        "; nothing was imported\n  give it one, or say DUPLICATES FIRST or "
        "LAST"));
  }

  const SameSample rule_;
  SampleBatch* const batch_;
  std::map<Event, Told, Less> told_;
  uint64_t equal_ = 0;
  uint64_t merged_ = 0;
};

}  // namespace

absl::StatusOr<ImportReport> ImportEvents(
    Database& database, const ImportSpec& spec, const ImportOptions& options,
    const std::vector<std::string>& files) {
  FOOTFALL_ASSIGN_OR_RETURN(const RowDates dates, RowDates::Create(spec));
  SampleBatch batch;
  EventRows rows(spec.same_sample, &batch);
  TableWalk walk(spec, options, {}, files, /*keeps_rejects=*/true);
  const auto take = [&](const CsvRecord& record) -> absl::Status {
    const CsvColumns& columns = walk.columns();
    const auto date = dates.Read(columns.times, record.fields);
    if (!date.ok()) {
      return walk.Reject(record, columns.times[0], date.status().message());
    }
    Event event = EventOf(columns, record.fields);
    event.date = *date;
    if (const absl::Status valid = ValidateEvent(event); !valid.ok()) {
      return walk.Reject(record, std::nullopt, valid.message());
    }
    const absl::Status added =
        rows.Add(std::move(event), walk.Place(record.line));
    return added.ok() ? added
                      : Prefixed(absl::StrCat(walk.ShownPath(), ": "), added);
  };
  FOOTFALL_RETURN_IF_ERROR(walk.Read(take));
  FOOTFALL_RETURN_IF_ERROR(walk.Finish());
  FOOTFALL_ASSIGN_OR_RETURN(const WriteResult written,
                            database.Write(batch, WriteOptions()));
  walk.report().events = written.events;
  walk.report().equal = rows.equal();
  walk.report().merged = rows.merged();
  walk.report().commit = written.commit;
  return walk.report();
}

}  // namespace footfall::engine
