// What wholes add to an operand's values: to the highs of groups whose people
// they may hold, and to totals.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "query/exec/lanes.h"
#include "query/exec/operand_reader.h"
#include "query/exec/relations.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

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

int64_t Larger(bool decimal, int64_t a, int64_t b) {
  if (decimal) {
    return std::bit_cast<double>(b) > std::bit_cast<double>(a) ? b : a;
  }
  return std::max(a, b);
}

bool Above(bool decimal, int64_t a, int64_t b) {
  return decimal ? std::bit_cast<double>(a) > std::bit_cast<double>(b) : a > b;
}

}  // namespace

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
    request.lane_steps = &lane_steps_;
    request.steps = steps_;
    FOOTFALL_ASSIGN_OR_RETURN(const CombinedSets combined,
                              CombineSets(run_, request));
    for (size_t i = first; i < end; ++i) {
      take(i, combined, 2 * (i - first), 2 * (i - first) + 1);
    }
  }
  return absl::OkStatus();
}

// 0, as an integer and as the bits of a decimal, is nothing beyond the parts.
void OperandReader::NoteBeside(uint32_t row, size_t step, int64_t beyond) {
  const size_t steps = static_cast<size_t>(steps_.size());
  if (beyond == 0 || groups_.matched[row]) return;
  beside_.resize(steps);
  beside_[step] = true;
}

absl::Status OperandReader::ReadWholes() {
  const size_t steps = static_cast<size_t>(steps_.size());
  FOOTFALL_RETURN_IF_ERROR(
      memory_.Add((groups_.shared_lanes + groups_.shared.size() +
                   2 * groups_.overlapping_wholes.size()) *
                  steps * 8));
  if (!groups_.shared.empty()) {
    shared_growth_.assign(groups_.shared_lanes * steps, 0);
    shared_values_.assign(groups_.shared.size() * steps, 0);
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
            const int64_t value = sets.value(whole)[s];
            const int64_t beyond =
                Beyond(decimal(), value, has_parts ? low[s] : 0);
            shared_values_[i * steps + s] = value;
            contradiction_ |= has_parts && Above(decimal(), low[s], value);
            growth[s] = AddCapped(decimal(), growth[s], beyond);
            NoteBeside(wholes[i], s, beyond);
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
          const int64_t* low =
              sets.low(rest) != nullptr ? sets.low(rest) : sets.value(rest);
          for (size_t s = 0; s < steps; ++s) {
            if (!BitAt(sets.present_bits(whole), s)) continue;
            const int64_t value = sets.value(whole)[s];
            const bool has_parts = BitAt(sets.present_bits(rest), s);
            const int64_t beyond =
                Beyond(decimal(), value, has_parts ? sets.value(rest)[s] : 0);
            contradiction_ |= has_parts && Above(decimal(), low[s], value);
            whole_values_[i * steps + s] = value;
            whole_leftover_[i * steps + s] = beyond;
            NoteBeside(wholes[i], s, beyond);
          }
        }));
  }
  return absl::OkStatus();
}

// What each group's wholes hold beyond those parts of theirs that some group
// counts. Groups with one such whole are read together.
absl::Status OperandReader::ReadBeyond() {
  const size_t steps = static_cast<size_t>(steps_.size());
  const auto& beside = groups_.beside;
  if (beside.empty()) return absl::OkStatus();
  beyond_.resize(groups_.group_count());
  std::vector<uint32_t> alone;
  std::vector<uint32_t> groups_alone;
  for (size_t first = 0; first < beside.size();) {
    const uint32_t group = beside[first].first;
    std::vector<uint32_t> wholes;
    for (; first < beside.size() && beside[first].first == group; ++first) {
      wholes.push_back(beside[first].second);
    }
    FOOTFALL_RETURN_IF_ERROR(memory_.Add(steps * 8));
    beyond_[group].assign(steps, 0);
    if (wholes.size() == 1) {
      alone.push_back(wholes[0]);
      groups_alone.push_back(group);
      continue;
    }
    ExcessLanes lanes;
    lanes.values.assign(steps, 0);
    lanes.lows.assign(steps, 0);
    lanes.extra.assign(steps, 0);
    lanes.present.assign(WordsFor(steps), 0);
    FOOTFALL_RETURN_IF_ERROR(ReadExcessOf(
        wholes, PartsOf(groups_.rows, wholes, groups_.matched), &lanes));
    for (size_t s = 0; s < steps; ++s) {
      beyond_[group][s] = AddCapped(decimal(), lanes.values[s], lanes.extra[s]);
    }
  }
  return WalkWholes(
      alone, PartsOf(groups_.rows, alone, groups_.matched), kWholesAtOnce,
      [&](size_t i, const CombinedSets& sets, size_t whole, size_t rest) {
        const int64_t* low =
            sets.low(rest) != nullptr ? sets.low(rest) : sets.value(rest);
        for (size_t s = 0; s < steps; ++s) {
          if (!BitAt(sets.present_bits(whole), s)) continue;
          const bool has_parts = BitAt(sets.present_bits(rest), s);
          beyond_[groups_alone[i]][s] =
              Beyond(decimal(), sets.value(whole)[s], has_parts ? low[s] : 0);
        }
      });
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
    if (group < beyond_.size() && !beyond_[group].empty()) {
      lanes.extra = WithBeyond(lanes.extra.data(), group);
    }
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
  // Split in different ways they may be the same people as well.
  one_combination &= !related;
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
                    : AddCapped(decimal(), part_value[s], part_extra[s]);
            value = Beyond(decimal(), v, part_value[s]);
            contradiction_ |=
                Above(decimal(),
                      part_low == nullptr ? part_value[s] : part_low[s], v);
            low = Beyond(decimal(), v, part_high);
            high = Beyond(decimal(), v,
                          part_low == nullptr ? part_value[s] : part_low[s]);
          }
          lanes->values[s] = AddCapped(decimal(), lanes->values[s], value);
          lanes->lows[s] = one_combination
                               ? AddCapped(decimal(), lanes->lows[s], low)
                               : Larger(decimal(), lanes->lows[s], low);
          lanes->extra[s] = AddCapped(decimal(), lanes->extra[s],
                                      Beyond(decimal(), high, value));
        }
      });
}

