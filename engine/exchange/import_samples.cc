#include "engine/exchange/import_samples.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "footfall/member_names.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr size_t kRowsPerFlush = 1024;
constexpr uint64_t kStopsPerProgress = 8;
// Of what a map from cells to dates takes, at its fullest.
constexpr uint64_t kBytesPerDate = 96;
// Of memory_bytes, where the database's budget says it.
constexpr uint64_t kMinBytes = uint64_t{4} << 20;
constexpr uint64_t kMaxBytes = uint64_t{256} << 20;

// `share` is what the database's budget allows.
uint64_t MemoryBytes(const ImportOptions& options, uint64_t share) {
  return options.memory_bytes != 0 ? options.memory_bytes
                                   : std::clamp(share, kMinBytes, kMaxBytes);
}

}  // namespace

absl::Status ImportSamples::Start() {
  std::optional<absl::TimeZone> zone;
  if (spec_.zone.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(zone, LoadZone(*spec_.zone));
  }
  std::optional<DateFormat> format;
  if (spec_.time_format.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(format, DateFormat::Create(*spec_.time_format));
  }
  const NumberFormat numbers = {.decimal = spec_.decimal,
                                .thousands = spec_.thousands};
  for (size_t m = 0; m < metrics_.size(); ++m) {
    const Metric& metric = *metrics_[m];
    value_fields_.emplace_back(metric, numbers, spec_.takes_not_finite);
    size_t same = 0;
    while (same < m && !(metrics_[same]->grid == metric.grid)) ++same;
    if (same == m) times_.emplace_back(metric.grid, zone, format);
    time_of_.push_back(same == m ? times_.size() - 1 : time_of_[same]);
    FOOTFALL_ASSIGN_OR_RETURN(
        auto loader,
        database_.NewBulkLoader(
            metrics_[m],
            MemoryBytes(options_, database_.memory_budget_bytes() / 2) /
                metrics_.size()));
    loader->JoinRows(spec_.same_sample);
    loaders_.push_back(std::move(loader));
  }
  places_.resize(times_.size());
  rows_.resize(metrics_.size());
  used_.resize(metrics_.size());
  const size_t dimensions = metrics_[0]->spec.dimensions.size();
  last_fields_.resize(dimensions);
  written_.resize(dimensions);
  members_.resize(dimensions);
  spellings_.resize(dimensions);
  empty_.resize(dimensions);
  for (std::vector<BulkLoader::Row>& rows : rows_) rows.reserve(kRowsPerFlush);
  return absl::OkStatus();
}

absl::StatusOr<ImportReport> ImportSamples::Run() {
  FOOTFALL_RETURN_IF_ERROR(Start());
  FOOTFALL_RETURN_IF_ERROR(
      walk_.Read([this](const CsvRecord& record) { return TakeRow(record); }));
  if (must_compare_dates_) return walk_.report();
  for (size_t m = 0; m < metrics_.size(); ++m) {
    FOOTFALL_RETURN_IF_ERROR(Flush(m));
  }
  FOOTFALL_RETURN_IF_ERROR(walk_.Finish());
  FOOTFALL_RETURN_IF_ERROR(walk_.ReportProgress(/*storing=*/true));
  dates_ = {};
  FOOTFALL_RETURN_IF_ERROR(Store());
  FOOTFALL_RETURN_IF_ERROR(AddNotes());
  ImportReport& report = walk_.report();
  if (options_.compact && report.samples > 0) {
    for (const std::shared_ptr<const Metric>& metric : metrics_) {
      const absl::Status folded =
          database_.RunUpkeep(metric->spec.name, options_.stop);
      if (!folded.ok()) {
        return Prefixed(
            "the rows are imported, but what they touched could not be folded "
            "after it: ",
            folded);
      }
    }
  }
  return report;
}

absl::Status ImportSamples::Store() {
  std::vector<BulkLoader*> others;
  for (size_t m = 1; m < loaders_.size(); ++m) {
    others.push_back(loaders_[m].get());
  }
  uint64_t asked = 0;
  const StopCheck stop = [&]() -> absl::Status {
    if (++asked % kStopsPerProgress == 0) {
      uint64_t rows = 0;
      for (const auto& loader : loaders_) rows += loader->rows_coded();
      FOOTFALL_RETURN_IF_ERROR(
          walk_.ReportProgress(/*storing=*/true, rows / loaders_.size()));
    }
    return AskStop(options_.stop);
  };
  const absl::StatusOr<std::vector<WriteResult>> results =
      loaders_[0]->FinishWith(others, stop);
  if (!results.ok()) {
    for (size_t m = 0; m < loaders_.size(); ++m) {
      for (const BulkLoader::Clash& clash : loaders_[m]->clashes()) {
        clashes_.push_back({m, clash});
      }
      clash_count_ += loaders_[m]->clash_count();
    }
    return results.status();
  }
  loaders_.clear();
  ImportReport& report = walk_.report();
  for (size_t m = 0; m < metrics_.size(); ++m) {
    const WriteResult& result = (*results)[m];
    for (const bool used : used_[m]) report.series += used ? 1 : 0;
    report.new_series += result.new_series;
    report.samples += result.samples;
    report.equal +=
        spec_.same_sample == SameSample::kSum ? 0 : result.equal_in_batch;
    report.merged += result.replaced_in_batch;
    report.commit = result.commit;
    if (result.expired > 0) {
      report.notes.push_back(
          absl::StrCat(result.expired, result.expired == 1 ? " row" : " rows",
                       " left out: older than what ", metrics_[m]->spec.name,
                       " keeps (KEEP)"));
    }
  }
  report.merged -= report.equal;
  return absl::OkStatus();
}

