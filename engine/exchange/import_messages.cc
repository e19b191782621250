// What an import of samples says beside its counts: the lines of rows that name
// the same sample, and notes.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/exchange/import_samples.h"
#include "footfall/member_names.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

// Columns that are named as those in which two rows differ.
constexpr size_t kShownColumns = 5;

}  // namespace

// Whether a row names a sample that clashes, and if so where.
void ImportSamples::Compare(const CsvRecord& record, size_t v, uint32_t series,
                            int64_t step) {
  const CsvColumns::Value& value = walk_.columns().values[v];
  for (Mention& mention : mentions_) {
    if (mention.clash.metric != value.metric ||
        mention.clash.sample.series != series ||
        mention.clash.sample.step != step || !mention.sentence.empty()) {
      continue;
    }
    const absl::string_view field = record.fields[value.field];
    if (mention.place.empty()) {
      mention.place = walk_.Place(record.line);
      mention.value = std::string(field);
      const std::vector<std::string>& header = walk_.columns().header;
      for (size_t i = 0; i < record.fields.size(); ++i) {
        mention.fields.emplace(header[i], record.fields[i]);
      }
      continue;
    }
    if (mention.value == field) continue;
    std::vector<std::string> differ;
    for (size_t i = 0; i < record.fields.size(); ++i) {
      const std::string& name = walk_.columns().header[i];
      const auto found = mention.fields.find(name);
      if (i == value.field || found == mention.fields.end() ||
          found->second == record.fields[i]) {
        continue;
      }
      differ.push_back(QuoteField(name));
    }
    if (differ.size() > kShownColumns) differ.resize(kShownColumns);
    ReadMemberNames(value);
    const std::string members = absl::StrJoin(members_, "/");
    mention.sentence = absl::StrCat(
        mention.place, " and ", walk_.Place(record.line), ", column ",
        QuoteField(walk_.columns().header[value.field]), ": ",
        QuoteField(mention.value), " and ", QuoteField(field), " for ",
        metrics_[value.metric]->grid.Format(step),
        members.empty() ? "" : absl::StrCat(" of ", QuoteField(members)),
        differ.empty() ? ""
                       : absl::StrCat("; the rows differ in ",
                                      absl::StrJoin(differ, ", ")));
  }
}

absl::StatusOr<std::vector<std::string>> ImportSamples::FindLines(
    const std::vector<Clash>& clashes) {
  FOOTFALL_RETURN_IF_ERROR(Start());
  for (const Clash& clash : clashes) mentions_.emplace_back().clash = clash;
  const auto take = [this](const CsvRecord& record) -> absl::Status {
    FOOTFALL_RETURN_IF_ERROR(TakeRow(record));
    if (std::all_of(
            mentions_.begin(), mentions_.end(),
            [](const Mention& mention) { return !mention.sentence.empty(); })) {
      walk_.stop();
    }
    return absl::OkStatus();
  };
  FOOTFALL_RETURN_IF_ERROR(walk_.Read(take));
  std::vector<std::string> sentences;
  for (Mention& mention : mentions_) {
    if (!mention.sentence.empty()) {
      sentences.push_back(std::move(mention.sentence));
    }
  }
  return sentences;
}

absl::Status ImportSamples::AddNotes() {
  ImportReport& report = walk_.report();
  const std::vector<CsvColumns::Source>& sources = walk_.columns().members;
  for (size_t d = 0; d < sources.size(); ++d) {
    if (empty_[d] == 0) continue;
    report.notes.push_back(absl::StrCat(
        empty_[d], empty_[d] == 1 ? " row" : " rows", " with an empty ",
        sources[d].dimension, empty_[d] == 1 ? " was" : " were",
        " read as the whole; if it means unknown, say ", sources[d].dimension,
        " EMPTY 'unknown'"));
  }
  for (const auto& [field, count] : unnamed_) {
    report.notes.push_back(absl::StrCat(
        count, count == 1 ? " value" : " values", " of column ", field + 1,
        count == 1 ? " was" : " were",
        " left out: it has no name in the header that could be a member"));
  }
  for (size_t m = 0; m < metrics_.size(); ++m) {
    const absl::string_view doubtful = value_fields_[m].doubtful();
    if (doubtful.empty()) continue;
    report.notes.push_back(absl::StrCat(
        "every decimal of ", metrics_[m]->spec.name,
        " has three digits after the mark, such as ", QuoteField(doubtful),
        ": if they are marks between thousands, import it again with "
        "THOUSANDS '",
        absl::string_view(&spec_.decimal, 1), "'"));
  }
  if (report.new_series == 0) return absl::OkStatus();
  const auto snapshot = database_.TakeSnapshot();
  for (const CsvColumns::Source& source : sources) {
    std::string note = NearEqualNote(*snapshot, source.dimension);
    if (!note.empty()) report.notes.push_back(std::move(note));
  }
  return absl::OkStatus();
}

}  // namespace footfall::engine
