// Which steps the series have that were combined: kept while their samples are
// read, so that nobody has to read them once more.

#ifndef FOOTFALL_QUERY_EXEC_SERIES_PRESENCE_H_
#define FOOTFALL_QUERY_EXEC_SERIES_PRESENCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "query/exec/relations.h"
#include "query/exec/run.h"

namespace footfall::query {

class SeriesPresence {
 public:
  // No more than so many bytes are kept.
  static constexpr uint64_t kMostBytes = uint64_t{16} << 20;

  // Makes room for these series, of which both lists rise, in `words` words
  // each, all clear. Where there is none it stays empty, and who wants to know
  // must read.
  absl::Status Keep(Run& run, absl::Span<const UsedRow> others,
                    absl::Span<const UsedRow> wholes, size_t words);

  bool empty() const { return rows_.empty(); }
  // The bits of the others, or of the wholes, in their order; null where
  // nothing is kept.
  uint64_t* begin(bool wholes) {
    if (empty()) return nullptr;
    return present_.data() + (wholes ? wholes_ * words_ : 0);
  }
  // The bits of row `row`, which must be there; `at` is where it is looked for
  // first, and becomes the place behind it: rows are often asked for in turn.
  const uint64_t* Of(uint32_t row, size_t* at) const;

 private:
  size_t words_ = 0;
  std::vector<uint32_t> rows_;  // rising, and from wholes_ on anew
  size_t wholes_ = 0;
  std::vector<uint64_t> present_;  // [rows x words]
  std::optional<Reservation> memory_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_SERIES_PRESENCE_H_
