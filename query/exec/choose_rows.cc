// Which rows an answer has, and in which order.

#include <algorithm>
#include <limits>
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
#include "query/exec/sort_keys.h"
#include "query/exec/sort_rows.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/date_value.h"

namespace footfall::query {
namespace {

class Chooser {
 public:
  Chooser(Run& run, const Plan& plan, Results* results, Rows* rows,
          GroupNames names)
      : run_(run),
        plan_(plan),
        results_(*results),
        rows_(*rows),
        memory_(run),
        names_(std::move(names)) {}

  absl::StatusOr<std::optional<std::vector<RowId>>> Choose();

 private:
  absl::StatusOr<bool> Keep(RowId row) const;
  // False where too few of the groups that TOP keeps have rows, and others were
  // left out.
  absl::StatusOr<bool> KeepTop(std::vector<RowId>* kept);
  absl::Status KeepOthers(absl::Span<const uint32_t> top,
                          std::vector<RowId>* kept);
  absl::Status KeepTotal(std::vector<RowId>* kept);
  // The rows of the group that was appended to the results.
  absl::Status KeepAdded(absl::string_view name, uint32_t place,
                         std::vector<RowId>* kept);
  // Groups whose rows are all left out, for nothing lies earlier.
  void LookAtSilent(uint32_t group);
  void TellSilent(size_t kept);
  absl::Status Order(std::vector<RowId>* kept) const;
  int CompareTimes(uint32_t left, uint32_t right) const;
  absl::StatusOr<std::vector<uint32_t>> GroupOrder() const;
  absl::Status Append(RowId row, std::vector<RowId>* kept) {
    FOOTFALL_RETURN_IF_ERROR(memory_.AddRoomFor(*kept));
    kept->push_back(row);
    return absl::OkStatus();
  }

