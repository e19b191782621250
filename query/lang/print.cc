// From tree to text: the canonical form, which also names the columns of an
// answer. Parse(Print(tree)) == tree for every tree that a text can make.

#include <charconv>
#include <cmath>
#include <string>
#include <type_traits>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "footfall/query.h"
#include "query/lang/print_import.h"
#include "query/lang/tree.h"

namespace footfall {
namespace {

using query::PrintQuoted;
using query::PrintText;

template <typename... Cases>
struct Overload : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overload(Cases...) -> Overload<Cases...>;

// Binding strength of an expression where it stands inside another.
enum Strength { kSum = 1, kProduct = 2, kFactor = 3 };

void PrintExpr(const Expr& expr, Strength least, std::string* out);

void PrintDate(const DateArgument& date, std::string* out) {
  if (const Parameter* parameter = std::get_if<Parameter>(&date)) {
    absl::StrAppend(out, "$", parameter->name);
  } else {
    absl::StrAppend(out, FormatDate(std::get<Date>(date)));
  }
}

// Shortest digits that read back as the same double, and as a double: 1e8,
// 0.5, 100.0.
void PrintDouble(double value, std::string* out) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  std::string digits(buffer, end);
  if (!std::isfinite(value)) {
    *out += digits;
    return;
  }
  const size_t e = digits.find('e');
  if (e == std::string::npos) {
    if (digits.find('.') == std::string::npos) digits += ".0";
  } else {
    // 1e+08 is written 1e8.
    size_t first = e + 1;
    const bool negative = digits[first] == '-';
    ++first;
    while (first + 1 < digits.size() && digits[first] == '0') ++first;
    digits = absl::StrCat(digits.substr(0, e + 1), negative ? "-" : "",
                          digits.substr(first));
  }
  *out += digits;
}

void PrintNumber(const Number& number, std::string* out) {
  if (const int64_t* whole = std::get_if<int64_t>(&number.value)) {
    absl::StrAppend(out, *whole);
  } else {
    PrintDouble(std::get<double>(number.value), out);
  }
}

void PrintNames(const std::vector<Name>& names, std::string* out) {
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StrAppend(out, i == 0 ? "" : ", ", names[i].name);
  }
}

void PrintUnits(int64_t count, Unit unit, std::string* out) {
  absl::StrAppend(out, count, " ", UnitName(unit), count == 1 ? "" : "s");
}

// `from`: FROM is printed where it says what is so without it, too.
void PrintBucket(const Period& period, bool from, std::string* out) {
  if (period.count == 1) {
    absl::StrAppend(out, UnitName(period.unit));
  } else {
    PrintUnits(period.count, period.unit, out);
  }
  if (period.unit == Unit::kWeek &&
      (from || period.week_start != absl::Weekday::monday)) {
    absl::StrAppend(out, " FROM ", WeekdayName(period.week_start));
  } else if (period.unit != Unit::kWeek && (from || period.first_month != 1)) {
    absl::StrAppend(out, " FROM ", period.first_month);
  }
}

void PrintCondition(const Condition& condition, bool in_braces,
                    std::string* out) {
  *out += condition.dimension;
  const absl::string_view gap = in_braces ? "" : " ";
  switch (condition.test) {
    case Condition::Test::kEqual:
      absl::StrAppend(out, gap, "=", gap);
      break;
    case Condition::Test::kNotEqual:
      absl::StrAppend(out, gap, "!=", gap);
      break;
    case Condition::Test::kIn:
      *out += " IN ";
      break;
    case Condition::Test::kNotIn:
      *out += " NOT IN ";
      break;
    case Condition::Test::kLike:
      *out += " LIKE ";
      break;
    case Condition::Test::kNotLike:
      *out += " NOT LIKE ";
      break;
  }
  const bool list = condition.test == Condition::Test::kIn ||
                    condition.test == Condition::Test::kNotIn;
  if (list) *out += "(";
  for (size_t i = 0; i < condition.texts.size(); ++i) {
    if (i > 0) *out += ", ";
    PrintText(condition.texts[i], out);
  }
  if (list) *out += ")";
}

