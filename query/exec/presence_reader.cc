#include "query/exec/presence_reader.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "query/exec/intersect.h"
#include "query/exec/lanes.h"
#include "query/exec/renamed_scan.h"
#include "query/func/step_words.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

absl::Status PresenceReader::Read(std::vector<uint32_t> rows) {
  rows_ = std::move(rows);
  const int64_t n = request_.metric->spec.late;
  const StepRange asked = request_.combined->steps;
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<StepRange> bounds,
                            run_.snapshot().StepBounds(request_.metric->id));
  if (!bounds.has_value()) return absl::OkStatus();
  window_ = Intersect(
      {asked.begin - (kLongestGap + 1) * n, asked.end + kLongestGap * n},
      request_.lane_steps->ToLane(*bounds));
  if (window_.empty()) return absl::OkStatus();
  words_ = WordsFor(static_cast<size_t>(window_.size()));
  FOOTFALL_RETURN_IF_ERROR(memory_.Add(
      rows_.size() * (words_ * sizeof(uint64_t) + sizeof(SeriesId))));
  FOOTFALL_RETURN_IF_ERROR(Extend(run_, rows_.size() * words_, &present_));
  std::vector<uint32_t> all(rows_.size());
  std::iota(all.begin(), all.end(), 0u);
  return Scan(all, ScanDepth::kPresence, [this](const Lane& lane) {
    OrBits(lane.slab->present.data() + lane.lane * lane.slab->words,
           lane.slab->step_count, lane.offset,
           present_.data() + lane.row * words_);
  });
}

absl::Status PresenceReader::Scan(absl::Span<const uint32_t> wanted,
                                  ScanDepth depth,
                                  absl::FunctionRef<void(const Lane&)> take) {
  std::vector<SeriesId> series(wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    series[i] = request_.rows->ids[rows_[wanted[i]]];
  }
  ScanRequest scan;
  scan.metric = request_.metric->id;
  scan.series = series;
  scan.steps = window_;
  scan.depth = depth;
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::unique_ptr<SlabCursor> cursor,
      ScanRows(run_, *request_.rows, *request_.lane_steps, scan));
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) break;
    const Slab& slab = cursor->slab();
    const size_t offset = static_cast<size_t>(slab.first_step - window_.begin);
    FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + slab.series.size()));
    size_t at = 0;
    for (size_t i = 0; i < slab.series.size(); ++i) {
      at = static_cast<size_t>(
          std::lower_bound(series.begin() + static_cast<ptrdiff_t>(at),
                           series.end(), slab.series[i]) -
          series.begin());
      take({&slab, i, offset, wanted[at]});
    }
  }
  run_.CountLookedAt(cursor->stats());
  return absl::OkStatus();
}

size_t PresenceReader::IndexOf(uint32_t row) const {
  return static_cast<size_t>(std::lower_bound(rows_.begin(), rows_.end(), row) -
                             rows_.begin());
}

void PresenceReader::Narrow(absl::Span<const uint64_t> bits,
                            std::vector<uint64_t>* out) const {
  const StepRange asked = request_.combined->steps;
  out->assign(request_.combined->words, 0);
  const StepRange both = Intersect(asked, window_);
  const size_t from = static_cast<size_t>(both.begin - window_.begin);
  const size_t to = static_cast<size_t>(both.begin - asked.begin);
  const size_t count = static_cast<size_t>(std::max<int64_t>(0, both.size()));
  for (size_t i = 0; i < count;) {
    const uint32_t n =
        static_cast<uint32_t>(std::min<size_t>(64 - (to + i) % 64, count - i));
    (*out)[(to + i) / 64] |= StepBits(bits.data(), from + i, n)
                             << ((to + i) % 64);
    i += n;
  }
}

}  // namespace footfall::query
