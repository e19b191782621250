#include "query/exec/renamed_scan.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "query/exec/lanes.h"
#include "query/exec/renamed_rows.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

constexpr uint32_t kNoLane = std::numeric_limits<uint32_t>::max();

absl::Status NoMemory() {
  return absl::ResourceExhaustedError("there is no memory for a scan");
}

// The pieces of lanes that gaps leave, one after the other.
class PiecesScan final : public SlabCursor {
 public:
  PiecesScan(Run& run, const LaneSteps& lane_steps, const ScanRequest& request)
      : run_(run),
        lane_steps_(lane_steps),
        request_(request),
        pieces_(lane_steps.Pieces(request.steps)) {}

  absl::StatusOr<bool> Next() override {
    while (true) {
      if (scan_ != nullptr) {
        FOOTFALL_ASSIGN_OR_RETURN(const bool more, scan_->Next());
        if (more) {
          slab_ = scan_->slab();
          slab_.first_step = lane_steps_.ToLane(slab_.first_step);
          return true;
        }
        stats_ = stats();
        scan_ = nullptr;
      }
      if (next_ == pieces_.size()) return false;
      request_.steps = pieces_[next_++];
      scan_ = run_.snapshot().Scan(request_);
      if (scan_ == nullptr) return NoMemory();
    }
  }

  const Slab& slab() const override { return slab_; }
  const ScanStats& stats() const override {
    all_ = stats_;
    if (scan_ != nullptr) {
      all_.tiles += scan_->stats().tiles;
      all_.tile_bytes += scan_->stats().tile_bytes;
      all_.values += scan_->stats().values;
    }
    return all_;
  }

 private:
  Run& run_;
  const LaneSteps& lane_steps_;
  ScanRequest request_;
  const std::vector<StepRange> pieces_;
  size_t next_ = 0;
  std::unique_ptr<SlabCursor> scan_;
  Slab slab_;
  ScanStats stats_;  // of the pieces that were read
  mutable ScanStats all_;
};

std::unique_ptr<SlabCursor> ScanLanes(Run& run, const LaneSteps& lane_steps,
                                      const ScanRequest& request) {
  if (lane_steps.has_all()) return run.snapshot().Scan(request);
  return std::make_unique<PiecesScan>(run, lane_steps, request);
}

class RenamedScan final : public SlabCursor {
 public:
  RenamedScan(Run& run, const SeriesRows& rows, const LaneSteps& lane_steps,
              const ScanRequest& request)
      : lane_steps_(lane_steps),
        pieces_(rows.renamed->pieces),
        plain_(rows.renamed->plain),
        steps_(request.steps),
        step_count_(static_cast<size_t>(request.steps.size())),
        words_(WordsFor(step_count_)),
        memory_(run) {
    wanted_.resize(rows.size());
    lane_.assign(rows.size(), kNoLane);
    for (const SeriesId row : request.series) {
      wanted_[row] = true;
      if (plain_[row]) continue;
      lane_[row] = static_cast<uint32_t>(lane_rows_.size());
      lane_rows_.push_back(row);
    }
    for (const RowPiece& piece : pieces_) {
      if (!wanted_[piece.row] ||
          (!series_.empty() && series_.back() == piece.series)) {
        continue;
      }
      series_.push_back(piece.series);
    }
    ScanRequest stored = request;
    stored.series = series_;
    if (stored.depth != ScanDepth::kWhole) stored.depth = ScanDepth::kValues;
    scan_ = ScanLanes(run, lane_steps, stored);
  }

