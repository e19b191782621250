// Whether rows may be written: all checks that need no store.

#ifndef FOOTFALL_ENGINE_WRITE_CHECK_ROWS_H_
#define FOOTFALL_ENGINE_WRITE_CHECK_ROWS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "footfall/metric.h"
#include "footfall/sample_batch.h"

namespace footfall::engine {

// The parts of a row. Each message gives metric, column, what was found and
// what would be right; all errors are INVALID_ARGUMENT.
absl::Status CheckStep(const Metric& metric, int64_t step);
absl::Status CheckMemberCount(const Metric& metric, size_t count);
absl::Status CheckMember(const Metric& metric, size_t dimension,
                         absl::string_view member);
// `bits` of a value of the metric's own type: a metric with OVERLAPS anywhere
// counts users, and takes no negative number.
absl::Status CheckValue(const Metric& metric, int64_t bits);

// Turns a value as it was given into the bits of the metric's type: an integer
// that a double holds exactly may be given to a DECIMAL metric.
absl::Status ConvertValue(const Metric& metric, RowKind kind, int64_t* bits);

// The same error, of a row, counted from 0.
absl::Status InRow(const absl::Status& status, size_t row);

// All rows, against the metric as it is declared now; the message also gives
// the row, counted from 0. The first row that does not fit is named.
absl::Status CheckRows(const Metric& metric, const SampleRows& rows);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_CHECK_ROWS_H_
