// On which of its grids a metric with tiers is read.

#ifndef FOOTFALL_QUERY_PLAN_TIERS_H_
#define FOOTFALL_QUERY_PLAN_TIERS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "footfall/metric.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"

namespace footfall::query {

// The first step of the metric, or tier, that a question at `now` finds on its
// grid: what KEEP says, whether upkeep has come by or not, and what it has said
// before. nullopt: all are there.
std::optional<int64_t> FirstStepOnGrid(const Metric& metric, absl::Time now);

// Whether a sample of any series lies before a step. Reads up to the first, and
// looks as Pass() does.
absl::StatusOr<bool> HasSamplesBefore(const Snapshot& snapshot,
                                      const Metric& metric, int64_t step,
                                      const QueryOptions& options);

// The grid before that of a tier. Requires: `tier` is one of the snapshot's.
std::shared_ptr<const Metric> FinerThan(const Snapshot& snapshot,
                                        const Metric& tier);

// "the sum of its minutes", "the largest of its hours".
std::string WhatStepIs(const Metric& tier, const Metric& finer);

// "sum", "max" or "last": what is known of a tier's steps.
absl::string_view WhatTierKnows(const Metric& tier);

// "avg(m), max(m) or last(m) make", and of a tier "sum(m) makes": what makes
// one value of several steps.
std::string WhatMakesOne(const Metric& read, absl::string_view name);

// The earliest step that `select` looks back at from `step`, by lag(), growth()
// and the like; never too late.
int64_t EarliestLookedAt(const Select& select, const Grid& grid, int64_t step,
                         const std::optional<Period>& every);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_TIERS_H_
