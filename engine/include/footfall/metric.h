// What a metric is: declared once, before its first sample.
//
// Threads: plain values and functions of them.

#ifndef FOOTFALL_METRIC_H_
#define FOOTFALL_METRIC_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "footfall/period.h"

#pragma GCC visibility push(default)
namespace footfall {

// What the values of a metric are.
enum class ValueType : uint8_t {
  kInteger = 0,  // int64
  kDecimal = 1,  // double
};

// How parts make a whole, per dimension and over time.
enum class Additivity : uint8_t {
  kAdds = 0,      // parts sum to the whole: events, users by country of home
  kOverlaps = 1,  // a member of one part can be in another: users by platform
  kLevel = 2,     // never summed: a price, a rank
};

// "ADDS", "OVERLAPS", "LEVEL".
absl::string_view AdditivityName(Additivity rule);

inline constexpr size_t kMaxDimensions = 8;
inline constexpr size_t kMaxMemberBytes = 255;

// What a metric is split by, and how its members add up.
struct Dimension {
  std::string name = {};  // [a-z][a-z0-9_]{0,62}; not time, offset or partial
  Additivity rule = Additivity::kAdds;

  friend bool operator==(const Dimension&, const Dimension&) = default;
};

inline constexpr int32_t kDefaultLate = 7;
inline constexpr int32_t kMaxLate = 1000;
inline constexpr int32_t kMaxKeep = 100'000;
inline constexpr size_t kMaxTiers = 4;

// A coarser grid, on which a metric keeps what is too old for a finer one.
struct Tier {
  Period period = {};  // made of whole steps of the grid before
  std::optional<Period> keep = std::nullopt;  // as MetricSpec::keep

  friend bool operator==(const Tier&, const Tier&) = default;
};

// The declaration, as the caller gives it.
struct MetricSpec {
  std::string name = {};  // [a-z][a-z0-9_]{0,62}
  ValueType value_type = ValueType::kInteger;
  Period period = {};                      // every sample lies on this grid
  std::string zone = "UTC";                // which days these are
  std::vector<Dimension> dimensions = {};  // [0, kMaxDimensions], in order
  Additivity over_time = Additivity::kAdds;
  std::string unit = {};  // shown with results; may be empty
  // For how many steps a sample of a series that had one at each of as many
  // steps before is awaited: until then it is late. [0, kMaxLate]; 0: nothing
  // is awaited.
  int32_t late = kDefaultLate;
  // For how long samples are kept: upkeep removes older ones, and rows that are
  // older are left out of what is written (FirstStepKept()). nullopt: forever.
  // Hours for periods below a day alone, or longer units; count in
  // [1, kMaxKeep].
  std::optional<Period> keep = std::nullopt;
  // Where samples go that are too old: rolled up, by the rule over time (the
  // sum of what ADDS, the largest of what OVERLAPS, the last of a LEVEL), into
  // whole steps of the first tier, from there into the next. Coarser each, and
  // kept longer; only behind a `keep`. [0, kMaxTiers]
  std::vector<Tier> tiers = {};

  // Whether its values are numbers of people, who are never fewer than none:
  // something OVERLAPS.
  bool CountsUsers() const;

  friend bool operator==(const MetricSpec&, const MetricSpec&) = default;
};

// INVALID_ARGUMENT names the field, what was found and what would be right.
absl::Status ValidateMetricSpec(const MetricSpec& spec);

// What may change of a metric while its samples stay as they are.
struct MetricChanges {
  std::optional<std::string> name = {};
  std::optional<std::string> unit = {};
  std::optional<Additivity> over_time = {};
  std::vector<Dimension> rules = {};  // of dimensions that it has; others stay
  std::optional<int32_t> late = {};
  // Set, and nothing in it: forever.
  std::optional<std::optional<Period>> keep = {};
  std::vector<Tier> tiers = {};  // with `keep`: what they become

