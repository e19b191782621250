#include "tests/model/model_writer.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "absl/base/casts.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "footfall/csv_import.h"

namespace footfall::testing {
namespace {

constexpr size_t kRowsInNotes = 6;

}  // namespace

void ModelWriter::Do(Database* database, const Operation& operation) {
  database_ = database;
  random_.seed(operation.seed ^ 0x5851F42D4C957F2Dull);
  before_ = database->TakeSnapshot()->commit();
  switch (operation.act) {
    case Act::kDefine:
      return Define(operation);
    case Act::kRedefine:
      return Redefine(operation);
    case Act::kAlter:
      return Alter(operation);
    case Act::kDrop:
      return Drop(operation);
    case Act::kOverwrite:
      return Write(operation, Overwriting(operation), false);
    case Act::kNames:
      return Write(operation, RowsOf(operation), true);
    case Act::kMisfit:
      return Misfit(operation);
    case Act::kCircle:
      return CloseCircle(operation);
    case Act::kDelete:
      return Delete(operation);
    case Act::kLoad:
    case Act::kLargeLoad:
      return Load(operation);
    case Act::kImport:
      return Import(operation);
    default:
      return Write(operation, RowsOf(operation), false);
  }
}

std::shared_ptr<const Metric> ModelWriter::Find(uint32_t metric) const {
  return database_->TakeSnapshot()->FindMetric(specs_[metric].name);
}

bool ModelWriter::IsThere(uint32_t metric) const {
  return history_->now().metrics.count(specs_[metric].name) > 0;
}

void ModelWriter::Changed(const ModelChange& change) {
  if (*found_) return;
  history_->Apply(change, before_, database_->TakeSnapshot()->commit());
}

std::vector<MetricRow> ModelWriter::Overwriting(const Operation& operation) {
  std::vector<MetricRow> rows = RowsOf(operation);
  std::erase_if(rows, [&](MetricRow& row) {
    const auto metric = history_->now().metrics.find(specs_[row.metric].name);
    if (metric == history_->now().metrics.end() || metric->second.empty()) {
      return true;
    }
    auto series = metric->second.lower_bound(row.row.members);
    if (series == metric->second.end()) series = metric->second.begin();
    if (series->second.empty()) return true;
    auto step = series->second.lower_bound(row.row.step);
    if (step == series->second.end()) step = series->second.begin();
    row.row.members = series->first;
    row.row.step = step->first;
    return false;
  });
  return rows;
}

Row ModelWriter::Fitted(const Row& row, const MetricSpec& spec) {
  Row fitted = row;
  // Of an integer and of a double the sign is the same bit.
  if (spec.CountsUsers()) {
    fitted.bits &= std::numeric_limits<int64_t>::max();
  }
  return fitted;
}

uint64_t ModelWriter::AddRows(absl::Span<const MetricRow> rows,
                              SampleBatch* batch, ModelChange* change) {
  std::map<uint32_t, std::shared_ptr<const Metric>> metrics;
  std::map<uint32_t, int64_t> first_kept;
  uint64_t expired = 0;
  for (const MetricRow& row : rows) {
    const MetricSpec& spec = specs_[row.metric];
    const auto [metric, is_new] = metrics.try_emplace(row.metric);
    if (is_new) {
      metric->second = Find(row.metric);
      first_kept[row.metric] = keeper_->FirstKept(spec.name);
    }
    if (metric->second == nullptr) continue;
    const Row fitted = Fitted(row.row, spec);
    AddRow(fitted, &batch->RowsOf(metric->second));
    if (fitted.step < first_kept[row.metric]) {
      ++expired;
    } else {
      change->rows.emplace_back(spec.name, fitted);
    }
  }
  return expired;
}

void ModelWriter::AddNames(size_t count, SampleBatch* batch,
                           ModelChange* change) {
  PlainAliases aliases = history_->now().aliases;
  for (size_t i = 0; i < count; ++i) {
    const EventChange event = RandomEventChange(&random_);
    AddChange(event, batch);
    change->events.push_back(event);
    const AliasChange alias = RandomAliasChange(&random_);
    if (ClosesCircle(alias, aliases)) continue;
    AddChange(alias, batch);
    Apply(alias, &aliases);
    change->aliases.push_back(alias);
  }
}

void ModelWriter::Write(const Operation& operation,
                        const std::vector<MetricRow>& rows, bool names) {
  SampleBatch batch;
  ModelChange change;
  const uint64_t expired = AddRows(rows, &batch, &change);
  if (names) AddNames(operation.rows, &batch, &change);
  NoteRows(rows);
  if (batch.empty()) return;
  const bool adds_alias =
      std::any_of(change.aliases.begin(), change.aliases.end(),
                  [](const AliasChange& alias) { return !alias.removes; });
  if (!had_dimension_ && adds_alias) {
    return found_->Refused(database_->Write(batch, {}).status(),
                           absl::StatusCode::kNotFound);
  }
  std::set<std::pair<std::string, std::pair<Members, int64_t>>> cells;
  bool deletes = false;
  for (const auto& [name, row] : change.rows) {
    cells.insert({name, {row.members, row.step}});
    deletes |= row.deletes;
  }
  const uint64_t series_before = database_->Stats().series_count;
  WriteOptions options;
  if (!OneIn(4)) options.durability = Durability::kProcessCrash;
  const auto result = database_->Write(batch, options);
  found_->Succeeds(result.status());
  if (!result.ok()) return;
  found_->Equal("new series", database_->Stats().series_count - series_before,
                result->new_series);
  found_->Equal("expired", expired, result->expired);
  if (!deletes) {
    found_->Equal("samples", cells.size(), result->samples);
    found_->Equal("replaced", change.rows.size() - cells.size(),
                  result->replaced_in_batch);
  }
  Changed(change);
}

void ModelWriter::Misfit(const Operation& operation) {
  const auto metric = Find(operation.metric);
  if (metric == nullptr) return;
  SampleBatch batch;
  ModelChange ignored;
  AddRows(RowsOf(operation), &batch, &ignored);
  Row row = Fitted(RandomRow(metric->spec, &random_), metric->spec);
  if (metric->spec.CountsUsers() && OneIn(2)) {
    row.bits = metric->spec.value_type == ValueType::kInteger
                   ? -1
                   : absl::bit_cast<int64_t>(-1.0);
  } else {
    row.step = metric->grid.Limits().end;
  }
  AddRow(row, &batch.RowsOf(metric));
  found_->Refused(database_->Write(batch, {}).status(),
                  absl::StatusCode::kInvalidArgument);
}

void ModelWriter::CloseCircle(const Operation& operation) {
  if (!had_dimension_) return;
  SampleBatch batch;
  ModelChange ignored;
  AddRows(RowsOf(operation), &batch, &ignored);
  AddChange(RandomEventChange(&random_), &batch);
  AliasChange alias = RandomAliasChange(&random_);
  alias.removes = false;
  AddChange(alias, &batch);
  const bool circle = OneIn(2);
  if (circle) {
    std::swap(alias.alias.old_name, alias.alias.new_name);
    AddChange(alias, &batch);
  } else {
    batch.AddEvent({.kind = "release", .name = "", .date = *ParseDate("2025")});
  }
  found_->Refused(database_->Write(batch, {}).status(),
                  circle ? absl::StatusCode::kFailedPrecondition
                         : absl::StatusCode::kInvalidArgument);
}

void ModelWriter::Delete(const Operation& operation) {
  const auto metric = Find(operation.metric);
  if (metric == nullptr) return;
  keeper_->Settle(metric->spec.name);
  before_ = database_->TakeSnapshot()->commit();
  const auto snapshot = database_->TakeSnapshot();
  const PlainMetric& samples = history_->now().metrics.at(metric->spec.name);
  StepRange steps = metric->grid.Limits();
  if (!OneIn(8)) {
    steps.begin = RandomStep(metric->spec, &random_) + operation.clock / 2;
    steps.end = steps.begin + static_cast<int64_t>(random_() % 200);
  }
  std::vector<SeriesId> series;
  ModelChange change;
  for (SeriesId id = 0; id < snapshot->Series(metric->id).count(); ++id) {
    if (!OneIn(3)) continue;
    series.push_back(id);
    const auto found = samples.find(MembersOf(*snapshot, *metric, id));
    if (found == samples.end()) continue;
    const auto end = found->second.lower_bound(steps.end);
    for (auto step = found->second.lower_bound(steps.begin); step != end;
         ++step) {
      change.rows.emplace_back(metric->spec.name, Row{.step = step->first,
                                                      .members = found->first,
                                                      .bits = 0,
                                                      .deletes = true});
    }
  }
  found_->Note(absl::StrCat("  ", change.rows.size(), " samples of ",
                            series.size(), " series, steps ", steps.begin,
                            " to ", steps.end));
  const auto deleted = database_->Delete(*metric, series, steps, {});
  found_->Succeeds(deleted.status());
  if (deleted.ok()) found_->Equal("deleted", change.rows.size(), *deleted);
  Changed(change);
}

void ModelWriter::Load(const Operation& operation) {
  const auto metric = Find(operation.metric);
  if (metric == nullptr) return;
  auto loader = database_->NewBulkLoader(metric, 1);  // the least
  found_->Succeeds(loader.status());
  if (!loader.ok()) return;
  const std::vector<MetricRow> rows = RowsOf(operation);
  ModelChange change;
  std::set<std::pair<Members, int64_t>> cells;
  const int64_t first_kept = keeper_->FirstKept(metric->spec.name);
  for (const MetricRow& each : rows) {
    const Row row = Fitted(each.row, metric->spec);
    found_->Succeeds((*loader)->Add(row.step, Views(row.members), row.bits));
    if (row.step >= first_kept) {
      change.rows.emplace_back(metric->spec.name, row);
      cells.insert({row.members, row.step});
    }
    if (OneIn(300)) {
      found_->Refused(
          (*loader)->Add(metric->grid.Limits().end, Views(row.members), 1),
          absl::StatusCode::kInvalidArgument);
    }
  }
  const bool unfinished = operation.act == Act::kLoad && OneIn(5);
  if (unfinished) found_->Note("  left unfinished");
  NoteRows(rows);
  if (unfinished) return;
  const uint64_t series_before = database_->Stats().series_count;
  const auto result = (*loader)->Finish();
  found_->Succeeds(result.status());
  if (!result.ok()) return;
  found_->Equal("samples", cells.size(), result->samples);
  found_->Equal("expired", rows.size() - change.rows.size(), result->expired);
  found_->Equal("replaced", change.rows.size() - cells.size(),
                result->replaced_in_batch);
  found_->Equal("new series", database_->Stats().series_count - series_before,
                result->new_series);
  Changed(change);
}

void ModelWriter::Import(const Operation& operation) {
  const auto metric = Find(operation.metric);
  if (metric == nullptr) return;
  ImportSpec spec;
  spec.path = file_name_;
  spec.metric = metric->spec.name;
  // As the plain database has it.
  spec.same_sample = SameSample::kLast;
  spec.takes_not_finite = true;
  spec.columns = {{ImportColumn::Role::kTime, "time", "", ""},
                  {ImportColumn::Role::kValue, "value", "", ""}};
  std::string text = "time,value";
  for (const Dimension& dimension : metric->spec.dimensions) {
    absl::StrAppend(&text, ",", dimension.name);
    spec.columns.push_back(
        {ImportColumn::Role::kDimension, dimension.name, dimension.name, ""});
  }
  const std::vector<MetricRow> rows = RowsOf(operation);
  ModelChange change;
  const int64_t first_kept = keeper_->FirstKept(metric->spec.name);
  for (const MetricRow& each : rows) {
    const Row row = Fitted(each.row, metric->spec);
    absl::StrAppend(
        &text, "\n", metric->grid.Format(row.step), ",",
        metric->spec.value_type == ValueType::kInteger
            ? absl::StrCat(row.bits)
            : absl::StrFormat("%.17g", absl::bit_cast<double>(row.bits)));
    for (const std::string& member : row.members) {
      absl::StrAppend(&text, ",", member);
    }
    if (row.step >= first_kept) {
      change.rows.emplace_back(metric->spec.name, row);
    }
  }
  NoteRows(rows);
  std::ofstream(spec.path, std::ios::trunc) << text << "\n";
  ImportOptions options;
  options.compact = OneIn(4);
  const auto report = ImportCsv(*database_, spec, options);
  found_->Succeeds(report.status());
  if (!report.ok()) return;
  found_->Equal("rows", rows.size(), report->rows);
  // What it touched was folded after it, and what is old removed before.
  if (options.compact && report->samples > 0) {
    keeper_->AddRemoved(metric->spec.name, &change);
  }
  Changed(change);
}

void ModelWriter::NoteRows(absl::Span<const MetricRow> rows) {
  if (!found_->takes_notes()) return;
  for (const auto& [metric, row] :
       rows.first(std::min(rows.size(), kRowsInNotes))) {
    found_->Note(absl::StrCat(
        "  ", specs_[metric].name, " (", absl::StrJoin(row.members, ", "),
        ") at ", row.step,
        row.deletes ? ": deleted" : absl::StrCat(" = ", row.bits)));
  }
  if (rows.size() > kRowsInNotes) {
    found_->Note(absl::StrCat("  and ", rows.size() - kRowsInNotes, " more"));
  }
}

}  // namespace footfall::testing
