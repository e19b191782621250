// Which steps of some series have samples, in a window around those asked for.

#ifndef FOOTFALL_QUERY_EXEC_PRESENCE_READER_H_
#define FOOTFALL_QUERY_EXEC_PRESENCE_READER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "query/exec/missing_parts.h"
#include "query/exec/run.h"

namespace footfall::query {

// One thread.
class PresenceReader {
 public:
  // Both must outlive it.
  PresenceReader(Run& run, const MissingRequest& request)
      : run_(run), request_(request), memory_(run) {}

  // `rows`: rising. The window is empty where the metric has no samples.
  absl::Status Read(std::vector<uint32_t> rows);

  // Of some of the rows(), by their indexes, rising.
  struct Lane {
    const Slab* slab = nullptr;
    size_t lane = 0;    // of the slab
    size_t offset = 0;  // of its first step in the window
    size_t row = 0;     // index into rows()
  };
  absl::Status Scan(absl::Span<const uint32_t> wanted, ScanDepth depth,
                    absl::FunctionRef<void(const Lane&)> take);

  const std::vector<uint32_t>& rows() const { return rows_; }
  // Lane steps.
  StepRange window() const { return window_; }
  // [words of the window] of rows()[i].
  absl::Span<const uint64_t> present(size_t i) const {
    return absl::MakeConstSpan(present_).subspan(i * words_, words_);
  }
  size_t IndexOf(uint32_t row) const;
  // Bits of the window at the steps of the request, [words of those].
  void Narrow(absl::Span<const uint64_t> bits,
              std::vector<uint64_t>* out) const;

 private:
  Run& run_;
  const MissingRequest& request_;
  Reservation memory_;
  std::vector<uint32_t> rows_;
  StepRange window_;
  size_t words_ = 0;
  std::vector<uint64_t> present_;  // [rows x words]
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_PRESENCE_READER_H_
