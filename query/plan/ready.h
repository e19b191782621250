// A SELECT that is ready to run: values stand where parameters were, and it is
// bound. It is made ready once, and fitted to later snapshots and other values
// for a fraction of the cost.

#ifndef FOOTFALL_QUERY_PLAN_READY_H_
#define FOOTFALL_QUERY_PLAN_READY_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"
#include "query/plan/parameters.h"
#include "query/plan/plan.h"

namespace footfall::query {

// One thread at a time.
class Ready {
 public:
  // Binds `statement`, a SELECT whose sources point into `text`. Of `options`
  // it reads the parameters, and what Bind() does. Errors as PutParameters()
  // and Bind().
  static absl::StatusOr<std::unique_ptr<Ready>> Make(
      const Snapshot& snapshot, const Statement& statement,
      absl::string_view text, const QueryOptions& options, absl::Time now);
  Ready(const Ready&) = delete;
  Ready& operator=(const Ready&) = delete;

  // Looks up members and dates again, for a snapshot with the declarations that
  // it was made for. True: plan() is what Make() would come to. False: it may
  // be another, or a refusal; only Make() tells, and plan() is not to be used.
  bool Fit(const Snapshot& snapshot, absl::string_view text,
           const QueryOptions& options, absl::Time now);

  // Whether Fit() may come to true at all.
  bool fits() const { return fits_; }

  const Plan& plan() const { return plan_; }
  // What it takes in memory beside the statement, about.
  uint64_t size_bytes() const;

 private:
  Ready() = default;

  bool FitOperand(const Snapshot& snapshot, absl::string_view text,
                  const QueryOptions& options, absl::Time now,
                  BoundOperand* operand);

  Statement statement_;  // with values; the plan's mentions point into it
  ParameterPlaces places_;
  Plan plan_;
  bool fits_ = false;  // the plan depends on members and dates by shape_ alone
  std::vector<uint32_t> shape_;
  std::vector<uint32_t> shape_now_;  // its memory is kept
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_READY_H_
