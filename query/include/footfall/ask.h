// Questions from C++: the language's tree (footfall/statement.h), written about
// as shortly as its text, and checked by the compiler for its grammar.
//
//   using namespace footfall::ask;
//   auto answer = footfall::Query(
//       *snapshot,
//       Ask(Avg("dau").As("a"), Max("dau"))
//           .Where(Is("platform", "app"))
//           .During(Day(2025, 1, 10), Day(2025, 2, 8))
//           .By("app")
//           .Every(Months())
//           .Top(50),
//       options);
//
// Names are those of the language, apart from Ask for SELECT; they do not clash
// with those of namespace footfall. What C++ cannot check (names of metrics,
// additivity, limits) is refused when the statement is asked, with the message
// that its text would get. footfall/ask_change.h has the statements that
// change.
//
// Everything here is a plain value and owns what it holds: build it once, ask
// it often, from any thread.

#ifndef FOOTFALL_ASK_H_
#define FOOTFALL_ASK_H_

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "footfall/ask_calendar.h"
#include "footfall/ask_value.h"
#include "footfall/statement.h"

#pragma GCC visibility push(default)
namespace footfall::ask {

// A key of ORDER BY: a value, the name of an item or of a BY dimension, or
// "time"; smallest first unless Descending.
struct Key {
  // NOLINTBEGIN(google-explicit-constructor): it is what they are.
  Key(OrderKey key) : order(std::move(key)) {}
  template <typename Any>
  requires std::convertible_to<Any, Value> Key(Any value)
      : Key(Value(std::move(value)), 0) {}
  // NOLINTEND(google-explicit-constructor)

  OrderKey order = {};

 private:
  Key(const Value& value, int);
};
Key Descending(Value value);
Key Ascending(Value value);  // ASC: turns TOP around too

// SELECT. Converts to a Statement, for Query(), Execute() and Print().
//
// Clauses may come in any order. Where, By, Having and OrderBy add to what was
// said before; the others replace it.
class Question {
 public:
  explicit Question(std::vector<Item> items);

  template <std::convertible_to<Condition>... Conditions>
  Question& Where(Conditions... conditions) {
    (select_.where.push_back(std::move(conditions)), ...);
    return *this;
  }
  Question& Where(const std::vector<Condition>& conditions);

  Question& During(Range range);
  Question& During(When date) { return During(ask::During(std::move(date))); }
  Question& During(When first, When last) {
    return During(ask::During(std::move(first), std::move(last)));
  }
  // ALIGN ON event(..) DURING -14..28 days; instead of During.
  Question& AlignOn(const EventDate& event, const OffsetRange& offsets,
                    Unit unit);
  // ALIGN ON EACH event(..)
  Question& AlignOnEach(const EventDate& event, const OffsetRange& offsets,
                        Unit unit);
  // ALIGN ON first_time(dau >= 1e5)
  Question& AlignOn(const FunctionValue& start, const OffsetRange& offsets,
                    Unit unit);

  template <std::convertible_to<std::string>... Names>
  Question& By(Names... dimensions) {
    (select_.by.push_back(Name{std::move(dimensions), {}}), ...);
    return *this;
  }
  Question& By(const std::vector<std::string>& dimensions);

  // EVERY bucket FILL fill MAX fill_max.
  Question& Every(const Bucket& bucket, FillMode fill = FillMode::kNone,
                  std::optional<int64_t> fill_max = std::nullopt);
  // EVERY year TO DATE: each bucket as far as the last one has come.
  Question& EveryToDate(const Bucket& bucket, FillMode fill = FillMode::kNone,
                        std::optional<int64_t> fill_max = std::nullopt);

  template <std::convertible_to<Test>... Tests>
  Question& Having(Tests... tests) {
    (select_.having.push_back(std::move(tests)), ...);
    return *this;
  }

  // BY .. TOTAL 'name', beside By().
  Question& Total(Text name);
  // TOP count OTHERS 'others'.
  Question& Top(int64_t count, std::optional<Text> others = std::nullopt);
  // So many of each member of the dimensions, or of each combination.
  Question& TopWithin(int64_t count, std::vector<std::string> dimensions);

  template <std::convertible_to<Key>... Keys>
  Question& OrderBy(Keys... keys) {
    (select_.order_by.push_back(Key(std::move(keys)).order), ...);
    return *this;
  }
  Question& Limit(int64_t rows);
  Question& InZone(Text zone);

  // NOLINTNEXTLINE(google-explicit-constructor): a question is a statement.
  operator Statement() const;

 private:
  Select select_;
};

namespace internal {
inline Item ItemOf(Item item) { return item; }
inline Item ItemOf(const Value& value) {
  return {value.expr(), std::nullopt, {}, {}};
}
}  // namespace internal

// SELECT items: values, or Value::As for one with a name.
template <typename... Items>
requires(sizeof...(Items) > 0 &&
         ((std::convertible_to<Items, Value> ||
           std::convertible_to<Items, Item>)&&...)) Question
    Ask(Items... items) {
  return Question({internal::ItemOf(std::move(items))...});
}

// SHOW.
Statement ShowMetrics();
Statement ShowMembersOf(std::string dimension);
Statement ShowSeries(std::string metric, std::vector<Condition> where = {});
Statement ShowAliases();
Statement ShowAttributes();
Statement ShowEvents(std::optional<Text> kind = std::nullopt,
                     std::vector<Condition> where = {},
                     std::optional<Range> during = std::nullopt);

// EXPLAIN, EXPLAIN ANALYZE. (ask_change.h explains a DELETE.)
Statement Explain(const Question& question);
Statement ExplainAnalyze(const Question& question);

}  // namespace footfall::ask
#pragma GCC visibility pop

#endif  // FOOTFALL_ASK_H_
