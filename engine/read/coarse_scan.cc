#include "engine/read/coarse_scan.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/casts.h"
#include "absl/strings/str_cat.h"
#include "engine/read/tile_scan.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

bool HasBit(const uint64_t* bits, size_t i) {
  return (bits[i / 64] >> (i % 64) & 1) != 0;
}
void SetBit(uint64_t* bits, size_t i) {
  bits[i / 64] |= uint64_t{1} << (i % 64);
}

class NoScan final : public SlabCursor {
 public:
  explicit NoScan(absl::Status status) : status_(std::move(status)) {}
  absl::StatusOr<bool> Next() override { return status_; }
  const Slab& slab() const override { return slab_; }
  const ScanStats& stats() const override { return stats_; }

 private:
  const absl::Status status_;
  Slab slab_;
  ScanStats stats_;
};

// Blocks of the tier's own eras and bands, one at a time.
class CoarseScan final : public SlabCursor {
 public:
  CoarseScan(const TileSource& source, const MetricState& state,
             const ScanRequest& request, std::vector<StepRange> stretches)
      : source_(source),
        state_(state),
        request_(request),
        decimal_(state.layout.type == storage::CellType::kDecimal),
        rule_(state.metric->spec.over_time) {
    const uint32_t lanes = state.layout.shape.lanes;
    absl::Span<const SeriesId> left = request.series;
    while (!left.empty() && left.front() < source.series_count) {
      const SeriesId band = left.front() / lanes;
      size_t count = 0;
      while (count < left.size() && left[count] / lanes == band) ++count;
      bands_.push_back(left.first(count));
      left.remove_prefix(count);
    }
    for (const StepRange& stretch : stretches) {
      const StepRange steps =
          Clip(Clip(stretch, request.steps), state.metric->grid.Limits());
      for (int64_t begin = steps.begin; begin < steps.end;) {
        const int64_t end = std::min(
            steps.end, WholeEras(state.layout, {begin, begin + 1}).end);
        windows_.push_back({begin, end});
        begin = end;
      }
    }
  }

  absl::StatusOr<bool> Next() override {
    return Guarded([this] { return Step(); });
  }
  const Slab& slab() const override { return slab_; }
  const ScanStats& stats() const override { return stats_; }

 private:
  absl::StatusOr<bool> Step() {
    // Scans are opened as it goes on.
    const OpenGate::Pass pass(source_.gate);
    if (!pass.inside()) return OpenGate::ClosedError();
    if (request_.depth == ScanDepth::kCeilings) return NothingKnown();
    for (; window_ < windows_.size(); ++window_, band_ = 0) {
      while (band_ < bands_.size()) {
        FOOTFALL_RETURN_IF_ERROR(Read(windows_[window_], bands_[band_++]));
        if (!slab_.series.empty()) return true;
      }
    }
    return false;
  }

  absl::StatusOr<bool> NothingKnown() {
    if (windows_.empty() || bands_.empty()) return false;
    slab_ = Slab();
    slab_.first_step = windows_[0].begin;
    slab_.step_count = 1;
    slab_.words = 1;
    windows_.clear();
    size_t count = 0;
    for (const auto& band : bands_) count += band.size();
    values_.assign(count, INT64_MAX);
    slab_.series = request_.series.first(count);
    slab_.values = values_;
    return true;
  }

  absl::Status Read(StepRange window, absl::Span<const SeriesId> series) {
    const size_t steps = static_cast<size_t>(window.size());
    words_ = (steps + 63) / 64;
    first_ = window.begin;
    steps_ = steps;
    values_.assign(
        request_.depth == ScanDepth::kValues ? series.size() * steps : 0, 0);
    present_.assign(series.size() * words_, 0);
    const TierParts parts = PartsOf(state_, window);
    if (!parts.stored.empty()) {
      FOOTFALL_RETURN_IF_ERROR(ReadStored(parts.stored, series));
    }
    if (!parts.rolled.empty()) {
      FOOTFALL_RETURN_IF_ERROR(ReadFiner(parts, series));
    }
    KeepPresent(series);
    return absl::OkStatus();
  }

