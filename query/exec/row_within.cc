// What the groups of a row come to: f(x WITHIN dim) and f(x WITHIN ALL), and
// rank() among them.
//
// Groups with equal members in the dimensions of WITHIN are one *scope*. What
// is not split by these dimensions is in no scope but its own, and may hold
// more of the groups of others: where such a group has no value, it is reckoned
// with as one that is hidden.

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/hash_table.h"
#include "query/cell/bounded_cells.h"
#include "query/cell/compare.h"
#include "query/cell/rank.h"
#include "query/exec/group_cells.h"
#include "query/exec/rows.h"
#include "query/lang/status_macros.h"
#include "query/plan/people.h"

namespace footfall::query {

absl::StatusOr<Rows::Scopes> Rows::FindScopes(size_t transform) {
  const Transform& of = plan_.transforms[transform];
  Scopes scopes(run_);
  const size_t groups = results_.groups.size();
  FOOTFALL_RETURN_IF_ERROR(
      scopes.memory.Add(groups * (2 * sizeof(GroupKey) + 4 * 16)));
  FlatHashMap<GroupKey, uint32_t> index;
  for (uint32_t g = 0; g < groups; ++g) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    GroupKey key = results_.groups[g];
    for (size_t b = 0; b < plan_.by.size(); ++b) {
      if (!of.within[b]) key[b] = kEmptyMember;
    }
    const auto [at, added] =
        index.emplace(key, static_cast<uint32_t>(scopes.groups.size()));
    if (added) scopes.groups.emplace_back();
    scopes.groups[at->second].push_back(g);
    scopes.of_group.push_back(at->second);
  }
  scopes.outside.resize(scopes.groups.size());
  if (std::find(of.within.begin(), of.within.end(), true) == of.within.end()) {
    return scopes;
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::vector<Outside> outside,
      FindWholesOutside(of.within, scopes.of_group, scopes.groups.size(),
                        &scopes.memory));
  for (const Outside& one : outside) {
    scopes.outside[one.scope].push_back(one);
  }
  return scopes;
}

absl::StatusOr<std::vector<Rows::Outside>> Rows::FindWholesOutside(
    const std::vector<bool>& within, const std::vector<uint32_t>& of_group,
    size_t scopes, Reservation* memory) const {
  std::vector<uint32_t> not_split;
  std::vector<uint32_t> some(scopes);
  FlatHashMap<GroupKey, uint32_t> index;
  for (uint32_t g = 0; g < results_.groups.size(); ++g) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    bool empty = false;
    for (size_t b = 0; b < plan_.by.size(); ++b) {
      empty |= within[b] && results_.groups[g][b] == kEmptyMember;
    }
    if (empty) not_split.push_back(g);
    some[of_group[g]] = g;
    index.emplace(results_.groups[g], g);
  }
  std::vector<Outside> found;
  for (const uint32_t n : not_split) {
    for (uint32_t t = 0; t < scopes; ++t) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      if (of_group[n] == t) continue;
      // The group that the whole's people of that scope are in.
      GroupKey key = results_.groups[n];
      bool agrees = true;
      for (size_t b = 0; b < plan_.by.size(); ++b) {
        if (!within[b]) continue;
        const MemberId member = results_.groups[some[t]][b];
        agrees &= key[b] == kEmptyMember || key[b] == member;
        key[b] = member;
      }
      if (!agrees) continue;
      const auto at = index.find(key);
      FOOTFALL_RETURN_IF_ERROR(memory->AddRoomFor(found));
      found.push_back({n, t,
                       at == index.end()
                           ? std::nullopt
                           : std::optional<uint32_t>(at->second)});
    }
  }
  return found;
}

absl::Status Rows::AddOutside(const RowExpr& x,
                              const std::vector<Outside>& outside,
                              uint32_t slot, std::vector<Cell>* cells) const {
  for (const Outside& one : outside) {
    FOOTFALL_ASSIGN_OR_RETURN(const Cell whole, Evaluate(x, {one.whole, slot}));
    if (!whole.is_known()) continue;
    if (one.group.has_value()) {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell own,
                                Evaluate(x, {*one.group, slot}));
      if (own.is_known()) continue;  // its high has grown by the whole
    }
    Cell hidden = Cell::Hidden(whole);
    // At most as many people; of other values nothing is known.
    hidden.low.reset();
    if (PeopleOf(plan_, x).any()) {
      hidden.low = x.is_decimal ? Scalar::Decimal(0) : Scalar::Integer(0);
    } else {
      hidden.high.reset();
    }
    hidden.present = hidden.expected = 0;
    cells->push_back(hidden);
  }
  return absl::OkStatus();
}

