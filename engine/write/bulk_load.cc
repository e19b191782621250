#include "engine/write/bulk_load.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/write/cell_runs.h"
#include "engine/write/check_rows.h"
#include "engine/write/local_series.h"
#include "engine/write/metric_of_write.h"
#include "engine/write/packed_runs.h"
#include "engine/write/same_cells.h"
#include "engine/write/tile_stager.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

using Row = BulkLoader::Row;

// Rows are gathered in blocks, so that they need not move when more come, and
// sorted so many blocks at a time, at least.
constexpr size_t kBlockRows = size_t{1} << 14;
constexpr uint64_t kMinRunBlocks = 4;
// So often a load is prepared outside the queue.
constexpr int kPreparations = 3;
// A row of a run: as it came, whose memory the process may not get back at
// once, as a cell, and as a cell that is being sorted.
constexpr uint64_t kBytesPerRow = sizeof(Row) + 2 * sizeof(Cell);
constexpr uint64_t kCellsPerStop = uint64_t{1} << 12;

// A load that is ready to be published, as long as it holds.
struct Prepared {
  std::shared_ptr<const MetricState> state;
  uint64_t commit = 0;  // of the snapshot that it was made from
  SeriesPlan plan;
  std::vector<StagedEra> eras;
  StagedCounts counts;
  bool is_first = false;  // the metric had no tile
};

class StagedLoader final : public BulkLoader {
 public:
  StagedLoader(std::shared_ptr<OpenGate> gate, CommitQueue* queue,
               std::shared_ptr<const Metric> metric, uint64_t memory_bytes,
               std::string spill_folder,
               std::function<void(MetricId, const WriteResult&)> loaded,
               int64_t first_taken)
      : gate_(std::move(gate)),
        queue_(queue),
        metric_(std::move(metric)),
        run_blocks_(
            std::max(memory_bytes / kBytesPerRow / kBlockRows, kMinRunBlocks)),
        spill_folder_(std::move(spill_folder)),
        loaded_(std::move(loaded)),
        limits_(metric_->grid.Limits()),
        first_taken_(first_taken),
        series_(metric_) {}

  absl::Status Add(int64_t step, absl::Span<const absl::string_view> members,
                   int64_t value) override {
    return Inside([&]() -> absl::Status {
      // What is wrong with step or value must not number the series.
      FOOTFALL_RETURN_IF_ERROR(CheckStep(*metric_, step));
      FOOTFALL_RETURN_IF_ERROR(CheckValue(*metric_, value));
      FOOTFALL_ASSIGN_OR_RETURN(const uint32_t series,
                                series_.NumberOf(members));
      const Row row = {.step = step, .value = value, .series = series};
      return TakeRows(absl::MakeConstSpan(&row, 1));
    });
  }

  absl::StatusOr<uint32_t> SeriesOf(
      absl::Span<const absl::string_view> members) override {
    return Inside([&] { return series_.NumberOf(members); });
  }

  absl::Status AddRows(absl::Span<const Row> rows) override {
    return Inside([&] { return TakeRows(rows); });
  }

  void JoinRows(SameSample rule) override { rule_ = rule; }
  absl::Span<const Clash> clashes() const override { return clashes_; }
  uint64_t clash_count() const override { return clash_count_; }

