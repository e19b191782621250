// Questions that are asked again and again: read and bound once, run many
// times.
//
//   auto question = footfall::Prepare(
//       *snapshot, "SELECT dau WHERE app = $app DURING LAST 30 days");
//   options.parameters["app"] = "DeepSeek";
//   auto answer = question->Run(*database->TakeSnapshot(), options);
//
// Query() keeps the texts that it was asked last in the same form, with their
// database: a service that repeats its texts has the same for nothing.

#ifndef FOOTFALL_PREPARED_H_
#define FOOTFALL_PREPARED_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"

namespace footfall::query {
class Compiled;
}  // namespace footfall::query

#pragma GCC visibility push(default)
namespace footfall {

// A question made ready. It owns all that it holds, and copies share it. It
// depends on no snapshot and no database: where metrics were defined, dropped
// or declared otherwise since, the next run binds it again by itself. Members,
// dates, *now*, aliases, events and values for parameters are looked up in each
// run.
//
// Threads: immutable; many threads may run one at once. (Up to four without
// binding it again.)
class Prepared {
 public:
  // Answers it at `snapshot`. Answers and errors are those of Query() with the
  // same text, and messages point into text(). Of options.limits,
  // max_text_bytes, max_nesting and max_list do not hold: the text is read.
  //
  //   INVALID_ARGUMENT   also where a parameter has no value, or one of a kind
  //                      that its place does not take
  absl::StatusOr<Answer> Run(const Snapshot& snapshot,
                             const QueryOptions& options) const;

  // The same rows in blocks of at most `rows`, in order: of a long answer only
  // some is in memory at a time, where groups can be worked out some at a time
  // (as EXPORT does), and options.limits.max_rows does not hold. `take` is
  // called once at least; all blocks have the same columns, and no notes. An
  // error of its ends the run with that error. Returns the notes.
  absl::StatusOr<std::vector<std::string>> RunInBlocks(
      const Snapshot& snapshot, const QueryOptions& options, size_t rows,
      absl::FunctionRef<absl::Status(Answer block)> take) const;

  // As given to Prepare(), or as the tree prints. Lives as long as this, or a
  // copy.
  absl::string_view text() const;

 private:
  explicit Prepared(std::shared_ptr<const query::Compiled> compiled)
      : compiled_(std::move(compiled)) {}
  friend absl::StatusOr<Prepared> Prepare(const Snapshot&, absl::string_view,
                                          const QueryLimits&);
  friend absl::StatusOr<Prepared> Prepare(const Snapshot&, const Statement&,
                                          const QueryLimits&);
  std::shared_ptr<const query::Compiled> compiled_;
};

// Reads one statement that reads (SELECT, SHOW, EXPLAIN of SELECT) and binds it
// to the metrics of `snapshot`, which is not kept. Errors as Query(), but for
// what members, events or the time may still change: Run() tells that. It tells
// everything of a statement with parameters elsewhere than in WHERE.
absl::StatusOr<Prepared> Prepare(const Snapshot& snapshot,
                                 absl::string_view text,
                                 const QueryLimits& limits = {});
// The same for a tree, as Query() takes it.
absl::StatusOr<Prepared> Prepare(const Snapshot& snapshot,
                                 const Statement& statement,
                                 const QueryLimits& limits = {});

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_PREPARED_H_
