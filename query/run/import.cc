#include "query/run/import.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "footfall/csv_import.h"
#include "footfall/guard.h"
#include "query/exec/run.h"
#include "query/lang/diagnostic.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/run/change.h"
#include "query/run/lookup.h"
#include "query/run/run.h"

namespace footfall::query {
namespace {

using Role = Import::Column::Role;

// One TIME, one VALUE, dimensions of the metric, each at most once.
absl::Status CheckColumns(const Import& import, const Metric& metric,
                          absl::string_view text) {
  size_t times = 0;
  size_t values = 0;
  std::vector<bool> given(metric.spec.dimensions.size());
  for (const Import::Column& column : import.columns) {
    if (column.role == Role::kTime || column.role == Role::kValue) {
      size_t& count = column.role == Role::kTime ? times : values;
      if (++count == 1) continue;
      return Refuse(Refusal::kColumnTwice, text, column.source,
                    {column.role == Role::kTime ? "TIME" : "VALUE"});
    }
    FOOTFALL_ASSIGN_OR_RETURN(
        const size_t dimension,
        LookUpDimension(metric, {column.dimension, column.source}, text));
    if (given[dimension]) {
      return Refuse(Refusal::kColumnTwice, text, column.source,
                    {column.dimension});
    }
    given[dimension] = true;
  }
  if (times == 1 && values == 1) return absl::OkStatus();
  return Refuse(Refusal::kImportColumns, text, import.metric.source,
                {times == 0 ? "TIME" : "VALUE"});
}

ImportSpec SpecOf(const Import& import) {
  ImportSpec spec;
  spec.path = std::get<std::string>(import.path);
  spec.metric = import.metric.name;
  for (const Import::Column& column : import.columns) {
    ImportColumn& out = spec.columns.emplace_back();
    out.header = column.header;
    out.dimension = column.dimension;
    switch (column.role) {
      case Role::kTime:
        out.role = ImportColumn::Role::kTime;
        break;
      case Role::kValue:
        out.role = ImportColumn::Role::kValue;
        break;
      case Role::kDimension:
        out.role = ImportColumn::Role::kDimension;
        if (column.empty.has_value()) {
          out.member = std::get<std::string>(*column.empty);
        }
        break;
      case Role::kConstant:
        out.role = ImportColumn::Role::kConstant;
        if (column.constant.has_value()) {
          out.member = std::get<std::string>(*column.constant);
        }
        break;
    }
  }
  if (import.rejects.has_value()) {
    spec.rejects_path = std::get<std::string>(*import.rejects);
  }
  if (import.zone.has_value()) {
    spec.zone = std::get<std::string>(import.zone->name);
  }
  return spec;
}

std::string Summary(const ImportReport& report) {
  std::string out = absl::StrCat(
      Counted(report.rows, "row", "rows"),
      " read: ", Counted(report.series, "series", "series"), " (",
      Counted(report.new_series, "new", "new"), "), ",
      Counted(report.samples, "sample", "samples"), ", ",
      Counted(report.replaced, "row", "rows"), " replaced within the file, ",
      Counted(report.rejected, "row", "rows"), " rejected");
  for (const std::string& problem : report.problems) {
    absl::StrAppend(&out, "\n  ", problem);
  }
  if (report.rejected > report.problems.size() && !report.problems.empty()) {
    absl::StrAppend(&out, "\n  and ", report.rejected - report.problems.size(),
                    " more");
  }
  return out;
}

}  // namespace

absl::StatusOr<std::string> RunImport(Database& database, const Import& import,
                                      absl::string_view text,
                                      const QueryOptions& query_options,
                                      const ExecuteHooks& hooks) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  FOOTFALL_ASSIGN_OR_RETURN(const auto metric,
                            LookUpUsableMetric(*snapshot, import.metric, text));
  FOOTFALL_RETURN_IF_ERROR(CheckColumns(import, *metric, text));
  ImportOptions options;
  options.stop = [&] { return CheckStop(query_options); };
  options.progress = [&](const ImportProgress& progress) {
    if (hooks.on_progress) {
      hooks.on_progress(progress.bytes_read, progress.bytes_total,
                        progress.rows);
    }
    return query_options.cancelled == nullptr ||
           !query_options.cancelled->load(std::memory_order_relaxed);
  };
  const absl::StatusOr<ImportReport> report =
      ImportCsv(database, SpecOf(import), options);
  if (!report.ok()) {
    // The file is what is wrong, so that is where the caret goes. What is
    // wrong in which of its lines stands below.
    const absl::string_view message = report.status().message();
    const size_t first = std::min(message.find('\n'), message.size());
    std::string below;
    Guarded([&] {
      below = absl::StrReplaceAll(
          absl::StripLeadingAsciiWhitespace(message.substr(first)),
          {{"\n  ", "\n"}});
      return absl::OkStatus();
    }).IgnoreError();  // no memory for words: the code says it
    return Diagnostic(report.status().code(), text, import.path_source,
                      message.substr(0, first), below);
  }
  return Summary(*report);
}

}  // namespace footfall::query