  Run& run_;
  const Plan& plan_;
  Results& results_;
  Rows& rows_;
  Reservation memory_;  // of the rows
  GroupNames names_;
  // [group] the place of each that TOP keeps; empty without TOP.
  static constexpr uint32_t kNoPlace = std::numeric_limits<uint32_t>::max();
  std::vector<uint32_t> places_;
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

absl::StatusOr<std::vector<uint32_t>> Chooser::GroupOrder() const {
  std::vector<uint32_t> order(results_.groups.size());
  std::iota(order.begin(), order.end(), 0);
  FOOTFALL_RETURN_IF_ERROR(SortFirst(
      run_, order.size(), 1 + plan_.by.size(),
      [this](uint32_t a, uint32_t b) {
        const int names = names_.Compare(a, b);
        return names != 0 ? names < 0 : a < b;
      },
      &order));
  return order;
}

absl::StatusOr<bool> Chooser::Keep(RowId row) const {
  FOOTFALL_RETURN_IF_ERROR(
      run_.Pass(1 + (plan_.leaves.size() + plan_.items.size()) / 8));
  FOOTFALL_ASSIGN_OR_RETURN(const bool exists, rows_.Exists(row));
  if (!exists) return false;
  for (const BoundTest& test : plan_.having) {
    FOOTFALL_ASSIGN_OR_RETURN(const Cell left, rows_.Evaluate(test.left, row));
    FOOTFALL_ASSIGN_OR_RETURN(const Cell right,
                              rows_.Evaluate(test.right, row));
    const bool holds =
        test.left.is_date && test.right.is_date
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
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
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
      BestGroups(run_, plan_, results_, rows_, names_, std::move(groups)));
  // What is not split, then the best as they were judged, then the others.
  places_.assign(results_.groups.size(), kNoPlace);
  for (uint32_t g = 0; top.others.has_value() && g < places_.size(); ++g) {
    if (results_.groups[g][0] == kEmptyMember) places_[g] = 0;
  }
  for (size_t i = 0; i < best.size(); ++i) {
    places_[best[i]] = static_cast<uint32_t>(i + 1);
  }
  std::erase_if(*kept, [this](const RowId& row) {
    return places_[row.group] == kNoPlace;
  });
  if (top.others.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(KeepOthers(best, kept));
  }
  return true;
}

absl::Status Chooser::KeepOthers(absl::Span<const uint32_t> top,
                                 std::vector<RowId>* kept) {
  FOOTFALL_ASSIGN_OR_RETURN(const bool some,
                            AddOthers(run_, plan_, top, &results_));
  return some ? KeepAdded(*plan_.top->others, kNoPlace - 1, kept)
              : absl::OkStatus();
}

absl::Status Chooser::KeepTotal(std::vector<RowId>* kept) {
  FOOTFALL_ASSIGN_OR_RETURN(const bool some, AddTotal(run_, plan_, &results_));
  return some ? KeepAdded(*plan_.total, kNoPlace, kept) : absl::OkStatus();
}

absl::Status Chooser::KeepAdded(absl::string_view name, uint32_t place,
                                std::vector<RowId>* kept) {
  FOOTFALL_RETURN_IF_ERROR(rows_.AddGroup());
  const uint32_t group = static_cast<uint32_t>(results_.groups.size() - 1);
  names_.Add(name);
  if (!places_.empty()) places_.push_back(place);
  for (uint32_t b = 0; b < results_.timeline->size(); ++b) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool keep, Keep({group, b}));
    if (keep) FOOTFALL_RETURN_IF_ERROR(Append({group, b}, kept));
  }
  return absl::OkStatus();
}

// Under ALIGN by the offset, of whichever event.
int Chooser::CompareTimes(uint32_t left, uint32_t right) const {
  const Timeline& timeline = *results_.timeline;
  if (timeline.TurnsBetween(left, right)) {
    const int64_t a = timeline.Offset(left);
    const int64_t b = timeline.Offset(right);
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

absl::Status Chooser::Order(std::vector<RowId>* kept) const {
  const size_t wanted =
      plan_.limit.has_value()
          ? std::min(kept->size(), static_cast<size_t>(*plan_.limit))
          : kept->size();
  // Keys are worked out once, beside the rows, which are sorted by number.
  std::vector<const BoundKey*> exprs;
  for (const BoundKey& key : plan_.order_by) {
    if (key.kind == BoundKey::Kind::kExpr) exprs.push_back(&key);
  }
  Reservation memory(run_);
  FOOTFALL_RETURN_IF_ERROR(memory.Add(
      kept->size() * (exprs.size() * SortKeys::kBytes + sizeof(size_t)) +
      wanted * sizeof(RowId)));
  std::vector<SortKeys> columns;
  for (const BoundKey* key : exprs) {
    SortKeys& column =
        columns.emplace_back(key->expr.is_decimal, key->descending);
    FOOTFALL_RETURN_IF_ERROR(column.Extend(run_, kept->size()));
    for (size_t i = 0; i < kept->size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(Cell cell,
                                rows_.Evaluate(key->expr, (*kept)[i]));
      if (key->expr.is_date) cell = ByBegin(cell, results_.timeline->zone());
      column.Set(i, cell);
    }
  }
  const auto less = [&](size_t a, size_t b) {
    const RowId& left = (*kept)[a];
    const RowId& right = (*kept)[b];
    size_t column = 0;
    for (const BoundKey& key : plan_.order_by) {
      int order = 0;
      switch (key.kind) {
        case BoundKey::Kind::kTime:
          order = CompareTimes(left.bucket, right.bucket);
          if (key.descending) order = -order;
          break;
        case BoundKey::Kind::kMember:
          order = names_.Of(key.by, left.group)
                      .compare(names_.Of(key.by, right.group));
          if (key.descending) order = -order;
          break;
        case BoundKey::Kind::kExpr:
          order = columns[column++].Compare(a, b);
          break;
      }
      if (order != 0) return order < 0;
    }
    if (!places_.empty() && places_[left.group] != places_[right.group]) {
      return places_[left.group] < places_[right.group];
    }
    const int groups = names_.Compare(left.group, right.group);
    if (groups != 0) return groups < 0;
    return left.bucket < right.bucket;
  };
  std::vector<size_t> order;
  FOOTFALL_RETURN_IF_ERROR(Extend(run_, kept->size(), &order));
  std::iota(order.begin(), order.end(), 0);
  FOOTFALL_RETURN_IF_ERROR(SortFirst(
      run_, wanted, 1 + plan_.order_by.size() + plan_.by.size(), less, &order));
  std::vector<RowId> sorted;
  sorted.reserve(wanted);
  for (const size_t i : order) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    sorted.push_back((*kept)[i]);
  }
  *kept = std::move(sorted);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::vector<RowId>>> Chooser::Choose() {
  std::vector<RowId> kept;
  // The order of groups, which of them are judged, best and in.
  FOOTFALL_RETURN_IF_ERROR(memory_.Add(results_.groups.size() * 16));
  const size_t buckets = results_.timeline->size();
  const bool sorted = plan_.order_by.empty();
  std::vector<uint32_t> groups;
  if (sorted) {
    FOOTFALL_ASSIGN_OR_RETURN(groups, GroupOrder());
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
      if (keep) FOOTFALL_RETURN_IF_ERROR(Append({group, b}, &kept));
    }
    if (kept.size() == had) LookAtSilent(group);
    if (sorted && !plan_.top.has_value() && kept.size() >= limit) break;
  }
  TellSilent(kept.size());
  if (plan_.top.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool enough, KeepTop(&kept));
    if (!enough) return std::nullopt;
  }
  if (plan_.total.has_value()) FOOTFALL_RETURN_IF_ERROR(KeepTotal(&kept));
  if (!sorted || plan_.top.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(Order(&kept));
  }
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
  FOOTFALL_ASSIGN_OR_RETURN(GroupNames names,
                            GroupNames::Create(run, plan, results->groups));
  return Chooser(run, plan, results, rows, std::move(names)).Choose();
}

}  // namespace footfall::query
