// A question's script as a whole: range, groups of TOP, buckets, answer.

#include "tests/oracle/reference.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace footfall::oracle {
namespace {

std::string Quote(const std::string& text) {
  return absl::StrCat("'", text, "'");
}

bool Has(const std::vector<size_t>& dimensions, size_t dimension) {
  return std::find(dimensions.begin(), dimensions.end(), dimension) !=
         dimensions.end();
}

}  // namespace

Reference::Reference(const Question& question, Sqlite& sqlite)
    : question_(question),
      spec_(question.set->spec),
      calendar_(spec_.name + "_cal"),
      sqlite_(sqlite) {
  for (const size_t dimension : question.by) {
    groups_.push_back(spec_.dimensions[dimension].name);
  }
  for (const size_t side : {0u, 1u}) {
    const std::vector<Dimension>& dimensions = SetOf(side).spec.dimensions;
    for (size_t i = 0; i < dimensions.size(); ++i) {
      const bool fixed =
          !question.sides.empty() && i == question.side_dimension;
      if (dimensions[i].rule == Additivity::kOverlaps && !fixed &&
          !Has(question.by, i) && !Has(question.across, i)) {
        overlaps_[side].push_back(dimensions[i].name);
      }
    }
  }
  bucket_ = question.every ? absl::StrCat("b", *question.every) : "''";
  buckets_ = absl::StrCat(spec_.name, "_", bucket_);
}

std::vector<std::string> Reference::Write() {
  FindRange();
  if (looks_back()) FindLookBack();
  KeepBuckets();
  std::string sql;
  if (question_.others.empty()) {
    AppendSteps(&sql);
    if (question_.inner) AppendInner(&sql);
    if (question_.top) KeepTop("step", sql);
  } else {
    std::string apart;
    AppendStepsOf("apart", 0, false, &apart);
    KeepTop("apart", std::move(apart));
    AppendStepsOf("step", 0, true, &sql);
  }
  KeepFound(sql);
  if (looks_back()) KeepSeen();
  script_.push_back(Answer());
  return script_;
}

void Reference::Begin(const std::string& table, std::string* sql) {
  absl::StrAppend(sql, sql->empty() ? "WITH " : ", ", table, " AS ");
}

// From here on `table`, the last of `sql`, stands by itself.
void Reference::Keep(const std::string& table, const std::string& key,
                     const std::string& sql) {
  script_.push_back(absl::StrCat("DROP TABLE IF EXISTS temp.", table));
  script_.push_back(absl::StrCat("CREATE TEMP TABLE ", table, " AS ", sql,
                                 " SELECT * FROM ", table));
  script_.push_back(absl::StrCat("CREATE UNIQUE INDEX temp.", table, "_key ON ",
                                 table, " (", key, ")"));
}

std::string Reference::List(const std::vector<std::string>& names,
                            const char* end) {
  return names.empty() ? "" : absl::StrCat(absl::StrJoin(names, ", "), end);
}

bool Reference::looks_back() const {
  return std::any_of(question_.items.begin(), question_.items.end(),
                     [](const Item& item) { return item.looks_back(); });
}

std::string Reference::low() const {
  const bool others_overlap =
      !question_.others.empty() &&
      spec_.dimensions[question_.by[0]].rule == Additivity::kOverlaps;
  return overlaps_[0].empty() && overlaps_[1].empty() && !others_overlap ? "v"
                                                                         : "lo";
}

std::string Reference::AskText(const std::string& sql) {
  const SqlValue value = sqlite_.AskOne(sql);
  const std::string* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : std::string();
}

// Of WHERE, and of a side's braces, which take the place of those on the same
// dimension.
std::string Reference::Conditions(size_t side) const {
  std::vector<std::string> conditions;
  for (const std::string& condition : question_.where) {
    if (!question_.sides.empty() &&
        absl::StartsWith(
            condition, spec_.dimensions[question_.side_dimension].name + " ")) {
      continue;
    }
    conditions.push_back(condition);
  }
  if (!question_.sides.empty()) conditions.push_back(question_.sides[side]);
  return conditions.empty() ? "1" : absl::StrJoin(conditions, " AND ");
}

std::string Reference::AnyConditions() const {
  return !question_.sides.empty()
             ? absl::StrCat("(", Conditions(0), " OR ", Conditions(1), ")")
             : Conditions(0);
}

