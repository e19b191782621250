// How the series of a set lie to each other: which is part of which, and which
// are summed into one low. combine.h has the definitions.

#ifndef FOOTFALL_QUERY_EXEC_RELATIONS_H_
#define FOOTFALL_QUERY_EXEC_RELATIONS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "footfall/metric.h"
#include "query/exec/run.h"
#include "query/plan/conditions.h"

namespace footfall::query {

class SetList;

// How the low of a set comes about.
enum class LowMode : uint8_t {
  kExact,    // one unit: low = value
  kLargest,  // units of one series each: the largest value
  kUnits,    // each unit is summed in a lane of its own; the largest sum
};

// A series as a member of a set.
struct SetEntry {
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t row = 0;
  uint32_t set = 0;
  uint32_t unit = 0;           // lane of its unit where the mode is kUnits
  uint32_t parts_set = kNone;  // the set of its parts within the set
  uint32_t above_begin = 0;    // the wholes of the set that it is part of
  uint32_t above_count = 0;
};

// A series that stands in some set, with all its entries.
struct UsedRow {
  uint32_t row = 0;
  uint32_t entries_begin = 0;
  uint32_t entries_end = 0;
};

// One bit per dimension in which the series is not split.
uint32_t EmptyMask(absl::Span<const MemberId> members);

class SetRelations {
 public:
  // Both must outlive it.
  SetRelations(const Metric& metric, const SeriesRows& rows);

  // Sets [0, sets.size()) are the given ones; after them come the sets of the
  // parts of their wholes.
  absl::Status Build(const Run& run, const SetList& sets);

  size_t set_count() const { return low_modes_.size(); }
  LowMode low_mode(size_t set) const { return low_modes_[set]; }
  // Unit lanes [first, second) are the set's; none but for kUnits.
  std::pair<uint32_t, uint32_t> units_of(size_t set) const {
    return units_[set];
  }
  size_t unit_lane_count() const { return unit_lanes_; }

  // Series that have parts in some set, by rising row; their index is their
  // lane. And all other series.
  absl::Span<const UsedRow> wholes() const { return wholes_; }
  absl::Span<const UsedRow> others() const { return others_; }
  // Indices of wholes(), parts before their wholes.
  absl::Span<const uint32_t> wholes_by_size() const { return by_size_; }

  absl::Span<const SetEntry> entries(const UsedRow& used) const {
    return absl::MakeConstSpan(entries_).subspan(
        used.entries_begin, used.entries_end - used.entries_begin);
  }
  // Indices of wholes().
  absl::Span<const uint32_t> above(const SetEntry& entry) const {
    return absl::MakeConstSpan(above_).subspan(entry.above_begin,
                                               entry.above_count);
  }

 private:
  absl::Status BuildSet(const Run& run, uint32_t set,
                        absl::Span<const uint32_t> members);
  absl::Status RelateSet(const Run& run, uint32_t set,
                         absl::Span<const uint32_t> members);
  // Adds the entries of one set and decides its low mode. `above` and
  // `parts_sets` [members] may be empty.
  absl::Status AddEntries(const Run& run, uint32_t set,
                          absl::Span<const uint32_t> members,
                          absl::Span<const std::vector<uint32_t>> above,
                          absl::Span<const uint32_t> parts_sets);
  bool Crossing(absl::Span<const uint32_t> members) const;
  bool SameCombination(uint32_t a, uint32_t b) const;

  const SeriesRows& rows_;
  std::vector<size_t> overlaps_;  // dimensions
  uint32_t adds_mask_ = 0;

  std::vector<LowMode> low_modes_;
  std::vector<std::pair<uint32_t, uint32_t>> units_;
  size_t unit_lanes_ = 0;
  std::vector<SetEntry> entries_;
  std::vector<uint32_t> above_;  // rows while building, then whole indices
  std::vector<UsedRow> wholes_;
  std::vector<UsedRow> others_;
  std::vector<uint32_t> by_size_;
  std::vector<uint32_t> whole_rows_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_RELATIONS_H_
