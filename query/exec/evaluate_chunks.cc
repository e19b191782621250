// Reads the samples, some groups at a time, and makes cells of them.

#include <algorithm>
#include <atomic>
#include <bit>
#include <mutex>
#include <thread>
#include <utility>

#include "footfall/guard.h"
#include "query/exec/evaluation.h"
#include "query/exec/gathered_lane.h"
#include "query/exec/intersect.h"
#include "query/exec/lanes.h"
#include "query/exec/windows.h"
#include "query/func/step_words.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// Lanes of this many bytes are worked on at a time: about what a core's own
// cache holds. Where the lanes of a band of series alone are more, up to so
// many: the tiles of a band that two chunks share are opened twice.
constexpr uint64_t kChunkBytes = uint64_t{2} << 20;
constexpr uint64_t kMostChunkBytes = 4 * kChunkBytes;

}  // namespace

// Cuts depend on the question and the series alone, never on the number of
// threads: sums of decimals come out the same.
std::vector<Evaluation::Chunk> Evaluation::MakeChunks() const {
  std::vector<Chunk> chunks;
  size_t begin = 0;
  uint64_t bytes = 0;
  // The last group that shares no band with the one before it, and the chunk's
  // bytes before it.
  size_t edge = 0;
  uint64_t bytes_to_edge = 0;
  // [operands] of the last group that has one.
  std::vector<SeriesId> bands(plan_.operands.size(), 0);
  // Groups of the same series are read at once.
  const size_t parts = Parts();
  for (size_t g = 0; g < results_.groups.size(); g += parts) {
    uint64_t more = 0;
    bool cuts_band = false;
    for (size_t o = 0; o < plan_.operands.size(); ++o) {
      if (read_[o] && local_[o][g] != kNoGroup && !broadcast_[o].has_value()) {
        more += readers_[o]->BytesOfGroup(local_[o][g]);
        const SeriesId band = readers_[o]->BandOfGroup(local_[o][g]);
        cuts_band |= band == bands[o];
        bands[o] = band;
      }
    }
    if (!cuts_band) {
      edge = g;
      bytes_to_edge = bytes;
    }
    if (g > begin && bytes + more > kChunkBytes) {
      if (edge > begin) {
        chunks.push_back({begin, edge});
        begin = edge;
        bytes -= bytes_to_edge;
      } else if (bytes + more > kMostChunkBytes) {
        chunks.push_back({begin, g});
        begin = g;
        bytes = 0;
      }
    }
    bytes += more;
  }
  if (begin < results_.groups.size()) {
    chunks.push_back({begin, results_.groups.size()});
  }
  return chunks;
}

namespace {

// Of a tier, whose steps need not count as present.
bool HasSteps(const TimeFunction& function, const StepLane& x,
              const Timeline& timeline, size_t operand,
              const BucketPiece& piece, const PartSteps* part,
              const Cell& cell) {
  if (x.whole == nullptr) return cell.has_value && !CountsNothing(function);
  if (part == nullptr) return HasStepsIn(x, timeline, operand, piece);
  bool any = false;
  BucketPiece stretch = piece;
  part->ForEach(piece.data, [&](StepRange steps) {
    stretch.data = steps;
    any |= HasStepsIn(x, timeline, operand, stretch);
  });
  return any;
}

}  // namespace

absl::Status Evaluation::Reduce(size_t leaf_index, size_t group, size_t begin,
                                size_t end, const StepLane& x,
                                const StepLane& y, CagrDoubts doubts,
                                Findings* findings) {
  const Leaf& leaf = plan_.leaves[leaf_index];
  LeafTable& table = results_.leaves[leaf_index];
  const Timeline& timeline = *results_.timeline;
  const PartSteps* const part = timeline.part(leaf.operand, group);
  for (size_t b = begin; b < end; ++b) {
    const BucketPiece piece = timeline.PieceOf(leaf, group, b);
    CagrDoubts own;
    FOOTFALL_ASSIGN_OR_RETURN(
        const Cell cell,
        over_time_->CellOf(leaf.function, x, y, leaf.operand, piece, part, &own,
                           CutsInner(leaf)));
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    table.Set(group, b, cell);
    if (leaf.window.has_value()) {
      // A row is there where its own bucket has samples.
      if (HasStepsIn(x, timeline, leaf.operand,
                     timeline.piece(leaf.operand, group, b))) {
        table.MarkSteps(group, b);
      }
    } else if (plan_.operands[leaf.operand].metric->level > 0 &&
               cell.present == 0 &&
               HasSteps(leaf.function, x, timeline, leaf.operand, piece, part,
                        cell)) {
      table.MarkSteps(group, b);
    }
    doubts.not_positive |= own.not_positive;
    doubts.too_short |= own.too_short;
    if (own.left_out > 0) {
      int64_t& most = findings->left_out[leaf_index];
      most = std::max(most, own.left_out);
      if (!leaf.whole_range) findings->cut_slots.insert({b, group % Parts()});
    }
  }
  findings->Add(leaf_index, group, doubts);
  return absl::OkStatus();
}

