// Buckets: which steps of each operand stand behind which rows.

#ifndef FOOTFALL_QUERY_EXEC_TIMELINE_H_
#define FOOTFALL_QUERY_EXEC_TIMELINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "footfall/hash_table.h"
#include "query/exec/alignment.h"
#include "query/exec/calendar_parts.h"
#include "query/exec/groups.h"
#include "query/exec/lane_steps.h"
#include "query/exec/look_back.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// The steps of an operand in a bucket.
struct BucketPiece {
  StepRange data;    // those that may have samples
  StepRange inside;  // all that lie in the range
  int64_t over = 0;  // how many lie in the range and are over at now
};

// The buckets of an answer, shared by all operands; one bucket where there is
// no EVERY, which then is the range.
//
// Buckets are *slots*. Slots [0, size()) are shown, in time order. Behind them,
// in time order again, come those that transforms look back at: whole buckets,
// before the range or in its gaps; without EVERY, the range that much
// earlier by the calendar. Under ALIGN slots are the same numbers of units
// since an event, which lie elsewhere in each group.
class Timeline {
 public:
  static absl::StatusOr<Timeline> Create(Run& run, const Plan& plan);

  // About what it takes.
  uint64_t Bytes() const {
    uint64_t bytes = keys_.size() * (sizeof(int64_t) + plan_->operands.size() *
                                                           sizeof(BucketPiece));
    bytes += keys_.size() * plan_->windows.size() * sizeof(BucketPiece);
    for (const auto& slots : at_) bytes += slots.size() * sizeof(uint32_t);
    for (const auto& slots : reads_) bytes += slots.size() * sizeof(uint32_t);
    if (parts_ != nullptr) bytes += parts_->Bytes() + part_partial_.size() / 8;
    return bytes;
  }
  // Slots shown, and all of them.
  size_t size() const { return size_; }
  size_t slot_count() const { return partial_.size(); }
  // Whether rows have a time.
  bool has_time() const { return has_time_; }

  // Under ALIGN each group (of those handed to Align()) has its own. Of a part
  // of the calendar the ranges are of all parts, and `over` of its own.
  BucketPiece piece(size_t operand, size_t group, size_t slot) const {
    return by_group_ ? PieceOfGroup(operand, group, slot)
                     : pieces_[operand][slot];
  }
  // What a leaf's cell is of: its window, or the whole range, or that so much
  // earlier; the same for all groups but under ALIGN.
  BucketPiece PieceOf(const Leaf& leaf, size_t group, size_t slot) const {
    if (leaf.back.has_value()) return EarlierWhole(leaf.operand, *leaf.back);
    if (leaf.whole_range) return whole(leaf.operand, group);
    if (leaf.window.has_value()) return window_pieces_[*leaf.window][slot];
    return piece(leaf.operand, group, slot);
  }
  // The range of a slot, in steps: under EVERY that of the statement, without
  // it each slot's own; empty where one of its ends does not exist.
  StepRange range(size_t operand, size_t slot) const {
    return has_time_ ? plan_->operands[operand].range : ranges_[operand][slot];
  }
  // The whole range as one bucket.
  BucketPiece whole(size_t operand, size_t group) const {
    return by_group_ ? WholeOfGroup(operand, group) : whole_[operand];
  }
  // Parts of the calendar; null: the question names none.
  const CalendarParts* parts() const { return parts_.get(); }
  // The steps of an operand that lie in the group's part; null: all.
  const PartSteps* part(size_t operand, size_t group) const;
  // The steps of an operand that conditions on parts leave; null: all.
  const PartSteps* picked(size_t operand) const {
    return parts_ == nullptr ? nullptr : parts_->picked(operand);
  }
  // How many steps a group has in a slot, present or not.
  int64_t StepsInside(size_t operand, size_t group, size_t slot) const;
  // Whether it has none, for its part has none there: there is no such row.
  bool LeavesOut(size_t group, size_t slot) const;
  // The steps of an operand that are to be read, for all slots.
  StepRange lanes(size_t operand) const { return lanes_[operand]; }
  // Which of them lanes have; the same of all operands whose steps are as long.
  const LaneSteps& lane_steps(size_t operand) const {
    return *lane_steps_[operand];
  }
  // Whether there are buckets of the range that have no slot, for no sample is
  // near and nothing is shown of them.
  bool leaves_buckets_out() const { return leaves_buckets_out_; }
  // Beyond them the operand's metric has no samples; the steps of whole eras.
  StepRange bounds(size_t operand) const { return bounds_[operand]; }
  // The first step that is not over at now.
  int64_t unfinished(size_t operand) const { return unfinished_[operand]; }
  // Whether the range ends (begins) with the samples: what is expected of the
  // whole range is known only when all were read.
  bool open(size_t operand) const { return open_[operand]; }
  // Of an open range, once it is settled: the steps that it came to.
  StepRange settled(size_t operand) const { return settled_[operand]; }

