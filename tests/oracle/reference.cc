// Questions as SQL. Everything that Footfall decides for itself is spelled out
// here a second time: two stages, bounds, coverage, partial buckets, the range
// where DURING leaves a side open, the groups of TOP.
//
//   cell   sums by group, step and member of each OVERLAPS dimension
//   step   value (their sum) and low (the largest of them) by group and step;
//          without cells where nothing overlaps
//   found  functions over time by group and bucket

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/oracle/question.h"

namespace footfall::oracle {
namespace {

std::string Quote(const std::string& text) { return "'" + text + "'"; }

class Reference {
 public:
  Reference(const Question& question, Sqlite& sqlite)
      : question_(question),
        spec_(question.set->spec),
        calendar_(spec_.name + "_cal"),
        sqlite_(sqlite) {
    for (const size_t dimension : question.by) {
      groups_.push_back(spec_.dimensions[dimension].name);
    }
    for (size_t i = 0; i < spec_.dimensions.size(); ++i) {
      const bool split = std::find(question.by.begin(), question.by.end(), i) !=
                         question.by.end();
      if (!split && spec_.dimensions[i].rule == Additivity::kOverlaps) {
        overlaps_.push_back(spec_.dimensions[i].name);
      }
    }
    bucket_ = question.every ? absl::StrCat("b", *question.every) : "''";
  }

  std::string Write() {
    FindRange();
    std::string sql = "WITH ";
    AppendSteps(&sql);
    if (question_.top) AppendTop(&sql);
    AppendBuckets(&sql);
    AppendRows(&sql);
    AppendAnswer(&sql);
    return sql;
  }

 private:
  static std::string List(const std::vector<std::string>& names,
                          const char* end) {
    return names.empty() ? "" : absl::StrCat(absl::StrJoin(names, ", "), end);
  }

  std::string Conditions() const {
    return question_.where.empty() ? "1"
                                   : absl::StrJoin(question_.where, " AND ");
  }

  // The steps in the range: [first_, last_] as starts of steps.
  void FindRange() {
    const auto ask = [&](const std::string& sql) {
      const SqlValue value = sqlite_.AskOne(sql);
      const std::string* text = std::get_if<std::string>(&value);
      return text != nullptr ? *text : std::string();
    };
    const Span& span = question_.span;
    std::string inside = Conditions();
    if (span.first) {
      first_ = ask(absl::StrCat("SELECT min(d) FROM ", calendar_,
                                " WHERE d >= ", Quote(*span.first)));
      absl::StrAppend(&inside, " AND d >= ", Quote(first_));
    }
    if (span.last) {
      last_ = ask(absl::StrCat("SELECT max(d) FROM ", calendar_,
                               " WHERE e <= ", Quote(*span.last)));
      absl::StrAppend(&inside, " AND d <= ", Quote(last_));
    }
    // A side left out: the first or last sample read; its bucket is whole.
    const auto open_side = [&](const char* end) {
      const std::string d = ask(absl::StrCat("SELECT ", end, "(d) FROM ",
                                             spec_.name, " WHERE ", inside));
      if (!question_.every || d.empty()) return d;
      return ask(absl::StrCat("SELECT ", end, "(d) FROM ", calendar_, " WHERE ",
                              bucket_, " = (SELECT ", bucket_, " FROM ",
                              calendar_, " WHERE d = ", Quote(d), ")"));
    };
    if (!span.first) first_ = open_side("min");
    if (!span.last) last_ = open_side("max");
  }

  void AppendSteps(std::string* sql) const {
    const std::string samples =
        absl::StrCat(" FROM ", spec_.name, " WHERE ", Conditions(),
                     " AND d BETWEEN ", Quote(first_), " AND ", Quote(last_));
    const std::string step =
        absl::StrCat("step AS (SELECT ", List(groups_, ", "), "d, ");
    const std::string end =
        absl::StrCat(" GROUP BY ", List(groups_, ", "), "d)");
    if (groups_.size() == spec_.dimensions.size()) {
      absl::StrAppend(sql, step, "value AS v, value AS lo", samples, ")");
    } else if (overlaps_.empty()) {
      absl::StrAppend(sql, step, "sum(value) AS v, sum(value) AS lo", samples,
                      end);
    } else {
      absl::StrAppend(sql, "cell AS (SELECT ", List(groups_, ", "),
                      "d, sum(value) AS v", samples, " GROUP BY ",
                      List(groups_, ", "), List(overlaps_, ", "), "d), ", step,
                      "sum(v) AS v, max(v) AS lo FROM cell", end);
    }
  }

