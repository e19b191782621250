// Over time: functions of the steps of one group and bucket.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/oracle/reference.h"

namespace footfall::oracle {

bool Reference::Uses(Function function) const {
  const auto is = [&](Function used) { return used == function; };
  return (question_.inner && is(question_.inner_function)) ||
         std::any_of(question_.items.begin(), question_.items.end(),
                     [&](const Item& item) {
                       return is(item.function) || is(item.other);
                     });
}

// Steps (or inner buckets) with their bucket `t`, their number `at`, and their
// places among those of their group and bucket where a function asks for it.
std::string Reference::Ranked(const std::string& table,
                              const std::string& bucket) const {
  const std::string part =
      absl::StrCat(" OVER (PARTITION BY ", List(groups_, ", "), bucket);
  const std::string at = table == "inner" ? "j" : "i";
  std::string places;
  if (Uses(Function::kMedian) || Uses(Function::kPercentile)) {
    absl::StrAppend(&places, ", row_number()", part, " ORDER BY v) AS rv");
    if (low() != "v") {
      absl::StrAppend(&places, ", row_number()", part, " ORDER BY lo) AS rlo");
    }
  }
  if (Uses(Function::kFirst) || Uses(Function::kLast) ||
      Uses(Function::kCagr)) {
    absl::StrAppend(&places, ", row_number()", part, " ORDER BY d) AS rd");
  }
  if (!places.empty()) absl::StrAppend(&places, ", count(*)", part, ") AS n");
  if (Uses(Function::kStddev) || Uses(Function::kSlope) ||
      Uses(Function::kCorr)) {
    absl::StrAppend(&places, ", avg(v)", part, ") AS mean");
  }
  if (Uses(Function::kSlope)) {
    absl::StrAppend(&places, ", avg(", at, ")", part, ") AS middle");
  }
  if (Uses(Function::kCorr)) {
    absl::StrAppend(&places, ", avg(w)", part, ") AS wmean");
  }
  if (Uses(Function::kCountInTop)) {
    absl::StrAppend(&places, ", rank() OVER (PARTITION BY ", at,
                    " ORDER BY v DESC) AS place");
  }
  std::string ranked =
      absl::StrCat("(SELECT ", table, ".*, ", at, " AS at, ", bucket, " AS t",
                   places, " FROM ", table, " JOIN ", calendar_, " USING (d))");
  return Uses(Function::kStreak) ? Streaks(ranked) : ranked;
}

// Steps where the test holds, `hit_v`, that follow one another have the same
// difference of their number and of how many hits there were: an island. How
// far into it a hit is: `run_v`. The same of the lows.
std::string Reference::Streaks(const std::string& ranked) const {
  const Item& item = *std::find_if(
      question_.items.begin(), question_.items.end(),
      [](const Item& i) { return i.function == Function::kStreak; });
  const std::string part =
      absl::StrCat("(PARTITION BY ", List(groups_, ", "), "t");
  std::string hits, islands, runs;
  std::vector<std::string> columns = {"v"};
  if (low() != "v") columns.push_back(low());
  for (const std::string& column : columns) {
    absl::StrAppend(&hits, ", ", column, " ", item.comparison, " ",
                    item.threshold, " AS hit_", column);
    absl::StrAppend(&islands, ", at - sum(hit_", column, ") OVER ", part,
                    " ORDER BY at) AS island_", column);
    absl::StrAppend(&runs, ", row_number() OVER ", part, ", hit_", column,
                    ", island_", column, " ORDER BY at) AS run_", column);
  }
  return absl::StrCat("(SELECT *", runs, " FROM (SELECT *", islands,
                      " FROM (SELECT *", hits, " FROM ", ranked, ")))");
}

// A function of the steps of one group and bucket; `column` is v or lo.
std::string Reference::Over(Function function, const std::string& column,
                            const Item& item) {
  const auto at_place = [&](const char* place, const std::string& which,
                            const std::string& value) {
    return absl::StrCat("max(CASE WHEN ", place, column, " = ", which, " THEN ",
                        value, " END)");
  };
  const auto first_or_last = [&](const char* which, const std::string& value) {
    return absl::StrCat("max(CASE WHEN rd = ", which, " THEN ", value, " END)");
  };
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
      return first_or_last("1", column);
    case Function::kLast:
      return first_or_last("n", column);
    case Function::kCount:
      return "count(*)";
    case Function::kMedian:
      return absl::StrCat("(", at_place("r", "(n + 1) / 2", column), " + ",
                          at_place("r", "(n + 2) / 2", column), ") / 2.0");
    case Function::kPercentile: {
      // Between the place (n - 1) p / 100 from 0 on, cut, and the next.
      const std::string place = absl::StrCat("(n - 1) * ", item.n);
      const std::string part = absl::StrCat("max(", place, " % 100) / 100.0");
      return absl::StrCat("(", at_place("r", place + " / 100 + 1", column),
                          " * (1 - ", part, ") + coalesce(",
                          at_place("r", place + " / 100 + 2", column),
                          ", 0) * ", part, ")");
    }
    case Function::kCoverage:
      return "count(*) * 1.0 / max(expected)";
    case Function::kFirstTime:
      return absl::StrCat("min(CASE WHEN ", column, " ", item.comparison, " ",
                          item.threshold, " THEN d END)");
    case Function::kStddev:
      return "sqrt(sum((v - mean) * (v - mean)) / (count(*) - 1))";
    case Function::kStreak:
      return absl::StrCat("max(hit_", column, " * run_", column, ")");
    case Function::kSlope:
      return "sum((at - middle) * (v - mean)) / "
             "sum((at - middle) * (at - middle))";
    case Function::kCagr: {
      const std::string days =
          absl::StrCat("(julianday(", first_or_last("n", "d"), ") - julianday(",
                       first_or_last("1", "d"), "))");
      const std::string first = first_or_last("1", column);
      const std::string last = first_or_last("n", column);
      return absl::StrCat("CASE WHEN ", first, " > 0 AND ", last, " > 0 AND ",
                          days, " >= 365 THEN pow(", last, " * 1.0 / ", first,
                          ", 365.2425 / ", days, ") - 1 END");
    }
    case Function::kCorr:
      return "CASE WHEN count(*) >= 3 THEN sum((v - mean) * (w - wmean)) / "
             "sqrt(sum((v - mean) * (v - mean))) / "
             "sqrt(sum((w - wmean) * (w - wmean))) END";
    case Function::kCountInTop:
      return absl::StrCat("sum(place <= ", item.n, ")");
  }
  return "";
}

