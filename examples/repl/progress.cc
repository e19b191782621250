#include "examples/repl/progress.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace footfall::repl {
namespace {

// Of the time that an import takes; bench/README.md has the parts.
constexpr double kReadingPart = 0.8;

double Part(uint64_t done, uint64_t all) {
  if (all == 0) return 0;
  return std::min(1.0, static_cast<double>(done) / static_cast<double>(all));
}

}  // namespace

std::string ProgressText(const ImportProgress& progress, absl::Duration since) {
  const double seconds = absl::ToDoubleSeconds(since);
  const double done =
      progress.storing
          ? kReadingPart +
                (1 - kReadingPart) * Part(progress.rows_stored, progress.rows)
          : kReadingPart * Part(progress.bytes_read, progress.bytes_total);
  const double rows = static_cast<double>(progress.rows) / 1e6;
  std::string text = progress.storing ? "storing: " : "importing: ";
  const bool is_known = progress.storing || progress.bytes_total > 0;
  if (is_known) absl::StrAppendFormat(&text, "%.0f %%, ", 100 * done);
  absl::StrAppendFormat(&text, "%.1f M rows, ", rows);
  if (!progress.storing) {
    absl::StrAppendFormat(&text, "%.1f M rows/s, ", rows / seconds);
  }
  if (is_known && done > 0) {
    absl::StrAppendFormat(&text, "%.0f s left", seconds * (1 - done) / done);
  } else {
    absl::StrAppendFormat(&text, "%.0f s", seconds);
  }
  return text;
}

}  // namespace footfall::repl