  // The n best groups over the whole range; ties go by the members.
  void AppendTop(std::string* sql) const {
    const Item& judge = question_.items[question_.top_item];
    const Function function =
        judge.function == Function::kBare ? Function::kAvg : judge.function;
    absl::StrAppend(sql, ", top AS (SELECT ", List(groups_, ""), " FROM ",
                    Ranked("1"), " GROUP BY ", List(groups_, ""), " ORDER BY ",
                    Over(function, "v", judge),
                    question_.top_ascending ? " ASC, " : " DESC, ",
                    List(groups_, ""), " LIMIT ", *question_.top, ")");
  }

  void AppendBuckets(std::string* sql) const {
    absl::StrAppend(sql, ", bucket AS MATERIALIZED (SELECT ", bucket_,
                    " AS t, count(*) AS expected FROM ", calendar_,
                    " WHERE d BETWEEN ", Quote(first_), " AND ", Quote(last_),
                    " GROUP BY t)");
  }

  bool Uses(Function function) const {
    return std::any_of(
        question_.items.begin(), question_.items.end(), [&](const Item& item) {
          return item.function == function || item.other == function;
        });
  }

  // Steps with their place among those of their group and bucket, where a
  // function asks for it.
  std::string Ranked(const std::string& bucket) const {
    const std::string part =
        absl::StrCat("PARTITION BY ", List(groups_, ", "), bucket);
    std::string places;
    if (Uses(Function::kMedian)) {
      absl::StrAppend(&places, ", row_number() OVER (", part,
                      " ORDER BY v) AS rv, row_number() OVER (", part,
                      " ORDER BY lo) AS rlo");
    }
    if (Uses(Function::kFirst) || Uses(Function::kLast)) {
      absl::StrAppend(&places, ", row_number() OVER (", part,
                      " ORDER BY d) AS rd");
    }
    if (!places.empty()) {
      absl::StrAppend(&places, ", count(*) OVER (", part, ") AS n");
    }
    return absl::StrCat("(SELECT step.*, ", bucket, " AS t", places,
                        " FROM step JOIN ", calendar_, " USING (d))");
  }

  // A function of the steps of one group and bucket; `column` is v or lo.
  static std::string Over(Function function, const std::string& column,
                          const Item& item) {
    switch (function) {
      case Function::kBare:
      case Function::kMax:
        return absl::StrCat("max(", column, ")");
      case Function::kSum:
        return absl::StrCat("sum(", column, ")");
      case Function::kAvg:
        return absl::StrCat("avg(", column, ")");
      case Function::kMin:
        return absl::StrCat("min(", column, ")");
      case Function::kFirst:
        return absl::StrCat("max(CASE WHEN rd = 1 THEN ", column, " END)");
      case Function::kLast:
        return absl::StrCat("max(CASE WHEN rd = n THEN ", column, " END)");
      case Function::kCount:
        return "count(*)";
      case Function::kMedian:
        return absl::StrCat("(max(CASE WHEN r", column, " = (n + 1) / 2 THEN ",
                            column, " END) + max(CASE WHEN r", column,
                            " = (n + 2) / 2 THEN ", column, " END)) / 2.0");
      case Function::kCoverage:
        return "count(*) * 1.0 / max(expected)";
      case Function::kFirstTime:
        return absl::StrCat("min(CASE WHEN ", column, " ", item.comparison, " ",
                            item.threshold, " THEN d END)");
    }
    return "";
  }

  void AppendRows(std::string* sql) const {
    absl::StrAppend(
        sql, ", found AS (SELECT ", List(groups_, ", "),
        "t, max(whole) <> max(expected)", question_.every ? "" : " AND 0",
        " AS partial, max(expected) AS expected, ", "count(*) AS present");
    for (size_t i = 0; i < question_.items.size(); ++i) {
      const Item& item = question_.items[i];
      absl::StrAppend(sql, ", ", Over(item.function, "v", item), " AS v", i,
                      ", ", Over(item.function, "lo", item), " AS lo", i);
      if (item.form == Item::Form::kRatio ||
          item.form == Item::Form::kDifference) {
        absl::StrAppend(sql, ", ", Over(item.other, "v", item), " AS w", i,
                        ", ", Over(item.other, "lo", item), " AS wlo", i);
      }
      if (item.form == Item::Form::kBounds) {
        absl::StrAppend(sql, ", max(lo) AS most", i);
      }
    }
    absl::StrAppend(sql, " FROM ", Ranked(bucket_), " JOIN bucket USING (t)");
    if (question_.every) {
      absl::StrAppend(sql, " JOIN ", spec_.name, "_", bucket_, " USING (t)");
    }
    if (question_.top) {
      absl::StrAppend(sql, " JOIN top USING (", List(groups_, ""), ")");
    }
    absl::StrAppend(sql, " GROUP BY ", List(groups_, ", "), "t)");
  }

