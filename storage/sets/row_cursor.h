// Reads the users of a piece in the order of their hashes, a block at a time,
// each with the steps at which it came.
//
// What is kept in memory is a block, whatever the piece says of itself.

#ifndef FOOTFALL_STORAGE_SETS_ROW_CURSOR_H_
#define FOOTFALL_STORAGE_SETS_ROW_CURSOR_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/sets/cells.h"
#include "storage/sets/piece_reader.h"

namespace footfall::storage {

// Whether lanes are told apart or laid over each other.
enum class LaneUse : uint8_t { kApart, kJoined };

// Borrows the piece.
class RowCursor {
 public:
  // Of `cells` alone: users of no such cell may come with no steps.
  RowCursor(const PieceReader& piece, const CellSet& cells, LaneUse use);

  // Moves to the next block; false once there is none. DATA_LOSS where the
  // piece's checksum fits and it is not what a builder writes.
  absl::StatusOr<bool> Next();

  // Of the block that Next() moved to.
  // The users' hashes, ascending; at least one.
  absl::Span<const uint64_t> hashes() const {
    return absl::MakeConstSpan(hashes_).subspan(0, size_);
  }
  // Rows of steps: one for each lane that has a user in the piece, ascending;
  // kJoined: one for all, whose lane is 0.
  size_t row_count() const { return rows_.size(); }
  uint32_t lane(size_t row) const { return rows_[row]; }
  // hashes().size() words.
  absl::Span<const uint64_t> steps(size_t row) const {
    return absl::MakeConstSpan(steps_).subspan(row * block_, size_);
  }

 private:
  // A lane's columns in one class.
  struct LaneColumns {
    size_t row;
    std::vector<uint32_t> steps;
    std::vector<SubsetCursor> columns;
  };
  struct ClassState {
    uint32_t rank = 0;  // the users of the class before the block
    std::vector<LaneColumns> lanes;
    std::vector<uint16_t> places;  // in the block, of its users
  };

  absl::Status TakeOnce();
  absl::Status TakeLabels();
  absl::Status TakeColumns(size_t index);
  bool ReadLane(const ClassState& state, LaneColumns* lane, uint32_t end);

  const PieceReader& piece_;
  CellSet cells_;
  std::vector<uint32_t> rows_;
  std::array<uint8_t, kPieceLanes> row_of_lane_ = {};
  EliasFanoCursor dictionary_;
  SubsetCursor once_;
  std::vector<ClassState> classes_;
  uint32_t user_ = 0;        // before the block
  uint32_t once_rank_ = 0;   // users of one cell before the block
  uint32_t block_once_ = 0;  // in it
  uint32_t block_ = 64;      // the most users of a block
  uint32_t size_ = 0;
  std::vector<uint64_t> hashes_;
  std::vector<uint64_t> steps_;  // [rows][block_]
  std::vector<uint64_t> once_bits_;
  std::vector<uint64_t> numbers_;  // cells, or labels
  std::vector<uint64_t> bits_;     // [kPieceSteps][block_ / 64]
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_ROW_CURSOR_H_
