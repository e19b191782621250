// Sorting more cells than memory holds: runs that are sorted one by one, kept
// in a temporary file, and merged.

#ifndef FOOTFALL_ENGINE_WRITE_CELL_RUNS_H_
#define FOOTFALL_ENGINE_WRITE_CELL_RUNS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/write/cell_keys.h"
#include "footfall/stop.h"

namespace footfall::engine {

// A value and where it goes: keys are in the order of tiles, lanes and steps.
struct Cell {
  uint64_t key;
  int64_t value;
};

// Sorts by key; cells of one key stay in their order. Quicker where cells came
// in an order: series by series, or each series' by rising steps. `keys` tells
// which bits are which. *scratch is used and left with any content. `stop` is
// asked every 64 Ki cells of each pass; after its error *cells has any order.
absl::Status SortCells(const CellKeys& keys, const StopCheck& stop,
                       std::vector<Cell>* cells, std::vector<Cell>* scratch);

// A file without a name: it is gone with the object, or with the process.
class SpillFile {
 public:
  // In `folder`, or in the system's folder for temporary files where that is
  // "". RESOURCE_EXHAUSTED where there is no room or too many files are open,
  // UNAVAILABLE where none can be made otherwise.
  static absl::StatusOr<std::unique_ptr<SpillFile>> Create(
      const std::string& folder);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  uint64_t size_bytes() const { return size_bytes_; }

  // RESOURCE_EXHAUSTED where the medium is full or a file may not grow so far,
  // UNAVAILABLE otherwise.
  absl::Status Append(const void* bytes, size_t size_bytes);
  // Requires: [offset, offset + size_bytes) was appended.
  absl::Status Read(uint64_t offset, void* bytes, size_t size_bytes) const;

 private:
  SpillFile(int descriptor, std::string folder)
      : descriptor_(descriptor), folder_(std::move(folder)) {}

  int descriptor_;
  std::string folder_;  // for messages
  uint64_t size_bytes_ = 0;
};

// A stretch of a file that holds so many cells or numbers, packed
// (packed_runs.h).
struct PackedBlock {
  uint64_t offset = 0;
  size_t size_bytes = 0;
  size_t count = 0;
};

// Cells that a merge has in memory of each run in a file.
inline constexpr size_t kCellsPerBlock = 1024;

// Appends a sorted run, in blocks of kCellsPerBlock, and adds them to *blocks.
// Errors as SpillFile::Append().
absl::Status AppendRun(absl::Span<const Cell> cells, SpillFile* file,
                       std::vector<PackedBlock>* blocks);
// Reads one of them. *packed is used and left with any content. Errors as
// SpillFile::Read(), UnpackCells(). Requires: room for block.count cells.
absl::Status ReadBlock(const SpillFile& file, const PackedBlock& block,
                       std::string* packed, absl::Span<Cell> cells);

// Sorted runs of cells as one ascending sequence. Of equal keys, those of an
// earlier run come first.
class CellMerge {
 public:
  // Gives cells of a run the keys by which runs are merged.
  using Rekey = std::function<void(absl::Span<Cell> cells)>;

  // Runs in order, as AppendRun() left them; after `rekey` they must ascend.
  // Add all before Start(). The file outlives the merge.
  void AddRun(const SpillFile* file, std::vector<PackedBlock> blocks,
              Rekey rekey);
  absl::Status Start();

  // Replaces *out by the next cells; by none at the end. Errors as ReadBlock().
  absl::Status Next(std::vector<Cell>* out);

 private:
  struct Run {
    const SpillFile* file;
    std::vector<PackedBlock> blocks;
    Rekey rekey;
    std::vector<Cell> cells;  // what is in memory, from `at` on
    size_t at = 0;
    size_t next_block = 0;  // the first that is still in the file alone
  };

  absl::Status Refill(Run* run);
  bool Less(size_t a, size_t b) const;
  void Sink(size_t at);
  void Take(Run* run, std::vector<Cell>* out) const;

  std::string packed_;  // the block that is being read
  std::vector<Run> runs_;
  std::vector<size_t> heap_;  // runs that have a cell, smallest first
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_CELL_RUNS_H_
