// Samples on their way in, as columns.

#ifndef FOOTFALL_SAMPLE_BATCH_H_
#define FOOTFALL_SAMPLE_BATCH_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "footfall/metric.h"

namespace footfall {

// Rows of any number of metrics that are written all or not at all.
//
//   SampleBatch batch;
//   SampleRows& dau = batch.RowsOf(metric);        // shared_ptr<const Metric>
//   dau.Add(absl::CivilDay(2025, 2, 8), {"DeepSeek", "app", "cn"}, 34'940'000);
//
// Nothing is checked here: Database::Write checks all rows and names the first
// that does not fit. Threads: one at a time.
class SampleRows {
 public:
  // One row: a value for the step that holds `day` (or `time`, read in the
  // metric's zone; or that is numbered `step`). One member per dimension of the
  // metric, in its order; "" leaves a dimension unsplit. A later row for the
  // same sample wins.
  void Add(absl::CivilDay day, absl::Span<const absl::string_view> members,
           int64_t value);
  void Add(absl::CivilDay day, absl::Span<const absl::string_view> members,
           double value);
  void Add(absl::Time time, absl::Span<const absl::string_view> members,
           int64_t value);
  void Add(absl::Time time, absl::Span<const absl::string_view> members,
           double value);
  void AddStep(int64_t step, absl::Span<const absl::string_view> members,
               int64_t value);
  void AddStep(int64_t step, absl::Span<const absl::string_view> members,
               double value);
  // A row that removes a sample; no error where there is none.
  void Delete(int64_t step, absl::Span<const absl::string_view> members);

  const std::shared_ptr<const Metric>& metric() const { return metric_; }
  size_t size() const { return steps_.size(); }

 private:
  friend class SampleBatch;
  // (the owner of this file fills this in; columns: steps, values as 64 bits,
  // a flag a row, and per dimension a local member number with a dictionary)
  std::shared_ptr<const Metric> metric_;
  std::vector<int64_t> steps_;
};

class SampleBatch {
 public:
  // The rows of a metric, made empty at the first call. The reference stays
  // valid until Clear().
  SampleRows& RowsOf(std::shared_ptr<const Metric> metric);

  bool empty() const;
  size_t row_count() const;
  void Clear();

 private:
  std::deque<SampleRows> rows_;
};

}  // namespace footfall

#endif  // FOOTFALL_SAMPLE_BATCH_H_