absl::Status Evaluation::RunChunk(const Chunk& chunk, Findings* findings) {
  const size_t operands = plan_.operands.size();
  std::vector<GroupLanes> lanes(operands);
  // [operands][groups of the chunk] where the group's lane is; SIZE_MAX: none.
  std::vector<std::vector<size_t>> slots(operands);
  findings->extents.resize(operands);
  findings->changes.resize(operands);
  findings->no_members.resize(operands);
  findings->members_left_out.resize(operands);
  findings->hidden.resize(operands);
  findings->lacking.resize(operands);
  for (size_t o = 0; o < operands; ++o) {
    slots[o].assign(chunk.end - chunk.begin, SIZE_MAX);
    if (!read_[o]) continue;
    const LaneSteps& lane_steps = results_.timeline->lane_steps(o);
    std::vector<uint32_t> wanted;
    // Lane steps. ALIGN: notes are of a group's own steps.
    std::vector<StepRange> told;
    for (size_t g = chunk.begin; g < chunk.end; ++g) {
      const uint32_t local = local_[o][g];
      if (local == kNoGroup) continue;
      if (broadcast_[o].has_value()) {
        slots[o][g - chunk.begin] = local;
      } else if (!wanted.empty() && wanted.back() == local) {
        slots[o][g - chunk.begin] = wanted.size() - 1;  // of another part
      } else {
        slots[o][g - chunk.begin] = wanted.size();
        wanted.push_back(local);
        if (plan_.align.has_value()) {
          told.push_back(
              lane_steps.ToLane(results_.timeline->StepsOfGroup(o, g)));
        }
      }
    }
    const GroupLanes* read = &lanes[o];
    if (broadcast_[o].has_value()) {
      read = &*broadcast_[o];
    } else if (!wanted.empty()) {
      FOOTFALL_ASSIGN_OR_RETURN(lanes[o], readers_[o]->Read(wanted, told));
    } else {
      continue;
    }
    findings->contradiction |=
        read->sets.contradiction || readers_[o]->contradiction();
    findings->hidden[o] = read->hidden;
    if (read->hidden.has_value()) {
      findings->hidden[o]->step = lane_steps.ToStep(read->hidden->step);
    }
    findings->lacking[o] = read->lacking;
    findings->changes[o] = read->sets.count_change;
    if (findings->changes[o].has_value()) {
      // From the chunk's set to the operand's group.
      findings->changes[o]->set = broadcast_[o].has_value()
                                      ? findings->changes[o]->set
                                      : wanted[findings->changes[o]->set];
      for (int64_t* step :
           {&findings->changes[o]->step, &findings->changes[o]->other_step}) {
        *step = lane_steps.ToStep(*step);
      }
    }
    findings->no_members[o] = read->no_member;
    if (findings->no_members[o].has_value()) {
      GroupLanes::NoMember& one = *findings->no_members[o];
      one.step = lane_steps.ToStep(one.step);
      if (!broadcast_[o].has_value()) one.set = wanted[one.set];
    }
    findings->members_left_out[o] = read->left_out;
    if (findings->members_left_out[o].has_value()) {
      int64_t& step = findings->members_left_out[o]->step;
      step = lane_steps.ToStep(step);
    }
    if (!results_.timeline->open(o) && !averaged_[o]) continue;
    for (const size_t slot : slots[o]) {
      if (slot == SIZE_MAX) continue;
      FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + read->sets.words));
      const uint64_t* present = read->sets.present_bits(slot);
      for (size_t w = 0; w < read->sets.words; ++w) {
        if (present[w] == 0) continue;
        StepRange& extent = findings->extents[o];
        const int64_t base =
            read->sets.steps.begin + static_cast<int64_t>(w * 64);
        const auto [first, end] = lane_steps.ToSteps(
            {base + std::countr_zero(present[w]),
             base + static_cast<int64_t>(std::bit_width(present[w]))});
        if (extent.empty()) extent = {first, end};
        extent.begin = std::min(extent.begin, first);
        extent.end = std::max(extent.end, end);
      }
    }
  }
  StepLanes x_maker(plan_, readers_, *over_time_);
  StepLanes y_maker(plan_, readers_, *over_time_);
  StepLanes hidden_maker(plan_, readers_, *over_time_);
  size_t reduced_slots = 0;
  uint64_t extreme_bytes = 0;
  for (const size_t i : made_) {
    if (!reducers_[i].has_value()) continue;
    reduced_slots = std::max(reduced_slots, reducers_[i]->slot_count());
    const size_t o = plan_.leaves[i].operand;
    extreme_bytes = std::max(
        extreme_bytes, reducers_[i]->ExtremeBytes(
                           static_cast<uint64_t>(readers_[o]->steps().size())));
  }
  Reservation memory_of_columns(run_);
  FOOTFALL_RETURN_IF_ERROR(memory_of_columns.Add(
      extreme_bytes + reduced_slots * LaneReducer::kColumnBytesPerSlot));
  LaneReducer::Columns columns;
  if (results_.timeline->parts() != nullptr) {
    int64_t steps = 0;
    for (const auto& reader : readers_) {
      steps = std::max(steps, reader->steps().size());
    }
    FOOTFALL_RETURN_IF_ERROR(memory_of_columns.Add(
        2 * GatheredSteps::kBytesPerStep * static_cast<uint64_t>(steps)));
  }
  const size_t parts = Parts();
  for (const size_t i : made_) {
    const Leaf& leaf = plan_.leaves[i];
    const std::vector<size_t> read = OperandsOf(leaf);
    const size_t sets = InnerSets(leaf);
    StepLane x;
    StepLane y;
    for (size_t g = chunk.begin; g < chunk.end; ++g) {
      const auto lane_of = [&](size_t o) -> std::optional<LaneView> {
        const size_t slot = slots[o][g - chunk.begin];
        if (slot == SIZE_MAX) return std::nullopt;
        return readers_[o]->View(
            broadcast_[o].has_value() ? *broadcast_[o] : lanes[o], slot,
            local_[o][g], leaf.total);
      };
      // Groups of other parts have the same lane.
      const bool made = sets == 1 && g % parts != 0 && g > chunk.begin;
      for (size_t set = 0; set < sets; ++set) {
        absl::Span<const InnerSteps> inner;
        if (set < inner_.size()) inner = inner_[set];
        CagrDoubts doubts;
        if (!made) {
          FOOTFALL_ASSIGN_OR_RETURN(
              x, x_maker.Make(leaf.steps, inner, lane_of, &doubts));
        }
        if (!made && leaf.other.has_value()) {
          FOOTFALL_ASSIGN_OR_RETURN(
              y, y_maker.Make(*leaf.other, inner, lane_of, &doubts));
        }
        if (leaf.function.kind == TimeFunction::Kind::kCountInTop) {
          tops_[i][set].Put(g, x);
        }
        if (reducers_[i].has_value()) {
          FOOTFALL_ASSIGN_OR_RETURN(
              const bool done,
              reducers_[i]->Reduce(x, g, &columns, &results_.leaves[i]));
          if (done) {
            if (leaf.window.has_value()) {
              reducers_[i]->MarkRows(x, g, &columns, &results_.leaves[i]);
            }
            continue;
          }
        }
        const size_t end = sets > 1 ? set + 1 : results_.leaves[i].buckets();
        FOOTFALL_RETURN_IF_ERROR(
            Reduce(i, g, set, end, x, y, doubts, findings));
        FOOTFALL_RETURN_IF_ERROR(
            run_.Pass(1 + static_cast<uint64_t>(x.steps.size()) / 4));
      }
      FOOTFALL_RETURN_IF_ERROR(
          ReckonHidden(i, g, read, lane_of, &hidden_maker, findings));
    }
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
  }
  return absl::OkStatus();
}

