// Statements that change, from C++: for Execute(), written about as shortly as
// their text. (A program that writes many samples fills a SampleBatch instead,
// footfall/sample_batch.h.)
//
//   using namespace footfall::ask;
//   footfall::Execute(*database,
//                     InsertInto("dau", "app", "platform")
//                         .Row(Day(2025, 2, 8), 34'940'000, "DeepSeek", "app"),
//                     options, hooks);
//
// footfall/ask_file.h has IMPORT and EXPORT.
//
// Everything here is a plain value and owns what it holds; threads may share
// it. Builders convert to a Statement. Mistakes that C++ does not see are
// refused when the statement is executed.

#ifndef FOOTFALL_ASK_CHANGE_H_
#define FOOTFALL_ASK_CHANGE_H_

#include <concepts>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "footfall/ask_calendar.h"
#include "footfall/ask_file.h"
#include "footfall/ask_value.h"
#include "footfall/metric.h"
#include "footfall/statement.h"

#pragma GCC visibility push(default)
namespace footfall::ask {

// DEFINE METRIC. Every part of the declaration is in MetricSpec.
Statement DefineMetric(MetricSpec spec);

// INSERT INTO metric (TIME, VALUE, dimensions...) VALUES rows.
class Insertion : public Change<Insert> {
 public:
  Insertion(std::string metric, const std::vector<std::string>& dimensions);

  // A member per dimension, in their order.
  template <std::convertible_to<Text>... Members>
  Insertion& Row(When time, Amount value, Members... members) {
    return Row(std::move(time), std::move(value),
               std::vector<Text>{Text(std::move(members))...});
  }
  Insertion& Row(When time, Amount value, std::vector<Text> members);
};
template <std::convertible_to<std::string>... Names>
Insertion InsertInto(std::string metric, Names... dimensions) {
  return {std::move(metric), {std::move(dimensions)...}};
}

// DELETE metric DURING range; Always() is everything.
class Deletion : public Change<Delete> {
 public:
  Deletion(std::string metric, Range during);

  template <std::convertible_to<Condition>... Conditions>
  Deletion& Where(Conditions... conditions) {
    (node_.where.push_back(std::move(conditions)), ...);
    return *this;
  }
};
Deletion DeleteSamples(std::string metric, Range during);
// EXPLAIN DELETE: counts without deleting.
Statement Explain(const Deletion& deletion);

// DROP.
Statement AlterMetric(std::string metric, MetricChanges changes);
Statement DropMetric(std::string metric);
Statement DropEvent(Text kind, Text name, When on);
Statement DropAlias(Text old_name);
Statement DropAliasOf(std::string dimension, Text old_name);
Statement DropAttribute(std::string dimension, Text member, std::string name);

// COMPACT, of all metrics or one.
Statement CompactAll();
Statement CompactMetric(std::string metric);

// ADD EVENT kind name ON date.
class NewEvent : public Change<AddEvent> {
 public:
  NewEvent(Text kind, Text name, When on);

  NewEvent& For(std::string dimension, Text member);  // may be said again
  NewEvent& Note(Text note);
  NewEvent& Source(Text source);
};

// ALIAS old = new: samples of `old_name` are read as `new_name`'s.
class NewAlias : public Change<AddAlias> {
 public:
  NewAlias(Text old_name, Text new_name);

  NewAlias& Of(std::string dimension);  // else the only one that has `old_name`
  NewAlias& From(When date);            // else from the first sample
};

// ATTRIBUTE dimension member name = value: what a member is.
class NewAttribute : public Change<AddAttribute> {
 public:
  NewAttribute(std::string dimension, Text member, std::string name,
               Text value);

  NewAttribute& From(When date);  // else always
};

}  // namespace footfall::ask
#pragma GCC visibility pop

#endif  // FOOTFALL_ASK_CHANGE_H_