  // Calls take(row, slab, row of the slab) for all rows of a scan.
  template <typename Take>
  absl::Status Walk(SlabCursor* cursor, absl::Span<const SeriesId> series,
                    const Take& take) {
    while (true) {
      FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
      if (!more) break;
      const Slab& slab = cursor->slab();
      size_t row = 0;
      for (size_t i = 0; i < slab.series.size(); ++i) {
        while (series[row] != slab.series[i]) ++row;
        FOOTFALL_RETURN_IF_ERROR(take(row, slab, i));
      }
    }
    stats_.tiles += cursor->stats().tiles;
    stats_.tile_bytes += cursor->stats().tile_bytes;
    stats_.values += cursor->stats().values;
    return absl::OkStatus();
  }

  absl::Status ReadStored(StepRange steps, absl::Span<const SeriesId> series) {
    ScanRequest request = request_;
    request.series = series;
    request.steps = steps;
    const auto scan = NewTileScan(
        source_.gate, source_.verified, source_.view,
        request_.depth == ScanDepth::kWhole ? *state_.whole : state_,
        source_.series_count, request);
    return Walk(
        scan.get(), series, [&](size_t row, const Slab& slab, size_t i) {
          const size_t at = static_cast<size_t>(slab.first_step - first_);
          for (size_t s = 0; s < slab.step_count; ++s) {
            if (!HasBit(slab.present.data() + i * slab.words, s)) {
              continue;
            }
            SetBit(present_.data() + row * words_, at + s);
          }
          if (!values_.empty()) {
            std::copy_n(slab.values.data() + i * slab.step_count,
                        slab.step_count, values_.data() + row * steps_ + at);
          }
          return absl::OkStatus();
        });
  }

  // Rolls up: of each coarse step the sum, the largest or the last of those
  // that are there; or whether any, or all, are.
  absl::Status ReadFiner(const TierParts& parts,
                         absl::Span<const SeriesId> series) {
    std::vector<int64_t> edges;  // where coarse steps begin, and the end
    for (int64_t c = parts.rolled.begin; c < parts.rolled.end; ++c) {
      edges.push_back(state_.coarse.FineOf(c).begin);
    }
    edges.push_back(parts.finer.end);
    const size_t offset = static_cast<size_t>(parts.rolled.begin - first_);
    const bool counts = request_.depth == ScanDepth::kWhole;
    counts_.assign(counts ? series.size() * steps_ : 0, 0);
    ScanRequest request = request_;
    request.metric = state_.finer->metric->id;
    request.series = series;
    request.steps = parts.finer;
    const auto scan = OpenScan(source_, *state_.finer, request);
    if (scan == nullptr) {
      return absl::ResourceExhaustedError("there is no memory for a scan");
    }
    const auto take = [&](size_t row, const Slab& slab,
                          size_t i) -> absl::Status {
      const uint64_t* const present = slab.present.data() + i * slab.words;
      size_t c = static_cast<size_t>(
          std::upper_bound(edges.begin(), edges.end(), slab.first_step) -
          edges.begin() - 1);
      for (size_t s = 0; s < slab.step_count;) {
        if (present[s / 64] >> (s % 64) == 0) {  // none in the rest of the word
          s = (s / 64 + 1) * 64;
          continue;
        }
        if (!HasBit(present, s)) {
          ++s;
          continue;
        }
        const int64_t step = slab.first_step + static_cast<int64_t>(s);
        while (edges[c + 1] <= step) ++c;
        const size_t at = offset + c;
        if (counts) {
          ++counts_[row * steps_ + at];
        } else if (!values_.empty() &&
                   !Add(slab.values[i * slab.step_count + s], row, at)) {
          return TooLarge(parts.rolled.begin + static_cast<int64_t>(c));
        }
        SetBit(present_.data() + row * words_, at);
        ++s;
      }
      return absl::OkStatus();
    };
    FOOTFALL_RETURN_IF_ERROR(Walk(scan.get(), series, take));
    if (!counts) return absl::OkStatus();
    for (size_t row = 0; row < series.size(); ++row) {
      for (size_t c = 0; c + 1 < edges.size(); ++c) {
        const size_t at = offset + c;
        if (counts_[row * steps_ + at] == edges[c + 1] - edges[c]) continue;
        present_[row * words_ + at / 64] &= ~(uint64_t{1} << (at % 64));
      }
    }
    return absl::OkStatus();
  }

