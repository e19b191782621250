// Questions as SQL. Everything that Footfall decides for itself is spelled out
// here a second time: two stages, bounds, coverage, partial buckets, the range
// where DURING leaves a side open, the groups of TOP, where a row looks back
// to. A question becomes a script of these tables, top to bottom:
//
//   cell    sums by group, step and member of each OVERLAPS dimension
//   step    by group and step: value (their sum) and low (the largest of them);
//           without cells where nothing overlaps
//   top     the groups of TOP
//   inner   by group and inner bucket, in place of steps: f(g(x) EVERY month)
//   bucket  the buckets of the range, and those that rows look back to
//   found   by group and bucket: functions over time, for each item value and
//           low v and lo, and w and wlo of a second operand
//   seen    the same, with what a row sees of those before and beside it
//   answer  by group and bucket: items, with kind and coverage
//   filled  the same with rows for all buckets, where FILL is said
//
// What others join is kept as a table with an index (Keep): SQLite takes a
// subquery with a window for one row, and would go through all for each. One
// with a LIMIT, SQLite 3.46 computes anew for each row that it is joined to.

#ifndef FOOTFALL_TESTS_ORACLE_REFERENCE_H_
#define FOOTFALL_TESTS_ORACLE_REFERENCE_H_

#include <string>
#include <vector>

#include "tests/oracle/question.h"
#include "tests/oracle/sqlite.h"

namespace footfall::oracle {

class Reference {
 public:
  // Both outlive it.
  Reference(const Question& question, Sqlite& sqlite);

  std::vector<std::string> Write();

 private:
  // What an item's columns are made of.
  struct Columns {
    std::string value;
    std::string kind = "NULL";  // NULL: not known
    std::string present = "present";
    std::string expected = "expected";
  };

  // reference.cc: the script as a whole
  static void Begin(const std::string& table, std::string* sql);
  void Keep(const std::string& table, const std::string& key,
            const std::string& sql);
  std::string AskText(const std::string& sql);
  std::string Conditions(size_t side) const;
  std::string AnyConditions() const;
  void FindRange();
  void FindLookBack();
  std::string RangeTest() const;
  void KeepTop(const std::string& table, std::string sql);
  void KeepBuckets();
  std::string Answer() const;
  std::string Totals() const;
  void AppendFill(std::string* sql) const;

  // reference_steps.cc: across series
  void AppendSteps(std::string* sql) const;
  void AppendStepsOf(const std::string& name, size_t side, bool others,
                     std::string* sql) const;
  void AppendAcross(std::string* sql) const;
  void AppendPairs(std::string* sql) const;
  void AppendInner(std::string* sql) const;

  // reference_over_time.cc: over time
  bool Uses(Function function) const;
  std::string Ranked(const std::string& table, const std::string& bucket) const;
  std::string Streaks(const std::string& ranked) const;
  static std::string Over(Function function, const std::string& column,
                          const Item& item);
  void KeepFound(std::string sql);
  bool CountsNothing() const;
  std::string InnerCountOfNothing() const;
  void AppendNothing(const std::string& name, std::string* sql) const;
  void AppendFoundOf(const std::string& name, const std::string& table,
                     std::string* sql) const;

  // reference_rows.cc: items, of their own row and of others
  Columns ColumnsOf(size_t i) const;
  Columns PlainColumns(size_t i) const;
  Columns LookBackColumns(size_t i) const;
  std::string LookBackBuckets() const;
  void KeepSeen();
  std::string LookBackJoins() const;

  // "a, b" and `end`; nothing of nothing.
  static std::string List(const std::vector<std::string>& names,
                          const char* end);
  bool looks_back() const;
  // The column of lows: v itself where nothing overlaps.
  std::string low() const;
  bool two_sides() const {
    return !question_.sides.empty() || question_.other_set != nullptr;
  }
  // The set that a side is of.
  const DataSet& SetOf(size_t side) const {
    return side == 1 && question_.other_set != nullptr ? *question_.other_set
                                                       : *question_.set;
  }

  const Question& question_;
  const MetricSpec& spec_;
  const std::string calendar_;
  Sqlite& sqlite_;
  std::vector<std::string> script_;
  std::vector<std::string> groups_;
  // [sides] Combined by the sum of an OVERLAPS.
  std::vector<std::string> overlaps_[2];
  std::string bucket_;        // a column of the calendar, or ''
  std::string buckets_;       // the table of that column
  std::string first_, last_;  // starts of steps: [first_, last_]
  // Where rows look back: steps from `back_` on to the first bucket of the
  // range, exclusive, are read too.
  std::string back_, range_bucket_;
  // Starts of the buckets with the first and the last sample.
  std::string first_data_, last_data_;
};

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_ORACLE_REFERENCE_H_