void Reference::KeepFound(std::string sql) {
  const std::string key =
      absl::StrCat("t", groups_.empty() ? "" : ", ", List(groups_, ""));
  if (!two_sides() || Uses(Function::kCorr)) {
    AppendFoundOf("found", question_.inner ? "inner" : "step", &sql);
    return Keep("found", key, sql);
  }
  // A function of one side beside one of the other.
  AppendFoundOf("found0", "step0", &sql);
  Keep("found0", key, sql);
  AppendFoundOf("found1", "step1", &sql);
  Keep("found1", key, sql);
  sql.clear();
  Begin("found", &sql);
  absl::StrAppend(&sql, "(SELECT ", key,
                  ", coalesce(found0.cut, found1.cut) AS cut, "
                  "coalesce(found0.expected, found1.expected) AS expected");
  for (size_t i = 0; i < question_.items.size(); ++i) {
    const Item& item = question_.items[i];
    const auto add = [&](const char* column, size_t side, const char* as) {
      absl::StrAppend(&sql, ", found", side, ".", column, i, " AS ", as, i);
    };
    add("v", item.side, "v");
    add("lo", item.side, "lo");
    if (item.form == Item::Form::kRatio ||
        item.form == Item::Form::kDifference) {
      add("w", 1, "w");
      add("wlo", 1, "wlo");
    }
  }
  absl::StrAppend(&sql, ", found0.present AS present0, found1.present AS ",
                  "present1 FROM found0 FULL JOIN found1 USING (", key, "))");
  Keep("found", key, sql);
}

void Reference::AppendFoundOf(const std::string& name, const std::string& table,
                              std::string* sql) const {
  Begin(name, sql);
  absl::StrAppend(sql, "(SELECT ", List(groups_, ", "),
                  "t, max(cut) AS cut, max(expected) AS expected, ",
                  question_.inner ? "sum(steps)" : "count(*)",
                  " AS present, max(v - lo",
                  Uses(Function::kCorr) ? " + w - wlo" : "", ") AS gap");
  if (Uses(Function::kCagr)) {
    sql->append(", max(CASE WHEN rd = 1 OR rd = n THEN v - lo END) AS end_gap");
  }
  if (looks_back()) absl::StrAppend(sql, ", max(d0) AS d0, max(j) AS j");
  for (size_t i = 0; i < question_.items.size(); ++i) {
    const Item& item = question_.items[i];
    absl::StrAppend(sql, ", ", Over(item.function, "v", item), " AS v", i, ", ",
                    Over(item.function, low(), item), " AS lo", i);
    if (item.form == Item::Form::kRatio ||
        item.form == Item::Form::kDifference) {
      absl::StrAppend(sql, ", ", Over(item.other, "v", item), " AS w", i, ", ",
                      Over(item.other, low(), item), " AS wlo", i);
    }
    if (item.form == Item::Form::kBounds) {
      absl::StrAppend(sql, ", max(lo) AS most", i);
    }
    if (item.looks_back()) {
      absl::StrAppend(sql, ", max(since", i, ") AS since", i, ", max(wide", i,
                      ") AS wide", i);
    }
  }
  absl::StrAppend(sql, " FROM ", Ranked(table, bucket_),
                  " JOIN bucket USING (t)");
  if (question_.top && question_.others.empty()) {
    absl::StrAppend(sql, " JOIN top USING (", List(groups_, ""), ")");
  }
  absl::StrAppend(sql, " GROUP BY ", List(groups_, ", "), "t",
                  question_.inner ? " HAVING sum(steps) > 0" : "", ")");
  if (CountsNothing()) AppendNothing(name, sql);
}