  // How many steps of an operand's range, where its begin is said, are over and
  // lie before the first slot shown.
  int64_t OverBefore(size_t operand, size_t group) const;
  // Likewise between two slots shown, in buckets that have none.
  int64_t OverBetween(size_t operand, size_t group, uint32_t before,
                      uint32_t slot) const;
  // Whether the bucket begins after now, under EVERY; or all that the group's
  // part has of it.
  bool BeginsAfterNow(size_t group, size_t slot) const;

  // Part of the bucket is not over, or lies outside the range where the bucket
  // is shown.
  bool partial(size_t group, size_t slot) const {
    if (!by_group_) return partial_[slot];
    return aligned_.has_value() ? AlignedPartial(group, slot)
                                : part_partial_[slot * parts_->count() +
                                                group % parts_->count()];
  }
  // A value of the slot needed a part of a bucket. Not under ALIGN.
  void SetPartial(size_t group, size_t slot) {
    if (parts_ == nullptr) {
      partial_[slot] = true;
    } else {
      part_partial_[slot * parts_->count() + group % parts_->count()] = true;
    }
  }
  // Of no meaning under ALIGN, where Offset() stands in its place.
  std::string Format(size_t slot) const;
  // Units since the event at which the bucket begins.
  int64_t Offset(size_t slot) const {
    return aligned_->UnitsOf(keys_[slot]).begin;
  }
  // ON EACH: which event of the group the bucket counts from.
  size_t Turn(size_t slot) const { return aligned_->TurnOf(keys_[slot]); }
  // Whether two slots count from events of their own.
  bool TurnsBetween(size_t before, size_t slot) const {
    return aligned_.has_value() && Turn(before) != Turn(slot);
  }
  // The bucket's first civil second, and the first behind it. Without EVERY it
  // is the range, or from the first to the last sample.
  absl::CivilSecond CivilStart(size_t group, size_t slot) const;
  absl::CivilSecond CivilEnd(size_t group, size_t slot) const;
  // The zone that they are of.
  const absl::TimeZone& zone() const {
    return plan_->operands[lead_].grid.zone();
  }

  // Slots at which a transform has a cell, and at which it reads its x, each in
  // time order. Of no meaning for a share.
  absl::Span<const uint32_t> at(size_t transform) const {
    return at_[transform];
  }
  absl::Span<const uint32_t> reads(size_t transform) const {
    return reads_[transform];
  }
  // What is to be told of ranges that do not exist where they are looked for.
  const std::set<std::string>& missing() const { return missing_; }

  // The slot that much earlier by the calendar; nullopt where that date does
  // not exist. Requires: a transform looks there.
  std::optional<uint32_t> Earlier(uint32_t slot, int64_t count,
                                  footfall::Unit unit) const;
  // Whether `slot` is the bucket right behind `before`.
  bool Follows(uint32_t before, uint32_t slot) const;
  // Whether no bucket of the range that is whole, and over, lies behind `slot`.
  // Under EVERY, once it is settled; not under ALIGN.
  bool IsLastWhole(uint32_t slot) const;
  // Whether all from the bucket `first` to the bucket `last` of a group lie
  // between those that hold the first and the last of `samples`. Under EVERY.
  bool Within(size_t operand, StepRange samples, size_t group, size_t first,
              size_t last) const;

  // ---- OVER (windows.cc), by index into Plan::windows
  // Whether windows begin with the first sample, which is known once settled.
  bool WaitsForSamples(size_t window) const;
  // How many steps their pieces then lack of those that are over.
  int64_t OverOfWindow(size_t window) const;
  // Whether that of a slot begins no earlier than the operand's samples, and
  // its row no later than they end.
  bool WindowWithin(size_t window, size_t operand, StepRange samples,
                    size_t slot) const;

  // ALIGN: looks up the events of the groups. Errors as Alignment::SetGroups().
  absl::Status Align(const Run& run, absl::Span<const GroupKey> groups) {
    return aligned_->SetGroups(run, groups);
  }
  // Null without ALIGN.
  const Alignment* aligned() const {
    return aligned_.has_value() ? &*aligned_ : nullptr;
  }
  // The steps of an operand that lie in some slot of the group.
  StepRange StepsOfGroup(size_t operand, size_t group) const;

  // Tells which samples there were: [first, end) steps of each operand, empty
  // where it had none. Settles the open ranges.
  void Settle(absl::Span<const StepRange> extents);
  // Behind Settle(), where there are parts(): which of their rows are partial.
  absl::Status SettleParts(const Run& run) { return FindPartialParts(run); }
  // The ranges that open ones come to by these samples; else empty.
  std::vector<StepRange> SettledRanges(
      absl::Span<const StepRange> extents) const;

  // The steps of a slot (under EVERY, of all) that count where a bucket has a
  // value without samples: the range as far as it is over, and `samples` where
  // it is open; under EVERY in whole buckets, and `read`, too, where transforms
  // look back.
  StepRange WithoutSamples(size_t operand, size_t slot, StepRange read,
                           StepRange samples) const;

