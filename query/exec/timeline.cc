// Buckets.

#include "query/exec/timeline.h"
#include "footfall/hash_table.h"
#include "query/exec/intersect.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/window.h"

namespace footfall::query {
namespace {

constexpr size_t kTimesBetweenChecks = 1 << 16;

// Buckets of different grids meet by their number where they are civil, else
// by the second at which they start.
int64_t KeyOf(const BoundOperand& operand, int64_t bucket) {
  return operand.buckets->period().below_day()
             ? bucket * operand.grid.step_seconds()
             : bucket;
}
int64_t BucketOf(const BoundOperand& operand, int64_t key) {
  return operand.buckets->period().below_day()
             ? key / operand.grid.step_seconds()
             : key;
}

}  // namespace

absl::StatusOr<Timeline> Timeline::Create(Run& run, const Plan& plan) {
  Timeline timeline(plan);
  FOOTFALL_RETURN_IF_ERROR(timeline.FindBounds(run));
  FOOTFALL_RETURN_IF_ERROR(timeline.FindAllLaneSteps(run));
  if (plan.align.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(timeline.CutAligned(run));
  } else if (plan.every.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(timeline.CutBuckets(run));
  } else {
    FOOTFALL_RETURN_IF_ERROR(timeline.CutRanges(run));
  }
  timeline.ReadForShifts();
  if (plan.has_parts()) FOOTFALL_RETURN_IF_ERROR(timeline.FindParts(run));
  timeline.ReadEarlierWholes();
  return timeline;
}

absl::Status Timeline::FindBounds(Run& run) {
  for (const BoundOperand& operand : plan_->operands) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<StepRange> bounds,
                              run.snapshot().StepBounds(operand.metric->id));
    bounds_.push_back(bounds.value_or(StepRange()));
    lanes_.push_back(bounds.has_value()
                         ? Intersect(*bounds, operand.range)
                         : StepRange{operand.range.begin, operand.range.begin});
    const int64_t unfinished =
        FirstUnfinishedStep(operand.grid, run.options().now);
    unfinished_.push_back(unfinished);
    open_.push_back(!operand.window.first.has_value() ||
                    !operand.window.last.has_value());
    BucketPiece whole;
    whole.data = lanes_.back();
    whole.inside = {
        operand.window.first.has_value() ? operand.range.begin
                                         : whole.data.begin,
        operand.window.last.has_value() ? operand.range.end : whole.data.end};
    if (!open_.back()) {
      whole.over = StepRange{operand.range.begin,
                             std::min(operand.range.end, unfinished)}
                       .size();
    }
    whole_.push_back(whole);
  }
  pieces_.resize(plan_->operands.size());
  return absl::OkStatus();
}

// The piece of a bucket with the steps `all`; `clip`: what lies outside the
// range does not count.
void Timeline::AddPiece(size_t o, size_t slot, StepRange all, bool clip) {
  const BoundOperand& operand = plan_->operands[o];
  const StepRange inside = clip ? Intersect(all, operand.range) : all;
  BucketPiece& piece = pieces_[o][slot];
  piece.data = Intersect(inside, bounds_[o]);
  piece.inside = inside;
  piece.over =
      StepRange{inside.begin, std::min(inside.end, unfinished_[o])}.size();
  if (!operand.broadcast() && (inside != all || all.end > unfinished_[o])) {
    partial_[slot] = true;
  }
  if (!clip) AlsoRead(o, piece.data);
}

void Timeline::AlsoRead(size_t operand, StepRange steps) {
  StepRange& lanes = lanes_[operand];
  if (steps.empty()) return;
  if (lanes.empty()) {
    lanes = steps;
  } else {
    lanes.begin = std::min(lanes.begin, steps.begin);
    lanes.end = std::max(lanes.end, steps.end);
  }
}

