// Across series: the tables of steps.

#include "absl/strings/str_cat.h"
#include "tests/oracle/reference.h"

namespace footfall::oracle {

void Reference::AppendSteps(std::string* sql) const {
  if (!question_.across.empty()) {
    AppendAcross(sql);
  } else if (!two_sides()) {
    AppendStepsOf("step", 0, false, sql);
  } else {
    AppendStepsOf("step0", 0, false, sql);
    AppendStepsOf("step1", 1, false, sql);
    if (Uses(Function::kCorr)) AppendPairs(sql);
  }
}

// `others`: groups that are not in `top` are one.
void Reference::AppendStepsOf(const std::string& name, size_t side, bool others,
                              std::string* sql) const {
  const MetricSpec& spec = SetOf(side).spec;
  const std::string conditions = Conditions(side);
  std::string samples =
      absl::StrCat(spec.name, " WHERE ", conditions, " AND ", RangeTest());
  std::vector<std::string> overlaps = overlaps_[side];
  if (others) {
    const std::string& group = groups_[0];
    samples = absl::StrCat(
        "(SELECT d, value, ", List(overlaps, ", "), group,
        " AS own, CASE WHEN ", group, " IN (SELECT ", group, " FROM top) THEN ",
        group, " ELSE '", question_.others, "' END AS ", group, " FROM ",
        spec.name, " WHERE ", conditions, " AND ", RangeTest(), ")");
    const Additivity rule = spec.dimensions[question_.by[0]].rule;
    if (rule == Additivity::kOverlaps) overlaps.push_back("own");
  }
  const std::string step = absl::StrCat("(SELECT ", List(groups_, ", "), "d, ");
  const std::string end = absl::StrCat(" GROUP BY ", List(groups_, ", "), "d)");
  const size_t split = groups_.size() + (question_.sides.empty() ? 0 : 1);
  if (split == spec.dimensions.size() && !others) {
    Begin(name, sql);
    absl::StrAppend(sql, step, "value AS v, value AS lo FROM ", samples, ")");
  } else if (overlaps.empty()) {
    Begin(name, sql);
    absl::StrAppend(sql, step, "sum(value) AS v, sum(value) AS lo FROM ",
                    samples, end);
  } else {
    Begin(name + "_cell", sql);
    absl::StrAppend(sql, "(SELECT ", List(groups_, ", "),
                    "d, sum(value) AS v FROM ", samples, " GROUP BY ",
                    List(groups_, ", "), List(overlaps, ", "), "d)");
    Begin(name, sql);
    absl::StrAppend(sql, step, "sum(v) AS v, max(v) AS lo FROM ", name, "_cell",
                    end);
  }
}

// Members of the named dimensions first, each of its whole; then these by the
// question's function.
void Reference::AppendAcross(std::string* sql) const {
  std::vector<std::string> parts = groups_;
  for (const size_t dimension : question_.across) {
    parts.push_back(spec_.dimensions[dimension].name);
  }
  const std::string group = List(groups_, ", ");
  const std::string part = absl::StrCat("(PARTITION BY ", group, "d");
  Begin("member", sql);
  absl::StrAppend(sql, "(SELECT ", List(parts, ", "),
                  "d, sum(value) AS v FROM ", spec_.name, " WHERE ",
                  Conditions(0), " AND ", RangeTest(), " GROUP BY ",
                  List(parts, ", "), "d), step AS (SELECT ", group,
                  "d, x AS v, x AS lo ", "FROM (SELECT ", group, "d, ",
                  Over(question_.across_function, "v", Item()), " AS x FROM ",
                  question_.across_function == Function::kMedian
                      ? absl::StrCat("(SELECT *, row_number() OVER ", part,
                                     " ORDER BY v) AS rv, count(*) OVER ", part,
                                     ") AS n FROM member)")
                      : "member",
                  " GROUP BY ", group, "d))");
}

// Steps at which both sides have a value: of corr.
void Reference::AppendPairs(std::string* sql) const {
  Begin("step", sql);
  absl::StrAppend(sql, "(SELECT ", List(groups_, ", "),
                  "d, step0.v, step0.lo, step1.v AS w, step1.lo AS wlo FROM ",
                  "step0 JOIN step1 USING (", List(groups_, ", "), "d))");
}

// An inner bucket stands where its first step with a value does. One that the
// range cuts is left out; one without steps has a count of 0.
void Reference::AppendInner(std::string* sql) const {
  const std::string bucket = absl::StrCat("b", *question_.inner);
  const Function function = question_.inner_function;
  const std::string cut =
      absl::StrCat("(SELECT ", bucket, " AS range_t, min(d) AS range_d, ",
                   "count(*) AS in_range FROM ", calendar_, " WHERE ",
                   RangeTest(), " GROUP BY 1)");
  Begin("inner_step", sql);
  absl::StrAppend(sql, "(SELECT ", List(groups_, ", "),
                  "min(d) AS d, t AS inner_t, count(*) AS steps, ",
                  Over(function, "v", Item()), " AS v, ",
                  Over(function, low(), Item()), " AS lo FROM ",
                  Ranked("step", bucket), " GROUP BY ", List(groups_, ", "),
                  "t)");
  if (function == Function::kCount) {
    absl::StrAppend(sql, ", inner_all AS (SELECT * FROM inner_step UNION ALL ",
                    "SELECT ", List(groups_, ", "),
                    "range_d, range_t, 0, 0, 0 FROM (SELECT DISTINCT ",
                    groups_.empty() ? "1" : List(groups_, ""),
                    " FROM step) AS g CROSS JOIN ", cut,
                    " AS c WHERE NOT EXISTS (SELECT 1 FROM inner_step AS s "
                    "WHERE s.inner_t = c.range_t");
    for (const std::string& group : groups_) {
      absl::StrAppend(sql, " AND s.", group, " = g.", group);
    }
    absl::StrAppend(sql, "))");
  }
  absl::StrAppend(sql, ", inner AS (SELECT x.*, j FROM ",
                  function == Function::kCount ? "inner_all" : "inner_step",
                  " AS x JOIN ", spec_.name, "_", bucket,
                  " ON t = inner_t JOIN ", cut,
                  " AS c ON c.range_t = inner_t WHERE in_range = whole)");
}

}  // namespace footfall::oracle
