// Builds the bytes of one piece, user by user.

#ifndef FOOTFALL_STORAGE_SETS_PIECE_BUILDER_H_
#define FOOTFALL_STORAGE_SETS_PIECE_BUILDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/sets/cells.h"
#include "storage/sets/piece_layout.h"
#include "storage/sets/threshold.h"

namespace footfall::storage {

// The bytes depend on what is said alone, not on the order or the pieces in
// which it is said.
//
// Threads: one at a time.
class PieceBuilder {
 public:
  explicit PieceBuilder(const PieceHead& head);

  // Cells that lose what older pieces say.
  void Reset(const CellSet& cells) { resets_.Add(cells); }

  // A user that leaves every cell of older pieces.
  // Requires: the hash is above those forgotten so far, and in the range.
  void Forget(uint64_t hash);

  // Cells that are present, with users or without.
  void AddCells(const CellSet& cells) { present_.Add(cells); }

  // Where cells are cut: users above are left out from now on.
  // Requires: no user was added yet.
  void Cut(const CellThresholds& thresholds);

  // Adds a user's steps in one lane; their cells are present.
  // Requires: (hash, lane) is above those added so far, the hash in the range;
  // the bits of the hash that are not kept are 0.
  void AddUser(const UserSteps& user);

  // The piece's bytes; "" where it says nothing. Call once.
  //   INTERNAL  a promise above was broken: nothing doubtful is written
  absl::StatusOr<std::string> Finish();

 private:
  // What Finish() finds out before it writes.
  struct Plan;

  void BreakPromise(absl::string_view message);
  bool InRange(uint64_t hash) const;
  void PutSets(std::string* piece) const;
  void SortIntoClasses(Plan* plan) const;
  void PutDirectory(const Plan& plan, std::string* piece) const;
  void PutUsers(const Plan& plan, std::string* piece) const;
  void PutColumns(const Plan& plan, std::string* piece) const;

  PieceHead head_;
  CellSet resets_;
  CellSet present_;
  CellSet with_users_;
  CellThresholds thresholds_ = {};
  bool cut_ = false;
  ThresholdFilter filter_;
  std::vector<uint64_t> forgets_;
  std::vector<UserSteps> users_;  // by (hash, lane)
  // The last of what was said, kept or not.
  uint64_t last_hash_ = 0;
  uint32_t last_lane_ = 0;
  bool any_ = false;
  absl::Status promises_;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_PIECE_BUILDER_H_
