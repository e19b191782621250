// A question that was read once and is run many times: what Prepare() gives,
// and what is kept behind Query().

#ifndef FOOTFALL_QUERY_RUN_COMPILED_H_
#define FOOTFALL_QUERY_RUN_COMPILED_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "footfall/declarations.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"
#include "query/plan/ready.h"

namespace footfall::query {

// Threads: may be shared.
class Compiled {
 public:
  // `statement` reads (Reads()); its sources point into `text`, of which it
  // keeps a copy. `limits` are those that it was parsed under.
  Compiled(absl::string_view text, Statement statement,
           const QueryLimits& limits)
      : text_(text), statement_(std::move(statement)), limits_(limits) {}

  absl::string_view text() const { return text_; }
  const Statement& statement() const { return statement_; }
  // Whether the text would be read the same under `limits`.
  bool ReadUnder(const QueryLimits& limits) const {
    return limits.max_nesting == limits_.max_nesting &&
           limits.max_list == limits_.max_list;
  }

  // Answers and errors as Query(). A plan that an earlier run left behind is
  // fitted where the declarations are still the same.
  absl::StatusOr<Answer> Run(const Snapshot& snapshot,
                             const QueryOptions& given) const;

  // Binds it without running, as far as no values are needed, and keeps the
  // plan. Errors as Bind(); those that other members, events, a later time or
  // values may end are OK.
  absl::Status Bind(const Snapshot& snapshot) const;

  // What it takes at most, about, plans that later runs leave behind included.
  uint64_t size_bytes() const;

 private:
  // As many threads as this run it at once without binding it again.
  static constexpr size_t kMostReady = 4;

  absl::StatusOr<Answer> RunNow(const Snapshot& snapshot,
                                const QueryOptions& given) const;
  std::unique_ptr<Ready> Take(const Snapshot& snapshot) const;
  void GiveBack(const Snapshot& snapshot, std::unique_ptr<Ready> ready) const;

  const std::string text_;
  const Statement statement_;
  const QueryLimits limits_;
  mutable std::mutex mutex_;  // guards what follows
  // Of ready_. What is kept behind Query() belongs to its declarations, and so
  // must not keep them.
  mutable std::weak_ptr<const Declarations> declarations_;
  mutable std::vector<std::unique_ptr<Ready>> ready_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_COMPILED_H_