absl::Status Rows::Rank(size_t transform) {
  const Transform& rank = plan_.transforms[transform];
  FOOTFALL_ASSIGN_OR_RETURN(const Scopes scopes, FindScopes(transform));
  Reservation fits(run_);
  FOOTFALL_RETURN_IF_ERROR(
      fits.Add(results_.groups.size() * (2 * sizeof(Cell) + 3 * 32)));
  std::vector<Cell> cells;
  for (const uint32_t slot : results_.timeline->at(transform)) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    for (size_t s = 0; s < scopes.groups.size(); ++s) {
      const std::vector<uint32_t>& groups = scopes.groups[s];
      cells.resize(groups.size());
      for (size_t i = 0; i < groups.size(); ++i) {
        FOOTFALL_ASSIGN_OR_RETURN(cells[i],
                                  Evaluate(rank.x, {groups[i], slot}));
      }
      FOOTFALL_RETURN_IF_ERROR(
          AddOutside(rank.x, scopes.outside[s], slot, &cells));
      const std::vector<Cell> ranks = RankCells(cells);
      for (size_t i = 0; i < groups.size(); ++i) {
        FOOTFALL_RETURN_IF_ERROR(run_.Pass());
        cells_[transform].Set(groups[i], slot, ranks[i]);
      }
    }
  }
  return absl::OkStatus();
}

// ---- f(x WITHIN ..)

absl::Status Rows::Within(size_t transform, uint32_t first_group) {
  const Transform& within = plan_.transforms[transform];
  if (within.is_total) {
    FOOTFALL_RETURN_IF_ERROR(SumTotals(transform, first_group));
    return SetTotals(transform, first_group);
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Scopes scopes, FindScopes(transform));
  if (first_group > 0) {
    // All the others, or all, have the value of their scope, and are none of
    // its groups; but where they are alone in it.
    for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
      const uint32_t scope = scopes.of_group[g];
      const uint32_t other = scopes.groups[scope][0];
      for (const uint32_t slot : results_.timeline->at(transform)) {
        Cell cell;
        if (other < first_group) {
          cell = cells_[transform].Get(other, slot);
        } else {
          FOOTFALL_ASSIGN_OR_RETURN(
              cell, within.is_test ? CountHolding(within, scopes, scope, slot)
                                   : OfScope(within, scopes, scope, slot));
        }
        cells_[transform].Set(g, slot, cell);
      }
    }
    return absl::OkStatus();
  }
  Reservation fits(run_);
  FOOTFALL_RETURN_IF_ERROR(fits.Add(
      results_.groups.size() * (2 * sizeof(Cell) + GroupCells::kBytesOfCell)));
  for (const uint32_t slot : results_.timeline->at(transform)) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    for (size_t s = 0; s < scopes.groups.size(); ++s) {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell cell,
                                within.is_test
                                    ? CountHolding(within, scopes, s, slot)
                                    : OfScope(within, scopes, s, slot));
      for (const uint32_t g : scopes.groups[s]) {
        FOOTFALL_RETURN_IF_ERROR(run_.Pass());
        cells_[transform].Set(g, slot, cell);
      }
    }
  }
  return absl::OkStatus();
}

// The groups of a scope that count; a note tells of one that does not.
absl::StatusOr<bool> Rows::IsLeftOut(const Transform& within, const Cell& cell,
                                     uint32_t group) {
  FOOTFALL_RETURN_IF_ERROR(run_.Pass());
  if (within.function.Is(Aggregate::kSum) || !IsNotSplit(within, group)) {
    return false;
  }
  if (cell.has_value) without_whole_.insert(within.name);
  return !cell.hidden;  // it may hold some of each
}

absl::StatusOr<Cell> Rows::OfScope(const Transform& within,
                                   const Scopes& scopes, size_t scope,
                                   uint32_t slot) {
  GroupCells together(within.x.is_decimal);
  bool hidden = false;
  for (const uint32_t g : scopes.groups[scope]) {
    if (results_.timeline->LeavesOut(g, slot)) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const Cell cell, Evaluate(within.x, {g, slot}));
    FOOTFALL_ASSIGN_OR_RETURN(const bool out, IsLeftOut(within, cell, g));
    if (out) continue;
    hidden |= g >= results_.shown;
    together.Add(cell);
  }
  std::vector<Cell> outside;
  FOOTFALL_RETURN_IF_ERROR(
      AddOutside(within.x, scopes.outside[scope], slot, &outside));
  for (const Cell& cell : outside) together.Add(cell);
  FOOTFALL_ASSIGN_OR_RETURN(
      Cell cell,
      together.Reduce(within.function.aggregate, within.function.quantile));
  // A share says nothing of groups that are hidden, but is not exact then.
  if (within.function.Is(Aggregate::kSum) && hidden && cell.has_value &&
      cell.kind() != CellKind::kExact) {
    cell.inexact = true;
    cell.low.reset();
    cell.high.reset();
  }
  return cell;
}

