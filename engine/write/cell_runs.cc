#include "engine/write/cell_runs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/write/packed_runs.h"
#include "storage/base/file_error.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

// Of a digit by which cells are sorted, at most: more places than that are too
// many to write to in turn.
constexpr uint32_t kDigitBits = 11;
// Packed cells that are written at a time.
constexpr size_t kAppendedBytes = size_t{1} << 18;
constexpr size_t kSortedPerStop = size_t{1} << 16;

absl::Status Failed(absl::string_view what, const std::string& folder) {
  const int error = errno;
  return storage::FileError(
      error, absl::StrCat("temporary file in ", folder, ": cannot ", what));
}

// Calls `take` with each cell, and asks `stop` now and then.
template <typename Take>
absl::Status ForStretches(absl::Span<const Cell> cells, const StopCheck& stop,
                          Take take) {
  for (size_t begin = 0; begin < cells.size(); begin += kSortedPerStop) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    for (const Cell& cell : cells.subspan(begin, kSortedPerStop)) take(cell);
  }
  return absl::OkStatus();
}

// Sorts by bits low to high - 1 of the keys: least significant digit first, and
// each pass keeps the order of the one before.
absl::Status SortByBits(uint32_t low, uint32_t high, const StopCheck& stop,
                        std::vector<Cell>* cells, std::vector<Cell>* scratch) {
  const uint32_t passes = (high - low + kDigitBits - 1) / kDigitBits;
  for (uint32_t pass = 0; pass < passes; ++pass) {
    const uint32_t shift = low + (high - low) * pass / passes;
    const uint32_t end = low + (high - low) * (pass + 1) / passes;
    const uint64_t mask = (uint64_t{1} << (end - shift)) - 1;
    const auto digit = [shift, mask](const Cell& cell) {
      return cell.key >> shift & mask;
    };
    std::array<size_t, size_t{1} << kDigitBits> begins = {};
    uint64_t before = 0;
    bool ascend = true;
    FOOTFALL_RETURN_IF_ERROR(ForStretches(*cells, stop, [&](const Cell& cell) {
      const uint64_t at = digit(cell);
      ascend &= before <= at;
      before = at;
      ++begins[at];
    }));
    if (ascend) continue;
    size_t begin = 0;
    for (size_t& at : begins) begin += std::exchange(at, begin);
    scratch->resize(cells->size());
    Cell* const out = scratch->data();
    FOOTFALL_RETURN_IF_ERROR(ForStretches(*cells, stop, [&](const Cell& cell) {
      out[begins[digit(cell)]++] = cell;
    }));
    cells->swap(*scratch);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SortCells(const CellKeys& keys, const StopCheck& stop,
                       std::vector<Cell>* cells, std::vector<Cell>* scratch) {
  // Sorting by high bits alone is enough for cells that came in order below
  // them: within eras, or within series.
  for (const uint32_t low : {keys.key_bits, keys.offset_bits + keys.series_bits,
                             keys.offset_bits, 0u}) {
    FOOTFALL_RETURN_IF_ERROR(
        SortByBits(low, keys.key_bits, stop, cells, scratch));
    if (std::is_sorted(
            cells->begin(), cells->end(),
            [](const Cell& a, const Cell& b) { return a.key < b.key; })) {
      break;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SpillFile>> SpillFile::Create(
    const std::string& folder) {
  std::string place = folder;
  if (place.empty()) {
    std::error_code error;
    place = std::filesystem::temp_directory_path(error).string();
    if (error) place = "/tmp";
  }
  std::string path = absl::StrCat(place, "/footfall-run-XXXXXX");
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) return Failed("be made", place);
  unlink(path.c_str());
  return std::unique_ptr<SpillFile>(
      new SpillFile(descriptor, std::move(place)));
}

SpillFile::~SpillFile() { close(descriptor_); }

absl::Status SpillFile::Append(const void* bytes, size_t size_bytes) {
  const char* at = static_cast<const char*>(bytes);
  while (size_bytes > 0) {
    const ssize_t written =
        pwrite(descriptor_, at, size_bytes, static_cast<off_t>(size_bytes_));
    if (written < 0) {
      if (errno == EINTR) continue;
      return Failed("be written", folder_);
    }
    at += written;
    size_bytes -= static_cast<size_t>(written);
    size_bytes_ += static_cast<uint64_t>(written);
  }
  return absl::OkStatus();
}

absl::Status SpillFile::Read(uint64_t offset, void* bytes,
                             size_t size_bytes) const {
  char* at = static_cast<char*>(bytes);
  while (size_bytes > 0) {
    const ssize_t got =
        pread(descriptor_, at, size_bytes, static_cast<off_t>(offset));
    if (got < 0) {
      if (errno == EINTR) continue;
      return Failed("be read", folder_);
    }
    if (got == 0) {
      return absl::UnavailableError(absl::StrCat(
          "temporary file in ", folder_, ": ends early, at byte ", offset));
    }
    at += got;
    size_bytes -= static_cast<size_t>(got);
    offset += static_cast<uint64_t>(got);
  }
  return absl::OkStatus();
}

absl::Status AppendRun(absl::Span<const Cell> cells, SpillFile* file,
                       std::vector<PackedBlock>* blocks) {
  std::string packed;
  for (size_t begin = 0; begin < cells.size(); begin += kCellsPerBlock) {
    const auto block = cells.subspan(begin, kCellsPerBlock);
    const size_t before = packed.size();
    PackCells(block, &packed);
    blocks->push_back(
        {file->size_bytes() + before, packed.size() - before, block.size()});
    if (packed.size() < kAppendedBytes) continue;
    FOOTFALL_RETURN_IF_ERROR(file->Append(packed.data(), packed.size()));
    packed.clear();
  }
  return file->Append(packed.data(), packed.size());
}

absl::Status ReadBlock(const SpillFile& file, const PackedBlock& block,
                       std::string* packed, absl::Span<Cell> cells) {
  packed->resize(block.size_bytes);
  FOOTFALL_RETURN_IF_ERROR(
      file.Read(block.offset, packed->data(), packed->size()));
  return UnpackCells(*packed, cells.first(block.count));
}

void CellMerge::AddRun(const SpillFile* file, std::vector<PackedBlock> blocks,
                       Rekey rekey) {
  runs_.push_back({file, std::move(blocks), std::move(rekey), {}, 0, 0});
}

absl::Status CellMerge::Start() {
  for (size_t i = 0; i < runs_.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(Refill(&runs_[i]));
    if (!runs_[i].cells.empty()) heap_.push_back(i);
  }
  for (size_t at = heap_.size(); at > 0; --at) Sink(at - 1);
  return absl::OkStatus();
}

absl::Status CellMerge::Refill(Run* run) {
  run->cells.clear();
  run->at = 0;
  if (run->next_block == run->blocks.size()) return absl::OkStatus();
  const PackedBlock& block = run->blocks[run->next_block++];
  run->cells.resize(block.count);
  FOOTFALL_RETURN_IF_ERROR(
      ReadBlock(*run->file, block, &packed_, absl::MakeSpan(run->cells)));
  run->rekey(absl::MakeSpan(run->cells));
  return absl::OkStatus();
}

bool CellMerge::Less(size_t a, size_t b) const {
  const uint64_t x = runs_[a].cells[runs_[a].at].key;
  const uint64_t y = runs_[b].cells[runs_[b].at].key;
  return x != y ? x < y : a < b;
}

void CellMerge::Sink(size_t at) {
  while (true) {
    size_t child = 2 * at + 1;
    if (child >= heap_.size()) return;
    if (child + 1 < heap_.size() && Less(heap_[child + 1], heap_[child])) {
      ++child;
    }
    if (!Less(heap_[child], heap_[at])) return;
    std::swap(heap_[child], heap_[at]);
    at = child;
  }
}

// Moves the cells of the first run that come before those of all others, as
// many as are in memory.
void CellMerge::Take(Run* run, std::vector<Cell>* out) const {
  const auto begin = run->cells.begin() + static_cast<std::ptrdiff_t>(run->at);
  auto end = run->cells.end();
  if (heap_.size() > 1) {
    const size_t second =
        heap_.size() > 2 && Less(heap_[2], heap_[1]) ? heap_[2] : heap_[1];
    const uint64_t limit = runs_[second].cells[runs_[second].at].key;
    const bool is_earlier = heap_[0] < second;
    end = std::find_if(begin, end, [&](const Cell& cell) {
      return cell.key > limit || (cell.key == limit && !is_earlier);
    });
  }
  out->insert(out->end(), begin, end);
  run->at += static_cast<size_t>(end - begin);
}

absl::Status CellMerge::Next(std::vector<Cell>* out) {
  out->clear();
  while (!heap_.empty() && out->size() < kCellsPerBlock) {
    Run& run = runs_[heap_[0]];
    Take(&run, out);
    if (run.at == run.cells.size()) {
      FOOTFALL_RETURN_IF_ERROR(Refill(&run));
      if (run.cells.empty()) {
        heap_[0] = heap_.back();
        heap_.pop_back();
      }
    }
    if (heap_.size() > 1) Sink(0);
  }
  return absl::OkStatus();
}

}  // namespace footfall::engine
