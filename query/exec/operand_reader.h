// An operand's values: groups x steps, with bounds.

#ifndef FOOTFALL_QUERY_EXEC_OPERAND_READER_H_
#define FOOTFALL_QUERY_EXEC_OPERAND_READER_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/hash_table.h"
#include "query/exec/across.h"
#include "query/exec/combine.h"
#include "query/exec/groups.h"
#include "query/exec/missing_parts.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// One group's lane. Borrowed; spans as in StepSpan.
struct LaneView {
  const int64_t* values = nullptr;
  const int64_t* lows = nullptr;   // null: the values
  const int64_t* extra = nullptr;  // high - value; null: 0
  const uint64_t* present = nullptr;
  const int64_t* highs = nullptr;  // of ACROSS: the high itself. Else null.
  // Where a side is open; null: nowhere. At steps without a value: that the
  // group may have any, for samples are awaited there.
  const uint64_t* low_open = nullptr;
  const uint64_t* high_open = nullptr;
  // Of a tier: which values are of steps that are made of all their finer ones;
  // null: all are.
  const uint64_t* whole = nullptr;
  // What may be there at steps without a value, where only series that are not
  // split tell of the group; 0: nothing. Null: nothing anywhere.
  const int64_t* hidden = nullptr;
};

// People of whom only series that are not split tell.
struct HiddenPeople {
  GroupKey key = {};  // of the BY dimensions and, of ACROSS, those behind them
  int64_t step = 0;   // a lane step, until it is told
  int64_t high = 0;   // as a lane's values
};

// Lanes of some groups of an operand. All their steps are lane steps, but for
// those of `lacking`.
struct GroupLanes {
  CombinedSets sets;  // set i is groups[i]; sets past them are of no concern
  // [groups] where wholes beside the group raise its high: extra of the row.
  // Empty where they raise none.
  std::vector<std::vector<int64_t>> grown;
  // [groups] Likewise as they count in totals. Empty where none is raised.
  std::vector<std::vector<int64_t>> counted;
  // [groups] Of ACROSS, whose values and bounds they are; `sets` has no lanes
  // then, but says at which steps there are values.
  std::vector<AcrossLane> across;
  // Of ACROSS: a group and a step with a series, but with no member.
  struct NoMember {
    size_t set = 0;
    int64_t step = 0;
  };
  std::optional<NoMember> no_member;
  // Of ACROSS of an expression: a member, and a step at which one of the
  // operands has no value of it while others have.
  struct LeftOut {
    GroupKey key = {};  // as of HiddenPeople
    int64_t step = 0;
    size_t part = 0;  // that has none
  };
  std::optional<LeftOut> left_out;
  std::optional<HiddenPeople> hidden;  // a member of ACROSS
  // [groups] steps at which samples of the group are awaited; empty: none. Not
  // of ACROSS, whose lanes reckon with it.
  std::vector<std::vector<uint64_t>> lacks;
  // [groups] Of a tier, as LaneView::whole; else empty. Not of ACROSS.
  std::vector<std::vector<uint64_t>> whole;
  LackingList lacking;
};

// What the not-split groups count with in a total: their wholes' people beyond
// those that parts in other groups name.
struct ExcessLanes {
  std::vector<int64_t> values;  // [steps]
  std::vector<int64_t> lows;
  std::vector<int64_t> extra;
  std::vector<uint64_t> present;
};

// Threads: const calls may be made from many threads.
class OperandReader {
 public:
  // `run`, `operand` and `lane_steps` must outlive it. Reads what all groups
  // share, at `steps`; `totals` are the roles that the operand plays.
  static absl::StatusOr<std::unique_ptr<OperandReader>> Create(
      Run& run, const BoundOperand& operand, const LaneSteps& lane_steps,
      StepRange steps, absl::Span<const TotalRole> totals);

  // Where hidden groups are kept: a group without a value in one of these
  // matters to others; nullopt, as at first: at any step.
  void SetStretches(std::optional<std::vector<StepRange>> stretches);

  const BoundOperand& operand() const { return operand_; }
  const OperandGroups& groups() const { return groups_; }
  // Those that series are sorted into: of ACROSS, by its members too.
  const OperandGroups& series_groups() const {
    return split_ != nullptr ? split_->groups() : groups_;
  }
  // The lane steps of all lanes.
  StepRange steps() const { return steps_; }

  // Whether a series of the operand has a sample at one of `steps`; reads up to
  // the first.
  absl::StatusOr<bool> HasSamples(StepRange steps) const;
  // From the first to the last sample among steps(); empty where there is none.
  absl::StatusOr<StepRange> FindSamples() const;

  // (ceilings.cc) [groups] What no value at steps() is above, as far as tiles
  // tell without being decoded; INT64_MAX: nothing is known. Empty: of none.
  absl::StatusOr<std::vector<int64_t>> Ceilings() const;

  // Lanes of `groups`, in their order. What is told beside their values (a
  // number of series that changes, a step without a member) is of the steps
  // `told` [groups] alone; empty: of all.
  absl::StatusOr<GroupLanes> Read(absl::Span<const uint32_t> groups,
                                  absl::Span<const StepRange> told = {}) const;

  // Lane i of `lanes`, which is that of group `group`.
  LaneView View(const GroupLanes& lanes, size_t i, uint32_t group,
                const TotalRole& total) const;

  // A number for the members of the OVERLAPS dimensions that all series of a
  // group have; kSeveral where they differ, or where series of two such groups
  // are split in ways that cross. Two groups of one number hold different
  // people, but for parts and their wholes.
  static constexpr uint32_t kSeveral = UINT32_MAX;
  std::vector<uint32_t> Combinations() const;

