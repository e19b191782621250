// Sorting more cells than memory holds: runs that are sorted one by one, kept
// in a temporary file, and merged.

#ifndef FOOTFALL_ENGINE_WRITE_CELL_RUNS_H_
#define FOOTFALL_ENGINE_WRITE_CELL_RUNS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/stop.h"

namespace footfall::engine {

// A value and where it goes: keys are in the order of tiles, lanes and steps.
struct Cell {
  uint64_t key;
  int64_t value;
};

// Sorts by key; cells of one key stay in their order. `key_bits`: bits from
// there up are 0 in all keys. *scratch is used and left with any content.
// `stop` is asked every 64 Ki cells of each pass; after its error *cells has
// any order.
absl::Status SortCells(uint32_t key_bits, const StopCheck& stop,
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

// A stretch of a file that holds so many rows or cells, packed
// (packed_runs.h).
struct PackedBlock {
  uint64_t offset = 0;
  uint32_t size_bytes = 0;
  uint32_t count = 0;
};

// Cells that a merge has in memory of each run in a file.
inline constexpr size_t kCellsPerBlock = 1024;

// Appends a sorted run, in blocks of kCellsPerBlock, and adds them to *blocks.
// Errors as SpillFile::Append().
absl::Status AppendRun(absl::Span<const Cell> cells, SpillFile* file,
                       std::vector<PackedBlock>* blocks);

// Sorted runs of cells as one ascending sequence. Of equal keys, those of an
// earlier run come first.
class CellMerge {
 public:
  explicit CellMerge(const SpillFile* file) : file_(file) {}

  // Runs in order. A run in the file, as AppendRun() left it; or in memory that
  // outlives the merge. Add all before Start().
  void AddFileRun(std::vector<PackedBlock> blocks);
  void AddRun(absl::Span<const Cell> cells);
  absl::Status Start();

  // The next cell, or nullptr at the end. It stays until the call after.
  // Errors as SpillFile::Read().
  absl::StatusOr<const Cell*> Next();

 private:
  struct Run {
    absl::Span<const Cell> cells;  // what is in memory, from `at` on
    size_t at = 0;
    std::vector<PackedBlock> blocks;
    size_t next_block = 0;  // the first that is still in the file alone
    std::vector<Cell> buffer;
  };

  absl::Status Refill(Run* run);
  bool Less(size_t a, size_t b) const;
  void Sink(size_t at);

  const SpillFile* file_;
  std::string packed_;  // the block that is being read
  std::vector<Run> runs_;
  std::vector<size_t> heap_;  // runs that have a cell, smallest first
  bool moved_ = false;        // heap_[0]'s cell was handed out
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_CELL_RUNS_H_
