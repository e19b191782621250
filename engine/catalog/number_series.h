// The numbers of series, and those that new ones are going to get.

#ifndef FOOTFALL_ENGINE_CATALOG_NUMBER_SERIES_H_
#define FOOTFALL_ENGINE_CATALOG_NUMBER_SERIES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/catalog/catalog_view.h"
#include "footfall/sample_batch.h"

namespace footfall::engine {

// Series and member numbers are 32 bits, one of which means "unknown".
inline constexpr uint64_t kMaxNumbers = kUnknownId;

// out[i] = the series of row i, or kUnknownId; returns how many are unknown.
// Any thread. Series of a commit still under way are found too: what a caller
// does with them comes after that commit in the queue, or fails with it.
size_t FindSeries(const MetricState& state,
                  absl::Span<const MemberColumn> columns,
                  absl::Span<SeriesId> out);

// Members and series that are not there yet, with the numbers that they get as
// long as no others come first. Nothing is changed by making one.
struct SeriesPlan {
  SeriesId first_series = 0;            // the first new one
  std::vector<MemberId> first_members;  // [dimension] the first new one
  // [dimension] new ones, in the order of their numbers. They lie in the
  // columns that the plan was made of.
  std::vector<std::vector<absl::string_view>> members;
  std::vector<std::vector<MemberId>> tuples;  // [dimension][new series]
  size_t series_count = 0;                    // new ones
};

// As FindSeries(), with planned numbers for the tuples that have none, those of
// a call in the order of their members. Rows of kind kDelete plan nothing.
// `kinds` is [row], or empty: all rows write. Any thread.
//
//   RESOURCE_EXHAUSTED  the numbers could run out
absl::StatusOr<SeriesPlan> PlanSeries(const MetricState& state,
                                      absl::Span<const MemberColumn> columns,
                                      absl::Span<const RowKind> kinds,
                                      absl::Span<SeriesId> out);

// Whether no member and no series has come since the plan was made. The answer
// of the leader of the commit queue holds until it changes the catalog.
bool StillHolds(const SeriesPlan& plan, const MetricState& state);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_NUMBER_SERIES_H_
