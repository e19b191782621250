#include "engine/write/bulk_load.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/write/cell_keys.h"
#include "engine/write/cell_runs.h"
#include "engine/write/check_rows.h"
#include "engine/write/loaded_rows.h"
#include "engine/write/local_series.h"
#include "engine/write/metric_of_write.h"
#include "engine/write/same_cells.h"
#include "engine/write/tile_stager.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

using Row = BulkLoader::Row;

// So often a load is prepared outside the queue.
constexpr int kLoadPreparations = 3;

// The value of a row, or a double's bits.
int64_t BitsAt(const SampleColumns& columns, size_t row) {
  return columns.decimals.empty()
             ? columns.integers[row]
             : absl::bit_cast<int64_t>(columns.decimals[row]);
}

// A load that is ready to be published, as long as it holds.
struct PreparedLoad {
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
               std::shared_ptr<const Metric> metric, const TileLayout& layout,
               uint64_t memory_bytes, std::string spill_folder,
               std::function<void(MetricId, const WriteResult&)> loaded,
               int64_t first_taken)
      : gate_(std::move(gate)),
        queue_(queue),
        metric_(std::move(metric)),
        loaded_(std::move(loaded)),
        limits_(metric_->grid.Limits()),
        first_taken_(first_taken),
        layout_(layout),
        series_(metric_),
        rows_(layout, memory_bytes, std::move(spill_folder),
              [this] { return LikelyNumbers(); }) {}

  absl::Status Add(int64_t step, const RowMembers& members,
                   int64_t value) override {
    return Inside([&]() -> absl::Status {
      // What is wrong with step or value must not number the series.
      FOOTFALL_RETURN_IF_ERROR(CheckStep(*metric_, step));
      FOOTFALL_RETURN_IF_ERROR(CheckValue(*metric_, value));
      FOOTFALL_ASSIGN_OR_RETURN(const uint32_t series,
                                series_.NumberOf(members.span()));
      const Row row = {.step = step, .value = value, .series = series};
      return TakeRows(absl::MakeConstSpan(&row, 1));
    });
  }

  absl::StatusOr<uint32_t> SeriesOf(const RowMembers& members) override {
    return Inside([&] { return series_.NumberOf(members.span()); });
  }

  absl::Status AddRows(absl::Span<const Row> rows) override {
    return Inside([&] { return TakeRows(rows); });
  }

  absl::Status AddColumns(const SampleColumns& columns) override {
    return Inside([&]() -> absl::Status {
      FOOTFALL_RETURN_IF_ERROR(columns.Check(metric_->spec.dimensions.size()));
      FOOTFALL_RETURN_IF_ERROR(series_.NumbersOf(columns, &column_series_));
      const bool convert = (columns.kind() == RowKind::kInteger) !=
                           (metric_->spec.value_type == ValueType::kInteger);
      std::vector<int64_t> converted;  // or a double's bits
      for (size_t i = 0; convert && i < columns.size(); ++i) {
        converted.push_back(BitsAt(columns, i));
        FOOTFALL_RETURN_IF_ERROR(
            ConvertValue(*metric_, columns.kind(), &converted.back()));
      }
      return TakeRows(columns.size(), [&](size_t i) -> Row {
        return {.step = columns.steps[i],
                .value = convert ? converted[i] : BitsAt(columns, i),
                .series = column_series_[i]};
      });
    });
  }

  void JoinRows(SameSample rule) override { rule_ = rule; }
  absl::Span<const Clash> clashes() const override { return clashes_; }
  uint64_t clash_count() const override { return clash_count_; }
  uint64_t rows_coded() const override { return rows_coded_; }

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
    return TakeRows(rows.size(), [rows](size_t i) { return rows[i]; });
  }

  // All of the rows or none; row_at(i) is one of them.
  template <typename RowAt>
  absl::Status TakeRows(size_t count, RowAt row_at) {
    used_.resize(series_.count());
    for (size_t i = 0; i < count; ++i) {
      FOOTFALL_RETURN_IF_ERROR(Check(row_at(i)));
    }
    const auto is_kept = [&](const Row& row) {
      if (row.step < first_taken_) return false;
      min_step_ = std::min(min_step_, row.step);
      max_step_ = std::max(max_step_, row.step);
      used_[row.series] = 1;
      return true;
    };
    const absl::StatusOr<size_t> kept = rows_.Add(count, row_at, is_kept);
    if (!kept.ok()) {
      finished_ = true;
      return kept.status();
    }
    row_count_ += *kept;
    expired_ += count - *kept;
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
          PreparedLoad prepared;
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
    for (int i = 0; i < kLoadPreparations; ++i) {
      FOOTFALL_RETURN_IF_ERROR(queue_->CheckOpen());
      PreparedLoad prepared;
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
                       PreparedLoad* prepared) {
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
      if (used_[i] == 0) kinds[i] = RowKind::kDelete;  // creates nothing
    }
    numbers_.resize(series_.count());
    FOOTFALL_ASSIGN_OR_RETURN(
        prepared->plan,
        PlanSeries(state, series_.columns(), kinds, absl::MakeSpan(numbers_)));
    const absl::StatusOr<CellKeys> keys = CellKeys::Choose(
        layout_, min_step_, max_step_,
        uint64_t{prepared->plan.first_series} + prepared->plan.series_count);
    if (!keys.ok()) {
      return Prefixed(absl::StrCat("metric ", metric_->spec.name, ": "),
                      keys.status());
    }
    keys_ = *keys;
    TileStager stager(state, keys_, snapshot.view(), stage);
    FOOTFALL_RETURN_IF_ERROR(stager.Start());
    FOOTFALL_ASSIGN_OR_RETURN(prepared->counts, StageAll(&stager));
    prepared->eras = stager.eras_staged();
    prepared->is_first = !stager.found_tiles();
    return absl::OkStatus();
  }

  // Publishes what was prepared; nullopt where it does not hold any more.
  absl::StatusOr<std::optional<uint64_t>> Adopt(
      std::unique_ptr<StoreStage> stage, PreparedLoad* prepared,
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
  void Publish(PreparedLoad* prepared, CommitQueue::Change* change,
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

  // The numbers that the series would get now; those that came since it was
  // last looked up are taken for the last of all. Looking up all of them again
  // waits until as many rows have come, however many series there are.
  std::vector<SeriesId> LikelyNumbers() {
    const size_t count = series_.count();
    if (likely_.size() < count && row_count_ - rows_looked_up_ >= count) {
      rows_looked_up_ = row_count_;
      const auto now = queue_->current();
      const auto state =
          now == nullptr ? nullptr : FindSame(now->catalog(), *metric_);
      std::vector<SeriesId> numbers(count);
      if (state != nullptr &&
          PlanSeries(*state, series_.columns(), {}, absl::MakeSpan(numbers))
              .ok()) {
        likely_ = std::move(numbers);
        next_likely_ = 1 + *std::max_element(likely_.begin(), likely_.end());
      }
    }
    while (likely_.size() < count) likely_.push_back(next_likely_++);
    return likely_;
  }

  absl::StatusOr<StagedCounts> StageAll(TileStager* stager) {
    SameCells same(rule_, metric_->spec.value_type);
    const auto stage = [&](absl::Span<const Cell> cells) {
      return stager->Add(cells);
    };
    rows_coded_ = 0;
    const auto take = [&](absl::Span<const Cell> cells) {
      rows_coded_ += cells.size();
      return same.Add(cells, stage);
    };
    FOOTFALL_RETURN_IF_ERROR(rows_.ForEachCell(keys_, numbers_, stop_, take));
    FOOTFALL_RETURN_IF_ERROR(same.Flush(stage));
    FOOTFALL_RETURN_IF_ERROR(TellClashes(same));
    FOOTFALL_ASSIGN_OR_RETURN(StagedCounts counts, stager->Finish());
    counts.replaced = same.joined();
    counts.equal = same.equal();
    return counts;
  }

  // Keeps which samples different rows name; INVALID_ARGUMENT if there is one.
  absl::Status TellClashes(const SameCells& same) {
    clash_count_ = same.clash_count();
    clashes_.clear();
    if (clash_count_ == 0) return absl::OkStatus();
    for (const uint64_t key : same.clashes()) {
      const SeriesId series = keys_.SeriesOf(key);
      uint32_t local = 0;
      while (used_[local] == 0 || numbers_[local] != series) ++local;
      clashes_.push_back(
          {local, layout_.FirstStepOf(keys_.EraOf(key)) + keys_.OffsetOf(key)});
    }
    return absl::InvalidArgumentError(
        absl::StrCat("metric ", metric_->spec.name,
                     ": rows of different values name the "
                     "same sample, of ",
                     clash_count_, clash_count_ == 1 ? " sample" : " samples"));
  }

  const std::shared_ptr<OpenGate> gate_;
  CommitQueue* const queue_;
  const std::shared_ptr<const Metric> metric_;
  const std::function<void(MetricId, const WriteResult&)> loaded_;
  const StepRange limits_;
  const int64_t first_taken_;
  const TileLayout layout_;

  LocalSeries series_;
  std::vector<uint32_t> column_series_;  // of columns, [row]
  std::vector<uint8_t> used_;            // [local series] 1: it has a row
  uint64_t row_count_ = 0;
  uint64_t expired_ = 0;  // rows that were left out
  int64_t min_step_ = std::numeric_limits<int64_t>::max();
  int64_t max_step_ = std::numeric_limits<int64_t>::min();
  std::vector<SeriesId> likely_;  // [local series] as last looked up
  SeriesId next_likely_ = 0;
  uint64_t rows_looked_up_ = 0;  // rows that had come then
  LoadedRows rows_;
  std::optional<int64_t> below_zero_;  // the last of such values
  bool finished_ = false;
  SameSample rule_ = SameSample::kLast;
  uint64_t clash_count_ = 0;
  uint64_t rows_coded_ = 0;
  std::vector<Clash> clashes_;

  // Of Finish().
  StopCheck stop_;
  CellKeys keys_;
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
  if (state == nullptr) return Dropped(*metric);
  const int64_t first_taken = FirstStepTaken(*state->metric, clock);
  return std::unique_ptr<BulkLoader>(std::make_unique<StagedLoader>(
      std::move(gate), queue, std::move(metric), state->layout, memory_bytes,
      spill_folder, std::move(loaded), first_taken));
}

}  // namespace footfall::engine
