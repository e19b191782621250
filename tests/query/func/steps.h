// Steps for tests of functions: a StepSpan with the arrays behind it.

#ifndef FOOTFALL_TESTS_QUERY_FUNC_STEPS_H_
#define FOOTFALL_TESTS_QUERY_FUNC_STEPS_H_

#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "query/func/aggregate.h"

namespace footfall::query {

using Number = std::optional<double>;

// A span with the arrays behind it. One entry a step, nullopt: missing.
class Steps {
 public:
  static Steps Integers(const std::vector<std::optional<int64_t>>& values,
                        uint32_t bit_offset = 0) {
    Steps steps(false, bit_offset);
    for (const auto& value : values) {
      steps.Add(value.has_value(), value.value_or(-999));
    }
    return steps;
  }
  static Steps Decimals(const std::vector<Number>& values,
                        uint32_t bit_offset = 0) {
    Steps steps(true, bit_offset);
    for (const auto& value : values) {
      steps.Add(value.has_value(),
                std::bit_cast<int64_t>(value.value_or(-999)));
    }
    return steps;
  }

  // Bounds of the steps, as numbers of the span's type; nullopt: open.
  Steps& WithBounds(const std::vector<Number>& lows,
                    const std::vector<Number>& highs) {
    const auto bits = [this](const Number& n) {
      return is_decimal_ ? std::bit_cast<int64_t>(n.value_or(0))
                         : static_cast<int64_t>(n.value_or(0));
    };
    for (size_t i = 0; i < lows.size(); ++i) {
      lows_.push_back(bits(lows[i]));
      highs_.push_back(bits(highs[i]));
      Mark(!lows[i], i, &low_open_);
      Mark(!highs[i], i, &high_open_);
      any_open_ |= !lows[i] || !highs[i];
    }
    return *this;
  }

  StepSpan span(int64_t first_step = 0) const {
    StepSpan span;
    span.first_step = first_step;
    span.count = static_cast<uint32_t>(values_.size());
    span.is_decimal = is_decimal_;
    span.values = values_.data();
    span.present = present_.data();
    span.bit_offset = bit_offset_;
    if (!lows_.empty()) {
      span.lows = lows_.data();
      span.highs = highs_.data();
      if (any_open_) {
        span.low_open = low_open_.data();
        span.high_open = high_open_.data();
      }
    }
    return span;
  }

 private:
  Steps(bool is_decimal, uint32_t bit_offset)
      : is_decimal_(is_decimal), bit_offset_(bit_offset) {
    // What stands around the span must not matter.
    present_.assign(bit_offset / 64 + 1, ~uint64_t{0});
  }

  void Add(bool present, int64_t bits) {
    Mark(present, values_.size(), &present_);
    values_.push_back(bits);
  }
  void Mark(bool set, size_t i, std::vector<uint64_t>* words) const {
    const size_t bit = bit_offset_ + i;
    while (words->size() <= bit / 64) words->push_back(~uint64_t{0});
    if (!set) (*words)[bit / 64] &= ~(uint64_t{1} << (bit % 64));
  }

  bool is_decimal_;
  uint32_t bit_offset_;
  std::vector<int64_t> values_, lows_, highs_;
  std::vector<uint64_t> present_, low_open_, high_open_;
  bool any_open_ = false;
};

}  // namespace footfall::query

#endif  // FOOTFALL_TESTS_QUERY_FUNC_STEPS_H_
