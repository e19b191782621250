// What an item is of its own row, and of those before and beside it.

#include "absl/strings/str_cat.h"
#include "tests/oracle/reference.h"

namespace footfall::oracle {
namespace {

using Form = Item::Form;

// The kind of v / w or v - w by the rules of intervals, where nothing is
// negative and lows lie below values. A divisor that may be 0 is left alone.
std::string KindOfTwo(bool ratio, const std::string& v, const std::string& lo,
                      const std::string& w, const std::string& wlo) {
  return absl::StrCat(
      "CASE WHEN ", v, " = ", lo, " AND ", w, " = ", wlo, " THEN 'exact'",
      ratio ? absl::StrCat(" WHEN ", v, " = 0 OR ", wlo, " = 0 THEN NULL") : "",
      " WHEN ", w, " = ", wlo, " THEN 'upper' WHEN ", v, " = ", lo,
      " THEN 'lower' ELSE 'range' END");
}

std::string ExactOrUpper(const std::string& v, const std::string& lo) {
  return absl::StrCat("CASE WHEN ", v, " = ", lo,
                      " THEN 'exact' ELSE 'upper' END");
}

// Of two coverages the one that is less; not told where they are the same
// fraction of different steps.
std::string Least(const std::string& what, const std::string& f,
                  const std::string& e) {
  const std::string left = absl::StrCat(f, "present * ", e, "expected");
  const std::string right = absl::StrCat(e, "present * ", f, "expected");
  return absl::StrCat("CASE WHEN ", left, " < ", right, " THEN ", f, what,
                      " WHEN ", left, " > ", right, " THEN ", e, what, " WHEN ",
                      f, what, " = ", e, what, " THEN ", f, what, " END");
}

}  // namespace

Reference::Columns Reference::ColumnsOf(size_t i) const {
  return looks_back() ? LookBackColumns(i) : PlainColumns(i);
}

Reference::Columns Reference::PlainColumns(size_t i) const {
  const Item& item = question_.items[i];
  const std::string v = absl::StrCat("v", i);
  const std::string lo = absl::StrCat("lo", i);
  const std::string w = absl::StrCat("w", i);
  const std::string wlo = absl::StrCat("wlo", i);
  const bool apart = two_sides() && !Uses(Function::kCorr);
  Columns columns;
  columns.value = v;
  if (apart) {
    columns.present = absl::StrCat("present", item.side);
    columns.expected = absl::StrCat("CASE WHEN present", item.side,
                                    " IS NOT NULL THEN expected END");
  }
  switch (item.form) {
    case Form::kShare:
      columns.value = absl::StrCat(v, " * 1.0 / total", i);
      return columns;
    case Form::kWithin:
      // The least coverage, and the kind, are of all groups; users of several
      // may be the same.
      columns.value = absl::StrCat("total", i);
      columns.kind = overlaps_[0].empty() && item.of_groups != "sum" &&
                             item.of_groups != "top_share"
                         ? "'exact'"
                         : "NULL";
      columns.present = "NULL";
      columns.expected = "NULL";
      if (item.of_groups == "rank") {
        columns.present = "present";
        columns.expected = "expected";
      }
      return columns;
    case Form::kRatio:
    case Form::kDifference: {
      const bool ratio = item.form == Form::kRatio;
      columns.value =
          ratio ? absl::StrCat(v, " * 1.0 / ", w) : absl::StrCat(v, " - ", w);
      columns.kind = KindOfTwo(ratio, v, lo, w, wlo);
      if (apart) {
        columns.present = "min(present0, present1)";
        columns.expected = "expected";
      }
      return columns;
    }
    case Form::kDaysToEvent:
      // How far a bound is from the event depends on where both lie.
      columns.value = absl::StrCat("CAST(abs(julianday(date(", v,
                                   ")) - julianday((SELECT day FROM ",
                                   "event WHERE member = app))) AS INTEGER)");
      columns.kind =
          absl::StrCat("CASE WHEN ", v, " = ", lo, " THEN 'exact' END");
      return columns;
    case Form::kBounds:
      columns.value = lo;
      columns.kind = v;
      // Users of several steps: no fewer than those of the best.
      if (item.function == Function::kSum &&
          spec_.over_time == Additivity::kOverlaps) {
        columns.value = absl::StrCat("most", i);
        columns.kind =
            absl::StrCat("CASE WHEN present = expected THEN ", v, " END");
      }
      return columns;
    default:
      break;
  }
  // The high of x is its value: what must grow must also pass by its low, what
  // must fall may pass by its low before.
  const bool grows = !item.comparison.empty() && item.comparison[0] == '>';
  switch (item.function) {
    case Function::kFirstTime:
      columns.value =
          absl::StrCat("(SELECT b0 FROM ", calendar_, " WHERE d = ", v, ")");
      columns.kind =
          absl::StrCat("CASE WHEN ", v, " = ", lo, " THEN 'exact' ELSE '",
                       grows ? "lower" : "upper", "' END");
      break;
    case Function::kStreak:
      columns.kind =
          absl::StrCat("CASE WHEN ", v, " = ", lo, " THEN 'exact' ELSE '",
                       grows ? "upper" : "lower", "' END");
      break;
    case Function::kStddev:
    case Function::kSlope:
    case Function::kCorr:
      // They work on printed values.
      columns.kind = "CASE WHEN gap = 0 THEN 'exact' ELSE 'inexact' END";
      break;
    case Function::kCagr:
      columns.kind = "CASE WHEN end_gap = 0 THEN 'exact' ELSE 'inexact' END";
      break;
    case Function::kCountInTop:
      // Of a place among others: exact where all are.
      columns.kind = overlaps_[0].empty() ? "'exact'" : "NULL";
      break;
    default:
      columns.kind = ExactOrUpper(v, lo);
  }
  // What is combined by another function is not said to be a bound.
  if (!question_.across.empty() && !overlaps_[0].empty()) columns.kind = "NULL";
  return columns;
}

// Columns of `bucket`: for each item, the start of the bucket n - 1 before, and
// the steps from there on, or from the start of the range on.
std::string Reference::LookBackBuckets() const {
  std::string columns;
  if (!looks_back()) return columns;
  absl::StrAppend(&columns, ", d0 >= '", range_bucket_, "' AS inside");
  for (size_t i = 0; i < question_.items.size(); ++i) {
    const Item& item = question_.items[i];
    if (!item.looks_back()) continue;
    if (item.form == Form::kMa) {
      absl::StrAppend(&columns, ", lag(d0, ", item.n - 1,
                      ") OVER (ORDER BY j) AS since", i,
                      ", sum(expected) OVER (ORDER BY j ROWS ", item.n - 1,
                      " PRECEDING) AS wide", i);
    } else {
      absl::StrAppend(&columns, ", d0 AS since", i, ", sum(CASE WHEN d0 >= '",
                      range_bucket_,
                      "' THEN expected END) OVER (ORDER BY j) AS wide", i);
    }
  }
  return columns;
}

void Reference::KeepSeen() {
  std::string sql;
  const std::string part =
      groups_.empty() ? "" : absl::StrCat("PARTITION BY ", List(groups_, " "));
  Begin("seen", &sql);
  absl::StrAppend(&sql, "(SELECT found.*, d0 >= '", range_bucket_,
                  "' AS inside");
  for (size_t i = 0; i < question_.items.size(); ++i) {
    const Item& item = question_.items[i];
    const std::string v = absl::StrCat("v", i);
    const std::string lo = absl::StrCat("lo", i);
    const auto add = [&](const std::string& what, const std::string& window,
                         const char* name) {
      absl::StrAppend(&sql, ", ", what, " OVER (", part, " ", window, ") AS ",
                      name, i);
    };
    if (item.form == Form::kMa) {
      const std::string last =
          absl::StrCat("ORDER BY j RANGE BETWEEN ", item.n - 1,
                       " PRECEDING AND CURRENT ROW");
      add("avg(" + v + ")", last, "sum");
      add("avg(" + lo + ")", last, "sumlo");
      add("sum(present)", last, "there");
    } else if (item.form == Form::kCumulative) {
      const auto inside = [&](const std::string& x) {
        return absl::StrCat("sum(CASE WHEN d0 >= '", range_bucket_, "' THEN ",
                            x, " END)");
      };
      add(inside(v), "ORDER BY j", "sum");
      add(inside(lo), "ORDER BY j", "sumlo");
      add(inside("present"), "ORDER BY j", "there");
    } else if (item.form == Form::kRank || item.form == Form::kRankDelta) {
      absl::StrAppend(&sql, ", rank() OVER (PARTITION BY t ORDER BY ", v,
                      " DESC) AS rank", i);
      if (overlaps_[0].empty()) {
        absl::StrAppend(&sql, ", 1 AS sure", i);
        continue;
      }
      // The best place that it can have is the worst.
      absl::StrAppend(&sql, ", NOT EXISTS (SELECT 1 FROM found AS o WHERE ",
                      "o.t = found.t AND o.", v, " > found.", lo, " AND o.", lo,
                      " <= found.", v, " AND (");
      std::string differ;
      for (const std::string& group : groups_) {
        absl::StrAppend(&differ, differ.empty() ? "" : " OR ", "o.", group,
                        " <> found.", group);
      }
      absl::StrAppend(&sql, differ, ")) AS sure", i);
    }
  }
  absl::StrAppend(&sql, " FROM found)");
  Keep("seen", List(groups_, ", ") + "d0", sql);
}

// The row `e0`, `e1`, ... that an item looks back to.
std::string Reference::LookBackJoins() const {
  std::string joins;
  for (size_t i = 0; i < question_.items.size(); ++i) {
    const Item& item = question_.items[i];
    if (!item.shifts()) continue;
    const std::string e = absl::StrCat("e", i, ".");
    const std::string earlier =
        absl::StrCat(question_.set->sub_day() ? "datetime(" : "date(",
                     "f.d0, '", item.sql_shift, "')");
    absl::StrAppend(&joins, " LEFT JOIN seen AS e", i, " ON ", e,
                    "d0 = ", earlier);
    // A month before 03-31 there is no day, and SQLite takes 03-03.
    if (item.sql_shift.find("month") != std::string::npos ||
        item.sql_shift.find("year") != std::string::npos) {
      absl::StrAppend(&joins, " AND substr(", earlier,
                      ", 9, 2) = substr(f.d0, 9, 2)");
    }
    for (const std::string& group : groups_) {
      absl::StrAppend(&joins, " AND ", e, group, " = f.", group);
    }
  }
  return joins;
}

Reference::Columns Reference::LookBackColumns(size_t i) const {
  const Item& item = question_.items[i];
  const std::string v = absl::StrCat("f.v", i);
  const std::string lo = absl::StrCat("f.lo", i);
  const std::string e = absl::StrCat("e", i, ".");
  const std::string ev = absl::StrCat(e, "v", i);
  const std::string elo = absl::StrCat(e, "lo", i);
  const std::string rank = absl::StrCat("rank", i);
  const std::string sure = absl::StrCat("sure", i);
  Columns columns;
  columns.present = "f.present";
  columns.expected = "f.expected";
  if (item.shifts()) {
    columns.present = Least("present", "f.", e);
    columns.expected = Least("expected", "f.", e);
  }
  switch (item.form) {
    case Form::kLag:
      columns.value = ev;
      columns.kind = ExactOrUpper(ev, elo);
      columns.present = e + "present";
      columns.expected = e + "expected";
      break;
    case Form::kDelta:
      columns.value = absl::StrCat("CASE WHEN NOT f.cut AND NOT ", e,
                                   "cut THEN ", v, " - ", ev, " END");
      columns.kind = KindOfTwo(false, v, lo, ev, elo);
      break;
    case Form::kGrowth:
      columns.value = absl::StrCat("CASE WHEN NOT f.cut AND NOT ", e,
                                   "cut THEN ", v, " * 1.0 / ", ev, " - 1 END");
      columns.kind = KindOfTwo(true, v, lo, ev, elo);
      break;
    case Form::kMa:
    case Form::kCumulative: {
      const std::string whole =
          item.form == Form::kMa
              ? absl::StrCat("f.since", i, " >= '", first_data_,
                             "' AND f.d0 <= '", last_data_, "'")
              : "1";
      const auto where_whole = [&](const std::string& x) {
        return absl::StrCat("CASE WHEN ", whole, " THEN f.", x, i, " END");
      };
      columns.value = where_whole("sum");
      columns.kind =
          ExactOrUpper(absl::StrCat("f.sum", i), absl::StrCat("f.sumlo", i));
      columns.present = where_whole("there");
      columns.expected = where_whole("wide");
      break;
    }
    case Form::kRank:
      columns.value = "f." + rank;
      columns.kind = absl::StrCat("CASE WHEN f.", sure,
                                  " THEN 'exact' ELSE 'inexact' END");
      break;
    case Form::kRankDelta:
      columns.value = absl::StrCat("CASE WHEN NOT f.cut AND NOT ", e,
                                   "cut THEN ", e, rank, " - f.", rank, " END");
      columns.kind = absl::StrCat("CASE WHEN f.", sure, " AND ", e, sure,
                                  " THEN 'exact' ELSE 'inexact' END");
      break;
    default:
      columns.value = v;
      columns.kind = ExactOrUpper(v, lo);
  }
  return columns;
}

}  // namespace footfall::oracle
