// Cut sets: of a sample only the users whose hash is below a threshold.
//
// Thresholds lie on a grid, m * 2^q with m from 8 to 15 and q from 30 to 60. A
// sample that may keep `most` users is cut at the greatest one below which
// there are no more: at the greatest that is not above the hash of its (most +
// 1)-th user. That depends on the set alone. So a set that is cut, united with
// others and cut again is the set that was cut once, at the end: in any order
// and grouping the same users and thresholds, and so the same bytes.
//
// The share of users that is kept is threshold / 2^64, and users below it are a
// fair sample: a cut set answers what a whole one does, with an error.

#ifndef FOOTFALL_STORAGE_SETS_THRESHOLD_H_
#define FOOTFALL_STORAGE_SETS_THRESHOLD_H_

#include <array>
#include <cstdint>
#include <vector>

#include "storage/sets/cells.h"

namespace footfall::storage {

// One byte for a threshold: 0 for none, else the greater the lower:
// 1 is 15 * 2^60, 8 is 8 * 2^60, 9 is 15 * 2^59, ..., 248 is 8 * 2^30.
using ThresholdCode = uint8_t;
inline constexpr ThresholdCode kMaxThresholdCode = 248;

// Requires: 1 <= code <= kMaxThresholdCode.
inline uint64_t ThresholdOf(ThresholdCode code) {
  const uint32_t step = code - 1u;
  return uint64_t{15 - step % 8} << (60 - step / 8);
}

// The greatest threshold that is not above `hash`; the least there is, where
// all are.
ThresholdCode ThresholdAtMost(uint64_t hash);

// The greatest hash that a threshold keeps.
inline uint64_t LastKept(ThresholdCode code) {
  return code == 0 ? ~uint64_t{0} : ThresholdOf(code) - 1;
}

// The thresholds of all cells of a piece.
using CellThresholds = std::array<ThresholdCode, kPieceCells>;

// Which cells still take users as their hashes ascend.
class ThresholdFilter {
 public:
  // None is cut.
  ThresholdFilter() = default;
  explicit ThresholdFilter(const CellThresholds& thresholds);

  // The cells of `lane` that keep a user with this hash, which is not below the
  // one asked before.
  uint64_t Kept(uint64_t hash, uint32_t lane) {
    while (hash > last_kept_) {
      PassThreshold();
    }
    return open_.lanes[lane];
  }

 private:
  void PassThreshold();

  CellSet open_ = CellSet::All();
  std::vector<uint16_t> cells_;  // the cut ones, by falling threshold
  std::vector<ThresholdCode> codes_;
  uint64_t last_kept_ = ~uint64_t{0};
};

// Finds where samples must be cut that may keep `most` users each.
class ThresholdFinder {
 public:
  // `thresholds`: where they are cut already; users above are not counted.
  ThresholdFinder(const CellThresholds& thresholds, uint64_t most)
      : filter_(thresholds), thresholds_(thresholds), most_(most) {}

  // Counts a user. Requires: (hash, lane) ascends.
  void Count(const UserSteps& user);

  const CellThresholds& thresholds() const { return thresholds_; }

 private:
  ThresholdFilter filter_;
  CellThresholds thresholds_;
  std::vector<uint64_t> counts_ = std::vector<uint64_t>(kPieceCells);
  uint64_t most_;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_THRESHOLD_H_
