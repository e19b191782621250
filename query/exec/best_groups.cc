#include "query/exec/best_groups.h"

#include <algorithm>
#include <utility>

#include "query/exec/others.h"
#include "query/exec/sort_keys.h"
#include "query/exec/sort_rows.h"
#include "query/lang/status_macros.h"
#include "query/lang/time_parts.h"
#include "query/plan/date_value.h"

namespace footfall::query {

absl::StatusOr<GroupNames> GroupNames::Create(
    Run& run, const Plan& plan, absl::Span<const GroupKey> groups) {
  GroupNames result(run);
  FOOTFALL_RETURN_IF_ERROR(result.memory_.Add(groups.size() * plan.by.size() *
                                              sizeof(absl::string_view)));
  for (size_t i = 0; i < plan.by.size(); ++i) {
    std::vector<absl::string_view>& names = result.names_.emplace_back();
    names.reserve(groups.size());
    for (const GroupKey& group : groups) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass());
      names.push_back(plan.parts[i].has_value()
                          ? TimePartPlace(group[i])
                          : MemberText(run, plan, i, group[i]));
    }
  }
  return result;
}

int GroupNames::Compare(uint32_t a, uint32_t b) const {
  for (const std::vector<absl::string_view>& names : names_) {
    const int order = names[a].compare(names[b]);
    if (order != 0) return order;
  }
  return 0;
}

Cell ByBegin(const Cell& date, const absl::TimeZone& zone) {
  if (!date.has_value) return date;
  return Cell::Exact(Scalar::Integer(absl::ToUnixSeconds(
                         BeginOf(UnpackDate(date.value.integer), zone))),
                     date.present, date.expected);
}

absl::StatusOr<std::vector<uint32_t>> BestGroups(Run& run, const Plan& plan,
                                                 const Results& results,
                                                 const Rows& rows,
                                                 const GroupNames& names,
                                                 std::vector<uint32_t> groups) {
  const BoundTop& top = *plan.top;
  Reservation memory(run);
  FOOTFALL_RETURN_IF_ERROR(
      memory.Add(results.groups.size() * SortKeys::kBytes));
  SortKeys keys(top.expr.is_decimal, top.descending);
  FOOTFALL_RETURN_IF_ERROR(keys.Extend(run, results.groups.size()));
  for (const uint32_t group : groups) {
    FOOTFALL_ASSIGN_OR_RETURN(Cell judged, rows.Evaluate(top.expr, {group, 0}));
    if (top.expr.is_date) judged = ByBegin(judged, results.timeline->zone());
    keys.Set(group, judged);
  }
  const bool within = IsWithin(top);
  const size_t count = static_cast<size_t>(std::max<int64_t>(0, top.count));
  // WITHIN: those of each member, one after the other.
  const auto apart = [&](uint32_t a, uint32_t b) {
    for (size_t d = 0; within && d < top.within.size(); ++d) {
      if (!top.within[d]) continue;
      const int order = names.Of(d, a).compare(names.Of(d, b));
      if (order != 0) return order;
    }
    return 0;
  };
  FOOTFALL_RETURN_IF_ERROR(SortFirst(
      run, within ? groups.size() : count, 1 + plan.by.size(),
      [&](uint32_t a, uint32_t b) {
        if (const int order = apart(a, b); order != 0) return order < 0;
        const int order = keys.Compare(a, b);
        return order != 0 ? order < 0 : names.Compare(a, b) < 0;
      },
      &groups));
  if (!within) return groups;
  std::vector<uint32_t> best;
  size_t place = 0;  // among those of its member
  for (size_t i = 0; i < groups.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass());
    place = i > 0 && apart(groups[i - 1], groups[i]) == 0 ? place + 1 : 0;
    if (place < count) best.push_back(groups[i]);
  }
  return best;
}

bool IsWithin(const BoundTop& top) {
  return std::find(top.within.begin(), top.within.end(), true) !=
         top.within.end();
}

