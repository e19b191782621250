// Random questions, of every kind that SQL can express.

#ifndef FOOTFALL_TESTS_ORACLE_GENERATE_H_
#define FOOTFALL_TESTS_ORACLE_GENERATE_H_

#include <cstdint>
#include <vector>

#include "tests/oracle/data_set.h"
#include "tests/oracle/question.h"

namespace footfall::oracle {

enum class Kind {
  kRange,       // values of a stretch of time
  kSums,        // sums over time by series
  kBuckets,     // functions by week, month, ...
  kTwoStages,   // functions over time of totals across series
  kTop,         // the best groups, with ties
  kShares,      // of totals by bucket, within dimensions
  kWithin,      // functions of groups, within dimensions
  kFirstTimes,  // first date at a threshold
  kCoverage,    // how many steps are there, of how many
  kFilters,     // =, !=, IN, NOT IN, LIKE, NOT LIKE
  kOrder,       // HAVING, ORDER BY, LIMIT
  kArithmetic,  // ratios and differences
  kBounds,      // both ends of what can be true
  kSpread,      // stddev, p1..p99
  kStreaks,     // longest runs
  kTrends,      // slope, cagr
  kBraces,      // operands with conditions of their own
  kCorr,        // of two such operands
  kLookBack,    // lag, delta, growth
  kRunning,     // ma, cumulative
  kRanks,       // rank, rank_delta
  kInner,       // functions of functions by inner buckets, count_in_top
  kAcross,      // dimensions combined by another function than the declared
  kOthers,      // TOP .. OTHERS
  kTwoMetrics,  // of one metric beside another
  kSidesOrder,  // TOP and ORDER BY by an operand with braces, or of another
                // metric
  kFill,        // FILL null, zero, previous
  kEvents,      // days from an event to a first time
};
inline constexpr int kKindCount = static_cast<int>(Kind::kEvents) + 1;
const char* KindName(Kind kind);

// The question of this kind that `seed` stands for; the same whenever asked of
// the same sets.
Question MakeQuestion(Kind kind, uint64_t seed,
                      const std::vector<DataSet>& sets);

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_ORACLE_GENERATE_H_
