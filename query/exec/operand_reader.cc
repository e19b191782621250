// An operand's values.

#include "query/exec/operand_reader.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "footfall/hash_table.h"
#include "query/exec/lanes.h"
#include "query/exec/relations.h"
#include "query/exec/renamed_scan.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// Series of a combination that are compared pair by pair.
constexpr size_t kSearchCrossing = 256;
// Wholes whose parts are read together.
constexpr size_t kWholesAtOnce = 64;

// max(0, whole - part) of lane values; 0 - x cannot leave 64 bits here, since
// bounds are kept for values that are not negative.
int64_t Beyond(bool decimal, int64_t whole, int64_t part) {
  if (decimal) {
    return std::bit_cast<int64_t>(std::max(
        0.0, std::bit_cast<double>(whole) - std::bit_cast<double>(part)));
  }
  int64_t rest = 0;
  if (__builtin_sub_overflow(whole, part, &rest)) return 0;
  return std::max<int64_t>(0, rest);
}

// a + b, stopping at the largest number: a bound that is open.
int64_t Plus(bool decimal, int64_t a, int64_t b) {
  if (decimal) {
    return std::bit_cast<int64_t>(std::bit_cast<double>(a) +
                                  std::bit_cast<double>(b));
  }
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return INT64_MAX;
  return sum;
}

int64_t Larger(bool decimal, int64_t a, int64_t b) {
  if (decimal) {
    return std::bit_cast<double>(b) > std::bit_cast<double>(a) ? b : a;
  }
  return std::max(a, b);
}

}  // namespace

absl::StatusOr<std::unique_ptr<OperandReader>> OperandReader::Create(
    Run& run, const BoundOperand& operand, StepRange steps,
    absl::Span<const TotalRole> totals) {
  std::unique_ptr<OperandReader> reader(new OperandReader(run, operand, steps));
  FOOTFALL_RETURN_IF_ERROR(reader->Prepare(totals));
  return reader;
}

absl::Status OperandReader::PrepareAcross() {
  split_operand_ = SplitAcross(operand_);
  FOOTFALL_ASSIGN_OR_RETURN(split_, Create(run_, split_operand_, steps_, {}));
  steps_ = split_->steps();
  across_ = FindAcrossGroups(operand_, split_->groups());
  groups_.keys = across_.keys;
  groups_.group_of = across_.group_of;
  groups_.matched_count = split_->groups().matched_count;
  return absl::OkStatus();
}

// Members are read together, then combined group by group.
absl::StatusOr<GroupLanes> OperandReader::ReadAcross(
    absl::Span<const uint32_t> groups, absl::Span<const StepRange> told) const {
  std::vector<uint32_t> wanted;
  for (const uint32_t group : groups) {
    for (const AcrossMember& member : across_.members[group]) {
      wanted.push_back(member.split_group);
    }
  }
  FOOTFALL_ASSIGN_OR_RETURN(const GroupLanes read, split_->Read(wanted));
  GroupLanes lanes;
  lanes.sets.steps = steps_;
  lanes.sets.words = WordsFor(static_cast<size_t>(steps_.size()));
  lanes.sets.contradiction = read.sets.contradiction;
  lanes.across.resize(groups.size());
  size_t at = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    const std::vector<AcrossMember>& members = across_.members[groups[i]];
    std::vector<MemberLane> views;
    for (const AcrossMember& member : members) {
      const LaneView view =
          split_->View(read, at++, member.split_group, TotalRole());
      views.push_back({view.values, view.lows, view.extra, view.present});
    }
    AcrossLane& lane = lanes.across[i];
    FOOTFALL_RETURN_IF_ERROR(CombineAcross(operand_, members, views, steps_,
                                           told.empty() ? steps_ : told[i],
                                           &lane));
    lanes.sets.present.insert(lanes.sets.present.end(), lane.present.begin(),
                              lane.present.end());
    if (lane.count_change.has_value() && !lanes.sets.count_change.has_value()) {
      lanes.sets.count_change = lane.count_change;
      lanes.sets.count_change->set = i;
    }
    if (lane.no_member.has_value() && !lanes.no_member.has_value()) {
      lanes.no_member = {i,
                         steps_.begin + static_cast<int64_t>(*lane.no_member)};
    }
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
  }
  return lanes;
}