absl::Status Timeline::CutBuckets(Run& run) {
  has_time_ = true;
  const size_t operands = plan_->operands.size();
  if (plan_->to_date) FindPlaces();
  const bool all = plan_->fill != FillMode::kNone || RowsOfNothing(*plan_);
  const bool has_all = all || NeedsAllBuckets();
  bool found_lead = false;
  for (size_t o = 0; o < operands; ++o) {
    const BoundOperand& operand = plan_->operands[o];
    const StepRange steps = lanes_[o];
    if (operand.broadcast() || operand.own_window || steps.empty()) continue;
    int64_t bucket = operand.buckets->BucketOf(steps.begin);
    const int64_t last = operand.buckets->BucketOf(steps.end - 1);
    const size_t had = keys_.size();
    const LaneSteps& lanes = *lane_steps_[o];
    if (operand.buckets->period() == operand.grid.period()) {
      keys_.reserve(had + std::min(static_cast<size_t>(last - bucket + 1),
                                   kTimesBetweenChecks));
    }
    while (bucket <= last) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass());
      if (!has_all && !lanes.has_all()) {
        const StepRange within = operand.buckets->StepsOf(bucket);
        if (lanes.LeavesOut(within)) {
          leaves_buckets_out_ = true;
          bucket = operand.buckets->BucketOf(lanes.Behind(within.begin));
          continue;
        }
      }
      keys_.push_back(KeyOf(operand, bucket));
      bucket = operand.buckets->Next(bucket);
      // Seconds over years: told before the memory is gone.
      if (keys_.size() % kTimesBetweenChecks == 0) {
        Reservation fits(run);
        FOOTFALL_RETURN_IF_ERROR(
            fits.Add(keys_.size() * (8 + operands * sizeof(BucketPiece))));
      }
    }
    if (had > 0) {
      std::inplace_merge(keys_.begin(),
                         keys_.begin() + static_cast<ptrdiff_t>(had),
                         keys_.end());
      keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
    }
    const int64_t first_key =
        KeyOf(operand, operand.buckets->BucketOf(bounds_[o].begin));
    first_key_ = found_lead ? std::min(first_key_, first_key) : first_key;
    if (!found_lead) lead_ = o;
    found_lead = true;
  }
  if (all && found_lead) {
    FOOTFALL_RETURN_IF_ERROR(ShowWholeRange(run));
  }
  size_ = keys_.size();
  if (!plan_->transforms.empty()) {
    FOOTFALL_ASSIGN_OR_RETURN(
        const LookBack found,
        FindLookBack(
            run, *plan_, keys_,
            [this](int64_t key, int64_t count, footfall::Unit unit) {
              return EarlierKey(key, count, unit);
            },
            [this](int64_t key) { return PreviousKey(key); }));
    FOOTFALL_RETURN_IF_ERROR(SetLookBack(run, found));
  }
  Reservation fits(run);
  FOOTFALL_RETURN_IF_ERROR(fits.Add(Bytes()));
  partial_.assign(keys_.size(), false);
  for (size_t o = 0; o < operands; ++o) {
    const BoundOperand& operand = plan_->operands[o];
    FOOTFALL_RETURN_IF_ERROR(Extend(run, keys_.size(), &pieces_[o]));
    if (operand.own_window) {
      // The same in each row.
      std::fill(pieces_[o].begin(), pieces_[o].end(), whole_[o]);
      if (!open_[o] && operand.range.end > unfinished_[o]) {
        partial_.assign(keys_.size(), true);
      }
      continue;
    }
    for (size_t slot = 0; slot < keys_.size(); ++slot) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass());
      const int64_t bucket = BucketOf(operand, keys_[slot]);
      StepRange steps = operand.buckets->StepsOf(bucket);
      if (plan_->to_date) steps = KeptToDate(o, bucket, steps);
      AddPiece(o, slot, steps, /*clip=*/slot < size_);
    }
  }
  return CutWindows(run);
}

// FILL: the buckets from the first to the last, and where DURING says an end of
// the range, up to there.
absl::Status Timeline::ShowWholeRange(Run& run) {
  const BoundOperand& lead = plan_->operands[lead_];
  int64_t first = keys_.front();
  int64_t last = keys_.back();
  if (!lead.range.empty()) {
    if (lead.window.first.has_value()) {
      first = std::min(first, KeyOfStep(lead_, lead.range.begin));
    }
    if (lead.window.last.has_value()) {
      last = std::max(last, KeyOfStep(lead_, lead.range.end - 1));
    }
  }
  keys_.clear();
  int64_t bucket = BucketOf(lead, first);
  for (; KeyOf(lead, bucket) <= last; bucket = lead.buckets->Next(bucket)) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass());
    keys_.push_back(KeyOf(lead, bucket));
    if (keys_.size() % kTimesBetweenChecks == 0) {
      Reservation fits(run);
      FOOTFALL_RETURN_IF_ERROR(fits.Add(
          keys_.size() * (8 + plan_->operands.size() * sizeof(BucketPiece))));
    }
  }
  return absl::OkStatus();
}

