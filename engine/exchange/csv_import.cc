// From rows of a CSV file to samples of a metric, all or none.

#include "footfall/csv_import.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/exchange/byte_source.h"
#include "engine/exchange/csv_columns.h"
#include "engine/exchange/csv_fields.h"
#include "engine/exchange/csv_reader.h"
#include "engine/exchange/reject_file.h"
#include "footfall/guard.h"
#include "footfall/hash_table.h"
#include "storage/base/status_macros.h"

namespace footfall {
namespace {

using engine::CsvColumns;
using engine::CsvReader;
using engine::QuoteField;
using engine::RejectFile;
using engine::StepPlace;
using engine::TimeFields;

constexpr size_t kRowsAtATime = 1024;
constexpr uint64_t kRowsPerStop = 1000;
constexpr uint64_t kRowsPerProgress = 1 << 14;
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

// One reading of the file.
class Import {
 public:
  // `compares_dates`: whether to look for rows of one sample with different
  // dates. If not, and dates turn out to lie differently within their steps,
  // Run() leaves off with must_compare_dates().
  Import(Database& database, const ImportSpec& spec,
         const ImportOptions& options, std::shared_ptr<const Metric> metric,
         bool compares_dates)
      : database_(database),
        spec_(spec),
        options_(options),
        metric_(std::move(metric)),
        compares_dates_(compares_dates) {}

  absl::StatusOr<ImportReport> Run();
  bool must_compare_dates() const { return must_compare_dates_; }
  bool is_pipe() const { return reader_->bytes_total() == 0; }

 private:
  // A date that was given for a cell.
  struct GivenDate {
    int64_t seconds_in;
    uint64_t line;
  };

  absl::Status ReadHeader();
  absl::Status ReadRows();
  absl::Status TakeRow(const engine::CsvRecord& record);
  // The loader's number of the row's series; false where a member is no text.
  absl::StatusOr<bool> FindSeries(absl::Span<const absl::string_view> fields);
  // Whether the row's date agrees with what was given for its cell.
  absl::StatusOr<bool> DateAgrees(const StepPlace& place, uint64_t line);
  absl::Status Reject(const engine::CsvRecord& record,
                      std::optional<size_t> field, absl::string_view reason);
  absl::Status Flush();
  absl::Status ReportProgress(bool storing);
  absl::Status Misfits() const;

  Database& database_;
  const ImportSpec& spec_;
  const ImportOptions& options_;
  const std::shared_ptr<const Metric> metric_;
  const bool compares_dates_;

  std::unique_ptr<CsvReader> reader_;
  CsvColumns columns_;
  std::optional<TimeFields> times_;
  std::unique_ptr<RejectFile> rejects_;
  std::unique_ptr<BulkLoader> loader_;
  std::vector<BulkLoader::Row> rows_;  // on their way to the loader

  // Of the row before: members by dimension, and their series.
  std::vector<std::string> last_members_;
  std::vector<absl::string_view> members_;
  uint32_t series_ = 0;
  bool has_series_ = false;
  std::vector<bool> used_;  // [series]

  std::optional<int64_t> seconds_in_;  // of every row so far
  bool must_compare_dates_ = false;
  FlatHashMap<std::pair<uint32_t, int64_t>, GivenDate> dates_;

  std::string reason_;
  ImportReport report_;
};

absl::Status Import::ReadHeader() {
  FOOTFALL_ASSIGN_OR_RETURN(auto source,
                            engine::OpenByteSource(spec_.path, options_.stop));
  reader_ = std::make_unique<CsvReader>(std::move(source));
  FOOTFALL_ASSIGN_OR_RETURN(const bool any, reader_->Next());
  if (!any) {
    return absl::InvalidArgumentError(absl::StrCat(
        spec_.path, " is empty; its first line must name the columns"));
  }
  if (!reader_->record().problem.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        spec_.path, ": the header is broken: ", reader_->record().problem));
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      columns_, engine::MapColumns(spec_, *metric_, reader_->record().fields));
  members_.resize(columns_.members.size());
  last_members_.resize(columns_.members.size());
  return absl::OkStatus();
}