absl::Status OperandReader::Prepare(absl::Span<const TotalRole> totals) {
  if (operand_.across.has_value()) return PrepareAcross();
  if (steps_.empty()) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(groups_, FindGroups(run_, operand_));
  FOOTFALL_RETURN_IF_ERROR(ReadWholes());
  for (const TotalRole& total : totals) {
    roles_.push_back(total);
    excess_.emplace_back();
    FOOTFALL_RETURN_IF_ERROR(ReadExcess(total, roles_.size() - 1));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> OperandReader::HasSamples(StepRange steps) const {
  if (steps.empty()) return false;
  if (split_ != nullptr) return split_->HasSamples(steps);
  std::vector<SeriesId> series;
  for (size_t i = 0; i < groups_.rows.size(); ++i) {
    if (groups_.matched[i]) series.push_back(groups_.rows.ids[i]);
  }
  ScanRequest scan;
  scan.metric = operand_.metric->id;
  scan.series = series;
  scan.steps = steps;
  FOOTFALL_ASSIGN_OR_RETURN(const std::unique_ptr<SlabCursor> cursor,
                            ScanRows(run_, groups_.rows, scan));
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) return false;
    const Slab& slab = cursor->slab();
    const bool any = std::any_of(slab.present.begin(), slab.present.end(),
                                 [](uint64_t bits) { return bits != 0; });
    if (any) return true;
  }
}

template <typename Take>
absl::Status OperandReader::WalkWholes(
    absl::Span<const uint32_t> wholes,
    absl::Span<const std::vector<uint32_t>> parts, size_t batch,
    const Take& take) const {
  for (size_t first = 0; first < wholes.size(); first += batch) {
    const size_t end = std::min(wholes.size(), first + batch);
    SetList sets;
    for (size_t i = first; i < end; ++i) {
      sets.Add({&wholes[i], 1});
      sets.Add(parts[i]);
    }
    CombineRequest request;
    request.metric = operand_.metric.get();
    request.rows = &groups_.rows;
    request.sets = &sets;
    request.steps = steps_;
    FOOTFALL_ASSIGN_OR_RETURN(const CombinedSets combined,
                              CombineSets(run_, request));
    for (size_t i = first; i < end; ++i) {
      take(i, combined, 2 * (i - first), 2 * (i - first) + 1);
    }
  }
  return absl::OkStatus();
}

absl::Status OperandReader::ReadWholes() {
  const size_t steps = static_cast<size_t>(steps_.size());
  FOOTFALL_RETURN_IF_ERROR(memory_.Add(
      (groups_.shared_lanes + 2 * groups_.overlapping_wholes.size()) * steps *
      8));
  // 0, as an integer and as the bits of a decimal, is nothing beyond the parts.
  const auto note_beside = [&](uint32_t row, size_t step, int64_t beyond) {
    if (beyond == 0) return;
    if (!groups_.matched[row]) {
      beside_.resize(steps);
      beside_[step] = true;
      return;
    }
    beside_by_.resize(operand_.by.size());
    for (size_t b = 0; b < operand_.by.size(); ++b) {
      const int dimension = operand_.by[b];
      if (dimension < 0) continue;
      if (groups_.rows.row(row)[static_cast<size_t>(dimension)] !=
          kEmptyMember) {
        continue;
      }
      beside_by_[b].resize(steps);
      beside_by_[b][step] = true;
    }
  };
  if (!groups_.shared.empty()) {
    shared_growth_.assign(groups_.shared_lanes * steps, 0);
    std::vector<Whole> shared;
    std::vector<uint32_t> wholes;
    for (const SharedWhole& whole : groups_.shared) {
      shared.push_back(whole.whole);
      wholes.push_back(whole.whole.row);
    }
    const auto parts = PartsTakenOff(operand_, groups_.rows, shared);
    FOOTFALL_RETURN_IF_ERROR(WalkWholes(
        wholes, parts, kWholesAtOnce,
        [&](size_t i, const CombinedSets& sets, size_t whole, size_t rest) {
          int64_t* growth =
              shared_growth_.data() + groups_.shared[i].lane * steps;
          const int64_t* low =
              sets.low(rest) != nullptr ? sets.low(rest) : sets.value(rest);
          for (size_t s = 0; s < steps; ++s) {
            if (!BitAt(sets.present_bits(whole), s)) continue;
            const bool has_parts = BitAt(sets.present_bits(rest), s);
            const int64_t beyond =
                Beyond(decimal(), sets.value(whole)[s], has_parts ? low[s] : 0);
            growth[s] = Plus(decimal(), growth[s], beyond);
            note_beside(wholes[i], s, beyond);
          }
        }));
  }
  if (!groups_.overlapping_wholes.empty()) {
    std::vector<uint32_t> wholes;
    for (const Whole& whole : groups_.overlapping_wholes) {
      wholes.push_back(whole.row);
    }
    whole_values_.assign(wholes.size() * steps, 0);
    whole_leftover_.assign(wholes.size() * steps, 0);
    const auto parts =
        PartsTakenOff(operand_, groups_.rows, groups_.overlapping_wholes);
    FOOTFALL_RETURN_IF_ERROR(WalkWholes(
        wholes, parts, kWholesAtOnce,
        [&](size_t i, const CombinedSets& sets, size_t whole, size_t rest) {
          for (size_t s = 0; s < steps; ++s) {
            if (!BitAt(sets.present_bits(whole), s)) continue;
            const int64_t value = sets.value(whole)[s];
            const bool has_parts = BitAt(sets.present_bits(rest), s);
            const int64_t beyond =
                Beyond(decimal(), value, has_parts ? sets.value(rest)[s] : 0);
            whole_values_[i * steps + s] = value;
            whole_leftover_[i * steps + s] = beyond;
            note_beside(wholes[i], s, beyond);
          }
        }));
  }
  return absl::OkStatus();
}