// Without EVERY the only bucket is the range, and an earlier one the range as
// it lies earlier: of each operand, whose own DURING may stand in braces.
absl::Status Timeline::CutRanges(Run& run) {
  const size_t operands = plan_->operands.size();
  // nullopt: the range has an end that does not exist there.
  using Ranges = std::vector<std::optional<TimeWindow>>;
  std::vector<Ranges> ranges(1);
  for (const BoundOperand& operand : plan_->operands) {
    ranges[0].push_back(operand.window);
  }
  size_ = 1;
  keys_ = {0};
  if (!plan_->transforms.empty()) {
    FlatHashMap<std::string, int64_t> known;
    absl::Status full;
    Reservation fits(run);
    const auto earlier = [&](int64_t key, int64_t count,
                             footfall::Unit unit) -> std::optional<int64_t> {
      Ranges moved;
      std::string name;
      for (size_t o = 0; o < operands; ++o) {
        moved.push_back(ranges[static_cast<size_t>(key)][o]);
        std::optional<TimeWindow>& window = moved.back();
        if (window.has_value() && !open_[o]) {
          std::string missing;
          const TimeWindow before = *window;
          window = ShiftWindow(before, plan_->operands[o].grid, count, unit,
                               &missing);
          if (!window.has_value()) {
            missing_.insert(NoEarlierRange(before, {count, unit}, missing));
          }
        }
        absl::StrAppend(&name, window ? FormatWindow(*window) : "", ";");
      }
      const auto [at, inserted] =
          known.emplace(name, static_cast<int64_t>(ranges.size()));
      if (inserted) {
        full.Update(fits.Add(name.size() + operands * sizeof(moved[0])));
        if (!full.ok()) return std::nullopt;
        ranges.push_back(std::move(moved));
      }
      earlier_ranges_[{key, count, unit}] = at->second;
      return at->second;
    };
    FOOTFALL_ASSIGN_OR_RETURN(
        const LookBack found,
        FindLookBack(run, *plan_, keys_, earlier,
                     [](int64_t) { return std::optional<int64_t>(); }));
    FOOTFALL_RETURN_IF_ERROR(full);
    FOOTFALL_RETURN_IF_ERROR(SetLookBack(run, found));
  }
  partial_.assign(keys_.size(), false);
  for (size_t o = 0; o < operands; ++o) {
    const BoundOperand& operand = plan_->operands[o];
    pieces_[o].resize(keys_.size());
    pieces_[o][0] = whole_[o];
    ranges_.emplace_back(keys_.size());
    ranges_[o][0] = operand.range;
    if (!open_[o] && operand.range.end > unfinished_[o]) partial_[0] = true;
    for (size_t slot = 1; slot < keys_.size(); ++slot) {
      const auto& window = ranges[static_cast<size_t>(keys_[slot])][o];
      if (!window.has_value() || open_[o]) continue;
      ranges_[o][slot] = operand.grid.StepsInside(window->first, window->last);
      AddPiece(o, slot, ranges_[o][slot], /*clip=*/false);
    }
  }
  return absl::OkStatus();
}

// ---- Slots

std::optional<int64_t> Timeline::EarlierKey(int64_t key, int64_t count,
                                            footfall::Unit unit) const {
  const BoundOperand& lead = plan_->operands[lead_];
  const auto bucket = lead.buckets->Shift(BucketOf(lead, key), -count, unit);
  if (!bucket.has_value()) return std::nullopt;
  return KeyOf(lead, *bucket);
}

std::optional<int64_t> Timeline::PreviousKey(int64_t key) const {
  if (key <= first_key_) return std::nullopt;
  const BoundOperand& lead = plan_->operands[lead_];
  const StepRange steps = lead.buckets->StepsOf(BucketOf(lead, key));
  return KeyOf(lead, lead.buckets->BucketOf(steps.begin - 1));
}

int64_t Timeline::BucketOfSlot(size_t operand, size_t slot) const {
  return BucketOf(plan_->operands[operand], keys_[slot]);
}

int64_t Timeline::FirstStepOf(size_t slot) const {
  const BoundOperand& lead = plan_->operands[lead_];
  return lead.buckets->StepsOf(BucketOf(lead, keys_[slot])).begin;
}