bool Evaluation::AddHidden(size_t operand, size_t group, const LaneView& view,
                           HiddenLane* lane, Findings* findings) const {
  const StepRange range = readers_[operand]->steps();
  const size_t steps = static_cast<size_t>(range.size());
  bool any = false;
  for (size_t s = 0; s < steps; ++s) {
    if (BitAt(view.present, s)) continue;
    const int64_t high = view.hidden == nullptr ? 0 : view.hidden[s];
    const bool lacks = view.high_open != nullptr && BitAt(view.high_open, s);
    if (high == 0 && !lacks) continue;
    if (!any) {
      any = true;
      lane->present.assign(view.present, view.present + WordsFor(steps));
      lane->values.assign(steps, 0);
      lane->lows.assign(steps, 0);
      lane->highs.assign(steps, 0);
    }
    if (high != 0 && !findings->hidden[operand].has_value()) {
      findings->hidden[operand] = {
          results_.groups[group],
          results_.timeline->lane_steps(operand).ToStep(
              range.begin + static_cast<int64_t>(s)),
          high};
    }
    lane->present[s / 64] |= uint64_t{1} << (s % 64);
    lane->highs[s] = high;
  }
  if (!any) return false;
  const auto copy = [steps](const uint64_t* bits, std::vector<uint64_t>* to) {
    to->assign(WordsFor(steps), 0);
    if (bits != nullptr) std::copy_n(bits, to->size(), to->begin());
  };
  copy(view.low_open, &lane->low_open);
  copy(view.high_open, &lane->high_open);
  for (size_t s = 0; s < steps; ++s) {
    if (!BitAt(view.present, s)) continue;
    lane->values[s] = view.values[s];
    lane->lows[s] = view.lows == nullptr ? view.values[s] : view.lows[s];
    lane->highs[s] = view.highs != nullptr ? view.highs[s]
                     : view.extra == nullptr
                         ? view.values[s]
                         : AddCapped(plan_.operands[operand].decimal(),
                                     view.values[s], view.extra[s]);
  }
  return true;
}

