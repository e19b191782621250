// ImportCsv(): which metrics and files, and what is said where rows clash.

#include "footfall/csv_import.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/exchange/csv_columns.h"
#include "engine/exchange/csv_fields.h"
#include "engine/exchange/import_attributes.h"
#include "engine/exchange/import_events.h"
#include "engine/exchange/import_samples.h"
#include "engine/exchange/table_walk.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall {
namespace {

using engine::ImportSamples;
using engine::QuoteField;
using Metrics = std::vector<std::shared_ptr<const Metric>>;

// Whether rows may be summed: only what adds over time adds over what the file
// tells apart and the import leaves out.
absl::Status CheckSum(const ImportSpec& spec, const Metric& metric) {
  if (spec.same_sample != SameSample::kSum ||
      metric.spec.over_time == Additivity::kAdds) {
    return absl::OkStatus();
  }
  const bool overlaps = metric.spec.over_time == Additivity::kOverlaps;
  return absl::InvalidArgumentError(absl::StrCat(
      "DUPLICATES SUM: ", metric.spec.name,
      overlaps ? " OVERLAPS: a user may be counted in several of the rows, and "
                 "their sum is no number of users"
               : " is a LEVEL: the sum of two levels is none",
      "; import what tells the rows apart (the device, say) as a dimension"));
}

absl::StatusOr<Metrics> FindMetrics(Database& database,
                                    const ImportSpec& spec) {
  const std::shared_ptr<const Snapshot> snapshot = database.TakeSnapshot();
  if (absl::Status open = snapshot->CheckOpen(); !open.ok()) return open;
  Metrics metrics;
  for (const std::string& name : engine::MetricsOf(spec)) {
    std::shared_ptr<const Metric> metric = snapshot->FindMetric(name);
    if (metric == nullptr) {
      return absl::NotFoundError(
          absl::StrCat("there is no metric ", QuoteField(name)));
    }
    FOOTFALL_RETURN_IF_ERROR(metric->usable);
    FOOTFALL_RETURN_IF_ERROR(CheckSum(spec, *metric));
    metrics.push_back(std::move(metric));
  }
  FOOTFALL_RETURN_IF_ERROR(engine::CheckSameDimensions(metrics));
  return metrics;
}

// What is said where rows of different values name the same sample.
absl::Status ClashError(Database& database, const ImportSpec& spec,
                        const ImportOptions& options, const Metrics& metrics,
                        const std::vector<std::string>& files,
                        const ImportSamples& import) {
  const std::string shown = spec.path == "-" ? "stdin" : spec.path;
  std::string message =
      absl::StrCat(shown, ": ", import.clash_count(),
                   import.clash_count() == 1 ? " sample has" : " samples have",
                   " rows with different values; nothing was imported");
  if (import.is_pipe()) {
    const ImportSamples::Clash& first = import.clashes()[0];
    absl::StrAppend(&message, "\n  the first is of ",
                    metrics[first.metric]->grid.Format(first.sample.step),
                    "; its lines are found in a file, not in a pipe, which "
                    "cannot be read again");
  } else {
    ImportSamples again(database, spec, options, metrics, files,
                        /*compares_dates=*/false, /*keeps_rejects=*/false);
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> sentences,
                              again.FindLines(import.clashes()));
    for (const std::string& sentence : sentences) {
      absl::StrAppend(&message, "\n  ", sentence);
    }
    if (import.clash_count() > sentences.size()) {
      absl::StrAppend(&message, "\n  and ",
                      import.clash_count() - sentences.size(), " more");
    }
  }
  bool adds = true;
  for (const auto& metric : metrics) {
    adds = adds && metric->spec.over_time == Additivity::kAdds;
  }
  absl::StrAppend(
      &message, "\n  import what tells them apart as a dimension, or say ",
      adds ? "DUPLICATES SUM, or " : "DUPLICATES ", "FIRST, LAST or MAX");
  return absl::InvalidArgumentError(message);
}

absl::StatusOr<ImportReport> RunImport(Database& database,
                                       const ImportSpec& spec,
                                       const ImportOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> files,
                            engine::FilesOf(spec.path));
  if (spec.events) {
    return engine::ImportEvents(database, spec, options, files);
  }
  if (!spec.attributes_of.empty()) {
    return engine::ImportAttributes(database, spec, options, files);
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Metrics metrics, FindMetrics(database, spec));
  for (const bool compares_dates : {false, true}) {
    ImportSamples import(database, spec, options, metrics, files,
                         compares_dates);
    absl::StatusOr<ImportReport> report = import.Run();
    if (import.clash_count() > 0) {
      return ClashError(database, spec, options, metrics, files, import);
    }
    if (!report.ok() || !import.must_compare_dates()) return report;
    if (import.is_pipe()) {
      return absl::FailedPreconditionError(absl::StrCat(
          spec.path == "-" ? "stdin" : spec.path,
          ": dates lie differently within their steps; to compare them it has "
          "to be read again, which only a file can be"));
    }
  }
  return absl::InternalError("dates were compared, and are to be compared");
}

}  // namespace

absl::StatusOr<ImportReport> ImportCsv(Database& database,
                                       const ImportSpec& spec,
                                       const ImportOptions& options) {
  return Guarded([&] { return RunImport(database, spec, options); });
}

}  // namespace footfall