absl::Status OperandReader::ReadExcess(const TotalRole& total, size_t role) {
  std::vector<uint32_t> not_split;
  for (uint32_t g = 0; g < groups_.group_count(); ++g) {
    for (size_t b = 0; b < operand_.by.size(); ++b) {
      if (operand_.by[b] >= 0 && !total.within[b] &&
          groups_.keys[g][b] == kEmptyMember) {
        not_split.push_back(g);
        break;
      }
    }
  }
  for (const uint32_t group : not_split) {
    const absl::Span<const uint32_t> wholes = groups_.sets.set(group);
    std::vector<std::vector<uint32_t>> parts =
        PartsOf(groups_.rows, wholes, groups_.matched);
    // Those that another group of the same total counts.
    for (size_t w = 0; w < wholes.size(); ++w) {
      const auto whole = groups_.rows.row(wholes[w]);
      std::erase_if(parts[w], [&](uint32_t row) {
        const auto part = groups_.rows.row(row);
        bool elsewhere = false;
        for (size_t b = 0; b < operand_.by.size(); ++b) {
          if (operand_.by[b] < 0) continue;
          const size_t d = static_cast<size_t>(operand_.by[b]);
          if (part[d] == whole[d]) continue;
          if (total.within[b]) return true;
          elsewhere = true;
        }
        return !elsewhere;
      });
    }
    const size_t steps = static_cast<size_t>(steps_.size());
    FOOTFALL_RETURN_IF_ERROR(memory_.Add(steps * 8 * 3));
    ExcessLanes& lanes = excess_[role][group];
    lanes.values.assign(steps, 0);
    lanes.lows.assign(steps, 0);
    lanes.extra.assign(steps, 0);
    lanes.present.assign(WordsFor(steps), 0);
    FOOTFALL_RETURN_IF_ERROR(ReadExcessOf(wholes, parts, &lanes));
  }
  return absl::OkStatus();
}

