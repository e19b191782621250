// EXPLAIN and EXPLAIN ANALYZE.

#include "query/exec/explain.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "query/exec/across.h"
#include "query/exec/groups.h"
#include "query/exec/relations.h"
#include "query/exec/renamed_rows.h"
#include "query/lang/status_macros.h"
#include "query/plan/window.h"

namespace footfall::query {
namespace {

std::string Counted(uint64_t count, absl::string_view one,
                    absl::string_view several) {
  return absl::StrCat(count, " ", count == 1 ? one : several);
}

// "2025-01-10..2025-02-08, 30 steps of a day"
std::string DescribeRange(const BoundOperand& operand) {
  const Grid& grid = operand.grid;
  const std::string period = FormatPeriod(grid.period());
  std::string text;
  if (operand.window.said) {
    absl::StrAppend(&text, "during ", FormatWindow(operand.window), ": ");
  }
  const bool first = operand.window.first.has_value();
  const bool last = operand.window.last.has_value();
  if (first && last && operand.range.empty()) {
    return absl::StrCat(text, "no whole step of ", period);
  }
  absl::StrAppend(
      &text, first ? grid.Format(operand.range.begin) : "the first sample",
      " to ", last ? grid.Format(operand.range.end - 1) : "the last sample");
  if (first && last) {
    absl::StrAppend(
        &text, ", ",
        Counted(static_cast<uint64_t>(operand.range.size()), "step", "steps"),
        " of ", period);
  } else {
    absl::StrAppend(&text, ", steps of ", period);
  }
  return text;
}

// How samples of the operand become one value: first across series, then over
// time.
std::string DescribeRules(const BoundOperand& operand) {
  const MetricSpec& spec = operand.metric->spec;
  std::vector<std::string> combined;
  std::vector<int> across;
  if (operand.across.has_value()) across = operand.across->dimensions;
  for (size_t d = 0; d < spec.dimensions.size(); ++d) {
    if (std::find(across.begin(), across.end(), static_cast<int>(d)) !=
        across.end()) {
      combined.push_back(absl::StrCat(spec.dimensions[d].name, " by ACROSS"));
      continue;
    }
    const bool split = std::find(operand.by.begin(), operand.by.end(),
                                 static_cast<int>(d)) != operand.by.end();
    if (split || operand.picks[d].single().has_value()) continue;
    combined.push_back(absl::StrCat(spec.dimensions[d].name, " ",
                                    AdditivityName(spec.dimensions[d].rule)));
  }
  return absl::StrCat(
      combined.empty()
          ? "no dimension is combined"
          : absl::StrCat("combines ", absl::StrJoin(combined, ", ")),
      "; over time ", AdditivityName(spec.over_time));
}

// Why values of the operand are not exact; empty where they are.
std::vector<std::string> DescribeDoubt(const BoundOperand& operand,
                                       const OperandGroups& groups) {
  std::vector<std::string> reasons;
  const MetricSpec& spec = operand.metric->spec;
  SetRelations relations(*operand.metric, groups.rows);
  relations.Build(groups.sets);
  size_t several = 0;
  std::vector<bool> differs(spec.dimensions.size());
  for (size_t g = 0; g < groups.group_count(); ++g) {
    if (relations.low_mode(g) == LowMode::kExact) continue;
    ++several;
    const auto members = groups.sets.set(g);
    for (const uint32_t row : members) {
      for (size_t d = 0; d < spec.dimensions.size(); ++d) {
        differs[d] =
            differs[d] ||
            (spec.dimensions[d].rule == Additivity::kOverlaps &&
             groups.rows.row(row)[d] != groups.rows.row(members[0])[d]);
      }
    }
  }
  if (several > 0) {
    std::vector<std::string> names;
    for (size_t d = 0; d < differs.size(); ++d) {
      if (differs[d]) names.push_back(spec.dimensions[d].name);
    }
    reasons.push_back(absl::StrCat(
        "upper bounds in ", Counted(several, "group", "groups"),
        names.empty()
            ? ": series split in ways that cross are summed"
            : absl::StrCat(": members of ", absl::StrJoin(names, ", "),
                           " are summed, and OVERLAP")));
  }
  if (!relations.wholes().empty()) {
    reasons.push_back(absl::StrCat(
        Counted(relations.wholes().size(), "series is", "series are"),
        " not split: parts are not added to them"));
  }
  const size_t beside = groups.shared.size() + groups.overlapping_wholes.size();
  if (beside > 0) {
    reasons.push_back(absl::StrCat(
        Counted(beside, "series that is not split",
                "series that are not split"),
        " may hold more of the members picked: highs grow by what they exceed "
        "their parts by"));
  }
  return reasons;
}

absl::StatusOr<std::vector<std::string>> DescribePlan(Run& run,
                                                      const Plan& plan) {
  std::vector<std::string> lines;
  const absl::Time now = run.options().now;
  for (const BoundOperand& operand : plan.operands) {
    const MetricSpec& spec = operand.metric->spec;
    FOOTFALL_ASSIGN_OR_RETURN(const OperandGroups groups,
                              FindGroups(run, SplitAcross(operand)));
    std::vector<std::string> picked;
    for (size_t d = 0; d < operand.picks.size(); ++d) {
      if (!operand.picks[d].picked()) continue;
      const auto single = operand.picks[d].single();
      picked.push_back(single.has_value()
                           ? absl::StrCat(spec.dimensions[d].name, " = '",
                                          run.snapshot().MemberName(
                                              spec.dimensions[d].name, *single),
                                          "'")
                           : absl::StrCat("some of ", spec.dimensions[d].name));
    }
    lines.push_back(absl::StrCat(
        "metric ", spec.name,
        picked.empty() ? ""
                       : absl::StrCat(" where ", absl::StrJoin(picked, ", "))));
    lines.push_back(absl::StrCat("  range: ", DescribeRange(operand), ", in ",
                                 operand.grid.zone_name()));
    if (now != absl::InfiniteFuture()) {
      const int64_t unfinished = FirstUnfinishedStep(operand.grid, now);
      lines.push_back(
          absl::StrCat("  now is in ", operand.grid.Format(unfinished)));
    }
    lines.push_back(absl::StrCat(
        "  series: ", groups.matched_count, " in ",
        Counted(groups.group_count(), "group", "groups"),
        groups.rows.size() == groups.matched_count
            ? ""
            : absl::StrCat(", and ", groups.rows.size() - groups.matched_count,
                           " read for the bounds")));
    ScanRequest scan;
    scan.metric = operand.metric->id;
    const std::vector<SeriesId> stored = StoredSeries(groups.rows);
    scan.series = stored;
    scan.steps = operand.range;
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t tiles,
                              run.snapshot().CountTiles(scan));
    lines.push_back(absl::StrCat("  tiles to read: ", tiles));
    lines.push_back(absl::StrCat("  ", DescribeRules(operand)));
    const auto doubts = DescribeDoubt(operand, groups);
    if (doubts.empty()) {
      lines.push_back("  exact at each step");
    }
    for (const std::string& doubt : doubts) {
      lines.push_back(absl::StrCat("  ", doubt));
    }
  }
  if (plan.every.has_value()) {
    lines.push_back(absl::StrCat(
        "rows: one a group and ", FormatPeriod(*plan.every),
        plan.zone.empty() ? "" : absl::StrCat(", cut in ", plan.zone)));
  } else {
    lines.push_back("rows: one a group");
  }
  if (plan.top.has_value()) {
    lines.push_back(absl::StrCat(
        "top: the ", plan.top->count, " ",
        plan.top->descending ? "largest" : "smallest", " groups",
        plan.top->whole_range ? ", judged over the whole range" : "",
        plan.top->others.has_value()
            ? absl::StrCat("; the others, read once more, together as '",
                           *plan.top->others, "'")
            : ""));
  }
  return lines;
}

std::string Milliseconds(absl::Duration time) {
  return absl::StrFormat("%.3f ms", absl::ToDoubleMilliseconds(time));
}

Answer PlanColumn(std::vector<std::string> lines) {
  Answer answer;
  Column column;
  column.name = "plan";
  column.role = Column::Role::kPlain;
  column.type = ColumnType::kText;
  column.texts = std::move(lines);
  answer.set_row_count(column.texts.size());
  answer.columns.push_back(std::move(column));
  return answer;
}

}  // namespace

