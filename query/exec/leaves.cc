// Stage two, over time.

#include "query/exec/leaves.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/guard.h"
#include "footfall/hash_table.h"
#include "query/exec/inner_steps.h"
#include "query/exec/lanes.h"
#include "query/exec/others.h"
#include "query/exec/over_time.h"
#include "query/exec/step_lanes.h"
#include "query/exec/top_counts.h"
#include "query/func/aggregate.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// Lanes of this many bytes are worked on at a time: about what a core's own
// cache holds.
constexpr uint64_t kChunkBytes = uint64_t{2} << 20;

class Evaluation {
 public:
  Evaluation(Run& run, const Plan& plan, const Timeline* settled)
      : run_(run), plan_(plan), settled_(settled) {}
  absl::StatusOr<Results> Work();

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
    // [operands] Of ACROSS; `set` is the operand's group.
    std::vector<std::optional<GroupLanes::NoMember>> no_members;
    std::vector<CagrFinding> cagrs;  // the first of each leaf and doubt

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

  void CollectGroups();
  void CollectCombinations();
  absl::Status ReadBroadcasts();
  std::vector<Chunk> MakeChunks() const;
  absl::Status RunChunks(const std::vector<Chunk>& chunks);
  absl::Status RunChunk(const Chunk& chunk, Findings* findings);
  // Cells of the slots [begin, end) of a group.
  absl::Status Reduce(size_t leaf_index, size_t group, size_t begin, size_t end,
                      const StepLane& x, const StepLane& y, CagrDoubts doubts,
                      Findings* findings);
  // How many sets of inner buckets a leaf is worked out by.
  size_t InnerSets(const Leaf& leaf) const;
  void Merge(const Findings& findings);
  absl::Status OpenTops(Reservation* memory);
  absl::Status CountTops();
  // Once, however many parts of the statement say it.
  void AddNote(std::string note);
  void AddAcrossNotes();
  absl::Status CutInner(Reservation* memory);
  void Settle();
  void FindAveraged();
  absl::Status FindSamples();
  std::string AsFor(const BoundOperand& operand, const GroupKey& key) const;
  void AddCagrNotes();
  void AddNotes();

  Run& run_;
  const Plan& plan_;
  const Timeline* const settled_;  // null: its own is to be settled
  Results results_;
  std::vector<std::unique_ptr<OperandReader>> readers_;
  // [sets][EVERYs inside calls] One set for all slots or, without EVERY, one
  // for each.
  std::vector<std::vector<InnerSteps>> inner_;
  std::optional<OverTime> over_time_;
  // [leaves][sets of inner buckets] of those that count places among all
  // groups.
  std::vector<std::vector<TopCounts>> tops_;
  // [operands][groups] the operand's own group, or kNoGroup.
  static constexpr uint32_t kNoGroup = UINT32_MAX;
  std::vector<std::vector<uint32_t>> local_;
  // [operands] all groups of those in braces, read once.
  std::vector<std::optional<GroupLanes>> broadcast_;
  // [operands] whether a moving average reads it.
  std::vector<bool> averaged_;
  Findings findings_;
};

void Evaluation::FindAveraged() {
  averaged_.resize(plan_.operands.size());
  for (const Transform& transform : plan_.transforms) {
    if (transform.kind != Transform::Kind::kMovingAverage) continue;
    for (const size_t o : OperandsOf(plan_, transform.x)) averaged_[o] = true;
  }
}