void Reference::FindRange() {
  const Span& span = question_.span;
  std::string inside = AnyConditions();
  if (span.first) {
    first_ = AskText(absl::StrCat("SELECT min(d) FROM ", calendar_,
                                  " WHERE d >= ", Quote(*span.first)));
    absl::StrAppend(&inside, " AND d >= ", Quote(first_));
  }
  if (span.last) {
    last_ = AskText(absl::StrCat("SELECT max(d) FROM ", calendar_,
                                 " WHERE e <= ", Quote(*span.last)));
    absl::StrAppend(&inside, " AND d <= ", Quote(last_));
  }
  // A side left out: the first or last sample read; its bucket is whole, and
  // so is its inner one.
  const std::string bucket = question_.inner && !question_.every
                                 ? absl::StrCat("b", *question_.inner)
                                 : bucket_;
  const auto open_side = [&](const char* end) {
    const std::string d = AskText(absl::StrCat("SELECT ", end, "(d) FROM ",
                                               spec_.name, " WHERE ", inside));
    if (bucket == "''" || d.empty()) return d;
    return AskText(absl::StrCat("SELECT ", end, "(d) FROM ", calendar_,
                                " WHERE ", bucket, " = (SELECT ", bucket,
                                " FROM ", calendar_, " WHERE d = ", Quote(d),
                                ")"));
  };
  if (!span.first) first_ = open_side("min");
  if (!span.last) last_ = open_side("max");
}

// Buckets before the range are whole; that in which it begins is as the row
// shows it.
void Reference::FindLookBack() {
  const auto start_of_bucket = [&](const std::string& d) {
    return AskText(absl::StrCat("SELECT d0 FROM ", buckets_, " JOIN ",
                                calendar_, " ON t = ", bucket_,
                                " WHERE d = ", Quote(d)));
  };
  range_bucket_ = start_of_bucket(first_);
  const auto bucket_with = [&](const char* end) {
    return start_of_bucket(AskText(absl::StrCat(
        "SELECT ", end, "(d) FROM ", spec_.name, " WHERE ", Conditions(0))));
  };
  first_data_ = bucket_with("min");
  last_data_ = bucket_with("max");
  back_ = range_bucket_;
  for (const Item& item : question_.items) {
    std::string back = range_bucket_;
    if (item.shifts()) {
      // A week more: months end on different days.
      back = AskText(absl::StrCat(
          "SELECT ", question_.set->sub_day() ? "datetime(" : "date(",
          Quote(range_bucket_), ", ", Quote(item.sql_shift), ", '-7 days')"));
    } else if (item.form == Item::Form::kMa) {
      back = AskText(absl::StrCat(
          "SELECT d0 FROM ", buckets_, " WHERE d0 <= ", Quote(range_bucket_),
          " ORDER BY d0 DESC LIMIT 1 OFFSET ", item.n - 1));
    }
    back_ = std::min(back_, back);
  }
}

std::string Reference::RangeTest() const {
  const std::string inside =
      absl::StrCat("d BETWEEN ", Quote(first_), " AND ", Quote(last_));
  if (!looks_back()) return inside;
  return absl::StrCat("(", inside, " OR d >= ", Quote(back_), " AND d < ",
                      Quote(range_bucket_), ")");
}

// The n best groups over the whole range; ties go by the members.
void Reference::KeepTop(const std::string& table, std::string sql) {
  const Item& judge = question_.items[question_.top_item];
  const Function function =
      judge.function == Function::kBare ? Function::kAvg : judge.function;
  const std::string group = List(groups_, "");
  const std::string order = question_.top_ascending ? " ASC, " : " DESC, ";
  if (two_sides() && !Uses(Function::kCorr)) {
    // A group without a value of the side that judges is the last.
    Begin("judged", &sql);
    absl::StrAppend(
        &sql, "(SELECT ", group, ", ", Over(function, "v", judge),
        " AS x FROM ", Ranked(absl::StrCat("step", judge.side), "1"),
        " GROUP BY ", group, "), top AS (SELECT ", group,
        ", row_number() OVER (ORDER BY x", order, group,
        ") AS top_place FROM (SELECT ", group, " FROM step0 UNION SELECT ",
        group, " FROM step1) LEFT JOIN judged USING (", group,
        ") ORDER BY top_place LIMIT ", *question_.top, ")");
  } else {
    Begin("top", &sql);
    absl::StrAppend(&sql, "(SELECT ", group, ", row_number() OVER (ORDER BY x",
                    order, group, ") AS top_place FROM (SELECT ", group, ", ",
                    Over(function, "v", judge), " AS x FROM ",
                    Ranked(table, "1"), " GROUP BY ", group,
                    ") ORDER BY top_place LIMIT ", *question_.top, ")");
  }
  Keep("top", List(groups_, ""), sql);
}

