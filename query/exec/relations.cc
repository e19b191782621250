// How the series of a set lie to each other.

#include "query/exec/relations.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "footfall/hash_table.h"
#include "query/exec/combine.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// The members of a series, with room for the most dimensions.
using Tuple = std::array<MemberId, kMaxDimensions>;

Tuple TupleOf(absl::Span<const MemberId> members, uint32_t blanked) {
  Tuple tuple = {};
  for (size_t d = 0; d < members.size(); ++d) {
    if ((blanked >> d & 1) == 0) tuple[d] = members[d];
  }
  return tuple;
}

// Sets larger than this are not searched pair by pair.
constexpr size_t kSearchPairs = 64;

}  // namespace

uint32_t EmptyMask(absl::Span<const MemberId> members) {
  uint32_t mask = 0;
  for (size_t d = 0; d < members.size(); ++d) {
    if (members[d] == kEmptyMember) mask |= uint32_t{1} << d;
  }
  return mask;
}

SetRelations::SetRelations(const Metric& metric, const SeriesRows& rows)
    : rows_(rows) {
  const auto& dimensions = metric.spec.dimensions;
  for (size_t d = 0; d < dimensions.size(); ++d) {
    if (dimensions[d].rule == Additivity::kOverlaps) overlaps_.push_back(d);
    if (dimensions[d].rule == Additivity::kAdds) adds_mask_ |= 1u << d;
  }
}

bool SetRelations::SameCombination(uint32_t a, uint32_t b) const {
  for (const size_t d : overlaps_) {
    if (rows_.row(a)[d] != rows_.row(b)[d]) return false;
  }
  return true;
}

// Whether two series of one combination overlap although neither is part of the
// other.
bool SetRelations::Crossing(absl::Span<const uint32_t> members) const {
  if (std::popcount(adds_mask_) < 2) return false;
  if (members.size() > kSearchPairs) {
    // By their ways of being split alone: none is finer than the other.
    std::vector<uint32_t> masks;
    for (const uint32_t row : members) {
      const uint32_t mask = EmptyMask(rows_.row(row)) & adds_mask_;
      if (std::find(masks.begin(), masks.end(), mask) == masks.end()) {
        masks.push_back(mask);
      }
    }
    for (const uint32_t a : masks) {
      for (const uint32_t b : masks) {
        if ((a & b) != a && (a & b) != b) return true;
      }
    }
    return false;
  }
  for (size_t i = 0; i < members.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const auto a = rows_.row(members[i]);
      const auto b = rows_.row(members[j]);
      if (!SameCombination(members[i], members[j])) continue;
      bool apart = false;
      bool a_finer = false;
      bool b_finer = false;
      for (size_t d = 0; d < a.size(); ++d) {
        if ((adds_mask_ >> d & 1) == 0 || a[d] == b[d]) continue;
        if (b[d] == kEmptyMember) {
          a_finer = true;
        } else if (a[d] == kEmptyMember) {
          b_finer = true;
        } else {
          apart = true;
        }
      }
      if (!apart && a_finer && b_finer) return true;
    }
  }
  return false;
}

