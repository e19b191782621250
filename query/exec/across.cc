// f(metric ACROSS dim, ...).

#include "query/exec/across.h"

#include <algorithm>
#include <bit>

#include "query/cell/compare.h"
#include "query/exec/lanes.h"
#include "query/func/aggregate.h"
#include "query/func/step_words.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// The members at one step, side by side: what is a function over time of steps
// is one across members of these.
struct MemberColumn {
  std::vector<int64_t> values;
  std::vector<int64_t> lows;
  std::vector<int64_t> highs;
  std::vector<uint64_t> present;
  std::vector<uint64_t> low_open;  // empty: nowhere
  std::vector<uint64_t> high_open;

  void Clear() {
    values.clear();
    lows.clear();
    highs.clear();
    low_open.clear();
    high_open.clear();
  }
  // The side of the last value.
  void Open(std::vector<uint64_t>* side) const {
    side->resize(WordsFor(values.size()));
    side->back() |= uint64_t{1} << ((values.size() - 1) % 64);
  }
  StepSpan Span(bool decimal) {
    present.assign(WordsFor(values.size()), ~uint64_t{0});
    StepSpan span;
    span.count = static_cast<uint32_t>(values.size());
    span.is_decimal = decimal;
    span.values = values.data();
    span.lows = lows.data();
    span.highs = highs.data();
    span.present = present.data();
    const auto bits = [&](std::vector<uint64_t>* side) -> const uint64_t* {
      if (side->empty()) return nullptr;
      side->resize(present.size());
      return side->data();
    };
    span.low_open = bits(&low_open);
    span.high_open = bits(&high_open);
    return span;
  }
};

// What members may have that only series which are not split tell of.
struct HiddenMembers {
  std::optional<size_t> first;
  Scalar sum;
  Scalar largest;
  bool open = false;  // the sum leaves 64 bits

  void Add(bool decimal, size_t member, int64_t bits) {
    Scalar high = Scalar::Integer(bits);
    if (decimal) high = Scalar::Decimal(std::bit_cast<double>(bits));
    if (!first.has_value()) {
      first = member;
      sum = largest = high;
      return;
    }
    sum.decimal += high.decimal;
    open |= __builtin_add_overflow(sum.integer, high.integer, &sum.integer);
    if (CompareScalars(high, largest) > 0) largest = high;
  }

  // Lets the high of a cell reckon with them.
  void Raise(Aggregate function, Cell* cell) const {
    if (!first.has_value() || !cell->high.has_value()) return;
    Scalar& high = *cell->high;
    if (function == Aggregate::kMax) {
      if (CompareScalars(largest, high) > 0) high = largest;
      return;
    }
    high.decimal += sum.decimal;
    if (open ||
        __builtin_add_overflow(high.integer, sum.integer, &high.integer)) {
      cell->high.reset();
    }
  }
};

// Of a step at which samples are awaited, those of `awaited` members among
// them.
void ReckonLacking(Aggregate function, bool users, int64_t awaited,
                   Cell* cell) {
  if (function == Aggregate::kCount) {
    if (cell->high.has_value()) cell->high->integer += awaited;
    return;
  }
  cell->high.reset();
  if (!users) {
    cell->low.reset();
  } else if (awaited > 0 && function != Aggregate::kSum &&
             function != Aggregate::kMax) {
    const bool decimal = cell->value.is_decimal;
    cell->low = decimal ? Scalar::Decimal(0) : Scalar::Integer(0);
  }
}

}  // namespace

BoundOperand SplitAcross(const BoundOperand& operand) {
  BoundOperand split = operand;
  if (!operand.across.has_value()) return split;
  split.by.insert(split.by.end(), operand.across->dimensions.begin(),
                  operand.across->dimensions.end());
  split.across.reset();
  return split;
}

AcrossGroups FindAcrossGroups(const BoundOperand& operand,
                              const OperandGroups& split) {
  const std::vector<int>& dimensions = operand.across->dimensions;
  const size_t first = operand.by.size();
  AcrossGroups found;
  for (uint32_t s = 0; s < split.keys.size(); ++s) {
    GroupKey key = split.keys[s];
    AcrossMember member;
    member.split_group = s;
    for (size_t d = 0; d < dimensions.size(); ++d) {
      if (key[first + d] == kEmptyMember) {
        member.not_split |= uint32_t{1} << d;
        member.overlaps |=
            operand.metric->spec.dimensions[static_cast<size_t>(dimensions[d])]
                .rule == Additivity::kOverlaps;
      }
      key[first + d] = 0;
    }
    const auto [at, inserted] =
        found.group_of.emplace(key, static_cast<uint32_t>(found.keys.size()));
    if (inserted) {
      found.keys.push_back(key);
      found.members.emplace_back();
    }
    found.members[at->second].push_back(member);
  }
  for (std::vector<AcrossMember>& members : found.members) {
    for (AcrossMember& whole : members) {
      if (whole.not_split == 0) continue;
      const GroupKey& of = split.keys[whole.split_group];
      for (uint32_t i = 0; i < members.size(); ++i) {
        const GroupKey& key = split.keys[members[i].split_group];
        bool part = members[i].split_group != whole.split_group;
        for (size_t d = 0; d < dimensions.size(); ++d) {
          part = part && ((whole.not_split >> d & 1) != 0 ||
                          key[first + d] == of[first + d]);
        }
        if (part) whole.parts.push_back(i);
      }
    }
  }
  return found;
}

