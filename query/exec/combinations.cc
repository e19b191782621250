// Which groups of an operand hold different people.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "footfall/hash_table.h"
#include "query/exec/operand_reader.h"
#include "query/exec/relations.h"

namespace footfall::query {
namespace {

// Series of a combination that are compared pair by pair.
constexpr size_t kSearchCrossing = 256;
}  // namespace

std::vector<uint32_t> OperandReader::Combinations() const {
  std::vector<uint32_t> numbers(groups_.group_count(), kSeveral);
  if (split_ != nullptr) return numbers;
  const auto& dimensions = operand_.metric->spec.dimensions;
  FlatHashMap<GroupKey, uint32_t> known;
  for (size_t g = 0; g < groups_.group_count(); ++g) {
    std::optional<GroupKey> common;
    bool several = false;
    for (const uint32_t row : groups_.sets.set(g)) {
      GroupKey key = {};
      for (size_t d = 0; d < dimensions.size(); ++d) {
        if (dimensions[d].rule == Additivity::kOverlaps) {
          key[d] = groups_.rows.row(row)[d];
        }
      }
      several = several || (common.has_value() && *common != key);
      common = key;
    }
    if (several || !common.has_value()) continue;
    numbers[g] = known.emplace(*common, static_cast<uint32_t>(known.size()))
                     .first->second;
  }
  const std::vector<bool> crossing =
      CrossingCombinations(numbers, known.size());
  for (uint32_t& number : numbers) {
    if (number != kSeveral && crossing[number]) number = kSeveral;
  }
  return numbers;
}

std::vector<bool> OperandReader::CrossingCombinations(
    absl::Span<const uint32_t> numbers, size_t count) const {
  struct Place {
    uint32_t group = 0;
    uint32_t row = 0;
    uint32_t mask = 0;
  };
  const auto& dimensions = operand_.metric->spec.dimensions;
  std::vector<std::vector<Place>> places(count);
  std::vector<bool> crossing(count);
  for (uint32_t g = 0; g < numbers.size(); ++g) {
    if (numbers[g] == kSeveral) continue;
    for (const uint32_t row : groups_.sets.set(g)) {
      places[numbers[g]].push_back({g, row, EmptyMask(groups_.rows.row(row))});
    }
  }
  // Whether nothing but the way of being split tells them apart.
  const auto cross = [&](const Place& a, const Place& b) {
    if (a.group == b.group || (a.mask & b.mask) == a.mask ||
        (a.mask & b.mask) == b.mask) {
      return false;
    }
    for (size_t d = 0; d < dimensions.size(); ++d) {
      const MemberId left = groups_.rows.row(a.row)[d];
      const MemberId right = groups_.rows.row(b.row)[d];
      if (left != kEmptyMember && right != kEmptyMember && left != right) {
        return false;
      }
    }
    return true;
  };
  for (size_t c = 0; c < count; ++c) {
    // Many are not compared pair by pair: two ways that cross are enough.
    const bool pairs = places[c].size() <= kSearchCrossing;
    std::vector<Place> seen;
    for (const Place& place : places[c]) {
      crossing[c] = crossing[c] ||
                    std::any_of(seen.begin(), seen.end(), [&](const Place& p) {
                      return pairs ? cross(p, place)
                                   : (p.mask & place.mask) != p.mask &&
                                         (p.mask & place.mask) != place.mask;
                    });
      if (crossing[c]) break;
      const bool new_way = std::none_of(
          seen.begin(), seen.end(),
          [&place](const Place& p) { return p.mask == place.mask; });
      if (pairs || new_way) seen.push_back(place);
    }
  }
  return crossing;
}

}  // namespace footfall::query
