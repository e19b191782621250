// Which steps of some series have samples, in a window around those asked for:
// as combining found it, and else read.

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

  // To be called first. The window is empty where the metric has no samples.
  absl::Status Open();
  // The rows to look at from now on, rising. Requires: a window.
  absl::Status Read(std::vector<uint32_t> rows);

  // Of some of the rows(), by their indexes, rising; at steps of the window.
  struct Lane {
    const Slab* slab = nullptr;
    size_t lane = 0;    // of the slab
    size_t offset = 0;  // of its first step in the window
    size_t row = 0;     // index into rows()
  };
  absl::Status Scan(absl::Span<const uint32_t> wanted, StepRange steps,
                    ScanDepth depth, absl::FunctionRef<void(const Lane&)> take);

  const std::vector<uint32_t>& rows() const { return rows_; }
  // Lane steps.
  StepRange window() const { return window_; }
  // [words of the window] of rows()[i].
  absl::Span<const uint64_t> present(size_t i) const {
    return {present_of_[i], words_};
  }
  size_t IndexOf(uint32_t row) const;
  // Bits of the window at the steps of the request, [words of those].
  void Narrow(absl::Span<const uint64_t> bits,
              std::vector<uint64_t>* out) const;

 private:
  StepRange asked() const { return request_.combined->steps; }
  absl::Status ReadAt(StepRange steps);

  Run& run_;
  const MissingRequest& request_;
  Reservation memory_;
  std::vector<uint32_t> rows_;
  StepRange window_;
  size_t words_ = 0;
  std::vector<const uint64_t*> present_of_;  // [rows]
  // [rows x words]; empty where all is as combining kept it.
  std::vector<uint64_t> present_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_PRESENCE_READER_H_
