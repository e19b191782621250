// Stage two, over time.

#include "query/exec/leaves.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "footfall/hash_table.h"
#include "query/exec/evaluation.h"
#include "query/exec/windows.h"
#include "query/func/aggregate.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

void Evaluation::FindAveraged() {
  averaged_.resize(plan_.operands.size());
  for (const Transform& transform : plan_.transforms) {
    if (transform.kind != Transform::Kind::kMovingAverage) continue;
    for (const size_t o : OperandsOf(plan_, transform.x)) {
      averaged_[o] = !plan_.operands[o].own_window || !plan_.every.has_value();
    }
  }
  for (const BoundWindow& window : plan_.windows) {
    if (window.over.from != Over::From::kUnits) continue;
    for (const size_t o : window.operands) averaged_[o] = true;
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
    const StepRange read = timeline.lanes(o);
    const StepRange bounds = timeline.bounds(o);
    if (read.empty() || samples.empty()) continue;
    if (read.begin < samples.begin) {
      FOOTFALL_ASSIGN_OR_RETURN(
          const bool before,
          readers_[o]->HasSamples({bounds.begin, read.begin}));
      if (before) samples.begin = read.begin - 1;
    }
    if (samples.end < read.end) {
      FOOTFALL_ASSIGN_OR_RETURN(
          const bool behind, readers_[o]->HasSamples({read.end, bounds.end}));
      if (behind) samples.end = read.end + 1;
    }
  }
  return LeaveOutWindows(run_, plan_, 0, &results_);
}

absl::Status Evaluation::CollectGroups() {
  const size_t operands = plan_.operands.size();
  std::vector<size_t> split;  // operands that have groups of their own
  for (size_t o = 0; o < operands; ++o) {
    if (!plan_.operands[o].broadcast()) split.push_back(o);
  }
  // Keys, of which each may stand in a hash table as well, and where each
  // operand has them.
  size_t most = 1;
  for (const size_t o : split) most += readers_[o]->groups().group_count();
  FOOTFALL_RETURN_IF_ERROR(results_.memory->Add(
      most * ((split.size() == 1 ? 1 : 4) * sizeof(GroupKey) +
              operands * sizeof(uint32_t))));
  if (split.size() == 1) {
    results_.groups = readers_[split[0]]->groups().keys;
    results_.shown = readers_[split[0]]->groups().shown;
  } else {
    FlatHashSet<GroupKey> known;
    for (const bool shown : {true, false}) {
      for (const size_t o : split) {
        const OperandGroups& groups = readers_[o]->groups();
        const auto keys = absl::MakeConstSpan(groups.keys);
        for (const GroupKey& key :
             shown ? keys.first(groups.shown) : keys.subspan(groups.shown)) {
          FOOTFALL_RETURN_IF_ERROR(run_.Pass());
          if (known.insert(key).second) results_.groups.push_back(key);
        }
      }
      if (shown) results_.shown = results_.groups.size();
    }
  }
  // One row, though nothing may be in it: a count of 0.
  if (plan_.by.empty() && !plan_.every.has_value() &&
      !plan_.align.has_value() && !split.empty() && results_.groups.empty()) {
    results_.groups.emplace_back();
    results_.shown = 1;
  }
  FOOTFALL_RETURN_IF_ERROR(SplitByParts());
  local_.resize(operands);
  for (size_t o = 0; o < operands; ++o) {
    const OperandGroups& groups = readers_[o]->groups();
    local_[o].assign(results_.groups.size(), kNoGroup);
    if (split.size() == 1 && o == split[0] &&
        !plan_.splits_time()) {  // they are its groups
      std::iota(local_[o].begin(),
                local_[o].begin() + static_cast<ptrdiff_t>(groups.keys.size()),
                0u);
      continue;
    }
    for (uint32_t g = 0; g < results_.groups.size(); ++g) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      GroupKey key = results_.groups[g];
      for (size_t b = 0; b < plan_.by.size(); ++b) {
        if (plan_.operands[o].by[b] < 0) key[b] = kEmptyMember;
      }
      const auto at = groups.group_of.find(key);
      if (at != groups.group_of.end()) local_[o][g] = at->second;
    }
  }
  return absl::OkStatus();
}

