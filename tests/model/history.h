// The plain database, and what it was at earlier commits: for readers whose
// snapshots lag behind.

#ifndef FOOTFALL_TESTS_MODEL_HISTORY_H_
#define FOOTFALL_TESTS_MODEL_HISTORY_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "footfall/snapshot.h"
#include "tests/model/plain_database.h"
#include "tests/model/random_rows.h"

namespace footfall::testing {

// What one commit does.
struct ModelChange {
  std::vector<std::pair<std::string, Row>> rows;  // with their metric
  std::vector<EventChange> events;
  std::vector<AliasChange> aliases;
  std::optional<MetricSpec> defines;
  std::optional<std::string> drops;
  // From its name to what it is from now on.
  std::optional<std::pair<std::string, MetricSpec>> alters;
  // As History::MayLack(), which is as told from now on.
  StepOfMetric may_lack;
};

// A metric as it was after some commit.
struct MetricThen {
  bool is_known = true;  // false: it may have been either side of a change
  std::optional<PlainMetric> samples;  // nullopt where it was not there
  MetricSpec spec;
  int64_t may_lack = kNoStep;  // samples of earlier steps may have been gone
};

// Threads: one changes it, any read it.
class History {
 public:
  // After the database has done so. It was at commit `before` then, and is at
  // `commit`: more than one later where something came between.
  void Apply(const ModelChange& change, uint64_t before, uint64_t commit);

  // From now on a thread of the database may remove what a metric has before a
  // step. Told before that step is old.
  void MayLack(const std::string& name, int64_t step);
  // For the thread that changes it.
  const StepOfMetric& may_lack() const { return may_lack_; }

  // The database is at this commit. Nothing else has changed.
  void Reach(uint64_t commit);

  // The state after the last Apply(). For the thread that changes it.
  const PlainDatabase& now() const { return now_; }

  // A reader says that it is going to ask for commits from now on, and that it
  // has done so. Answers the pin.
  uint64_t Pin();
  void Unpin(uint64_t pin);

  // Waits for the commit, then answers what was there: of one metric, of series
  // that `asked` holds, in `steps`. Requires: a pin from before. False where
  // nobody made that commit in a minute.
  bool MetricAt(uint64_t commit, const std::string& name,
                const std::set<Members>& asked, StepRange steps,
                MetricThen* then);
  // `*is_known` as MetricThen::is_known.
  bool NamesAt(uint64_t commit, PlainEvents* events, PlainAliases* aliases,
               bool* is_known);

  // Waits until Apply() was called again since it answered `seen`; false once
  // End() was.
  bool WaitForChange(uint64_t* seen);
  void End();

 private:
  // What takes one commit back.
  struct Undo {
    uint64_t before = 0;  // the last commit that was without it, for certain
    uint64_t commit = 0;  // the first that had it, for certain
    std::map<std::string,
             std::map<Members, std::map<int64_t, std::optional<int64_t>>>>
        cells;
    std::map<std::string, std::optional<PlainMetric>> metrics;
    std::optional<std::map<std::string, MetricSpec>> declared;
    StepOfMetric may_lack;
    std::optional<PlainEvents> events;
    std::optional<PlainAliases> aliases;
  };

  // Takes the metric out of the model.
  void Take(const std::string& name, Undo* undo);
  bool WaitFor(uint64_t commit, std::unique_lock<std::mutex>* lock);
  void Trim();

  std::mutex mutex_;
  std::condition_variable changed_;
  PlainDatabase now_;      // written under mutex_
  StepOfMetric may_lack_;  // written under mutex_
  uint64_t commit_ = 0;
  uint64_t changes_ = 0;
  bool ended_ = false;
  std::deque<Undo> undos_;  // by commit
  std::multiset<uint64_t> pins_;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_HISTORY_H_
