// Which field of a CSV row is what.

#ifndef FOOTFALL_ENGINE_EXCHANGE_CSV_COLUMNS_H_
#define FOOTFALL_ENGINE_EXCHANGE_CSV_COLUMNS_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/csv_import.h"
#include "footfall/metric.h"

namespace footfall::engine {

// The columns of one file. Fields are counted from 0.
struct CsvColumns {
  // Where a dimension's members come from.
  struct Source {
    std::optional<size_t> field;  // empty: `member` always
    std::string member;           // that an empty field stands for
    std::string dimension;
    bool trim = false;
    bool fold_case = false;
    bool has_empty = false;  // EMPTY was said, or it is no column of the file
  };
  // A field with a value.
  struct Value {
    size_t field = 0;
    size_t metric = 0;                // index into the spec's metrics
    std::optional<size_t> dimension;  // that the column's header is a member of
    std::string member;
  };
  struct Condition {
    size_t field = 0;
    const ImportCondition* condition = nullptr;  // of the spec
  };
  // A part of an event: a field, or a text for all rows.
  struct Part {
    std::optional<size_t> field;
    std::string text;
  };
  std::vector<std::string> header;
  std::vector<size_t> times;    // one or more
  std::vector<Value> values;    // one or more; none for events
  std::vector<Source> members;  // one per dimension of the metrics; for events,
                                // those that are given
  std::vector<Condition> where;
  // Columns without a name, which VALUES OF * cannot take for members.
  std::vector<size_t> unnamed;
  Part kind, name, note, source;  // of events
};

// The metrics that a spec writes to, each once, by name: in the order in which
// it names them.
std::vector<std::string> MetricsOf(const ImportSpec& spec);

// Whether the metrics can be written by one spec: the same dimensions in the
// same order. INVALID_ARGUMENT says which differ.
absl::Status CheckSameDimensions(
    absl::Span<const std::shared_ptr<const Metric>> metrics);

// Finds the columns of a spec in a file's header, in any order. `metrics` as
// MetricsOf() has them; none for events.
//
//   INVALID_ARGUMENT  a column is not there, or twice; a dimension the metric
//                     has not, or given twice; no time or value
absl::StatusOr<CsvColumns> MapColumns(
    const ImportSpec& spec, const std::string& path,
    absl::Span<const std::shared_ptr<const Metric>> metrics,
    absl::Span<const std::string> header);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_CSV_COLUMNS_H_
