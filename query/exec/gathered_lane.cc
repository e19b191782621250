#include "query/exec/gathered_lane.h"

#include <algorithm>

#include "query/func/step_words.h"

namespace footfall::query {

void GatheredSteps::Add(StepRange steps) {
  if (!ranges_.empty()) steps.begin = std::max(steps.begin, ranges_.back().end);
  if (steps.empty()) return;
  size_ += steps.size();
  if (!ranges_.empty() && ranges_.back().end == steps.begin) {
    ranges_.back().end = steps.end;
    return;
  }
  before_.push_back(size_ - steps.size());
  ranges_.push_back(steps);
}

void GatheredSteps::DropFirst() {
  --size_;
  ++dropped_;
  if (++ranges_.front().begin < ranges_.front().end) return;
  ranges_.erase(ranges_.begin());
  before_.erase(before_.begin());
}

void GatheredSteps::DropLast() {
  --size_;
  if (--ranges_.back().end > ranges_.back().begin) return;
  ranges_.pop_back();
  before_.pop_back();
}

int64_t GatheredSteps::StepOf(int64_t i) const {
  const int64_t number = i + dropped_;
  const auto behind =
      std::upper_bound(before_.begin() + 1, before_.end(), number);
  const auto at = static_cast<size_t>(behind - before_.begin()) - 1;
  // Of the first range, what was dropped lies before its begin.
  const int64_t from = at == 0 ? dropped_ : before_[at];
  return ranges_[at].begin + (number - from);
}

StepLane GatheredLane::Gather(const StepLane& lane,
                              const GatheredSteps& steps) {
  const size_t count = static_cast<size_t>(steps.size());
  const auto numbers = [&](const int64_t* from, std::vector<int64_t>* to) {
    if (from == nullptr) return static_cast<const int64_t*>(nullptr);
    to->clear();
    to->reserve(count);
    for (const StepRange& range : steps.ranges()) {
      to->insert(to->end(), from + (range.begin - lane.steps.begin),
                 from + (range.end - lane.steps.begin));
    }
    return static_cast<const int64_t*>(to->data());
  };
  const auto bits = [&](const uint64_t* from, std::vector<uint64_t>* to) {
    if (from == nullptr) return static_cast<const uint64_t*>(nullptr);
    to->assign((count + 63) / 64 + 1, 0);
    uint64_t at = 0;
    for (const StepRange& range : steps.ranges()) {
      uint64_t first = static_cast<uint64_t>(range.begin - lane.steps.begin);
      uint64_t left = static_cast<uint64_t>(range.size());
      while (left > 0) {
        const uint32_t n =
            static_cast<uint32_t>(std::min<uint64_t>(left, kStepsPerWord));
        const uint64_t word = StepBits(from, first, n);
        (*to)[at / 64] |= word << (at % 64);
        if (at % 64 != 0) (*to)[at / 64 + 1] |= word >> (64 - at % 64);
        at += n;
        first += n;
        left -= n;
      }
    }
    return static_cast<const uint64_t*>(to->data());
  };
  StepLane gathered = lane;
  gathered.steps = {0, steps.size()};
  gathered.values = numbers(lane.values, &values_);
  gathered.lows = numbers(lane.lows, &lows_);
  gathered.highs = numbers(lane.highs, &highs_);
  gathered.present = bits(lane.present, &present_);
  gathered.low_open = bits(lane.low_open, &low_open_);
  gathered.high_open = bits(lane.high_open, &high_open_);
  gathered.whole = bits(lane.whole, &whole_);
  return gathered;
}

}  // namespace footfall::query
