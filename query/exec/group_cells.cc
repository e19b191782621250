#include "query/exec/group_cells.h"

#include <bit>

#include "query/cell/compare.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

void SetOneBit(std::vector<uint64_t>* words, size_t i, bool on) {
  if (i / 64 >= words->size()) words->push_back(0);
  if (on) (*words)[i / 64] |= uint64_t{1} << (i % 64);
}

// The lower of two lows (the higher of two highs); nullopt is open.
using Bound = std::optional<Scalar>;
Bound Lower(const Bound& a, const Bound& b) {
  if (!a.has_value() || !b.has_value()) return std::nullopt;
  return CompareScalars(*b, *a) < 0 ? b : a;
}
Bound Higher(const Bound& a, const Bound& b) {
  if (!a.has_value() || !b.has_value()) return std::nullopt;
  return CompareScalars(*b, *a) > 0 ? b : a;
}

Bound LowOf(const Cell& cell) { return cell.inexact ? std::nullopt : cell.low; }
Bound HighOf(const Cell& cell) {
  return cell.inexact ? std::nullopt : cell.high;
}

}  // namespace

void GroupCells::Clear() {
  any_ = false;
  coverage_ = coverage_of_all_ = Coverage();
  for (auto* numbers : {&values_, &lows_, &highs_}) numbers->clear();
  for (auto* words : {&present_, &low_open_, &high_open_}) words->clear();
  hidden_.clear();
}

void GroupCells::Add(const Cell& cell) {
  const Coverage own = {cell.present, cell.expected};
  coverage_of_all_ = LeastCoverage(coverage_of_all_, own);
  if (cell.hidden) hidden_.push_back(cell);
  if (!cell.has_value) return;
  coverage_ = any_ ? LeastCoverage(coverage_, own) : own;
  any_ = true;
  const Bound low = LowOf(cell);
  const Bound high = HighOf(cell);
  const size_t i = values_.size();
  values_.push_back(BitsOfScalar(is_decimal_, cell.value));
  lows_.push_back(BitsOfScalar(is_decimal_, low.value_or(cell.value)));
  highs_.push_back(BitsOfScalar(is_decimal_, high.value_or(cell.value)));
  SetOneBit(&present_, i, true);
  SetOneBit(&low_open_, i, !low.has_value());
  SetOneBit(&high_open_, i, !high.has_value());
}

StepSpan GroupCells::Span() const {
  StepSpan span;
  span.count = static_cast<uint32_t>(values_.size());
  span.is_decimal = is_decimal_;
  span.values = values_.data();
  span.lows = lows_.data();
  span.highs = highs_.data();
  span.present = present_.data();
  span.low_open = low_open_.data();
  span.high_open = high_open_.data();
  return span;
}

absl::StatusOr<Cell> GroupCells::Reduce(Aggregate aggregate,
                                        double quantile) const {
  const StepSpan span = Span();
  FOOTFALL_ASSIGN_OR_RETURN(
      Cell cell, query::Reduce(aggregate, span,
                               static_cast<int64_t>(values_.size()), quantile));
  FOOTFALL_RETURN_IF_ERROR(ReckonHidden(aggregate, &cell));
  cell.present = coverage().present;
  cell.expected = coverage().expected;
  return cell;
}

absl::Status GroupCells::ReckonHidden(Aggregate aggregate, Cell* cell) const {
  if (hidden_.empty() || !cell->has_value) return absl::OkStatus();
  const Scalar zero = is_decimal_ ? Scalar::Decimal(0) : Scalar::Integer(0);
  switch (aggregate) {
    case Aggregate::kCount:
      cell->high->integer += static_cast<int64_t>(hidden_.size());
      return absl::OkStatus();
    case Aggregate::kStddev:
      cell->inexact = true;
      cell->low.reset();
      cell->high.reset();
      return absl::OkStatus();
    default:
      break;
  }
  const bool sum = aggregate == Aggregate::kSum;
  const bool between =
      aggregate == Aggregate::kAvg || aggregate == Aggregate::kQuantile;
  Bound low = cell->low;
  Bound high = cell->high;
  if (between) {
    const StepSpan span = Span();
    const int64_t count = static_cast<int64_t>(values_.size());
    FOOTFALL_ASSIGN_OR_RETURN(const Cell least,
                              query::Reduce(Aggregate::kMin, span, count));
    FOOTFALL_ASSIGN_OR_RETURN(const Cell largest,
                              query::Reduce(Aggregate::kMax, span, count));
    low = least.low;
    high = largest.high;
  }
  for (const Cell& one : hidden_) {
    const Bound its_low = LowOf(one);
    const Bound its_high = HighOf(one);
    if (sum) {
      const auto add = [&](const Bound& more, Bound* to) {
        if (!to->has_value() || !more.has_value()) {
          to->reset();
          return absl::OkStatus();
        }
        FOOTFALL_ASSIGN_OR_RETURN(
            const Cell both,
            Combine('+', Cell::Exact(**to, 0, 0), Cell::Exact(*more, 0, 0)));
        *to = both.value;
        return absl::OkStatus();
      };
      FOOTFALL_RETURN_IF_ERROR(add(Lower(its_low, zero), &low));
      FOOTFALL_RETURN_IF_ERROR(add(Higher(its_high, zero), &high));
      continue;
    }
    if (aggregate != Aggregate::kMax) low = Lower(low, its_low);
    if (aggregate != Aggregate::kMin) high = Higher(high, its_high);
  }
  cell->low = low;
  cell->high = high;
  if (cell->value.is_decimal) {
    for (Bound* bound : {&cell->low, &cell->high}) {
      if (bound->has_value()) **bound = Scalar::Decimal((*bound)->as_decimal());
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
