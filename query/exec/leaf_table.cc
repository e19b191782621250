#include "query/exec/leaf_table.h"

#include <bit>

namespace footfall::query {

LeafTable::LeafTable(size_t groups, size_t buckets, bool is_decimal)
    : buckets_(buckets),
      is_decimal_(is_decimal),
      values_(groups * buckets),
      lows_(groups * buckets),
      highs_(groups * buckets),
      flags_(groups * buckets),
      present_(groups * buckets),
      expected_(groups * buckets) {}

void LeafTable::AddGroup() { Append(LeafTable(1, buckets_, is_decimal_)); }

void LeafTable::Append(const LeafTable& other) {
  values_.Append(other.values_);
  lows_.Append(other.lows_);
  highs_.Append(other.highs_);
  flags_.Append(other.flags_);
  present_.Append(other.present_);
  expected_.Append(other.expected_);
}

uint64_t LeafTable::BytesPerCell() { return 3 * 8 + 1 + 2 * 8; }

void LeafTable::Set(size_t group, size_t bucket, const Cell& cell) {
  const size_t at = group * buckets_ + bucket;
  const auto bits = [this](const Scalar& number) {
    if (!is_decimal_) return number.integer;
    return std::bit_cast<int64_t>(number.as_decimal());
  };
  const auto bound = [&bits](const std::optional<Scalar>& number) {
    return number.has_value() ? std::optional<int64_t>(bits(*number))
                              : std::nullopt;
  };
  if (cell.is_known()) values_[at] = bits(cell.value);
  uint8_t flags = PutBounds(at, values_[at], bound(cell.low), bound(cell.high));
  flags |= flags_[at] & kHasSteps;  // whatever is made of the cell
  if (cell.has_value) flags |= kHasValue;
  if (cell.hidden) flags |= kHidden;
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
  if ((flags & kExact) != 0) cell.low = cell.high = scalar(values_[at]);
  if ((flags & kHasLow) != 0) cell.low = scalar(lows_[at]);
  if ((flags & kHasHigh) != 0) cell.high = scalar(highs_[at]);
  cell.inexact = (flags & kInexact) != 0;
  cell.filled = (flags & kFilled) != 0;
  return cell;
}

}  // namespace footfall::query
