#include <utility>

#include "footfall/ask_change.h"

namespace footfall::ask {
namespace {

Statement Dropping(Drop drop) {
  Statement statement;
  statement.node = std::move(drop);
  return statement;
}

}  // namespace

Statement DefineMetric(MetricSpec spec) {
  Statement statement;
  statement.node = Define{std::move(spec), {}};
  return statement;
}

Insertion::Insertion(std::string metric,
                     const std::vector<std::string>& dimensions) {
  node_.metric.name = std::move(metric);
  for (const std::string& dimension : dimensions) {
    node_.dimensions.push_back({dimension, {}});
  }
}

Insertion& Insertion::Row(When time, Amount value, std::vector<Text> members) {
  Insert::Row row;
  row.time = std::move(time.date);
  row.value = std::move(value.number);
  row.members = std::move(members);
  node_.rows.push_back(std::move(row));
  return *this;
}

Deletion::Deletion(std::string metric, Range during) {
  node_.metric.name = std::move(metric);
  node_.during = std::move(during);
}

Deletion DeleteSamples(std::string metric, Range during) {
  return {std::move(metric), std::move(during)};
}

Statement Explain(const Deletion& deletion) {
  Statement statement = deletion;
  statement.explain = Statement::Explain::kPlan;
  return statement;
}

Statement AlterMetric(std::string metric, MetricChanges changes) {
  Statement statement;
  Alter alter;
  alter.metric.name = std::move(metric);
  alter.changes = std::move(changes);
  statement.node = std::move(alter);
  return statement;
}

Statement DropMetric(std::string metric) {
  Drop drop;
  drop.what = Drop::What::kMetric;
  drop.name = Name{std::move(metric), {}};
  return Dropping(std::move(drop));
}

Statement CompactAll() {
  Statement statement;
  statement.node = Compact();
  return statement;
}

Statement CompactMetric(std::string metric) {
  Statement statement;
  statement.node = Compact{Name{std::move(metric), {}}};
  return statement;
}

Statement DropEvent(Text kind, Text name, When on) {
  Drop drop;
  drop.what = Drop::What::kEvent;
  drop.kind = std::move(kind);
  drop.text = std::move(name);
  drop.on = std::move(on.date);
  return Dropping(std::move(drop));
}

Statement DropAlias(Text old_name) {
  Drop drop;
  drop.what = Drop::What::kAlias;
  drop.text = std::move(old_name);
  return Dropping(std::move(drop));
}

Statement DropAliasOf(std::string dimension, Text old_name) {
  Drop drop;
  drop.what = Drop::What::kAlias;
  drop.name = Name{std::move(dimension), {}};
  drop.text = std::move(old_name);
  return Dropping(std::move(drop));
}

Statement DropAttribute(std::string dimension, Text member, std::string name) {
  Drop drop;
  drop.what = Drop::What::kAttribute;
  drop.name = Name{std::move(dimension), {}};
  drop.text = std::move(member);
  drop.attribute = Name{std::move(name), {}};
  return Dropping(std::move(drop));
}

NewEvent::NewEvent(Text kind, Text name, When on) {
  node_.kind = std::move(kind);
  node_.name = std::move(name);
  node_.on = std::move(on.date);
}

NewEvent& NewEvent::For(std::string dimension, Text member) {
  node_.members.push_back({Name{std::move(dimension), {}}, std::move(member)});
  return *this;
}

NewEvent& NewEvent::Note(Text note) {
  node_.note = std::move(note);
  return *this;
}

NewEvent& NewEvent::Source(Text source) {
  node_.event_source = std::move(source);
  return *this;
}

NewAlias::NewAlias(Text old_name, Text new_name) {
  node_.old_name = std::move(old_name);
  node_.new_name = std::move(new_name);
}

NewAlias& NewAlias::Of(std::string dimension) {
  node_.dimension = Name{std::move(dimension), {}};
  return *this;
}

NewAlias& NewAlias::From(When date) {
  node_.from = std::move(date.date);
  return *this;
}

NewAttribute::NewAttribute(std::string dimension, Text member, std::string name,
                           Text value) {
  node_.dimension = Name{std::move(dimension), {}};
  node_.member = std::move(member);
  node_.name = Name{std::move(name), {}};
  node_.value = std::move(value);
}

NewAttribute& NewAttribute::From(When date) {
  node_.from = std::move(date.date);
  return *this;
}

}  // namespace footfall::ask