absl::Status SetRelations::AddEntries(
    const Run& run, uint32_t set, absl::Span<const uint32_t> members,
    absl::Span<const std::vector<uint32_t>> above,
    absl::Span<const uint32_t> parts_sets) {
  const size_t first = entries_.size();
  const bool crossing = !above.empty() && Crossing(members);
  uint32_t unit_count = 0;
  FlatHashMap<Tuple, uint32_t> unit_of;
  constexpr size_t kFew = 12;
  const uint32_t all_but_overlaps = [this] {
    uint32_t mask = ~uint32_t{0};
    for (const size_t d : overlaps_) mask &= ~(uint32_t{1} << d);
    return mask;
  }();
  const auto adds_split = [this](uint32_t row) {
    return EmptyMask(rows_.row(row)) & adds_mask_;
  };
  for (size_t i = 0; i < members.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass());
    SetEntry entry;
    entry.row = members[i];
    entry.set = set;
    if (!parts_sets.empty()) entry.parts_set = parts_sets[i];
    entry.above_begin = static_cast<uint32_t>(above_.size());
    if (!above.empty()) {
      above_.insert(above_.end(), above[i].begin(), above[i].end());
      entry.above_count = static_cast<uint32_t>(above[i].size());
    }
    // The unit: one for each combination, and for each way of being split where
    // those cross.
    bool found = false;
    if (overlaps_.empty() && !crossing) {
      found = i > 0;
    } else if (members.size() <= kFew) {
      for (size_t j = first; j < entries_.size() && !found; ++j) {
        if (SameCombination(entry.row, entries_[j].row) &&
            (!crossing ||
             adds_split(entry.row) == adds_split(entries_[j].row))) {
          entry.unit = entries_[j].unit;
          found = true;
        }
      }
    } else {
      Tuple key = TupleOf(rows_.row(entry.row), all_but_overlaps);
      // Dimensions that do not overlap are free to carry the way of splitting.
      if (crossing) {
        for (size_t d = 0; d < kMaxDimensions; ++d) {
          if ((adds_mask_ >> d & 1) != 0) {
            key[d] = adds_split(entry.row) >> d & 1;
          }
        }
      }
      const auto [at, inserted] = unit_of.emplace(key, unit_count);
      entry.unit = at->second;
      found = !inserted;
    }
    if (!found) entry.unit = unit_count++;
    entries_.push_back(entry);
  }
  LowMode mode = LowMode::kUnits;
  if (unit_count <= 1) {
    mode = LowMode::kExact;
  } else if (unit_count == members.size()) {
    mode = LowMode::kLargest;
  }
  low_modes_[set] = mode;
  units_[set] = {0, 0};
  if (mode == LowMode::kUnits) {
    const uint32_t base = static_cast<uint32_t>(unit_lanes_);
    for (size_t j = first; j < entries_.size(); ++j) entries_[j].unit += base;
    unit_lanes_ += unit_count;
    units_[set] = {base, base + unit_count};
  }
  return absl::OkStatus();
}

absl::Status SetRelations::BuildSet(const Run& run, uint32_t set,
                                    absl::Span<const uint32_t> members) {
  // Series that are all split in the same dimensions are no parts of another.
  uint32_t any = 0;
  uint32_t all = ~uint32_t{0};
  for (const uint32_t row : members) {
    const uint32_t mask = EmptyMask(rows_.row(row));
    any |= mask;
    all &= mask;
  }
  if (members.empty() || any == all) {
    return AddEntries(run, set, members, {}, {});
  }
  return RelateSet(run, set, members);
}