  // Of a step's samples in the order of time; false where the sum is too large.
  bool Add(int64_t value, size_t row, size_t at) {
    int64_t& sum = values_[row * steps_ + at];
    if (rule_ == Additivity::kLevel ||
        !HasBit(present_.data() + row * words_, at)) {
      sum = value;
      return true;
    }
    if (rule_ == Additivity::kOverlaps) {
      const bool more =
          decimal_ ? absl::bit_cast<double>(value) > absl::bit_cast<double>(sum)
                   : value > sum;
      if (more) sum = value;
      return true;
    }
    if (decimal_) {
      sum = absl::bit_cast<int64_t>(absl::bit_cast<double>(sum) +
                                    absl::bit_cast<double>(value));
      return true;
    }
    return !__builtin_add_overflow(sum, value, &sum);
  }

  absl::Status TooLarge(int64_t step) const {
    const Metric& metric = *state_.metric;
    return absl::OutOfRangeError(
        absl::StrCat("metric ", metric.spec.name, ": the sum of ",
                     PluralPeriod(state_.finer->metric->spec.period), " in ",
                     metric.grid.Format(step), " leaves 64 bits"));
  }

  // Leaves out rows without a sample.
  void KeepPresent(absl::Span<const SeriesId> series) {
    series_.clear();
    for (size_t row = 0; row < series.size(); ++row) {
      const auto bits = present_.begin() + static_cast<int64_t>(row * words_);
      const bool any = std::any_of(bits, bits + static_cast<int64_t>(words_),
                                   [](uint64_t word) { return word != 0; });
      if (!any) continue;
      const size_t to = series_.size();
      series_.push_back(series[row]);
      if (to == row) continue;
      std::copy_n(bits, words_,
                  present_.begin() + static_cast<int64_t>(to * words_));
      if (values_.empty()) continue;
      std::copy_n(values_.begin() + static_cast<int64_t>(row * steps_), steps_,
                  values_.begin() + static_cast<int64_t>(to * steps_));
    }
    slab_ = Slab();
    slab_.series = series_;
    slab_.first_step = first_;
    slab_.step_count = static_cast<uint32_t>(steps_);
    slab_.words = static_cast<uint32_t>(words_);
    slab_.present =
        absl::MakeConstSpan(present_).first(series_.size() * words_);
    if (!values_.empty()) {
      slab_.values =
          absl::MakeConstSpan(values_).first(series_.size() * steps_);
    }
  }

  const TileSource source_;
  const MetricState& state_;
  const ScanRequest request_;
  const bool decimal_;
  const Additivity rule_;
  std::vector<absl::Span<const SeriesId>> bands_;  // of the series asked for
  std::vector<StepRange> windows_;  // blocks of eras that may have samples
  size_t window_ = 0;               // the next block
  size_t band_ = 0;

  // The block.
  int64_t first_ = 0;
  size_t steps_ = 0;
  size_t words_ = 0;
  std::vector<SeriesId> series_;
  std::vector<int64_t> values_;    // [series x steps]; empty: not asked for
  std::vector<uint64_t> present_;  // [series x words]
  std::vector<int64_t> counts_;    // [series x steps] whole finer steps
  Slab slab_;
  ScanStats stats_;
};

}  // namespace

std::unique_ptr<SlabCursor> OpenScan(const TileSource& source,
                                     const MetricState& state,
                                     const ScanRequest& request) {
  if (state.whole == nullptr) {
    return NewTileScan(source.gate, source.verified, source.view, state,
                       source.series_count, request);
  }
  absl::StatusOr<std::vector<StepRange>> stretches =
      FindStretches(source.view, state, request.steps);
  if (!stretches.ok()) return std::make_unique<NoScan>(stretches.status());
  return std::make_unique<CoarseScan>(source, state, request,
                                      *std::move(stretches));
}

absl::StatusOr<uint64_t> CountBundles(const TileSource& source,
                                      const MetricState& state,
                                      const ScanRequest& request) {
  const auto own = [&](StepRange steps) -> absl::StatusOr<uint64_t> {
    uint64_t count = 0;
    TileWalk walk(source.view, state, source.series_count, request.series,
                  steps);
    while (true) {
      FOOTFALL_ASSIGN_OR_RETURN(const bool more, walk.Next());
      if (!more) return count;
      ++count;
    }
  };
  if (state.whole == nullptr) return own(request.steps);
  const TierParts parts = PartsOf(state, request.steps);
  uint64_t count = 0;
  if (!parts.stored.empty()) {
    FOOTFALL_ASSIGN_OR_RETURN(count, own(parts.stored));
  }
  if (parts.rolled.empty()) return count;
  ScanRequest finer = request;
  finer.steps = parts.finer;
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t behind,
                            CountBundles(source, *state.finer, finer));
  return count + behind;
}

}  // namespace footfall::engine
