// The cells of a leaf or a transform.

#ifndef FOOTFALL_QUERY_EXEC_LEAF_TABLE_H_
#define FOOTFALL_QUERY_EXEC_LEAF_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "query/cell/cell.h"

namespace footfall::query {

// Cells of one leaf or transform, [groups x buckets], as columns.
class LeafTable {
 public:
  LeafTable() = default;
  LeafTable(size_t groups, size_t buckets, bool is_decimal);

  // One more group, all of its cells missing; or those of another table.
  void AddGroup();
  void Append(const LeafTable& other);

  static uint64_t BytesPerCell();

  size_t buckets() const { return buckets_; }
  void Set(size_t group, size_t bucket, const Cell& cell);
  Cell Get(size_t group, size_t bucket) const;
  bool has_steps(size_t group, size_t bucket) const {
    return present_[group * buckets_ + bucket] > 0;
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
  };
  size_t buckets_ = 0;
  bool is_decimal_ = false;
  std::vector<int64_t> values_;
  std::vector<int64_t> lows_;
  std::vector<int64_t> highs_;
  std::vector<uint8_t> flags_;
  std::vector<int64_t> present_;
  std::vector<int64_t> expected_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_LEAF_TABLE_H_
