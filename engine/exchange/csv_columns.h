// Which field of a CSV row is what.

#ifndef FOOTFALL_ENGINE_EXCHANGE_CSV_COLUMNS_H_
#define FOOTFALL_ENGINE_EXCHANGE_CSV_COLUMNS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/csv_import.h"
#include "footfall/metric.h"

namespace footfall::engine {

struct CsvColumns {
  // Where a dimension's members come from.
  struct Source {
    std::optional<size_t> field;  // empty: `member` always
    std::string member;           // that an empty field stands for
  };
  std::vector<std::string> header;
  size_t time = 0;              // index of a field
  size_t value = 0;             // index of a field
  std::vector<Source> members;  // one per dimension of the metric
};

// Finds the columns of a spec in a file's header.
//
//   INVALID_ARGUMENT  a column is not there, or twice; a dimension the metric
//                     has not, or given twice; no time or value
absl::StatusOr<CsvColumns> MapColumns(
    const ImportSpec& spec, const Metric& metric,
    absl::Span<const absl::string_view> header);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_CSV_COLUMNS_H_