// A moving average is of buckets that lie within the data: where no sample was
// read in the first bucket, one before it may be there.
absl::Status Evaluation::FindSamples() {
  const Timeline& timeline = *results_.timeline;
  results_.samples.resize(plan_.operands.size());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    if (!averaged_[o]) continue;
    StepRange& samples = results_.samples[o];
    samples = findings_.extents[o];
    const StepRange read = readers_[o]->steps();
    const StepRange bounds = timeline.bounds(o);
    if (read.empty() || samples.empty()) continue;
    if (timeline.LiesBefore(o, read.begin, samples.begin)) {
      FOOTFALL_ASSIGN_OR_RETURN(
          const bool before,
          readers_[o]->HasSamples({bounds.begin, read.begin}));
      if (before) samples.begin = read.begin - 1;
    }
    if (timeline.LiesBefore(o, samples.end - 1, read.end - 1)) {
      FOOTFALL_ASSIGN_OR_RETURN(
          const bool behind, readers_[o]->HasSamples({read.end, bounds.end}));
      if (behind) samples.end = read.end + 1;
    }
  }
  return absl::OkStatus();
}

void Evaluation::CollectGroups() {
  const size_t operands = plan_.operands.size();
  std::vector<size_t> split;  // operands that have groups of their own
  for (size_t o = 0; o < operands; ++o) {
    if (!plan_.operands[o].broadcast()) split.push_back(o);
  }
  if (split.size() == 1) {
    results_.groups = readers_[split[0]]->groups().keys;
  } else {
    FlatHashSet<GroupKey> known;
    for (const size_t o : split) {
      for (const GroupKey& key : readers_[o]->groups().keys) {
        if (known.insert(key).second) results_.groups.push_back(key);
      }
    }
  }
  local_.resize(operands);
  for (size_t o = 0; o < operands; ++o) {
    const OperandGroups& groups = readers_[o]->groups();
    local_[o].assign(results_.groups.size(), kNoGroup);
    for (uint32_t g = 0; g < results_.groups.size(); ++g) {
      GroupKey key = results_.groups[g];
      for (size_t b = 0; b < plan_.by.size(); ++b) {
        if (plan_.operands[o].by[b] < 0) key[b] = kEmptyMember;
      }
      const auto at = groups.group_of.find(key);
      if (at != groups.group_of.end()) local_[o][g] = at->second;
    }
  }
}

void Evaluation::CollectCombinations() {
  results_.combinations.resize(plan_.operands.size());
  results_.wholes_beside.resize(plan_.operands.size());
  for (const Leaf& leaf : plan_.leaves) {
    if (!leaf.total.is_total) continue;
    for (const size_t o : OperandsOf(leaf)) {
      std::vector<uint32_t>& numbers = results_.combinations[o];
      if (!numbers.empty()) continue;
      const Timeline& timeline = *results_.timeline;
      for (size_t slot = 0; slot < timeline.slot_count(); ++slot) {
        const StepRange steps = timeline.piece(o, 0, slot).data;
        WholesBeside& wholes = results_.wholes_beside[o];
        wholes.in_no_group.push_back(
            readers_[o]->HasWholesBeside(steps, std::nullopt));
        wholes.not_split_by.resize(plan_.by.size());
        for (size_t b = 0; b < plan_.by.size(); ++b) {
          wholes.not_split_by[b].push_back(
              readers_[o]->HasWholesBeside(steps, b));
        }
      }
      const std::vector<uint32_t> own = readers_[o]->Combinations();
      for (const uint32_t local : local_[o]) {
        numbers.push_back(local == kNoGroup ? OperandReader::kSeveral
                                            : own[local]);
      }
    }
  }
}

absl::Status Evaluation::ReadBroadcasts() {
  broadcast_.resize(plan_.operands.size());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    if (!plan_.operands[o].broadcast()) continue;
    std::vector<uint32_t> all(readers_[o]->groups().group_count());
    for (uint32_t g = 0; g < all.size(); ++g) all[g] = g;
    FOOTFALL_ASSIGN_OR_RETURN(broadcast_[o], readers_[o]->Read(all));
  }
  return absl::OkStatus();
}

