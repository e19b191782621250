#include "query/exec/series_counts.h"

#include <bit>

#include "query/exec/lanes.h"

namespace footfall::query {

void SeriesCounts::Plan(absl::Span<const size_t> members, size_t words) {
  words_ = words;
  begin_.assign(1, 0);
  for (const size_t count : members) {
    const size_t planes =
        count < 2 ? 0 : static_cast<size_t>(std::bit_width(count));
    begin_.push_back(begin_.back() + planes * words);
  }
}

void SeriesCounts::Add(size_t set, const uint64_t* present, size_t count,
                       size_t offset) {
  if (begin_[set] == begin_[set + 1]) return;
  CountBits(present, count, offset, words_, planes(set),
            counters_.data() + begin_[set]);
}

bool SeriesCounts::AnyBelow(size_t set, size_t members,
                            const uint64_t* present) const {
  const uint64_t* counters = counters_.data() + begin_[set];
  for (size_t p = 0; p < planes(set); ++p) {
    const uint64_t expected = (members >> p & 1) != 0 ? ~uint64_t{0} : 0;
    for (size_t w = 0; w < words_; ++w) {
      if (((counters[p * words_ + w] ^ expected) & present[w]) != 0) {
        return true;
      }
    }
  }
  return false;
}

std::optional<SeriesCountChange> SeriesCounts::FindChange(
    size_t set, const uint64_t* present, int64_t first_step,
    const StepRange* within) const {
  if (begin_[set] == begin_[set + 1]) return std::nullopt;
  const uint64_t* counters = counters_.data() + begin_[set];
  // A digit that is not the same everywhere.
  bool changes = false;
  for (size_t p = 0; p < planes(set) && !changes; ++p) {
    bool some_set = false;
    bool some_clear = false;
    for (size_t w = 0; w < words_; ++w) {
      const uint64_t bits = counters[p * words_ + w] & present[w];
      some_set |= bits != 0;
      some_clear |= bits != present[w];
    }
    changes = some_set && some_clear;
  }
  if (!changes) return std::nullopt;
  SeriesCountChange change;
  change.set = set;
  bool have_first = false;
  for (size_t i = 0; i < words_ * 64; ++i) {
    if (!BitAt(present, i)) continue;
    const int64_t step = first_step + static_cast<int64_t>(i);
    if (within != nullptr && (step < within->begin || step >= within->end)) {
      continue;
    }
    const uint64_t count = CounterAt(counters, words_, planes(set), i);
    if (have_first && count != change.count) {
      change.other_step = step;
      change.other_count = count;
      return change;
    }
    have_first = true;
    change.step = step;
    change.count = count;
  }
  return std::nullopt;
}

}  // namespace footfall::query
