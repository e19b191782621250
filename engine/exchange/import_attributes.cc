#include "engine/exchange/import_attributes.h"

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

// What a row has in one of its columns.
std::string FieldOf(const CsvColumns::Source& source,
                    absl::Span<const absl::string_view> fields) {
  if (!source.field.has_value() || fields[*source.field].empty()) {
    return source.member;
  }
  const std::string field(fields[*source.field]);
  return source.trim ? CollapseBlanks(field) : field;
}

// The attributes of one import, each once.
class AttributeRows {
 public:
  AttributeRows(SameSample rule, SampleBatch* batch)
      : rule_(rule), batch_(batch) {}

  uint64_t equal() const { return equal_; }
  uint64_t merged() const { return merged_; }

  // INVALID_ARGUMENT where another row says otherwise, unless the rule decides.
  absl::Status Add(Attribute attribute, const std::string& place) {
    const auto [found, is_new] = told_.try_emplace(attribute, place);
    if (!is_new) {
      if (found->first.value == attribute.value) {
        ++equal_;
        return absl::OkStatus();
      }
      if (rule_ != SameSample::kFirst && rule_ != SameSample::kLast) {
        return absl::InvalidArgumentError(absl::StrCat(
            found->second, " and ", place, ": the ", attribute.name, " of ",
            QuoteField(attribute.member), " is ",
            QuoteField(found->first.value), " and ",
            QuoteField(attribute.value),
            "; nothing was imported\n  give it one, or say DUPLICATES FIRST or "
            "LAST"));
      }
      ++merged_;
      if (rule_ == SameSample::kFirst) return absl::OkStatus();
      told_.erase(found);
      told_.emplace(attribute, place);
    }
    batch_->AddAttribute(std::move(attribute));
    return absl::OkStatus();
  }

 private:
  struct Less {
    bool operator()(const Attribute& a, const Attribute& b) const {
      return CompareAttributes(a, b) < 0;
    }
  };

  const SameSample rule_;
  SampleBatch* const batch_;
  std::map<Attribute, std::string, Less> told_;  // and where
  uint64_t equal_ = 0;
  uint64_t merged_ = 0;
};

}  // namespace

absl::StatusOr<ImportReport> ImportAttributes(
    Database& database, const ImportSpec& spec, const ImportOptions& options,
    const std::vector<std::string>& files) {
  FOOTFALL_ASSIGN_OR_RETURN(const RowDates dates, RowDates::Create(spec));
  SampleBatch batch;
  AttributeRows rows(spec.same_sample, &batch);
  TableWalk walk(spec, options, {}, files, /*keeps_rejects=*/true);
  const auto take = [&](const CsvRecord& record) -> absl::Status {
    const CsvColumns& columns = walk.columns();
    Attribute attribute;
    attribute.dimension = spec.attributes_of;
    // Without a date it holds always.
    const bool has_date = std::any_of(
        columns.times.begin(), columns.times.end(),
        [&](size_t column) { return !record.fields[column].empty(); });
    if (has_date) {
      const auto date = dates.Read(columns.times, record.fields);
      if (!date.ok()) {
        return walk.Reject(record, columns.times[0], date.status().message());
      }
      attribute.from = *date;
    }
    for (const CsvColumns::Source& source : columns.members) {
      if (source.dimension != spec.attributes_of) continue;
      attribute.member = FieldOf(source, record.fields);
    }
    for (const CsvColumns::Source& source : columns.members) {
      if (source.dimension == spec.attributes_of) continue;
      attribute.name = source.dimension;
      attribute.value = FieldOf(source, record.fields);
      if (const absl::Status valid = ValidateAttribute(attribute);
          !valid.ok()) {
        return walk.Reject(record, source.field, valid.message());
      }
    }
    for (const CsvColumns::Source& source : columns.members) {
      if (source.dimension == spec.attributes_of) continue;
      attribute.name = source.dimension;
      attribute.value = FieldOf(source, record.fields);
      // An empty field gives the member no value.
      if (attribute.value.empty()) {
        ++walk.report().no_value;
        continue;
      }
      const absl::Status added = rows.Add(attribute, walk.Place(record.line));
      if (!added.ok()) {
        return Prefixed(absl::StrCat(walk.ShownPath(), ": "), added);
      }
    }
    return absl::OkStatus();
  };
  FOOTFALL_RETURN_IF_ERROR(walk.Read(take));
  FOOTFALL_RETURN_IF_ERROR(walk.Finish());
  FOOTFALL_ASSIGN_OR_RETURN(const WriteResult written,
                            database.Write(batch, WriteOptions()));
  walk.report().attributes = written.attributes;
  walk.report().equal = rows.equal();
  walk.report().merged = rows.merged();
  walk.report().commit = written.commit;
  return walk.report();
}

}  // namespace footfall::engine
