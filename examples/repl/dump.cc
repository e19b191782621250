#include "examples/repl/dump.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "footfall/csv_export.h"
#include "footfall/query.h"
#include "footfall/statement.h"

namespace footfall::repl {
namespace {

void AddStatement(Statement statement, std::string* script) {
  absl::StrAppend(script, Print(statement), ";\n");
}

Import ImportOf(const MetricSpec& spec, const std::string& file) {
  using Role = Import::Column::Role;
  Import import;
  import.path = file;
  import.metric.name = spec.name;
  import.columns.resize(2);
  import.columns[0].role = Role::kTime;
  import.columns[0].header = "time";
  import.columns[1].role = Role::kValue;
  import.columns[1].header = ExportValueHeader(spec);
  for (const Dimension& dimension : spec.dimensions) {
    Import::Column& column = import.columns.emplace_back();
    column.header = dimension.name;
    column.dimension = dimension.name;
  }
  // Nothing is left for the sniffer to find. (Of an assigned literal of one
  // letter g++ 12 warns here.)
  import.delimiter = std::string(1, ',');
  import.quote = std::string(1, '"');
  import.skip = 0;
  import.encoding = "utf-8";
  return import;
}

AddEvent EventOf(const Event& event) {
  AddEvent added;
  added.kind = event.kind;
  added.name = event.name;
  added.on = event.date;
  for (const DimensionMember& member : event.members) {
    added.members.push_back({Name{member.dimension, {}}, member.member});
  }
  if (!event.note.empty()) added.note = event.note;
  if (!event.source.empty()) added.event_source = event.source;
  return added;
}

AddAlias AliasOf(const Alias& alias) {
  AddAlias added;
  added.dimension = Name{alias.dimension, {}};
  added.old_name = alias.old_name;
  added.new_name = alias.new_name;
  if (alias.from.has_value()) added.from = *alias.from;
  return added;
}

AddAttribute AttributeOf(const Attribute& attribute) {
  AddAttribute added;
  added.dimension = Name{attribute.dimension, {}};
  added.member = attribute.member;
  added.name = Name{attribute.name, {}};
  added.value = attribute.value;
  if (attribute.from.has_value()) added.from = *attribute.from;
  return added;
}

// Dimensions that no metric has any more, and events, aliases and attributes
// still speak of.
std::vector<std::string> VanishedDimensions(const Snapshot& snapshot) {
  std::set<std::string> spoken_of;
  for (const auto& event : snapshot.Events()) {
    for (const DimensionMember& member : event->members) {
      spoken_of.insert(member.dimension);
    }
  }
  for (const auto& alias : snapshot.Aliases()) {
    spoken_of.insert(alias->dimension);
  }
  for (const auto& attribute : snapshot.Attributes()) {
    spoken_of.insert(attribute->dimension);
  }
  for (const auto& metric : snapshot.Metrics()) {
    for (const Dimension& dimension : metric->spec.dimensions) {
      spoken_of.erase(dimension.name);
    }
  }
  return {spoken_of.begin(), spoken_of.end()};
}

// Metrics without a sample that have those dimensions while names are added:
// the script drops them at its end. Their names are no other's.
std::vector<MetricSpec> Bearers(const Snapshot& snapshot) {
  const std::vector<std::string> vanished = VanishedDimensions(snapshot);
  std::vector<MetricSpec> bearers;
  for (size_t i = 0; i < vanished.size(); ++i) {
    if (i % kMaxDimensions == 0) {
      MetricSpec& spec = bearers.emplace_back();
      spec.name = absl::StrCat("vanished_dimensions_", bearers.size());
      while (snapshot.FindMetric(spec.name) != nullptr) spec.name += "_";
    }
    bearers.back().dimensions.push_back({vanished[i], Additivity::kAdds});
  }
  return bearers;
}

// A file of samples: those of a metric, or what one of its tiers has rolled up,
// as samples of the metric at the last of its steps in each. They go into the
// tier again once the metric has its KEEP.
struct Part {
  std::shared_ptr<const Metric> metric;  // on its own grid, or a tier's
  std::string file;
  ExportPart samples;
};

std::vector<Part> PartsOf(const std::shared_ptr<const Metric>& metric) {
  const std::string& name = metric->spec.name;
  std::vector<Part> parts = {{metric, absl::StrCat(name, ".csv.gz"), {}}};
  const Metric* finer = metric.get();
  for (const auto& tier : metric->tiers) {
    const auto coarse = CoarseSteps::Create(finer->grid, tier->grid);
    if (finer->kept_from.has_value() && coarse.ok()) {
      const Period& period = tier->spec.period;
      // No metric's name has a point.
      parts.push_back(
          {tier,
           absl::StrCat(
               name, ".by_",
               period.count == 1 ? "" : absl::StrCat(period.count, "_"),
               UnitName(period.unit), ".csv.gz"),
           {.end = coarse->Of(*finer->kept_from),
            .written_on = &metric->grid}});
    }
    finer = tier.get();
  }
  return parts;
}

// What declares it while it is loaded: samples of tiers would be too old.
Define DefineOf(MetricSpec spec) {
  if (!spec.tiers.empty()) {
    spec.keep.reset();
    spec.tiers.clear();
  }
  return Define{std::move(spec), {}};
}

// The KEEP that is left out above, and the rolling up.
void AddTiers(const MetricSpec& spec, std::string* script) {
  Statement statement;
  Alter alter;
  alter.metric.name = spec.name;
  alter.changes.keep = spec.keep;
  alter.changes.tiers = spec.tiers;
  alter.keep_grid = spec.period;
  statement.node = alter;
  AddStatement(std::move(statement), script);
  statement = Statement();
  statement.node = Compact{Name{spec.name, {}}};
  AddStatement(std::move(statement), script);
}

absl::StatusOr<ExportReport> DumpSamples(const Snapshot& snapshot,
                                         const Part& part,
                                         const std::string& folder) {
  auto file = TextFile::Create(absl::StrCat(folder, "/", part.file));
  if (!file.ok()) return file.status();
  auto report =
      ExportCsv(snapshot, *part.metric, file->get(), {}, part.samples);
  if (!report.ok()) return report;
  if (absl::Status closed = (*file)->Close(); !closed.ok()) return closed;
  return report;
}

}  // namespace

absl::StatusOr<std::string> DumpDatabase(const Database& database,
                                         const std::string& folder) {
  const std::shared_ptr<const Snapshot> snapshot = database.TakeSnapshot();
  if (absl::Status open = snapshot->CheckOpen(); !open.ok()) return open;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat(folder, " cannot be made: ", error.message()));
  }
  const auto metrics = snapshot->Metrics();  // by name
  std::string script;
  uint64_t samples = 0;
  uint64_t not_finite = 0;
  for (const auto& metric : metrics) {
    if (metric->kept_from.has_value()) {
      absl::StrAppend(&script, "-- samples before ",
                      metric->grid.Format(*metric->kept_from), " were ",
                      metric->tiers.empty() ? "removed" : "rolled up",
                      " by KEEP\n");
    }
    Statement statement;
    statement.node = DefineOf(metric->spec);
    AddStatement(std::move(statement), &script);
  }
  for (const auto& metric : metrics) {
    for (const Part& part : PartsOf(metric)) {
      const auto report = DumpSamples(*snapshot, part, folder);
      if (!report.ok()) return report.status();
      samples += report->rows;
      not_finite += report->not_finite;
      Statement statement;
      statement.node = ImportOf(metric->spec, part.file);
      AddStatement(std::move(statement), &script);
    }
  }
  for (const auto& metric : metrics) {
    if (!metric->tiers.empty()) AddTiers(metric->spec, &script);
  }
  const std::vector<MetricSpec> bearers = Bearers(*snapshot);
  for (const MetricSpec& spec : bearers) {
    Statement statement;
    statement.node = Define{spec, {}};
    AddStatement(std::move(statement), &script);
  }
  for (const auto& event : snapshot->Events()) {
    Statement statement;
    statement.node = EventOf(*event);
    AddStatement(std::move(statement), &script);
  }
  for (const auto& alias : snapshot->Aliases()) {
    Statement statement;
    statement.node = AliasOf(*alias);
    AddStatement(std::move(statement), &script);
  }
  for (const auto& attribute : snapshot->Attributes()) {
    Statement statement;
    statement.node = AttributeOf(*attribute);
    AddStatement(std::move(statement), &script);
  }
  for (const MetricSpec& spec : bearers) {
    Drop drop;
    drop.what = Drop::What::kMetric;
    drop.name = Name{spec.name, {}};
    Statement statement;
    statement.node = std::move(drop);
    AddStatement(std::move(statement), &script);
  }
  auto file = TextFile::Create(absl::StrCat(folder, "/load.sql"));
  if (!file.ok()) return file.status();
  if (absl::Status written = (*file)->Write(script); !written.ok()) {
    return written;
  }
  if (absl::Status closed = (*file)->Close(); !closed.ok()) return closed;
  std::string summary = absl::StrCat(
      samples, samples == 1 ? " sample of " : " samples of ", metrics.size(),
      metrics.size() == 1 ? " metric" : " metrics", " written to ", folder);
  if (not_finite > 0) {
    absl::StrAppend(&summary, "; ", not_finite,
                    " samples that are no numbers (NaN, infinity) are left "
                    "out");
  }
  return summary;
}

bool PrintDump(const Database* database, const std::string& folder) {
  const absl::StatusOr<std::string> summary =
      database == nullptr ? absl::NotFoundError("there is no database to dump")
                          : DumpDatabase(*database, folder);
  absl::FPrintF(
      stderr, "%s\n",
      summary.ok() ? absl::string_view(*summary) : summary.status().message());
  return summary.ok();
}

}  // namespace footfall::repl
