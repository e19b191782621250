// The buckets of an EVERY inside a call.

#include "query/exec/inner_steps.h"
#include "query/exec/intersect.h"
#include "query/exec/shift_reach.h"

#include <algorithm>
#include <optional>

#include "absl/time/civil_time.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

constexpr size_t kBucketsBetweenChecks = 1 << 16;

bool NeedsNumbers(const TimeFunction& function) {
  return function.kind == TimeFunction::Kind::kSlope ||
         function.kind == TimeFunction::Kind::kAge;
}

bool NeedsNumbers(const StepExpr& expr) {
  return (expr.kind == StepExpr::Kind::kOverTime &&
          NeedsNumbers(expr.function)) ||
         std::any_of(expr.sides.begin(), expr.sides.end(),
                     [](const StepExpr& side) { return NeedsNumbers(side); });
}

// Whether some function asks how many of these buckets lie between two.
bool NeedsNumbers(const Plan& plan, size_t every) {
  return std::any_of(
      plan.leaves.begin(), plan.leaves.end(), [every](const Leaf& leaf) {
        return InnerOf(leaf.steps) == every &&
               (NeedsNumbers(leaf.function) || NeedsNumbers(leaf.steps));
      });
}

}  // namespace

int64_t InnerSteps::KeyOf(size_t operand, int64_t bucket) const {
  return plan_.inner[every_].period.below_day()
             ? bucket * plan_.operands[operand].grid.step_seconds()
             : bucket;
}

int64_t InnerSteps::BucketOf(size_t operand, int64_t key) const {
  return plan_.inner[every_].period.below_day()
             ? key / plan_.operands[operand].grid.step_seconds()
             : key;
}

std::optional<int64_t> InnerSteps::BehindGap(const Timeline& timeline,
                                             int64_t bucket) const {
  const InnerEvery& every = plan_.inner[every_];
  if (every.counts_nothing || every.shifts) return std::nullopt;
  // Below a day their keys do not say how many lie between two.
  if (every.period.below_day() && NeedsNumbers(plan_, every_)) {
    return std::nullopt;
  }
  const auto left_out = [&](size_t o, int64_t b) {
    return timeline.lane_steps(o).LeavesOut(buckets(o).StepsOf(b));
  };
  const int64_t key = KeyOf(lead_, bucket);
  std::optional<int64_t> behind;
  for (size_t o = 0; o < every.buckets.size(); ++o) {
    if (!every.buckets[o].has_value()) continue;
    const int64_t own = BucketOf(o, key);
    if (!left_out(o, own)) return std::nullopt;
    const int64_t next = KeyOf(
        o, buckets(o).BucketOf(
               timeline.lane_steps(o).Behind(buckets(o).StepsOf(own).begin)));
    behind = behind.has_value() ? std::min(*behind, next) : next;
  }
  return behind;
}

