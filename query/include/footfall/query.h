// Two doors: Query() for statements that only read, Execute() for all.
//
// Both may be called from many threads at once; arguments are read during the
// call alone, and what comes back owns all that it holds.

#ifndef FOOTFALL_QUERY_H_
#define FOOTFALL_QUERY_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "footfall/answer.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"

#pragma GCC visibility push(default)
namespace footfall {

// A value for $name.
using ParameterValue = std::variant<std::string, int64_t, double, Date, Range>;

// Beyond them RESOURCE_EXHAUSTED names limit and option.
struct QueryLimits {
  // A text takes some 400 times its size while it is parsed.
  size_t max_text_bytes = 64 << 10;
  size_t max_nesting = 64;        // at most 500
  size_t max_list = 10'000;       // texts of one IN
  uint64_t max_rows = 1'000'000;  // of an answer
  // Of one question and its answer, until Query() returns: what grows with the
  // data or the text is counted before it is there. The process may grow by
  // 16 MiB more, for what the allocator keeps, a few tiles and stacks. What the
  // database itself holds is not the question's.
  uint64_t max_memory_bytes = uint64_t{1} << 30;
};

// How a question is answered, and what it may take.
struct QueryOptions {
  // What `now` means. Left out (InfiniteFuture), the clock is read once, at the
  // door; a test, or one who asks again for the same answer, sets it. Nothing
  // else reads a clock.
  absl::Time now = absl::InfiniteFuture();
  absl::flat_hash_map<std::string, ParameterValue> parameters = {};
  QueryLimits limits = {};
  // At most; answers do not depend on it. Less than 1 is 1. Where the system
  // gives no more threads, the question goes on with those it has.
  int threads = 1;
  // A member that is not there is NOT_FOUND, with the nearest name. True: it is
  // a member without samples, for programs whose members come and go: the
  // answer has no row for it, and a note says so.
  bool allow_unknown_members = false;
  // DEADLINE_EXCEEDED once the clock has passed it. It is looked at before each
  // statement, per tile, and at least every 2^16 cells that are worked on: a
  // few milliseconds.
  absl::Time deadline = absl::InfiniteFuture();
  // CANCELLED once it is true; looked at as often, and in an import as
  // ImportOptions::stop says (the deadline too). Another thread or a signal
  // handler may set it; it must outlive the call. Null: never.
  const std::atomic<bool>* cancelled = nullptr;
};

// Splits and parses a script. INVALID_ARGUMENT is the language's own message:
// "query LINE:COLUMN: ..." with the line, a caret and what would be right.
absl::StatusOr<std::vector<Statement>> Parse(absl::string_view text,
                                             const QueryLimits& limits = {});
// The canonical form, without a final `;`. Parse(Print(s)) gives s again. Empty
// for an expression that is nested deeper than 500.
std::string Print(const Statement& statement);
std::string Print(const Expr& expr);

// Answers one statement that reads (SELECT, SHOW, EXPLAIN of SELECT).
//
//   INVALID_ARGUMENT     the question is wrong or refused; the message teaches
//   NOT_FOUND            a metric, dimension or member that is not there; names
//                        the nearest
//   OUT_OF_RANGE         an integer result outside 64 bits
//   RESOURCE_EXHAUSTED   a limit of options.limits
//   DEADLINE_EXCEEDED, CANCELLED
//   DATA_LOSS, UNAVAILABLE  from the snapshot
absl::StatusOr<Answer> Query(const Snapshot& snapshot, absl::string_view text,
                             const QueryOptions& options);
// The same for a tree (footfall/ask.h writes them shortly). It is printed and
// read again: so it is checked as a text would
// be, and messages point into the printed form. max_text_bytes does not hold
// for it.
//
//   INVALID_ARGUMENT     also where no text makes that tree
absl::StatusOr<Answer> Query(const Snapshot& snapshot,
                             const Statement& statement,
                             const QueryOptions& options);

// What a statement of a script came to.
struct Outcome {
  const Statement* statement = nullptr;  // as parsed; during the callback
  bool has_answer = false;               // false: it changed something
  Answer answer =
      {};  // of a change: notes alone, such as what an IMPORT found out
  std::string summary = {};  // "3 samples written", for people; may be empty
};

// What Execute reports while it works, and may be asked to stop by.
struct ExecuteHooks {
  // After each statement; an error ends the script.
  std::function<absl::Status(const Outcome&)> on_outcome = {};
  // How far a running IMPORT is, every some ten thousand rows.
  std::function<void(const ImportProgress& progress)> on_progress = {};
};

// Runs every statement of a script, in order, each on the state that the one
// before left; stops at the first error, what was done before stays.
absl::Status Execute(Database& database, absl::string_view text,
                     const QueryOptions& options, const ExecuteHooks& hooks);
// One statement of any kind, as a tree, which is printed and read as Query()
// does with its own.
absl::Status Execute(Database& database, const Statement& statement,
                     const QueryOptions& options, const ExecuteHooks& hooks);

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_QUERY_H_
