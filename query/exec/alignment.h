// ALIGN: where the units that each group counts from its event lie.
//
// Under ON EACH a group counts from every event that applies to it, in *turn*;
// without it there is one turn. A key is of one turn.

#ifndef FOOTFALL_QUERY_EXEC_ALIGNMENT_H_
#define FOOTFALL_QUERY_EXEC_ALIGNMENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "footfall/period.h"
#include "query/exec/groups.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Units since an event, [begin, end).
struct UnitRange {
  int64_t begin = 0;
  int64_t end = 0;
};

class Alignment {
 public:
  // `plan`, which has an ALIGN, must outlive it.
  explicit Alignment(const Plan& plan);

  // The units of the statement's range.
  UnitRange range() const {
    return {plan_->align->first, plan_->align->last + 1};
  }
  // Those of a bucket: under EVERY the key is its number, and bucket 0 begins
  // with the event; without it, by how much the range lies later.
  UnitRange UnitsOf(int64_t key) const;
  size_t turns() const { return turns_.size(); }
  size_t TurnOf(int64_t key) const {
    return static_cast<size_t>((key + kKeysOfTurn / 2) / kKeysOfTurn);
  }
  // ON EACH: the date that a turn counts from, and the event's name.
  const Date& DateOf(size_t turn) const { return turns_[turn].dates[0]; }
  const std::string& NameOf(size_t turn) const { return turns_[turn].name; }
  // Without EVERY, the key of the range.
  int64_t KeyOfRange(size_t turn) const { return Key(turn, 0); }
  // The key of what lies `count` calendar units earlier, which is whole
  // buckets.
  int64_t Earlier(int64_t key, int64_t count, footfall::Unit unit) const;

  // Keys of the buckets of the range that may have samples, which are within
  // `samples` [operands], whichever event counts; of each turn from the first
  // to the last. With `all`, of the whole range, if any may. Under EVERY.
  std::vector<StepRange> KeysWithin(absl::Span<const StepRange> samples,
                                    bool all) const;
  // The bucket before, of the same turn; nullopt where no sample can be.
  // Requires: FindFirst().
  std::optional<int64_t> Previous(int64_t key) const {
    if (key - Key(TurnOf(key), 0) <= first_) return std::nullopt;
    return key - 1;
  }
  void FindFirst(absl::Span<const StepRange> samples);

  // The steps of an operand at some units since any of the events, from the
  // first to the last; of one with a DURING of its own those of that.
  StepRange AroundAll(size_t operand, UnitRange units) const;

  // Hands in the groups of the answer, whose events are looked up.
  //   INVALID_ARGUMENT  a group has several events of the name, or one that is
  //                     dated less precisely than the unit
  absl::Status SetGroups(const Run& run, absl::Span<const GroupKey> groups);

  // The steps of an operand at some units since the group's event of a turn, or
  // in the bucket of a key, or of its own DURING; empty where the group has
  // none. Requires:
  // SetGroups().
  StepRange Steps(size_t operand, size_t group, size_t turn,
                  UnitRange units) const;
  StepRange StepsOf(size_t operand, size_t group, int64_t key) const {
    return Steps(operand, group, TurnOf(key), UnitsOf(key));
  }
  // From the first step of any turn to the last.
  StepRange StepsOfTurns(size_t operand, size_t group, UnitRange units) const;

  // Tells of groups without an event; empty where all have one. They have no
  // rows.
  std::string NoteOf(const Run& run, absl::Span<const GroupKey> groups) const;

 private:
  struct Turn {
    std::vector<Date> dates;  // that some group may count from
    std::string name;
    std::vector<size_t> events;  // ON EACH: those of that date and name
  };
  // More than any bucket's number, before and behind the event.
  static constexpr int64_t kKeysOfTurn = int64_t{1} << 42;
  static int64_t Key(size_t turn, int64_t number) {
    return static_cast<int64_t>(turn) * kKeysOfTurn + number;
  }
  absl::Status SetStarts(const Run& run, absl::Span<const GroupKey> groups);
  absl::Status CheckDate(const Run& run, const Event& event) const;
  void SetOrigin(size_t group, size_t turn, const Date& date);

  StepRange StepsFrom(size_t operand, int64_t origin, UnitRange units) const;
  // The least key from `first` on whose bucket ends after `step`, and so holds
  // it or lies behind it; `limit` where none before it does.
  int64_t KeyOfStep(size_t operand, int64_t origin, int64_t step, int64_t first,
                    int64_t limit) const;

  static constexpr int64_t kNoEvent = INT64_MIN;
  const Plan* plan_;
  std::vector<Turn> turns_;
  int64_t first_ = 0;  // no sample lies before the bucket of this number
  std::vector<std::vector<int64_t>> origins_;  // [operands][groups x turns]
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_ALIGNMENT_H_
