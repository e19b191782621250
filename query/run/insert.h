// INSERT: rows of a statement into a batch.

#ifndef FOOTFALL_QUERY_RUN_INSERT_H_
#define FOOTFALL_QUERY_RUN_INSERT_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/database.h"
#include "footfall/statement.h"

namespace footfall::query {

// Writes all rows or none. `insert` holds no parameters; its sources point
// into `text`. Of rows for the same sample with equal dates the last wins.
//
//   NOT_FOUND         no such metric or dimension
//   INVALID_ARGUMENT  a row does not fit; the message points at it
absl::StatusOr<WriteResult> RunInsert(Database& database, const Insert& insert,
                                      absl::string_view text);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_INSERT_H_