absl::Status ImportSamples::TakeRow(const CsvRecord& record) {
  FOOTFALL_ASSIGN_OR_RETURN(const bool fits, ReadTimes(record));
  if (!fits) return absl::OkStatus();
  const absl::Span<const absl::string_view> fields = record.fields;
  const std::vector<CsvColumns::Value>& values = walk_.columns().values;
  ReadMembers(fields);
  for (const size_t field : walk_.columns().unnamed) {
    if (!IsNull(fields[field])) ++unnamed_[field];
  }
  // All values of a row are taken, or none.
  taken_.clear();
  for (size_t v = 0; v < values.size(); ++v) {
    const CsvColumns::Value& value = values[v];
    const absl::string_view field = fields[value.field];
    if (IsNull(field)) {
      ++walk_.report().no_value;
      continue;
    }
    const size_t m = value.metric;
    BulkLoader::Row row = {
        .step = places_[time_of_[m]].step, .value = 0, .series = 0};
    if (!value_fields_[m].Parse(field, &row.value, &reason_)) {
      return walk_.Reject(record, value.field, reason_);
    }
    if (!series_[v].has_value()) {
      FOOTFALL_ASSIGN_OR_RETURN(const bool has_series, FindSeries(record, v));
      if (!has_series) return absl::OkStatus();
    }
    row.series = *series_[v];
    taken_.push_back({v, row});
  }
  for (const auto& [v, row] : taken_) {
    const size_t m = values[v].metric;
    if (!mentions_.empty()) {
      Compare(record, v, row.series, row.step);
      continue;
    }
    const StepPlace& place = places_[time_of_[m]];
    if (spec_.same_sample == SameSample::kRefuse &&
        (place.offset != offset_ || compares_dates_)) {
      FOOTFALL_ASSIGN_OR_RETURN(const bool agrees,
                                DateAgrees(m, row.series, place, record.line));
      if (must_compare_dates_) return absl::OkStatus();
      if (!agrees) {
        return walk_.Reject(record, walk_.columns().times[0], reason_);
      }
    }
  }
  if (!mentions_.empty()) return absl::OkStatus();
  for (const auto& [v, row] : taken_) {
    const size_t m = values[v].metric;
    std::vector<bool>& used = used_[m];
    if (used.size() <= row.series) used.resize(size_t{row.series} + 1);
    used[row.series] = true;
    rows_[m].push_back(row);
    if (rows_[m].size() == kRowsPerFlush) FOOTFALL_RETURN_IF_ERROR(Flush(m));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ImportSamples::ReadTimes(const CsvRecord& record) {
  const std::vector<size_t>& columns = walk_.columns().times;
  absl::string_view field = record.fields[columns[0]];
  if (columns.size() > 1) {
    joined_time_.clear();
    for (const size_t column : columns) {
      absl::StrAppend(&joined_time_, joined_time_.empty() ? "" : " ",
                      absl::StripAsciiWhitespace(record.fields[column]));
    }
    field = joined_time_;
  }
  for (size_t t = 0; t < times_.size(); ++t) {
    const absl::Status parsed = times_[t].Parse(field, &places_[t]);
    if (parsed.ok()) continue;
    FOOTFALL_RETURN_IF_ERROR(
        walk_.Reject(record, columns[0], parsed.message()));
    return false;
  }
  return true;
}

void ImportSamples::ReadMembers(absl::Span<const absl::string_view> fields) {
  const std::vector<CsvColumns::Source>& sources = walk_.columns().members;
  // Columns of another file may mean other members.
  bool same = members_of_ == walk_.file();
  for (size_t d = 0; d < sources.size(); ++d) {
    if (!sources[d].field.has_value()) continue;
    const absl::string_view field = fields[*sources[d].field];
    if (field.empty() && !sources[d].has_empty) ++empty_[d];
    same = same && field == last_fields_[d];
  }
  if (same) return;
  series_.assign(walk_.columns().values.size(), std::nullopt);
  members_of_ = walk_.file();
  for (size_t d = 0; d < sources.size(); ++d) {
    if (!sources[d].field.has_value()) continue;
    const absl::string_view field = fields[*sources[d].field];
    last_fields_[d].assign(field.data(), field.size());
  }
}

// The field of a dimension as the member that it means.
absl::string_view ImportSamples::MemberOf(size_t dimension) {
  const CsvColumns::Source& source = walk_.columns().members[dimension];
  if (!source.field.has_value()) return source.member;
  const std::string& field = last_fields_[dimension];
  if (!source.trim && !source.fold_case) {
    return field.empty() ? absl::string_view(source.member) : field;
  }
  std::string& written = written_[dimension];
  written = source.trim ? CollapseBlanks(field) : field;
  if (written.empty()) return source.member;
  if (!source.fold_case) return written;
  FlatHashMap<std::string, std::string>& known = spellings_[dimension];
  if (known.empty()) {
    // What is there already keeps its spelling.
    const auto snapshot = database_.TakeSnapshot();
    const std::string& name = source.dimension;
    const MemberId count = snapshot->MemberCount(name);
    for (MemberId id = 1; id < count; ++id) {
      const absl::string_view spelling = snapshot->MemberName(name, id);
      known.try_emplace(FoldCase(spelling), std::string(spelling));
    }
  }
  return known.try_emplace(FoldCase(written), written).first->second;
}

void ImportSamples::ReadMemberNames(const CsvColumns::Value& value) {
  for (size_t d = 0; d < members_.size(); ++d) members_[d] = MemberOf(d);
  if (value.dimension.has_value()) members_[*value.dimension] = value.member;
}

absl::StatusOr<bool> ImportSamples::FindSeries(const CsvRecord& record,
                                               size_t v) {
  const CsvColumns::Value& value = walk_.columns().values[v];
  ReadMemberNames(value);
  const absl::StatusOr<uint32_t> series =
      loaders_[value.metric]->SeriesOf(members_);
  if (series.ok()) {
    series_[v] = *series;
    return true;
  }
  if (!absl::IsInvalidArgument(series.status())) return series.status();
  for (const CsvColumns::Source& source : walk_.columns().members) {
    if (!source.field.has_value()) continue;
    const absl::string_view field = record.fields[*source.field];
    const absl::Status valid = ValidateText(field, kMaxMemberBytes);
    if (valid.ok()) continue;
    const bool is_utf8 =
        valid.message().find("UTF-8") == absl::string_view::npos;
    FOOTFALL_RETURN_IF_ERROR(walk_.Reject(
        record, *source.field,
        absl::StrCat(QuoteField(field), " is no member: ", valid.message(),
                     is_utf8 ? "" : "; if it is so, say ENCODING 'latin1'")));
    return false;
  }
  return absl::InternalError("a member was refused, and then taken");
}

bool ImportSamples::IsNull(absl::string_view field) const {
  if (field.empty()) return true;
  if (field.front() == ' ' || field.back() == ' ') {
    field = absl::StripAsciiWhitespace(field);
    if (field.empty()) return true;
  }
  return !spec_.null_words.empty() &&
         std::find(spec_.null_words.begin(), spec_.null_words.end(), field) !=
             spec_.null_words.end();
}

absl::StatusOr<bool> ImportSamples::DateAgrees(size_t metric, uint32_t series,
                                               const StepPlace& place,
                                               uint64_t line) {
  if (!compares_dates_) {
    // As long as all dates lie alike in their steps, no two of one step differ.
    if (offset_.has_value()) {
      must_compare_dates_ = true;
      walk_.stop();
    }
    offset_ = place.offset;
    return true;
  }
  const uint64_t bytes = MemoryBytes(options_, database_.memory_budget_bytes());
  if (dates_.size() >= bytes / kBytesPerDate) {
    return absl::ResourceExhaustedError(absl::StrCat(
        walk_.ShownPath(), ": dates lie differently within their steps, and ",
        bytes, " bytes (memory_bytes) do not hold those of ", dates_.size() + 1,
        " samples to compare them"));
  }
  const auto [found, is_new] =
      dates_.try_emplace({uint64_t{metric} << 32 | series, place.step},
                         GivenDate{place.offset, line});
  if (is_new || found->second.offset == place.offset) return true;
  reason_ = absl::StrCat(
      "its step, ", metrics_[metric]->grid.Format(place.step),
      ", has another date of the same series on line ", found->second.line,
      "; one date a step, or a metric EVERY finer period");
  return false;
}

absl::Status ImportSamples::Flush(size_t metric) {
  std::vector<BulkLoader::Row>& rows = rows_[metric];
  // After a row that does not fit nothing is going to be stored.
  if (walk_.takes_rejects() || walk_.report().rejected == 0) {
    FOOTFALL_RETURN_IF_ERROR(loaders_[metric]->AddRows(rows));
  }
  rows.clear();
  return absl::OkStatus();
}

}  // namespace footfall::engine
