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
namespace {

// Sets those bits of `onto` that are set in `from`, which are of these steps.
void MoveBits(StepRange from_steps, const uint64_t* from, StepRange onto_steps,
              uint64_t* onto) {
  const StepRange both = Intersect(from_steps, onto_steps);
  const size_t first = static_cast<size_t>(both.begin - from_steps.begin);
  const size_t to = static_cast<size_t>(both.begin - onto_steps.begin);
  const size_t count = static_cast<size_t>(both.size());
  for (size_t i = 0; i < count;) {
    const uint32_t n =
        static_cast<uint32_t>(std::min<size_t>(64 - (to + i) % 64, count - i));
    onto[(to + i) / 64] |= StepBits(from, first + i, n) << ((to + i) % 64);
    i += n;
  }
}

}  // namespace

absl::Status PresenceReader::Open() {
  const int64_t n = request_.metric->spec.late;
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<StepRange> bounds,
                            run_.snapshot().StepBounds(request_.metric->id));
  if (!bounds.has_value()) return absl::OkStatus();
  window_ = Intersect(
      {asked().begin - (kLongestGap + 1) * n, asked().end + kLongestGap * n},
      request_.lane_steps->ToLane(*bounds));
  words_ = WordsFor(static_cast<size_t>(window_.size()));
  return absl::OkStatus();
}

absl::Status PresenceReader::Read(std::vector<uint32_t> rows) {
  rows_ = std::move(rows);
  memory_ = Reservation::Of(memory_);
  const SeriesPresence& kept = request_.combined->series_present;
  const bool all_kept = !kept.empty() && window_ == asked();
  const size_t own_words = all_kept ? 0 : rows_.size() * words_;
  FOOTFALL_RETURN_IF_ERROR(
      memory_.Add(own_words * sizeof(uint64_t) +
                  rows_.size() * (sizeof(uint64_t*) + sizeof(SeriesId))));
  present_.clear();
  FOOTFALL_RETURN_IF_ERROR(Extend(run_, own_words, &present_));
  present_of_.resize(rows_.size());
  size_t at = 0;
  for (size_t i = 0; i < rows_.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + words_ / 8));
    uint64_t* const own = all_kept ? nullptr : present_.data() + i * words_;
    const uint64_t* const bits =
        kept.empty() ? nullptr : kept.Of(rows_[i], &at);
    if (bits != nullptr && !all_kept) MoveBits(asked(), bits, window_, own);
    present_of_[i] = all_kept ? bits : own;
  }
  if (all_kept) return absl::OkStatus();
  if (kept.empty()) return ReadAt(window_);
  FOOTFALL_RETURN_IF_ERROR(
      ReadAt(Intersect(window_, {window_.begin, asked().begin})));
  return ReadAt(Intersect(window_, {asked().end, window_.end}));
}

absl::Status PresenceReader::ReadAt(StepRange steps) {
  std::vector<uint32_t> all(rows_.size());
  std::iota(all.begin(), all.end(), 0u);
  return Scan(all, steps, ScanDepth::kPresence, [this](const Lane& lane) {
    OrBits(lane.slab->present.data() + lane.lane * lane.slab->words,
           lane.slab->step_count, lane.offset,
           present_.data() + lane.row * words_);
  });
}

absl::Status PresenceReader::Scan(absl::Span<const uint32_t> wanted,
                                  StepRange steps, ScanDepth depth,
                                  absl::FunctionRef<void(const Lane&)> take) {
  if (wanted.empty() || steps.empty()) return absl::OkStatus();
  std::vector<SeriesId> series(wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    series[i] = request_.rows->ids[rows_[wanted[i]]];
  }
  ScanRequest scan;
  scan.metric = request_.metric->id;
  scan.series = series;
  scan.steps = steps;
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
  out->assign(request_.combined->words, 0);
  MoveBits(window_, bits.data(), asked(), out->data());
}

}  // namespace footfall::query