absl::StatusOr<Answer> Explain(Run& run, const Plan& plan) {
  FOOTFALL_ASSIGN_OR_RETURN(std::vector<std::string> lines,
                            DescribePlan(run, plan));
  return PlanColumn(std::move(lines));
}

absl::StatusOr<Answer> ExplainAnalyze(const Run& run, const Plan& plan,
                                      const StageTimes& times) {
  // What describing reads is not of the question.
  Run apart(run.snapshot(), run.options(), run.text());
  FOOTFALL_ASSIGN_OR_RETURN(std::vector<std::string> lines,
                            DescribePlan(apart, plan));
  lines.push_back(absl::StrCat(
      "ran: ", Counted(times.row_count, "row", "rows"), " on ",
      Counted(static_cast<uint64_t>(std::max(1, run.options().threads)),
              "thread at most", "threads at most")));
  lines.push_back(absl::StrCat("  time to bind names and dates: ",
                               Milliseconds(times.bind)));
  lines.push_back(
      absl::StrCat("  time to read and combine: ", Milliseconds(times.read)));
  lines.push_back(
      absl::StrCat("  time to make rows: ", Milliseconds(times.rows)));
  lines.push_back(absl::StrCat("  tiles read: ", run.tiles(), ", of ",
                               Counted(run.tile_bytes(), "byte", "bytes")));
  lines.push_back(absl::StrCat("  values decoded: ", run.values()));
  return PlanColumn(std::move(lines));
}

}  // namespace footfall::query
