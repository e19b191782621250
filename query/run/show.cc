#include "query/run/show.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/member_names.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/conditions.h"
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

absl::StatusOr<Answer> ShowMembers(const Snapshot& snapshot, const Name& name,
                                   absl::string_view text,
                                   const QueryLimits& limits) {
  FOOTFALL_RETURN_IF_ERROR(CheckDimension(snapshot, name, text));
  std::vector<int64_t> series(snapshot.MemberCount(name.name));
  for (const auto& metric : snapshot.Metrics()) {
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
  FOOTFALL_RETURN_IF_ERROR(CheckRows(rows.size(), limits));
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
  FOOTFALL_ASSIGN_OR_RETURN(
      const auto picks,
      BindConditions(snapshot, *metric, show.where, text, options));
  FOOTFALL_ASSIGN_OR_RETURN(const SeriesRows rows,
                            FindSeries(snapshot.Series(metric->id), picks,
                                       /*or_empty=*/false, options, AnyRoom));
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
      return ShowMembers(snapshot, show.name.value_or(Name()), text, limits);
    case Show::What::kSeries:
      return ShowSeries(snapshot, show, text, options);
    case Show::What::kAliases:
      return ShowAliases(snapshot, limits);
    case Show::What::kEvents:
      return ShowEvents(snapshot, show, text, options);
    case Show::What::kRetention:
      return ShowRetention(snapshot, options);
  }
  return absl::InternalError("query: SHOW of an unknown kind");
}

}  // namespace footfall::query