void PrintWhere(const std::vector<Condition>& where, std::string* out) {
  for (size_t i = 0; i < where.size(); ++i) {
    *out += i == 0 ? " WHERE " : " AND ";
    PrintCondition(where[i], /*in_braces=*/false, out);
  }
}

void PrintRange(const Range& range, std::string* out) {
  *out += "DURING ";
  if (const Range::Last* last = std::get_if<Range::Last>(&range.form)) {
    *out += "LAST ";
    PrintUnits(last->count, last->unit, out);
    if (last->end == Range::Last::End::kComplete) *out += " COMPLETE";
    if (last->end == Range::Last::End::kToDate) *out += " TO DATE";
    return;
  }
  if (const auto* offsets = std::get_if<Range::Offsets>(&range.form)) {
    absl::StrAppend(out, offsets->first, "..", offsets->last, " ",
                    UnitName(offsets->unit), "s");
    return;
  }
  const auto& between = std::get<Range::Between>(range.form);
  if (between.first.has_value()) PrintDate(*between.first, out);
  if (between.one_date) return;
  *out += "..";
  if (between.last.has_value()) PrintDate(*between.last, out);
}

void PrintOperand(const Operand& operand, std::string* out) {
  *out += operand.metric;
  if (operand.conditions.empty() && !operand.during.has_value()) return;
  *out += "{";
  for (size_t i = 0; i < operand.conditions.size(); ++i) {
    if (i > 0) *out += ", ";
    PrintCondition(operand.conditions[i], /*in_braces=*/true, out);
  }
  if (operand.during.has_value()) {
    if (!operand.conditions.empty()) *out += ", ";
    PrintRange(*operand.during, out);
  }
  *out += "}";
}

void PrintEvent(const EventReference& event, std::string* out) {
  *out += "event(";
  PrintText(event.kind, out);
  if (event.name.has_value()) {
    *out += ", ";
    PrintText(*event.name, out);
  }
  *out += ")";
}

absl::string_view Sign(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return " = ";
    case Comparison::kNotEqual:
      return " != ";
    case Comparison::kLess:
      return " < ";
    case Comparison::kLessEqual:
      return " <= ";
    case Comparison::kGreater:
      return " > ";
    case Comparison::kGreaterEqual:
      return " >= ";
    case Comparison::kIsMissing:
      return " IS MISSING";
    case Comparison::kIsNotMissing:
      return " IS NOT MISSING";
  }
  return " = ";
}

bool IsOfPresence(Comparison comparison) {
  return comparison == Comparison::kIsMissing ||
         comparison == Comparison::kIsNotMissing;
}

void PrintTest(const Test& test, std::string* out) {
  PrintExpr(test.left, kSum, out);
  absl::StrAppend(out, Sign(test.comparison));
  if (!IsOfPresence(test.comparison)) PrintExpr(test.right, kSum, out);
}

void PrintArgument(const Argument& argument, std::string* out) {
  std::visit(Overload{
                 [&](const Expr& expr) { PrintExpr(expr, kSum, out); },
                 [&](const Test& test) { PrintTest(test, out); },
                 [&](const Duration& duration) {
                   PrintUnits(duration.count, duration.unit, out);
                 },
                 [&](const OffsetRange& range) {
                   absl::StrAppend(out, range.first, "..", range.last);
                 },
                 [&](const std::string& text) { PrintQuoted(text, out); },
             },
             argument.form);
}

void PrintOver(const Over& over, std::string* out) {
  *out += " OVER ";
  switch (over.from) {
    case Over::From::kUnits:
      PrintUnits(over.count, over.unit, out);
      return;
    case Over::From::kUnitBegin:
      absl::StrAppend(out, UnitName(over.unit), " TO DATE");
      return;
    case Over::From::kRange:
      *out += "..";
  }
}

