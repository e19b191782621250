// The language as a tree of C++ values: what the parser builds from text, and
// what a program may build itself. query/LANGUAGE.md gives the meaning.
//
// Trees are plain values that own all they hold: copy, compare, move; threads
// may read one at once. Equality ignores `source`, so Parse(Print(tree)) ==
// tree. footfall/ask.h builds them shortly.

#ifndef FOOTFALL_STATEMENT_H_
#define FOOTFALL_STATEMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "footfall/database.h"
#include "footfall/metric.h"
#include "footfall/period.h"

#pragma GCC visibility push(default)
namespace footfall {

// Where a node stands in the text it came from: bytes [begin, end). Empty in
// trees that a program built.
struct Source {
  uint32_t begin = 0;
  uint32_t end = 0;
  // Trees compare by what they say, not by where it was written.
  friend bool operator==(const Source&, const Source&) { return true; }
};

// Where the parts of a list stand, in its order; empty in trees that a program
// built.
struct Sources {
  std::vector<Source> list = {};
  Source at(size_t index) const {
    return index < list.size() ? list[index] : Source{};
  }
  friend bool operator==(const Sources&, const Sources&) { return true; }
};

// $name: its value is given beside the statement.
struct Parameter {
  std::string name = {};
  Source source = {};
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

using Text = std::variant<std::string, Parameter>;
using DateArgument = std::variant<Date, Parameter>;

// `dim = 'x'`, `dim NOT IN (...)`, ...
struct Condition {
  enum class Test : uint8_t {
    kEqual,
    kNotEqual,
    kIn,
    kNotIn,
    kLike,
    kNotLike,
  };
  std::string dimension = {};
  Test test = Test::kEqual;
  std::vector<Text> texts = {};  // one, or for kIn and kNotIn one or more
  Source source = {};
  Source dimension_source = {};
  Sources text_sources = {};
  friend bool operator==(const Condition&, const Condition&) = default;
};

// 2025-01..2025-03, 2025.., ..2025, ..; one date: both sides.
struct RangeBetween {
  std::optional<DateArgument> first = {};
  std::optional<DateArgument> last = {};
  // Written as a single date (or parameter); then `first` holds it and `last`
  // is empty.
  bool one_date = false;
  Source first_source = {};
  Source last_source = {};
  friend bool operator==(const RangeBetween&, const RangeBetween&) = default;
};

// LAST 30 days COMPLETE, LAST 1 month TO DATE
struct RangeLast {
  int64_t count = 1;
  Unit unit = Unit::kDay;
  enum class End : uint8_t {
    kUnitOfNow,  // with the unit that holds *now*
    kComplete,   // with the last unit that is over
    kToDate,     // with the last step of the metric that is over
  };
  End end = End::kUnitOfNow;
  friend bool operator==(const RangeLast&, const RangeLast&) = default;
};

// 0..27 days: units since the event, both included. In braces under ALIGN.
struct RangeOffsets {
  int64_t first = 0;
  int64_t last = 0;
  Unit unit = Unit::kDay;
  friend bool operator==(const RangeOffsets&, const RangeOffsets&) = default;
};

// What follows DURING.
struct Range {
  using Between = RangeBetween;
  using Last = RangeLast;
  using Offsets = RangeOffsets;
  std::variant<Between, Last, Offsets> form = {};
  Source source = {};
  friend bool operator==(const Range&, const Range&) = default;
};

struct Expr;
struct Argument;

// Lists of what lies below in a tree. They destroy trees of any depth without
// running out of stack. Copying and comparing take stack for each level.
struct ExprList : std::vector<Expr> {
  using std::vector<Expr>::vector;
  ExprList();
  ExprList(const ExprList&);
  ExprList(ExprList&&) noexcept;
  ExprList& operator=(const ExprList&);
  ExprList& operator=(ExprList&&) noexcept;
  ~ExprList();
};
// Likewise.
struct ArgumentList : std::vector<Argument> {
  using std::vector<Argument>::vector;
  ArgumentList();
  ArgumentList(const ArgumentList&);
  ArgumentList(ArgumentList&&) noexcept;
  ArgumentList& operator=(const ArgumentList&);
  ArgumentList& operator=(ArgumentList&&) noexcept;
  ~ArgumentList();
};

// dau, dau{app = 'A', DURING 2024-12}
struct Operand {
  std::string metric = {};
  std::vector<Condition> conditions = {};
  std::optional<Range> during = {};
  Source metric_source = {};
  friend bool operator==(const Operand&, const Operand&) = default;
};

// event('release', 'LLM')
struct EventReference {
  Text kind = {};
  std::optional<Text> name = {};
  Source source = {};
  friend bool operator==(const EventReference&,
                         const EventReference&) = default;
};

// = != < <= > >=
enum class Comparison : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIsMissing,     // IS MISSING, of HAVING alone: `right` is not looked at
  kIsNotMissing,  // IS NOT MISSING, likewise
};

// 1 week
struct Duration {
  int64_t count = 1;
  Unit unit = Unit::kDay;
  friend bool operator==(const Duration&, const Duration&) = default;
};
// -14..14
struct OffsetRange {
  int64_t first = 0;
  int64_t last = 0;
  friend bool operator==(const OffsetRange&, const OffsetRange&) = default;
};

// `OVER 28 days`, `OVER month TO DATE`, `OVER ..`.
struct Over {
  enum class From : uint8_t {
    kUnits,      // so many units before the row's end
    kUnitBegin,  // the begin of the unit that holds the row; `count` is 1
    kRange,      // the start of the range; `count` and `unit` are as they are
  };
  From from = From::kUnits;
  int64_t count = 1;
  Unit unit = Unit::kDay;
  Source source = {};
  friend bool operator==(const Over&, const Over&) = default;
};

// avg(dau EVERY month), share(dau WITHIN region), first_time(dau >= 1e8);
// WITHIN ALL has "all" as its only dimension.
struct Call {
  std::string function = {};  // lower case
  ArgumentList arguments = {};
  std::optional<Period> every = {};
  bool every_from = false;  // FROM was said of it
  std::optional<Over> over = {};
  enum class Scope : uint8_t { kNone, kAcross, kWithin };
  Scope scope = Scope::kNone;
  std::vector<std::string> scope_dimensions = {};
  Source function_source = {};
  Source every_source = {};
  Sources scope_sources = {};
  friend bool operator==(const Call&, const Call&);
};

// -dau
struct Negation {
  ExprList inner = {};  // exactly one
  friend bool operator==(const Negation&, const Negation&);
};

// dau / users
struct Arithmetic {
  char op = '+';        // + - * /
  ExprList sides = {};  // exactly two: left, right
  friend bool operator==(const Arithmetic&, const Arithmetic&);
};

// 42, -0.5
struct Number {
  // int64 where it was written in digits alone and fits, else double; a minus
  // right before it is part of it.
  std::variant<int64_t, double> value = int64_t{0};
  friend bool operator==(const Number&, const Number&) = default;
};

// A value: what items, tests and arguments are made of.
struct Expr {
  std::variant<Number, Parameter, Operand, Call, Negation, Arithmetic,
               EventReference, Date>
      node = {};
  Source source = {};
  friend bool operator==(const Expr&, const Expr&) = default;
};

// expr cmp expr, or expr IS [NOT] MISSING
struct Test {
  Expr left = {};
  Comparison comparison = Comparison::kEqual;
  Expr right = {};
  Source source = {};
  friend bool operator==(const Test&, const Test&) = default;
};

// An argument of a call; a text is the name of a dimension or of a kind.
struct Argument {
  std::variant<Expr, Test, Duration, OffsetRange, std::string> form = {};
  Source source = {};
  friend bool operator==(const Argument&, const Argument&) = default;
};

// dau AS users
struct Item {
  Expr expr = {};
  std::optional<std::string> name = {};  // AS
  Source source = {};
  Source name_source = {};
  friend bool operator==(const Item&, const Item&) = default;
};

// Of a dimension or a metric, where it is written.
struct Name {
  std::string name = {};
  Source source = {};
  friend bool operator==(const Name&, const Name&) = default;
};

enum class FillMode : uint8_t { kNone, kNull, kZero, kPrevious, kLinear };

// EVERY month FILL zero MAX 3, EVERY year TO DATE, EVERY year FROM 4
struct Every {
  Period bucket = {};
  bool to_date = false;  // each bucket is cut where the last one ends
  FillMode fill = FillMode::kNone;
  std::optional<int64_t> fill_max = {};
  bool from = false;  // FROM was said, be it monday or 1
  Source source = {};
  friend bool operator==(const Every&, const Every&) = default;
};

// TOP 10 OTHERS 'others'
struct Top {
  int64_t count = 1;
  std::optional<Text> others = {};
  std::vector<Name> within = {};  // dimensions of BY: so many of each
  Source source = {};
  Source others_source = {};
  friend bool operator==(const Top&, const Top&) = default;
};

// A key of ORDER BY.
struct OrderKey {
  std::optional<Expr> expr = {};  // empty: time
  bool descending = false;
  // ASC is written: the order without it, but it turns TOP around too.
  bool ascending = false;
  Source source = {};
  friend bool operator==(const OrderKey&, const OrderKey&) = default;
};

// BY app TOTAL 'all': one more group, of all.
struct Total {
  Text name = {};
  Source source = {};
  friend bool operator==(const Total&, const Total&) = default;
};

// `ALIGN ON event(..) DURING -14..28 days`; also of `EACH event(..)` and of
// `first_time(dau >= 1e5)`.
struct Align {
  EventReference event = {};
  bool each = false;
  std::optional<Expr> start = {};  // a call, in place of the event
  int64_t first = 0;
  int64_t last = 0;
  Unit unit = Unit::kDay;
  Source source = {};
  friend bool operator==(const Align&, const Align&) = default;
};

// IN ZONE 'Asia/Shanghai'
struct Zone {
  Text name = {};
  Source source = {};
  friend bool operator==(const Zone&, const Zone&) = default;
};

// SELECT: a question.
struct Select {
  std::vector<Item> items = {};
  std::vector<Condition> where = {};
  std::optional<Range> during = {};
  std::optional<Align> align = {};
  std::vector<Name> by = {};
  std::optional<Total> total = {};
  std::optional<Every> every = {};
  std::vector<Test> having = {};
  std::optional<Top> top = {};
  std::vector<OrderKey> order_by = {};
  std::optional<int64_t> limit = {};
  Source limit_source = {};
  std::optional<Zone> zone = {};
  friend bool operator==(const Select&, const Select&) = default;
};

// SHOW: what there is.
struct Show {
  enum class What : uint8_t {
    kMetrics,
    kMembers,
    kSeries,
    kAliases,
    kEvents,
    kRetention,
    kAttributes
  };
  What what = What::kMetrics;
  std::optional<Name> name = {};  // kMembers: dimension; kSeries: metric
  std::optional<Text> kind = {};  // kEvents
  std::vector<Condition> where = {};
  std::optional<Range> during = {};
  Source source = {};  // of what is shown
  friend bool operator==(const Show&, const Show&) = default;
};

// DEFINE METRIC
struct Define {
  // A dimension written without a rule has taken that of OVER TIME.
  MetricSpec spec = {};
  Source source = {};  // of the name
  friend bool operator==(const Define&, const Define&) = default;
};

// INSERT INTO dau (TIME, VALUE, app) VALUES (..), (..)
struct Insert {
  Name metric = {};
  std::vector<Name> dimensions = {};
  struct Row {
    DateArgument time = {};
    std::variant<Number, Parameter> value = {};
    std::vector<Text> members = {};
    Source source = {};
    Sources parts = {};  // time, value, members
    friend bool operator==(const Row&, const Row&) = default;
  };
  std::vector<Row> rows = {};
  friend bool operator==(const Insert&, const Insert&) = default;
};

// IMPORT 'file.csv' INTO dau (..)
struct Import {
  Text path = {};
  Name metric = {};                        // "" where every VALUE says INTO
  bool events = false;                     // INTO EVENTS
  std::optional<Name> attributes_of = {};  // INTO ATTRIBUTES OF
  struct Column {
    enum class Role : uint8_t {
      kTime,
      kValue,
      kDimension,  // of events: FOR
      kConstant,   // likewise, one member for all rows
      kValuesOf,
      kKind,
      kName,
      kNote,
      kSource,
    };
    Role role = Role::kDimension;
    std::string header = {};         // of the file; empty for a constant
    std::string dimension = {};      // kDimension, kConstant, kValuesOf
    std::optional<Text> empty = {};  // EMPTY 'unknown'
    std::optional<Text> constant =
        {};  // kConstant, and kKind and kName of a text
    Source source = {};
    // kTime: columns after the first. kValuesOf: the columns, or with
    // `all_others` those that are left out.
    std::vector<std::string> headers = {};
    bool all_others = false;        // kValuesOf: *
    std::optional<Name> into = {};  // kValue: INTO
    bool trim = false;              // kDimension: TRIM
    bool fold_case = false;         // kDimension: FOLD CASE
    friend bool operator==(const Column&, const Column&) = default;
  };
  std::vector<Column> columns = {};
  std::optional<Text> rejects = {};
  std::optional<Zone> zone = {};
  Source path_source = {};
  Source rejects_source = {};
  // WHERE, on columns of the file.
  struct Filter {
    std::string header = {};
    std::vector<Text> texts = {};
    bool negated = false;
    Source source = {};
    friend bool operator==(const Filter&, const Filter&) = default;
  };
  std::vector<Filter> where = {};
  std::optional<Text> format = {};
  std::optional<Text> delimiter = {};
  std::optional<Text> quote = {};
  std::optional<int64_t> skip = {};
  std::optional<Text> encoding = {};
  std::optional<Text> decimal = {};
  std::optional<Text> thousands = {};
  std::vector<Text> null_words = {};
  std::optional<SameSample> duplicates = {};
  Source clauses_source = {};  // of all after the columns
  friend bool operator==(const Import&, const Import&) = default;
};

// EXPORT METRIC dau TO 'file.csv', EXPORT (SELECT ..) TO 'file.csv'
struct Export {
  enum class Format : uint8_t { kCsv, kTsv, kJsonLines };
  std::optional<Select> question = {};
  Name metric = {};  // where there is no question
  Text path = {};
  std::optional<Format> format = {};  // of a question; csv unless set
  Source path_source = {};
  friend bool operator==(const Export&, const Export&) = default;
};

// DELETE dau WHERE .. DURING ..
struct Delete {
  Name metric = {};
  std::vector<Condition> where = {};
  Range during = {};
  friend bool operator==(const Delete&, const Delete&) = default;
};

// Changes what a metric is declared as. At least one change.
struct Alter {
  Name metric = {};
  MetricChanges changes = {};
  // KEEP with tiers: what is said of the metric's own grid.
  std::optional<Period> keep_grid = {};
  Source keep = {};     // what follows KEEP
  Source renamed = {};  // the new name
  Sources rules = {};   // of changes.rules
  friend bool operator==(const Alter&, const Alter&) = default;
};

// DROP METRIC, EVENT, ALIAS, ATTRIBUTE
struct Drop {
  enum class What : uint8_t { kMetric, kEvent, kAlias, kAttribute };
  What what = What::kMetric;
  std::optional<Name> name = {};  // kMetric: metric; else: dimension
  std::optional<Text> kind = {};  // kEvent
  // kEvent: name; kAlias: old member; kAttribute: member
  std::optional<Text> text = {};
  std::optional<DateArgument> on = {};  // kEvent
  std::optional<Name> attribute = {};   // kAttribute
  friend bool operator==(const Drop&, const Drop&) = default;
};

// ADD EVENT 'release' 'V3' ON 2024-12-26
struct AddEvent {
  Text kind = {};
  Text name = {};
  DateArgument on = {};
  struct For {
    Name dimension = {};
    Text member = {};
    friend bool operator==(const For&, const For&) = default;
  };
  std::vector<For> members = {};
  std::optional<Text> note = {};
  std::optional<Text> event_source = {};
  friend bool operator==(const AddEvent&, const AddEvent&) = default;
};

// ALIAS app 'old' = 'new'
struct AddAlias {
  std::optional<Name> dimension = {};
  Text old_name = {};
  Text new_name = {};
  std::optional<DateArgument> from = {};
  friend bool operator==(const AddAlias&, const AddAlias&) = default;
};

// ATTRIBUTE app 'Alpha' category = 'chat'
struct AddAttribute {
  Name dimension = {};
  Text member = {};
  Name name = {};
  Text value = {};
  std::optional<DateArgument> from = {};
  friend bool operator==(const AddAttribute&, const AddAttribute&) = default;
};

// Folds, seals and compacts a metric, or all.
struct Compact {
  std::optional<Name> metric = {};
  friend bool operator==(const Compact&, const Compact&) = default;
};

// Any statement, with EXPLAIN before it or not.
struct Statement {
  enum class Explain : uint8_t { kNo, kPlan, kAnalyze };
  Explain explain = Explain::kNo;
  std::variant<Select, Show, Define, Insert, Import, Delete, Drop, AddEvent,
               AddAlias, Compact, Export, Alter, AddAttribute>
      node = {};
  Source source = {};
  friend bool operator==(const Statement&, const Statement&) = default;
};

inline ExprList::ExprList() = default;
inline ExprList::ExprList(const ExprList&) = default;
inline ExprList::ExprList(ExprList&&) noexcept = default;
inline ExprList& ExprList::operator=(const ExprList&) = default;
inline ExprList& ExprList::operator=(ExprList&&) noexcept = default;
inline ArgumentList::ArgumentList() = default;
inline ArgumentList::ArgumentList(const ArgumentList&) = default;
inline ArgumentList::ArgumentList(ArgumentList&&) noexcept = default;
inline ArgumentList& ArgumentList::operator=(const ArgumentList&) = default;
inline ArgumentList& ArgumentList::operator=(ArgumentList&&) noexcept = default;

inline bool operator==(const Call& a, const Call& b) {
  return a.function == b.function && a.arguments == b.arguments &&
         a.every == b.every && a.every_from == b.every_from &&
         a.over == b.over && a.scope == b.scope &&
         a.scope_dimensions == b.scope_dimensions;
}
inline bool operator==(const Negation& a, const Negation& b) {
  return a.inner == b.inner;
}
inline bool operator==(const Arithmetic& a, const Arithmetic& b) {
  return a.op == b.op && a.sides == b.sides;
}

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_STATEMENT_H_
