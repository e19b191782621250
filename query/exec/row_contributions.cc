// contribution(x, d): which part of the growth of all groups is a group's.
//
//   (x - x then) / T then
//
// T is x of all groups together, combined from samples. Who has no value on one
// side counts as 0 there: it came, or left. Of the group that is not split
// counts what it exceeds its parts by, as in a share.

#include <memory>
#include <utility>
#include <vector>

#include "query/exec/rows.h"
#include "query/exec/total.h"
#include "query/exec/windows.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

// The rows of all groups as one.
struct Rows::Whole {
  explicit Whole(Plan total) : plan(std::move(total)) {}
  Plan plan;
  Results results;
  std::unique_ptr<Rows> rows;
};

Rows::Rows(Run& run, const Plan& plan, const Results& results,
           RowEvents* events)
    : run_(run), plan_(plan), results_(results), events_(events), memory_(run) {
  for (size_t i = 0; i < plan.leaves.size(); ++i) {
    const Leaf& leaf = plan.leaves[i];
    if (leaf.whole_range || plan.operands[leaf.operand].broadcast()) continue;
    of_buckets_.push_back({i, leaf.window.has_value()});
  }
}
Rows::~Rows() = default;

absl::Status Rows::ReadWhole() {
  auto whole = std::make_unique<Whole>(PlanOfTotal(plan_));
  FOOTFALL_ASSIGN_OR_RETURN(
      whole->results, EvaluateTotal(run_, whole->plan, *results_.timeline));
  whole->results.samples = results_.samples;  // of all groups
  FOOTFALL_RETURN_IF_ERROR(
      LeaveOutWindows(run_, whole->plan, 0, &whole->results));
  whole->rows =
      std::make_unique<Rows>(run_, whole->plan, whole->results, events_);
  whole_ = std::move(whole);
  return absl::OkStatus();
}

namespace {

// 0 of who is not there, which may be hidden in a whole, or late.
Cell AsSide(Cell cell, bool is_decimal) {
  if (cell.has_value) return cell;
  const Scalar zero = is_decimal ? Scalar::Decimal(0) : Scalar::Integer(0);
  Cell side = Cell::Exact(zero, cell.present, cell.expected);
  if (cell.hidden) {
    side.low = cell.low;
    side.high = cell.high;
  }
  return side;
}

}  // namespace

absl::Status Rows::Contribute(size_t transform, uint32_t first_group) {
  const Transform& contribution = plan_.transforms[transform];
  const Timeline& timeline = *results_.timeline;
  if (whole_ == nullptr) FOOTFALL_RETURN_IF_ERROR(ReadWhole());
  FOOTFALL_RETURN_IF_ERROR(whole_->rows->WorkOutFor(contribution.x));
  for (const uint32_t slot : timeline.at(transform)) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    const auto earlier =
        timeline.Earlier(slot, contribution.count, contribution.unit);
    Cell total_now;
    Cell total_then;
    if (earlier.has_value() && !whole_->results.groups.empty()) {
      FOOTFALL_ASSIGN_OR_RETURN(
          total_now, whole_->rows->Evaluate(contribution.x, {0, slot}));
      FOOTFALL_ASSIGN_OR_RETURN(
          total_then, whole_->rows->Evaluate(contribution.x, {0, *earlier}));
    }
    for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
      const RowExpr& x =
          IsNotSplit(contribution, g) ? contribution.counted : contribution.x;
      FOOTFALL_ASSIGN_OR_RETURN(const Cell now, Evaluate(x, {g, slot}));
      Cell cell = Cell::Missing(now.present, now.expected);
      const bool whole_rows =
          earlier.has_value() && total_now.has_value && total_then.has_value &&
          !timeline.partial(g, slot) && !timeline.partial(g, *earlier);
      if (whole_rows) {
        FOOTFALL_ASSIGN_OR_RETURN(const Cell then, Evaluate(x, {g, *earlier}));
        if (now.has_value || then.has_value) {
          FOOTFALL_ASSIGN_OR_RETURN(const Cell more,
                                    Combine('-', AsSide(now, x.is_decimal),
                                            AsSide(then, x.is_decimal)));
          FOOTFALL_ASSIGN_OR_RETURN(cell, Combine('/', more, total_then));
        }
        if (cell.has_value) {
          NoteContribution(now.has_value, then.has_value, g);
          inexact_growth_ |= total_then.kind() != CellKind::kExact;
          if (!contribution.name.empty()) {
            NoteLengths(contribution, {g, slot}, *earlier);
          }
        }
      }
      cells_[transform].Set(g, slot, cell);
    }
  }
  return absl::OkStatus();
}

void Rows::NoteContribution(bool now, bool then, uint32_t group) {
  if (now && then) return;
  std::vector<uint32_t>& list = now ? entered_ : gone_;
  if (list.empty() || list.back() != group) list.push_back(group);
}

}  // namespace footfall::query