absl::StatusOr<Cell> Rows::CountHolding(const Transform& within,
                                        const Scopes& scopes, size_t scope,
                                        uint32_t slot) {
  const Comparison comparison = within.function.comparison;
  int64_t holds = 0;
  int64_t certain = 0;
  int64_t possible = 0;
  GroupCells together(within.x.is_decimal);  // for its coverage
  const auto add = [&](const Cell& left, const Cell& right) {
    if (left.has_value && right.has_value) {
      holds += TestCells(comparison, left, right) ? 1 : 0;
      certain += CertainlyHolds(comparison, left, right) ? 1 : 0;
    }
    if (left.is_known() && right.is_known()) {
      possible += PossiblyHolds(comparison, left, right) ? 1 : 0;
    }
  };
  for (const uint32_t g : scopes.groups[scope]) {
    if (results_.timeline->LeavesOut(g, slot)) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const Cell left, Evaluate(within.x, {g, slot}));
    FOOTFALL_ASSIGN_OR_RETURN(const bool out, IsLeftOut(within, left, g));
    if (out) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const Cell right,
                              Evaluate(within.other, {g, slot}));
    together.Add(left);
    add(left, right);
  }
  std::vector<Cell> outside;
  FOOTFALL_RETURN_IF_ERROR(
      AddOutside(within.x, scopes.outside[scope], slot, &outside));
  possible += static_cast<int64_t>(outside.size());
  Cell cell = Cell::Exact(Scalar::Integer(holds), together.coverage().present,
                          together.coverage().expected);
  cell.low = Scalar::Integer(std::min(certain, holds));
  cell.high = Scalar::Integer(std::max(possible, holds));
  return cell;
}

// ---- Sums

absl::StatusOr<Cell> Rows::CellOf(const Total& total, bool is_decimal) const {
  Cell cell = Cell::Missing(total.coverage.present, total.coverage.expected);
  if (!total.has_value) return cell;
  const auto scalar = [is_decimal](long double number) {
    return is_decimal ? Scalar::Decimal(static_cast<double>(number))
                      : Scalar::Integer(std::llroundl(number));
  };
  if (!is_decimal && (total.integer > INT64_MAX || total.integer < INT64_MIN)) {
    return absl::OutOfRangeError(absl::StrCat("a sum of ", total.groups,
                                              " groups is about ", total.value,
                                              ", outside 64-bit integers"));
  }
  cell.has_value = true;
  cell.value = is_decimal
                   ? Scalar::Decimal(total.value)
                   : Scalar::Integer(static_cast<int64_t>(total.integer));
  if (total.exact && !total.outside) {
    cell.low = cell.high = cell.value;
    return cell;
  }
  // What is not split may be the same as what other groups split otherwise.
  const bool overlaps = total.overlaps || total.not_split;
  if (overlaps && total.negative) {
    cell.inexact = true;  // no number of people
    return cell;
  }
  if (total.open_highs == 0 && !total.outside &&
      (is_decimal || total.high < 0x1p63L)) {
    cell.high = scalar(total.high);
  }
  long double low = total.low;
  bool open = total.open_lows > 0 || (total.outside && total.negative);
  if (overlaps) {
    open = false;
    low = std::max(total.fewest, total.most_excess);
  }
  if (!open && (is_decimal || low > -0x1p63L)) cell.low = scalar(low);
  if (cell.low && CompareScalars(*cell.low, cell.value) > 0) {
    cell.low = cell.value;
  }
  if (cell.high && CompareScalars(*cell.high, cell.value) < 0) {
    cell.high = cell.value;
  }
  return cell;
}

absl::Status Rows::SetTotals(size_t transform, uint32_t first_group) {
  const Totals& all = totals_[transform];
  const size_t slots = results_.timeline->slot_count();
  const bool is_decimal = GivesDecimal(plan_.transforms[transform]);
  for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
    for (const uint32_t slot : results_.timeline->at(transform)) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      FOOTFALL_ASSIGN_OR_RETURN(
          const Cell cell,
          CellOf(all.totals[all.of_group[g] * slots + slot], is_decimal));
      cells_[transform].Set(g, slot, cell);
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