 private:
  explicit Timeline(const Plan& plan) : plan_(&plan) {}

  absl::Status FindBounds(Run& run);
  // (timeline_lanes.cc)
  absl::Status FindAllLaneSteps(Run& run);
  bool NeedsAllBuckets() const;
  // Shifts between inner buckets look before all slots.
  void ReadForShifts();
  // TOP by a growth looks at the whole range so much earlier.
  void ReadEarlierWholes();
  const BucketPiece& EarlierWhole(size_t operand, const Duration& back) const;
  absl::Status CutBuckets(Run& run);
  absl::Status ShowWholeRange(Run& run);
  absl::Status CutRanges(Run& run);
  // (aligned_timeline.cc)
  absl::Status CutAligned(Run& run);
  // (timeline_parts.cc)
  absl::Status FindParts(Run& run);
  absl::Status FindPartialParts(const Run& run);
  StepRange InsideOf(size_t operand, size_t slot) const;
  bool PartBeginsAfterNow(size_t group, size_t slot) const;
  int64_t BucketOfSlot(size_t operand, size_t slot) const;
  BucketPiece PieceOfGroup(size_t operand, size_t group, size_t slot) const;
  BucketPiece WholeOfGroup(size_t operand, size_t group) const;
  // How many of the steps are over and lie in the group's part.
  int64_t OverOf(size_t operand, size_t group, StepRange steps) const;
  BucketPiece AlignedPiece(size_t operand, size_t group, size_t slot) const;
  BucketPiece AlignedWhole(size_t operand, size_t group) const;
  BucketPiece PieceOf(size_t operand, StepRange steps) const;
  bool AlignedPartial(size_t group, size_t slot) const;
  UnitRange AllUnits() const;
  void AddPiece(size_t operand, size_t slot, StepRange all, bool clip);
  void AlsoRead(size_t operand, StepRange steps);
  absl::Status CutWindows(Run& run);
  // (to_date.cc)
  void FindPlaces();
  StepRange KeptToDate(size_t operand, int64_t bucket, StepRange all) const;
  int64_t WindowBegin(const BoundWindow& window, StepRange row) const;
  int64_t EndOfRows(size_t operand) const;
  std::optional<int64_t> EarlierKey(int64_t key, int64_t count,
                                    footfall::Unit unit) const;
  std::optional<int64_t> PreviousKey(int64_t key) const;
  int64_t FirstStepOf(size_t slot) const;  // of the leading operand
  int64_t KeyOfStep(size_t operand, int64_t step) const;
  std::optional<uint32_t> SlotOf(int64_t key) const;
  absl::Status SetLookBack(const Run& run, const LookBack& found);

  const Plan* plan_;
  size_t size_ = 0;
  bool has_time_ = false;
  // [slots] Under EVERY, buckets of the leading operand; else their numbers.
  std::vector<int64_t> keys_;
  size_t lead_ = 0;        // operand whose buckets give times
  int64_t first_key_ = 0;  // no sample lies before that bucket
  std::vector<StepRange> bounds_;
  std::vector<StepRange> lanes_;
  std::vector<std::shared_ptr<const LaneSteps>> lane_steps_;
  bool leaves_buckets_out_ = false;
  std::vector<std::vector<BucketPiece>> pieces_;  // [operands][slots]
  // [operands] EVERY .. TO DATE: the last step that counts, and the bucket that
  // holds it.
  struct Place {
    int64_t step = 0;
    int64_t bucket = 0;
  };
  std::vector<std::optional<Place>> places_;
  std::vector<std::vector<BucketPiece>> window_pieces_;  // [windows][slots]
  std::vector<std::vector<StepRange>> ranges_;  // likewise; without EVERY
  std::vector<BucketPiece> whole_;
  struct EarlierRange {
    size_t operand = 0;
    Duration back;
    BucketPiece piece;
  };
  std::vector<EarlierRange> earlier_wholes_;
  std::vector<int64_t> unfinished_;
  std::vector<bool> open_;
  std::vector<StepRange> settled_;
  std::optional<Alignment> aligned_;
  std::shared_ptr<const CalendarParts> parts_;
  std::vector<bool> part_partial_;  // [slots x parts]
  bool by_group_ = false;           // a slot is not alike in all groups
  std::set<std::string> missing_;
  std::vector<bool> partial_;              // [slots]; without ALIGN
  std::vector<std::vector<uint32_t>> at_;  // [transforms]
  std::vector<std::vector<uint32_t>> reads_;
  // Without EVERY: slot, count, unit -> slot.
  FlatHashMap<std::tuple<int64_t, int64_t, footfall::Unit>, int64_t>
      earlier_ranges_;
  // Of all samples that the statement reads, but for operands with a DURING of
  // their own; equal where there is none.
  absl::CivilSecond first_sample_;
  absl::CivilSecond end_of_samples_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_TIMELINE_H_
