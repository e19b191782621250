// An operand's values.

#include "query/exec/operand_reader.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "query/exec/intersect.h"
#include "query/exec/lanes.h"
#include "query/exec/renamed_scan.h"
#include "query/func/step_words.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

absl::StatusOr<std::unique_ptr<OperandReader>> OperandReader::Create(
    Run& run, const BoundOperand& operand, const LaneSteps& lane_steps,
    StepRange steps, absl::Span<const TotalRole> totals) {
  std::unique_ptr<OperandReader> reader(
      new OperandReader(run, operand, lane_steps, steps));
  FOOTFALL_RETURN_IF_ERROR(reader->Prepare(totals));
  return reader;
}

absl::Status OperandReader::Prepare(absl::Span<const TotalRole> totals) {
  if (operand_.across.has_value()) return PrepareAcross();
  if (steps_.empty()) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(groups_, FindGroups(run_, operand_, &memory_));
  FOOTFALL_RETURN_IF_ERROR(ReadWholes());
  if (!totals.empty()) FOOTFALL_RETURN_IF_ERROR(ReadBeyond());
  for (const TotalRole& total : totals) {
    roles_.push_back(total);
    excess_.emplace_back();
    FOOTFALL_RETURN_IF_ERROR(ReadExcess(total, roles_.size() - 1));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SlabCursor>> OperandReader::ScanAll(
    StepRange steps, ScanDepth depth, std::vector<SeriesId>* series) const {
  for (size_t i = 0; i < groups_.rows.size(); ++i) {
    if (groups_.matched[i]) series->push_back(groups_.rows.ids[i]);
  }
  ScanRequest scan;
  scan.metric = operand_.metric->id;
  scan.series = *series;
  scan.steps = steps;
  scan.depth = depth;
  return ScanRows(run_, groups_.rows, lane_steps_, scan);
}

absl::StatusOr<bool> OperandReader::HasSamples(StepRange steps) const {
  if (steps.empty()) return false;
  if (split_ != nullptr) return split_->HasSamples(steps);
  std::vector<SeriesId> series;
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::unique_ptr<SlabCursor> cursor,
      ScanAll(lane_steps_.ToLane(steps), ScanDepth::kPresence, &series));
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

absl::StatusOr<StepRange> OperandReader::SamplesAt(StepRange steps,
                                                   bool of_first_era) const {
  StepRange samples;
  std::vector<SeriesId> series;
  FOOTFALL_ASSIGN_OR_RETURN(const std::unique_ptr<SlabCursor> cursor,
                            ScanAll(steps, ScanDepth::kPresence, &series));
  int64_t era = steps.begin;
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) return samples;
    const Slab& slab = cursor->slab();
    if (of_first_era && !samples.empty() && slab.first_step != era) {
      return samples;
    }
    era = slab.first_step;
    for (size_t i = 0; i < slab.series.size() * slab.words; ++i) {
      if (slab.present[i] == 0) continue;
      const int64_t base =
          slab.first_step + static_cast<int64_t>(i % slab.words * 64);
      const int64_t first = base + std::countr_zero(slab.present[i]);
      const int64_t end = base + std::bit_width(slab.present[i]);
      if (samples.empty()) samples = {first, end};
      samples.begin = std::min(samples.begin, first);
      samples.end = std::max(samples.end, end);
    }
  }
}

// From the front up to the first era that has a sample; from the back in
// stretches of twice as many eras each, for some may be empty.
absl::StatusOr<StepRange> OperandReader::FindSamples() const {
  if (split_ != nullptr) return split_->FindSamples();
  if (steps_.empty()) return StepRange();
  const bool renamed = groups_.rows.renamed != nullptr;
  FOOTFALL_ASSIGN_OR_RETURN(StepRange samples, SamplesAt(steps_, !renamed));
  if (samples.empty() || renamed) return lane_steps_.ToSteps(samples);
  int64_t stretch = run_.snapshot().EraSize(operand_.metric->id);
  for (int64_t end = steps_.end; end > samples.end; stretch *= 2) {
    const int64_t begin = std::max(samples.end, end - stretch);
    FOOTFALL_ASSIGN_OR_RETURN(const StepRange last,
                              SamplesAt({begin, end}, false));
    if (!last.empty()) {
      samples.end = last.end;
      break;
    }
    end = begin;
  }
  return lane_steps_.ToSteps(samples);
}

uint64_t OperandReader::BytesOfGroup(uint32_t group) const {
  if (split_ != nullptr) {
    const uint64_t lane = static_cast<uint64_t>(steps_.size()) * 8 * 3;
    uint64_t bytes = lane;
    for (const AcrossMember& member : across_.members[group]) {
      if (part_groups_.empty()) {
        bytes += split_->BytesOfGroup(member.split_group);
        continue;
      }
      bytes += lane;
      for (size_t p = 0; p < parts_.size(); ++p) {
        const uint32_t of = part_groups_[p][member.split_group];
        if (of != kNoGroup) bytes += parts_[p]->BytesOfGroup(of);
      }
    }
    return bytes;
  }
  const uint64_t members = groups_.sets.set(group).size();
  // Its value and low, and at most a unit for each series.
  return static_cast<uint64_t>(steps_.size()) * 8 *
         (members < 2 ? 1 : 2 + (members > 3 ? members : 0));
}

