// Which rows an answer has, and in which order.

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "query/cell/compare.h"
#include "query/exec/best_groups.h"
#include "query/exec/groups.h"
#include "query/exec/others.h"
#include "query/exec/rows.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/date_value.h"

namespace footfall::query {
namespace {

class Chooser {
 public:
  Chooser(Run& run, const Plan& plan, Results* results, Rows* rows)
      : run_(run),
        plan_(plan),
        results_(*results),
        rows_(*rows),
        names_(run, plan, results->groups) {}

  absl::StatusOr<std::optional<std::vector<RowId>>> Choose();

 private:
  absl::StatusOr<bool> Keep(RowId row) const;
  // False where too few of the groups that TOP keeps have rows, and others were
  // left out.
  absl::StatusOr<bool> KeepTop(std::vector<RowId>* kept);
  absl::Status KeepOthers(absl::Span<const uint32_t> top,
                          std::vector<RowId>* kept);
  // Groups whose rows are all left out, for nothing lies earlier.
  void LookAtSilent(uint32_t group);
  void TellSilent(size_t kept);
  absl::Status Order(std::vector<RowId>* kept) const;
  std::vector<uint32_t> GroupOrder() const;

  Run& run_;
  const Plan& plan_;
  Results& results_;
  Rows& rows_;
  GroupNames names_;
  std::vector<std::string> silent_;
  size_t silent_count_ = 0;
};

// The shift that an item looks back by; null where it does not.
const Transform* LookBackOf(const Plan& plan, const RowExpr& expr) {
  if (expr.kind == RowExpr::Kind::kTransform) {
    const Transform& transform = plan.transforms[expr.transform];
    return transform.kind == Transform::Kind::kLag ? &transform : nullptr;
  }
  for (const RowExpr& side : expr.sides) {
    const Transform* found = LookBackOf(plan, side);
    if (found != nullptr) return found;
  }
  return nullptr;
}

void Chooser::LookAtSilent(uint32_t group) {
  constexpr size_t kMaxNamed = 3;
  if (plan_.by.empty() || !plan_.having.empty()) return;
  for (const BoundItem& item : plan_.items) {
    if (LookBackOf(plan_, item.expr) == nullptr) return;
  }
  for (uint32_t b = 0; b < results_.timeline->size(); ++b) {
    if (!rows_.HasSteps({group, b})) continue;
    ++silent_count_;
    if (silent_.size() < kMaxNamed) {
      silent_.push_back(GroupText(run_, plan_, results_.groups[group]));
    }
    return;
  }
}

void Chooser::TellSilent(size_t kept) {
  if (silent_.empty() || kept == 0) return;
  const Transform& shift = *LookBackOf(plan_, plan_.items[0].expr);
  std::sort(silent_.begin(), silent_.end());
  results_.notes.push_back(absl::StrCat(
      "no row of ", absl::StrJoin(silent_, ", "),
      silent_count_ > silent_.size()
          ? absl::StrCat(" and ", silent_count_ - silent_.size(), " more")
          : "",
      ": there is nothing whole ", shift.count, " ", UnitName(shift.unit),
      shift.count == 1 ? "" : "s", " earlier"));
}

std::vector<uint32_t> Chooser::GroupOrder() const {
  std::vector<uint32_t> order(results_.groups.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
    return names_.Compare(a, b) < 0;
  });
  return order;
}

absl::StatusOr<bool> Chooser::Keep(RowId row) const {
  FOOTFALL_ASSIGN_OR_RETURN(const bool exists, rows_.Exists(row));
  if (!exists) return false;
  for (const BoundTest& test : plan_.having) {
    FOOTFALL_ASSIGN_OR_RETURN(const Cell left, rows_.Evaluate(test.left, row));
    FOOTFALL_ASSIGN_OR_RETURN(const Cell right,
                              rows_.Evaluate(test.right, row));
    const bool holds =
        test.left.is_date
            ? left.has_value && right.has_value &&
                  TestDates(test.comparison, UnpackDate(left.value.integer),
                            UnpackDate(right.value.integer),
                            results_.timeline->zone())
            : TestCells(test.comparison, left, right);
    if (!holds) return false;
  }
  return true;
}

absl::StatusOr<bool> Chooser::KeepTop(std::vector<RowId>* kept) {
  const BoundTop& top = *plan_.top;
  std::vector<uint32_t> groups;
  for (const RowId& row : *kept) {
    // What is not split is a whole, not one of the others nor of the best.
    if (top.others.has_value() &&
        results_.groups[row.group][0] == kEmptyMember) {
      continue;
    }
    if (groups.empty() || groups.back() != row.group) {
      groups.push_back(row.group);
    }
  }
  if (results_.left_out && groups.size() < static_cast<size_t>(top.count)) {
    return false;
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::vector<uint32_t> best,
      BestGroups(plan_, results_, rows_, names_, std::move(groups)));
  std::vector<bool> in(results_.groups.size());
  for (const uint32_t group : best) in[group] = true;
  for (uint32_t g = 0; top.others.has_value() && g < in.size(); ++g) {
    if (results_.groups[g][0] == kEmptyMember) in[g] = true;
  }
  std::erase_if(*kept, [&in](const RowId& row) { return !in[row.group]; });
  if (top.others.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(KeepOthers(best, kept));
  }
  return true;
}

absl::Status Chooser::KeepOthers(absl::Span<const uint32_t> top,
                                 std::vector<RowId>* kept) {
  FOOTFALL_ASSIGN_OR_RETURN(const bool some,
                            AddOthers(run_, plan_, top, &results_));
  if (!some) return absl::OkStatus();
  FOOTFALL_RETURN_IF_ERROR(rows_.AddGroup());
  const uint32_t group = static_cast<uint32_t>(results_.groups.size() - 1);
  names_.Add(*plan_.top->others);
  for (uint32_t b = 0; b < results_.timeline->size(); ++b) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool keep, Keep({group, b}));
    if (keep) kept->push_back({group, b});
  }
  return absl::OkStatus();
}