absl::Status CombineAcross(const BoundOperand& operand,
                           absl::Span<const AcrossMember> members,
                           absl::Span<const MemberLane> lanes, StepRange steps,
                           StepRange told, AcrossLane* result) {
  const Aggregate function = operand.across->function;
  const bool decimal = operand.decimal_members();
  const size_t count = static_cast<size_t>(steps.size());
  for (auto* numbers : {&result->values, &result->lows, &result->highs}) {
    numbers->assign(count, 0);
  }
  for (auto* bits : {&result->present, &result->low_open, &result->high_open}) {
    bits->assign(WordsFor(count), 0);
  }
  const bool reckons =
      function == Aggregate::kSum || function == Aggregate::kMax;
  std::optional<size_t> last_step;
  uint64_t last_count = 0;
  MemberColumn column;
  // Never below 0. Of arithmetic that is not known.
  const bool users =
      operand.across->parts == nullptr && operand.metric->spec.CountsUsers();
  for (size_t s = 0; s < count; ++s) {
    column.Clear();
    uint64_t named = 0;
    bool any = false;
    bool open = false;
    // Ways of being split of the wholes that stand.
    uint32_t first_mask = 0;
    bool crossing = false;
    HiddenMembers hidden;
    bool lacks = false;
    int64_t awaited = 0;  // members
    for (size_t m = 0; m < members.size(); ++m) {
      const bool is_there = BitAt(lanes[m].present, s);
      if (lanes[m].lacks != nullptr && BitAt(lanes[m].lacks, s) &&
          (members[m].not_split == 0 || function == Aggregate::kSum)) {
        lacks = true;
        awaited += is_there ? 0 : 1;
      }
      if (!is_there) {
        const bool counts = reckons && members[m].not_split == 0 &&
                            lanes[m].hidden != nullptr &&
                            lanes[m].hidden[s] != 0;
        if (counts) hidden.Add(decimal, m, lanes[m].hidden[s]);
        continue;
      }
      any = true;
      const uint32_t mask = members[m].not_split;
      if (mask == 0) {
        ++named;
      } else {
        if (function != Aggregate::kSum) continue;
        const bool has_parts = std::any_of(
            members[m].parts.begin(), members[m].parts.end(),
            [&](uint32_t part) { return BitAt(lanes[part].present, s); });
        if (has_parts) continue;
        open |= members[m].overlaps;
        crossing |= first_mask != 0 && first_mask != mask;
        first_mask = mask;
      }
      const int64_t value = lanes[m].values[s];
      column.values.push_back(value);
      column.lows.push_back(lanes[m].lows == nullptr ? value
                                                     : lanes[m].lows[s]);
      column.highs.push_back(
          lanes[m].highs != nullptr ? lanes[m].highs[s]
          : lanes[m].extra == nullptr
              ? value
              : AddCapped(decimal, value, lanes[m].extra[s]));
      if (lanes[m].low_open != nullptr && BitAt(lanes[m].low_open, s)) {
        column.Open(&column.low_open);
      }
      if (lanes[m].high_open != nullptr && BitAt(lanes[m].high_open, s)) {
        column.Open(&column.high_open);
      }
    }
    if (hidden.first.has_value()) {
      if (!result->hidden_member.has_value()) {
        result->hidden_member = {s, *hidden.first};
      }
      if (column.values.empty()) {
        Cell nobody = Cell::Exact(
            decimal ? Scalar::Decimal(0) : Scalar::Integer(0), 0, 0);
        hidden.Raise(function, &nobody);
        result->hidden.resize(count);
        result->hidden[s] = nobody.high.has_value()
                                ? BitsOfScalar(decimal, *nobody.high)
                                : INT64_MAX;
      }
    }
    if (column.values.empty() && lacks) {
      SetStepBit(result->high_open.data(), s);
      if (!users) SetStepBit(result->low_open.data(), s);
    }
    if (!any) continue;
    const int64_t step = steps.begin + static_cast<int64_t>(s);
    const bool tell = step >= told.begin && step < told.end;
    if (function != Aggregate::kCount && tell) {
      if (last_step.has_value() && last_count != named &&
          !result->count_change.has_value()) {
        result->count_change = {0,
                                steps.begin + static_cast<int64_t>(*last_step),
                                last_count, step, named};
      }
      last_step = s;
      last_count = named;
    }
    if (column.values.empty() && function != Aggregate::kCount) {
      if (tell && !result->no_member.has_value()) result->no_member = s;
      continue;
    }
    if (function == Aggregate::kStddev && column.values.size() < 2) continue;
    FOOTFALL_ASSIGN_OR_RETURN(Cell cell,
                              Reduce(function, column.Span(decimal),
                                     static_cast<int64_t>(column.values.size()),
                                     operand.across->quantile));
    if (crossing) {
      FOOTFALL_ASSIGN_OR_RETURN(
          const Cell largest,
          Reduce(Aggregate::kMax, column.Span(decimal),
                 static_cast<int64_t>(column.values.size())));
      cell.low = largest.low;
    }
    if (open) cell.high.reset();
    hidden.Raise(function, &cell);
    if (lacks) ReckonLacking(function, users, awaited, &cell);
    const bool decimals = operand.decimal();
    SetStepBit(result->present.data(), s);
    result->values[s] = BitsOfScalar(decimals, cell.value);
    if (cell.low.has_value()) {
      result->lows[s] = BitsOfScalar(decimals, *cell.low);
    } else {
      SetStepBit(result->low_open.data(), s);
    }
    if (cell.high.has_value()) {
      result->highs[s] = BitsOfScalar(decimals, *cell.high);
    } else {
      SetStepBit(result->high_open.data(), s);
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
