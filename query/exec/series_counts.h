// How many series stand behind a set's value at each step.

#ifndef FOOTFALL_QUERY_EXEC_SERIES_COUNTS_H_
#define FOOTFALL_QUERY_EXEC_SERIES_COUNTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "footfall/period.h"

namespace footfall::query {

// A step at which a value is made of another number of series than before.
struct SeriesCountChange {
  size_t set = 0;
  int64_t step = 0;
  uint64_t count = 0;
  int64_t other_step = 0;
  uint64_t other_count = 0;
};

class SeriesCounts {
 public:
  // Of sets with so many series each, over `words` words of steps. Those of
  // fewer than two are not counted.
  void Plan(absl::Span<const size_t> members, size_t words);
  // What Allocate() takes, in bytes.
  uint64_t Bytes() const { return begin_.back() * 8; }
  void Allocate() { counters_.assign(begin_.back(), 0); }

  // One more series of the set, there at the bits [0, count) of `present`, of
  // which the first is step `offset`.
  void Add(size_t set, const uint64_t* present, size_t count, size_t offset);

  // Whether fewer than `members` series are there at a step at which the set
  // has a value (`present`, [words]).
  bool AnyBelow(size_t set, size_t members, const uint64_t* present) const;

  // The first change of a set among the steps at which it has a value
  // (`present`, [words]; bit 0 is `first_step`), and among `within`; null: all.
  std::optional<SeriesCountChange> FindChange(size_t set,
                                              const uint64_t* present,
                                              int64_t first_step,
                                              const StepRange* within) const;

 private:
  size_t planes(size_t set) const {
    return (begin_[set + 1] - begin_[set]) / words_;
  }

  size_t words_ = 1;
  std::vector<size_t> begin_ = {0};  // [sets + 1] in counters_
  // [planes of all sets][words]: see CountBits().
  std::vector<uint64_t> counters_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_SERIES_COUNTS_H_