std::vector<uint32_t> OperandReader::WholesThere() const {
  if (split_ != nullptr) return split_->WholesThere();
  std::vector<uint32_t> rows;
  const size_t steps = static_cast<size_t>(steps_.size());
  const auto add = [&](const std::vector<int64_t>& values, size_t i,
                       const Whole& whole) {
    const auto begin = values.begin() + static_cast<ptrdiff_t>(i * steps);
    if (std::any_of(begin, begin + static_cast<ptrdiff_t>(steps),
                    [](int64_t value) { return value != 0; })) {
      rows.push_back(whole.row);
    }
  };
  for (size_t i = 0; i < groups_.shared.size(); ++i) {
    add(shared_values_, i, groups_.shared[i].whole);
  }
  for (size_t i = 0; i < groups_.overlapping_wholes.size(); ++i) {
    add(whole_values_, i, groups_.overlapping_wholes[i]);
  }
  return rows;
}

bool OperandReader::HasWholesBeside(StepRange steps) const {
  if (split_ != nullptr) return split_->HasWholesBeside(steps);
  if (beside_.empty()) return false;
  steps = lane_steps_.ToLane(steps);
  steps.begin = std::max(steps.begin, steps_.begin);
  steps.end = std::min(steps.end, steps_.end);
  for (int64_t step = steps.begin; step < steps.end; ++step) {
    if (beside_[static_cast<size_t>(step - steps_.begin)]) return true;
  }
  return false;
}

// `extra` of a group as it counts in a total: its people beyond as well.
std::vector<int64_t> OperandReader::WithBeyond(const int64_t* extra,
                                               uint32_t group) const {
  std::vector<int64_t> sum = beyond_[group];
  for (size_t s = 0; s < sum.size() && extra != nullptr; ++s) {
    sum[s] = AddCapped(decimal(), sum[s], extra[s]);
  }
  return sum;
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
        grown[s] = AddCapped(decimal(), grown[s], growth[s]);
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
      grown[s] = AddCapped(decimal(), grown[s], growth);
    }
  }
}

// A group that lies in a whole has no more people than that has; where its
// parts alone come to more, no more than those.
void OperandReader::KeepWithinWholes(size_t i, uint32_t group,
                                     GroupLanes* lanes) const {
  const size_t steps = static_cast<size_t>(steps_.size());
  std::vector<int64_t>& grown = lanes->grown[i];
  if (grown.empty()) return;
  const int64_t* value = lanes->sets.value(i);
  const uint64_t* present = lanes->sets.present_bits(i);
  auto covering = std::lower_bound(
      groups_.covering.begin(), groups_.covering.end(), group,
      [](const CoveringWhole& a, uint32_t g) { return a.group < g; });
  for (; covering != groups_.covering.end() && covering->group == group;
       ++covering) {
    const int64_t* whole =
        (covering->shared ? shared_values_ : whole_values_).data() +
        covering->whole * steps;
    for (size_t s = 0; s < steps; ++s) {
      if (whole[s] == 0) continue;  // perhaps not there
      const int64_t most =
          Beyond(decimal(), whole[s], BitAt(present, s) ? value[s] : 0);
      if (Above(decimal(), grown[s], most)) grown[s] = most;
    }
  }
}

}  // namespace footfall::query
