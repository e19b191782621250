// EXPLAIN and EXPLAIN ANALYZE.

#include "query/exec/explain.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "query/exec/across.h"
#include "query/exec/describe_operand.h"
#include "query/exec/groups.h"
#include "query/exec/others.h"
#include "query/exec/row_events.h"
#include "query/exec/timeline.h"
#include "query/lang/status_macros.h"
#include "query/plan/event_scope.h"

namespace footfall::query {
namespace {

// Groups whose event is named under ALIGN.
constexpr size_t kMaxAlignedGroups = 10;

std::string DescribeTop(const BoundTop& top,
                        const std::vector<std::string>& by) {
  const absl::string_view best = top.descending ? "largest" : "smallest";
  std::vector<absl::string_view> within;
  for (size_t b = 0; b < by.size(); ++b) {
    if (top.within[b]) within.push_back(by[b]);
  }
  return absl::StrCat(
      "top: the ",
      top.count == 1 ? absl::StrCat(best, " group")
                     : absl::StrCat(top.count, " ", best, " groups"),
      within.empty() ? ""
                     : absl::StrCat(" of each ", absl::StrJoin(within, ", ")),
      top.whole_range ? ", judged over the whole range" : "",
      top.others.has_value()
          ? absl::StrCat("; the others, read once more, together as ",
                         QuotedText(*top.others))
          : "");
}

// "'release' 'V3' on 2024-12-26 FOR app = 'A'"
std::string EventText(const Event& event) {
  return absl::StrCat(QuotedText(event.kind), " ", QuotedText(event.name),
                      " on ", FormatDate(event.date),
                      event.members.empty() ? "" : " FOR ",
                      FormatFor(event.members));
}

std::string DescribeEvents(const BoundEvents& events) {
  const auto& all = events.events;
  if (all.size() == 1) {
    return absl::StrCat("event read: ", EventText(*all[0].event));
  }
  std::string text = absl::StrCat(
      "events read: ", all.empty() ? "none" : absl::StrCat(all.size()));
  if (events.kind.has_value()) {
    absl::StrAppend(&text, " of the kind ", QuotedText(*events.kind));
  }
  if (events.name.has_value()) {
    absl::StrAppend(&text, " named ", QuotedText(*events.name));
  }
  if (all.empty()) return text;
  return absl::StrCat(text, ", ", FormatDate(all.front().event->date), " to ",
                      FormatDate(all.back().event->date));
}

// Which event each group counts from, in the order of their names.
absl::StatusOr<std::vector<std::string>> DescribeAlign(
    const Run& run, const Plan& plan,
    const std::map<std::string, GroupKey>& groups) {
  const BoundEvents& events = plan.events[plan.align->events];
  std::vector<std::string> lines = {absl::StrCat(
      "aligned: ", UnitName(plan.align->unit), "s are counted from")};
  if (plan.align->start != nullptr) {
    absl::StrAppend(&lines[0], " ", plan.align->start_name, " of each group");
    return lines;
  }
  const EventsOfGroups of_groups(events);
  size_t told = 0;
  for (const auto& [name, key] : groups) {
    if (++told > kMaxAlignedGroups) break;
    if (plan.align->each) {
      const std::vector<uint32_t> all = of_groups.For(key);
      const auto date = [&](uint32_t e) {
        return FormatDate(events.events[e].event->date);
      };
      lines.push_back(absl::StrCat(
          "  ", name, name.empty() ? "" : ": ",
          all.empty()
              ? "no event: it has no rows"
              : absl::StrCat("each of ", HowMany(all.size(), "event", "events"),
                             ", ", date(all.front()), " to ",
                             date(all.back()))));
      continue;
    }
    FOOTFALL_ASSIGN_OR_RETURN(const Event* const event,
                              of_groups.OneFor(run, key));
    lines.push_back(absl::StrCat(
        "  ", name, name.empty() ? "" : ": ",
        event == nullptr ? "no event: it has no rows" : EventText(*event)));
  }
  if (groups.empty()) lines.push_back("  no event: there are no series");
  if (groups.size() > kMaxAlignedGroups) {
    lines.push_back(
        absl::StrCat("  and ", HowMany(groups.size() - kMaxAlignedGroups,
                                       "more group", "more groups")));
  }
  return lines;
}

absl::StatusOr<std::vector<std::string>> DescribePlan(Run& run,
                                                      const Plan& plan) {
  std::vector<std::string> lines;
  FOOTFALL_ASSIGN_OR_RETURN(Timeline timeline, Timeline::Create(run, plan));
  std::map<std::string, GroupKey> by_name;
  Reservation names(run);
  constexpr uint64_t kBytesOfName = 256;
  for (size_t o = 0; o < plan.operands.size(); ++o) {
    const BoundOperand& operand = plan.operands[o];
    Reservation memory(run);
    FOOTFALL_ASSIGN_OR_RETURN(const OperandGroups groups,
                              FindGroups(run, SplitAcross(operand), &memory));
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> more,
                              DescribeOperand(run, plan, timeline, o, groups));
    lines.insert(lines.end(), more.begin(), more.end());
    if (!plan.align.has_value() || operand.broadcast()) continue;
    for (GroupKey key : groups.keys) {
      // Without the dimensions of ACROSS.
      std::fill(key.begin() + static_cast<ptrdiff_t>(plan.by.size()), key.end(),
                kEmptyMember);
      FOOTFALL_RETURN_IF_ERROR(run.Pass(8));
      FOOTFALL_RETURN_IF_ERROR(names.Add(kBytesOfName));
      by_name.emplace(GroupText(run, plan, key), key);
    }
  }
  for (size_t e = 0; e < plan.events.size(); ++e) {
    if (plan.align.has_value() && plan.align->events == e) continue;
    std::string line = DescribeEvents(plan.events[e]);
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) {
      lines.push_back(std::move(line));
    }
  }
  if (plan.align.has_value()) {
    std::vector<GroupKey> keys;
    keys.reserve(by_name.size());
    for (const auto& [name, key] : by_name) keys.push_back(key);
    FOOTFALL_RETURN_IF_ERROR(timeline.Align(run, keys));
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> more,
                              DescribeAlign(run, plan, by_name));
    lines.insert(lines.end(), more.begin(), more.end());
  }
  if (plan.runs.has_value()) {
    lines.push_back(absl::StrCat("rows: one a group and run, each step a ",
                                 FormatPeriod(*plan.every)));
  } else if (plan.every.has_value()) {
    lines.push_back(absl::StrCat(
        "rows: one a group and ", FormatPeriod(*plan.every),
        plan.zone.empty() ? "" : absl::StrCat(", cut in ", plan.zone)));
  } else {
    lines.push_back("rows: one a group");
  }
  if (plan.top.has_value()) {
    lines.push_back(DescribeTop(*plan.top, plan.by));
  }
  if (plan.total.has_value()) {
    lines.push_back(absl::StrCat("total: all groups, read once more, as ",
                                 QuotedText(*plan.total)));
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
      "ran: ", HowMany(times.row_count, "row", "rows"), " on ",
      HowMany(static_cast<uint64_t>(std::max(1, run.options().threads)),
              "thread at most", "threads at most")));
  for (size_t o = 0; o < times.settled.size(); ++o) {
    const StepRange& steps = times.settled[o];
    if (steps.empty()) continue;
    const BoundOperand& operand = plan.operands[o];
    std::string line = absl::StrCat("  range of ", operand.metric->spec.name,
                                    ": ", operand.grid.Format(steps.begin),
                                    " to ", operand.grid.Format(steps.end - 1));
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) {
      lines.push_back(std::move(line));
    }
  }
  lines.push_back(times.kept
                      ? "  plan: bound earlier; members and dates looked up"
                      : "  plan: bound for this run");
  lines.push_back(absl::StrCat("  time to bind names and dates: ",
                               Milliseconds(times.bind)));
  lines.push_back(
      absl::StrCat("  time to read and combine: ", Milliseconds(times.read)));
  lines.push_back(
      absl::StrCat("  time to make rows: ", Milliseconds(times.rows)));
  lines.push_back(absl::StrCat("  tiles read: ", run.tiles(), ", of ",
                               HowMany(run.tile_bytes(), "byte", "bytes")));
  lines.push_back(absl::StrCat("  values decoded: ", run.values()));
  if (run.looked_at() > 0) {
    lines.push_back(absl::StrCat(
        "  tiles looked at once more, for late parts: ", run.looked_at()));
  }
  if (run.skipped_groups() > 0) {
    lines.push_back(absl::StrCat("  groups passed over: ", run.skipped_groups(),
                                 ", whose samples are too small"));
  }
  return PlanColumn(std::move(lines));
}

}  // namespace footfall::query