absl::Status Evaluation::SplitByParts() {
  if (!plan_.splits_time()) return absl::OkStatus();
  const CalendarParts& parts = *results_.timeline->parts();
  const size_t most = results_.groups.size() * parts.count();
  FOOTFALL_RETURN_IF_ERROR(results_.memory->Add(
      most * (sizeof(GroupKey) + plan_.operands.size() * sizeof(uint32_t))));
  std::vector<GroupKey> split;
  split.reserve(most);
  for (const GroupKey& group : results_.groups) {
    for (size_t part = 0; part < parts.count(); ++part) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      split.push_back(group);
      parts.SetMembers(part, &split.back());
    }
  }
  results_.groups = std::move(split);
  results_.shown *= parts.count();
  return absl::OkStatus();
}

absl::Status Evaluation::CollectCombinations() {
  results_.combinations.resize(plan_.operands.size());
  results_.wholes_beside.resize(plan_.operands.size());
  for (const Leaf& leaf : plan_.leaves) {
    if (!leaf.total.is_total) continue;
    for (const size_t o : OperandsOf(leaf)) {
      std::vector<uint32_t>& numbers = results_.combinations[o];
      if (!numbers.empty()) continue;
      const Timeline& timeline = *results_.timeline;
      FOOTFALL_RETURN_IF_ERROR(results_.memory->Add(
          timeline.slot_count() + local_[o].size() * sizeof(uint32_t)));
      for (size_t slot = 0; slot < timeline.slot_count(); ++slot) {
        const StepRange steps = timeline.PieceOf(leaf, 0, slot).data;
        FOOTFALL_RETURN_IF_ERROR(
            run_.Pass(1 + static_cast<uint64_t>(steps.size()) / 64));
        results_.wholes_beside[o].push_back(
            readers_[o]->HasWholesBeside(steps));
      }
      const std::vector<uint32_t> own = readers_[o]->Combinations();
      for (const uint32_t local : local_[o]) {
        numbers.push_back(local == kNoGroup ? OperandReader::kSeveral
                                            : own[local]);
      }
    }
  }
  return absl::OkStatus();
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

absl::Status Evaluation::OpenReducers(Reservation* memory) {
  for (const Leaf& leaf : plan_.leaves) {
    const uint64_t bytes =
        LaneReducer::kBytesPerSlot *
        (leaf.whole_range ? 1 : results_.timeline->slot_count());
    FOOTFALL_RETURN_IF_ERROR(memory->Add(bytes));
    reducers_.push_back(LaneReducer::Create(plan_, leaf, *results_.timeline,
                                            readers_[leaf.operand]->steps()));
    if (!reducers_.back().has_value()) memory->GiveBack(bytes);
  }
  return absl::OkStatus();
}

absl::Status Evaluation::CutInner(Reservation* memory) {
  const Timeline& timeline = *results_.timeline;
  if (plan_.inner.empty()) return absl::OkStatus();
  std::vector<StepRange> samples(plan_.operands.size());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    const bool asks = std::any_of(
        plan_.inner.begin(), plan_.inner.end(), [o](const InnerEvery& every) {
          return every.counts_nothing && o < every.buckets.size() &&
                 every.buckets[o].has_value();
        });
    if (!asks || !timeline.open(o)) continue;
    FOOTFALL_ASSIGN_OR_RETURN(samples[o], readers_[o]->FindSamples());
  }
  samples = timeline.SettledRanges(samples);
  inner_.resize(timeline.has_time() ? 1 : timeline.slot_count());
  for (size_t set = 0; set < inner_.size(); ++set) {
    for (size_t i = 0; i < plan_.inner.size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(
          InnerSteps steps,
          InnerSteps::Create(run_, plan_, i, timeline, set, samples));
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
      FOOTFALL_ASSIGN_OR_RETURN(
          TopCounts top,
          TopCounts::Create(run_, results_.groups.size(), steps));
      tops_[i].push_back(std::move(top));
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
      const BucketPiece piece = results_.timeline->PieceOf(leaf, 0, b);
      const size_t set = tops_[i].size() > 1 ? b : 0;
      StepRange steps =
          results_.timeline->lane_steps(leaf.operand).ToLane(piece.data);
      if (inner.has_value()) {
        const InnerSteps& buckets = inner_[set][*inner];
        steps = buckets.Positions(leaf.operand, piece.inside);
        const auto cut = [&](int64_t p) {
          return !buckets.whole(leaf.operand, p);
        };
        while (!steps.empty() && cut(steps.begin)) ++steps.begin;
        while (!steps.empty() && cut(steps.end - 1)) --steps.end;
      }
      for (size_t g = 0; g < results_.groups.size(); ++g) {
        FOOTFALL_RETURN_IF_ERROR(
            run_.Pass(1 + static_cast<uint64_t>(steps.size())));
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
absl::Status Evaluation::Settle() {
  Timeline& timeline = *results_.timeline;
  findings_.extents.resize(plan_.operands.size());
  timeline.Settle(findings_.extents);
  if (timeline.parts() != nullptr) {
    FOOTFALL_RETURN_IF_ERROR(timeline.SettleParts(run_));
  }
  for (const size_t i : made_) {
    const Leaf& leaf = plan_.leaves[i];
    const bool window =
        leaf.window.has_value() && timeline.WaitsForSamples(*leaf.window);
    const bool whole = leaf.whole_range || !timeline.has_time();
    if (!window && (!whole || !timeline.open(leaf.operand))) continue;
    LeafTable& table = results_.leaves[i];
    const std::optional<size_t> inner = InnerOf(leaf.steps);
    const auto over_of = [&](size_t g) {
      return window ? timeline.OverOfWindow(*leaf.window)
             : inner.has_value()
                 ? inner_[0][*inner].OverAround(leaf.operand,
                                                timeline.settled(leaf.operand),
                                                timeline.part(leaf.operand, g))
                 : timeline.whole(leaf.operand, g).over;
    };
    int64_t over = 0;
    const size_t cells = window ? table.buckets() : 1;
    for (size_t at = 0; at < results_.groups.size() * cells; ++at) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      const size_t g = at / cells;
      const size_t b = at % cells;
      if (at == 0 || timeline.parts() != nullptr) over = over_of(g);
      Cell cell = table.Get(g, b);
      cell.expected += over;
      // A row before the first sample expects nothing.
      if (window) cell.expected = std::max(cell.present, cell.expected);
      if (leaf.function.Is(Aggregate::kCoverage) && cell.expected > 0) {
        cell = Cell::Exact(Scalar::Decimal(static_cast<double>(cell.present) /
                                           static_cast<double>(cell.expected)),
                           cell.present, cell.expected);
      }
      if (leaf.function.Is(Aggregate::kBoundsOfSum) &&
          cell.present < cell.expected) {
        cell.high.reset();
      }
      table.Set(g, b, cell);
    }
  }
  return absl::OkStatus();
}

absl::Status Evaluation::Open(Reservation* memory) {
  if (settled_ != nullptr) {
    results_.timeline = *settled_;
  } else {
    results_.notes = plan_.notes;
    FOOTFALL_ASSIGN_OR_RETURN(results_.timeline, Timeline::Create(run_, plan_));
  }
  FOOTFALL_RETURN_IF_ERROR(results_.memory->Add(results_.timeline->Bytes()));
  FOOTFALL_ASSIGN_OR_RETURN(readers_,
                            OpenReaders(run_, plan_, *results_.timeline));
  FOOTFALL_RETURN_IF_ERROR(CutInner(memory));
  over_time_.emplace(plan_, *results_.timeline);
  FindAveraged();
  FOOTFALL_RETURN_IF_ERROR(CollectGroups());
  if (plan_.align.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(results_.timeline->Align(run_, results_.groups));
  }
  FOOTFALL_RETURN_IF_ERROR(ReadBroadcasts());
  FOOTFALL_RETURN_IF_ERROR(OpenReducers(memory));
  MakeAll();
  return absl::OkStatus();
}

// Tables for the cells of all leaves.
absl::Status Evaluation::MakeLeaves() {
  const size_t groups = results_.groups.size();
  for (const Leaf& leaf : plan_.leaves) {
    const size_t buckets =
        leaf.whole_range ? 1 : results_.timeline->slot_count();
    FOOTFALL_RETURN_IF_ERROR(
        results_.memory->Add(LeafTable::BytesPerCell() * groups * buckets));
    results_.leaves.emplace_back(groups, buckets, leaf.is_decimal);
  }
  return absl::OkStatus();
}

absl::StatusOr<Results> Evaluation::Work() {
  Reservation memory(run_);
  FOOTFALL_RETURN_IF_ERROR(Open(&memory));
  FOOTFALL_RETURN_IF_ERROR(JudgeFirst());
  FOOTFALL_RETURN_IF_ERROR(SkipWhatNeverPasses());
  FOOTFALL_RETURN_IF_ERROR(CollectCombinations());
  for (const auto& reader : readers_) {
    results_.series.push_back(reader->groups().matched_count);
    results_.wholes.push_back(reader->groups().shared.size() +
                              reader->groups().overlapping_wholes.size());
  }
  FOOTFALL_RETURN_IF_ERROR(MakeLeaves());
  FOOTFALL_RETURN_IF_ERROR(OpenTops(&memory));
  FOOTFALL_RETURN_IF_ERROR(RunChunks(MakeChunks()));
  FOOTFALL_RETURN_IF_ERROR(CountTops());
  if (settled_ == nullptr) {
    FOOTFALL_RETURN_IF_ERROR(Settle());
    FOOTFALL_RETURN_IF_ERROR(FindSamples());
  }
  AddNotes();
  return std::move(results_);
}

namespace {

// The stretches of steps that cells are of, where no function looks at single
// steps of all groups; nullopt: one does.
std::optional<std::vector<StepRange>> StretchesOf(const Plan& plan,
                                                  const Timeline& timeline,
                                                  size_t operand) {
  for (const Leaf& leaf : plan.leaves) {
    if (InnerOf(leaf.steps).has_value() ||
        leaf.function.kind == TimeFunction::Kind::kCountInTop ||
        timeline.parts() != nullptr) {
      return std::nullopt;
    }
  }
  // Nor has any group a value in buckets that are left out.
  if (timeline.leaves_buckets_out()) return std::nullopt;
  std::vector<StepRange> stretches = {timeline.whole(operand, 0).data};
  for (size_t slot = 0; slot < timeline.slot_count(); ++slot) {
    stretches.push_back(timeline.piece(operand, 0, slot).data);
  }
  for (const Leaf& leaf : plan.leaves) {
    if (!leaf.window.has_value() || leaf.operand != operand) continue;
    for (size_t slot = 0; slot < timeline.slot_count(); ++slot) {
      stretches.push_back(timeline.PieceOf(leaf, 0, slot).data);
    }
  }
  return stretches;
}

}  // namespace

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
        OperandReader::Create(run, plan.operands[o], timeline.lane_steps(o),
                              timeline.lanes(o), roles));
    if (plan.operands[o].keeps_hidden) {
      reader->SetStretches(StretchesOf(plan, timeline, o));
    }
    readers.push_back(std::move(reader));
  }
  return readers;
}

absl::StatusOr<Results> EvaluateLeaves(Run& run, const Plan& plan,
                                       const Timeline* timeline,
                                       bool all_groups) {
  return Evaluation(run, plan, timeline, all_groups).Work();
}

}  // namespace footfall::query