SeriesId OperandReader::BandOfGroup(uint32_t group) const {
  if (split_ != nullptr) {
    if (across_.members[group].empty()) return 0;
    uint32_t first = across_.members[group].front().split_group;
    if (!part_groups_.empty()) first = part_groups_[0][first];
    return first == kNoGroup ? 0 : split_->BandOfGroup(first);
  }
  const auto members = groups_.sets.set(group);
  return members.empty() ? 0 : groups_.rows.ids[members.front()] / band_size_;
}

void OperandReader::SetStretches(
    std::optional<std::vector<StepRange>> stretches) {
  stretches_ = std::move(stretches);
  if (!stretches_.has_value() || lane_steps_.has_all()) return;
  for (StepRange& stretch : *stretches_) {
    stretch = Intersect(stretch, asked_);
    if (!stretch.empty() && lane_steps_.LeavesOut(stretch)) {
      stretches_.reset();  // no group has a value there
      return;
    }
    stretch = lane_steps_.ToLane(stretch);
  }
}

bool OperandReader::IsAbsent(const uint64_t* present) const {
  const auto is_empty = [&](StepRange steps) {
    steps = Intersect(steps, steps_);
    return !steps.empty() &&
           CountSteps(present,
                      static_cast<uint64_t>(steps.begin - steps_.begin),
                      static_cast<uint64_t>(steps.size())) == 0;
  };
  if (stretches_.has_value()) {
    return std::any_of(stretches_->begin(), stretches_->end(), is_empty);
  }
  const uint64_t steps = static_cast<uint64_t>(steps_.size());
  return CountSteps(present, 0, steps) < steps;
}

// Of groups where some series has no sample beside others, and of those without
// a value where that matters.
absl::Status OperandReader::ReadLacks(const SetList& sets,
                                      absl::Span<const StepRange> told,
                                      GroupLanes* lanes) const {
  const size_t groups = lanes->sets.incomplete.size();
  const size_t steps = static_cast<size_t>(steps_.size());
  std::vector<size_t> wanted;
  std::vector<bool> whole_groups;
  std::vector<StepRange> told_of_wanted;
  for (size_t i = 0; i < groups; ++i) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + steps / 64));
    const bool absent =
        operand_.keeps_hidden && IsAbsent(lanes->sets.present_bits(i));
    if (!lanes->sets.incomplete[i] && !absent) continue;
    wanted.push_back(i);
    whole_groups.push_back(absent);
    if (!told.empty()) told_of_wanted.push_back(told[i]);
  }
  MissingRequest request;
  request.metric = operand_.metric.get();
  request.rows = &groups_.rows;
  request.sets = &sets;
  request.combined = &lanes->sets;
  request.lane_steps = &lane_steps_;
  request.wanted = wanted;
  request.told = told_of_wanted;
  request.whole_groups = std::move(whole_groups);
  FOOTFALL_ASSIGN_OR_RETURN(MissingParts missing,
                            FindMissingParts(run_, request));
  lanes->lacking = std::move(missing.series);
  if (lanes->lacking.empty()) return absl::OkStatus();
  FOOTFALL_RETURN_IF_ERROR(
      lanes->sets.memory->Add(wanted.size() * lanes->sets.words * 8));
  lanes->lacks.resize(groups);
  for (size_t i = 0; i < wanted.size(); ++i) {
    lanes->lacks[wanted[i]] = std::move(missing.lacks[i]);
  }
  return absl::OkStatus();
}

