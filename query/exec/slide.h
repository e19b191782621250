// Counts, sums and extremes of segments of a lane that overlap: each step comes
// in once and goes out once, however long the segments are.
//
// They come to what the loops of func/kernels.h come to, of integers alone:
// what was added can be taken off again without a rounding.

#ifndef FOOTFALL_QUERY_EXEC_SLIDE_H_
#define FOOTFALL_QUERY_EXEC_SLIDE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "query/func/kernels.h"

namespace footfall::query {

// Segments should begin and end no earlier than those before; where one does,
// the work starts anew. Empty ones do not count. `counts`, `sums` and `best`
// are [segments], and as Kernels has them.
void SlideCounts(const uint64_t* present, absl::Span<const Segment> segments,
                 uint32_t* counts);
void SlideSums(const int64_t* lane, const uint64_t* present,
               absl::Span<const Segment> segments, SplitSum* sums);
// The largest, or the least. `memory` grows to the steps of the lane.
void SlideExtremes(const int64_t* lane, const uint64_t* present,
                   absl::Span<const Segment> segments, bool largest,
                   std::vector<uint32_t>* memory, int64_t* best);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_SLIDE_H_
