// top_share(x): the shares of all groups at or above one, added up.

#include <algorithm>
#include <functional>
#include <vector>

#include "query/exec/rows.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

namespace {

// Numbers, the largest first, and what those up to each come to.
class Descending {
 public:
  void Add(double number) { numbers_.push_back(number); }
  void Sort() {
    std::sort(numbers_.begin(), numbers_.end(), std::greater<double>());
    long double sum = 0;
    for (const double number : numbers_) {
      sum += number;
      sums_.push_back(sum);
    }
  }
  // Of those that are at least `number`.
  long double SumFrom(double number) const {
    const auto end =
        std::partition_point(numbers_.begin(), numbers_.end(),
                             [number](double one) { return one >= number; });
    return end == numbers_.begin()
               ? 0
               : sums_[static_cast<size_t>(end - numbers_.begin()) - 1];
  }

 private:
  std::vector<double> numbers_;
  std::vector<long double> sums_;
};

}  // namespace

// The sum of the shares of all that stand at or above a group. Low: of those
// that do so for certain; high: of those that may. What is hidden may, too;
// where groups are different people, they are no more than all.
absl::Status Rows::AddUpShares(size_t share, uint32_t slot,
                               const std::vector<uint32_t>& groups,
                               std::vector<Cell>* cells) const {
  const Total& total = TotalBehind(share, {groups[0], slot});
  const bool hides = total.lacks || total.outside;
  Descending values;
  Descending lows;
  Descending highs;
  std::vector<double> amounts(groups.size());
  bool exact = true;
  bool closed = !total.negative;
  size_t known = 0;  // groups
  Coverage coverage;
  for (size_t i = 0; i < groups.size(); ++i) {
    FOOTFALL_ASSIGN_OR_RETURN(cells->emplace_back(),
                              EvaluateShare(share, {groups[i], slot}));
    const Cell& cell = cells->back();
    if (!cell.has_value) continue;
    FOOTFALL_ASSIGN_OR_RETURN(
        const Cell counted,
        EvaluateChange(plan_.transforms[share].counted, {groups[i], slot}));
    ++known;
    amounts[i] = counted.value.as_decimal();
    values.Add(amounts[i]);
    coverage = LeastCoverage(coverage, {cell.present, cell.expected});
    exact = exact && cell.kind() == CellKind::kExact;
    closed = closed && !cell.inexact && cell.low && cell.high;
    if (!closed) continue;
    lows.Add(cell.low->decimal);
    highs.Add(cell.high->decimal);
  }
  for (Descending* numbers : {&values, &lows, &highs}) numbers->Sort();
  for (size_t i = 0; i < groups.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    Cell& cell = (*cells)[i];
    if (!cell.has_value) continue;
    const Cell own = cell;
    cell = Cell::Exact(Scalar::Decimal(static_cast<double>(
                           values.SumFrom(amounts[i]) / total.value)),
                       coverage.present, coverage.expected);
    if (exact) continue;
    cell.inexact = !closed;
    cell.low.reset();
    cell.high.reset();
    if (!closed) continue;
    const double value = cell.value.decimal;
    const double low = own.low->decimal;
    const double high = own.high->decimal;
    const long double above = lows.SumFrom(high) + (low >= high ? 0.0 : low);
    cell.low = Scalar::Decimal(std::min(static_cast<double>(above), value));
    long double most = highs.SumFrom(low);
    if (!total.overlaps) most = hides ? 1 : std::min(most, 1.0L);
    // Whether hidden groups overlap a lone one, no pair has told.
    if (!hides || (!total.overlaps && known > 1)) {
      cell.high = Scalar::Decimal(std::max(static_cast<double>(most), value));
    }
  }
  return absl::OkStatus();
}

absl::Status Rows::TopShare(size_t transform) {
  const size_t share = plan_.transforms[transform].x.transform;
  FOOTFALL_ASSIGN_OR_RETURN(const Scopes scopes, FindScopes(transform));
  Reservation fits(run_);
  FOOTFALL_RETURN_IF_ERROR(
      fits.Add(results_.groups.size() * (sizeof(Cell) + 8 * sizeof(double))));
  std::vector<Cell> cells;
  for (const uint32_t slot : results_.timeline->at(transform)) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    for (const std::vector<uint32_t>& groups : scopes.groups) {
      cells.clear();
      FOOTFALL_RETURN_IF_ERROR(AddUpShares(share, slot, groups, &cells));
      for (size_t i = 0; i < groups.size(); ++i) {
        cells_[transform].Set(groups[i], slot, cells[i]);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