  absl::Status Allocate() {
    if (scan_ == nullptr) return NoMemory();
    const size_t lanes = lane_rows_.size();
    FOOTFALL_RETURN_IF_ERROR(memory_.Add(
        lanes * (step_count_ * (sizeof(int64_t) + sizeof(uint32_t)) +
                 words_ * sizeof(uint64_t))));
    values_.assign(lanes * step_count_, 0);
    renames_.assign(lanes * step_count_, 0);
    present_.assign(lanes * words_, 0);
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Next() override {
    while (!read_) {
      FOOTFALL_ASSIGN_OR_RETURN(const bool more, scan_->Next());
      if (!more) {
        read_ = true;
        return EmitLanes();
      }
      if (Take(scan_->slab())) return true;
    }
    return false;
  }

  const Slab& slab() const override { return slab_; }
  const ScanStats& stats() const override { return scan_->stats(); }

 private:
  // Whether it holds rows of one series.
  bool Take(const Slab& stored) {
    out_rows_.clear();
    out_values_.clear();
    out_present_.clear();
    for (size_t i = 0; i < stored.series.size(); ++i) {
      auto piece = std::lower_bound(
          pieces_.begin(), pieces_.end(), stored.series[i],
          [](const RowPiece& p, SeriesId series) { return p.series < series; });
      const auto values =  // none of kWhole
          stored.values.empty()
              ? absl::Span<const int64_t>()
              : stored.values.subspan(i * stored.step_count, stored.step_count);
      const auto present =
          stored.present.subspan(i * stored.words, stored.words);
      for (; piece != pieces_.end() && piece->series == stored.series[i];
           ++piece) {
        if (!wanted_[piece->row]) continue;
        if (plain_[piece->row]) {
          out_rows_.push_back(piece->row);
          out_values_.insert(out_values_.end(), values.begin(), values.end());
          out_present_.insert(out_present_.end(), present.begin(),
                              present.end());
        } else {
          Merge(*piece, stored.first_step, stored.step_count, values, present);
        }
      }
    }
    slab_ = stored;
    slab_.series = out_rows_;
    slab_.values = out_values_;
    slab_.present = out_present_;
    return !out_rows_.empty();
  }

  // Puts a piece's samples into its row's lane, where they count. Series come
  // in rising order at each step: of equal ones the first stays.
  void Merge(const RowPiece& piece, int64_t first_step, size_t step_count,
             absl::Span<const int64_t> values,
             absl::Span<const uint64_t> present) {
    const size_t lane = lane_[piece.row];
    const StepRange counts = lane_steps_.ToLane(piece.steps);
    for (size_t i = 0; i < step_count; ++i) {
      const int64_t step = first_step + static_cast<int64_t>(i);
      if (!BitAt(present.data(), i) || step < counts.begin ||
          step >= counts.end) {
        continue;
      }
      const size_t at = static_cast<size_t>(step - steps_.begin);
      uint64_t& word = present_[lane * words_ + at / 64];
      const uint64_t bit = uint64_t{1} << (at % 64);
      uint32_t& renames = renames_[lane * step_count_ + at];
      if ((word & bit) != 0 && renames <= piece.renames) continue;
      word |= bit;
      renames = piece.renames;
      if (!values.empty()) values_[lane * step_count_ + at] = values[i];
    }
  }

  bool EmitLanes() {
    out_rows_.clear();
    for (size_t lane = 0; lane < lane_rows_.size(); ++lane) {
      out_rows_.push_back(lane_rows_[lane]);
    }
    slab_.series = out_rows_;
    slab_.first_step = steps_.begin;
    slab_.step_count = static_cast<uint32_t>(step_count_);
    slab_.words = static_cast<uint32_t>(words_);
    slab_.values = values_;
    slab_.present = present_;
    return !out_rows_.empty();
  }

  const LaneSteps& lane_steps_;
  const std::vector<RowPiece>& pieces_;
  const std::vector<bool>& plain_;
  const StepRange steps_;
  const size_t step_count_;
  const size_t words_;
  Reservation memory_;
  std::vector<bool> wanted_;         // [rows]
  std::vector<uint32_t> lane_;       // [rows] of those of several series
  std::vector<SeriesId> lane_rows_;  // [lanes]
  std::vector<int64_t> values_;      // [lanes x steps]
  std::vector<uint32_t> renames_;    // [lanes x steps]
  std::vector<uint64_t> present_;    // [lanes x words]
  std::vector<SeriesId> series_;     // that are read
  std::unique_ptr<SlabCursor> scan_;
  bool read_ = false;
  Slab slab_;
  std::vector<SeriesId> out_rows_;
  std::vector<int64_t> out_values_;
  std::vector<uint64_t> out_present_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SlabCursor>> ScanRows(
    Run& run, const SeriesRows& rows, const LaneSteps& lane_steps,
    const ScanRequest& request) {
  if (rows.renamed == nullptr) {
    std::unique_ptr<SlabCursor> scan = ScanLanes(run, lane_steps, request);
    if (scan == nullptr) return NoMemory();
    return scan;
  }
  auto scan = std::make_unique<RenamedScan>(run, rows, lane_steps, request);
  FOOTFALL_RETURN_IF_ERROR(scan->Allocate());
  return std::unique_ptr<SlabCursor>(std::move(scan));
}

}  // namespace footfall::query
