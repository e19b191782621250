// One reading of the samples: EvaluateLeaves() at work. leaves.cc lays it out,
// judge_first.cc finds the groups that TOP keeps, evaluate_chunks.cc reads and
// makes the cells, evaluation_notes.cc tells what was found beside them.

#ifndef FOOTFALL_QUERY_EXEC_EVALUATION_H_
#define FOOTFALL_QUERY_EXEC_EVALUATION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/exec/inner_steps.h"
#include "query/exec/leaves.h"
#include "query/exec/over_time.h"
#include "query/exec/reduce_lane.h"
#include "query/exec/step_lanes.h"
#include "query/exec/top_counts.h"

namespace footfall::query {

class Evaluation {
 public:
  Evaluation(Run& run, const Plan& plan, const Timeline* settled,
             bool all_groups)
      : run_(run), plan_(plan), settled_(settled), all_groups_(all_groups) {
    results_.memory.emplace(run);
  }
  absl::StatusOr<Results> Work();
  // (slices.cc) Some groups at a time, those whose names come first to begin
  // with; their cells take about `slice_bytes`. Requires: settled_ is null, and
  // WhyAtOnce() is empty.
  absl::Status WorkInSlices(uint64_t slice_bytes, TakeSlice take);
  const Results& results() const { return results_; }

 private:
  // A stretch of groups.
  struct Chunk {
    size_t begin = 0;
    size_t end = 0;
  };
  // A cagr() without a value.
  struct CagrFinding {
    size_t leaf = 0;
    size_t group = 0;
    CagrDoubts doubts;
  };
  // What one chunk has to tell beside its cells.
  struct Findings {
    std::vector<StepRange> extents;  // [operands]
    std::vector<std::optional<SeriesCountChange>> changes;
    bool contradiction = false;
    // [operands] The first that only series which are not split tell of.
    std::vector<std::optional<HiddenPeople>> hidden;
    std::vector<LackingList> lacking;  // [operands]
    // [operands] Of ACROSS; `set` is the operand's group.
    std::vector<std::optional<GroupLanes::NoMember>> no_members;
    std::vector<std::optional<GroupLanes::LeftOut>> members_left_out;
    std::vector<CagrFinding> cagrs;  // the first of each leaf and doubt
    // By leaf: most inner buckets left out of a cell; and slots with some, of
    // which part.
    std::map<size_t, int64_t> left_out;
    std::set<std::pair<size_t, size_t>> cut_slots;

    void Add(size_t leaf, size_t group, CagrDoubts doubts) {
      for (const CagrFinding& known : cagrs) {
        if (known.leaf != leaf) continue;
        doubts.not_positive &= !known.doubts.not_positive;
        doubts.too_short &= !known.doubts.too_short;
      }
      if (doubts.not_positive || doubts.too_short) {
        cagrs.push_back({leaf, group, doubts});
      }
    }
  };

  // Lanes of an operand with what is hidden at steps without a value.
  struct HiddenLane {
    std::vector<int64_t> values;
    std::vector<int64_t> lows;
    std::vector<int64_t> highs;
    std::vector<uint64_t> present;
    std::vector<uint64_t> low_open;
    std::vector<uint64_t> high_open;
  };
  using LaneOf = absl::FunctionRef<std::optional<LaneView>(size_t)>;