void Reference::KeepBuckets() {
  std::string sql;
  Begin("bucket", &sql);
  if (question_.every) {
    absl::StrAppend(&sql, "(SELECT t, expected, whole <> expected AS cut, d0, ",
                    "j", LookBackBuckets(), " FROM (SELECT ", bucket_,
                    " AS t, count(*) AS expected FROM ", calendar_, " WHERE ",
                    RangeTest(), " GROUP BY 1) JOIN ", buckets_, " USING (t))");
  } else {
    // A value that needed a part of an inner bucket.
    std::string cut = "0";
    if (question_.inner) {
      const std::string b = absl::StrCat("b", *question_.inner);
      cut = absl::StrCat("EXISTS (SELECT 1 FROM ", spec_.name, " JOIN ",
                         calendar_, " USING (d) WHERE ", Conditions(0), " AND ",
                         RangeTest(), " AND ", b, " IN (SELECT ", b, " FROM ",
                         calendar_, " JOIN ", spec_.name, "_", b, " ON t = ", b,
                         " WHERE ", RangeTest(), " GROUP BY ", b,
                         " HAVING count(*) < max(whole)))");
    }
    absl::StrAppend(&sql, "(SELECT '' AS t, count(*) AS expected, ", cut,
                    " AS cut FROM ", calendar_, " WHERE ", RangeTest(), ")");
  }
  Keep("bucket", "t", sql);
}

std::string Reference::Answer() const {
  std::string sql;
  const bool back = looks_back();
  const auto group_columns = [&](const char* table) {
    std::string columns;
    for (const std::string& group : groups_) {
      absl::StrAppend(&columns, table, group, ", ");
    }
    return columns;
  };
  Begin("answer", &sql);
  absl::StrAppend(&sql, "(SELECT ", group_columns(back ? "f." : ""),
                  back ? "f.t, f.cut" : "t, cut");
  std::vector<std::string> names;
  for (size_t i = 0; i < question_.items.size(); ++i) {
    const Item& item = question_.items[i];
    const Columns columns = ColumnsOf(i);
    const bool bounds = item.form == Item::Form::kBounds;
    absl::StrAppend(&sql, ", ", columns.value, " AS ", item.name, ", ",
                    bounds ? columns.kind
                           : absl::StrCat("CASE WHEN ", columns.value,
                                          " IS NULL THEN 'none' ELSE ",
                                          columns.kind, " END"),
                    " AS kind", i, ", ", columns.present, " AS present", i,
                    ", ", columns.expected, " AS expected", i);
    names.push_back(absl::StrCat(item.name, " IS NOT NULL"));
  }
  absl::StrAppend(&sql, " FROM ");
  if (back) {
    absl::StrAppend(&sql, "seen AS f", LookBackJoins(), " WHERE f.inside)");
  } else {
    absl::StrAppend(&sql, "(SELECT *", Totals(), " FROM found))");
  }
  if (question_.fill != FillMode::kNone) AppendFill(&sql);
  absl::StrAppend(&sql, " SELECT ", List(groups_, ", "),
                  question_.every ? "t, " : "", "cut");
  for (size_t i = 0; i < question_.items.size(); ++i) {
    absl::StrAppend(&sql, ", ", question_.items[i].name, ", kind", i,
                    ", present", i, ", expected", i);
  }
  // No row without a value, unless FILL says so.
  if (question_.fill == FillMode::kNone) {
    absl::StrAppend(&sql, " FROM answer WHERE (", absl::StrJoin(names, " OR "),
                    ")");
  } else {
    absl::StrAppend(&sql, " FROM filled WHERE ",
                    question_.fill == FillMode::kPrevious
                        ? absl::StrCat("(", absl::StrJoin(names, " OR "), ")")
                        : "1");
  }
  if (!question_.having.empty()) {
    absl::StrAppend(&sql, " AND ", question_.having);
  }
  absl::StrAppend(&sql, " ORDER BY ");
  if (question_.order_item) {
    absl::StrAppend(&sql, question_.items[*question_.order_item].name,
                    " DESC, ");
  } else if (!question_.order.empty()) {
    absl::StrAppend(
        &sql, absl::StrReplaceAll(question_.order, {{",", " NULLS LAST,"}}),
        " NULLS LAST, ");
  }
  if (question_.top) {
    // The best group first, the others last.
    const absl::string_view from =
        question_.fill == FillMode::kNone ? "answer" : "filled";
    std::vector<std::string> same;
    for (const std::string& group : groups_) {
      same.push_back(absl::StrCat("top.", group, " = ", from, ".", group));
    }
    absl::StrAppend(&sql, "(SELECT top_place FROM top WHERE ",
                    absl::StrJoin(same, " AND "), ") NULLS LAST, ");
  }
  absl::StrAppend(&sql, List(groups_, ", "), "t");
  if (question_.limit) absl::StrAppend(&sql, " LIMIT ", *question_.limit);
  return sql;
}

