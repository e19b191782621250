// The rows of a load, sorted at its end: in memory, or in runs beyond it. A run
// is sorted while the rows of the next come, and runs are merged at the end.

#ifndef FOOTFALL_ENGINE_WRITE_LOADED_ROWS_H_
#define FOOTFALL_ENGINE_WRITE_LOADED_ROWS_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/catalog/tile_layout.h"
#include "engine/write/bulk_load.h"
#include "engine/write/cell_keys.h"
#include "engine/write/cell_runs.h"
#include "footfall/stop.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

// Which number a series gets is known at the end alone, and is the order of the
// cells. Runs are sorted by numbers that are likely; one whose order turns out
// to be another is sorted again.
//
// One thread, which has one more at work where there is more than one run.
class LoadedRows {
 public:
  using Row = BulkLoader::Row;
  // The numbers that series are likely to get, [series of a row], of all series
  // so far. Called in the thread of Add().
  using Likely = std::function<std::vector<SeriesId>()>;

  // `memory_bytes`: for rows, and for those that are being sorted; 4.7 MiB
  // at least. `folder`: as SpillFile::Create().
  LoadedRows(const TileLayout& layout, uint64_t memory_bytes,
             std::string folder, Likely likely);
  // Calls off what is being sorted.
  ~LoadedRows();
  LoadedRows(const LoadedRows&) = delete;
  LoadedRows& operator=(const LoadedRows&) = delete;

  // Errors as SpillFile::Create() and Append(), and CellKeys::Choose(). After
  // one the object is good for nothing: some rows are missing.
  //
  // Of `count` rows, row_at(i) each, those that is_kept(row); returns how many.
  template <typename RowAt, typename IsKept>
  absl::StatusOr<size_t> Add(size_t count, RowAt row_at, IsKept is_kept) {
    size_t kept = 0;
    for (size_t i = 0; i < count;) {
      if (blocks_.empty() || blocks_.back().size() == kBlockRows) {
        FOOTFALL_RETURN_IF_ERROR(StartBlock());
      }
      std::vector<Row>& block = blocks_.back();
      const size_t before = block.size();
      const size_t end = std::min(count, i + kBlockRows - before);
      for (; i < end; ++i) {
        const Row row = row_at(i);
        if (is_kept(row)) block.push_back(row);
      }
      kept += block.size() - before;
    }
    return kept;
  }

  // Calls `take` with a cell for each row, many at a time, by rising keys:
  // keys.Make() of its era, of numbers[its series] and of its step within the
  // era. Of equal keys those of earlier rows come first. Can be called again.
  // Errors as Add(), and those of `take` and of `stop`.
  using Take = absl::FunctionRef<absl::Status(absl::Span<const Cell> cells)>;
  absl::Status ForEachCell(const CellKeys& keys,
                           absl::Span<const SeriesId> numbers,
                           const StopCheck& stop, Take take);

 private:
  // Rows are gathered in blocks, so that they need not move when more come.
  static constexpr size_t kBlockRows = size_t{1} << 14;
  using Blocks = std::vector<std::vector<Row>>;

  // Sorted cells in a file, whose keys hold places in `order`.
  struct Run {
    CellKeys keys;
    std::vector<PackedBlock> blocks;
    PackedBlock order;  // the series that it has, in the order of its cells
  };

  absl::Status StartBlock();
  absl::Status AddRun();
  absl::Status Wait();
  absl::Status SortRows(absl::Span<const SeriesId> numbers, Run* run);
  absl::Status SortRun(const StopCheck& stop, absl::Span<const uint32_t> order,
                       SpillFile* file, Run* run);
  absl::StatusOr<std::vector<uint32_t>> OrderOf(const Run& run);
  absl::Status SortAgain(absl::Span<const SeriesId> numbers,
                         const StopCheck& stop, std::vector<uint32_t>* order,
                         const Run& run, SpillFile* file, Run* again);
  absl::Status ForEachInMemory(const CellKeys& keys,
                               absl::Span<const SeriesId> numbers,
                               const StopCheck& stop, Take take);

  const TileLayout layout_;
  const uint64_t run_blocks_;
  const std::string folder_;
  const Likely likely_;

  Blocks blocks_;  // of no run yet
  Blocks free_;    // empty, to be filled again
  std::unique_ptr<SpillFile> file_;
  std::vector<Run> runs_;

  // Of the run that is being sorted; the other thread's while it works.
  Blocks rows_;
  std::vector<Cell> cells_;
  std::vector<Cell> scratch_;
  std::string packed_;
  absl::Status sorted_;

  std::atomic<bool> is_called_off_ = false;
  std::thread thread_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_LOADED_ROWS_H_
