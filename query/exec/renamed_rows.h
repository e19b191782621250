// Series whose members were renamed, or have attributes, as questions see them:
// each stretch of a series counts as the row of its names there.

#ifndef FOOTFALL_QUERY_EXEC_RENAMED_ROWS_H_
#define FOOTFALL_QUERY_EXEC_RENAMED_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "footfall/period.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "query/plan/conditions.h"
#include "query/plan/member_set.h"
#include "query/plan/plan.h"

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

// As FindSeries(), of the operand's metric and of rows under their new names,
// with the attributes that the operand has as dimensions. Without aliases and
// attributes it is FindSeries(). A date of FROM counts from the first step that
// lies after its beginning.
absl::StatusOr<SeriesRows> FindRows(const Snapshot& snapshot,
                                    const BoundOperand& operand,
                                    absl::Span<const MemberSet> picks,
                                    bool or_empty, const QueryOptions& options,
                                    RoomFor room);

// The series that the rows are read from, ascending.
std::vector<SeriesId> StoredSeries(const SeriesRows& rows);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_RENAMED_ROWS_H_
