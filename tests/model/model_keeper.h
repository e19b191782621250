// What KEEP does to the model: which rows are too old to be taken, and what is
// gone once upkeep has run.

#ifndef FOOTFALL_TESTS_MODEL_MODEL_KEEPER_H_
#define FOOTFALL_TESTS_MODEL_MODEL_KEEPER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "footfall/database.h"
#include "tests/model/first_wrong.h"
#include "tests/model/history.h"

namespace footfall::testing {

class ModelKeeper {
 public:
  // Both pointers outlive this.
  ModelKeeper(History* history, FirstWrong* found)
      : history_(history), found_(found) {}

  // For the operations that follow. `in_background`: a thread of the database's
  // own removes what is old, at any time from now on; so nobody knows whether
  // it is there. Called before the database's clock says `now`.
  void Use(const std::shared_ptr<Database>& database, absl::Time now,
           bool in_background);

  // Rows of earlier steps are left out; the smallest number where none are.
  int64_t FirstKept(const std::string& metric) const;
  int64_t FirstKeptOf(const Metric& metric) const;
  // Samples of earlier steps may be gone at any time.
  int64_t MayLackOf(const Metric& metric) const {
    return in_background_ ? FirstKeptOf(metric) : kNoStep;
  }

  // Before a metric is altered so that earlier steps are not kept.
  void Announce(const std::string& metric, int64_t first_kept);

  // Makes known what is there, where it is not: removes what is old of a metric
  // or of all.
  void Settle(const std::string& metric);
  void SettleAll();

  // Upkeep has run over these metrics. `before`: the commit before it did.
  void Removed(const std::vector<std::string>& metrics, uint64_t before);
  void AllRemoved(uint64_t before);
  // The same, as a part of another change.
  void AddRemoved(const std::string& metric, ModelChange* change) const;

 private:
  std::vector<std::string> Names() const;
  // Rows of one metric were removed: it has to say so.
  void CheckKeptFrom(absl::Span<const std::pair<std::string, Row>> removed);

  History* const history_;
  FirstWrong* const found_;
  std::shared_ptr<Database> database_;
  absl::Time now_;
  bool in_background_ = false;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_MODEL_KEEPER_H_
