// Samples that are awaited and not there: a value without them is not the
// whole.
//
// The definition. Let n be LATE of the metric. A series is *regular* at a step
// where it has a sample at it and at each of the n - 1 steps before. Between a
// regular step and the next sample of the series it *lacks* samples:
//
//   at all steps      where they are at most kLongestGap * n: a gap;
//   at the first n    else: it is late and, after them, has ended.
//
// What comes and goes is not regular, so nothing is awaited of it. Of counts
// (INTEGER, not LEVEL) that may be nobody by chance, nothing is either: the
// last n samples must all be at least kSurelySome, or at least kSome and more
// than half of the largest of them. (A Poisson count with a mean of 16 is 0
// once in nine million steps.) Without that, 882 of the 1,107 days of a program
// in 681 versions lack some version of a few users; with it, 16 do.
//
// A set of series lacks a part at a step where one of them lacks a sample and
// no whole of it in the set has one. What a step lacks does not depend on the
// range that is asked for: samples before and behind it are looked at too.

#ifndef FOOTFALL_QUERY_EXEC_MISSING_PARTS_H_
#define FOOTFALL_QUERY_EXEC_MISSING_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "query/exec/combine.h"
#include "query/exec/lacking_list.h"
#include "query/exec/run.h"

namespace footfall::query {

inline constexpr int64_t kLongestGap = 4;
inline constexpr uint64_t kSurelySome = 16;
inline constexpr uint64_t kSome = 3;

struct MissingRequest {
  const Metric* metric = nullptr;
  const SeriesRows* rows = nullptr;
  const SetList* sets = nullptr;
  const CombinedSets* combined = nullptr;  // of these sets
  const LaneSteps* lane_steps = nullptr;
  absl::Span<const size_t> wanted;  // sets, rising
  // [wanted] at which lane steps it is told which series lack samples; empty:
  // all.
  absl::Span<const StepRange> told;
  // [wanted] whether steps at which the set has no value matter too.
  std::vector<bool> whole_groups;
};

struct MissingParts {
  // [wanted][words of the combined sets] steps at which a part is lacking;
  // empty: nowhere.
  std::vector<std::vector<uint64_t>> lacks;
  // Where all steps of a set lack a part, of its first series alone.
  LackingList series;
};

// Reads which steps of the sets' series have samples, and the values of those
// that may lack some.
//   RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, CANCELLED, and what the snapshot
//   answers
absl::StatusOr<MissingParts> FindMissingParts(Run& run,
                                              const MissingRequest& request);

// Steps [begin, end) at which samples are lacking behind n in a row.
struct Lack {
  size_t begin = 0;
  size_t end = 0;
  // Of the n samples before, without their signs.
  uint64_t least = UINT64_MAX;
  uint64_t largest = 0;
};

// Those of `present` [words; bit i is step i, of `count`], for LATE n.
std::vector<Lack> FindLacks(absl::Span<const uint64_t> present, size_t count,
                            int64_t n);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_MISSING_PARTS_H_
