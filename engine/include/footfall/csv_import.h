// Samples, events and attributes out of CSV files, and a first guess at an
// unknown file.
//
// A file is a table with a header line. How it is written, as UTF-8 or UTF-16,
// with commas or other delimiters, is found out from its first bytes where it
// is not declared (footfall/csv_dialect.h), and reported. gzip is detected by
// its first bytes, not by the name. Empty lines, and rows all of whose fields
// are empty, are passed over.
//
// Nothing is left out or joined in silence: the report counts it, or the row is
// refused with its line.

#ifndef FOOTFALL_CSV_IMPORT_H_
#define FOOTFALL_CSV_IMPORT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/csv_dialect.h"
#include "footfall/database.h"
#include "footfall/metric.h"
#include "footfall/stop.h"

#pragma GCC visibility push(default)
namespace footfall {

// Where one part of a sample, or of an event, comes from.
struct ImportColumn {
  enum class Role : uint8_t {
    kTime,       // several: their fields are joined by a blank, in this order
    kValue,      // a sample of `metric`
    kDimension,  // a column's fields are the members
    kConstant,   // one member for all rows
    kValuesOf,   // each of several columns is a member; its fields the values
    kKind,       // of an event: `header`, or `member` for all rows
    kName,       // of an event, likewise
    kNote,       // of an event
    kSource,     // of an event
  };
  Role role = Role::kDimension;
  std::string header = {};     // in the file; unused for kConstant, kValuesOf
  std::string dimension = {};  // kDimension, kConstant, kValuesOf
  // kDimension: the member that an empty field stands for. kConstant, and kKind
  // and kName without a header: the text.
  std::string member = {};
  std::string metric = {};  // kValue; "": ImportSpec::metric
  // kValuesOf: these columns; or, with `all_others`, every column but these and
  // those that are named elsewhere in the spec.
  std::vector<std::string> headers = {};
  bool all_others = false;
  // kDimension: blanks around a member are left out, doubled ones are one.
  bool trim = false;
  // kDimension: members that differ in case alone are one, in the spelling that
  // the database has, or else that the file has first.
  bool fold_case = false;

  friend bool operator==(const ImportColumn&, const ImportColumn&) = default;
};

// Which rows of a file are taken, by a column's text as it stands there.
struct ImportCondition {
  std::string header = {};
  std::vector<std::string> texts = {};  // any of them
  bool negated = false;                 // none of them

  friend bool operator==(const ImportCondition&,
                         const ImportCondition&) = default;
};

// Which files are read, and what becomes of their columns.
struct ImportSpec {
  // "-" is the standard input. Where no file has this name and it holds * ? or
  // [, all files that it matches are read, in order of their names, as one.
  std::string path = {};
  std::string metric = {};  // may be "" where every kValue names its own
  // At least one kTime; one kValue a metric, or one kValuesOf; each dimension
  // at most once; one that is not given is empty. In any order. With `events`:
  // kTime, kKind, kName, and kDimension or kConstant for what it happened to.
  // With `attributes_of`: kDimension or kConstant, one of that dimension and
  // for each attribute one with its name; kTime for the dates from which they
  // hold, or always where there is none.
  std::vector<ImportColumn> columns = {};
  // Rows that do not fit go to this file, with line and reason before their
  // fields, under a header, so that it can be corrected and imported by the
  // same spec. A file that is there is replaced. Without it such a row fails
  // the import.
  std::optional<std::string> rejects_path = {};
  // Reads times without an offset; else the metric's own zone does.
  std::optional<std::string> zone = {};
  CsvDialect dialect = {};  // what the statement declares
  // Words of strptime, `epoch`, `epoch_ms` or `epoch_us`; without it every form
  // of ISO 8601.
  std::optional<std::string> time_format = {};
  char decimal = '.';
  char thousands = '\0';  // 0: no marks between thousands
  // Value fields that say that there is none, as an empty one does.
  std::vector<std::string> null_words = {};
  // Whether nan, inf and -inf are values of a DECIMAL metric; else such a field
  // is refused, unless it is a null word: in files it mostly means that there
  // is no value.
  bool takes_not_finite = false;
  std::vector<ImportCondition> where = {};  // all must hold
  SameSample same_sample = SameSample::kRefuse;
  bool events = false;  // rows are events, not samples
  // Not empty: rows are what members of this dimension are. An empty field says
  // nothing of the member.
  std::string attributes_of = {};

  // Rows are no samples, and of no metric.
  bool are_names() const { return events || !attributes_of.empty(); }