void PrintCall(const Call& call, std::string* out) {
  absl::StrAppend(out, call.function, "(");
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    if (i > 0) *out += ", ";
    PrintArgument(call.arguments[i], out);
  }
  if (call.every.has_value()) {
    *out += " EVERY ";
    PrintBucket(*call.every, call.every_from, out);
  }
  if (call.over.has_value()) PrintOver(*call.over, out);
  if (call.scope != Call::Scope::kNone) {
    *out += call.scope == Call::Scope::kAcross ? " ACROSS " : " WITHIN ";
    const std::vector<std::string>& names = call.scope_dimensions;
    const bool all = call.scope == Call::Scope::kWithin && names.size() == 1 &&
                     names[0] == "all";
    *out += all ? "ALL" : absl::StrJoin(names, ", ");
  }
  *out += ")";
}

Strength StrengthOf(const Expr& expr) {
  const Arithmetic* arithmetic = std::get_if<Arithmetic>(&expr.node);
  if (arithmetic == nullptr) return kFactor;
  return arithmetic->op == '+' || arithmetic->op == '-' ? kSum : kProduct;
}

// What stands behind a minus: a number needs parentheses, or the minus would
// become part of it.
void PrintNegated(const Expr& expr, std::string* out) {
  const bool bare = StrengthOf(expr) == kFactor &&
                    !std::holds_alternative<Number>(expr.node) &&
                    !std::holds_alternative<Negation>(expr.node);
  *out += "-";
  if (!bare) *out += "(";
  PrintExpr(expr, kSum, out);
  if (!bare) *out += ")";
}

void PrintExpr(const Expr& expr, Strength least, std::string* out) {
  const Strength own = StrengthOf(expr);
  if (own < least) *out += "(";
  std::visit(Overload{
                 [&](const Number& number) { PrintNumber(number, out); },
                 [&](const Parameter& parameter) {
                   absl::StrAppend(out, "$", parameter.name);
                 },
                 [&](const Operand& operand) { PrintOperand(operand, out); },
                 [&](const Call& call) { PrintCall(call, out); },
                 [&](const Negation& negation) {
                   if (negation.inner.empty()) return;
                   PrintNegated(negation.inner.front(), out);
                 },
                 [&](const Arithmetic& arithmetic) {
                   if (arithmetic.sides.size() != 2) return;
                   // A chain leans to the left.
                   const Strength right = own == kSum ? kProduct : kFactor;
                   PrintExpr(arithmetic.sides[0], own, out);
                   absl::StrAppend(out, " ", std::string(1, arithmetic.op),
                                   " ");
                   PrintExpr(arithmetic.sides[1], right, out);
                 },
                 [&](const EventReference& event) { PrintEvent(event, out); },
                 [&](const Date& date) { *out += FormatDate(date); },
             },
             expr.node);
  if (own < least) *out += ")";
}

void PrintEvery(const Every& every, std::string* out) {
  *out += " EVERY ";
  PrintBucket(every.bucket, every.from, out);
  if (every.to_date) *out += " TO DATE";
  static constexpr absl::string_view kModes[] = {"none", "null", "zero",
                                                 "previous", "linear"};
  if (every.fill == FillMode::kNone && !every.fill_max.has_value()) return;
  absl::StrAppend(out, " FILL ", kModes[static_cast<size_t>(every.fill)]);
  if (every.fill_max.has_value()) {
    absl::StrAppend(out, " MAX ", *every.fill_max);
  }
}

void PrintZone(const Zone& zone, std::string* out) {
  *out += " IN ZONE ";
  PrintText(zone.name, out);
}

void PrintOrder(const std::vector<OrderKey>& keys, std::string* out) {
  for (size_t i = 0; i < keys.size(); ++i) {
    *out += i == 0 ? " ORDER BY " : ", ";
    if (keys[i].expr.has_value()) {
      PrintExpr(*keys[i].expr, kSum, out);
    } else {
      *out += "time";
    }
    if (keys[i].descending) {
      *out += " DESC";
    } else if (keys[i].ascending) {
      *out += " ASC";
    }
  }
}

