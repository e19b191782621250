// A question made ready to run: names are looked up, dates are resolved, and
// everything that would be false has been refused.
//
//   operand   samples of one metric under conditions     [groups x steps]
//   leaf      a function over time of operands           [groups x buckets]
//   row       arithmetic and transforms of leaves        a cell of the answer

#ifndef FOOTFALL_QUERY_PLAN_PLAN_H_
#define FOOTFALL_QUERY_PLAN_PLAN_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "footfall/event.h"
#include "footfall/metric.h"
#include "footfall/period.h"
#include "footfall/statement.h"
#include "query/cell/cell.h"
#include "query/func/aggregate.h"
#include "query/func/functions.h"
#include "query/plan/member_set.h"
#include "query/plan/time_picks.h"

namespace footfall::query {

// A stretch of time as a statement says it. A side that is missing is the
// first or last sample read.
struct TimeWindow {
  std::optional<Date> first;  // from its start
  std::optional<Date> last;   // to its end
  bool said = false;          // a DURING stands there
  friend bool operator==(const TimeWindow&, const TimeWindow&) = default;
};

struct AcrossParts;

// f(metric ACROSS dim, ...), or f(expression ACROSS dim, ...).
struct Across {
  Aggregate function = Aggregate::kAvg;  // kSum, kAvg, kMin, kMax, kCount,
                                         // kQuantile or kStddev
  double quantile = 0.5;
  std::string name;             // of the function, as it is written
  std::vector<int> dimensions;  // of the metric; none is in BY
  // Of an expression, whose first metric stands for it; null: of the metric.
  std::shared_ptr<const AcrossParts> parts;
};
bool operator==(const Across& a, const Across& b);

// An operand as it is written: the conditions that hold for it, of braces and
// of WHERE, and its range; null: none. Points into the statement.
struct OperandMention {
  std::vector<const Condition*> conditions;
  const Range* during = nullptr;
  friend bool operator==(const OperandMention&,
                         const OperandMention&) = default;
};

// Where weeks, quarters and years begin.
struct UnitBegins {
  absl::Weekday week = absl::Weekday::monday;
  int32_t month = 1;  // of years, and of a quarter of theirs

  // A period that begins there.
  Period Of(Period period) const;
};

struct BoundOperand {
  // The ways in which it is written; the first stands for all. They are as long
  // of use as the statement is there.
  std::vector<OperandMention> mentions;
  std::shared_ptr<const Metric> metric;
  // Of the metric's last dimensions, which are attributes that the question
  // names: the dimension that each follows from. No series has them stored.
  std::vector<int> attribute_of;
  Grid grid;                     // the metric's, in the zone of IN ZONE
  std::vector<MemberSet> picks;  // [dimensions] what conditions allow
  TimePicks time_picks;          // which steps they leave
  // [BY dimensions] the metric's dimension that it is split by; -1: braces name
  // the dimension, and the operand's value stands in every row; kByPart: no
  // dimension, but a part of the calendar.
  static constexpr int kByPart = -2;
  std::vector<int> by;
  std::optional<Across> across;
  UnitBegins begins;  // of the whole question
  TimeWindow window;
  bool own_window = false;  // DURING stands in its braces
  // Of ALIGN: that DURING, in units since the event.
  std::optional<Range::Offsets> offsets;
  // The range ends with the last step that is over, for something looks back.
  bool to_date = false;
  bool in_product = false;  // it is a factor, or part of one
  // The steps wholly inside the window; ALIGN: around all events that may
  // count.
  StepRange range;
  std::optional<Buckets> buckets;  // what EVERY cuts; none: the whole range
  footfall::Source source;
  // Rising. Where set, members of the one BY dimension that are not read: all
  // others are one group (TOP .. OTHERS).
  std::optional<std::vector<MemberId>> others_than;
  // Groups that only series which are not split tell of are kept, for totals
  // and ranks.
  bool keeps_hidden = false;

  // Of its values; ACROSS may make decimals of integers.
  bool decimal() const {
    return across.has_value()
               ? GivesDecimal(across->function, decimal_members())
               : metric->spec.value_type == ValueType::kDecimal;
  }
  // Of the values that ACROSS combines.
  bool decimal_members() const;
  bool broadcast() const {
    for (const int dimension : by) {
      if (dimension == -1) return true;
    }
    return false;
  }
};

// A function over time, and what it takes beside the steps.
struct TimeFunction {
  using Kind = TimeKind;
  const Function* row = nullptr;  // of the table; null: a bare metric
  Kind kind = Kind::kReduce;
  Aggregate aggregate = Aggregate::kFirst;
  double quantile = 0.5;
  Comparison comparison = Comparison::kEqual;  // of the test
  Scalar threshold;
  int64_t count = 0;           // kCountInTop: k
  std::optional<int64_t> lag;  // kCorrelation: of a whole answer's row

