// Lays pieces over each other and makes new ones of what results.
//
// The result is the same bytes in whatever order the pieces are given, and
// whatever was folded before: fold(a, b, c) = fold(fold(a, b), c). (One
// exception: where a sample is cut and users are forgotten, folding early may
// have cut it lower. Its users are right all the same.)

#ifndef FOOTFALL_STORAGE_SETS_FOLD_H_
#define FOOTFALL_STORAGE_SETS_FOLD_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "storage/sets/cells.h"
#include "storage/sets/piece_reader.h"

namespace footfall::storage {

struct FoldOptions {
  // What the new pieces hold; the rest is left out.
  CellSet cells = CellSet::All();
  HashRange range = {};
  // Bits of a hash by which they are split, at least as many as the range's:
  // 0, 4, 8 or 12.
  uint32_t depth = 0;
  // Users that a sample keeps; 0: all. A sample of more is cut.
  uint64_t most = 0;
};

// Calls emit(range, bytes) for each new piece, by ascending range; a range that
// has no users has none, but the first holds what cells are present.
//
// Nothing is reset or forgotten by the new pieces: `pieces` must be all there
// are under what resets and forgets, or none may do either. Their commit is the
// latest of `pieces`.
//
// Memory: a block of each piece (row_cursor.h), and one new piece.
//
//   FAILED_PRECONDITION  pieces under unlike keys, or of unlike width
//   DATA_LOSS            as PieceReader::CountCells()
absl::Status FoldPieces(
    absl::Span<const PieceReader> pieces, const FoldOptions& options,
    absl::FunctionRef<void(HashRange range, std::string piece)> emit);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_FOLD_H_
