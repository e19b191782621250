// Samples out of a database as CSV that ImportCsv() reads back.

#ifndef FOOTFALL_CSV_EXPORT_H_
#define FOOTFALL_CSV_EXPORT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/metric.h"
#include "footfall/period.h"
#include "footfall/snapshot.h"
#include "footfall/stop.h"

#pragma GCC visibility push(default)
namespace footfall {

// A file that is written front to back; packed by gzip where its name ends in
// ".gz", by zstd where it ends in ".zst". What is there is replaced by Close()
// alone: until then, and after an error, the text is in a file beside it, which
// the destructor removes. A file that is replaced keeps its permissions, and a
// link its name. To a pipe, a device or a file that is open already
// (/dev/stdout) the text goes as it comes.
//
// Threads: one at a time.
class TextFile {
 public:
  // UNAVAILABLE where it cannot be made, RESOURCE_EXHAUSTED where there is no
  // room. The same below. UNIMPLEMENTED of ".zst" in a build without zstd.
  static absl::StatusOr<std::unique_ptr<TextFile>> Create(
      const std::string& path);
  virtual ~TextFile() = default;

  virtual absl::Status Write(absl::string_view text) = 0;
  virtual absl::Status Close() = 0;
};

// What was written.
struct ExportReport {
  uint64_t rows = 0;
  // Samples that are no numbers (NaN, infinities), which no file can say: they
  // are left out.
  uint64_t not_finite = 0;
};

// The header of the values' column in ExportCsv(): "value", or with _ behind it
// where a dimension has that name.
std::string ExportValueHeader(const MetricSpec& spec);

// What ExportCsv() writes of a metric; as it is made, everything.
struct ExportPart {
  std::optional<int64_t> end = {};  // steps before it alone
  // Of a tier: each time is the last step of this finer grid in the tier's, so
  // that a metric on that grid takes it. Must outlive the call.
  const Grid* written_on = nullptr;
};

// Writes all samples of a metric, or that part: a header `time`, the
// dimensions, the value; then a row for each sample, by members in order of
// their names, then by time. So the same samples give the same bytes, in
// whichever order they came. Times below a day carry their offset from UTC.
// Memory: some 64 MiB, beside 32 bytes for each series.
//
//   FAILED_PRECONDITION  as Snapshot::Scan(); the metric's zone is not known
//   else                 as TextFile, or what `stop` answers
absl::StatusOr<ExportReport> ExportCsv(const Snapshot& snapshot,
                                       const Metric& metric, TextFile* file,
                                       const StopCheck& stop,
                                       const ExportPart& part = {});

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_CSV_EXPORT_H_
