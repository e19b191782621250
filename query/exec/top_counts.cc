// count_in_top(x, k).

#include "query/exec/top_counts.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "query/exec/lanes.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// A number as an integer of the same order; a NaN below all of them.
int64_t OrderOf(bool decimal, int64_t bits) {
  if (!decimal) return bits;
  const double number = std::bit_cast<double>(bits);
  if (std::isnan(number)) return INT64_MIN;
  if (number == 0) return 0;  // both zeros
  return bits < 0 ? bits ^ INT64_MAX : bits;
}

}  // namespace

TopCounts::TopCounts(size_t groups, StepRange steps)
    : groups_(groups),
      steps_(steps),
      size_(static_cast<size_t>(steps.size())),
      words_(WordsFor(size_)) {}

absl::StatusOr<TopCounts> TopCounts::Create(const Run& run, size_t groups,
                                            StepRange steps) {
  TopCounts top(groups, steps);
  const size_t cells = groups * top.size_;
  FOOTFALL_RETURN_IF_ERROR(Extend(run, cells, &top.values_));
  FOOTFALL_RETURN_IF_ERROR(Extend(run, cells, &top.lows_));
  FOOTFALL_RETURN_IF_ERROR(Extend(run, cells, &top.highs_));
  FOOTFALL_RETURN_IF_ERROR(Extend(run, groups * top.words_, &top.present_));
  FOOTFALL_RETURN_IF_ERROR(Extend(run, groups * top.words_, &top.hidden_));
  FOOTFALL_RETURN_IF_ERROR(Extend(run, top.size_, &top.thresholds_));
  return top;
}

uint64_t TopCounts::Bytes(size_t groups, StepRange steps) {
  const uint64_t size = static_cast<uint64_t>(steps.size());
  return groups * (size * 3 + 2 * WordsFor(size)) * 8 +
         size * sizeof(Threshold);
}

void TopCounts::KeepAt(size_t group, const StepLane& lane, size_t from,
                       size_t s) {
  const size_t to = group * size_ + s;
  values_[to] = OrderOf(lane.is_decimal, lane.values[from]);
  lows_[to] = lane.lows == nullptr ? values_[to]
                                   : OrderOf(lane.is_decimal, lane.lows[from]);
  highs_[to] = lane.highs == nullptr
                   ? values_[to]
                   : OrderOf(lane.is_decimal, lane.highs[from]);
  if (lane.low_open != nullptr && BitAt(lane.low_open, from)) {
    lows_[to] = INT64_MIN;
  }
  if (lane.high_open != nullptr && BitAt(lane.high_open, from)) {
    highs_[to] = INT64_MAX;
  }
}

void TopCounts::Put(size_t group, const StepLane& lane) {
  const StepRange both = {std::max(steps_.begin, lane.steps.begin),
                          std::min(steps_.end, lane.steps.end)};
  for (int64_t step = both.begin; step < both.end; ++step) {
    const size_t from = static_cast<size_t>(step - lane.steps.begin);
    if (!BitAt(lane.present, from)) continue;
    const size_t s = static_cast<size_t>(step - steps_.begin);
    present_[group * words_ + s / 64] |= uint64_t{1} << (s % 64);
    KeepAt(group, lane, from, s);
  }
}

void TopCounts::PutHidden(size_t group, const StepLane& lane) {
  const StepRange both = {std::max(steps_.begin, lane.steps.begin),
                          std::min(steps_.end, lane.steps.end)};
  for (int64_t step = both.begin; step < both.end; ++step) {
    const size_t from = static_cast<size_t>(step - lane.steps.begin);
    const size_t s = static_cast<size_t>(step - steps_.begin);
    if (!BitAt(lane.present, from) || IsPresent(group, s)) continue;
    hidden_[group * words_ + s / 64] |= uint64_t{1} << (s % 64);
    KeepAt(group, lane, from, s);
  }
}

absl::Status TopCounts::Rank(const Run& run, int64_t k) {
  const size_t top = static_cast<size_t>(k);
  std::vector<int64_t> column;
  for (size_t s = 0; s < size_; ++s) {
    FOOTFALL_RETURN_IF_ERROR(run.CheckStop());
    // Puts the column in order up to its k-th; false: all are in the top.
    const auto order = [&](const std::vector<int64_t>& numbers,
                           bool with_hidden) {
      column.clear();
      for (size_t g = 0; g < groups_; ++g) {
        if (IsPresent(g, s) || (with_hidden && IsHidden(g, s))) {
          column.push_back(numbers[g * size_ + s]);
        }
      }
      if (column.size() <= top) return false;
      std::nth_element(column.begin(),
                       column.begin() + static_cast<ptrdiff_t>(top - 1),
                       column.end(), std::greater<int64_t>());
      return true;
    };
    Threshold& threshold = thresholds_[s];
    if (order(values_, false)) threshold.value = column[top - 1];
    if (order(lows_, false)) threshold.low = column[top - 1];
    if (!order(highs_, true)) continue;
    threshold.high = column[top - 1];
    threshold.next_high = *std::max_element(
        column.begin() + static_cast<ptrdiff_t>(top), column.end());
  }
  return absl::OkStatus();
}

TopCounts::Count TopCounts::Of(size_t group, StepRange steps) const {
  Count count;
  const StepRange both = {std::max(steps_.begin, steps.begin),
                          std::min(steps_.end, steps.end)};
  for (int64_t step = both.begin; step < both.end; ++step) {
    const size_t s = static_cast<size_t>(step - steps_.begin);
    if (!IsPresent(group, s)) continue;
    const Threshold& threshold = thresholds_[s];
    const int64_t low = lows_[group * size_ + s];
    const int64_t high = highs_[group * size_ + s];
    ++count.present;
    count.value += values_[group * size_ + s] >= threshold.value ? 1 : 0;
    count.high += high >= threshold.low ? 1 : 0;
    // Its own high counts among the highs above its low.
    const int64_t above = high > low ? threshold.next_high : threshold.high;
    count.low += above <= low ? 1 : 0;
  }
  return count;
}

}  // namespace footfall::query