  // Whether parts come to more than a whole beside the groups.
  bool contradiction() const {
    return std::any_of(
               parts_.begin(), parts_.end(),
               [](const auto& part) { return part->contradiction(); }) ||
           contradiction_;
  }

  // The wholes that bear on groups they are not of and have a value at some
  // step that is read: rows of series_groups().
  std::vector<uint32_t> WholesThere() const;

  // Whether, at one of these steps, a whole that bears on the groups and is in
  // none of them holds more than its parts.
  bool HasWholesBeside(StepRange steps) const;

  // About how many bytes a group's lanes take.
  uint64_t BytesOfGroup(uint32_t group) const;
  // The band that its first series is in: see Snapshot::BandSize().
  SeriesId BandOfGroup(uint32_t group) const;

 private:
  OperandReader(Run& run, const BoundOperand& operand,
                const LaneSteps& lane_steps, StepRange steps)
      : run_(run),
        operand_(operand),
        lane_steps_(lane_steps),
        band_size_(run.snapshot().BandSize(operand.metric->id)),
        memory_(run),
        asked_(steps),
        steps_(lane_steps.ToLane(steps)) {}

  absl::Status Prepare(absl::Span<const TotalRole> totals);
  // [count] whether series of two groups of that combination may hold the same
  // people although neither is part of the other.
  std::vector<bool> CrossingCombinations(absl::Span<const uint32_t> numbers,
                                         size_t count) const;
  absl::Status PrepareAcross();
  // From the first to the last sample at `steps`, lane steps; of_first_era: of
  // the first era that has one.
  absl::StatusOr<StepRange> SamplesAt(StepRange steps, bool of_first_era) const;
  // At lane steps. `series` must outlive the cursor.
  absl::StatusOr<std::unique_ptr<SlabCursor>> ScanAll(
      StepRange steps, ScanDepth depth, std::vector<SeriesId>* series) const;
  // (across_reader.cc)
  absl::Status PrepareParts();
  absl::StatusOr<GroupLanes> ReadParts(absl::Span<const uint32_t> groups,
                                       absl::Span<const StepRange> told) const;
  void NoteAcross(size_t i, GroupLanes* lanes) const;
  absl::StatusOr<GroupLanes> ReadAcross(absl::Span<const uint32_t> groups,
                                        absl::Span<const StepRange> told) const;
  // Of a tier: where some series of the group is whole, its step is.
  absl::Status ReadWhole(absl::Span<const uint32_t> groups,
                         GroupLanes* lanes) const;
  // Whether a group of that presence, [words], has no value in a stretch.
  bool IsAbsent(const uint64_t* present) const;
  // What the first sets, which are those groups, lack.
  absl::Status ReadLacks(const SetList& sets, absl::Span<const StepRange> told,
                         GroupLanes* lanes) const;
  // (operand_wholes.cc)
  absl::Status ReadWholes();
  void NoteBeside(uint32_t row, size_t step, int64_t beyond);
  absl::Status ReadBeyond();
  absl::Status ReadExcess(const TotalRole& total, size_t role);
  absl::Status ReadExcessOf(absl::Span<const uint32_t> wholes,
                            absl::Span<const std::vector<uint32_t>> parts,
                            ExcessLanes* lanes);
  // Wholes and their parts, some at a time: calls take(i, sets, whole set,
  // parts set).
  template <typename Take>
  absl::Status WalkWholes(absl::Span<const uint32_t> wholes,
                          absl::Span<const std::vector<uint32_t>> parts,
                          size_t batch, const Take& take) const;
  void AddGrowth(size_t i, uint32_t group, absl::Span<const size_t> aux_sets,
                 GroupLanes* lanes) const;
  void KeepWithinWholes(size_t i, uint32_t group, GroupLanes* lanes) const;
  std::vector<int64_t> WithBeyond(const int64_t* extra, uint32_t group) const;
  bool decimal() const { return operand_.decimal(); }

  Run& run_;
  const BoundOperand& operand_;
  const LaneSteps& lane_steps_;
  const SeriesId band_size_;
  Reservation memory_;
  OperandGroups groups_;
  const StepRange asked_;
  const StepRange steps_;                            // as lane steps
  std::optional<std::vector<StepRange>> stretches_;  // likewise

  // Of ACROSS: the operand split by those dimensions too, and its reader. Of an
  // expression, each of its operands, the first one being split_.
  std::vector<std::unique_ptr<BoundOperand>> split_operands_;
  OperandReader* split_ = nullptr;
  std::vector<std::unique_ptr<OperandReader>> parts_;
  AcrossGroups across_;
  // Of an expression: [members, which across_ numbers] their keys, and of each
  // of parts_ their group; kNoGroup: it has none.
  static constexpr uint32_t kNoGroup = UINT32_MAX;
  std::vector<GroupKey> part_keys_;
  std::vector<std::vector<uint32_t>> part_groups_;

  std::vector<int64_t> shared_growth_;   // [shared lanes x steps]
  std::vector<int64_t> shared_values_;   // [shared wholes x steps]
  std::vector<int64_t> whole_values_;    // [overlapping wholes x steps]
  std::vector<int64_t> whole_leftover_;  // likewise: beyond all their parts
  std::vector<bool> beside_;  // [steps] HasWholesBeside(); empty: nowhere
  bool contradiction_ = false;
  // [groups][steps] of totals: people whom only a whole that is in no group
  // tells of, and who so may belong to this one beside those it counts; empty:
  // none. Itself empty where no total is asked for.
  std::vector<std::vector<int64_t>> beyond_;
  std::vector<TotalRole> roles_;
  // By role and group.
  std::vector<FlatHashMap<uint32_t, ExcessLanes>> excess_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_OPERAND_READER_H_
