// What rows or groups are sorted by, worked out once.

#ifndef FOOTFALL_QUERY_EXEC_SORT_KEYS_H_
#define FOOTFALL_QUERY_EXEC_SORT_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "query/cell/cell.h"
#include "query/exec/run.h"

namespace footfall::query {

// One column of keys: in it, order is that of OrderCells(). A key takes
// kBytes.
class SortKeys {
 public:
  static constexpr uint64_t kBytes = sizeof(int64_t) + 1;

  // `is_decimal` as the cells will be.
  SortKeys(bool is_decimal, bool descending)
      : is_decimal_(is_decimal), descending_(descending) {}

  // To `size` keys, those of cells without a value.
  absl::Status Extend(const Run& run, size_t size);
  void Set(size_t i, const Cell& cell);
  // -1, 0 or 1.
  int Compare(size_t a, size_t b) const {
    if (classes_[a] != classes_[b]) return classes_[a] > classes_[b] ? -1 : 1;
    if (places_[a] == places_[b]) return 0;
    return (places_[a] < places_[b]) != descending_ ? -1 : 1;
  }

 private:
  bool is_decimal_;
  bool descending_;
  std::vector<int64_t> places_;   // integers of the same order as the values
  std::vector<uint8_t> classes_;  // no value, NaN, numbers: the last first
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_SORT_KEYS_H_
