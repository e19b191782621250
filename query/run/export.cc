#include "query/run/export.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "footfall/answer.h"
#include "footfall/csv_export.h"
#include "query/exec/run.h"
#include "query/lang/diagnostic.h"
#include "query/lang/status_macros.h"
#include "query/run/change.h"
#include "query/run/lookup.h"
#include "query/run/run.h"

namespace footfall::query {
namespace {

// What is worked out at a time takes this part of a question's memory at most.
constexpr uint64_t kSlicesInMemory = 8;

std::string Formatted(const Answer& answer, Export::Format format,
                      bool with_header) {
  switch (format) {
    case Export::Format::kCsv:
      return FormatCsv(answer, with_header);
    case Export::Format::kTsv:
      return FormatTsv(answer, with_header);
    case Export::Format::kJsonLines:
      return FormatJsonLines(answer);
  }
  return "";
}

absl::StatusOr<ExportOutcome> ExportAnswer(const Snapshot& snapshot,
                                           const Export& exported,
                                           absl::string_view text,
                                           QueryOptions options,
                                           TextFile* file) {
  Statement question;
  question.node = *exported.question;
  options.limits.max_rows = std::numeric_limits<uint64_t>::max();
  PartSizes sizes;
  sizes.slice_bytes = std::min(
      sizes.slice_bytes, options.limits.max_memory_bytes / kSlicesInMemory);
  const Export::Format format = exported.format.value_or(Export::Format::kCsv);
  uint64_t rows = 0;
  bool first = true;
  FOOTFALL_ASSIGN_OR_RETURN(
      std::vector<std::string> notes,
      StreamReading(snapshot, question, text, options, sizes,
                    [&](const Answer& part) {
                      rows += part.row_count();
                      return file->Write(
                          Formatted(part, format, std::exchange(first, false)));
                    }));
  return ExportOutcome{Counted(rows, "row", "rows"), std::move(notes)};
}

absl::StatusOr<ExportOutcome> ExportSamples(const Snapshot& snapshot,
                                            const Metric& metric,
                                            const QueryOptions& options,
                                            TextFile* file) {
  FOOTFALL_ASSIGN_OR_RETURN(
      const ExportReport report,
      ExportCsv(snapshot, metric, file, [&] { return CheckStop(options); }));
  ExportOutcome outcome;
  outcome.summary = Counted(report.rows, "sample", "samples");
  if (report.not_finite > 0) {
    outcome.notes.push_back(
        absl::StrCat(Counted(report.not_finite, "sample", "samples"),
                     " that are no numbers (NaN, infinity) are left out"));
  }
  if (!metric.tiers.empty() && metric.kept_from.has_value()) {
    outcome.notes.push_back(absl::StrCat(
        "samples of ", metric.spec.name, " before ",
        metric.grid.Format(*metric.kept_from),
        " were rolled up, and are not among them: EXPORT (SELECT ...) writes "
        "what is asked of them"));
  }
  return outcome;
}

}  // namespace

absl::StatusOr<ExportOutcome> RunExport(Database& database,
                                        const Export& exported,
                                        absl::string_view text,
                                        const QueryOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  const std::string& path = std::get<std::string>(exported.path);
  const auto at_path = [&](const absl::Status& status) {
    return Diagnostic(status.code(), text, exported.path_source,
                      status.message(), "");
  };
  std::shared_ptr<const Metric> metric;
  if (!exported.question.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(
        metric, LookUpUsableMetric(*snapshot, exported.metric, text));
  }
  absl::StatusOr<std::unique_ptr<TextFile>> file = TextFile::Create(path);
  if (!file.ok()) return at_path(file.status());
  FOOTFALL_ASSIGN_OR_RETURN(
      ExportOutcome outcome,
      exported.question.has_value()
          ? ExportAnswer(*snapshot, exported, text, options, file->get())
          : ExportSamples(*snapshot, *metric, options, file->get()));
  if (const absl::Status closed = (*file)->Close(); !closed.ok()) {
    return at_path(closed);
  }
  absl::StrAppend(&outcome.summary, " written to ", path);
  return outcome;
}

}  // namespace footfall::query
