// Some lanes x some steps, as a scan hands them out: a row for each lane that
// has a value there.

#ifndef FOOTFALL_STORAGE_TILE_LANE_BLOCK_H_
#define FOOTFALL_STORAGE_TILE_LANE_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace footfall::storage {

// Filled again and again: its arrays only grow.
class LaneBlock {
 public:
  // Empties it, and makes room for `rows` rows of `steps` cells. What the rows
  // hold then is rubbish.
  void Reset(size_t rows, uint32_t steps) {
    lanes_.clear();
    steps_ = steps;
    words_ = (steps + 63) / 64;
    if (values_.size() < rows * steps_) values_.resize(rows * steps_);
    if (present_.size() < rows * words_) present_.resize(rows * words_);
  }

  // The row behind the last one, to be filled. Requires: there is room.
  absl::Span<int64_t> NextValues() {
    return absl::MakeSpan(values_).subspan(lanes_.size() * steps_, steps_);
  }
  absl::Span<uint64_t> NextPresent() {
    return absl::MakeSpan(present_).subspan(lanes_.size() * words_, words_);
  }
  // Keeps that row, as the one of `lane`.
  void Keep(uint32_t lane) { lanes_.push_back(lane); }

  uint32_t steps() const { return steps_; }
  uint32_t words() const { return words_; }
  absl::Span<const uint32_t> lanes() const { return lanes_; }  // [rows]
  // [rows * steps] 0 where absent.
  absl::Span<const int64_t> values() const {
    return absl::MakeConstSpan(values_).subspan(0, lanes_.size() * steps_);
  }
  // [rows * words] bit i of word i / 64 of a row: its step i is present.
  absl::Span<const uint64_t> present() const {
    return absl::MakeConstSpan(present_).subspan(0, lanes_.size() * words_);
  }

 private:
  uint32_t steps_ = 0;
  uint32_t words_ = 0;
  std::vector<uint32_t> lanes_;
  std::vector<int64_t> values_;
  std::vector<uint64_t> present_;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_TILE_LANE_BLOCK_H_