  friend bool operator==(const MetricChanges&, const MetricChanges&) = default;
};

// The declaration with the changes. NOT_FOUND where it has not a dimension of
// that name; INVALID_ARGUMENT as ValidateMetricSpec(), but that the zone need
// not be known here.
absl::StatusOr<MetricSpec> WithChanges(const MetricSpec& spec,
                                       const MetricChanges& changes);

// "90 days", "1 year".
std::string FormatKeep(const Period& keep);
// Of a declaration: "forever", "90 days", "minutes 30 days, days forever".
std::string FormatKeep(const MetricSpec& spec);
// "minutes", "5 minutes".
std::string PluralPeriod(const Period& period);

// The first step that is kept at `now`: the step that holds `now` is, and those
// that lie wholly in the `keep` before it, by the calendar.
int64_t FirstStepKept(const Grid& grid, const Period& keep, absl::Time now);

// [a-z][a-z0-9_]{0,62}
bool IsValidName(absl::string_view name);
// Valid UTF-8, no control characters, at most `max_bytes`. INVALID_ARGUMENT
// names the byte.
absl::Status ValidateText(absl::string_view text, size_t max_bytes);

// Never reused, not even after a drop.
using MetricId = uint32_t;
// Number of a series within its metric, from 0 in order of creation.
using SeriesId = uint32_t;
// Number of a member in the dictionary of a dimension name, which all metrics
// with a dimension of that name share. 0 is the empty member: not split.
using MemberId = uint32_t;
inline constexpr MemberId kEmptyMember = 0;

// A declared metric. Immutable; shared by snapshots.
struct Metric {
  MetricId id = 0;
  MetricSpec spec = {};
  Grid grid = {};  // of spec.period in spec.zone
  // FAILED_PRECONDITION, with metric and zone, where this machine does not know
  // the zone: the metric is listed and can be dropped, but neither read nor
  // written. Its grid is of UTC then, and not to be used.
  absl::Status usable = absl::OkStatus();
  // KEEP has removed the samples of the steps before this one, whatever it says
  // now, or rolled them up. nullopt: it has done so with none.
  std::optional<int64_t> kept_from = std::nullopt;
  // The metric on coarser grids, as spec.tiers: each a metric as this one, with
  // that period and grid and an id of its own. What a snapshot reads by it are
  // all samples of the metric that are kept so long, on that grid: those that
  // were rolled up, and finer ones, which are rolled up as they are read. Where
  // those of a step OVERLAP, dimensions that ADD are said to OVERLAP in the
  // tier: the largest values of several series may be of different steps.
  std::vector<std::shared_ptr<const Metric>> tiers = {};
  // Of a tier: 1 and up; 0: the metric itself.
  int level = 0;

  // Index into spec.dimensions; nullopt where there is none of that name.
  std::optional<size_t> FindDimension(absl::string_view name) const;
};

// FirstStepKept() of a metric, or tier, by its own KEEP. Where a coarser tier
// follows, the first step of one of its steps: they are rolled up whole.
// nullopt: it is kept forever.
std::optional<int64_t> FirstStepKept(const Metric& metric, absl::Time now);

// Steps of a coarse grid, each made of whole steps of a finer one.
class CoarseSteps {
 public:
  CoarseSteps() = default;
  // INVALID_ARGUMENT where it is not coarser, or would cut steps of `fine`.
  // Requires: both are of one zone.
  static absl::StatusOr<CoarseSteps> Create(const Grid& fine,
                                            const Grid& coarse);

  // The coarse step that holds a fine one.
  int64_t Of(int64_t fine) const;
  // All fine steps of a coarse one, and of several.
  StepRange FineOf(int64_t coarse) const;
  StepRange FineOf(StepRange coarse) const {
    if (coarse.empty()) return {};
    return {FineOf(coarse.begin).begin, FineOf(coarse.end - 1).end};
  }

 private:
  int64_t ratio_ = 0;  // below a day; else 0
  Buckets buckets_;
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_METRIC_H_