  absl::Status Open(Reservation* memory);
  absl::Status MakeLeaves();
  absl::Status CollectGroups();
  absl::Status OpenReducers(Reservation* memory);
  absl::Status CollectCombinations();
  absl::Status ReadBroadcasts();
  // (judge_first.cc) What groups or, without TOP, rows are judged by.
  struct JudgedKey {
    const RowExpr* expr = nullptr;
    bool descending = true;
    size_t count = 0;  // how many are kept
    bool of_groups = true;
  };
  struct JudgedGroups {
    std::vector<uint32_t> kept;
    std::optional<Scalar> bar;
  };
  void MakeAll();
  absl::Status JudgeFirst();
  std::optional<JudgedKey> KeyToJudge() const;
  absl::Status MakeKey(const JudgedKey& key, const Timeline& unsettled,
                       Reservation* memory);
  absl::StatusOr<JudgedGroups> Judge(const JudgedKey& key);
  void KeepGroups(absl::Span<const uint32_t> kept);  // rising
  void ForgetAllButSamples();
  // (ceilings.cc) [groups] no key is above it; INT64_MAX: nothing is known.
  // Empty where ceilings do not help.
  absl::StatusOr<std::vector<int64_t>> CeilingsOf(const JudgedKey& key) const;
  absl::StatusOr<std::vector<int64_t>> LargestSamples(size_t operand) const;
  std::optional<size_t> LeafWithCeilings(const RowExpr& expr) const;
  absl::StatusOr<std::vector<uint32_t>> LargestOf(
      absl::Span<const int64_t> ceilings, size_t count);
  // Whether the answer reads all series that each operand matches: else the
  // samples of some are no end of its range.
  bool ReadsAll() const;
  absl::Status SkipWhatNeverPasses();
  std::vector<Chunk> MakeChunks() const;
  absl::Status RunChunks(const std::vector<Chunk>& chunks);
  absl::Status RunChunk(const Chunk& chunk, Findings* findings);
  // How many groups there are of the same series, one behind the other: one for
  // each part of the calendar.
  size_t Parts() const {
    const CalendarParts* const parts = results_.timeline->parts();
    return parts == nullptr ? 1 : parts->count();
  }
  // Splits the groups by parts.
  absl::Status SplitByParts();
  // Cells of the slots [begin, end) of a group.
  absl::Status Reduce(size_t leaf_index, size_t group, size_t begin, size_t end,
                      const StepLane& x, const StepLane& y, CagrDoubts doubts,
                      Findings* findings);
  // Puts what is hidden into the cells of a group without steps.
  absl::Status ReckonHidden(size_t leaf_index, size_t group,
                            absl::Span<const size_t> operands, LaneOf lane_of,
                            StepLanes* maker, Findings* findings);
  // False where nothing is.
  bool AddHidden(size_t operand, size_t group, const LaneView& view,
                 HiddenLane* lane, Findings* findings) const;
  // How many sets of inner buckets a leaf is worked out by.
  size_t InnerSets(const Leaf& leaf) const;
  void Merge(const Findings& findings);
  absl::Status OpenTops(Reservation* memory);
  absl::Status CountTops();
  // Once, however many parts of the statement say it.
  void AddNote(std::string note);
  void AddAcrossNotes();
  absl::Status CutInner(Reservation* memory);
  absl::Status Settle();
  void FindAveraged();
  absl::Status FindSamples();
  std::string AsFor(const BoundOperand& operand, const GroupKey& key) const;
  void AddCagrNotes();
  void AddHiddenNotes();
  void AddLeftOutMembers();
  // (attribute_notes.cc)
  void AddAttributeNotes();
  void AddLackingNotes();
  std::string LackingText(const BoundOperand& operand,
                          const LackingSeries& series) const;
  bool ReachesBefore(size_t o, int64_t step) const;
  void AddKeepNotes();
  void AddLeftOutNotes();
  void AddNotes();

  Run& run_;
  const Plan& plan_;
  const Timeline* const settled_;  // null: its own is to be settled
  const bool all_groups_;          // whatever TOP says
  Results results_;
  std::vector<std::unique_ptr<OperandReader>> readers_;
  // [sets][EVERYs inside calls] One set for all slots or, without EVERY, one
  // for each.
  std::vector<std::vector<InnerSteps>> inner_;
  std::optional<OverTime> over_time_;
  std::vector<std::optional<LaneReducer>> reducers_;  // [leaves]
  // [leaves][sets of inner buckets] of those that count places among all
  // groups.
  std::vector<std::vector<TopCounts>> tops_;
  // [operands][groups] the operand's own group, or kNoGroup.
  static constexpr uint32_t kNoGroup = UINT32_MAX;
  std::vector<std::vector<uint32_t>> local_;
  // [operands] all groups of those in braces, read once.
  std::vector<std::optional<GroupLanes>> broadcast_;
  // What is worked on: leaves, and [operands] whether it is read.
  std::vector<size_t> made_;
  std::vector<bool> read_;
  // [operands] whether a moving average reads it.
  std::vector<bool> averaged_;
  Findings findings_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_EVALUATION_H_