  friend bool operator==(const ImportSpec&, const ImportSpec&) = default;
};

// How far an import is.
struct ImportProgress {
  uint64_t rows = 0;         // read so far, without the header
  uint64_t bytes_read = 0;   // of the files as they lie on disk
  uint64_t bytes_total = 0;  // 0 where it cannot be told (a pipe)
  bool storing = false;      // all is read; now it is sorted, coded, folded
  uint64_t rows_stored = 0;  // of them, those that are coded; while storing
};

// What an import may take, and how it is watched and ended.
struct ImportOptions {
  // Rows are sorted in this much memory; beyond it they go to temporary files.
  // As much again, at most, is kept to tell different dates of one step apart,
  // where a file has such. 0: for rows half of the database's memory budget,
  // for dates all of it, but 4 MiB at least and 256 MiB at most.
  uint64_t memory_bytes = 0;
  // Folds what is due of the metric at the end; what the import did not touch
  // costs nothing.
  bool compact = true;
  // Problems that are told in words.
  uint32_t max_problems = 10;
  // Called every some ten thousand rows, in the caller's thread; false ends the
  // import, which then has changed nothing.
  std::function<bool(const ImportProgress&)> progress = {};
  // Ends the import with its error. Asked for each 1,000 rows, every 5 ms while
  // a pipe has nothing to read or nobody to write it, and while the rows are
  // sorted, coded and folded. Until they are published nothing is changed; an
  // error that comes after that ends the folding alone, and the message says
  // that the rows are imported.
  StopCheck stop = {};
};

// What an import did.
struct ImportReport {
  uint64_t rows = 0;    // read, without the header
  uint64_t series = 0;  // distinct, that got a sample
  uint64_t new_series = 0;
  uint64_t samples = 0;     // distinct (series, step)
  uint64_t merged = 0;      // values beyond the first of their sample that were
                            // joined with it as ImportSpec::same_sample says
  uint64_t equal = 0;       // values that only say again what their sample has
  uint64_t rejected = 0;    // rows that do not fit
  uint64_t filtered = 0;    // rows that `where` leaves out
  uint64_t no_value = 0;    // value fields that are empty or a null word
  uint64_t events = 0;      // added or changed
  uint64_t attributes = 0;  // likewise
  uint64_t commit = 0;
  // The first rows that do not fit:
  // `line 17, column "date": found "2025-13-01": found month 13; ...`
  std::vector<std::string> problems = {};
  // What was found out about the file, and what a person should know: empty
  // fields that were read as the whole, members that are nearly equal.
  std::vector<std::string> notes = {};
};

// Reads the files once, start to end, and publishes all their samples at once,
// or none. The same files again give the same state. (A file is read again
// where dates lie differently within their steps, to find out whether two of
// them meet in one, and to find the lines of rows that name the same sample.)
// Where a file is large, a thread of its own reads ahead, and one for each
// metric sorts.
//
//   INVALID_ARGUMENT    a row does not fit and there is no rejects file; rows
//   of
//                       different values name the same sample; the header has
//                       not the columns; SameSample::kSum of a metric that does
//                       not add over time: nothing was imported; the message
//                       names lines, columns and reasons
//   NOT_FOUND           no such file or metric
//   OUT_OF_RANGE        a sum of rows is beyond 64 bits
//   DATA_LOSS           the file's gzip data are damaged or end early
//   CANCELLED           by the progress call; or what `stop` answers
//   RESOURCE_EXHAUSTED  a record above 1 MiB of text; memory_bytes is too small
//                       to compare dates within steps; no room on disk, be it
//                       for the rejects; too many open files
//   UNAVAILABLE         the file cannot be read or the rejects not written
//   else                as Database::Write()
absl::StatusOr<ImportReport> ImportCsv(Database& database,
                                       const ImportSpec& spec,
                                       const ImportOptions& options);

// What a file of unknown make seems to hold.
struct ImportGuess {
  std::vector<MetricSpec> metrics = {};  // none where the rows are events
  ImportSpec import = {};
  // Statements, ready to run, with comments (`-- check: ...`) where only a
  // person can know, and what was left out and why.
  std::string define_text = {};  // "" where the rows are events
  std::string import_text = {};
};

// Reads the first 200,000 rows and tells columns apart by the rules of
// engine/exchange/column_class.h. What is guessed runs as it is and does not
// lie: nothing is called a count of events without a word for it, and a column
// without which rows would name the same sample is kept.
//
//   INVALID_ARGUMENT  no column holds dates, or none holds numbers; what can be
//                     read in two ways: the message gives file, line, column,
//                     value and what would be right
//   else              as ImportCsv() where the file cannot be read
absl::StatusOr<ImportGuess> GuessImport(absl::string_view path);

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_CSV_IMPORT_H_
