// What may be asked for and tested: metrics, numbers, arithmetic, functions
// and conditions on members, to build statements from.
//
//   Avg("dau").As("a")                                  avg(dau) AS a
//   Of("dau", Is("app", "A")) / Of("dau", Is("app", "B"))
//                                         dau{app='A'} / dau{app='B'}
//   Max(Avg("dau")).Every(Months())       max(avg(dau) EVERY month)
//   Share(UserDays("dau")).Within("region")
//   FirstTime(Of("dau") >= 1e8)
//
// Everything here is a plain value and owns what it holds; threads may share
// it. Nothing is checked here beyond its type: a statement is checked when it
// is asked, with the language's own messages. query/LANGUAGE.md, section 6,
// says what each function is.

#ifndef FOOTFALL_ASK_VALUE_H_
#define FOOTFALL_ASK_VALUE_H_

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "footfall/ask_calendar.h"
#include "footfall/statement.h"

#pragma GCC visibility push(default)
namespace footfall::ask {

// --- Conditions: WHERE, and the braces of a metric. A member is a text or
// Param("name"); it is compared byte by byte and never parsed.
Condition Is(std::string dimension, Text member);
Condition IsNot(std::string dimension, Text member);
Condition In(std::string dimension, std::vector<Text> members);
Condition NotIn(std::string dimension, std::vector<Text> members);
Condition Like(std::string dimension, Text pattern);  // % any text, _ one
Condition NotLike(std::string dimension, Text pattern);

// --- Numbers: a whole one that fits int64, else a double; or Param("name").
struct Amount {
  // NOLINTBEGIN(google-explicit-constructor): it is what they are.
  template <std::integral Whole>
  Amount(Whole whole) {
    if (std::in_range<int64_t>(whole)) {
      number = Number{static_cast<int64_t>(whole)};
    } else {
      number = Number{static_cast<double>(whole)};
    }
  }
  Amount(bool) = delete;  // no number
  Amount(char) = delete;
  Amount(double decimal) : number(Number{decimal}) {}
  Amount(Parameter parameter) : number(std::move(parameter)) {}
  // NOLINTEND(google-explicit-constructor)

  std::variant<Number, Parameter> number = {};
};

// --- An expression. A string is the name of a metric (in HAVING and ORDER BY
// also of an item or a dimension), anything numeric a number.
class Value {
 public:
  // NOLINTBEGIN(google-explicit-constructor): it is what they are.
  Value(std::string name);
  Value(const char* name) : Value(std::string(name)) {}
  template <typename Any>
  requires std::convertible_to<Any, Amount> Value(Any amount)
      : Value(Amount(std::move(amount)), 0) {}
  Value(const Date& date) : expr_{date, {}} {}
  Value(Expr expr) : expr_(std::move(expr)) {}
  // NOLINTEND(google-explicit-constructor)

  const Expr& expr() const { return expr_; }

  // The item of that name: `dau AS users`.
  Item As(std::string name) const;

  friend Value operator+(Value a, Value b) { return Join(a, '+', b); }
  friend Value operator-(Value a, Value b) { return Join(a, '-', b); }
  friend Value operator*(Value a, Value b) { return Join(a, '*', b); }
  friend Value operator/(Value a, Value b) { return Join(a, '/', b); }
  friend Value operator-(Value a) { return Negate(std::move(a)); }

  // Tests, for HAVING, FirstTime, Streak, Runs and Count; for HAVING alone
  // whether there is a value. Not equality of trees: that is `a.expr() ==
  // b.expr()`.
  friend Test operator==(Value a, Value b) {
    return Compare(a, Comparison::kEqual, b);
  }
  friend Test operator!=(Value a, Value b) {
    return Compare(a, Comparison::kNotEqual, b);
  }
  friend Test operator<(Value a, Value b) {
    return Compare(a, Comparison::kLess, b);
  }
  friend Test operator<=(Value a, Value b) {
    return Compare(a, Comparison::kLessEqual, b);
  }
  friend Test operator>(Value a, Value b) {
    return Compare(a, Comparison::kGreater, b);
  }
  friend Test operator>=(Value a, Value b) {
    return Compare(a, Comparison::kGreaterEqual, b);
  }
  friend Test IsMissing(Value a) {
    return {std::move(a.expr_), Comparison::kIsMissing, {}, {}};
  }
  friend Test IsNotMissing(Value a) {
    return {std::move(a.expr_), Comparison::kIsNotMissing, {}, {}};
  }

 protected:
  Expr expr_;

