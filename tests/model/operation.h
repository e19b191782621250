// What a random test does to a database, as data: made from a seed, run again,
// cut shorter, told in words.

#ifndef FOOTFALL_TESTS_MODEL_OPERATION_H_
#define FOOTFALL_TESTS_MODEL_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "footfall/metric.h"
#include "tests/model/random_rows.h"

namespace footfall::testing {

enum class Act : uint8_t {
  kDefine,      // a metric, which may be there
  kRedefine,    // one that is there, otherwise: refused
  kAlter,       // a metric, which may not be there
  kDrop,        // a metric, which may not be there
  kWrite,       // rows of some metrics; some delete
  kOverwrite,   // samples that are there
  kLate,        // rows long before what came last
  kNames,       // rows, events and aliases in one batch
  kMisfit,      // a batch with a row that does not fit: refused
  kCircle,      // a batch with names that do not fit: refused
  kDelete,      // a range of steps of some series
  kLoad,        // rows past the log; sometimes left unfinished
  kLargeLoad,   // so many that they go through a temporary file
  kImport,      // rows in a CSV file
  kFold,        // folds and seals what is due, of all metrics or one
  kCompact,     // folds and seals everything, of all metrics or one
  kReopen,      // closes and opens; sometimes verifies all files between
  kReadBeside,  // opens the folder to read, beside the one that writes
  kKeep,        // takes a snapshot and keeps it
  kCheckKept,   // reads the snapshots that were kept
};
inline constexpr uint32_t kActs = 20;

absl::string_view ActName(Act act);

// One call of the database. It can be made in any state, so that any part of a
// list is a list, too: a metric that is not there gets no rows.
struct Operation {
  Act act = Act::kFold;
  uint32_t metric = 0;  // of RandomSpecs()
  // Rows [first_row, first_row + rows) of those that `seed` draws.
  uint32_t first_row = 0;
  uint32_t rows = 0;
  int64_t clock = 0;  // steps that have passed since the first operation
  uint64_t seed = 0;  // of all that is left to chance
};

// The step of a metric that is the present once the clock has passed so far.
int64_t NowOf(const MetricSpec& spec, int64_t clock);

// Of a list: `count` operations, which define some metrics first.
std::vector<Operation> RandomOperations(uint64_t seed, size_t count);

// "write 12 rows to mentions".
std::string Describe(const Operation& operation);

// A row and the metric that it is for, as a number of RandomSpecs().
struct MetricRow {
  uint32_t metric = 0;
  Row row;
};
// The operation's rows. They are those of the same operation with more rows,
// without the others.
std::vector<MetricRow> RowsOf(const Operation& operation);

// Lists as text, "3,17:2+5": numbers of operations of another list, each with
// its first row and number of rows, if they were cut.
std::string KeptText(const std::vector<Operation>& all,
                     const std::vector<Operation>& kept);
std::vector<Operation> KeptFrom(const std::vector<Operation>& all,
                                absl::string_view text);

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_OPERATION_H_