  bool Is(Aggregate other) const {
    return kind == Kind::kReduce && aggregate == other;
  }
};
bool operator==(const TimeFunction& a, const TimeFunction& b);
// Whether it has a value of a bucket without samples: 0.
bool CountsNothing(const TimeFunction& function);
// How its results combine, from how its steps do.
RuleOf RuleOfResult(const TimeFunction& function);

// A value at each step. The steps are those of the operands' grid or, of what
// stands in a call with an EVERY of its own, the buckets of that EVERY:
//
//   max(avg(dau) EVERY month)    a leaf: the largest of the steps of
//     avg(dau)                   kOverTime: a step a month, each made of
//       dau                      kOperand: a step a day
struct StepExpr {
  enum class Kind : uint8_t {
    kNumber,
    kOperand,
    kNegate,
    kArithmetic,
    kOverTime,
    kShift,  // beside, or instead, the value of an earlier inner bucket
  };
  Kind kind = Kind::kNumber;
  Scalar number;  // kNumber
  // kOperand: index into Plan::operands. kOverTime: that gives grid and range.
  size_t operand = 0;
  char op = '+';                   // kArithmetic
  Related related = Related::kNo;  // its sides
  TimeFunction function;           // kOverTime
  // kOverTime, kShift: its buckets, index into Plan::inner.
  size_t every = 0;
  // kShift: lag, delta or growth, of which the last two are missing where the
  // bucket, or the earlier one, is not whole.
  enum class Shift : uint8_t { kLag, kDelta, kGrowth };
  Shift shift = Shift::kLag;
  Duration back;
  // kNegate, kShift: one; kArithmetic: two; kOverTime: one, kCorrelation two.
  std::vector<StepExpr> sides;
  bool is_decimal = false;
};
bool operator==(const StepExpr& a, const StepExpr& b);
// Indices of the operands that it reads, each once.
std::vector<size_t> OperandsOf(const StepExpr& expr);
// Whose buckets its steps are; nullopt: steps of the operands' grid.
std::optional<size_t> InnerOf(const StepExpr& expr);

// What f(expression ACROSS dim, ...) works out for each member.
struct AcrossParts {
  // Each split by the ACROSS dimensions too, behind those of BY.
  std::vector<BoundOperand> operands;
  StepExpr expr;  // of indices of these
  // How its values combine over time.
  Additivity over_time = Additivity::kLevel;
  bool counts_users = false;  // one of them does
  std::string name;           // as it is printed
};

// An EVERY inside a call.
struct InnerEvery {
  Period period;
  // Some function has a value of a bucket without samples: count, coverage.
  bool counts_nothing = false;
  bool shifts = false;  // some value is that of an earlier bucket
  // Windows look at those before the range, which cuts none of them there.
  bool looks_before = false;
  std::vector<std::optional<Buckets>> buckets;  // [operands]; none: not read
};

// What share() asks of its operands: they are counted as parts of a total,
// where a not-split group counts with what it exceeds its parts by.
struct TotalRole {
  bool is_total = false;
  // [BY dimensions] by which totals are told apart (WITHIN).
  std::vector<bool> within;
  friend bool operator==(const TotalRole&, const TotalRole&) = default;
};

// f(x OVER ..): a row's cell is of these steps in place of its bucket's, to the
// bucket's end.
struct BoundWindow {
  Over over;
  size_t operand = 0;            // the leaf's, on whose grid it is cut
  std::vector<size_t> operands;  // all that are read there
  std::optional<Buckets> units;  // kUnitBegin
  friend bool operator==(const BoundWindow& a, const BoundWindow& b) {
    return a.over == b.over && a.operand == b.operand &&
           a.operands == b.operands;
  }
};

// A function over time of operands: the steps of a bucket become a cell.
struct Leaf {
  TimeFunction function;
  StepExpr steps;
  std::optional<StepExpr> other;  // kCorrelation
  size_t operand = 0;             // that gives grid, range and buckets
  bool whole_range = false;  // one bucket whatever EVERY says: what TOP judges
  std::optional<Duration> back;  // with it, the range that much earlier
  bool bare = false;             // a metric at its own period
  std::optional<size_t> window;  // OVER: index into Plan::windows
  TotalRole total;
  bool is_decimal = false;  // of the cells
  bool is_date = false;     // the integer is a step of the operand's grid
  std::string name;         // as printed, of those that notes speak of
};
bool operator==(const Leaf& a, const Leaf& b);
// Indices of the operands that it reads, each once.
std::vector<size_t> OperandsOf(const Leaf& leaf);

// What stands in a row.
struct RowExpr {
  enum class Kind : uint8_t {
    kNumber,
    kLeaf,
    kNegate,
    kAbsolute,
    kArithmetic,
    kTransform,
    kFinished,
    kEvent,
    kEventNames,
    kDaysBetween,
  };
  Kind kind = Kind::kNumber;
  Scalar number;         // kNumber
  size_t leaf = 0;       // kLeaf: index into Plan::leaves
  size_t item = 0;       // kFinished: index into Plan::items, as it is printed
  size_t transform = 0;  // kTransform: index into Plan::transforms
  size_t events = 0;     // kEvent, kEventNames: index into Plan::events
  char op = '+';         // kArithmetic
  Related related = Related::kNo;  // its sides
  // kNegate, kAbsolute: one; kArithmetic, kDaysBetween: two.
  std::vector<RowExpr> sides;
  bool is_decimal = false;
  bool is_date = false;  // the integer is a date (PackDate)
  bool is_text = false;  // kEventNames: it has no number
};

// The events of one event() or events(), in time order: those that WHERE
// leaves.
struct BoundEvents {
  static constexpr MemberId kNoSuchMember = UINT32_MAX;  // no group has it
  struct One {
    std::shared_ptr<const Event> event;
    absl::CivilSecond begin;  // of its date, in the zone of the question
    // [BY dimensions] what its FOR says there; empty: nothing.
    std::vector<MemberId> members;
  };
  std::optional<std::string> kind;
  std::optional<std::string> name;
  bool one_date = false;    // event(): one of them is meant
  std::vector<One> events;  // in the order in which they begin
  footfall::Source source;
};

struct AlignStart;

// ALIGN: the range of each group is counted from an event of its own.
struct BoundAlign {
  size_t events = 0;  // index into Plan::events
  bool each = false;  // a row, or stretch of rows, for each that applies
  // ALIGN ON first_time(..): the question that finds the dates; `events` is
  // empty. Once it was run, `starts` has those found, by the groups' members.
  std::shared_ptr<const AlignStart> start;
  std::string start_name;  // as printed
  std::vector<std::pair<std::array<MemberId, kMaxDimensions>, Date>> starts;
  // Units from the step that holds the event's beginning, both included.
  int64_t first = 0;
  int64_t last = 0;
  footfall::Unit unit = footfall::Unit::kDay;
  int64_t bucket_units = 0;  // in a bucket of EVERY; 0: there is none
};

// changepoints(x, n), whose x is the only item.
struct BoundChangepoints {
  size_t cuts = 1;
  size_t events = 0;  // index into Plan::events: all that WHERE leaves
  footfall::Source source;
};

// runs(x > n): the only items are both sides of the test.
struct BoundRuns {
  Comparison comparison = Comparison::kEqual;
  std::string name;  // as printed
};
bool operator==(const RowExpr& a, const RowExpr& b);

// What a row makes of other rows. The rest is arithmetic of these:
//
//   delta(x, d)       x - lag(x, d)
//   growth(x, d)      x / lag(x, d) - 1        where no row is partial
//   rank_delta(x, d)  lag(rank(x), d) - rank(x)    likewise
struct Transform {
  enum class Kind : uint8_t {
    kShare,
    kContribution,  // (x - lag(x, d)) / lag(T, d), T being x of all groups
    kLag,
    kMovingAverage,
    kCumulative,
    kRank,
    kWithin,    // a function of the x of all groups
    kTopShare,  // the sum of the shares, x, of those at or above
  };
  Kind kind = Kind::kShare;
  RowExpr x;
  int64_t count = 0;  // kMovingAverage: buckets; else units back
  footfall::Unit unit = footfall::Unit::kDay;  // kLag, kContribution
  // Likewise: missing where the row, or the one it looks back to, is partial.
  bool no_partial = false;
  // kLag of a sum: as written, and of the mean of a step; else empty.
  std::string name;
  std::string mean;
  RowExpr counted;  // of a total: x as it counts in it
  // [BY dimensions] whose members groups must share to be compared.
  std::vector<bool> within;
  // kWithin: the function; whether it counts where x passes a test against
  // `other`; whether it is the sum that a share is a part of.
  TimeFunction function;
  bool is_test = false;
  RowExpr other;
  bool is_total = false;
  friend bool operator==(const Transform&, const Transform&) = default;
};

struct BoundItem {
  std::string name;
  RowExpr expr;
  bool bounds = false;  // two columns, low and high
  std::string unit;
  bool is_ratio = false;
};

struct BoundTest {
  RowExpr left;
  Comparison comparison = Comparison::kEqual;
  RowExpr right;
};

struct BoundKey {
  enum class Kind : uint8_t { kTime, kMember, kExpr };
  Kind kind = Kind::kTime;
  size_t by = 0;  // kMember: index into Plan::by
  RowExpr expr;   // kExpr
  bool descending = false;
};

struct BoundTop {
  int64_t count = 1;
  RowExpr expr;
  bool descending = true;
  bool whole_range = false;  // expr reads leaves of the whole range
  std::vector<bool> within;  // [BY dimensions] so many of each of these
  // OTHERS: the name of one more group of all the others.
  std::optional<std::string> others;
};

struct Plan {
  std::vector<BoundOperand> operands;
  std::vector<InnerEvery> inner;
  std::vector<BoundWindow> windows;
  std::vector<Leaf> leaves;
  // Leaves that are last values, and those that say of which step: a note tells
  // where rows are of different ones. Without EVERY.
  std::vector<std::pair<size_t, size_t>> last_times;
  std::vector<BoundEvents> events;
  std::optional<BoundAlign> align;
  // Each stands behind those that it reads.
  std::vector<Transform> transforms;
  std::vector<std::string> by;
  // [BY dimensions] where it is none: the part of the calendar. Groups have the
  // number of its member, from 1.
  std::vector<std::optional<TimePart>> parts;
  std::optional<std::string> total;  // the name of one more group of all
  std::vector<BoundItem> items;
  std::optional<BoundChangepoints> changepoints;
  std::optional<BoundRuns> runs;
  std::vector<BoundTest> having;
  std::optional<BoundTop> top;
  std::vector<BoundKey> order_by;
  std::optional<int64_t> limit;
  // corr(x, y, a..b): an answer of its own, without items; a leaf for each lag.
  bool correlogram = false;
  std::optional<Period> every;  // said or understood
  bool to_date = false;         // of its buckets
  FillMode fill = FillMode::kNone;
  std::optional<int64_t> fill_max;
  std::string zone;  // of IN ZONE; empty: each metric's own
  // What the statement alone says of its answer.
  std::vector<std::string> notes;

