#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "footfall/ask_value.h"

namespace footfall::ask {
namespace {

Condition On(std::string dimension, Condition::Test test,
             std::vector<Text> texts) {
  Condition condition;
  condition.dimension = std::move(dimension);
  condition.test = test;
  condition.texts = std::move(texts);
  return condition;
}

}  // namespace

Condition Is(std::string dimension, Text member) {
  return On(std::move(dimension), Condition::Test::kEqual, {std::move(member)});
}
Condition IsNot(std::string dimension, Text member) {
  return On(std::move(dimension), Condition::Test::kNotEqual,
            {std::move(member)});
}
Condition In(std::string dimension, std::vector<Text> members) {
  return On(std::move(dimension), Condition::Test::kIn, std::move(members));
}
Condition NotIn(std::string dimension, std::vector<Text> members) {
  return On(std::move(dimension), Condition::Test::kNotIn, std::move(members));
}
Condition Like(std::string dimension, Text pattern) {
  return On(std::move(dimension), Condition::Test::kLike, {std::move(pattern)});
}
Condition NotLike(std::string dimension, Text pattern) {
  return On(std::move(dimension), Condition::Test::kNotLike,
            {std::move(pattern)});
}

Value::Value(std::string name) {
  Operand operand;
  operand.metric = std::move(name);
  expr_.node = std::move(operand);
}

Value::Value(Amount amount, int) {
  if (Number* number = std::get_if<Number>(&amount.number)) {
    expr_.node = *number;
  } else {
    expr_.node = std::get<Parameter>(std::move(amount.number));
  }
}

Item Value::As(std::string name) const {
  Item item;
  item.expr = expr_;
  item.name = std::move(name);
  return item;
}

Value Value::Join(Value& a, char op, Value& b) {
  Arithmetic arithmetic;
  arithmetic.op = op;
  arithmetic.sides.push_back(std::move(a.expr_));
  arithmetic.sides.push_back(std::move(b.expr_));
  return Expr{std::move(arithmetic), {}};
}

// A minus right before a number is part of it, as in the text; the smallest
// int64 has no positive counterpart.
Value Value::Negate(Value a) {
  if (Number* number = std::get_if<Number>(&a.expr_.node)) {
    if (double* decimal = std::get_if<double>(&number->value)) {
      *decimal = -*decimal;
      return a;
    }
    int64_t& whole = std::get<int64_t>(number->value);
    if (whole > std::numeric_limits<int64_t>::min()) {
      whole = -whole;
      return a;
    }
  }
  Negation negation;
  negation.inner.push_back(std::move(a.expr_));
  return Expr{std::move(negation), {}};
}

Test Value::Compare(Value& a, Comparison comparison, Value& b) {
  return {std::move(a.expr_), comparison, std::move(b.expr_), {}};
}

EventDate::EventDate(Text kind, std::optional<Text> name)
    : Value(Expr{EventReference{std::move(kind), std::move(name)}, {}}) {}

FunctionValue::FunctionValue(std::string name, std::vector<Input> inputs)
    : Value(Expr{}) {
  Call call;
  call.function = std::move(name);
  for (Input& input : inputs) {
    call.arguments.push_back(std::move(input.argument));
  }
  expr_.node = std::move(call);
}

FunctionValue FunctionValue::Every(const Bucket& bucket) const {
  FunctionValue value = *this;
  Call& call = std::get<Call>(value.expr_.node);
  call.every = bucket.period;
  call.every_from = bucket.from;
  return value;
}

FunctionValue FunctionValue::Over(const Duration& back) const {
  return Windowed({footfall::Over::From::kUnits, back.count, back.unit, {}});
}

FunctionValue FunctionValue::OverToDate(Unit unit) const {
  return Windowed({footfall::Over::From::kUnitBegin, 1, unit, {}});
}

FunctionValue FunctionValue::OverRange() const {
  return Windowed({footfall::Over::From::kRange, 1, Unit::kDay, {}});
}

FunctionValue FunctionValue::Windowed(const footfall::Over& over) const {
  FunctionValue value = *this;
  std::get<Call>(value.expr_.node).over = over;
  return value;
}

FunctionValue FunctionValue::Scoped(Call::Scope scope,
                                    std::vector<std::string> dimensions) const {
  FunctionValue value = *this;
  Call& call = std::get<Call>(value.expr_.node);
  call.scope = scope;
  call.scope_dimensions = std::move(dimensions);
  return value;
}

FunctionValue Sum(Value x) { return Apply("sum", std::move(x)); }
FunctionValue Avg(Value x) { return Apply("avg", std::move(x)); }
FunctionValue Min(Value x) { return Apply("min", std::move(x)); }
FunctionValue Max(Value x) { return Apply("max", std::move(x)); }
FunctionValue First(Value x) { return Apply("first", std::move(x)); }
FunctionValue Last(Value x) { return Apply("last", std::move(x)); }
FunctionValue Count(Value x) { return Apply("count", std::move(x)); }
FunctionValue Count(Test test) { return Apply("count", std::move(test)); }
FunctionValue Median(Value x) { return Apply("median", std::move(x)); }
FunctionValue Percentile(int percent, Value x) {
  return Apply(absl::StrCat("p", percent), std::move(x));
}
FunctionValue Stddev(Value x) { return Apply("stddev", std::move(x)); }
FunctionValue UserDays(Value x) { return Apply("user_days", std::move(x)); }
FunctionValue Coverage(Value x) { return Apply("coverage", std::move(x)); }
FunctionValue LastTime(Value x) { return Apply("last_time", std::move(x)); }
FunctionValue TimeOf(Value extreme) {
  return Apply("when", std::move(extreme));
}
FunctionValue Age(Value x) { return Apply("age", std::move(x)); }
FunctionValue FirstTime(Test test) {
  return Apply("first_time", std::move(test));
}
FunctionValue Streak(Test test) { return Apply("streak", std::move(test)); }
FunctionValue CountInTop(Value x, int64_t k) {
  return Apply("count_in_top", std::move(x), k);
}
FunctionValue Slope(Value x) { return Apply("slope", std::move(x)); }
FunctionValue Cagr(Value x) { return Apply("cagr", std::move(x)); }
FunctionValue Corr(Value x, Value y) {
  return Apply("corr", std::move(x), std::move(y));
}

FunctionValue Bounds(Value x) { return Apply("bounds", std::move(x)); }
FunctionValue Share(Value x) { return Apply("share", std::move(x)); }
FunctionValue TopShare(Value x) { return Apply("top_share", std::move(x)); }
FunctionValue Contribution(Value x, const Duration& back) {
  return Apply("contribution", std::move(x), back);
}
FunctionValue Lag(Value x, const Duration& back) {
  return Apply("lag", std::move(x), back);
}
FunctionValue Delta(Value x, const Duration& back) {
  return Apply("delta", std::move(x), back);
}
FunctionValue Growth(Value x, const Duration& back) {
  return Apply("growth", std::move(x), back);
}
FunctionValue Ma(Value x, int64_t buckets) {
  return Apply("ma", std::move(x), buckets);
}
FunctionValue Cumulative(Value x) { return Apply("cumulative", std::move(x)); }
FunctionValue Rank(Value x) { return Apply("rank", std::move(x)); }
FunctionValue RankDelta(Value x, const Duration& back) {
  return Apply("rank_delta", std::move(x), back);
}
FunctionValue DaysBetween(Value a, Value b) {
  return Apply("days_between", std::move(a), std::move(b));
}
FunctionValue Events() { return Apply("events"); }
FunctionValue Events(std::string kind) {
  return Apply("events", Quoted{std::move(kind)});
}
FunctionValue Abs(Value x) { return Apply("abs", std::move(x)); }

FunctionValue Changepoints(Value x, int64_t n) {
  return Apply("changepoints", std::move(x), n);
}
FunctionValue Runs(Test test) { return Apply("runs", std::move(test)); }
FunctionValue Corr(Value x, Value y, const OffsetRange& lags) {
  return Apply("corr", std::move(x), std::move(y), lags);
}

}  // namespace footfall::ask
