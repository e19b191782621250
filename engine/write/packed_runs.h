// Cells and numbers in few bytes, for temporary files: what a load spills is
// written and read by the kernel, whose part of the work grows with the bytes.
//
//   cell     varint  key - key before, zigzag(value - value before)
//   number   varint  zigzag(number - number before)
//
// Before the first of a block is 0. All arithmetic is modulo 2^64. A file is
// gone with the process that wrote it: nothing here is a format to be kept.

#ifndef FOOTFALL_ENGINE_WRITE_PACKED_RUNS_H_
#define FOOTFALL_ENGINE_WRITE_PACKED_RUNS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/write/cell_runs.h"

namespace footfall::engine {

// Appends to *out. Cells take the fewest bytes where their keys rise.
void PackCells(absl::Span<const Cell> cells, std::string* out);
void PackNumbers(absl::Span<const uint32_t> numbers, std::string* out);

// All of a block. UNAVAILABLE where the bytes are not those of so many: the
// file was changed by another, or the medium fails.
absl::Status UnpackCells(absl::string_view bytes, absl::Span<Cell> cells);
absl::Status UnpackNumbers(absl::string_view bytes,
                           absl::Span<uint32_t> numbers);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_PACKED_RUNS_H_