absl::StatusOr<ImportReport> Import::Run() {
  std::optional<absl::TimeZone> zone;
  if (spec_.zone.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(zone, LoadZone(*spec_.zone));
  }
  times_.emplace(metric_->grid, zone);
  FOOTFALL_RETURN_IF_ERROR(ReadHeader());
  if (spec_.rejects_path.has_value()) {
    std::error_code ignored;
    if (std::filesystem::equivalent(spec_.path, *spec_.rejects_path, ignored)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "rejects: ", *spec_.rejects_path, " is the file to import itself"));
    }
    FOOTFALL_ASSIGN_OR_RETURN(
        rejects_, RejectFile::Create(*spec_.rejects_path, columns_.header));
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      loader_,
      database_.NewBulkLoader(
          metric_, MemoryBytes(options_, database_.memory_budget_bytes() / 2)));
  FOOTFALL_RETURN_IF_ERROR(ReadRows());
  if (must_compare_dates_) return report_;
  if (rejects_ != nullptr) {
    FOOTFALL_RETURN_IF_ERROR(rejects_->Close());
  } else if (report_.rejected > 0) {
    return Misfits();
  }
  FOOTFALL_RETURN_IF_ERROR(ReportProgress(/*storing=*/true));
  dates_ = {};
  FOOTFALL_ASSIGN_OR_RETURN(const WriteResult result,
                            loader_->Finish(options_.stop));
  loader_.reset();
  for (const bool used : used_) report_.series += used ? 1 : 0;
  report_.new_series = result.new_series;
  report_.samples = result.samples;
  report_.replaced = result.replaced_in_batch;
  report_.commit = result.commit;
  if (options_.compact && result.samples > 0) {
    const absl::Status folded =
        database_.RunUpkeep(spec_.metric, options_.stop);
    if (!folded.ok()) {
      return Prefixed(
          "the rows are imported, but what they touched could not be folded "
          "after it: ",
          folded);
    }
  }
  return report_;
}

absl::Status Import::ReadRows() {
  rows_.reserve(kRowsAtATime);
  while (true) {
    const absl::StatusOr<bool> more = reader_->Next();
    if (!more.ok()) return more.status();
    if (!*more) break;
    ++report_.rows;
    FOOTFALL_RETURN_IF_ERROR(TakeRow(reader_->record()));
    if (must_compare_dates_) return absl::OkStatus();
    if (rows_.size() == kRowsAtATime) FOOTFALL_RETURN_IF_ERROR(Flush());
    if (report_.rows % kRowsPerStop == 0) {
      FOOTFALL_RETURN_IF_ERROR(AskStop(options_.stop));
    }
    if (report_.rows % kRowsPerProgress == 0) {
      FOOTFALL_RETURN_IF_ERROR(ReportProgress(/*storing=*/false));
    }
  }
  return Flush();
}

absl::Status Import::TakeRow(const engine::CsvRecord& record) {
  if (!record.problem.empty()) {
    return Reject(record, std::nullopt, record.problem);
  }
  const absl::Span<const absl::string_view> fields = record.fields;
  if (fields.size() != columns_.header.size()) {
    return Reject(record, std::nullopt,
                  absl::StrCat("found ", fields.size(),
                               fields.size() == 1 ? " field" : " fields",
                               "; the header has ", columns_.header.size()));
  }
  StepPlace place;
  if (const absl::Status parsed = times_->Parse(fields[columns_.time], &place);
      !parsed.ok()) {
    return Reject(record, columns_.time, parsed.message());
  }
  BulkLoader::Row row = {.step = place.step, .value = 0, .series = 0};
  if (!engine::ParseValueField(*metric_, fields[columns_.value], &row.value,
                               &reason_)) {
    return Reject(record, columns_.value, reason_);
  }
  FOOTFALL_ASSIGN_OR_RETURN(const bool has_series, FindSeries(fields));
  if (!has_series) {
    for (const CsvColumns::Source& source : columns_.members) {
      if (!source.field.has_value()) continue;
      const absl::string_view field = fields[*source.field];
      const absl::Status valid = ValidateText(field, kMaxMemberBytes);
      if (!valid.ok()) {
        return Reject(record, *source.field,
                      absl::StrCat(QuoteField(field),
                                   " is no member: ", valid.message()));
      }
    }
    return absl::InternalError("a member was refused, and then taken");
  }
  row.series = series_;
  if (place.seconds_in != seconds_in_ || compares_dates_) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool agrees,
                              DateAgrees(place, record.line));
    if (must_compare_dates_) return absl::OkStatus();
    if (!agrees) return Reject(record, columns_.time, reason_);
  }
  if (used_.size() <= series_) used_.resize(size_t{series_} + 1);
  used_[series_] = true;
  rows_.push_back(row);
  return absl::OkStatus();
}

absl::StatusOr<bool> Import::FindSeries(
    absl::Span<const absl::string_view> fields) {
  bool same = has_series_;
  for (size_t d = 0; d < members_.size(); ++d) {
    const CsvColumns::Source& source = columns_.members[d];
    members_[d] = source.member;
    if (source.field.has_value() && !fields[*source.field].empty()) {
      members_[d] = fields[*source.field];
    }
    same = same && members_[d] == last_members_[d];
  }
  if (same) return true;
  absl::StatusOr<uint32_t> series = loader_->SeriesOf(members_);
  has_series_ = series.ok();
  if (series.ok()) {
    series_ = *series;
    for (size_t d = 0; d < members_.size(); ++d) {
      last_members_[d].assign(members_[d].data(), members_[d].size());
    }
    return true;
  }
  if (absl::IsInvalidArgument(series.status())) return false;
  return series.status();
}