absl::Status OperandReader::ReadWhole(absl::Span<const uint32_t> groups,
                                      GroupLanes* lanes) const {
  std::vector<std::pair<uint32_t, size_t>> entries;  // a row of a group
  for (size_t i = 0; i < groups.size(); ++i) {
    for (const uint32_t row : groups_.sets.set(groups[i])) {
      entries.emplace_back(row, i);
    }
  }
  FOOTFALL_RETURN_IF_ERROR(lanes->sets.memory->Add(
      entries.size() * 3 * sizeof(entries[0]) +
      groups.size() * lanes->sets.words * sizeof(uint64_t)));
  FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + entries.size()));
  std::sort(entries.begin(), entries.end());
  std::vector<SeriesId> series;
  for (const auto& [row, set] : entries) {
    const SeriesId id = groups_.rows.ids[row];
    if (series.empty() || series.back() != id) series.push_back(id);
  }
  lanes->whole.assign(groups.size(), std::vector<uint64_t>(lanes->sets.words));
  ScanRequest scan;
  scan.metric = operand_.metric->id;
  scan.series = series;
  scan.steps = steps_;
  scan.depth = ScanDepth::kWhole;
  FOOTFALL_ASSIGN_OR_RETURN(const std::unique_ptr<SlabCursor> cursor,
                            ScanRows(run_, groups_.rows, lane_steps_, scan));
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) break;
    const Slab& slab = cursor->slab();
    FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + slab.series.size()));
    const size_t offset = static_cast<size_t>(slab.first_step - steps_.begin);
    auto entry = entries.begin();
    for (size_t i = 0; i < slab.series.size(); ++i) {
      entry = std::lower_bound(entry, entries.end(), slab.series[i],
                               [&](const auto& e, SeriesId id) {
                                 return groups_.rows.ids[e.first] < id;
                               });
      for (; entry != entries.end() &&
             groups_.rows.ids[entry->first] == slab.series[i];
           ++entry) {
        OrBits(slab.present.data() + i * slab.words, slab.step_count, offset,
               lanes->whole[entry->second].data());
      }
    }
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    const uint64_t* const present = lanes->sets.present_bits(i);
    for (size_t w = 0; w < lanes->sets.words; ++w) {
      lanes->whole[i][w] &= present[w];
    }
  }
  run_.Count(cursor->stats());
  return absl::OkStatus();
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
      FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + members.size()));
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
  request.lane_steps = &lane_steps_;
  request.steps = steps_;
  request.counted_sets = groups.size();
  request.counted_steps = told;
  request.keep_presence =
      operand_.metric->spec.late != 0 &&
      (operand_.keeps_hidden || sets.member_count() > groups.size());
  GroupLanes lanes;
  FOOTFALL_ASSIGN_OR_RETURN(lanes.sets, CombineSets(run_, request));
  FOOTFALL_RETURN_IF_ERROR(ReadLacks(sets, told, &lanes));
  lanes.sets.series_present = SeriesPresence();
  if (operand_.metric->level > 0) {
    FOOTFALL_RETURN_IF_ERROR(ReadWhole(groups, &lanes));
  }
  for (size_t i = 0; i < groups.size() && !beyond_.empty(); ++i) {
    if (beyond_[groups[i]].empty()) continue;
    FOOTFALL_RETURN_IF_ERROR(lanes.sets.memory->Add(
        static_cast<uint64_t>(steps_.size()) * sizeof(int64_t)));
    lanes.counted.resize(groups.size());
    lanes.counted[i] = WithBeyond(lanes.sets.extra(i), groups[i]);
  }
  if (groups_.shared.empty() && groups_.overlapping.empty()) return lanes;
  const uint64_t steps = static_cast<uint64_t>(steps_.size());
  FOOTFALL_RETURN_IF_ERROR(
      lanes.sets.memory->Add(groups.size() * steps * sizeof(int64_t)));
  lanes.grown.resize(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(
        run_.Pass(1 + steps * (1 + (first_aux[i + 1] - first_aux[i]) / 2)));
    AddGrowth(i, groups[i],
              absl::MakeConstSpan(aux_sets).subspan(
                  first_aux[i], first_aux[i + 1] - first_aux[i]),
              &lanes);
    KeepWithinWholes(i, groups[i], &lanes);
  }
  return lanes;
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
    if (!lane.hidden.empty()) view.hidden = lane.hidden.data();
    return view;
  }
  view.present = lanes.sets.present_bits(i);
  if (i < lanes.whole.size()) view.whole = lanes.whole[i].data();
  if (i < lanes.lacks.size() && !lanes.lacks[i].empty()) {
    view.high_open = lanes.lacks[i].data();
    if (!operand_.metric->spec.CountsUsers()) view.low_open = view.high_open;
  }
  const auto of = [i](const std::vector<std::vector<int64_t>>& lists) {
    return i < lists.size() && !lists[i].empty() ? lists[i].data() : nullptr;
  };
  if (total.is_total) {
    if (group < beyond_.size() && !beyond_[group].empty()) {
      view.hidden = beyond_[group].data();
    }
    const size_t role = static_cast<size_t>(
        std::find(roles_.begin(), roles_.end(), total) - roles_.begin());
    const auto excess = excess_[role].find(group);
    if (excess != excess_[role].end()) {
      view.values = excess->second.values.data();
      view.lows = excess->second.lows.data();
      view.extra = excess->second.extra.data();
      view.present = excess->second.present.data();
      view.whole = nullptr;
      return view;
    }
  }
  view.values = lanes.sets.value(i);
  view.lows = lanes.sets.low(i);
  view.extra = of(total.is_total ? lanes.counted : lanes.grown);
  if (!total.is_total) view.hidden = view.extra;
  if (view.extra == nullptr) view.extra = lanes.sets.extra(i);
  return view;
}

}  // namespace footfall::query