absl::Status InnerSteps::FindKeys(Run& run, const Timeline& timeline,
                                  size_t slot,
                                  absl::Span<const StepRange> samples) {
  std::optional<int64_t> first;
  int64_t last = 0;
  const auto& all = plan_.inner[every_].buckets;
  size_t operands = 0;
  for (size_t o = 0; o < all.size(); ++o) {
    if (!all[o].has_value()) continue;
    StepRange steps = timeline.lanes(o);
    if (plan_.inner[every_].counts_nothing) {
      steps = timeline.WithoutSamples(o, slot, steps, samples[o]);
      if (plan_.inner[every_].shifts && !steps.empty()) {
        steps.begin = std::max(plan_.operands[o].grid.Limits().begin,
                               FirstStepLookedAt(plan_, o, steps.begin));
      }
    }
    if (steps.empty()) continue;
    ++operands;
    const int64_t begin = KeyOf(o, all[o]->BucketOf(steps.begin));
    const int64_t end = KeyOf(o, all[o]->BucketOf(steps.end - 1));
    if (!first.has_value() || begin < *first) {
      first = begin;
      lead_ = o;
    }
    last = operands == 1 ? end : std::max(last, end);
  }
  if (!first.has_value()) return absl::OkStatus();
  int64_t bucket = BucketOf(lead_, *first);
  while (KeyOf(lead_, bucket) <= last) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass());
    if (const auto behind = BehindGap(timeline, bucket); behind.has_value()) {
      if (numbers_.empty()) numbers_ = keys_;
      bucket = *behind;
      continue;
    }
    keys_.push_back(KeyOf(lead_, bucket));
    if (!numbers_.empty()) numbers_.push_back(keys_.back());
    bucket = buckets(lead_).Next(bucket);
    // Seconds over years: told before the memory is gone.
    if (keys_.size() % kBucketsBetweenChecks == 0) {
      Reservation fits(run);
      FOOTFALL_RETURN_IF_ERROR(
          fits.Add(keys_.size() * (8 + operands * sizeof(BucketPiece))));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<InnerSteps> InnerSteps::Create(
    Run& run, const Plan& plan, size_t every, const Timeline& timeline,
    size_t slot, absl::Span<const StepRange> samples) {
  InnerSteps inner(plan, every);
  FOOTFALL_RETURN_IF_ERROR(inner.FindKeys(run, timeline, slot, samples));
  const auto& all = plan.inner[every].buckets;
  Reservation fits(run);
  FOOTFALL_RETURN_IF_ERROR(fits.Add(
      inner.keys_.size() * (8 + all.size() * (sizeof(BucketPiece) + 1))));
  inner.pieces_.resize(all.size());
  inner.whole_.resize(all.size());
  inner.unfinished_.resize(all.size());
  for (size_t o = 0; o < all.size(); ++o) {
    if (!all[o].has_value()) continue;
    StepRange range = timeline.range(o, slot);
    if (plan.inner[every].looks_before) {
      range.begin = std::min(range.begin, timeline.bounds(o).begin);
    }
    const int64_t unfinished = timeline.unfinished(o);
    const PartSteps* const picked = timeline.picked(o);
    inner.unfinished_[o] = unfinished;
    inner.pieces_[o].resize(inner.keys_.size());
    inner.whole_[o].resize(inner.keys_.size());
    for (size_t p = 0; p < inner.keys_.size(); ++p) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass());
      const int64_t bucket = inner.BucketOf(o, inner.keys_[p]);
      const StepRange steps = all[o]->StepsOf(bucket);
      // Clocks of another zone may have no bucket that starts here.
      if (all[o]->BucketOf(steps.begin) != bucket) continue;
      StepRange inside = Intersect(steps, range);
      if (inside.empty() && (timeline.has_time() || plan.inner[every].shifts)) {
        inside = steps;
      }
      BucketPiece& piece = inner.pieces_[o][p];
      piece.data = Intersect(inside, timeline.lanes(o));
      piece.inside = inside;
      piece.over =
          StepRange{inside.begin, std::min(inside.end, unfinished)}.size();
      inner.whole_[o][p] = inside == steps && steps.end <= unfinished;
      if (picked == nullptr) continue;
      piece.over =
          picked->Count({inside.begin, std::min(inside.end, unfinished)});
      inner.whole_[o][p] = picked->Count(steps) == piece.over;
    }
  }
  return inner;
}

StepRange InnerSteps::Positions(size_t operand, StepRange steps) const {
  if (steps.empty()) return {};
  const int64_t first = KeyOf(operand, buckets(operand).BucketOf(steps.begin));
  const int64_t last = KeyOf(operand, buckets(operand).BucketOf(steps.end - 1));
  return {std::lower_bound(keys_.begin(), keys_.end(), first) - keys_.begin(),
          std::upper_bound(keys_.begin(), keys_.end(), last) - keys_.begin()};
}

int64_t InnerSteps::OverAround(size_t operand, StepRange steps,
                               const PartSteps* part) const {
  if (steps.empty()) return 0;
  const Buckets& all = buckets(operand);
  const StepRange around = {all.StepsOf(all.BucketOf(steps.begin)).begin,
                            all.StepsOf(all.BucketOf(steps.end - 1)).end};
  const StepRange inside = Intersect(around, plan_.operands[operand].range);
  const StepRange over = {inside.begin,
                          std::min(inside.end, unfinished_[operand])};
  return part == nullptr ? over.size() : part->Count(over);
}

std::optional<InnerSteps::EarlierBucket> InnerSteps::Earlier(
    size_t operand, int64_t position, const Duration& back) const {
  const auto bucket = buckets(lead_).Shift(
      BucketOf(lead_, keys_[static_cast<size_t>(position)]), -back.count,
      back.unit);
  if (!bucket.has_value()) return std::nullopt;
  const int64_t key = KeyOf(lead_, *bucket);
  EarlierBucket earlier;
  earlier.steps = buckets(operand).StepsOf(BucketOf(operand, key)).size();
  const auto at = std::lower_bound(keys_.begin(), keys_.end(), key);
  if (at != keys_.end() && *at == key) earlier.position = at - keys_.begin();
  return earlier;
}

int64_t InnerSteps::FirstStep(size_t operand, int64_t position) const {
  const int64_t key = keys_[static_cast<size_t>(position)];
  return buckets(operand).StepsOf(BucketOf(operand, key)).begin;
}

int64_t InnerSteps::DayOf(int64_t position) const {
  const int64_t key = keys_[static_cast<size_t>(position)];
  return absl::CivilDay(buckets(lead_).CivilStart(BucketOf(lead_, key))) -
         absl::CivilDay();
}

}  // namespace footfall::query
