// What the oracle asks about: sets of samples that stand in both databases.

#ifndef FOOTFALL_TESTS_ORACLE_DATA_SET_H_
#define FOOTFALL_TESTS_ORACLE_DATA_SET_H_

#include <string>
#include <vector>

#include "footfall/database.h"
#include "footfall/event.h"
#include "footfall/metric.h"
#include "tests/oracle/sqlite.h"

namespace footfall::oracle {

inline constexpr char kEventKind[] = "launch";

// One EVERY, and how SQL finds the label of a bucket from a step's start `d`.
struct BucketWord {
  std::string text;   // "2 weeks"
  std::string label;  // an expression over `d`
};

// A metric of Footfall and the table of the same name in SQLite:
//
//   <name>      (d, <dimensions>, value)   d: the start of the step, a text
//   <name>_cal  (d, e, i, b0, b1, ...)     every step, its last moment, its
//                                          number, and its bucket's label for
//                                          each of `buckets`
//   <name>_b0.. (t, whole, d0, j)          the steps of each bucket, the first
//                                          of them, the bucket's number
//   event        (member, day)             of `events`
struct DataSet {
  MetricSpec spec;
  std::string title;                // for people: where it is from
  std::vector<BucketWord> buckets;  // the metric's own period first

  // One row a sample.
  struct Row {
    std::string d;
    std::vector<std::string> members;
    SqlValue value;
  };
  std::vector<Row> rows;
  // What is written into Footfall where that is not `rows`: members under
  // names that `aliases` join to those of `rows`.
  std::vector<Row> written;
  std::vector<Alias> aliases;
  // What happened to apps, of kind kEventKind; of one set alone.
  std::vector<Event> events;

  // Of a file that IMPORT reads; empty for a made-up set.
  std::string import_statement;

  bool decimal() const { return spec.value_type == ValueType::kDecimal; }
  bool sub_day() const { return spec.period.below_day(); }
};

// The sets whose files lie in `directory` (prints those that are missing), and
// made-up ones.
std::vector<DataSet> RealSets(const std::string& directory);
std::vector<DataSet> MadeUpSets();

// Puts a set into both. Failures fail the running test.
void LoadFootfall(const DataSet& set, Database& database);
void LoadSqlite(const DataSet& set, Sqlite& sqlite);

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_ORACLE_DATA_SET_H_