absl::Status Chooser::Order(std::vector<RowId>* kept) const {
  const size_t keys = plan_.order_by.size();
  // Keys are worked out once, beside the rows.
  std::vector<Cell> cells;
  std::vector<size_t> expr_keys;
  for (size_t k = 0; k < keys; ++k) {
    if (plan_.order_by[k].kind == BoundKey::Kind::kExpr) expr_keys.push_back(k);
  }
  cells.reserve(kept->size() * expr_keys.size());
  for (const RowId& row : *kept) {
    for (const size_t k : expr_keys) {
      FOOTFALL_ASSIGN_OR_RETURN(Cell cell,
                                rows_.Evaluate(plan_.order_by[k].expr, row));
      if (plan_.order_by[k].expr.is_date) {
        cell = ByBegin(cell, results_.timeline->zone());
      }
      cells.push_back(cell);
    }
  }
  const auto compare = [&](size_t a, size_t b) {
    const RowId& left = (*kept)[a];
    const RowId& right = (*kept)[b];
    size_t e = 0;
    for (const BoundKey& key : plan_.order_by) {
      int order = 0;
      switch (key.kind) {
        case BoundKey::Kind::kTime:
          order = left.bucket < right.bucket   ? -1
                  : left.bucket > right.bucket ? 1
                                               : 0;
          if (key.descending) order = -order;
          break;
        case BoundKey::Kind::kMember:
          order = names_.Of(key.by, left.group)
                      .compare(names_.Of(key.by, right.group));
          if (key.descending) order = -order;
          break;
        case BoundKey::Kind::kExpr:
          order = OrderCells(cells[a * expr_keys.size() + e],
                             cells[b * expr_keys.size() + e], key.descending);
          ++e;
          break;
      }
      if (order != 0) return order < 0;
    }
    const int groups = names_.Compare(left.group, right.group);
    if (groups != 0) return groups < 0;
    return left.bucket < right.bucket;
  };
  std::vector<size_t> order(kept->size());
  std::iota(order.begin(), order.end(), 0);
  const size_t wanted =
      plan_.limit.has_value()
          ? std::min(order.size(), static_cast<size_t>(*plan_.limit))
          : order.size();
  std::partial_sort(order.begin(),
                    order.begin() + static_cast<ptrdiff_t>(wanted), order.end(),
                    compare);
  std::vector<RowId> sorted;
  sorted.reserve(wanted);
  for (size_t i = 0; i < wanted; ++i) sorted.push_back((*kept)[order[i]]);
  *kept = std::move(sorted);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::vector<RowId>>> Chooser::Choose() {
  std::vector<RowId> kept;
  const size_t buckets = results_.timeline->size();
  const bool sorted = plan_.order_by.empty();
  std::vector<uint32_t> groups;
  if (sorted) {
    groups = GroupOrder();
  } else {
    groups.resize(results_.groups.size());
    std::iota(groups.begin(), groups.end(), 0);
  }
  const size_t limit =
      plan_.limit.has_value() ? static_cast<size_t>(*plan_.limit) : SIZE_MAX;
  constexpr size_t kUsualRows = 256;
  kept.reserve(std::min(kUsualRows, groups.size() * buckets));
  for (const uint32_t group : groups) {
    const size_t had = kept.size();
    for (uint32_t b = 0; b < buckets; ++b) {
      FOOTFALL_ASSIGN_OR_RETURN(const bool keep, Keep({group, b}));
      if (keep) kept.push_back({group, b});
    }
    if (kept.size() == had) LookAtSilent(group);
    if (sorted && !plan_.top.has_value() && kept.size() >= limit) break;
  }
  if (results_.left_out && !plan_.top.has_value() && kept.size() < limit) {
    return std::nullopt;
  }
  TellSilent(kept.size());
  if (plan_.top.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool enough, KeepTop(&kept));
    if (!enough) return std::nullopt;
  }
  const bool others = plan_.top.has_value() && plan_.top->others.has_value();
  if (!sorted || others) FOOTFALL_RETURN_IF_ERROR(Order(&kept));
  if (kept.size() > limit) kept.resize(limit);
  if (kept.size() > run_.options().limits.max_rows) {
    return Refuse(Refusal::kRowLimit, run_.text(), footfall::Source(),
                  {absl::StrCat(kept.size()),
                   absl::StrCat(run_.options().limits.max_rows)});
  }
  return kept;
}

}  // namespace

absl::StatusOr<std::optional<std::vector<RowId>>> ChooseRows(Run& run,
                                                             const Plan& plan,
                                                             Results* results,
                                                             Rows* rows) {
  return Chooser(run, plan, results, rows).Choose();
}

}  // namespace footfall::query