 private:
  Value(Amount amount, int);
  static Value Join(Value& a, char op, Value& b);
  static Value Negate(Value a);
  static Test Compare(Value& a, Comparison comparison, Value& b);
};

namespace internal {
// What braces hold, one by one.
inline void Pick(Condition condition, Operand* operand) {
  operand->conditions.push_back(std::move(condition));
}
inline void Pick(Range range, Operand* operand) {
  operand->during = std::move(range);
}
}  // namespace internal

// A metric with conditions and a range of its own:
// Of("dau", Is("platform", "web"), During(Month(2024, 12))). Each pick is a
// Condition or a Range; of two ranges the last counts.
template <typename... Picks>
Value Of(std::string metric, Picks... picks) {
  Operand operand;
  operand.metric = std::move(metric);
  (internal::Pick(std::move(picks), &operand), ...);
  return Expr{std::move(operand), {}};
}

// The date of an event: event('release', 'LLM'); without a name the earliest of
// the kind that applies to the row.
class EventDate : public Value {
 public:
  explicit EventDate(Text kind, std::optional<Text> name = std::nullopt);
  const EventReference& event() const {
    return std::get<EventReference>(expr_.node);
  }
};

// --- Functions. One argument: a value, a test, a stretch of time, a range of
// offsets, or a text, which Apply takes as Quoted{"..."}.
struct Quoted {
  std::string text = {};
};
// An argument.
struct Input {
  // NOLINTBEGIN(google-explicit-constructor): it is what they are.
  template <typename Any>
  requires std::convertible_to<Any, Value> Input(Any value)
      : argument{Value(std::move(value)).expr(), {}} {}
  Input(Test test) : argument{std::move(test), {}} {}
  Input(Duration duration) : argument{duration, {}} {}
  Input(OffsetRange range) : argument{range, {}} {}
  Input(Quoted quoted) : argument{std::move(quoted.text), {}} {}
  // NOLINTEND(google-explicit-constructor)

  Argument argument = {};
};

// A call, which may go on to say over which buckets and dimensions it works.
class FunctionValue : public Value {
 public:
  FunctionValue(std::string name, std::vector<Input> inputs);

  // max(avg(dau) EVERY month): Max(Avg("dau")).Every(Months()).
  FunctionValue Every(const Bucket& bucket) const;
  // avg(dau OVER 28 days), sum(revenue OVER month TO DATE), max(dau OVER ..).
  FunctionValue Over(const Duration& back) const;
  FunctionValue OverToDate(Unit unit) const;
  FunctionValue OverRange() const;
  // avg(price ACROSS region), share(dau WITHIN region); at least one.
  template <std::convertible_to<std::string>... Names>
  FunctionValue Across(Names... dimensions) const {
    return Scoped(Call::Scope::kAcross, {std::move(dimensions)...});
  }
  template <std::convertible_to<std::string>... Names>
  FunctionValue Within(Names... dimensions) const {
    return Scoped(Call::Scope::kWithin, {std::move(dimensions)...});
  }
  // avg(dau WITHIN ALL)
  FunctionValue WithinAll() const {
    return Scoped(Call::Scope::kWithin, {"all"});
  }

 private:
  FunctionValue Windowed(const footfall::Over& over) const;
  FunctionValue Scoped(Call::Scope scope,
                       std::vector<std::string> dimensions) const;
};

// Any function by its name; those below are shorter.
template <std::convertible_to<Input>... Inputs>
FunctionValue Apply(std::string function, Inputs... inputs) {
  return {std::move(function), {Input(std::move(inputs))...}};
}

// Over time, and with Across() across series.
FunctionValue Sum(Value x);
FunctionValue Avg(Value x);
FunctionValue Min(Value x);
FunctionValue Max(Value x);
FunctionValue First(Value x);
FunctionValue Last(Value x);
FunctionValue Count(Value x);
FunctionValue Count(Test test);
FunctionValue Median(Value x);
FunctionValue Percentile(int percent, Value x);  // 1 to 99
FunctionValue Stddev(Value x);
FunctionValue UserDays(Value x);
FunctionValue Coverage(Value x);
FunctionValue FirstTime(Test test);
FunctionValue LastTime(Value x);
FunctionValue TimeOf(Value extreme);  // when(), of Max(..) or Min(..)
FunctionValue Age(Value x);
FunctionValue Streak(Test test);
FunctionValue CountInTop(Value x, int64_t k);
FunctionValue Slope(Value x);
FunctionValue Cagr(Value x);
FunctionValue Corr(Value x, Value y);

// Between rows.
FunctionValue Bounds(Value x);
FunctionValue Share(Value x);
FunctionValue TopShare(Value x);
FunctionValue Contribution(Value x, const Duration& back);
FunctionValue Lag(Value x, const Duration& back);
FunctionValue Delta(Value x, const Duration& back);
FunctionValue Growth(Value x, const Duration& back);
FunctionValue Ma(Value x, int64_t buckets);
FunctionValue Cumulative(Value x);
FunctionValue Rank(Value x);
FunctionValue RankDelta(Value x, const Duration& back);
FunctionValue DaysBetween(Value a, Value b);
FunctionValue Events();
FunctionValue Events(std::string kind);
FunctionValue Abs(Value x);

// Whole answers.
FunctionValue Changepoints(Value x, int64_t n);
FunctionValue Runs(Test test);
FunctionValue Corr(Value x, Value y, const OffsetRange& lags);

}  // namespace footfall::ask
#pragma GCC visibility pop

#endif  // FOOTFALL_ASK_VALUE_H_