  // Whether BY names a part of the calendar.
  bool splits_time() const {
    for (const auto& part : parts) {
      if (part.has_value()) return true;
    }
    return false;
  }
  // Whether BY or a condition does.
  bool has_parts() const {
    for (const BoundOperand& operand : operands) {
      if (operand.time_picks.any()) return true;
    }
    return splits_time();
  }
};

// Whether its cells are decimals.
bool GivesDecimal(const Transform& transform);
// Whether it looks back by `count` and `unit`.
bool LooksBack(const Transform& transform);
// Whether it has a value of a group that has left: a contribution has.
bool SpeaksOfWhoLeft(const Plan& plan, const RowExpr& expr);

// SELECT first_time(..) of the same members, by itself.
struct AlignStart {
  Select select;
  Plan plan;  // points into `select`
};

// ALIGN ON EACH: the columns that tell the events apart.
inline constexpr absl::string_view kEventTime = "event_time";
std::vector<std::string> TurnColumns(const Plan& plan);
// Dates from which some group may count under ALIGN.
std::vector<Date> DatesOfAlign(const Plan& plan);
// The steps of an operand around all of these, from the first to the last.
StepRange StepsOfAlign(const Plan& plan, const BoundOperand& operand);

// Whether an item has a value of a bucket without samples: counts, coverages
// and what arithmetic makes of them.
bool HasValueOfNothing(const Plan& plan, const RowExpr& expr);
// Whether some item of the plan has, so that there are rows of such buckets.
bool RowsOfNothing(const Plan& plan);

// Dates of the events from which some group may count, if each takes the first
// that applies to it: of those that apply to the same groups, the first.
std::vector<Date> DatesThatCount(const BoundEvents& events);

// Indices of the transforms that an expression names itself, those inside their
// x left out.
std::vector<size_t> TransformsOf(const RowExpr& expr);
// Indices of the operands that it reads, through transforms too; each once.
std::vector<size_t> OperandsOf(const Plan& plan, const RowExpr& expr);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_PLAN_H_