// At each step the wholes of the group that are part of no other there; each
// counts with what it exceeds its parts in other groups by.
absl::Status OperandReader::ReadExcessOf(
    absl::Span<const uint32_t> wholes,
    absl::Span<const std::vector<uint32_t>> parts, ExcessLanes* lanes) {
  const size_t steps = static_cast<size_t>(steps_.size());
  bool related = false;
  bool one_combination = true;
  for (const uint32_t w : wholes) {
    const auto whole = groups_.rows.row(w);
    const auto first = groups_.rows.row(wholes[0]);
    related |= EmptyMask(whole) != EmptyMask(first);
    for (size_t d = 0; d < whole.size(); ++d) {
      one_combination &=
          operand_.metric->spec.dimensions[d].rule != Additivity::kOverlaps ||
          whole[d] == first[d];
    }
  }
  const size_t batch =
      related ? std::max<size_t>(1, wholes.size()) : kWholesAtOnce;
  return WalkWholes(
      wholes, parts, batch,
      [&](size_t i, const CombinedSets& sets, size_t whole, size_t rest) {
        // With relations the batch holds all of them: set 2 k is whole k.
        std::vector<size_t> above;
        for (size_t k = 0; related && k < wholes.size(); ++k) {
          if (IsPart(groups_.rows.row(wholes[i]),
                     groups_.rows.row(wholes[k]))) {
            above.push_back(2 * k);
          }
        }
        const int64_t* part_value = sets.value(rest);
        const int64_t* part_low = sets.low(rest);
        const int64_t* part_extra = sets.extra(rest);
        for (size_t s = 0; s < steps; ++s) {
          if (!BitAt(sets.present_bits(whole), s)) continue;
          const bool covered = std::any_of(
              above.begin(), above.end(),
              [&](size_t set) { return BitAt(sets.present_bits(set), s); });
          if (covered) continue;
          lanes->present[s / 64] |= uint64_t{1} << (s % 64);
          const int64_t v = sets.value(whole)[s];
          int64_t value = v;
          int64_t low = v;
          int64_t high = v;
          if (BitAt(sets.present_bits(rest), s)) {
            const int64_t part_high =
                part_extra == nullptr
                    ? part_value[s]
                    : Plus(decimal(), part_value[s], part_extra[s]);
            value = Beyond(decimal(), v, part_value[s]);
            low = Beyond(decimal(), v, part_high);
            high = Beyond(decimal(), v,
                          part_low == nullptr ? part_value[s] : part_low[s]);
          }
          lanes->values[s] = Plus(decimal(), lanes->values[s], value);
          lanes->lows[s] = one_combination
                               ? Plus(decimal(), lanes->lows[s], low)
                               : Larger(decimal(), lanes->lows[s], low);
          lanes->extra[s] =
              Plus(decimal(), lanes->extra[s], Beyond(decimal(), high, value));
        }
      });
}

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

bool OperandReader::HasWholesBeside(StepRange steps,
                                    std::optional<size_t> by) const {
  if (split_ != nullptr) return split_->HasWholesBeside(steps, by);
  if (by.has_value() && *by >= beside_by_.size()) return false;
  const std::vector<bool>& beside = by.has_value() ? beside_by_[*by] : beside_;
  if (beside.empty()) return false;
  steps.begin = std::max(steps.begin, steps_.begin);
  steps.end = std::min(steps.end, steps_.end);
  for (int64_t step = steps.begin; step < steps.end; ++step) {
    if (beside[static_cast<size_t>(step - steps_.begin)]) return true;
  }
  return false;
}

uint64_t OperandReader::BytesOfGroup(uint32_t group) const {
  if (split_ != nullptr) {
    uint64_t bytes = static_cast<uint64_t>(steps_.size()) * 8 * 3;
    for (const AcrossMember& member : across_.members[group]) {
      bytes += split_->BytesOfGroup(member.split_group);
    }
    return bytes;
  }
  const uint64_t members = groups_.sets.set(group).size();
  // Its value and low, and at most a unit for each series.
  return static_cast<uint64_t>(steps_.size()) * 8 *
         (members < 2 ? 1 : 2 + (members > 3 ? members : 0));
}

absl::StatusOr<GroupLanes> OperandReader::Read(
    absl::Span<const uint32_t> groups, absl::Span<const StepRange> told) const {
  if (split_ != nullptr) return ReadAcross(groups, told);
  SetList sets;
  for (const uint32_t group : groups) sets.Add(groups_.sets.set(group));
  // Behind them, for each overlapping whole beside a group: the whole's parts
  // in the group, and the series that covers it.
  std::vector<size_t> aux_sets;  // two for each, in order
  std::vector<size_t> first_aux(groups.size() + 1, 0);
  for (size_t i = 0; i < groups.size(); ++i) {
    first_aux[i] = aux_sets.size();
    auto pair = std::lower_bound(
        groups_.overlapping.begin(), groups_.overlapping.end(), groups[i],
        [](const OverlappingWhole& a, uint32_t g) { return a.group < g; });
    for (; pair != groups_.overlapping.end() && pair->group == groups[i];
         ++pair) {
      const auto members = groups_.sets.set(groups[i]);
      std::vector<uint32_t> parts;
      for (const uint32_t row : members) {
        const uint32_t whole = groups_.overlapping_wholes[pair->whole].row;
        if (IsPart(groups_.rows.row(row), groups_.rows.row(whole))) {
          parts.push_back(row);
        }
      }
      aux_sets.push_back(parts.size() == members.size() ? i : sets.Add(parts));
      aux_sets.push_back(pair->cover == OverlappingWhole::kNone
                             ? SIZE_MAX
                             : sets.Add({&pair->cover, 1}));
    }
  }
  first_aux[groups.size()] = aux_sets.size();
  CombineRequest request;
  request.metric = operand_.metric.get();
  request.rows = &groups_.rows;
  request.sets = &sets;
  request.steps = steps_;
  request.counted_sets = groups.size();
  request.counted_steps = told;
  GroupLanes lanes;
  FOOTFALL_ASSIGN_OR_RETURN(lanes.sets, CombineSets(run_, request));
  if (groups_.shared.empty() && groups_.overlapping.empty()) return lanes;
  lanes.grown.resize(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    AddGrowth(i, groups[i],
              absl::MakeConstSpan(aux_sets).subspan(
                  first_aux[i], first_aux[i + 1] - first_aux[i]),
              &lanes);
  }
  return lanes;
}