// Cuts depend on the question alone, never on the number of threads: sums of
// decimals come out the same.
std::vector<Evaluation::Chunk> Evaluation::MakeChunks() const {
  std::vector<Chunk> chunks;
  Chunk chunk;
  uint64_t bytes = 0;
  for (size_t g = 0; g < results_.groups.size(); ++g) {
    uint64_t more = 0;
    for (size_t o = 0; o < plan_.operands.size(); ++o) {
      if (local_[o][g] != kNoGroup && !broadcast_[o].has_value()) {
        more += readers_[o]->BytesOfGroup(local_[o][g]);
      }
    }
    if (chunk.end > chunk.begin && bytes + more > kChunkBytes) {
      chunks.push_back(chunk);
      chunk.begin = g;
      bytes = 0;
    }
    chunk.end = g + 1;
    bytes += more;
  }
  if (chunk.end > chunk.begin) chunks.push_back(chunk);
  return chunks;
}

absl::Status Evaluation::CutInner(Reservation* memory) {
  const Timeline& timeline = *results_.timeline;
  if (plan_.inner.empty()) return absl::OkStatus();
  inner_.resize(timeline.has_time() ? 1 : timeline.slot_count());
  for (size_t set = 0; set < inner_.size(); ++set) {
    for (size_t i = 0; i < plan_.inner.size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(
          InnerSteps steps,
          InnerSteps::Create(run_, plan_, i, readers_, timeline, set));
      FOOTFALL_RETURN_IF_ERROR(
          memory->Add(static_cast<uint64_t>(steps.size()) *
                      (8 + plan_.operands.size() * sizeof(BucketPiece))));
      inner_[set].push_back(std::move(steps));
    }
  }
  return absl::OkStatus();
}

size_t Evaluation::InnerSets(const Leaf& leaf) const {
  return InnerOf(leaf.steps).has_value() ? inner_.size() : 1;
}

