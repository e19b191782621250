// A question's script as a whole: range, groups of TOP, buckets, answer.

#include "tests/oracle/reference.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

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
  for (size_t i = 0; i < spec_.dimensions.size(); ++i) {
    const bool fixed = two_sides() && i == question.side_dimension;
    if (spec_.dimensions[i].rule == Additivity::kOverlaps && !fixed &&
        !Has(question.by, i) && !Has(question.across, i)) {
      overlaps_.push_back(spec_.dimensions[i].name);
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
    AppendStepsOf("apart", Conditions(0), false, &apart);
    KeepTop("apart", std::move(apart));
    AppendStepsOf("step", Conditions(0), true, &sql);
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
  return overlaps_.empty() && !others_overlap ? "v" : "lo";
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
    if (two_sides() &&
        absl::StartsWith(
            condition, spec_.dimensions[question_.side_dimension].name + " ")) {
      continue;
    }
    conditions.push_back(condition);
  }
  if (two_sides()) conditions.push_back(question_.sides[side]);
  return conditions.empty() ? "1" : absl::StrJoin(conditions, " AND ");
}

std::string Reference::AnyConditions() const {
  return two_sides()
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
  first_data_ = start_of_bucket(AskText(absl::StrCat(
      "SELECT min(d) FROM ", spec_.name, " WHERE ", Conditions(0))));
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
  Begin("top", &sql);
  absl::StrAppend(&sql, "(SELECT ", List(groups_, ""), " FROM ",
                  Ranked(table, "1"), " GROUP BY ", List(groups_, ""),
                  " ORDER BY ", Over(function, "v", judge),
                  question_.top_ascending ? " ASC, " : " DESC, ",
                  List(groups_, ""), " LIMIT ", *question_.top, ")");
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
  absl::StrAppend(&sql, " SELECT ", List(groups_, ", "),
                  question_.every ? "t, " : "", "cut");
  for (size_t i = 0; i < question_.items.size(); ++i) {
    absl::StrAppend(&sql, ", ", question_.items[i].name, ", kind", i,
                    ", present", i, ", expected", i);
  }
  // No row without a value.
  absl::StrAppend(&sql, " FROM answer WHERE (", absl::StrJoin(names, " OR "),
                  ")");
  if (!question_.having.empty()) {
    absl::StrAppend(&sql, " AND ", question_.having);
  }
  absl::StrAppend(&sql, " ORDER BY ");
  if (!question_.order.empty()) absl::StrAppend(&sql, question_.order, ", ");
  absl::StrAppend(&sql, List(groups_, ", "), "t");
  if (question_.limit) absl::StrAppend(&sql, " LIMIT ", *question_.limit);
  return sql;
}

// Of shares: over all groups, before HAVING. TOP never meets them here.
std::string Reference::Totals() const {
  std::string totals;
  for (size_t i = 0; i < question_.items.size(); ++i) {
    const Item& item = question_.items[i];
    if (item.form != Item::Form::kShare) continue;
    std::vector<std::string> within;
    for (const size_t dimension : item.within) {
      within.push_back(spec_.dimensions[dimension].name);
    }
    absl::StrAppend(&totals, ", sum(v", i, ") OVER (PARTITION BY ",
                    List(within, ", "), "t) AS total", i);
  }
  return totals;
}

std::vector<std::string> ReferenceSql(const Question& question,
                                      Sqlite& sqlite) {
  return Reference(question, sqlite).Write();
}

}  // namespace footfall::oracle
