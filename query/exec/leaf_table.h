// The cells of a leaf or a transform.

#ifndef FOOTFALL_QUERY_EXEC_LEAF_TABLE_H_
#define FOOTFALL_QUERY_EXEC_LEAF_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "query/cell/cell.h"
#include "query/exec/zeroed_array.h"

namespace footfall::query {

// Cells of one leaf or transform, [groups x buckets], as columns.
//
// Threads: groups may be set from several threads, each group from one.
class LeafTable {
 public:
  LeafTable() = default;
  LeafTable(size_t groups, size_t buckets, bool is_decimal);

  // One more group, all of its cells missing; or those of another table.
  void AddGroup();
  void Append(const LeafTable& other);

  // At most; bounds that are the value take none.
  static uint64_t BytesPerCell();

  size_t buckets() const { return buckets_; }
  void Set(size_t group, size_t bucket, const Cell& cell);
  // The same without a Cell: no value; one with its bounds, as numbers of the
  // table's type or their bits (nullopt: open).
  void SetMissing(size_t group, size_t bucket, int64_t present,
                  int64_t expected) {
    const size_t at = group * buckets_ + bucket;
    flags_[at] = 0;
    present_[at] = present;
    expected_[at] = expected;
  }
  void SetBounded(size_t group, size_t bucket, int64_t value,
                  std::optional<int64_t> low, std::optional<int64_t> high,
                  int64_t present, int64_t expected) {
    const size_t at = group * buckets_ + bucket;
    values_[at] = value;
    flags_[at] = kHasValue | PutBounds(at, value, low, high);
    present_[at] = present;
    expected_[at] = expected;
  }

  Cell Get(size_t group, size_t bucket) const;
  // There are steps with a value, though none that counts as present: those of
  // a tier that are not whole. Of a window: in the row's own bucket.
  void MarkSteps(size_t group, size_t bucket) {
    flags_[group * buckets_ + bucket] |= kHasSteps;
  }
  bool is_marked(size_t group, size_t bucket) const {
    return (flags_[group * buckets_ + bucket] & kHasSteps) != 0;
  }
  bool has_steps(size_t group, size_t bucket) const {
    const size_t at = group * buckets_ + bucket;
    return present_[at] > 0 || (flags_[at] & kHasSteps) != 0;
  }
  bool has_value(size_t group, size_t bucket) const {
    return (flags_[group * buckets_ + bucket] & kHasValue) != 0;
  }

 private:
  enum Flag : uint8_t {
    kHasValue = 1,
    kHasLow = 2,
    kHasHigh = 4,
    kInexact = 8,
    kFilled = 16,
    kHidden = 32,
    kExact = 64,  // both bounds are the value, and are not written
    kHasSteps = 128,
  };
  uint8_t PutBounds(size_t at, int64_t value, std::optional<int64_t> low,
                    std::optional<int64_t> high) {
    if (low == value && high == value) return kExact;
    if (low.has_value()) lows_[at] = *low;
    if (high.has_value()) highs_[at] = *high;
    return static_cast<uint8_t>((low.has_value() ? kHasLow : 0) |
                                (high.has_value() ? kHasHigh : 0));
  }

  size_t buckets_ = 0;
  bool is_decimal_ = false;
  ZeroedArray<int64_t> values_;
  ZeroedArray<int64_t> lows_;
  ZeroedArray<int64_t> highs_;
  ZeroedArray<uint8_t> flags_;
  ZeroedArray<int64_t> present_;
  ZeroedArray<int64_t> expected_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_LEAF_TABLE_H_