// Where a group has no step of its own, it may have people that only series
// which are not split tell of. Cells of steps are left as they are: functions
// over time are of the steps present.
absl::Status Evaluation::ReckonHidden(size_t leaf_index, size_t group,
                                      absl::Span<const size_t> operands,
                                      LaneOf lane_of, StepLanes* maker,
                                      Findings* findings) {
  const Leaf& leaf = plan_.leaves[leaf_index];
  if (leaf.is_date || leaf.function.kind == TimeFunction::Kind::kCorrelation) {
    return absl::OkStatus();
  }
  const bool keeps =
      std::any_of(operands.begin(), operands.end(),
                  [this](size_t o) { return plan_.operands[o].keeps_hidden; });
  if (!keeps) return absl::OkStatus();
  std::vector<std::optional<LaneView>> views(plan_.operands.size());
  std::vector<HiddenLane> hidden(plan_.operands.size());
  bool any = false;
  for (const size_t o : operands) {
    if (!plan_.operands[o].keeps_hidden) continue;
    views[o] = lane_of(o);
    if (!views[o].has_value() ||
        (views[o]->hidden == nullptr && views[o]->high_open == nullptr)) {
      continue;
    }
    if (!AddHidden(o, group, *views[o], &hidden[o], findings)) continue;
    any = true;
    views[o]->values = hidden[o].values.data();
    views[o]->lows = hidden[o].lows.data();
    views[o]->highs = hidden[o].highs.data();
    views[o]->extra = nullptr;
    views[o]->present = hidden[o].present.data();
    views[o]->low_open = hidden[o].low_open.data();
    views[o]->high_open = hidden[o].high_open.data();
  }
  if (!any) return absl::OkStatus();
  const auto with_hidden = [&](size_t o) { return views[o]; };
  const bool places = leaf.function.kind == TimeFunction::Kind::kCountInTop;
  LeafTable& table = results_.leaves[leaf_index];
  const size_t sets = InnerSets(leaf);
  for (size_t set = 0; set < sets; ++set) {
    absl::Span<const InnerSteps> inner;
    if (set < inner_.size()) inner = inner_[set];
    CagrDoubts doubts;
    FOOTFALL_ASSIGN_OR_RETURN(
        const StepLane x, maker->Make(leaf.steps, inner, with_hidden, &doubts));
    if (places) {
      tops_[leaf_index][set].PutHidden(group, x);
      continue;
    }
    const size_t end = sets > 1 ? set + 1 : table.buckets();
    for (size_t b = set; b < end; ++b) {
      const Cell own = table.Get(group, b);
      if (own.present > 0 || own.has_value) continue;
      const BucketPiece piece = results_.timeline->PieceOf(leaf, group, b);
      FOOTFALL_ASSIGN_OR_RETURN(
          Cell cell,
          over_time_->CellOf(leaf.function, x, StepLane(), leaf.operand, piece,
                             results_.timeline->part(leaf.operand, group),
                             &doubts, CutsInner(leaf)));
      cell = Cell::Hidden(cell);
      cell.present = own.present;
      cell.expected = own.expected;
      table.Set(group, b, cell);
    }
  }
  return absl::OkStatus();
}

