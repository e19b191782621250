#include "query/exec/leaf_table.h"

#include <bit>

namespace footfall::query {

LeafTable::LeafTable(size_t groups, size_t buckets, bool is_decimal)
    : buckets_(buckets), is_decimal_(is_decimal) {
  const size_t cells = groups * buckets;
  values_.resize(cells);
  lows_.resize(cells);
  highs_.resize(cells);
  flags_.resize(cells);
  present_.resize(cells);
  expected_.resize(cells);
}

void LeafTable::AddGroup() { Append(LeafTable(1, buckets_, is_decimal_)); }

void LeafTable::Append(const LeafTable& other) {
  const auto append = [](const auto& from, auto* to) {
    to->insert(to->end(), from.begin(), from.end());
  };
  append(other.values_, &values_);
  append(other.lows_, &lows_);
  append(other.highs_, &highs_);
  append(other.flags_, &flags_);
  append(other.present_, &present_);
  append(other.expected_, &expected_);
}

uint64_t LeafTable::BytesPerCell() { return 3 * 8 + 1 + 2 * 8; }

void LeafTable::Set(size_t group, size_t bucket, const Cell& cell) {
  const size_t at = group * buckets_ + bucket;
  const auto bits = [this](const Scalar& number) {
    if (!is_decimal_) return number.integer;
    return std::bit_cast<int64_t>(number.as_decimal());
  };
  uint8_t flags = 0;
  if (cell.is_known()) values_[at] = bits(cell.value);
  if (cell.has_value) flags |= kHasValue;
  if (cell.hidden) flags |= kHidden;
  if (cell.low.has_value()) {
    flags |= kHasLow;
    lows_[at] = bits(*cell.low);
  }
  if (cell.high.has_value()) {
    flags |= kHasHigh;
    highs_[at] = bits(*cell.high);
  }
  if (cell.inexact) flags |= kInexact;
  if (cell.filled) flags |= kFilled;
  flags_[at] = flags;
  present_[at] = cell.present;
  expected_[at] = cell.expected;
}

Cell LeafTable::Get(size_t group, size_t bucket) const {
  const size_t at = group * buckets_ + bucket;
  const auto scalar = [this](int64_t bits) {
    return is_decimal_ ? Scalar::Decimal(std::bit_cast<double>(bits))
                       : Scalar::Integer(bits);
  };
  Cell cell = Cell::Missing(present_[at], expected_[at]);
  const uint8_t flags = flags_[at];
  cell.has_value = (flags & kHasValue) != 0;
  cell.hidden = (flags & kHidden) != 0;
  if (cell.is_known()) cell.value = scalar(values_[at]);
  if ((flags & kHasLow) != 0) cell.low = scalar(lows_[at]);
  if ((flags & kHasHigh) != 0) cell.high = scalar(highs_[at]);
  cell.inexact = (flags & kInexact) != 0;
  cell.filled = (flags & kFilled) != 0;
  return cell;
}

}  // namespace footfall::query
