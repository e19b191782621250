// Samples out of CSV files: into a metric, and a first guess at an unknown
// file.
//
// A file is RFC 4180 in UTF-8 with a header line: commas, fields in double
// quotes where needed, `\n` or `\r\n`, line ends inside quotes allowed; a byte
// order mark and empty lines are passed over. gzip is told by its first bytes,
// not by the name.

#ifndef FOOTFALL_CSV_IMPORT_H_
#define FOOTFALL_CSV_IMPORT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/database.h"
#include "footfall/metric.h"
#include "footfall/stop.h"

namespace footfall {

// Where one part of a sample comes from.
struct ImportColumn {
  enum class Role : uint8_t {
    kTime,
    kValue,
    kDimension,  // a column's fields are the members
    kConstant,   // one member for all rows
  };
  Role role = Role::kDimension;
  std::string header = {};     // in the file; unused for kConstant
  std::string dimension = {};  // kDimension, kConstant
  // kDimension: the member that an empty field stands for. kConstant: the
  // member.
  std::string member = {};

  friend bool operator==(const ImportColumn&, const ImportColumn&) = default;
};

struct ImportSpec {
  std::string path;
  std::string metric;
  // One kTime and one kValue, each dimension at most once; a dimension that is
  // not given is empty. In any order.
  std::vector<ImportColumn> columns;
  // Rows that do not fit go to this file, with line and reason before their
  // fields, under a header, so that it can be corrected and imported by the
  // same spec. A file that is there is replaced. Without it such a row fails
  // the import.
  std::optional<std::string> rejects_path;
  // Reads times without an offset, for periods below a day; else the metric's
  // own zone does.
  std::optional<std::string> zone;

  friend bool operator==(const ImportSpec&, const ImportSpec&) = default;
};

struct ImportProgress {
  uint64_t rows = 0;         // read so far, without the header
  uint64_t bytes_read = 0;   // of the file as it lies on disk
  uint64_t bytes_total = 0;  // 0 where it cannot be told (a pipe)
  bool storing = false;      // all is read; now it is sorted, coded, folded
};

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
  std::function<bool(const ImportProgress&)> progress;
  // Ends the import with its error. Asked for each 256 KiB of text and each
  // 1,000 rows, every 5 ms while a pipe has nothing to read or nobody to write
  // it, and while the rows are sorted, coded and folded. Until they are
  // published nothing is changed; an error that comes after that ends the
  // folding alone, and the message says that the rows are imported.
  StopCheck stop;
};

struct ImportReport {
  uint64_t rows = 0;    // read, without the header
  uint64_t series = 0;  // distinct, that got a sample
  uint64_t new_series = 0;
  uint64_t samples = 0;   // distinct (series, step)
  uint64_t replaced = 0;  // rows that a later row of the file with the same
                          // date replaced
  uint64_t rejected = 0;  // rows that do not fit
  uint64_t commit = 0;
  // The first rows that do not fit:
  // `line 17, column "date": found "2025-13-01": found month 13; ...`
  std::vector<std::string> problems;
};

// Reads the file once, start to end, and publishes all its samples at once, or
// none. The same file again gives the same state. (Only a file in which, after
// the first row, dates lie differently within their steps is begun anew, to
// find out whether two of them meet in one.)
//
//   INVALID_ARGUMENT    a row does not fit and there is no rejects file, or the
//                       header has not the columns: nothing was imported; the
//                       message names lines, columns and reasons
//   NOT_FOUND           no such file or metric
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
  MetricSpec metric;
  ImportSpec import;
  // The two statements, ready to run, with comments (`-- check: ...`) where
  // only a person can know.
  std::string define_text;
  std::string import_text;
};

// Reads the first rows of a CSV file: the column of dates by parsing, the value
// by name or as the last column of numbers, all other columns that are not
// always empty as dimensions, the period by the dates, how steps combine by the
// names. A column is left out whose name no statement can hold, because it is
// empty, not UTF-8 or has control characters. Errors as ImportCsv();
// INVALID_ARGUMENT where no column holds dates, or none holds numbers, or no
// statement can hold the name of one of those, or of the file.
absl::StatusOr<ImportGuess> GuessImport(absl::string_view path);

}  // namespace footfall

#endif  // FOOTFALL_CSV_IMPORT_H_