absl::StatusOr<bool> Import::DateAgrees(const StepPlace& place, uint64_t line) {
  if (!compares_dates_) {
    // As long as all dates lie alike in their steps, no two of one step differ.
    if (seconds_in_.has_value()) must_compare_dates_ = true;
    seconds_in_ = place.seconds_in;
    return true;
  }
  const uint64_t bytes = MemoryBytes(options_, database_.memory_budget_bytes());
  if (dates_.size() >= bytes / kBytesPerDate) {
    return absl::ResourceExhaustedError(absl::StrCat(
        spec_.path, ": dates lie differently within their steps, and ", bytes,
        " bytes (memory_bytes) do not hold those of ", dates_.size() + 1,
        " samples to compare them"));
  }
  const auto [found, is_new] = dates_.try_emplace(
      {series_, place.step}, GivenDate{place.seconds_in, line});
  if (is_new || found->second.seconds_in == place.seconds_in) return true;
  reason_ = absl::StrCat("its step, ", metric_->grid.Format(place.step),
                         ", has another date of the same series on line ",
                         found->second.line,
                         "; one date a step, or a metric EVERY finer period");
  return false;
}

absl::Status Import::Reject(const engine::CsvRecord& record,
                            std::optional<size_t> field,
                            absl::string_view reason) {
  ++report_.rejected;
  std::string text(reason);
  if (field.has_value()) {
    text = absl::StrCat("column ", QuoteField(columns_.header[*field]), ": ",
                        reason);
  }
  if (report_.problems.size() < options_.max_problems) {
    report_.problems.push_back(absl::StrCat(
        "line ", record.line, field.has_value() ? ", " : ": ", text));
  }
  if (rejects_ == nullptr) return absl::OkStatus();
  return record.problem.empty()
             ? rejects_->Add(record.line, text, record.fields)
             : rejects_->Add(record.line, text,
                             absl::MakeConstSpan(&record.text, 1));
}

absl::Status Import::Flush() {
  // After a row that does not fit nothing is going to be stored.
  if (rejects_ == nullptr && report_.rejected > 0) {
    rows_.clear();
    return absl::OkStatus();
  }
  FOOTFALL_RETURN_IF_ERROR(loader_->AddRows(rows_));
  rows_.clear();
  return absl::OkStatus();
}

absl::Status Import::ReportProgress(bool storing) {
  if (options_.progress == nullptr) return absl::OkStatus();
  const ImportProgress progress = {.rows = report_.rows,
                                   .bytes_read = reader_->bytes_read(),
                                   .bytes_total = reader_->bytes_total(),
                                   .storing = storing};
  if (options_.progress(progress)) return absl::OkStatus();
  return absl::CancelledError(
      absl::StrCat(spec_.path,
                   ": the import was called off; nothing was "
                   "imported"));
}

absl::Status Import::Misfits() const {
  std::string message =
      absl::StrCat(spec_.path, ": ", report_.rejected, " of ", report_.rows,
                   report_.rejected == 1 ? " rows does" : " rows do",
                   " not fit; nothing was imported\n  ",
                   absl::StrJoin(report_.problems, "\n  "));
  if (report_.rejected > report_.problems.size()) {
    absl::StrAppend(&message, "\n  and ",
                    report_.rejected - report_.problems.size(), " more");
  }
  return absl::InvalidArgumentError(message);
}

absl::StatusOr<ImportReport> RunImport(Database& database,
                                       const ImportSpec& spec,
                                       const ImportOptions& options) {
  const std::shared_ptr<const Snapshot> snapshot = database.TakeSnapshot();
  if (snapshot == nullptr) {
    return absl::FailedPreconditionError("the database is closed");
  }
  std::shared_ptr<const Metric> metric = snapshot->FindMetric(spec.metric);
  if (metric == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("there is no metric ", QuoteField(spec.metric)));
  }
  FOOTFALL_RETURN_IF_ERROR(metric->usable);
  {
    Import import(database, spec, options, metric, /*compares_dates=*/false);
    absl::StatusOr<ImportReport> report = import.Run();
    if (!report.ok() || !import.must_compare_dates()) return report;
    if (import.is_pipe()) {
      return absl::FailedPreconditionError(absl::StrCat(
          spec.path,
          ": dates lie differently within their steps; to compare "
          "them it has to be read again, which only a file can be"));
    }
  }
  Import again(database, spec, options, std::move(metric),
               /*compares_dates=*/true);
  return again.Run();
}

}  // namespace

absl::StatusOr<ImportReport> ImportCsv(Database& database,
                                       const ImportSpec& spec,
                                       const ImportOptions& options) {
  return Guarded([&] { return RunImport(database, spec, options); });
}

}  // namespace footfall
