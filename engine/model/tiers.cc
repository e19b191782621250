// Coarser grids for older samples.

#include "engine/model/tiers.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/model/calendar.h"

namespace footfall {

absl::StatusOr<CoarseSteps> CoarseSteps::Create(const Grid& fine,
                                                const Grid& coarse) {
  const Period& period = coarse.period();
  CoarseSteps steps;
  if (period.below_day() && fine.period().below_day()) {
    // Both are counted from the epoch.
    if (coarse.step_seconds() <= fine.step_seconds() ||
        coarse.step_seconds() % fine.step_seconds() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(FormatPeriod(period), " is not made of whole steps of ",
                       FormatPeriod(fine.period())));
    }
    steps.ratio_ = coarse.step_seconds() / fine.step_seconds();
    return steps;
  }
  absl::StatusOr<Buckets> buckets =
      Buckets::Create(fine, period, fine.zone(), fine.zone_name());
  if (!buckets.ok()) return buckets.status();
  if (period == fine.period()) {
    return absl::InvalidArgumentError(absl::StrCat(
        FormatPeriod(period), " is not coarser than ", FormatPeriod(period)));
  }
  // Of a day and more, buckets have the numbers of steps.
  steps.buckets_ = *std::move(buckets);
  return steps;
}

int64_t CoarseSteps::Of(int64_t fine) const {
  return ratio_ > 0 ? engine::FloorDivide(fine, ratio_)
                    : buckets_.BucketOf(fine);
}

StepRange CoarseSteps::FineOf(int64_t coarse) const {
  if (ratio_ > 0) return {coarse * ratio_, (coarse + 1) * ratio_};
  return buckets_.StepsOf(coarse);
}

std::optional<int64_t> FirstStepKept(const Metric& metric, absl::Time now) {
  if (!metric.spec.keep.has_value()) return std::nullopt;
  const int64_t kept = FirstStepKept(metric.grid, *metric.spec.keep, now);
  if (metric.tiers.empty()) return kept;
  const auto steps =
      CoarseSteps::Create(metric.grid, metric.tiers.front()->grid);
  return steps.ok() ? steps->FineOf(steps->Of(kept)).begin : kept;
}

std::string PluralPeriod(const Period& period) {
  const std::string unit = absl::StrCat(UnitName(period.unit), "s");
  return period.count == 1 ? unit : absl::StrCat(period.count, " ", unit);
}

std::string FormatKeep(const MetricSpec& spec) {
  const auto text = [](const std::optional<Period>& keep) {
    return keep.has_value() ? FormatKeep(*keep) : std::string("forever");
  };
  if (spec.tiers.empty()) return text(spec.keep);
  std::string out =
      absl::StrCat(PluralPeriod(spec.period), " ", text(spec.keep));
  for (const Tier& tier : spec.tiers) {
    absl::StrAppend(&out, ", ", PluralPeriod(tier.period), " ",
                    text(tier.keep));
  }
  return out;
}

namespace engine {
namespace {

// The declaration as that of its first tier. The most users of several parts
// need not have been there at the same step: of maxima no dimension adds.
MetricSpec SpecOfTier(const MetricSpec& spec) {
  MetricSpec tier = spec;
  for (Dimension& dimension : tier.dimensions) {
    if (tier.over_time == Additivity::kOverlaps &&
        dimension.rule == Additivity::kAdds) {
      dimension.rule = Additivity::kOverlaps;
    }
  }
  tier.period = spec.tiers.front().period;
  tier.keep = spec.tiers.front().keep;
  tier.tiers.erase(tier.tiers.begin());
  return tier;
}

// Roughly, for comparing.
double DaysKept(const Period& keep) {
  constexpr double kDays[] = {0, 1.0 / 86400, 1.0 / 1440, 1.0 / 24, 1,
                              7, 30.436875,   91.310625,  365.2425};
  return keep.count * kDays[static_cast<int>(keep.unit)];
}

}  // namespace

absl::Status ValidateTiers(const MetricSpec& spec) {
  if (spec.tiers.empty()) return absl::OkStatus();
  if (spec.tiers.size() > kMaxTiers) {
    return absl::InvalidArgumentError(
        absl::StrCat(spec.tiers.size(), " coarser grids; at most ", kMaxTiers));
  }
  if (!spec.keep.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        PluralPeriod(spec.period),
        " are kept forever, and nothing is left for coarser grids"));
  }
  absl::StatusOr<Grid> fine = Grid::Create(spec.period, spec.zone);
  std::optional<Period> keep = spec.keep;
  for (const Tier& tier : spec.tiers) {
    absl::StatusOr<Grid> coarse = Grid::Create(tier.period, spec.zone);
    if (!coarse.ok()) return coarse.status();
    if (tier.period.first_month != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(FormatPeriod(tier.period),
                       ": years and quarters are kept from January"));
    }
    const absl::Status made = CoarseSteps::Create(*fine, *coarse).status();
    if (!made.ok()) return made;
    const bool longer =
        keep.has_value() &&
        (!tier.keep.has_value() || DaysKept(*keep) < DaysKept(*tier.keep));
    if (!longer) {
      return absl::InvalidArgumentError(
          absl::StrCat(PluralPeriod(tier.period), " must be kept longer than ",
                       PluralPeriod(fine->period()), " are"));
    }
    keep = tier.keep;
    fine = std::move(coarse);
  }
  return absl::OkStatus();
}

void MakeTiers(absl::Span<const TierStart> starts, Metric* metric) {
  metric->tiers.clear();
  // Each has those behind it.
  std::vector<std::shared_ptr<Metric>> made;
  MetricSpec spec = metric->spec;
  for (size_t i = 0; i < metric->spec.tiers.size(); ++i) {
    spec = SpecOfTier(spec);
    auto tier = std::make_shared<Metric>();
    tier->id = starts[i].id;
    tier->spec = spec;
    absl::StatusOr<Grid> grid = Grid::Create(
        spec.period, metric->usable.ok() ? spec.zone : std::string("UTC"));
    if (grid.ok()) tier->grid = *std::move(grid);
    tier->usable = metric->usable;
    tier->kept_from = starts[i].kept_from;
    tier->level = static_cast<int>(i) + 1;
    made.push_back(std::move(tier));
  }
  metric->tiers.assign(made.begin(), made.end());
  for (size_t i = 0; i < made.size(); ++i) {
    made[i]->tiers.assign(made.begin() + static_cast<int64_t>(i) + 1,
                          made.end());
  }
}

}  // namespace engine
}  // namespace footfall
