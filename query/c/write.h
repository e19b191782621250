// Rows from C on their way into the database.

#ifndef FOOTFALL_QUERY_C_WRITE_H_
#define FOOTFALL_QUERY_C_WRITE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/database.h"
#include "footfall/period.h"
#include "footfall/sample_batch.h"

namespace footfall::query {

// The metric of that name, as it is now. NOT_FOUND names the nearest.
absl::StatusOr<std::shared_ptr<const Metric>> MetricForC(
    const Database& database, const std::string& name);

// "app, platform"
std::string DimensionNames(const MetricSpec& spec);

// Turns times as C and Arrow have them into steps of a grid; quick where many
// that follow each other are equal. INVALID_ARGUMENT: outside years 1 to 9999.
class StepsOfSeconds {
 public:
  // `civil`: seconds on the grid's own clock; else since the epoch.
  StepsOfSeconds(const Grid& grid, bool civil) : grid_(grid), civil_(civil) {}
  absl::StatusOr<int64_t> At(int64_t seconds);

 private:
  const Grid& grid_;
  const bool civil_;
  bool any_ = false;
  int64_t last_seconds_ = 0;
  int64_t last_step_ = 0;
};

// Writes the batch under FOOTFALL_WRITE_.. flags; `samples` may be null.
absl::Status WriteForC(Database& database, const SampleBatch& batch,
                       unsigned flags, uint64_t* samples);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_C_WRITE_H_