void PrintStatement(const Select& select, std::string* out) {
  *out += "SELECT ";
  for (size_t i = 0; i < select.items.size(); ++i) {
    if (i > 0) *out += ", ";
    PrintExpr(select.items[i].expr, kSum, out);
    if (select.items[i].name.has_value()) {
      absl::StrAppend(out, " AS ", *select.items[i].name);
    }
  }
  PrintWhere(select.where, out);
  if (select.during.has_value()) {
    *out += " ";
    PrintRange(*select.during, out);
  }
  if (select.align.has_value()) {
    *out += " ALIGN ON ";
    if (select.align->each) *out += "EACH ";
    if (select.align->start.has_value()) {
      PrintExpr(*select.align->start, kSum, out);
    } else {
      PrintEvent(select.align->event, out);
    }
    absl::StrAppend(out, " DURING ", select.align->first, "..",
                    select.align->last, " ", UnitName(select.align->unit), "s");
  }
  if (!select.by.empty()) {
    *out += " BY ";
    PrintNames(select.by, out);
    if (select.total.has_value()) {
      *out += " TOTAL ";
      PrintText(select.total->name, out);
    }
  }
  if (select.every.has_value()) PrintEvery(*select.every, out);
  for (size_t i = 0; i < select.having.size(); ++i) {
    *out += i == 0 ? " HAVING " : " AND ";
    PrintTest(select.having[i], out);
  }
  if (select.top.has_value()) {
    absl::StrAppend(out, " TOP ", select.top->count);
    if (select.top->others.has_value()) {
      *out += " OTHERS ";
      PrintText(*select.top->others, out);
    }
    for (size_t i = 0; i < select.top->within.size(); ++i) {
      absl::StrAppend(out, i == 0 ? " WITHIN " : ", ",
                      select.top->within[i].name);
    }
  }
  PrintOrder(select.order_by, out);
  if (select.limit.has_value()) absl::StrAppend(out, " LIMIT ", *select.limit);
  if (select.zone.has_value()) PrintZone(*select.zone, out);
}

void PrintStatement(const Show& show, std::string* out) {
  const std::string name = show.name.has_value() ? show.name->name : "";
  switch (show.what) {
    case Show::What::kMetrics:
      *out += "SHOW METRICS";
      break;
    case Show::What::kMembers:
      absl::StrAppend(out, "SHOW MEMBERS OF ", name);
      break;
    case Show::What::kSeries:
      absl::StrAppend(out, "SHOW SERIES ", name);
      break;
    case Show::What::kAliases:
      *out += "SHOW ALIASES";
      break;
    case Show::What::kAttributes:
      *out += "SHOW ATTRIBUTES";
      break;
    case Show::What::kEvents:
      *out += "SHOW EVENTS";
      break;
    case Show::What::kRetention:
      *out += "SHOW RETENTION";
      break;
  }
  if (show.kind.has_value()) {
    *out += " ";
    PrintText(*show.kind, out);
  }
  PrintWhere(show.where, out);
  if (show.during.has_value()) {
    *out += " ";
    PrintRange(*show.during, out);
  }
}

// What follows KEEP; `grid` is the first where there are several.
void PrintKeep(const Period& grid, const std::optional<Period>& keep,
               const std::vector<Tier>& tiers, std::string* out) {
  const auto print = [out](const std::optional<Period>& duration) {
    *out += duration.has_value() ? FormatKeep(*duration) : "FOREVER";
  };
  if (!tiers.empty()) absl::StrAppend(out, PluralPeriod(grid), " ");
  print(keep);
  for (const Tier& tier : tiers) {
    absl::StrAppend(out, ", ", PluralPeriod(tier.period), " ");
    print(tier.keep);
  }
}