absl::Status SetRelations::RelateSet(const Run& run, uint32_t set,
                                     absl::Span<const uint32_t> members) {
  // Members by what they are called, and the ways of being split.
  FlatHashMap<Tuple, uint32_t> by_tuple;  // -> index into members
  std::vector<uint32_t> masks;
  std::vector<uint32_t> mask_of(members.size());
  by_tuple.reserve(members.size());
  for (size_t i = 0; i < members.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass());
    const auto row = rows_.row(members[i]);
    mask_of[i] = EmptyMask(row);
    by_tuple.emplace(TupleOf(row, 0), static_cast<uint32_t>(i));
    if (std::find(masks.begin(), masks.end(), mask_of[i]) == masks.end()) {
      masks.push_back(mask_of[i]);
    }
  }
  // Indices into members: the wholes of member i, and its parts.
  std::vector<std::vector<uint32_t>> above(members.size());
  std::vector<std::vector<uint32_t>> parts(members.size());
  for (size_t i = 0; i < members.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass(masks.size()));
    for (const uint32_t mask : masks) {
      if (mask == mask_of[i] || (mask & mask_of[i]) != mask_of[i]) continue;
      const auto whole = by_tuple.find(TupleOf(rows_.row(members[i]), mask));
      if (whole == by_tuple.end()) continue;
      above[i].push_back(whole->second);
      parts[whole->second].push_back(static_cast<uint32_t>(i));
    }
  }
  std::vector<uint32_t> parts_sets(members.size(), SetEntry::kNone);
  for (size_t i = 0; i < members.size(); ++i) {
    if (parts[i].empty()) continue;
    parts_sets[i] = static_cast<uint32_t>(low_modes_.size());
    low_modes_.push_back(LowMode::kExact);
    units_.emplace_back(0, 0);
    whole_rows_.push_back(members[i]);
  }
  const auto rows_of = [members](const std::vector<uint32_t>& indices) {
    std::vector<uint32_t> rows;
    rows.reserve(indices.size());
    for (const uint32_t i : indices) rows.push_back(members[i]);
    return rows;
  };
  std::vector<std::vector<uint32_t>> above_rows;
  above_rows.reserve(above.size());
  for (const auto& indices : above) above_rows.push_back(rows_of(indices));
  FOOTFALL_RETURN_IF_ERROR(
      AddEntries(run, set, members, above_rows, parts_sets));
  for (size_t w = 0; w < members.size(); ++w) {
    if (parts[w].empty()) continue;
    // Within the parts of w only those wholes count that are parts of w, too.
    std::vector<uint32_t> inner_sets;
    std::vector<std::vector<uint32_t>> inner_above;
    for (const uint32_t part : parts[w]) {
      inner_sets.push_back(parts_sets[part]);
      std::vector<uint32_t> kept;
      for (const uint32_t whole : above[part]) {
        const auto& over = above[whole];
        if (std::find(over.begin(), over.end(), w) != over.end()) {
          kept.push_back(members[whole]);
        }
      }
      inner_above.push_back(std::move(kept));
    }
    FOOTFALL_RETURN_IF_ERROR(AddEntries(run, parts_sets[w], rows_of(parts[w]),
                                        inner_above, inner_sets));
  }
  return absl::OkStatus();
}

absl::Status SetRelations::Build(const Run& run, const SetList& sets) {
  low_modes_.assign(sets.size(), LowMode::kExact);
  units_.assign(sets.size(), {0, 0});
  entries_.reserve(sets.member_count());
  for (size_t set = 0; set < sets.size(); ++set) {
    FOOTFALL_RETURN_IF_ERROR(
        BuildSet(run, static_cast<uint32_t>(set), sets.set(set)));
  }
  std::sort(whole_rows_.begin(), whole_rows_.end());
  whole_rows_.erase(std::unique(whole_rows_.begin(), whole_rows_.end()),
                    whole_rows_.end());
  for (uint32_t& row : above_) {
    row = static_cast<uint32_t>(
        std::lower_bound(whole_rows_.begin(), whole_rows_.end(), row) -
        whole_rows_.begin());
  }
  const auto by_row = [](const SetEntry& a, const SetEntry& b) {
    return a.row < b.row;
  };
  if (!std::is_sorted(entries_.begin(), entries_.end(), by_row)) {
    std::stable_sort(entries_.begin(), entries_.end(), by_row);
  }
  size_t next_whole = 0;
  for (size_t i = 0; i < entries_.size();) {
    UsedRow used;
    used.row = entries_[i].row;
    used.entries_begin = static_cast<uint32_t>(i);
    while (i < entries_.size() && entries_[i].row == used.row) ++i;
    used.entries_end = static_cast<uint32_t>(i);
    if (next_whole < whole_rows_.size() &&
        whole_rows_[next_whole] == used.row) {
      wholes_.push_back(used);
      ++next_whole;
    } else {
      others_.push_back(used);
    }
  }
  by_size_.resize(wholes_.size());
  for (size_t i = 0; i < wholes_.size(); ++i) {
    by_size_[i] = static_cast<uint32_t>(i);
  }
  std::stable_sort(
      by_size_.begin(), by_size_.end(), [this](uint32_t a, uint32_t b) {
        return std::popcount(EmptyMask(rows_.row(wholes_[a].row))) <
               std::popcount(EmptyMask(rows_.row(wholes_[b].row)));
      });
  return absl::OkStatus();
}

}  // namespace footfall::query
