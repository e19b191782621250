#include <utility>

#include "footfall/ask.h"

namespace footfall::ask {
namespace {

Statement Showing(Show show) {
  Statement statement;
  statement.node = std::move(show);
  return statement;
}

}  // namespace

// `time` alone is the column, as in the text.
Key::Key(const Value& value, int) {
  const Operand* operand = std::get_if<Operand>(&value.expr().node);
  const bool time = operand != nullptr && operand->metric == "time" &&
                    operand->conditions.empty() && !operand->during.has_value();
  if (!time) order.expr = value.expr();
}

Key Descending(Value value) {
  Key key(std::move(value));
  key.order.descending = true;
  return key;
}

Key Ascending(Value value) {
  Key key(std::move(value));
  key.order.ascending = true;
  return key;
}

Question::Question(std::vector<Item> items) {
  select_.items = std::move(items);
}

Question& Question::Where(const std::vector<Condition>& conditions) {
  select_.where.insert(select_.where.end(), conditions.begin(),
                       conditions.end());
  return *this;
}

Question& Question::During(Range range) {
  select_.during = std::move(range);
  select_.align.reset();
  return *this;
}

Question& Question::AlignOn(const EventDate& event, const OffsetRange& offsets,
                            Unit unit) {
  Align align;
  align.event = event.event();
  align.first = offsets.first;
  align.last = offsets.last;
  align.unit = unit;
  select_.align = std::move(align);
  select_.during.reset();
  return *this;
}

Question& Question::AlignOnEach(const EventDate& event,
                                const OffsetRange& offsets, Unit unit) {
  AlignOn(event, offsets, unit);
  select_.align->each = true;
  return *this;
}

Question& Question::AlignOn(const FunctionValue& start,
                            const OffsetRange& offsets, Unit unit) {
  Align align;
  align.start = start.expr();
  align.first = offsets.first;
  align.last = offsets.last;
  align.unit = unit;
  select_.align = std::move(align);
  select_.during.reset();
  return *this;
}

Question& Question::By(const std::vector<std::string>& dimensions) {
  for (const std::string& dimension : dimensions) By(dimension);
  return *this;
}

Question& Question::Every(const Bucket& bucket, FillMode fill,
                          std::optional<int64_t> fill_max) {
  select_.every =
      footfall::Every{bucket.period, false, fill, fill_max, bucket.from, {}};
  return *this;
}

Question& Question::EveryToDate(const Bucket& bucket, FillMode fill,
                                std::optional<int64_t> fill_max) {
  select_.every =
      footfall::Every{bucket.period, true, fill, fill_max, bucket.from, {}};
  return *this;
}

Question& Question::Total(Text name) {
  select_.total = footfall::Total{std::move(name), {}};
  return *this;
}

Question& Question::Top(int64_t count, std::optional<Text> others) {
  footfall::Top top;
  top.count = count;
  top.others = std::move(others);
  select_.top = std::move(top);
  return *this;
}

Question& Question::TopWithin(int64_t count,
                              std::vector<std::string> dimensions) {
  footfall::Top top;
  top.count = count;
  for (std::string& dimension : dimensions) {
    top.within.push_back({std::move(dimension), {}});
  }
  select_.top = std::move(top);
  return *this;
}

Question& Question::Limit(int64_t rows) {
  select_.limit = rows;
  return *this;
}

Question& Question::InZone(Text zone) {
  select_.zone = Zone{std::move(zone), {}};
  return *this;
}

Question::operator Statement() const {
  Statement statement;
  statement.node = select_;
  return statement;
}

Statement ShowMetrics() { return Showing({}); }

Statement ShowMembersOf(std::string dimension) {
  Show show;
  show.what = Show::What::kMembers;
  show.name = Name{std::move(dimension), {}};
  return Showing(std::move(show));
}

Statement ShowSeries(std::string metric, std::vector<Condition> where) {
  Show show;
  show.what = Show::What::kSeries;
  show.name = Name{std::move(metric), {}};
  show.where = std::move(where);
  return Showing(std::move(show));
}

Statement ShowAliases() {
  Show show;
  show.what = Show::What::kAliases;
  return Showing(std::move(show));
}

Statement ShowAttributes() {
  Show show;
  show.what = Show::What::kAttributes;
  return Showing(std::move(show));
}

Statement ShowEvents(std::optional<Text> kind, std::vector<Condition> where,
                     std::optional<Range> during) {
  Show show;
  show.what = Show::What::kEvents;
  show.kind = std::move(kind);
  show.where = std::move(where);
  show.during = std::move(during);
  return Showing(std::move(show));
}

Statement Explain(const Question& question) {
  Statement statement = question;
  statement.explain = Statement::Explain::kPlan;
  return statement;
}

Statement ExplainAnalyze(const Question& question) {
  Statement statement = question;
  statement.explain = Statement::Explain::kAnalyze;
  return statement;
}

}  // namespace footfall::ask
