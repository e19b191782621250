#include "storage/sets/threshold.h"

#include <algorithm>
#include <bit>

namespace footfall::storage {

ThresholdCode ThresholdAtMost(uint64_t hash) {
  if (hash < ThresholdOf(kMaxThresholdCode)) {
    return kMaxThresholdCode;
  }
  const auto shift = static_cast<uint32_t>(std::bit_width(hash)) - 4;
  return static_cast<ThresholdCode>(1 + (60 - shift) * 8 +
                                    (15 - (hash >> shift)));
}

ThresholdFilter::ThresholdFilter(const CellThresholds& thresholds) {
  for (uint32_t cell = 0; cell < kPieceCells; ++cell) {
    if (thresholds[cell] != 0) {
      cells_.push_back(static_cast<uint16_t>(cell));
    }
  }
  if (cells_.empty()) {
    return;
  }
  // The last is the next to be passed: the lowest threshold.
  std::stable_sort(cells_.begin(), cells_.end(), [&](uint16_t a, uint16_t b) {
    return thresholds[a] < thresholds[b];
  });
  for (const uint16_t cell : cells_) {
    codes_.push_back(thresholds[cell]);
  }
  last_kept_ = LastKept(codes_.back());
}

void ThresholdFilter::PassThreshold() {
  const ThresholdCode code = codes_.back();
  while (!codes_.empty() && codes_.back() == code) {
    const uint16_t cell = cells_.back();
    open_.lanes[cell / 64] &= ~(uint64_t{1} << cell % 64);
    cells_.pop_back();
    codes_.pop_back();
  }
  last_kept_ = codes_.empty() ? ~uint64_t{0} : LastKept(codes_.back());
}

void ThresholdFinder::Count(const UserSteps& user) {
  uint64_t steps = user.steps & filter_.Kept(user.hash, user.lane);
  for (; steps != 0; steps &= steps - 1) {
    const uint32_t cell = user.lane * kPieceSteps +
                          static_cast<uint32_t>(std::countr_zero(steps));
    if (++counts_[cell] == most_ + 1) {
      thresholds_[cell] =
          std::max(thresholds_[cell], ThresholdAtMost(user.hash));
    }
  }
}

}  // namespace footfall::storage