  // Value and kind, or low and high.
  std::pair<std::string, std::string> Columns(size_t i) const {
    const Item& item = question_.items[i];
    const std::string v = absl::StrCat("v", i);
    const std::string lo = absl::StrCat("lo", i);
    const std::string w = absl::StrCat("w", i);
    const std::string both_exact =
        absl::StrCat("CASE WHEN ", v, " = ", lo, " AND ", w, " = wlo", i,
                     " THEN 'exact' END");
    switch (item.form) {
      case Item::Form::kPlain:
        break;
      case Item::Form::kShare:
        return {absl::StrCat(v, " * 1.0 / total", i), "NULL"};
      case Item::Form::kRatio:
        return {absl::StrCat(v, " * 1.0 / ", w), both_exact};
      case Item::Form::kDifference:
        return {absl::StrCat(v, " - ", w), both_exact};
      case Item::Form::kBounds:
        // Users of several steps: no fewer than those of the best.
        if (item.function == Function::kSum &&
            spec_.over_time == Additivity::kOverlaps) {
          return {
              absl::StrCat("most", i),
              absl::StrCat("CASE WHEN present = expected THEN ", v, " END")};
        }
        return {lo, v};
    }
    if (item.function == Function::kFirstTime) {
      // The high of x is its value: what must grow must also pass by its low,
      // what must fall may pass by its low before.
      const bool grows = item.comparison[0] == '>';
      const std::string label =
          absl::StrCat("(SELECT b0 FROM ", calendar_, " WHERE d = ", v, ")");
      return {label,
              absl::StrCat("CASE WHEN ", v, " = ", lo, " THEN 'exact' ELSE '",
                           grows ? "lower" : "upper", "' END")};
    }
    return {v, absl::StrCat("CASE WHEN ", v, " = ", lo,
                            " THEN 'exact' ELSE 'upper' END")};
  }

  // Totals of shares, over all groups before TOP, which share never meets here.
  void AppendAnswer(std::string* sql) const {
    absl::StrAppend(sql, ", answer AS (SELECT ", List(groups_, ", "),
                    "t, partial, expected, present");
    for (size_t i = 0; i < question_.items.size(); ++i) {
      const auto [value, kind] = Columns(i);
      absl::StrAppend(sql, ", ", value, " AS ", question_.items[i].name, ", ",
                      kind, " AS kind", i);
    }
    absl::StrAppend(sql, " FROM (SELECT *");
    for (size_t i = 0; i < question_.items.size(); ++i) {
      const Item& item = question_.items[i];
      if (item.form != Item::Form::kShare) continue;
      std::vector<std::string> within;
      for (const size_t dimension : item.within) {
        within.push_back(spec_.dimensions[dimension].name);
      }
      absl::StrAppend(sql, ", sum(v", i, ") OVER (PARTITION BY ",
                      List(within, ", "), "t) AS total", i);
    }
    absl::StrAppend(sql, " FROM found)) SELECT ", List(groups_, ", "),
                    question_.every ? "t, " : "", "partial, expected, present");
    for (size_t i = 0; i < question_.items.size(); ++i) {
      absl::StrAppend(sql, ", ", question_.items[i].name, ", kind", i);
    }
    absl::StrAppend(sql, " FROM answer");
    std::vector<std::string> tests;
    if (!question_.having.empty()) tests.push_back(question_.having);
    for (const Item& item : question_.items) {
      // No row without a value.
      if (question_.items.size() == 1) {
        tests.push_back(item.name + " IS NOT NULL");
      }
    }
    if (!tests.empty()) {
      absl::StrAppend(sql, " WHERE ", absl::StrJoin(tests, " AND "));
    }
    absl::StrAppend(sql, " ORDER BY ");
    if (!question_.order.empty()) absl::StrAppend(sql, question_.order, ", ");
    absl::StrAppend(sql, List(groups_, ", "), "t");
    if (question_.limit) absl::StrAppend(sql, " LIMIT ", *question_.limit);
  }

  const Question& question_;
  const MetricSpec& spec_;
  std::string calendar_;
  Sqlite& sqlite_;
  std::vector<std::string> groups_;
  std::vector<std::string> overlaps_;
  std::string bucket_;
  std::string first_, last_;
};

}  // namespace

std::string ReferenceSql(const Question& question, Sqlite& sqlite) {
  return Reference(question, sqlite).Write();
}

}  // namespace footfall::oracle
