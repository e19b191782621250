// Cells of one key, which lie side by side once they are sorted, become one.

#ifndef FOOTFALL_ENGINE_WRITE_SAME_CELLS_H_
#define FOOTFALL_ENGINE_WRITE_SAME_CELLS_H_

#include <cstdint>
#include <vector>

#include "absl/base/casts.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/write/cell_runs.h"
#include "footfall/database.h"
#include "footfall/metric.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

class SameCells {
 public:
  SameCells(SameSample rule, ValueType type) : rule_(rule), type_(type) {}

  // Takes cells in order, and calls `take` with those that are finished, one of
  // each key and many at a time; after a clash no more.
  template <typename Take>
  absl::Status Add(absl::Span<const Cell> cells, Take take) {
    while (!cells.empty()) {
      if (open_ && cells.front().key == cell_.key) {
        FOOTFALL_RETURN_IF_ERROR(Join(cells.front()));
        cells.remove_prefix(1);
        continue;
      }
      FOOTFALL_RETURN_IF_ERROR(Flush(take));
      // Another may join the last one of different keys.
      size_t last = 0;
      while (last + 1 < cells.size() &&
             cells[last].key != cells[last + 1].key) {
        ++last;
      }
      if (last > 0 && clash_count_ == 0) {
        FOOTFALL_RETURN_IF_ERROR(take(cells.first(last)));
      }
      cell_ = cells[last];
      open_ = true;
      clashes_here_ = false;
      cells.remove_prefix(last + 1);
    }
    return absl::OkStatus();
  }
  template <typename Take>
  absl::Status Flush(Take take) {
    if (!open_ || clash_count_ > 0) return absl::OkStatus();
    open_ = false;
    return take(absl::MakeConstSpan(&cell_, 1));
  }

  // Cells beyond the first of their key, and those of them with its value.
  uint64_t joined() const { return joined_; }
  uint64_t equal() const { return equal_; }
  // Keys of cells with different values where that is refused: how many, and
  // the first kMaxClashes of them.
  uint64_t clash_count() const { return clash_count_; }
  const std::vector<uint64_t>& clashes() const { return clashes_; }

 private:
  static constexpr size_t kMaxClashes = 5;

  // Of the same key as cell_. OUT_OF_RANGE: a sum beyond 64 bits.
  absl::Status Join(const Cell& cell) {
    ++joined_;
    const bool same = cell.value == cell_.value;
    equal_ += same ? 1 : 0;
    if (same && rule_ != SameSample::kSum) return absl::OkStatus();
    switch (rule_) {
      case SameSample::kLast:
        cell_.value = cell.value;
        break;
      case SameSample::kFirst:
        break;
      case SameSample::kMax:
        if (Less(cell_.value, cell.value)) cell_.value = cell.value;
        break;
      case SameSample::kSum:
        return Sum(cell.value);
      case SameSample::kRefuse:
        if (clashes_here_) break;
        clashes_here_ = true;
        ++clash_count_;
        if (clashes_.size() < kMaxClashes) clashes_.push_back(cell.key);
        break;
    }
    return absl::OkStatus();
  }

  bool Less(int64_t a, int64_t b) const {
    if (type_ == ValueType::kInteger) return a < b;
    return absl::bit_cast<double>(a) < absl::bit_cast<double>(b);
  }

  absl::Status Sum(int64_t value) {
    if (type_ != ValueType::kInteger) {
      cell_.value = absl::bit_cast<int64_t>(
          absl::bit_cast<double>(cell_.value) + absl::bit_cast<double>(value));
    } else if (__builtin_add_overflow(cell_.value, value, &cell_.value)) {
      return absl::OutOfRangeError(
          "the sum of the rows of one sample is outside 64 bits");
    }
    return absl::OkStatus();
  }

  const SameSample rule_;
  const ValueType type_;
  Cell cell_ = {};
  bool open_ = false;
  bool clashes_here_ = false;
  uint64_t joined_ = 0;
  uint64_t equal_ = 0;
  uint64_t clash_count_ = 0;
  std::vector<uint64_t> clashes_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_SAME_CELLS_H_