void Evaluation::Merge(const Findings& findings) {
  findings_.contradiction |= findings.contradiction;
  findings_.extents.resize(plan_.operands.size());
  findings_.changes.resize(plan_.operands.size());
  findings_.no_members.resize(plan_.operands.size());
  findings_.members_left_out.resize(plan_.operands.size());
  findings_.hidden.resize(plan_.operands.size());
  findings_.lacking.resize(plan_.operands.size());
  for (size_t o = 0; o < findings.extents.size(); ++o) {
    findings_.lacking[o].Add(findings.lacking[o]);
    if (!findings_.hidden[o].has_value()) {
      findings_.hidden[o] = findings.hidden[o];
    }
    const StepRange& extent = findings.extents[o];
    StepRange& all = findings_.extents[o];
    if (!extent.empty()) {
      if (all.empty()) all = extent;
      all.begin = std::min(all.begin, extent.begin);
      all.end = std::max(all.end, extent.end);
    }
    if (!findings_.changes[o].has_value()) {
      findings_.changes[o] = findings.changes[o];
    }
    if (!findings_.no_members[o].has_value()) {
      findings_.no_members[o] = findings.no_members[o];
    }
    if (!findings_.members_left_out[o].has_value()) {
      findings_.members_left_out[o] = findings.members_left_out[o];
    }
  }
  for (const auto& [leaf, count] : findings.left_out) {
    findings_.left_out[leaf] = std::max(findings_.left_out[leaf], count);
  }
  findings_.cut_slots.insert(findings.cut_slots.begin(),
                             findings.cut_slots.end());
  for (const CagrFinding& cagr : findings.cagrs) {
    findings_.Add(cagr.leaf, cagr.group, cagr.doubts);
  }
}

absl::Status Evaluation::RunChunks(const std::vector<Chunk>& chunks) {
  std::vector<Findings> findings(chunks.size());
  const size_t threads = std::min<size_t>(
      chunks.size(), static_cast<size_t>(std::max(1, run_.options().threads)));
  if (threads <= 1) {
    for (size_t c = 0; c < chunks.size(); ++c) {
      FOOTFALL_RETURN_IF_ERROR(RunChunk(chunks[c], &findings[c]));
    }
  } else {
    std::atomic<size_t> next = 0;
    std::mutex mutex;
    // The error of the first chunk in order, whichever thread met it first.
    size_t failed_chunk = SIZE_MAX;
    absl::Status failure;
    const auto work = [&] {
      for (size_t c = next++; c < chunks.size(); c = next++) {
        absl::Status status =
            Guarded([&] { return RunChunk(chunks[c], &findings[c]); });
        if (status.ok()) continue;
        const std::lock_guard<std::mutex> lock(mutex);
        if (c < failed_chunk) {
          failed_chunk = c;
          failure = std::move(status);
        }
        next = chunks.size();
      }
    };
    std::vector<std::thread> workers;
    // With fewer threads than asked for, where no more can be had, the answer
    // is the same.
    Guarded([&] {
      workers.reserve(threads - 1);
      for (size_t t = 1; t < threads; ++t) workers.emplace_back(work);
      return absl::OkStatus();
    }).IgnoreError();
    work();
    for (std::thread& worker : workers) worker.join();
    FOOTFALL_RETURN_IF_ERROR(failure);
  }
  for (const Findings& finding : findings) Merge(finding);
  return absl::OkStatus();
}

}  // namespace footfall::query
