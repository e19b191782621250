// Series whose members were renamed, as questions see them: each stretch of a
// series counts as the row of its new names.

#ifndef FOOTFALL_QUERY_EXEC_RENAMED_ROWS_H_
#define FOOTFALL_QUERY_EXEC_RENAMED_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "footfall/metric.h"
#include "footfall/period.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "query/plan/conditions.h"
#include "query/plan/member_set.h"

namespace footfall::query {

// The steps at which a series counts as a row. Where several are there at one
// step, the one with the fewest renames counts, of equals the lowest series.
struct RowPiece {
  SeriesId series = 0;
  StepRange steps;
  uint32_t row = 0;
  uint32_t renames = 0;  // aliases that led there, over all dimensions
};

// How the rows of a SeriesRows are read.
struct RenamedRows {
  std::vector<RowPiece> pieces;  // by series, then by steps
  // [rows] it is one whole series. Such rows stand first, by their series.
  std::vector<bool> plain;
};

// As FindSeries(), of rows under their new names. Without aliases it is
// FindSeries(). A date of FROM counts from the first step that lies after its
// beginning.
absl::StatusOr<SeriesRows> FindRows(const Snapshot& snapshot,
                                    const Metric& metric,
                                    absl::Span<const MemberSet> picks,
                                    bool or_empty, const QueryOptions& options,
                                    RoomFor room);

// The series that the rows are read from, ascending.
std::vector<SeriesId> StoredSeries(const SeriesRows& rows);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_RENAMED_ROWS_H_
