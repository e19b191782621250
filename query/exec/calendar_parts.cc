#include "query/exec/calendar_parts.h"

#include <optional>
#include <utility>

#include "query/exec/intersect.h"
#include "query/lang/status_macros.h"
#include "query/lang/time_parts.h"

namespace footfall::query {
namespace {

// The longest stretches of the calendar that lie in one member of every part
// asked for; nullopt: no part is.
std::optional<Period> PeriodOfParts(const Plan& plan,
                                    const BoundOperand& operand) {
  footfall::Unit unit = footfall::Unit::kYear;
  for (const auto& part : plan.parts) {
    if (part.has_value()) unit = std::min(unit, UnitOfTimePart(*part));
  }
  for (const TimePart part : kTimeParts) {
    if (operand.time_picks.has(part)) {
      unit = std::min(unit, UnitOfTimePart(part));
    }
  }
  if (unit == footfall::Unit::kYear) return std::nullopt;
  return Period{unit, 1};
}

}  // namespace

void PartSteps::Add(StepRange steps) {
  if (!stretches_.empty() && stretches_.back().steps.end == steps.begin) {
    stretches_.back().steps.end = steps.end;
    return;
  }
  const int64_t before =
      stretches_.empty()
          ? 0
          : stretches_.back().before + stretches_.back().steps.size();
  stretches_.push_back({steps, before});
}

size_t PartSteps::From(int64_t step) const {
  const auto at = std::partition_point(
      stretches_.begin(), stretches_.end(),
      [step](const Stretch& one) { return one.steps.end <= step; });
  return static_cast<size_t>(at - stretches_.begin());
}

int64_t PartSteps::Before(int64_t step) const {
  if (stretches_.empty()) return 0;
  const size_t at = From(step);
  if (at == stretches_.size()) {
    return stretches_.back().before + stretches_.back().steps.size();
  }
  const Stretch& one = stretches_[at];
  return one.before + std::max<int64_t>(0, step - one.steps.begin);
}

absl::StatusOr<CalendarParts> CalendarParts::Create(
    Run& run, const Plan& plan, absl::Span<const StepRange> spans) {
  constexpr size_t kBucketsBetweenChecks = 1 << 12;
  // Each may begin a stretch of its own, of its part and of those picked.
  constexpr uint64_t kBytesOfBucket = 2 * 2 * 3 * sizeof(int64_t);
  constexpr uint32_t kNone = UINT32_MAX;
  CalendarParts parts;
  std::vector<TimePart> keys;
  // Members of all keys as one number, in the order of the calendar.
  uint32_t codes = 1;
  for (size_t b = 0; b < plan.parts.size(); ++b) {
    if (!plan.parts[b].has_value()) continue;
    keys.push_back(*plan.parts[b]);
    parts.places_.push_back(b);
    codes *= TimePartSize(keys.back());
  }
  const size_t operands = plan.operands.size();
  parts.picked_.resize(operands);
  Reservation fits(run);
  FOOTFALL_RETURN_IF_ERROR(fits.Add(codes * sizeof(uint32_t)));
  std::vector<uint32_t> number_of(codes, kNone);  // of the parts below
  std::vector<uint32_t> code_of;
  std::vector<std::vector<PartSteps>> found;  // [parts][operands]
  const auto add = [&](uint32_t code) {
    number_of[code] = static_cast<uint32_t>(found.size());
    code_of.push_back(code);
    found.emplace_back(operands);
  };
  if (keys.empty()) add(0);
  for (size_t o = 0; o < operands; ++o) {
    const BoundOperand& operand = plan.operands[o];
    parts.has_picks_.push_back(operand.time_picks.any());
    if (spans[o].empty()) continue;
    const std::optional<Period> period = PeriodOfParts(plan, operand);
    if (!period.has_value()) {
      found[0][o].Add(spans[o]);
      continue;
    }
    FOOTFALL_ASSIGN_OR_RETURN(
        const Buckets buckets,
        Buckets::Create(operand.grid, *period, operand.grid.zone(),
                        operand.grid.zone_name()));
    size_t seen = 0;
    for (int64_t bucket = buckets.BucketOf(spans[o].begin);;
         bucket = buckets.Next(bucket)) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass());
      if (seen++ % kBucketsBetweenChecks == 0) {
        FOOTFALL_RETURN_IF_ERROR(
            fits.Add(kBytesOfBucket * kBucketsBetweenChecks));
      }
      const StepRange all = buckets.StepsOf(bucket);
      if (all.begin >= spans[o].end) break;
      const StepRange steps = Intersect(all, spans[o]);
      const absl::CivilSecond time = buckets.CivilStart(bucket);
      if (steps.empty() || !operand.time_picks.Hold(time)) continue;
      uint32_t code = 0;
      for (const TimePart key : keys) {
        code = code * TimePartSize(key) + TimePartAt(key, time);
      }
      if (number_of[code] == kNone) add(code);
      found[number_of[code]][o].Add(steps);
      parts.picked_[o].Add(steps);
    }
  }
  if (found.empty()) add(0);
  parts.steps_.resize(operands);
  std::sort(code_of.begin(), code_of.end());
  for (uint32_t code : code_of) {
    for (size_t o = 0; o < operands; ++o) {
      parts.steps_[o].push_back(std::move(found[number_of[code]][o]));
    }
    std::vector<uint32_t>& members = parts.members_.emplace_back(keys.size());
    for (size_t i = keys.size(); i-- > 0;) {
      members[i] = code % TimePartSize(keys[i]);
      code /= TimePartSize(keys[i]);
    }
  }
  return parts;
}

void CalendarParts::SetMembers(size_t part, GroupKey* key) const {
  for (size_t i = 0; i < places_.size(); ++i) {
    (*key)[places_[i]] = members_[part][i] + 1;
  }
}

uint64_t CalendarParts::Bytes() const {
  uint64_t bytes = members_.size() * (places_.size() * sizeof(uint32_t) +
                                      sizeof(std::vector<uint32_t>));
  for (const PartSteps& steps : picked_) bytes += steps.Bytes();
  for (const auto& of_operand : steps_) {
    for (const PartSteps& steps : of_operand) {
      bytes += sizeof(PartSteps) + steps.Bytes();
    }
  }
  return bytes;
}

}  // namespace footfall::query