int64_t Timeline::KeyOfStep(size_t operand, int64_t step) const {
  const BoundOperand& bound = plan_->operands[operand];
  return KeyOf(bound, bound.buckets->BucketOf(step));
}

bool Timeline::Within(size_t operand, StepRange samples, size_t group,
                      size_t first, size_t last) const {
  if (samples.empty()) return false;
  if (aligned_.has_value()) {
    const auto steps = [&](size_t slot) {
      return aligned_->StepsOf(operand, group, keys_[slot]);
    };
    return steps(first).end > samples.begin && steps(last).begin < samples.end;
  }
  return keys_[first] >= KeyOfStep(operand, samples.begin) &&
         keys_[last] <= KeyOfStep(operand, samples.end - 1);
}

std::optional<uint32_t> Timeline::SlotOf(int64_t key) const {
  const auto shown_end = keys_.begin() + static_cast<ptrdiff_t>(size_);
  auto at = std::lower_bound(keys_.begin(), shown_end, key);
  if (at == shown_end || *at != key) {
    at = std::lower_bound(shown_end, keys_.end(), key);
    if (at == keys_.end() || *at != key) return std::nullopt;
  }
  return static_cast<uint32_t>(at - keys_.begin());
}

std::optional<uint32_t> Timeline::Earlier(uint32_t slot, int64_t count,
                                          footfall::Unit unit) const {
  if (aligned_.has_value()) {
    return SlotOf(aligned_->Earlier(keys_[slot], count, unit));
  }
  if (has_time_) {
    const auto key = EarlierKey(keys_[slot], count, unit);
    return key.has_value() ? SlotOf(*key) : std::nullopt;
  }
  const auto at = earlier_ranges_.find({keys_[slot], count, unit});
  return at == earlier_ranges_.end() ? std::nullopt : SlotOf(at->second);
}

bool Timeline::Follows(uint32_t before, uint32_t slot) const {
  if (aligned_.has_value()) return keys_[slot] == keys_[before] + 1;
  return PreviousKey(keys_[slot]) == keys_[before];
}

// Slots for the keys that were found: the shown ones are there.
absl::Status Timeline::SetLookBack(const Run& run, const LookBack& found) {
  const std::vector<int64_t> shown = keys_;
  std::set_difference(found.keys.begin(), found.keys.end(), shown.begin(),
                      shown.end(), std::back_inserter(keys_));
  const auto add = [&](const std::vector<int64_t>& keys,
                       std::vector<std::vector<uint32_t>>* lists) {
    std::vector<uint32_t>& slots = lists->emplace_back();
    slots.reserve(keys.size());
    for (const int64_t key : keys) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass());
      slots.push_back(*SlotOf(key));
    }
    return absl::OkStatus();
  };
  for (const auto& keys : found.at) {
    FOOTFALL_RETURN_IF_ERROR(add(keys, &at_));
  }
  for (const auto& keys : found.reads) {
    FOOTFALL_RETURN_IF_ERROR(add(keys, &reads_));
  }
  return absl::OkStatus();
}

std::string Timeline::Format(size_t slot) const {
  const BoundOperand& lead = plan_->operands[lead_];
  return lead.buckets->Format(BucketOf(lead, keys_[slot]));
}

absl::CivilSecond Timeline::CivilStart(size_t group, size_t slot) const {
  const BoundOperand& lead = plan_->operands[lead_];
  if (aligned_.has_value()) {
    return lead.grid.CivilStart(
        aligned_->StepsOf(lead_, group, keys_[slot]).begin);
  }
  if (!has_time_) {
    return lead.window.first.has_value() ? lead.window.first->start
                                         : first_sample_;
  }
  return lead.buckets->CivilStart(BucketOf(lead, keys_[slot]));
}

absl::CivilSecond Timeline::CivilEnd(size_t group, size_t slot) const {
  const BoundOperand& lead = plan_->operands[lead_];
  if (aligned_.has_value()) {
    return lead.grid.CivilStart(
        aligned_->StepsOf(lead_, group, keys_[slot]).end);
  }
  if (!has_time_) {
    return lead.window.last.has_value() ? DateEnd(*lead.window.last)
                                        : end_of_samples_;
  }
  return lead.buckets->CivilStart(
      lead.buckets->Next(BucketOf(lead, keys_[slot])));
}

}  // namespace footfall::query