  absl::StatusOr<WriteResult> Finish(const StopCheck& stop) override {
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<WriteResult> results,
                              FinishWith({}, stop));
    return results[0];
  }

  absl::StatusOr<std::vector<WriteResult>> FinishWith(
      absl::Span<BulkLoader* const> others, const StopCheck& stop) override {
    return Inside([&]() -> absl::StatusOr<std::vector<WriteResult>> {
      std::vector<StagedLoader*> loaders = {this};
      for (BulkLoader* const other : others) {
        // Every loader that Database hands out is one.
        auto* const loader = static_cast<StagedLoader*>(other);
        if (loader->queue_ != queue_ || loader->finished_) {
          return absl::FailedPreconditionError(
              "loaders that finish together are of one database, and none has "
              "finished");
        }
        for (const StagedLoader* const before : loaders) {
          if (before->metric_->id != loader->metric_->id) continue;
          return absl::FailedPreconditionError(absl::StrCat(
              "two of the loaders that finish together are of metric ",
              metric_->spec.name, "; add all of its rows to one"));
        }
        loaders.push_back(loader);
      }
      for (StagedLoader* const loader : loaders) loader->stop_ = stop;
      return FinishInside(loaders);
    });
  }

 private:
  // Runs the work of a call. An exception spends the loader: some of its rows
  // may be missing.
  template <typename Call>
  auto Inside(Call&& call) -> decltype(call()) {
    bool returned = false;
    auto answer = Guarded([&]() -> decltype(call()) {
      const OpenGate::Pass pass(gate_.get());
      if (!pass.inside()) return OpenGate::ClosedError();
      if (finished_) {
        return absl::FailedPreconditionError(
            "the loader has finished; make a new one");
      }
      auto result = call();
      returned = true;
      return result;
    });
    if (!returned) finished_ = true;
    return answer;
  }

  absl::Status TakeRows(absl::Span<const Row> rows) {
    used_.resize(series_.count());
    for (const Row& row : rows) FOOTFALL_RETURN_IF_ERROR(Check(row));
    uint64_t expired = 0;
    for (const Row& row : rows) {
      if (row.step < first_taken_) {
        ++expired;
        continue;
      }
      min_step_ = std::min(min_step_, row.step);
      max_step_ = std::max(max_step_, row.step);
      used_[row.series] = true;
      if (blocks_.empty() || blocks_.back().size() == kBlockRows) {
        FOOTFALL_RETURN_IF_ERROR(SpillIfFull());
        blocks_.emplace_back();
        blocks_.back().reserve(kBlockRows);
      }
      blocks_.back().push_back(row);
    }
    expired_ += expired;
    row_count_ += rows.size() - expired;
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<WriteResult>> FinishInside(
      absl::Span<StagedLoader* const> loaders) {
    std::vector<WriteResult> results(loaders.size());
    std::vector<size_t> full;  // loaders with rows
    for (size_t i = 0; i < loaders.size(); ++i) {
      loaders[i]->finished_ = true;
      if (loaders[i]->row_count_ > 0) full.push_back(i);
    }
    uint64_t commit = 0;
    if (full.empty()) {
      FOOTFALL_RETURN_IF_ERROR(queue_->CheckOpen());
      if (const auto now = queue_->current(); now != nullptr) {
        commit = now->commit();
      }
    } else {
      std::optional<uint64_t> adopted;
      if (full.size() == 1) {
        FOOTFALL_ASSIGN_OR_RETURN(
            adopted, loaders[full[0]]->FinishOutside(&results[full[0]]));
      }
      const auto alone = [&](CommitQueue::Change& change) -> absl::Status {
        FOOTFALL_ASSIGN_OR_RETURN(change.stage, change.store->NewStage());
        for (const size_t i : full) {
          // Tiles of another metric are no part of the run before.
          if (i != full[0]) FOOTFALL_RETURN_IF_ERROR(change.stage->NewRun());
          Prepared prepared;
          FOOTFALL_RETURN_IF_ERROR(loaders[i]->Prepare(
              *change.current, change.stage.get(), &prepared));
          loaders[i]->Publish(&prepared, &change, &results[i]);
        }
        return absl::OkStatus();
      };
      if (!adopted.has_value()) {
        FOOTFALL_ASSIGN_OR_RETURN(
            adopted, queue_->RunAlone(Durability::kPowerLoss, alone));
      }
      commit = *adopted;
    }
    for (size_t i = 0; i < results.size(); ++i) {
      const StagedLoader& loader = *loaders[i];
      results[i].commit = commit;
      results[i].expired = loader.expired_;
      if (loader.row_count_ + loader.expired_ > 0) {
        loader.NoteLoaded(results[i]);
      }
    }
    return results;
  }

  // What is prepared outside the queue holds as long as nobody else has brought
  // series or members, or tiles where these are put; nullopt where that goes on
  // happening. (Several metrics may share dictionaries, whose new members are
  // numbered one load after the other, and so inside the queue.)
  absl::StatusOr<std::optional<uint64_t>> FinishOutside(WriteResult* result) {
    for (int i = 0; i < kPreparations; ++i) {
      FOOTFALL_RETURN_IF_ERROR(queue_->CheckOpen());
      Prepared prepared;
      FOOTFALL_ASSIGN_OR_RETURN(std::unique_ptr<StoreStage> stage,
                                queue_->NewStage());
      FOOTFALL_RETURN_IF_ERROR(
          Prepare(*queue_->current(), stage.get(), &prepared));
      FOOTFALL_ASSIGN_OR_RETURN(const std::optional<uint64_t> commit,
                                Adopt(std::move(stage), &prepared, result));
      if (commit.has_value()) return commit;
    }
    return std::nullopt;
  }

  // Outside the queue, or inside it: numbers the series as they are going to be
  // and codes every tile, from the rows, which stay.
  absl::Status Prepare(const DatabaseSnapshot& snapshot, StoreStage* stage,
                       Prepared* prepared) {
    prepared->state = FindSame(snapshot.catalog(), *metric_);
    if (prepared->state == nullptr) return Dropped(*metric_);
    if (below_zero_.has_value()) {
      // Where it was altered since, so that it counts users.
      FOOTFALL_RETURN_IF_ERROR(
          CheckValue(*prepared->state->metric, *below_zero_));
    }
    prepared->commit = snapshot.commit();
    const MetricState& state = *prepared->state;
    std::vector<RowKind> kinds(series_.count(), RowKind::kInteger);
    for (size_t i = 0; i < kinds.size(); ++i) {
      if (!used_[i]) kinds[i] = RowKind::kDelete;  // creates nothing
    }
    numbers_.resize(series_.count());
    FOOTFALL_ASSIGN_OR_RETURN(
        prepared->plan,
        PlanSeries(state, series_.columns(), kinds, absl::MakeSpan(numbers_)));
    FOOTFALL_RETURN_IF_ERROR(ChooseKeys(state, prepared->plan));
    TileStager stager(state, keys_, snapshot.view(), stage);
    FOOTFALL_RETURN_IF_ERROR(stager.Start());
    FOOTFALL_ASSIGN_OR_RETURN(prepared->counts,
                              StageAll(state.layout, &stager));
    prepared->eras = stager.eras_staged();
    prepared->is_first = !stager.found_tiles();
    return absl::OkStatus();
  }

  // Publishes what was prepared; nullopt where it does not hold any more.
  absl::StatusOr<std::optional<uint64_t>> Adopt(
      std::unique_ptr<StoreStage> stage, Prepared* prepared,
      WriteResult* result) {
    bool is_stale = false;
    const auto work = [&](CommitQueue::Change& change) -> absl::Status {
      const auto state = change.catalog->Find(metric_->id);
      if (state == nullptr) return Dropped(*metric_);
      is_stale =
          state != prepared->state || !StillHolds(prepared->plan, *state) ||
          std::any_of(prepared->eras.begin(), prepared->eras.end(),
                      [&](const StagedEra& era) {
                        return era.is_put &&
                               change.catalog->eras().LastTouch(
                                   era.metric, era.era) > prepared->commit;
                      });
      if (is_stale) return absl::AbortedError("others came between");
      change.stage = std::move(stage);
      Publish(prepared, &change, result);
      return absl::OkStatus();
    };
    const absl::StatusOr<uint64_t> commit =
        queue_->RunAlone(Durability::kPowerLoss, work);
    if (is_stale) return std::nullopt;
    FOOTFALL_RETURN_IF_ERROR(commit.status());
    return *commit;
  }

  // Inside the queue.
  void Publish(Prepared* prepared, CommitQueue::Change* change,
               WriteResult* result) const {
    change->catalog->AdoptSeries(*prepared->state, prepared->plan,
                                 change->batch);
    change->staged_eras.insert(change->staged_eras.end(),
                               prepared->eras.begin(), prepared->eras.end());
    if (prepared->is_first) {
      // All tiles were put, and coded as densely as pays; what others have
      // written since it was prepared was not.
      change->catalog->eras().Seal(metric_->id,
                                   prepared->state->layout.EraOf(max_step_),
                                   prepared->commit, change->batch);
    }
    result->new_series = prepared->plan.series_count;
    result->samples = prepared->counts.samples;
    result->replaced_in_batch = prepared->counts.replaced;
    result->equal_in_batch = prepared->counts.equal;
  }

  void NoteLoaded(const WriteResult& result) const {
    // Upkeep may miss that the metric is due: it walks all after an opening.
    Guarded([&] {
      if (loaded_ != nullptr) loaded_(metric_->id, result);
      return absl::OkStatus();
    }).IgnoreError();
  }

  absl::Status Check(const Row& row) {
    if (row.step < limits_.begin || row.step >= limits_.end) {
      return CheckStep(*metric_, row.step);
    }
    if (row.value < 0) {  // of either type: the sign is the same bit
      FOOTFALL_RETURN_IF_ERROR(CheckValue(*metric_, row.value));
      if (metric_->spec.value_type == ValueType::kInteger ||
          std::bit_cast<double>(row.value) < 0) {
        below_zero_ = row.value;
      }
    }
    if (row.series >= series_.count()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "metric ", metric_->spec.name, ": row of series ", row.series,
          "; the loader has numbered ", series_.count()));
    }
    return absl::OkStatus();
  }

  // Moves the rows to the file once they are a run. One that cannot be written
  // ends the loader: some of its rows would be missing.
  absl::Status SpillIfFull() {
    if (blocks_.size() < run_blocks_) return absl::OkStatus();
    const absl::Status spilled = Spill();
    if (!spilled.ok()) finished_ = true;
    return spilled;
  }

  absl::Status Spill() {
    if (spilled_ == nullptr) {
      FOOTFALL_ASSIGN_OR_RETURN(spilled_, SpillFile::Create(spill_folder_));
    }
    std::vector<PackedBlock>& run = runs_.emplace_back();
    std::string packed;
    for (const std::vector<Row>& block : blocks_) {
      packed.clear();
      PackRows(block, &packed);
      run.push_back({spilled_->size_bytes(),
                     static_cast<uint32_t>(packed.size()),
                     static_cast<uint32_t>(block.size())});
      FOOTFALL_RETURN_IF_ERROR(spilled_->Append(packed.data(), packed.size()));
    }
    blocks_.clear();
    return absl::OkStatus();
  }

  // Gives era, series and step as many bits as these rows need.
  absl::Status ChooseKeys(const MetricState& state, const SeriesPlan& plan) {
    const TileLayout& layout = state.layout;
    const int32_t last_era = layout.EraOf(max_step_);
    keys_.first_era = layout.EraOf(min_step_);
    const uint64_t series =
        std::max<uint64_t>(uint64_t{plan.first_series} + plan.series_count, 1);
    keys_.series_bits = static_cast<uint32_t>(std::bit_width(series - 1));
    keys_.offset_bits =
        static_cast<uint32_t>(std::bit_width(layout.shape.steps - 1));
    const uint32_t era_bits = static_cast<uint32_t>(std::bit_width(
        static_cast<uint64_t>(int64_t{last_era} - keys_.first_era)));
    key_bits_ = era_bits + keys_.series_bits + keys_.offset_bits;
    if (key_bits_ > 64) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "metric ", metric_->spec.name, ": rows of ", series, " series over ",
          max_step_ - min_step_,
          " steps are too far apart for one load; load them in parts"));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<StagedCounts> StageAll(const TileLayout& layout,
                                        TileStager* stager) {
    uint64_t staged = 0;
    SameCells same(rule_, metric_->spec.value_type);
    const auto take = [&](const Cell& cell) { return stager->Add(cell); };
    const auto stage = [&](const Cell& cell) -> absl::Status {
      if (++staged % kCellsPerStop == 0) {
        FOOTFALL_RETURN_IF_ERROR(AskStop(stop_));
      }
      return same.Add(cell, take);
    };
    const auto finish = [&]() -> absl::StatusOr<StagedCounts> {
      FOOTFALL_RETURN_IF_ERROR(same.Flush(take));
      FOOTFALL_RETURN_IF_ERROR(TellClashes(layout, same));
      FOOTFALL_ASSIGN_OR_RETURN(StagedCounts counts, stager->Finish());
      counts.replaced = same.joined();
      counts.equal = same.equal();
      return counts;
    };
    if (runs_.empty()) {
      FOOTFALL_ASSIGN_OR_RETURN(std::vector<Cell> cells, CellsOf(layout));
      {
        std::vector<Cell> scratch;
        FOOTFALL_RETURN_IF_ERROR(SortCells(key_bits_, stop_, &cells, &scratch));
      }
      for (const Cell& cell : cells) FOOTFALL_RETURN_IF_ERROR(stage(cell));
      return finish();
    }
    // One run is in memory at a time: the last one goes to the file, too.
    if (!blocks_.empty()) FOOTFALL_RETURN_IF_ERROR(Spill());
    FOOTFALL_ASSIGN_OR_RETURN(const std::unique_ptr<SpillFile> sorted,
                              SpillFile::Create(spill_folder_));
    CellMerge merge(sorted.get());
    FOOTFALL_RETURN_IF_ERROR(SortSpilled(layout, sorted.get(), &merge));
    FOOTFALL_RETURN_IF_ERROR(merge.Start());
    while (true) {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell* const cell, merge.Next());
      if (cell == nullptr) return finish();
      FOOTFALL_RETURN_IF_ERROR(stage(*cell));
    }
  }

  // Keeps which samples different rows name; INVALID_ARGUMENT if there is one.
  absl::Status TellClashes(const TileLayout& layout, const SameCells& same) {
    clash_count_ = same.clash_count();
    clashes_.clear();
    if (clash_count_ == 0) return absl::OkStatus();
    for (const uint64_t key : same.clashes()) {
      const SeriesId series = keys_.SeriesOf(key);
      uint32_t local = 0;
      while (!used_[local] || numbers_[local] != series) ++local;
      clashes_.push_back(
          {local, layout.FirstStepOf(keys_.EraOf(key)) + keys_.OffsetOf(key)});
    }
    return absl::InvalidArgumentError(
        absl::StrCat("metric ", metric_->spec.name,
                     ": rows of different values name the "
                     "same sample, of ",
                     clash_count_, clash_count_ == 1 ? " sample" : " samples"));
  }

  // Reads each spilled run, sorts it, appends it to `sorted` and adds it to the
  // merge.
  absl::Status SortSpilled(const TileLayout& layout, SpillFile* sorted,
                           CellMerge* merge) {
    std::vector<Cell> scratch;
    std::vector<Row> block;
    std::string packed;
    for (const std::vector<PackedBlock>& run : runs_) {
      std::vector<Cell> cells;
      uint64_t size = 0;
      for (const PackedBlock& one : run) size += one.count;
      cells.reserve(size);
      for (const PackedBlock& one : run) {
        packed.resize(one.size_bytes);
        FOOTFALL_RETURN_IF_ERROR(
            spilled_->Read(one.offset, packed.data(), packed.size()));
        block.resize(one.count);
        FOOTFALL_RETURN_IF_ERROR(UnpackRows(packed, absl::MakeSpan(block)));
        FOOTFALL_RETURN_IF_ERROR(AskStop(stop_));
        AppendCells(layout, block, &cells);
      }
      FOOTFALL_RETURN_IF_ERROR(SortCells(key_bits_, stop_, &cells, &scratch));
      std::vector<PackedBlock> blocks;
      FOOTFALL_RETURN_IF_ERROR(AppendRun(cells, sorted, &blocks));
      merge->AddFileRun(std::move(blocks));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<Cell>> CellsOf(const TileLayout& layout) const {
    std::vector<Cell> cells;
    cells.reserve(row_count_);
    for (const std::vector<Row>& block : blocks_) {
      FOOTFALL_RETURN_IF_ERROR(AskStop(stop_));
      AppendCells(layout, block, &cells);
    }
    return cells;
  }

  void AppendCells(const TileLayout& layout, absl::Span<const Row> rows,
                   std::vector<Cell>* cells) const {
    int64_t era_begin = 0;  // of the era that the row before lay in
    int64_t era_end = 0;
    int32_t era = 0;
    for (const Row& row : rows) {
      if (row.step < era_begin || row.step >= era_end) {
        era = layout.EraOf(row.step);
        era_begin = layout.FirstStepOf(era);
        era_end = era_begin + layout.shape.steps;
      }
      const uint32_t offset = static_cast<uint32_t>(row.step - era_begin);
      cells->push_back(
          {keys_.Make(era, numbers_[row.series], offset), row.value});
    }
  }

  const std::shared_ptr<OpenGate> gate_;
  CommitQueue* const queue_;
  const std::shared_ptr<const Metric> metric_;
  const uint64_t run_blocks_;  // as many are sorted at a time
  const std::string spill_folder_;
  const std::function<void(MetricId, const WriteResult&)> loaded_;
  const StepRange limits_;
  const int64_t first_taken_;

  LocalSeries series_;
  std::vector<bool> used_;  // [local series] it has a row
  uint64_t row_count_ = 0;
  uint64_t expired_ = 0;  // rows that were left out
  int64_t min_step_ = std::numeric_limits<int64_t>::max();
  int64_t max_step_ = std::numeric_limits<int64_t>::min();
  std::vector<std::vector<Row>> blocks_;        // not yet spilled
  std::unique_ptr<SpillFile> spilled_;          // runs as they came
  std::vector<std::vector<PackedBlock>> runs_;  // in that file
  std::optional<int64_t> below_zero_;           // the last of such values
  bool finished_ = false;
  SameSample rule_ = SameSample::kLast;
  uint64_t clash_count_ = 0;
  std::vector<Clash> clashes_;

  // Of Finish().
  StopCheck stop_;
  CellKeys keys_ = {};
  uint32_t key_bits_ = 0;
  std::vector<SeriesId> numbers_;  // [local series]
};

}  // namespace

absl::StatusOr<std::unique_ptr<BulkLoader>> NewBulkLoader(
    std::shared_ptr<OpenGate> gate, CommitQueue* queue,
    std::shared_ptr<const Metric> metric, uint64_t memory_bytes,
    const std::string& spill_folder,
    std::function<void(MetricId, const WriteResult&)> loaded,
    const KeepClock& clock) {
  FOOTFALL_RETURN_IF_ERROR(queue->CheckOpen());
  if (metric == nullptr) {
    return absl::InvalidArgumentError("a loader needs a metric; it got none");
  }
  FOOTFALL_RETURN_IF_ERROR(metric->usable);
  // As it is declared now.
  const auto state = FindSame(queue->current()->catalog(), *metric);
  const int64_t first_taken =
      FirstStepTaken(state == nullptr ? *metric : *state->metric, clock);
  return std::unique_ptr<BulkLoader>(std::make_unique<StagedLoader>(
      std::move(gate), queue, std::move(metric), memory_bytes, spill_folder,
      std::move(loaded), first_taken));
}

}  // namespace footfall::engine