void PrintStatement(const Define& define, std::string* out) {
  const MetricSpec& spec = define.spec;
  absl::StrAppend(
      out, "DEFINE METRIC ", spec.name,
      spec.value_type == ValueType::kInteger ? " INTEGER" : " DECIMAL");
  if (!spec.unit.empty()) {
    *out += " UNIT ";
    PrintQuoted(spec.unit, out);
  }
  *out += " EVERY ";
  PrintBucket(spec.period, false, out);
  absl::StrAppend(out, " OVER TIME ", AdditivityName(spec.over_time));
  for (size_t i = 0; i < spec.dimensions.size(); ++i) {
    const Dimension& dimension = spec.dimensions[i];
    absl::StrAppend(out, i == 0 ? " BY " : ", ", dimension.name);
    if (dimension.rule != spec.over_time) {
      absl::StrAppend(out, " ", AdditivityName(dimension.rule));
    }
  }
  if (spec.zone != "UTC") PrintZone(Zone{spec.zone, {}}, out);
  if (spec.late != kDefaultLate) absl::StrAppend(out, " LATE ", spec.late);
  if (spec.keep.has_value()) {
    *out += " KEEP ";
    PrintKeep(spec.period, spec.keep, spec.tiers, out);
  }
}

void PrintStatement(const Alter& alter, std::string* out) {
  const MetricChanges& changes = alter.changes;
  absl::StrAppend(out, "ALTER METRIC ", alter.metric.name);
  if (changes.name.has_value()) {
    absl::StrAppend(out, " RENAME TO ", *changes.name);
  }
  absl::string_view before = " SET ";
  const auto begin = [&] {
    absl::StrAppend(out, before);
    before = ", ";
  };
  if (changes.unit.has_value()) {
    begin();
    *out += "UNIT ";
    PrintQuoted(*changes.unit, out);
  }
  if (changes.over_time.has_value()) {
    begin();
    absl::StrAppend(out, "OVER TIME ", AdditivityName(*changes.over_time));
  }
  for (const Dimension& dimension : changes.rules) {
    begin();
    absl::StrAppend(out, dimension.name, " ", AdditivityName(dimension.rule));
  }
  if (changes.late.has_value()) {
    begin();
    absl::StrAppend(out, "LATE ", *changes.late);
  }
  if (changes.keep.has_value()) {
    begin();
    *out += "KEEP ";
    PrintKeep(alter.keep_grid.value_or(Period()), *changes.keep, changes.tiers,
              out);
  }
}

void PrintStatement(const Insert& insert, std::string* out) {
  absl::StrAppend(out, "INSERT INTO ", insert.metric.name, " (TIME, VALUE");
  for (const Name& dimension : insert.dimensions) {
    absl::StrAppend(out, ", ", dimension.name);
  }
  *out += ") VALUES ";
  for (size_t i = 0; i < insert.rows.size(); ++i) {
    const Insert::Row& row = insert.rows[i];
    *out += i == 0 ? "(" : ", (";
    PrintDate(row.time, out);
    *out += ", ";
    if (const Parameter* parameter = std::get_if<Parameter>(&row.value)) {
      absl::StrAppend(out, "$", parameter->name);
    } else {
      PrintNumber(std::get<Number>(row.value), out);
    }
    for (const Text& member : row.members) {
      *out += ", ";
      PrintText(member, out);
    }
    *out += ")";
  }
}

void PrintStatement(const Import& import, std::string* out) {
  query::PrintImport(import, out);
}

void PrintStatement(const Export& exported, std::string* out) {
  *out += "EXPORT ";
  if (exported.question.has_value()) {
    *out += "(";
    PrintStatement(*exported.question, out);
    *out += ")";
  } else {
    absl::StrAppend(out, "METRIC ", exported.metric.name);
  }
  *out += " TO ";
  PrintText(exported.path, out);
  if (!exported.format.has_value()) return;
  const bool csv = *exported.format == Export::Format::kCsv;
  const bool tsv = *exported.format == Export::Format::kTsv;
  absl::StrAppend(out, " FORMAT ", csv ? "csv" : tsv ? "tsv" : "jsonl");
}

