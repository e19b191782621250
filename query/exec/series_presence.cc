#include "query/exec/series_presence.h"

#include <algorithm>
#include <utility>

#include "query/lang/status_macros.h"

namespace footfall::query {

absl::Status SeriesPresence::Keep(Run& run, absl::Span<const UsedRow> others,
                                  absl::Span<const UsedRow> wholes,
                                  size_t words) {
  const size_t rows = others.size() + wholes.size();
  const uint64_t bytes = rows * (words * sizeof(uint64_t) + sizeof(uint32_t));
  Reservation memory(run);
  if (bytes > kMostBytes || !memory.Add(bytes).ok()) return absl::OkStatus();
  memory_ = std::move(memory);
  words_ = words;
  wholes_ = others.size();
  rows_.reserve(rows);
  for (const auto& list : {others, wholes}) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass(1 + list.size() / 8));
    for (const UsedRow& used : list) rows_.push_back(used.row);
  }
  return Extend(run, rows * words, &present_);
}

const uint64_t* SeriesPresence::Of(uint32_t row, size_t* at) const {
  if (*at >= rows_.size() || rows_[*at] != row) {
    const auto edge = rows_.begin() + static_cast<ptrdiff_t>(wholes_);
    auto found = std::lower_bound(rows_.begin(), edge, row);
    if (found == edge || *found != row) {
      found = std::lower_bound(edge, rows_.end(), row);
    }
    *at = static_cast<size_t>(found - rows_.begin());
  }
  return present_.data() + (*at)++ * words_;
}

}  // namespace footfall::query
