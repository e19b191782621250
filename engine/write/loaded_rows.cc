#include "engine/write/loaded_rows.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "engine/write/packed_runs.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr size_t kCellsPerTake = size_t{1} << 12;
constexpr uint64_t kMinRunBlocks = 3;
// A row that waits, one whose run is being sorted, and its cell twice; and a
// quarter for what it takes to write them.
constexpr uint64_t kBytesPerRow =
    (2 * sizeof(BulkLoader::Row) + 2 * sizeof(Cell)) * 5 / 4;

// Gives each cell the key that it has under other keys and numbers.
void Renumber(absl::Span<Cell> cells, const CellKeys& from, const CellKeys& to,
              absl::Span<const uint32_t> numbers) {
  for (Cell& cell : cells) {
    cell.key = to.Make(from.EraOf(cell.key), numbers[from.SeriesOf(cell.key)],
                       from.OffsetOf(cell.key));
  }
}

bool IsSortedBy(absl::Span<const SeriesId> numbers,
                const std::vector<uint32_t>& order) {
  return std::is_sorted(
      order.begin(), order.end(),
      [&](uint32_t a, uint32_t b) { return numbers[a] < numbers[b]; });
}

// Sorts series by their numbers; returns where each is then, [series].
std::vector<uint32_t> SortBy(absl::Span<const SeriesId> numbers,
                             std::vector<uint32_t>* order) {
  if (!IsSortedBy(numbers, *order)) {
    std::sort(order->begin(), order->end(),
              [&](uint32_t a, uint32_t b) { return numbers[a] < numbers[b]; });
  }
  std::vector<uint32_t> places(numbers.size());
  for (uint32_t i = 0; i < order->size(); ++i) places[(*order)[i]] = i;
  return places;
}

// Appends a cell for each row.
void AppendCells(const TileLayout& layout,
                 absl::Span<const BulkLoader::Row> rows, const CellKeys& keys,
                 absl::Span<const SeriesId> numbers, std::vector<Cell>* cells) {
  int64_t era_begin = 0;  // of the era that the row before lay in
  int64_t era_end = 0;
  int32_t era = 0;
  for (const BulkLoader::Row& row : rows) {
    if (row.step < era_begin || row.step >= era_end) {
      era = layout.EraOf(row.step);
      era_begin = layout.FirstStepOf(era);
      era_end = era_begin + layout.shape.steps;
    }
    const auto offset = static_cast<uint32_t>(row.step - era_begin);
    cells->push_back({keys.Make(era, numbers[row.series], offset), row.value});
  }
}

}  // namespace

LoadedRows::LoadedRows(const TileLayout& layout, uint64_t memory_bytes,
                       std::string folder, Likely likely)
    : layout_(layout),
      run_blocks_(
          std::max(memory_bytes / kBytesPerRow / kBlockRows, kMinRunBlocks)),
      folder_(std::move(folder)),
      likely_(std::move(likely)) {}

LoadedRows::~LoadedRows() {
  is_called_off_ = true;
  if (thread_.joinable()) thread_.join();
}

absl::Status LoadedRows::StartBlock() {
  if (blocks_.size() == run_blocks_) FOOTFALL_RETURN_IF_ERROR(AddRun());
  if (free_.empty()) {
    blocks_.emplace_back();
    blocks_.back().reserve(kBlockRows);
  } else {
    blocks_.push_back(std::move(free_.back()));
    free_.pop_back();
  }
  return absl::OkStatus();
}

absl::Status LoadedRows::Wait() {
  if (thread_.joinable()) thread_.join();
  return sorted_;
}

// Hands the rows to the other thread, and takes the blocks of the run before
// back.
absl::Status LoadedRows::AddRun() {
  std::vector<SeriesId> likely = likely_();
  FOOTFALL_RETURN_IF_ERROR(Wait());
  if (file_ == nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(file_, SpillFile::Create(folder_));
  }
  free_ = std::move(rows_);
  rows_ = std::exchange(blocks_, {});
  runs_.emplace_back();
  const auto sort = [this, numbers = std::move(likely)] {
    sorted_ = Guarded([&] { return SortRows(numbers, &runs_.back()); });
  };
  const absl::Status started = Guarded([&] {
    thread_ = std::thread(sort);
    return absl::OkStatus();
  });
  if (started.ok()) return started;
  // Without a thread it takes longer.
  sort();
  return sorted_;
}

absl::Status LoadedRows::SortRows(absl::Span<const SeriesId> numbers,
                                  Run* run) {
  int64_t first = std::numeric_limits<int64_t>::max();
  int64_t last = std::numeric_limits<int64_t>::min();
  std::vector<bool> is_there(numbers.size());
  std::vector<uint32_t> order;
  size_t size = 0;
  for (const std::vector<Row>& block : rows_) {
    size += block.size();
    for (const Row& row : block) {
      first = std::min(first, row.step);
      last = std::max(last, row.step);
      if (is_there[row.series]) continue;
      is_there[row.series] = true;
      order.push_back(row.series);
    }
  }
  // Places among the series of the run: fewer bits are fewer passes.
  FOOTFALL_ASSIGN_OR_RETURN(
      run->keys, CellKeys::Choose(layout_, first, last, order.size()));
  const std::vector<uint32_t> places = SortBy(numbers, &order);
  cells_.clear();
  cells_.reserve(size);
  for (std::vector<Row>& block : rows_) {
    AppendCells(layout_, block, run->keys, places, &cells_);
    block.clear();
  }
  const StopCheck stop = [this] {
    return is_called_off_ ? absl::CancelledError("the load was called off")
                          : absl::OkStatus();
  };
  return SortRun(stop, order, file_.get(), run);
}

