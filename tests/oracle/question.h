// A question as both sides understand it, and how each is asked.

#ifndef FOOTFALL_TESTS_ORACLE_QUESTION_H_
#define FOOTFALL_TESTS_ORACLE_QUESTION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
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
};

struct Item {
  enum class Form {
    kPlain,
    kShare,       // share(f), within `within`
    kRatio,       // f / g
    kDifference,  // f - g
    kBounds,      // bounds(f); of users, sum is allowed
  };
  Form form = Form::kPlain;
  Function function = Function::kAvg;
  Function other = Function::kAvg;  // g
  std::string comparison;           // kFirstTime: ">=", ...
  std::string threshold;
  std::vector<size_t> within;  // of `by`
  std::string name;            // AS
};

// A stretch of time, as written and as texts that SQL compares with d and e.
struct Span {
  std::string clause;                // "DURING ...", or empty
  std::optional<std::string> first;  // least d
  std::optional<std::string> last;   // greatest e
  absl::Time now = absl::InfiniteFuture();
};

struct Question {
  const DataSet* set = nullptr;
  std::vector<std::string> where;  // conditions, the same text in both
  Span span;
  std::vector<size_t> by;       // dimensions
  std::optional<size_t> every;  // of the set's buckets
  bool say_every = true;        // a bare metric understands its own period
  std::vector<Item> items;
  std::string having;          // names of items, the same text in both
  std::optional<int64_t> top;  // judged by `top_item`
  size_t top_item = 0;
  bool top_ascending = false;
  std::string order;  // names of items, the same text in both
  std::optional<int64_t> limit;

  std::string Footfall() const;
};

// The rows that SQL finds. Columns: the BY dimensions, the bucket's label where
// there are buckets, partial, expected, present, and then for each item its
// value, its kind (NULL: SQL cannot tell) and, of bounds, low and high in place
// of these two.
std::string ReferenceSql(const Question& question, Sqlite& sqlite);

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_ORACLE_QUESTION_H_