bool Reference::CountsNothing() const {
  const auto counts = [](Function function) {
    return function == Function::kCount || function == Function::kCoverage;
  };
  return std::any_of(
      question_.items.begin(), question_.items.end(), [&](const Item& item) {
        const bool two = item.form == Item::Form::kRatio ||
                         item.form == Item::Form::kDifference;
        return counts(item.function) || (two && counts(item.other));
      });
}

// count(count(x) EVERY inner) of a bucket b without samples: its whole inner
// buckets, of which each has a count of 0.
std::string Reference::InnerCountOfNothing() const {
  const std::string inner = absl::StrCat("b", *question_.inner);
  return absl::StrCat(
      "(SELECT count(*) FROM (SELECT ", inner, " AS inner_t, min(", bucket_,
      ") AS outer_t, count(*) AS steps FROM ", calendar_, " WHERE ",
      RangeTest(), " GROUP BY 1) AS c JOIN ", spec_.name, "_", inner,
      " AS w ON w.t = c.inner_t WHERE steps = whole AND "
      "outer_t = b.t)");
}

// Rows of buckets without samples, of groups that have some in the range, and
// of all where there is one row at most: counts and coverages of 0.
void Reference::AppendNothing(const std::string& name, std::string* sql) const {
  const auto of_nothing = [this](Function function) -> std::string {
    if (function == Function::kCoverage) {
      return "CASE WHEN expected > 0 THEN 0.0 END";
    }
    if (function != Function::kCount) return "NULL";
    return question_.inner && question_.inner_function == Function::kCount
               ? InnerCountOfNothing()
               : "0";
  };
  std::string groups;
  const std::string inside =
      absl::StrCat(" WHERE d BETWEEN '", first_, "' AND '", last_, "'");
  if (groups_.empty() && !question_.every) {
    groups = "SELECT 1";
  } else {
    const auto of = [&](const std::string& table) {
      return absl::StrCat("SELECT DISTINCT ",
                          groups_.empty() ? "1" : List(groups_, ""), " FROM ",
                          table, inside);
    };
    groups = two_sides() && !Uses(Function::kCorr)
                 ? absl::StrCat(of("step0"), " UNION ", of("step1"))
                 : of(question_.inner ? "inner" : "step");
  }
  const std::string real = name + "_real";
  const size_t at = sql->rfind(name + " AS (");
  sql->replace(at, name.size(), real);
  absl::StrAppend(sql, ", ", name, " AS (SELECT * FROM ", real,
                  " UNION ALL SELECT ", List(groups_, ", "),
                  "t, cut, expected, 0, NULL");
  if (Uses(Function::kCagr)) sql->append(", NULL");
  if (looks_back()) sql->append(", d0, j");
  for (size_t i = 0; i < question_.items.size(); ++i) {
    const Item& item = question_.items[i];
    const std::string own = of_nothing(item.function);
    absl::StrAppend(sql, ", ", own, ", ", own);
    if (item.form == Item::Form::kRatio ||
        item.form == Item::Form::kDifference) {
      const std::string other = of_nothing(item.other);
      absl::StrAppend(sql, ", ", other, ", ", other);
    }
    if (item.form == Item::Form::kBounds) sql->append(", NULL");
    if (item.looks_back()) absl::StrAppend(sql, ", since", i, ", wide", i);
  }
  absl::StrAppend(sql, " FROM (", groups, ") AS g CROSS JOIN bucket AS b");
  if (question_.top && question_.others.empty()) {
    absl::StrAppend(sql, " JOIN top USING (", List(groups_, ""), ")");
  }
  absl::StrAppend(sql, " WHERE NOT EXISTS (SELECT 1 FROM ", real,
                  " AS r WHERE r.t = b.t");
  for (const std::string& group : groups_) {
    absl::StrAppend(sql, " AND r.", group, " = g.", group);
  }
  absl::StrAppend(sql, "))");
}

}  // namespace footfall::oracle
