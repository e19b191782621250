// Rows of a request, as they were sent, on their way into one batch.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_SAMPLE_ROWS_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_SAMPLE_ROWS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/sample_batch.h"
#include "footfall/snapshot.h"

namespace footfall::collector {

// What stands in a row under a name.
struct Field {
  absl::string_view name;
  // Nothing (null, or an empty field of CSV), a text, a number. CSV has texts
  // alone: `is_csv` lets them be read as numbers.
  std::variant<std::monostate, absl::string_view, int64_t, double> value;
};

// An INVALID_ARGUMENT that says where: its line and column are in the message,
// and can be had apart from it.
absl::Status WrongRow(size_t line, absl::string_view column,
                      absl::string_view found, absl::string_view right);
struct RowPlace {
  size_t line = 0;
  std::string column;
};
// Of such an error; line 0 where it is none.
RowPlace PlaceOf(const absl::Status& status);

// Checks each row against its metric as far as a row can be checked alone, so
// that the message has the line; Database::Write() checks it all again.
//
// A row has the fields
//
//   metric     its metric; left out where the request names one for all
//   time       a number: milliseconds since 1970; a text: a date as the
//              language writes it, 2025-02-08 or 2025-02-08T13:05+08:00
//   value      ExportValueHeader(): value_ where a dimension has that name
//   DIMENSION  the member; left out or empty: not split
class SampleRowReader {
 public:
  // `metric`: of all rows; "": each row names its own. Both must outlive this.
  SampleRowReader(const Snapshot& snapshot, absl::string_view metric,
                  size_t max_rows, bool is_csv)
      : snapshot_(snapshot),
        metric_(metric),
        max_rows_(max_rows),
        is_csv_(is_csv) {}

  // INVALID_ARGUMENT as WrongRow(); RESOURCE_EXHAUSTED after max_rows.
  absl::Status Add(size_t line, absl::Span<const Field> fields);

  const SampleBatch& batch() const { return batch_; }

 private:
  // What rows of one metric need, found once.
  struct Target {
    std::shared_ptr<const Metric> metric;
    SampleRows* rows;
    std::string value_header;
  };
  absl::StatusOr<const Target*> FindTarget(size_t line,
                                           absl::Span<const Field> fields);
  absl::StatusOr<int64_t> ReadTime(size_t line, const Field& field,
                                   const Grid& grid) const;
  absl::StatusOr<SampleValue> ReadValue(size_t line, const Field& field,
                                        const MetricSpec& spec) const;

  const Snapshot& snapshot_;
  const absl::string_view metric_;
  const size_t max_rows_;
  const bool is_csv_;
  SampleBatch batch_;
  std::vector<Target> targets_;
  std::vector<absl::string_view> members_;  // of the row at hand
};

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_SAMPLE_ROWS_H_
