// Sorting that looks: it can be stopped between any two comparisons.

#ifndef FOOTFALL_QUERY_EXEC_SORT_ROWS_H_
#define FOOTFALL_QUERY_EXEC_SORT_ROWS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "query/exec/run.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

// Keeps the first `wanted` of the items (numbers), in order. `less` tells any
// two apart; a comparison takes about `work` cells (kWorkBetweenLooks).
//
// Few of many go through a heap of those, all through stretches that are sorted
// and then merged. Takes room for the items once more.
template <typename Item, typename Less>
absl::Status SortFirst(Run& run, size_t wanted, uint64_t work, Less less,
                       std::vector<Item>* items) {
  constexpr size_t kStretch = 512;  // ten comparisons of each
  constexpr size_t kFew = 8;
  const size_t n = items->size();
  const auto begin = items->begin();
  const auto at = [begin](size_t i) {
    return begin + static_cast<std::ptrdiff_t>(i);
  };
  if (wanted == 0) items->clear();
  if (wanted == 0 || n < 2) return absl::OkStatus();
  if (wanted < n / kFew) {
    for (size_t i = 1; i <= wanted; ++i) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass(2 * work));
      std::push_heap(begin, at(i), less);
    }
    for (size_t i = wanted; i < n; ++i) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass(work));
      if (!less((*items)[i], items->front())) continue;
      FOOTFALL_RETURN_IF_ERROR(run.Pass(32 * work));
      std::pop_heap(begin, at(wanted), less);
      (*items)[wanted - 1] = (*items)[i];
      std::push_heap(begin, at(wanted), less);
    }
    items->resize(wanted);
    for (size_t i = wanted; i > 1; --i) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass(32 * work));
      std::pop_heap(items->begin(), at(i), less);
    }
    return absl::OkStatus();
  }
  for (size_t i = 0; i < n; i += kStretch) {
    const size_t end = std::min(n, i + kStretch);
    FOOTFALL_RETURN_IF_ERROR(
        run.Pass(std::min((end - i) * 10 * work, kWorkBetweenLooks)));
    std::sort(at(i), at(end), less);
  }
  Reservation room(run);
  FOOTFALL_RETURN_IF_ERROR(room.Add(n * sizeof(Item)));
  std::vector<Item> merged(n);
  for (size_t length = kStretch; length < n; length *= 2) {
    for (size_t first = 0; first < n; first += 2 * length) {
      const size_t middle = std::min(n, first + length);
      const size_t end = std::min(n, first + 2 * length);
      size_t left = first;
      size_t right = middle;
      for (size_t to = first; to < end; ++to) {
        FOOTFALL_RETURN_IF_ERROR(run.Pass(work));
        const bool take_right =
            left == middle ||
            (right < end && less((*items)[right], (*items)[left]));
        merged[to] = (*items)[take_right ? right++ : left++];
      }
    }
    std::swap(*items, merged);
  }
  items->resize(std::min(n, wanted));
  return absl::OkStatus();
}

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_SORT_ROWS_H_