namespace {

// Whether it is made of numbers and of leaves that `is_one` holds of.
bool IsOfLeaves(const Plan& plan, const RowExpr& expr,
                absl::FunctionRef<bool(const Leaf&)> is_one) {
  switch (expr.kind) {
    case RowExpr::Kind::kLeaf:
      return is_one(plan.leaves[expr.leaf]);
    case RowExpr::Kind::kNumber:
      return true;
    case RowExpr::Kind::kNegate:
    case RowExpr::Kind::kAbsolute:
    case RowExpr::Kind::kArithmetic:
      return std::all_of(
          expr.sides.begin(), expr.sides.end(),
          [&](const RowExpr& side) { return IsOfLeaves(plan, side, is_one); });
    default:
      return false;
  }
}

// Whether a group's rows are the same whatever other groups there are, and so
// is what they say of partial buckets.
bool GroupsStandAlone(const Plan& plan) {
  return plan.having.empty() && TiesGroups(plan).empty();
}

}  // namespace

absl::string_view TiesGroups(const Plan& plan) {
  if (plan.fill != FillMode::kNone) return "FILL";
  if (plan.align.has_value()) return "ALIGN";
  if (plan.total.has_value()) return "TOTAL";
  if (!plan.events.empty()) return "events";
  if (plan.correlogram) return "correlogram()";
  if (plan.changepoints.has_value()) return "changepoints()";
  if (plan.runs.has_value()) return "runs()";
  if (plan.has_parts()) return "parts of the calendar";
  if (!plan.inner.empty()) return "EVERY inside a function";
  if (RowsOfNothing(plan)) return "counts, which may be of nothing";
  for (const Transform& transform : plan.transforms) {
    if (transform.kind == Transform::Kind::kShare) return "share()";
    if (transform.kind == Transform::Kind::kContribution) {
      return "contribution()";
    }
    if (transform.kind == Transform::Kind::kTopShare) return "top_share()";
    if (transform.kind == Transform::Kind::kWithin) return "WITHIN";
    if (transform.kind == Transform::Kind::kRank) return "rank()";
    if (transform.kind == Transform::Kind::kCumulative) return "cumulative()";
  }
  for (const Leaf& leaf : plan.leaves) {
    if (leaf.total.is_total) return "a total of all groups";
    if (leaf.function.kind == TimeFunction::Kind::kCountInTop) {
      return "count_in_top()";
    }
  }
  return "";
}

bool CanJudgeFirst(const Plan& plan) {
  return plan.top.has_value() && !plan.top->others.has_value() &&
         !IsWithin(*plan.top) &&
         IsOfLeaves(plan, plan.top->expr,
                    [&plan](const Leaf& leaf) {
                      return leaf.whole_range || !plan.every.has_value();
                    }) &&
         GroupsStandAlone(plan);
}

bool CanJudgeRowsFirst(const Plan& plan) {
  if (plan.top.has_value() || !plan.limit.has_value() ||
      plan.order_by.empty() || plan.by.empty()) {
    return false;
  }
  const BoundKey& key = plan.order_by[0];
  if (key.kind != BoundKey::Kind::kExpr || key.expr.is_date) return false;
  // A row is there if its group has samples in it and an item has a value: only
  // then does the key tell of it.
  const bool of_own_samples =
      IsOfLeaves(plan, key.expr, [&plan](const Leaf& leaf) {
        return !leaf.whole_range && !leaf.window.has_value() &&
               !plan.operands[leaf.operand].broadcast();
      });
  const bool is_item = std::any_of(
      plan.items.begin(), plan.items.end(),
      [&key](const BoundItem& item) { return item.expr == key.expr; });
  return of_own_samples && is_item && GroupsStandAlone(plan);
}

bool IsOfRisingTests(const Plan& plan) {
  if (plan.top.has_value() || plan.by.empty() || !GroupsStandAlone(plan)) {
    return false;
  }
  return std::all_of(
      plan.items.begin(), plan.items.end(), [&plan](const BoundItem& item) {
        if (item.bounds || item.expr.kind != RowExpr::Kind::kLeaf) return false;
        const Leaf& leaf = plan.leaves[item.expr.leaf];
        const TimeFunction& function = leaf.function;
        return !leaf.window.has_value() &&
               function.kind == TimeFunction::Kind::kFirstTime &&
               (function.comparison == Comparison::kGreater ||
                function.comparison == Comparison::kGreaterEqual);
      });
}

}  // namespace footfall::query
