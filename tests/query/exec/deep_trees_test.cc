// Trees that a program builds deeper than any stack.

#include <string>
#include <utility>

#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr int kLevels = 200'000;

enum class Shape { kNegations, kLeft, kRight, kCalls, kTests };

Expr Above(Shape shape, Expr below) {
  Expr expr;
  if (shape == Shape::kNegations) {
    Negation negation;
    negation.inner.push_back(std::move(below));
    expr.node = std::move(negation);
    return expr;
  }
  if (shape == Shape::kLeft || shape == Shape::kRight) {
    Arithmetic sum;
    sum.sides.resize(2);
    sum.sides[shape == Shape::kLeft ? 0 : 1] = std::move(below);
    expr.node = std::move(sum);
    return expr;
  }
  Call call;
  call.function = "ma";
  call.arguments.resize(2);
  if (shape == Shape::kCalls) {
    call.arguments[0].form = std::move(below);
  } else {
    Test test;
    test.right = std::move(below);
    call.arguments[1].form = std::move(test);
  }
  expr.node = std::move(call);
  return expr;
}

Expr Deep(Shape shape, int levels) {
  Expr expr;
  expr.node = Operand{.metric = "x", .conditions = {}, .during = {}};
  for (int i = 0; i < levels; ++i) expr = Above(shape, std::move(expr));
  return expr;
}

TEST_CASE("a tree of any depth is refused and taken apart", "[select]") {
  const Shape shape = GENERATE(Shape::kNegations, Shape::kLeft, Shape::kRight,
                               Shape::kCalls, Shape::kTests);
  const int place = GENERATE(0, 1, 2, 3);  // an item, HAVING, ORDER BY
  CAPTURE(static_cast<int>(shape), place);
  FakeSnapshot snapshot;
  MetricSpec spec;
  spec.name = "x";
  REQUIRE(snapshot.Define(spec) != nullptr);
  Select select;
  Item item;
  item.expr = Deep(shape, place == 0 ? kLevels : 1);
  select.items.push_back(std::move(item));
  if (place == 1 || place == 2) {
    Test test;
    (place == 1 ? test.left : test.right) = Deep(shape, kLevels);
    select.having.push_back(std::move(test));
  }
  if (place == 3) {
    OrderKey key;
    key.expr = Deep(shape, kLevels);
    select.order_by.push_back(std::move(key));
  }
  Statement statement;
  statement.node = std::move(select);
  QueryOptions options;
  options.limits.max_nesting = GENERATE(64, 1'000'000);
  const absl::Status status = Query(snapshot, statement, options).status();
  INFO(status);
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(std::string(status.message()).find("max_nesting") != std::string::npos);
  CHECK(Print(statement).empty());
}

TEST_CASE("the deepest tree that may be printed is", "[select]") {
  const Shape shape = GENERATE(Shape::kNegations, Shape::kLeft, Shape::kRight,
                               Shape::kCalls, Shape::kTests);
  CHECK_FALSE(Print(Deep(shape, 499)).empty());
  CHECK(Print(Deep(shape, 500)).empty());
}

TEST_CASE("a text is never parsed deeper than 500", "[select]") {
  QueryLimits limits;
  limits.max_nesting = 1'000'000;
  limits.max_text_bytes = 1'000'000;
  const auto parse = [&](size_t levels) {
    return Parse("SELECT " + std::string(levels, '(') + "x" +
                     std::string(levels, ')'),
                 limits)
        .status()
        .code();
  };
  CHECK(parse(400) == absl::StatusCode::kOk);
  CHECK(parse(100'000) == absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace footfall