void OperandReader::AddGrowth(size_t i, uint32_t group,
                              absl::Span<const size_t> aux_sets,
                              GroupLanes* lanes) const {
  const size_t steps = static_cast<size_t>(steps_.size());
  std::vector<int64_t>& grown = lanes->grown[i];
  const auto start = [&] {
    if (!grown.empty()) return;
    const int64_t* extra = lanes->sets.extra(i);
    if (extra == nullptr) {
      grown.assign(steps, 0);
    } else {
      grown.assign(extra, extra + steps);
    }
  };
  if (!groups_.shared.empty()) {
    for (uint32_t at = groups_.shared_begin[group];
         at < groups_.shared_begin[group + 1]; ++at) {
      start();
      const int64_t* growth =
          shared_growth_.data() + groups_.shared_lane_lists[at] * steps;
      for (size_t s = 0; s < steps; ++s) {
        grown[s] = Plus(decimal(), grown[s], growth[s]);
      }
    }
  }
  auto pair = std::lower_bound(
      groups_.overlapping.begin(), groups_.overlapping.end(), group,
      [](const OverlappingWhole& a, uint32_t g) { return a.group < g; });
  for (size_t k = 0; k < aux_sets.size(); k += 2, ++pair) {
    start();
    const CombinedSets& sets = lanes->sets;
    const size_t parts = aux_sets[k];
    const size_t cover = aux_sets[k + 1];
    const int64_t* low =
        sets.low(parts) != nullptr ? sets.low(parts) : sets.value(parts);
    const int64_t* value = whole_values_.data() + pair->whole * steps;
    const int64_t* leftover = whole_leftover_.data() + pair->whole * steps;
    for (size_t s = 0; s < steps; ++s) {
      int64_t growth = 0;
      if (cover != SIZE_MAX && BitAt(sets.present_bits(cover), s)) {
        growth = leftover[s];
      } else {
        // An absent whole has the value 0.
        growth = Beyond(decimal(), value[s],
                        BitAt(sets.present_bits(parts), s) ? low[s] : 0);
      }
      grown[s] = Plus(decimal(), grown[s], growth);
    }
  }
}

LaneView OperandReader::View(const GroupLanes& lanes, size_t i, uint32_t group,
                             const TotalRole& total) const {
  LaneView view;
  if (split_ != nullptr) {
    const AcrossLane& lane = lanes.across[i];
    view.values = lane.values.data();
    view.lows = lane.lows.data();
    view.highs = lane.highs.data();
    view.present = lane.present.data();
    view.low_open = lane.low_open.data();
    view.high_open = lane.high_open.data();
    return view;
  }
  if (total.is_total) {
    const size_t role = static_cast<size_t>(
        std::find(roles_.begin(), roles_.end(), total) - roles_.begin());
    const auto excess = excess_[role].find(group);
    if (excess != excess_[role].end()) {
      view.values = excess->second.values.data();
      view.lows = excess->second.lows.data();
      view.extra = excess->second.extra.data();
      view.present = excess->second.present.data();
      return view;
    }
  }
  view.values = lanes.sets.value(i);
  view.lows = lanes.sets.low(i);
  view.present = lanes.sets.present_bits(i);
  view.extra =
      !total.is_total && !lanes.grown.empty() && !lanes.grown[i].empty()
          ? lanes.grown[i].data()
          : lanes.sets.extra(i);
  return view;
}

}  // namespace footfall::query
