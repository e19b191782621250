#include "query/run/show.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/member_names.h"
#include "query/exec/renamed_rows.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/attributes.h"
#include "query/plan/conditions.h"
#include "query/run/attributes.h"
#include "query/run/lookup.h"
#include "query/run/retention.h"
#include "query/run/show_names.h"

namespace footfall::query {
namespace {

Column PlainColumn(absl::string_view name, ColumnType type) {
  Column column;
  column.name = std::string(name);
  column.role = Column::Role::kPlain;
  column.type = type;
  return column;
}

absl::StatusOr<Answer> ShowMetrics(const Snapshot& snapshot,
                                   const QueryLimits& limits) {
  const auto metrics = snapshot.Metrics();
  FOOTFALL_RETURN_IF_ERROR(CheckRows(metrics.size(), limits));
  Answer answer;
  for (const absl::string_view name : {"metric", "type", "unit", "period",
                                       "over_time", "dimensions", "zone"}) {
    answer.columns.push_back(PlainColumn(name, ColumnType::kText));
  }
  answer.columns.push_back(PlainColumn("series", ColumnType::kInteger));
  std::vector<Column>& columns = answer.columns;
  for (const auto& metric : metrics) {
    const MetricSpec& spec = metric->spec;
    columns[0].texts.push_back(spec.name);
    columns[1].texts.push_back(
        spec.value_type == ValueType::kInteger ? "INTEGER" : "DECIMAL");
    columns[2].texts.push_back(spec.unit);
    columns[3].texts.push_back(FormatPeriod(spec.period));
    columns[4].texts.push_back(std::string(AdditivityName(spec.over_time)));
    columns[5].texts.push_back(FormatDimensions(spec));
    columns[6].texts.push_back(spec.zone);
    columns[7].integers.push_back(snapshot.Series(metric->id).count());
  }
  answer.set_row_count(metrics.size());
  return answer;
}

// The series of a metric by what its members have as the attribute `name`.
absl::StatusOr<SeriesRows> RowsWithAttribute(
    const Snapshot& snapshot, const std::shared_ptr<const Metric>& metric,
    const std::string& name, const MemberSet& values,
    const QueryOptions& options) {
  BoundOperand operand;
  operand.metric = WithAttributes(
      snapshot, metric, absl::MakeConstSpan(&name, 1), &operand.attribute_of);
  operand.picks.resize(operand.metric->spec.dimensions.size());
  operand.picks.back() = values;
  return FindRows(snapshot, operand, operand.picks, /*or_empty=*/false, options,
                  AnyRoom);
}

// Adds how many series of the metric have each value of the attribute, at some
// time.
absl::Status CountByAttribute(const Snapshot& snapshot,
                              const std::shared_ptr<const Metric>& metric,
                              const std::string& name,
                              const QueryOptions& options,
                              std::vector<int64_t>* series) {
  FOOTFALL_ASSIGN_OR_RETURN(
      const SeriesRows rows,
      RowsWithAttribute(snapshot, metric, name, MemberSet(), options));
  std::set<std::pair<SeriesId, MemberId>> counted;
  const auto count = [&](SeriesId id, size_t row) {
    const MemberId value = rows.row(row).back();
    if (counted.emplace(id, value).second) ++(*series)[value];
  };
  if (rows.renamed == nullptr) {
    for (size_t i = 0; i < rows.size(); ++i) count(rows.ids[i], i);
    return absl::OkStatus();
  }
  for (const RowPiece& piece : rows.renamed->pieces) {
    count(piece.series, piece.row);
  }
  return absl::OkStatus();
}

// The series whose members have, at some time, what the condition on an
// attribute says; narrows `rows`, which are of the metric.
absl::Status KeepByAttribute(const Snapshot& snapshot,
                             const std::shared_ptr<const Metric>& metric,
                             const Condition& condition, absl::string_view text,
                             const QueryOptions& options, SeriesRows* rows) {
  Metric of_values;
  of_values.spec.dimensions = {{condition.dimension}};
  std::vector<MemberSet> values(1);
  FOOTFALL_RETURN_IF_ERROR(ApplyCondition(snapshot, of_values, condition, text,
                                          options, &values, nullptr));
  FOOTFALL_ASSIGN_OR_RETURN(
      const SeriesRows with,
      RowsWithAttribute(snapshot, metric, condition.dimension, values[0],
                        options));
  const std::vector<SeriesId> ids = StoredSeries(with);
  SeriesRows kept;
  kept.dimensions = rows->dimensions;
  for (size_t i = 0; i < rows->size(); ++i) {
    if (!std::binary_search(ids.begin(), ids.end(), rows->ids[i])) continue;
    kept.ids.push_back(rows->ids[i]);
    const auto row = rows->row(i);
    kept.members.insert(kept.members.end(), row.begin(), row.end());
  }
  *rows = std::move(kept);
  return absl::OkStatus();
}

absl::StatusOr<Answer> ShowMembers(const Snapshot& snapshot, const Name& name,
                                   absl::string_view text,
                                   const QueryOptions& options) {
  FOOTFALL_RETURN_IF_ERROR(CheckSplit(snapshot, name, text));
  std::vector<int64_t> series(snapshot.MemberCount(name.name));
  for (const auto& metric : snapshot.Metrics()) {
    if (AttributeOf(snapshot, *metric, name.name).has_value()) {
      FOOTFALL_RETURN_IF_ERROR(
          CountByAttribute(snapshot, metric, name.name, options, &series));
      continue;
    }
    const std::optional<size_t> dimension = metric->FindDimension(name.name);
    if (!dimension.has_value()) continue;
    const SeriesTable& table = snapshot.Series(metric->id);
    std::vector<MemberId> block(SeriesTable::kBlock);
    for (SeriesId first = 0; first < table.count();
         first += SeriesTable::kBlock) {
      const SeriesId count =
          std::min<SeriesId>(SeriesTable::kBlock, table.count() - first);
      const auto members = absl::MakeSpan(block).first(count);
      table.ReadMembers(*dimension, first, members);
      for (const MemberId member : members) {
        if (member < series.size()) ++series[member];
      }
    }
  }
  // Members of metrics that were dropped are in no series any more.
  std::vector<std::pair<absl::string_view, int64_t>> rows;
  for (MemberId member = 0; member < series.size(); ++member) {
    if (series[member] == 0) continue;
    rows.emplace_back(snapshot.MemberName(name.name, member), series[member]);
  }
  FOOTFALL_RETURN_IF_ERROR(CheckRows(rows.size(), options.limits));
  std::sort(rows.begin(), rows.end());
  Answer answer;
  answer.columns.push_back(PlainColumn("member", ColumnType::kText));
  answer.columns.push_back(PlainColumn("series", ColumnType::kInteger));
  for (const auto& [member, count] : rows) {
    answer.columns[0].texts.push_back(std::string(member));
    answer.columns[1].integers.push_back(count);
  }
  answer.set_row_count(rows.size());
  if (std::string note = NearEqualNote(snapshot, name.name); !note.empty()) {
    answer.notes.push_back(std::move(note));
  }
  return answer;
}

absl::StatusOr<Answer> ShowSeries(const Snapshot& snapshot, const Show& show,
                                  absl::string_view text,
                                  const QueryOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto metric,
                            LookUpMetric(snapshot, *show.name, text));
  std::vector<Condition> stored = show.where;
  const auto attributes = std::stable_partition(
      stored.begin(), stored.end(), [&](const Condition& condition) {
        return !AttributeOf(snapshot, *metric, condition.dimension).has_value();
      });
  const std::vector<Condition> others(attributes, stored.end());
  stored.erase(attributes, stored.end());
  FOOTFALL_ASSIGN_OR_RETURN(
      const auto picks,
      BindConditions(snapshot, *metric, stored, text, options));
  FOOTFALL_ASSIGN_OR_RETURN(SeriesRows rows,
                            FindSeries(snapshot.Series(metric->id), picks,
                                       /*or_empty=*/false, options, AnyRoom));
  for (const Condition& condition : others) {
    FOOTFALL_RETURN_IF_ERROR(
        KeepByAttribute(snapshot, metric, condition, text, options, &rows));
  }
  FOOTFALL_RETURN_IF_ERROR(CheckRows(rows.size(), options.limits));
  const std::vector<Dimension>& dimensions = metric->spec.dimensions;
  const auto member = [&](size_t row, size_t dimension) {
    return snapshot.MemberName(dimensions[dimension].name,
                               rows.row(row)[dimension]);
  };
  std::vector<size_t> order(rows.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    for (size_t i = 0; i < dimensions.size(); ++i) {
      const int compared = member(a, i).compare(member(b, i));
      if (compared != 0) return compared < 0;
    }
    return a < b;
  });
  Answer answer;
  for (size_t i = 0; i < dimensions.size(); ++i) {
    Column column = PlainColumn(dimensions[i].name, ColumnType::kText);
    column.texts.reserve(order.size());
    for (const size_t row : order) {
      column.texts.push_back(std::string(member(row, i)));
    }
    answer.columns.push_back(std::move(column));
  }
  answer.set_row_count(order.size());
  return answer;
}

}  // namespace

std::string FormatDimensions(const MetricSpec& spec) {
  std::string out;
  for (const Dimension& dimension : spec.dimensions) {
    absl::StrAppend(&out, out.empty() ? "" : ", ", dimension.name, " ",
                    AdditivityName(dimension.rule));
  }
  return out;
}

absl::StatusOr<Answer> RunShow(const Snapshot& snapshot, const Show& show,
                               absl::string_view text,
                               const QueryOptions& options) {
  const QueryLimits& limits = options.limits;
  switch (show.what) {
    case Show::What::kMetrics:
      return ShowMetrics(snapshot, limits);
    case Show::What::kMembers:
      return ShowMembers(snapshot, show.name.value_or(Name()), text, options);
    case Show::What::kSeries:
      return ShowSeries(snapshot, show, text, options);
    case Show::What::kAliases:
      return ShowAliases(snapshot, limits);
    case Show::What::kAttributes:
      return ShowAttributes(snapshot, limits);
    case Show::What::kEvents:
      return ShowEvents(snapshot, show, text, options);
    case Show::What::kRetention:
      return ShowRetention(snapshot, options);
  }
  return absl::InternalError("query: SHOW of an unknown kind");
}

}  // namespace footfall::query
