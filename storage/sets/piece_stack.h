// Pieces that lie over each other: what is left of each user after resets,
// forgets and adds, by ascending hash.

#ifndef FOOTFALL_STORAGE_SETS_PIECE_STACK_H_
#define FOOTFALL_STORAGE_SETS_PIECE_STACK_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/sets/cells.h"
#include "storage/sets/piece_reader.h"
#include "storage/sets/threshold.h"

namespace footfall::storage {

// Borrows the pieces.
class PieceStack {
 public:
  // Of `cells` alone; the order of the pieces is nothing.
  //   FAILED_PRECONDITION  pieces under unlike keys, or of unlike width
  //   DATA_LOSS            as PieceReader::CountCells()
  static absl::StatusOr<PieceStack> Of(absl::Span<const PieceReader> pieces,
                                       const CellSet& cells);

  // Key, width and the latest commit.
  const PieceHead& head() const { return head_; }
  // Cells with users or without.
  const CellSet& present() const { return present_; }
  // The lowest of each cell.
  const CellThresholds& thresholds() const { return thresholds_; }

  // Calls visit for each user's steps in a lane, by ascending (hash, lane), up
  // to a hash. Users above a threshold are among them. DATA_LOSS as
  // RowCursor::Next().
  absl::Status ForEachUser(
      uint64_t last_hash,
      absl::FunctionRef<void(const UserSteps& user)> visit) const;

 private:
  struct Layer {
    const PieceReader* piece;
    CellSet cells;  // those that no later piece resets
  };
  struct Forgotten {
    uint64_t hash;
    uint64_t commit;
  };
  class Source;  // a layer that is being read

  PieceHead head_;
  CellSet present_;
  CellThresholds thresholds_ = {};
  std::vector<Layer> layers_;
  std::vector<Forgotten> forgotten_;  // by hash, one each: the latest commit
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_PIECE_STACK_H_
