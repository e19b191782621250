#include "query/exec/slide.h"

#include "query/func/step_words.h"

namespace footfall::query {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;
constexpr uint64_t kLowHalf = 0xffffffff;

// Walks the segments: in(step) and out(step) for the steps that are there, in
// rising order, anew() before it starts at another place, done(i) once what is
// in is segment i.
template <typename In, typename Out, typename Anew, typename Done>
void Slide(const uint64_t* present, absl::Span<const Segment> segments,
           const In& in, const Out& out, const Anew& anew, const Done& done) {
  Segment at;
  for (size_t i = 0; i < segments.size(); ++i) {
    const Segment to = segments[i];
    if (to.begin >= to.end) {
      done(i, false);
      continue;
    }
    if (to.begin < at.begin || to.end < at.end || to.begin >= at.end) {
      anew();
      at = {to.begin, to.begin};
    }
    for (uint32_t step = at.end; step < to.end; ++step) {
      if (StepBit(present, step)) in(step);
    }
    for (uint32_t step = at.begin; step < to.begin; ++step) {
      if (StepBit(present, step)) out(step);
    }
    at = to;
    done(i, true);
  }
}

}  // namespace

void SlideCounts(const uint64_t* present, absl::Span<const Segment> segments,
                 uint32_t* counts) {
  uint32_t count = 0;
  Slide(
      present, segments, [&](uint32_t) { ++count; }, [&](uint32_t) { --count; },
      [&] { count = 0; },
      [&](size_t i, bool any) { counts[i] = any ? count : 0; });
}

void SlideSums(const int64_t* lane, const uint64_t* present,
               absl::Span<const Segment> segments, SplitSum* sums) {
  SplitSum sum;
  const auto bits = [lane](uint32_t step) {
    return static_cast<uint64_t>(lane[step]) ^ kSignBit;
  };
  Slide(
      present, segments,
      [&](uint32_t step) {
        sum.low += bits(step) & kLowHalf;
        sum.high += bits(step) >> 32;
      },
      [&](uint32_t step) {
        sum.low -= bits(step) & kLowHalf;
        sum.high -= bits(step) >> 32;
      },
      [&] { sum = SplitSum(); },
      [&](size_t i, bool any) { sums[i] = any ? sum : SplitSum(); });
}

// Steps that may yet be the extreme of a segment, each beyond all that come
// after it: the first of them is that of this one.
void SlideExtremes(const int64_t* lane, const uint64_t* present,
                   absl::Span<const Segment> segments, bool largest,
                   std::vector<uint32_t>* memory, int64_t* best) {
  std::vector<uint32_t>& steps = *memory;
  steps.clear();
  size_t first = 0;
  const int64_t none = largest ? INT64_MIN : INT64_MAX;
  Slide(
      present, segments,
      [&](uint32_t step) {
        const int64_t value = lane[step];
        while (steps.size() > first &&
               (largest ? lane[steps.back()] <= value
                        : lane[steps.back()] >= value)) {
          steps.pop_back();
        }
        if (first > 0 && steps.size() == first) {
          steps.clear();
          first = 0;
        }
        steps.push_back(step);
      },
      [&](uint32_t step) {
        if (first < steps.size() && steps[first] == step) ++first;
      },
      [&] {
        steps.clear();
        first = 0;
      },
      [&](size_t i, bool any) {
        best[i] = any && first < steps.size() ? lane[steps[first]] : none;
      });
}

}  // namespace footfall::query
