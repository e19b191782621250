// The function table: a row for each function of the language, and the one
// place that knows its name. The binder, suggestions, completion, EXPLAIN,
// rules of addition, units and LANGUAGE.md's check all read it here.
//
// A function over time that reduces the steps of a bucket is a row and nothing
// else; whatever computes in a new way has code of its own, too.

#ifndef FOOTFALL_QUERY_FUNC_FUNCTIONS_H_
#define FOOTFALL_QUERY_FUNC_FUNCTIONS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "footfall/functions.h"
#include "query/func/aggregate.h"

namespace footfall::query {

enum class FunctionFamily : uint8_t {
  kOverTime,     // the steps of a bucket become a cell
  kBetweenRows,  // what a row makes of other rows
  kOfEvents,     // dates and names of events
  kBounds,       // two columns in place of one
  kWholeAnswer,  // an answer of its own
};

// What computes a function over time.
enum class TimeKind : uint8_t {
  kReduce,     // the row's aggregate
  kFirstTime,  // of the test
  kStreak,     // of the test
  kSlope,
  kCagr,
  kCorrelation,  // of two
  kCountInTop,   // of so many places
  kLastTime,     // a date
  kCountOfTest,  // steps where the test holds
  kWhen,         // the first step of the largest value, or of the least
  kAge,          // steps since the last sample
};

// The shape of the arguments.
enum class Takes : uint8_t {
  kValue,
  kValueOrTest,    // x, or x > n
  kTest,           // x >= n
  kExtreme,        // max(x), min(x)
  kTwoValues,      // x, y
  kPlaces,         // x, and a number of places
  kValueAndTime,   // x, 1 week
  kValueAndCount,  // x, 7
  kEvent,          // a kind, and perhaps a name
  kTwoDates,
};

// The type of the result.
enum class Gives : uint8_t { kTypeOfX, kDecimal, kInteger, kDate, kText };

// How results of several buckets combine, from how x does.
enum class RuleOf : uint8_t {
  kX,     // the same: it picks one of the values, or sums them
  kMean,  // the same, but a LEVEL where x ADDS
  kAdds,
  kLevel,
};

enum class UnitOf : uint8_t {
  kX,
  kXTimesSteps,  // "users x days"
  kSteps,        // "days"
  kRatio,        // parts of another value: percent, for people
  kNone,
};

struct Function {
  FunctionInfo info;
  FunctionFamily family = FunctionFamily::kOverTime;
  Takes takes = Takes::kValue;
  Gives gives = Gives::kTypeOfX;
  RuleOf rule = RuleOf::kX;
  UnitOf unit = UnitOf::kX;

  // Over time.
  TimeKind kind = TimeKind::kReduce;
  Aggregate aggregate = Aggregate::kFirst;  // of kReduce
  bool across = false;      // combines members, too: f(x ACROSS dim)
  bool of_nothing = false;  // has a value of a bucket without samples: 0

  // Of groups.
  bool within = false;             // f(x WITHIN dim), f(x WITHIN ALL)
  bool shifts_in_buckets = false;  // stands among inner buckets, too

  // Of several values the result has the nature of one: it has the unit of x,
  // and sums over groups have a meaning where those of x have.
  bool keeps_nature() const { return unit == UnitOf::kX; }
};

// Null where there is none. "p95" is that of the percentiles.
const Function* FindFunction(absl::string_view name);
// Of p1 to p99; 0 for every other name.
int PercentOf(absl::string_view name);
// In the order of the table.
std::vector<const Function*> AllFunctions();

// One more row, as long as it lives; for tests, one at a time.
class FunctionForTest {
 public:
  explicit FunctionForTest(const Function* function);
  ~FunctionForTest();
  FunctionForTest(const FunctionForTest&) = delete;
  FunctionForTest& operator=(const FunctionForTest&) = delete;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_FUNC_FUNCTIONS_H_