// Sorts cells_, whose keys are run->keys, and appends them to the file.
absl::Status LoadedRows::SortRun(const StopCheck& stop,
                                 absl::Span<const uint32_t> order,
                                 SpillFile* file, Run* run) {
  FOOTFALL_RETURN_IF_ERROR(SortCells(run->keys, stop, &cells_, &scratch_));
  FOOTFALL_RETURN_IF_ERROR(AppendRun(cells_, file, &run->blocks));
  packed_.clear();
  PackNumbers(order, &packed_);
  run->order = {file->size_bytes(), packed_.size(), order.size()};
  return file->Append(packed_.data(), packed_.size());
}

absl::StatusOr<std::vector<uint32_t>> LoadedRows::OrderOf(const Run& run) {
  packed_.resize(run.order.size_bytes);
  FOOTFALL_RETURN_IF_ERROR(
      file_->Read(run.order.offset, packed_.data(), packed_.size()));
  std::vector<uint32_t> order(run.order.count);
  FOOTFALL_RETURN_IF_ERROR(UnpackNumbers(packed_, absl::MakeSpan(order)));
  return order;
}

// Writes a run once more, in the order of `numbers`, into which *order is
// brought.
absl::Status LoadedRows::SortAgain(absl::Span<const SeriesId> numbers,
                                   const StopCheck& stop,
                                   std::vector<uint32_t>* order, const Run& run,
                                   SpillFile* file, Run* again) {
  std::vector<uint32_t> places = *order;  // [place before]
  const std::vector<uint32_t> place_of = SortBy(numbers, order);
  for (uint32_t& place : places) place = place_of[place];
  cells_.clear();
  for (const PackedBlock& block : run.blocks) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    const size_t begin = cells_.size();
    cells_.resize(begin + block.count);
    const auto cells = absl::MakeSpan(cells_).subspan(begin);
    FOOTFALL_RETURN_IF_ERROR(ReadBlock(*file_, block, &packed_, cells));
    Renumber(cells, run.keys, run.keys, places);
  }
  again->keys = run.keys;
  return SortRun(stop, *order, file, again);
}

absl::Status LoadedRows::ForEachCell(const CellKeys& keys,
                                     absl::Span<const SeriesId> numbers,
                                     const StopCheck& stop, Take take) {
  if (runs_.empty()) return ForEachInMemory(keys, numbers, stop, take);
  // One run is in memory at a time: the last one goes to the file, too.
  if (!blocks_.empty()) FOOTFALL_RETURN_IF_ERROR(AddRun());
  FOOTFALL_RETURN_IF_ERROR(Wait());
  std::unique_ptr<SpillFile> file_again;
  std::vector<Run> runs_again;
  runs_again.reserve(runs_.size());  // pointers into it stay
  CellMerge merge;
  for (const Run& run : runs_) {
    FOOTFALL_ASSIGN_OR_RETURN(std::vector<uint32_t> order, OrderOf(run));
    const SpillFile* file = file_.get();
    const Run* sorted = &run;
    if (!IsSortedBy(numbers, order)) {
      if (file_again == nullptr) {
        FOOTFALL_ASSIGN_OR_RETURN(file_again, SpillFile::Create(folder_));
      }
      file = file_again.get();
      Run& again = runs_again.emplace_back();
      FOOTFALL_RETURN_IF_ERROR(
          SortAgain(numbers, stop, &order, run, file_again.get(), &again));
      sorted = &again;
    }
    for (uint32_t& series : order) series = numbers[series];
    merge.AddRun(file, sorted->blocks,
                 [from = sorted->keys, &keys, order = std::move(order)](
                     auto cells) { Renumber(cells, from, keys, order); });
  }
  // What sorting took is free for coding.
  cells_ = {};
  scratch_ = {};
  rows_ = {};
  free_ = {};
  FOOTFALL_RETURN_IF_ERROR(merge.Start());
  std::vector<Cell> cells;
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    FOOTFALL_RETURN_IF_ERROR(merge.Next(&cells));
    if (cells.empty()) return absl::OkStatus();
    FOOTFALL_RETURN_IF_ERROR(take(cells));
  }
}

absl::Status LoadedRows::ForEachInMemory(const CellKeys& keys,
                                         absl::Span<const SeriesId> numbers,
                                         const StopCheck& stop, Take take) {
  std::vector<Cell> cells;
  cells.reserve(blocks_.size() * kBlockRows);
  for (const std::vector<Row>& block : blocks_) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    AppendCells(layout_, block, keys, numbers, &cells);
  }
  {
    std::vector<Cell> scratch;
    FOOTFALL_RETURN_IF_ERROR(SortCells(keys, stop, &cells, &scratch));
  }
  for (size_t begin = 0; begin < cells.size(); begin += kCellsPerTake) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    FOOTFALL_RETURN_IF_ERROR(
        take(absl::MakeConstSpan(cells).subspan(begin, kCellsPerTake)));
  }
  return absl::OkStatus();
}

}  // namespace footfall::engine
