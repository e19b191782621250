// A question as both sides understand it, and how each is asked.

#ifndef FOOTFALL_TESTS_ORACLE_QUESTION_H_
#define FOOTFALL_TESTS_ORACLE_QUESTION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "footfall/statement.h"
#include "tests/oracle/data_set.h"
#include "tests/oracle/sqlite.h"

namespace footfall::oracle {

enum class Function {
  kBare,  // the metric itself
  kSum,   // user_days for users
  kAvg,
  kMin,
  kMax,
  kFirst,
  kLast,
  kCount,
  kMedian,
  kCoverage,
  kFirstTime,  // of `comparison` and `threshold`
  kStddev,
  kPercentile,  // p<n>
  kStreak,      // of `comparison` and `threshold`
  kSlope,
  kCagr,
  kCorr,        // of both sides
  kCountInTop,  // of the best n
};

struct Item {
  enum class Form {
    kPlain,
    kShare,       // share(f), within `within`
    kWithin,      // `of_groups` (f WITHIN `within`), or ALL
    kRatio,       // f / g
    kDifference,  // f - g
    kBounds,      // bounds(f); of users, sum is allowed
    kLag,         // lag(f, shift), and so on
    kDelta,
    kGrowth,
    kMa,           // ma(f, n)
    kCumulative,   // cumulative(f)
    kRank,         // rank(f)
    kRankDelta,    // rank_delta(f, shift)
    kDaysToEvent,  // days_between(f, event('launch'))
  };
  Form form = Form::kPlain;
  Function function = Function::kAvg;
  Function other = Function::kAvg;  // g
  size_t side = 0;                  // that f is of
  std::string comparison;           // ">=", ...
  std::string threshold;
  int64_t n = 0;
  std::string shift;           // "1 month"
  std::string sql_shift;       // "-1 months"
  std::vector<size_t> within;  // of `by`
  std::string of_groups;       // "max"; "count" is of `comparison`
  std::string name;            // AS

  bool shifts() const {
    return form == Form::kLag || form == Form::kDelta ||
           form == Form::kGrowth || form == Form::kRankDelta;
  }
  // What it is depends on other rows than its own bucket's.
  bool looks_back() const {
    return shifts() || form == Form::kMa || form == Form::kCumulative ||
           form == Form::kRank;
  }
};

// A now behind all ranges: left out, it would be the clock's.
inline const absl::Time kAllIsOver =
    absl::FromCivil(absl::CivilDay(9999, 1, 1), absl::UTCTimeZone());

// A stretch of time, as written and as texts that SQL compares with d and e.
struct Span {
  std::string clause;                // "DURING ...", or empty
  std::optional<std::string> first;  // least d
  std::optional<std::string> last;   // greatest e
  absl::Time now = kAllIsOver;
};

struct Question {
  const DataSet* set = nullptr;
  std::vector<std::string> where;  // conditions, the same text in both
  Span span;
  std::vector<size_t> by;       // dimensions
  std::optional<size_t> every;  // of the set's buckets
  bool say_every = true;        // a bare metric understands its own period
  FillMode fill = FillMode::kNone;
  std::optional<int64_t> fill_max;
  // Two conditions in braces on `side_dimension`, in place of those of WHERE:
  // f of the first beside g of the second.
  std::vector<std::string> sides;
  size_t side_dimension = 0;
  // A second metric with the first dimensions and steps of `set`: f of `set`
  // beside g of this one.
  const DataSet* other_set = nullptr;
  // f(g(metric) EVERY bucket): of the set's buckets.
  std::optional<size_t> inner;
  Function inner_function = Function::kAvg;
  // g(metric ACROSS dimensions)
  std::vector<size_t> across;
  Function across_function = Function::kAvg;
  std::vector<Item> items;
  std::string having;          // names of items, the same text in both
  std::optional<int64_t> top;  // judged by `top_item`
  std::string others;          // the name of the rest, or empty
  size_t top_item = 0;
  bool top_ascending = false;
  std::string order;  // names of items, the same text in both
  // The item by whose whole text, not its name, Footfall orders: largest first.
  std::optional<size_t> order_item;
  std::optional<int64_t> limit;

  std::string Footfall() const;
};

// The rows that SQL finds: those of the last statement, once the others have
// run. Columns: the BY dimensions, the bucket's label where
// there are buckets, partial, and then for each item its value, kind, present
// and expected; of bounds, low and high in place of the first two. NULL is a
// value that is not there; of the other three, one that SQL cannot tell. The
// kind 'inexact' is any but exact.
std::vector<std::string> ReferenceSql(const Question& question, Sqlite& sqlite);

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_ORACLE_QUESTION_H_