absl::Status Evaluation::Reduce(size_t leaf_index, size_t group, size_t begin,
                                size_t end, const StepLane& x,
                                const StepLane& y, CagrDoubts doubts,
                                Findings* findings) {
  const Leaf& leaf = plan_.leaves[leaf_index];
  LeafTable& table = results_.leaves[leaf_index];
  const Timeline& timeline = *results_.timeline;
  for (size_t b = begin; b < end; ++b) {
    const BucketPiece piece = leaf.whole_range
                                  ? timeline.whole(leaf.operand, group)
                                  : timeline.piece(leaf.operand, group, b);
    FOOTFALL_ASSIGN_OR_RETURN(
        const Cell cell,
        over_time_->CellOf(leaf.function, x, y, leaf.operand, piece, &doubts));
    table.Set(group, b, cell);
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
  for (size_t o = 0; o < operands; ++o) {
    slots[o].assign(chunk.end - chunk.begin, SIZE_MAX);
    std::vector<uint32_t> wanted;
    std::vector<StepRange> told;  // ALIGN: notes are of a group's own steps
    for (size_t g = chunk.begin; g < chunk.end; ++g) {
      const uint32_t local = local_[o][g];
      if (local == kNoGroup) continue;
      if (broadcast_[o].has_value()) {
        slots[o][g - chunk.begin] = local;
      } else {
        slots[o][g - chunk.begin] = wanted.size();
        wanted.push_back(local);
        if (plan_.align.has_value()) {
          told.push_back(results_.timeline->StepsOfGroup(o, g));
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
    findings->contradiction |= read->sets.contradiction;
    findings->changes[o] = read->sets.count_change;
    if (findings->changes[o].has_value()) {
      // From the chunk's set to the operand's group.
      findings->changes[o]->set = broadcast_[o].has_value()
                                      ? findings->changes[o]->set
                                      : wanted[findings->changes[o]->set];
    }
    findings->no_members[o] = read->no_member;
    if (findings->no_members[o].has_value() && !broadcast_[o].has_value()) {
      findings->no_members[o]->set = wanted[findings->no_members[o]->set];
    }
    if (!results_.timeline->open(o) && !averaged_[o]) continue;
    for (const size_t slot : slots[o]) {
      if (slot == SIZE_MAX) continue;
      const uint64_t* present = read->sets.present_bits(slot);
      for (size_t w = 0; w < read->sets.words; ++w) {
        if (present[w] == 0) continue;
        StepRange& extent = findings->extents[o];
        const int64_t base =
            read->sets.steps.begin + static_cast<int64_t>(w * 64);
        const int64_t first = base + std::countr_zero(present[w]);
        const int64_t end = base + std::bit_width(present[w]);
        if (extent.empty()) extent = {first, end};
        extent.begin = std::min(extent.begin, first);
        extent.end = std::max(extent.end, end);
      }
    }
  }
  StepLanes x_maker(plan_, readers_, *over_time_);
  StepLanes y_maker(plan_, readers_, *over_time_);
  for (size_t i = 0; i < plan_.leaves.size(); ++i) {
    const Leaf& leaf = plan_.leaves[i];
    for (size_t g = chunk.begin; g < chunk.end; ++g) {
      const auto lane_of = [&](size_t o) -> std::optional<LaneView> {
        const size_t slot = slots[o][g - chunk.begin];
        if (slot == SIZE_MAX) return std::nullopt;
        return readers_[o]->View(
            broadcast_[o].has_value() ? *broadcast_[o] : lanes[o], slot,
            local_[o][g], leaf.total);
      };
      const size_t sets = InnerSets(leaf);
      for (size_t set = 0; set < sets; ++set) {
        absl::Span<const InnerSteps> inner;
        if (set < inner_.size()) inner = inner_[set];
        CagrDoubts doubts;
        FOOTFALL_ASSIGN_OR_RETURN(
            const StepLane x,
            x_maker.Make(leaf.steps, inner, lane_of, &doubts));
        StepLane y;
        if (leaf.other.has_value()) {
          FOOTFALL_ASSIGN_OR_RETURN(
              y, y_maker.Make(*leaf.other, inner, lane_of, &doubts));
        }
        if (leaf.function.kind == TimeFunction::Kind::kCountInTop) {
          tops_[i][set].Put(g, x);
        }
        const size_t end = sets > 1 ? set + 1 : results_.leaves[i].buckets();
        FOOTFALL_RETURN_IF_ERROR(
            Reduce(i, g, set, end, x, y, doubts, findings));
      }
    }
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
  }
  return absl::OkStatus();
}

void Evaluation::Merge(const Findings& findings) {
  findings_.contradiction |= findings.contradiction;
  findings_.extents.resize(plan_.operands.size());
  findings_.changes.resize(plan_.operands.size());
  findings_.no_members.resize(plan_.operands.size());
  for (size_t o = 0; o < findings.extents.size(); ++o) {
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
  }
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

absl::Status Evaluation::OpenTops(Reservation* memory) {
  tops_.resize(plan_.leaves.size());
  for (size_t i = 0; i < plan_.leaves.size(); ++i) {
    const Leaf& leaf = plan_.leaves[i];
    if (leaf.function.kind != TimeFunction::Kind::kCountInTop) continue;
    const auto inner = InnerOf(leaf.steps);
    for (size_t set = 0; set < InnerSets(leaf); ++set) {
      StepRange steps = readers_[leaf.operand]->steps();
      if (inner.has_value()) steps = {0, inner_[set][*inner].size()};
      FOOTFALL_RETURN_IF_ERROR(
          memory->Add(TopCounts::Bytes(results_.groups.size(), steps)));
      tops_[i].emplace_back(results_.groups.size(), steps);
    }
  }
  return absl::OkStatus();
}

// Places are known once the values of all groups are.
absl::Status Evaluation::CountTops() {
  for (size_t i = 0; i < plan_.leaves.size(); ++i) {
    if (tops_[i].empty()) continue;
    const Leaf& leaf = plan_.leaves[i];
    for (TopCounts& top : tops_[i]) {
      FOOTFALL_RETURN_IF_ERROR(top.Rank(run_, leaf.function.count));
    }
    LeafTable& table = results_.leaves[i];
    const auto inner = InnerOf(leaf.steps);
    for (size_t b = 0; b < table.buckets(); ++b) {
      // The same for all groups: no such count stands beside ALIGN.
      const BucketPiece piece =
          leaf.whole_range ? results_.timeline->whole(leaf.operand, 0)
                           : results_.timeline->piece(leaf.operand, 0, b);
      const size_t set = tops_[i].size() > 1 ? b : 0;
      const StepRange steps = inner.has_value() ? inner_[set][*inner].Positions(
                                                      leaf.operand, piece.data)
                                                : piece.data;
      for (size_t g = 0; g < results_.groups.size(); ++g) {
        const TopCounts::Count count = tops_[i][set].Of(g, steps);
        if (count.present == 0) continue;
        Cell cell = table.Get(g, b);
        if (settled_ != nullptr) {
          // The others have no place among the groups that they are made of.
          table.Set(g, b, Cell::Missing(cell.present, cell.expected));
          continue;
        }
        cell.value = Scalar::Integer(count.value);
        cell.low = Scalar::Integer(count.low);
        cell.high = Scalar::Integer(count.high);
        table.Set(g, b, cell);
      }
    }
    tops_[i].clear();
  }
  return absl::OkStatus();
}

// Ranges that end with the samples are known now, and so is what was expected.
void Evaluation::Settle() {
  Timeline& timeline = *results_.timeline;
  findings_.extents.resize(plan_.operands.size());
  timeline.Settle(findings_.extents);
  for (size_t i = 0; i < plan_.leaves.size(); ++i) {
    const Leaf& leaf = plan_.leaves[i];
    const bool whole = leaf.whole_range || !timeline.has_time();
    if (!whole || !timeline.open(leaf.operand)) continue;
    LeafTable& table = results_.leaves[i];
    const std::optional<size_t> inner = InnerOf(leaf.steps);
    const int64_t over = inner.has_value()
                             ? inner_[0][*inner].OverAround(
                                   leaf.operand, timeline.settled(leaf.operand))
                             : timeline.whole(leaf.operand, 0).over;
    for (size_t g = 0; g < results_.groups.size(); ++g) {
      Cell cell = table.Get(g, 0);
      // Kept in 32 bits: a count below 0 comes back around.
      cell.expected = static_cast<uint32_t>(cell.expected + over);
      if (leaf.function.Is(Aggregate::kCoverage) && cell.expected > 0) {
        cell = Cell::Exact(Scalar::Decimal(static_cast<double>(cell.present) /
                                           static_cast<double>(cell.expected)),
                           cell.present, cell.expected);
      }
      if (leaf.function.Is(Aggregate::kBoundsOfSum) &&
          cell.present < cell.expected) {
        cell.high.reset();
      }
      table.Set(g, 0, cell);
    }
  }
}

// ", as for app 'A'"; nothing where there is no BY.
std::string Evaluation::AsFor(const BoundOperand& operand,
                              const GroupKey& key) const {
  std::vector<std::string> members;
  for (size_t b = 0; b < plan_.by.size(); ++b) {
    if (operand.by[b] < 0) continue;
    members.push_back(absl::StrCat(plan_.by[b], " '",
                                   MemberText(run_, plan_, b, key[b]), "'"));
  }
  if (members.empty()) return "";
  return absl::StrCat(", as for ", absl::StrJoin(members, ", "));
}

void Evaluation::AddNote(std::string note) {
  if (std::find(results_.notes.begin(), results_.notes.end(), note) ==
      results_.notes.end()) {
    results_.notes.push_back(std::move(note));
  }
}

void Evaluation::AddAcrossNotes() {
  findings_.no_members.resize(plan_.operands.size());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    if (!findings_.no_members[o].has_value()) continue;
    const BoundOperand& operand = plan_.operands[o];
    std::vector<std::string> dimensions;
    for (const int d : operand.across->dimensions) {
      dimensions.push_back(
          operand.metric->spec.dimensions[static_cast<size_t>(d)].name);
    }
    AddNote(absl::StrCat(
        operand.metric->spec.name, ": no value ACROSS ",
        absl::StrJoin(dimensions, ", "),
        " where only series that are not split by it are, and so no member",
        AsFor(operand,
              readers_[o]->groups().keys[findings_.no_members[o]->set]),
        " at ", operand.grid.Format(findings_.no_members[o]->step)));
  }
}

void Evaluation::AddCagrNotes() {
  const auto add = [this](const CagrFinding& found, absl::string_view why) {
    const Leaf& leaf = plan_.leaves[found.leaf];
    std::string note = absl::StrCat(
        leaf.name, " has no value where its first and last value ", why,
        AsFor(plan_.operands[leaf.operand], results_.groups[found.group]));
    AddNote(std::move(note));
  };
  for (const CagrFinding& found : findings_.cagrs) {
    if (found.doubts.not_positive) add(found, "are not both above 0");
    if (found.doubts.too_short) add(found, "are less than 365 days apart");
  }
}

void Evaluation::AddNotes() {
  findings_.changes.resize(plan_.operands.size());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    if (!findings_.changes[o].has_value()) continue;
    const SeriesCountChange& change = *findings_.changes[o];
    const BoundOperand& operand = plan_.operands[o];
    AddNote(absl::StrCat(
        operand.metric->spec.name,
        ": the number of series behind a value changes from step to step",
        AsFor(operand, readers_[o]->groups().keys[change.set]), ": ",
        change.count, " at ", operand.grid.Format(change.step), ", ",
        change.other_count, " at ", operand.grid.Format(change.other_step)));
  }
  AddAcrossNotes();
  AddCagrNotes();
  if (const Alignment* aligned = results_.timeline->aligned()) {
    std::string note = aligned->NoteOf(run_, results_.groups);
    if (!note.empty()) AddNote(std::move(note));
  }
  if (findings_.contradiction) {
    results_.notes.push_back(
        "at some steps the parts come to more than their whole, which has an "
        "empty member: does empty mean unknown there, instead of not split? "
        "IMPORT ... EMPTY 'unknown' gives it a name");
  }
}

absl::StatusOr<Results> Evaluation::Work() {
  if (settled_ != nullptr) {
    results_.timeline = *settled_;
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(results_.timeline, Timeline::Create(run_, plan_));
  }
  FOOTFALL_ASSIGN_OR_RETURN(readers_,
                            OpenReaders(run_, plan_, *results_.timeline));
  Reservation memory(run_);
  FOOTFALL_RETURN_IF_ERROR(CutInner(&memory));
  over_time_.emplace(plan_, *results_.timeline);
  FindAveraged();
  CollectGroups();
  if (plan_.align.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(results_.timeline->Align(run_, results_.groups));
  }
  CollectCombinations();
  for (const auto& reader : readers_) {
    results_.series.push_back(reader->groups().matched_count);
    results_.wholes.push_back(reader->groups().shared.size() +
                              reader->groups().overlapping_wholes.size());
  }
  const size_t groups = results_.groups.size();
  for (const Leaf& leaf : plan_.leaves) {
    const size_t buckets =
        leaf.whole_range ? 1 : results_.timeline->slot_count();
    FOOTFALL_RETURN_IF_ERROR(
        memory.Add(LeafTable::BytesPerCell() * groups * buckets));
    results_.leaves.emplace_back(groups, buckets, leaf.is_decimal);
  }
  FOOTFALL_RETURN_IF_ERROR(ReadBroadcasts());
  FOOTFALL_RETURN_IF_ERROR(OpenTops(&memory));
  FOOTFALL_RETURN_IF_ERROR(RunChunks(MakeChunks()));
  FOOTFALL_RETURN_IF_ERROR(CountTops());
  if (settled_ == nullptr) {
    Settle();
    FOOTFALL_RETURN_IF_ERROR(FindSamples());
  }
  AddNotes();
  return std::move(results_);
}

}  // namespace

LeafTable::LeafTable(size_t groups, size_t buckets, bool is_decimal)
    : buckets_(buckets), is_decimal_(is_decimal) {
  const size_t cells = groups * buckets;
  values_.resize(cells);
  lows_.resize(cells);
  highs_.resize(cells);
  flags_.resize(cells);
  present_.resize(cells);
  expected_.resize(cells);
}

void LeafTable::AddGroup() { Append(LeafTable(1, buckets_, is_decimal_)); }

void LeafTable::Append(const LeafTable& other) {
  const auto append = [](const auto& from, auto* to) {
    to->insert(to->end(), from.begin(), from.end());
  };
  append(other.values_, &values_);
  append(other.lows_, &lows_);
  append(other.highs_, &highs_);
  append(other.flags_, &flags_);
  append(other.present_, &present_);
  append(other.expected_, &expected_);
}

uint64_t LeafTable::BytesPerCell() { return 3 * 8 + 1 + 2 * 4; }

void LeafTable::Set(size_t group, size_t bucket, const Cell& cell) {
  const size_t at = group * buckets_ + bucket;
  const auto bits = [this](const Scalar& number) {
    if (!is_decimal_) return number.integer;
    return std::bit_cast<int64_t>(number.as_decimal());
  };
  uint8_t flags = 0;
  if (cell.has_value) {
    flags |= kHasValue;
    values_[at] = bits(cell.value);
  }
  if (cell.low.has_value()) {
    flags |= kHasLow;
    lows_[at] = bits(*cell.low);
  }
  if (cell.high.has_value()) {
    flags |= kHasHigh;
    highs_[at] = bits(*cell.high);
  }
  if (cell.inexact) flags |= kInexact;
  if (cell.filled) flags |= kFilled;
  flags_[at] = flags;
  present_[at] = static_cast<uint32_t>(cell.present);
  expected_[at] = static_cast<uint32_t>(cell.expected);
}

Cell LeafTable::Get(size_t group, size_t bucket) const {
  const size_t at = group * buckets_ + bucket;
  const auto scalar = [this](int64_t bits) {
    return is_decimal_ ? Scalar::Decimal(std::bit_cast<double>(bits))
                       : Scalar::Integer(bits);
  };
  Cell cell = Cell::Missing(present_[at], expected_[at]);
  const uint8_t flags = flags_[at];
  if ((flags & kHasValue) != 0) {
    cell.has_value = true;
    cell.value = scalar(values_[at]);
  }
  if ((flags & kHasLow) != 0) cell.low = scalar(lows_[at]);
  if ((flags & kHasHigh) != 0) cell.high = scalar(highs_[at]);
  cell.inexact = (flags & kInexact) != 0;
  cell.filled = (flags & kFilled) != 0;
  return cell;
}

absl::StatusOr<std::vector<std::unique_ptr<OperandReader>>> OpenReaders(
    Run& run, const Plan& plan, const Timeline& timeline) {
  std::vector<std::unique_ptr<OperandReader>> readers;
  for (size_t o = 0; o < plan.operands.size(); ++o) {
    std::vector<TotalRole> roles;
    for (const Leaf& leaf : plan.leaves) {
      if (!leaf.total.is_total) continue;
      const std::vector<size_t> read = OperandsOf(leaf);
      const bool reads = std::find(read.begin(), read.end(), o) != read.end();
      if (reads &&
          std::find(roles.begin(), roles.end(), leaf.total) == roles.end()) {
        roles.push_back(leaf.total);
      }
    }
    FOOTFALL_ASSIGN_OR_RETURN(
        auto reader,
        OperandReader::Create(run, plan.operands[o], timeline.lanes(o), roles));
    readers.push_back(std::move(reader));
  }
  return readers;
}

absl::StatusOr<Results> EvaluateLeaves(Run& run, const Plan& plan,
                                       const Timeline* timeline) {
  return Evaluation(run, plan, timeline).Work();
}

}  // namespace footfall::query