// A row for each bucket of the range, of each group with a value in it. What
// stands before an item without a value, and how far before, is found by how
// many values there are up to the row.
void Reference::AppendFill(std::string* sql) const {
  const std::string key = List(groups_, ", ");
  std::vector<std::string> some;
  std::string columns;
  std::string counts;
  std::string places;
  const std::string part =
      groups_.empty() ? "" : absl::StrCat("PARTITION BY ", List(groups_, " "));
  for (size_t i = 0; i < question_.items.size(); ++i) {
    const std::string& x = question_.items[i].name;
    some.push_back(absl::StrCat(x, " IS NOT NULL"));
    absl::StrAppend(&counts, ", count(", x, ") OVER (", part, " ORDER BY d0) ",
                    "AS till", i);
    const std::string stretch =
        absl::StrCat(" OVER (PARTITION BY ", key, "till", i);
    absl::StrAppend(&places, ", max(", x, ")", stretch, ") AS before", i,
                    ", row_number()", stretch, " ORDER BY d0) - 1 AS after", i);
    const std::string fits =
        question_.fill_max ? absl::StrCat(" AND after", i, " + (till", i,
                                          " = 0) <= ", *question_.fill_max)
                           : "";
    const std::string put = question_.fill == FillMode::kNull ? "NULL"
                            : question_.fill == FillMode::kZero
                                ? "0"
                                : absl::StrCat("before", i);
    const std::string fills = absl::StrCat("CASE WHEN ", x, " IS NULL AND ",
                                           put, " IS NOT NULL", fits, " THEN ");
    absl::StrAppend(&columns, ", ", fills, put, " ELSE ", x, " END AS ", x,
                    ", ", fills, "'filled' ELSE coalesce(kind", i,
                    ", 'none') END AS kind", i, ", coalesce(present", i,
                    ", 0) AS present", i, ", coalesce(expected", i,
                    ", expected) AS expected", i);
  }
  absl::StrAppend(sql, ", filled AS (SELECT ", key, "t, cut", columns,
                  " FROM (SELECT *", places, " FROM (SELECT *", counts,
                  " FROM (SELECT DISTINCT ",
                  groups_.empty() ? "1" : List(groups_, ""),
                  " FROM answer WHERE ", absl::StrJoin(some, " OR "),
                  ") AS g CROSS JOIN (SELECT t, cut, expected,",
                  " d0 FROM bucket) AS b LEFT JOIN (SELECT ", key, "t");
  for (size_t i = 0; i < question_.items.size(); ++i) {
    absl::StrAppend(sql, ", ", question_.items[i].name, ", kind", i,
                    ", present", i, ", expected", i);
  }
  absl::StrAppend(sql, " FROM answer) USING (", key, "t))))");
}

namespace {

// What groups come to: a window of SQL, of the values `v`.
std::string OverGroups(const Item& item, const std::string& v,
                       const std::string& partition) {
  const std::string window = absl::StrCat(" OVER (PARTITION BY ", partition);
  if (item.form == Item::Form::kShare) {
    return absl::StrCat("sum(", v, ")", window, ")");
  }
  const std::string ordered = absl::StrCat(window, " ORDER BY ", v, " DESC)");
  if (item.of_groups == "rank") {
    return absl::StrCat("CASE WHEN ", v, " IS NOT NULL THEN rank()", ordered,
                        " END");
  }
  if (item.of_groups == "top_share") {
    return absl::StrCat("sum(", v, ")", ordered, " * 1.0 / sum(", v, ")",
                        window, ")");
  }
  if (item.of_groups == "count") {
    return absl::StrCat("count(CASE WHEN ", v, " ", item.comparison, " ",
                        item.threshold, " THEN 1 END)", window, ")");
  }
  return absl::StrCat(item.of_groups, "(", v, ")", window, ")");
}

}  // namespace

// Of groups: over all of them, before HAVING. TOP never meets them here.
std::string Reference::Totals() const {
  std::string totals;
  for (size_t i = 0; i < question_.items.size(); ++i) {
    const Item& item = question_.items[i];
    if (item.form != Item::Form::kShare && item.form != Item::Form::kWithin) {
      continue;
    }
    std::vector<std::string> within;
    for (const size_t dimension : item.within) {
      within.push_back(spec_.dimensions[dimension].name);
    }
    absl::StrAppend(&totals, ", ",
                    OverGroups(item, absl::StrCat("v", i),
                               absl::StrCat(List(within, ", "), "t")),
                    " AS total", i);
  }
  return totals;
}

std::vector<std::string> ReferenceSql(const Question& question,
                                      Sqlite& sqlite) {
  return Reference(question, sqlite).Write();
}

}  // namespace footfall::oracle