void PrintStatement(const Delete& remove, std::string* out) {
  absl::StrAppend(out, "DELETE ", remove.metric.name);
  PrintWhere(remove.where, out);
  *out += " ";
  PrintRange(remove.during, out);
}

void PrintStatement(const Drop& drop, std::string* out) {
  switch (drop.what) {
    case Drop::What::kMetric:
      *out += "DROP METRIC";
      break;
    case Drop::What::kEvent:
      *out += "DROP EVENT";
      break;
    case Drop::What::kAlias:
      *out += "DROP ALIAS";
      break;
    case Drop::What::kAttribute:
      *out += "DROP ATTRIBUTE";
      break;
  }
  if (drop.name.has_value()) absl::StrAppend(out, " ", drop.name->name);
  for (const std::optional<Text>* text : {&drop.kind, &drop.text}) {
    if (!text->has_value()) continue;
    *out += " ";
    PrintText(**text, out);
  }
  if (drop.on.has_value()) {
    *out += " ON ";
    PrintDate(*drop.on, out);
  }
  if (drop.attribute.has_value()) {
    absl::StrAppend(out, " ", drop.attribute->name);
  }
}

void PrintStatement(const Compact& compact, std::string* out) {
  *out += "COMPACT";
  if (compact.metric.has_value()) {
    absl::StrAppend(out, " ", compact.metric->name);
  }
}

void PrintStatement(const AddEvent& event, std::string* out) {
  *out += "ADD EVENT ";
  PrintText(event.kind, out);
  *out += " ";
  PrintText(event.name, out);
  *out += " ON ";
  PrintDate(event.on, out);
  for (size_t i = 0; i < event.members.size(); ++i) {
    absl::StrAppend(out, i == 0 ? " FOR " : ", ",
                    event.members[i].dimension.name, " = ");
    PrintText(event.members[i].member, out);
  }
  if (event.note.has_value()) {
    *out += " NOTE ";
    PrintText(*event.note, out);
  }
  if (event.event_source.has_value()) {
    *out += " SOURCE ";
    PrintText(*event.event_source, out);
  }
}

void PrintStatement(const AddAlias& alias, std::string* out) {
  *out += "ALIAS ";
  if (alias.dimension.has_value()) {
    absl::StrAppend(out, alias.dimension->name, " ");
  }
  PrintText(alias.old_name, out);
  *out += " = ";
  PrintText(alias.new_name, out);
  if (alias.from.has_value()) {
    *out += " FROM ";
    PrintDate(*alias.from, out);
  }
}

void PrintStatement(const AddAttribute& attribute, std::string* out) {
  absl::StrAppend(out, "ATTRIBUTE ", attribute.dimension.name, " ");
  PrintText(attribute.member, out);
  absl::StrAppend(out, " ", attribute.name.name, " = ");
  PrintText(attribute.value, out);
  if (attribute.from.has_value()) {
    *out += " FROM ";
    PrintDate(*attribute.from, out);
  }
}

}  // namespace

std::string Print(const Statement& statement) {
  std::string out;
  if (query::IsDeeperThan(query::kMaxDepth, statement)) return out;
  if (statement.explain == Statement::Explain::kPlan) out = "EXPLAIN ";
  if (statement.explain == Statement::Explain::kAnalyze) {
    out = "EXPLAIN ANALYZE ";
  }
  std::visit([&out](const auto& node) { PrintStatement(node, &out); },
             statement.node);
  return out;
}

std::string Print(const Expr& expr) {
  std::string out;
  if (query::IsDeeperThan(query::kMaxDepth, expr)) return out;
  PrintExpr(expr, kSum, &out);
  return out;
}

}  // namespace footfall
