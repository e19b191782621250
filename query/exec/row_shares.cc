// share(x): x as a part of the people of all groups.
//
// The value is x / T as printed, where T is the sum of x over the groups. Its
// low and high are the least and the greatest that it can be, x and T being of
// the same people. With lows l and highs h of the groups:
//
//   low    l / (l + the sum of the others' h)
//   high   h / (the fewest people that all have together, where these are h)
//
// Groups that differ in a BY dimension which ADDS are different people: of each
// combination of members of those, a *class*, the largest l counts, and those
// of the classes are summed. So where all groups add, high is h / (h + the sum
// of the others' l), and where all overlap h / max(h, the others' greatest l).
// Neither is above 1.
//
// A group that is not split counts with what it exceeds its parts by, and may
// be the same people as another; the h of one that grows by what a whole may
// hold takes that from the whole.

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/hash_table.h"
#include "query/cell/compare.h"
#include "query/exec/others.h"
#include "query/exec/rows.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// Groups that a note names, and notes of one kind.
constexpr size_t kMaxNamed = 3;

bool IsExact(const Cell& cell) { return cell.kind() == CellKind::kExact; }

}  // namespace

bool Rows::MayShare(const std::vector<size_t>& operands, uint32_t a,
                    uint32_t b) const {
  for (const size_t o : operands) {
    const std::vector<uint32_t>& numbers = results_.combinations[o];
    if (numbers[a] == OperandReader::kSeveral || numbers[a] != numbers[b]) {
      return true;
    }
  }
  return false;
}

// WITHIN: what is not split by its dimensions is in no total but its own, and
// may hold more of the groups of others: where such a group has no value, or
// one that grows by it.
absl::Status Rows::FindOutside(size_t transform) {
  const Transform& share = plan_.transforms[transform];
  const size_t slots = results_.timeline->slot_count();
  Totals& all = totals_[transform];
  Reservation memory(run_);
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::vector<Outside> wholes,
      FindWholesOutside(share.within, all.of_group,
                        all.totals.size() / std::max<size_t>(1, slots),
                        &memory));
  for (const Outside& one : wholes) {
    for (const uint32_t slot : results_.timeline->at(transform)) {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell whole,
                                Evaluate(share.x, {one.whole, slot}));
      if (!whole.is_known()) continue;
      bool outside = !one.group.has_value();
      if (!outside) {
        FOOTFALL_ASSIGN_OR_RETURN(const Cell own,
                                  Evaluate(share.x, {*one.group, slot}));
        FOOTFALL_ASSIGN_OR_RETURN(const Cell counted,
                                  Evaluate(share.counted, {*one.group, slot}));
        outside = !own.has_value || !own.high || !counted.high ||
                  CompareScalars(*own.high, *counted.high) != 0;
      }
      all.totals[one.scope * slots + slot].outside |= outside;
    }
  }
  return absl::OkStatus();
}

bool Rows::IsNotSplit(const Transform& share, uint32_t group) const {
  for (size_t b = 0; b < plan_.by.size(); ++b) {
    if (!share.within[b] && results_.groups[group][b] == kEmptyMember) {
      return true;
    }
  }
  return false;
}

// Of a change: whoever has no sample on one side.
absl::Status Rows::NoteChanged(const RowExpr& expr, RowId row,
                               TotalNotes* notes) {
  if (!LooksBack(expr)) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(const Cell plain, Evaluate(expr, row));
  if (plain.is_known()) return absl::OkStatus();
  std::vector<uint32_t>& list = HasSteps(row) ? notes->came : notes->left;
  if (list.empty() || list.back() != row.group) list.push_back(row.group);
  return absl::OkStatus();
}

// "app 'A', app 'B' and 2 more", in the order of names.
std::string Rows::NamesOf(const std::vector<uint32_t>& groups) const {
  std::vector<std::string> names;
  for (const uint32_t group : groups) {
    names.push_back(GroupText(run_, plan_, results_.groups[group]));
  }
  std::sort(names.begin(), names.end());
  const size_t more = names.size() > kMaxNamed ? names.size() - kMaxNamed : 0;
  names.resize(names.size() - more);
  return absl::StrCat(absl::StrJoin(names, ", "),
                      more == 0 ? "" : absl::StrCat(" and ", more, " more"));
}

std::vector<std::string> Rows::Notes() const {
  std::vector<std::string> notes;
  const auto add = [&notes](const TotalNotes& of, absl::string_view total) {
    if (of.inexact) {
      notes.push_back(absl::StrCat(total,
                                   " is not exact: people in several groups "
                                   "count in each of them"));
    }
    if (of.lacks) {
      notes.push_back(absl::StrCat(
          total,
          " is not exact: series that are not split, and that it does not "
          "count, may hold more of the members picked"));
    }
  };
  add(of_shares_, "the total behind a share");
  add(of_sums_, "a sum over groups");
  for (const std::string& name : without_whole_) {
    notes.push_back(
        absl::StrCat(name,
                     " is of groups that are split: what is not, is left "
                     "out"));
  }
  for (const auto& [of, note] : lengths_) notes.push_back(note);
  const auto add_changed = [&](const TotalNotes& of, absl::string_view total) {
    if (!of.came.empty()) {
      notes.push_back(absl::StrCat(total, " of a change counts ",
                                   NamesOf(of.came), " as 0 before"));
    }
    if (!of.left.empty()) {
      notes.push_back(absl::StrCat(total, " of a change counts ",
                                   NamesOf(of.left), " as 0 now"));
    }
  };
  add_changed(of_shares_, "the total behind a share");
  add_changed(of_sums_, "a sum over groups");
  if (inexact_growth_) {
    notes.push_back(
        "the total behind a contribution is not exact: people in several "
        "groups count in each of them");
  }
  if (!entered_.empty()) {
    notes.push_back(absl::StrCat("a contribution counts ", NamesOf(entered_),
                                 " as 0 before"));
  }
  if (!gone_.empty()) {
    notes.push_back(
        absl::StrCat("a contribution counts ", NamesOf(gone_), " as 0 now"));
  }
  return notes;
}

absl::Status Rows::SortIntoTotals(size_t transform, uint32_t first_group) {
  const Transform& share = plan_.transforms[transform];
  Totals& totals = totals_[transform];
  const std::vector<size_t> operands = OperandsOf(plan_, share.counted);
  std::vector<bool> adds(plan_.by.size());
  for (size_t b = 0; b < plan_.by.size(); ++b) {
    // Of parts of the calendar only what ADDS over time has a total.
    adds[b] = plan_.parts[b].has_value() ||
              std::all_of(operands.begin(), operands.end(), [&](size_t o) {
                const BoundOperand& operand = plan_.operands[o];
                return operand.by[b] >= 0 &&
                       operand.metric->spec
                               .dimensions[static_cast<size_t>(operand.by[b])]
                               .rule == Additivity::kAdds;
              });
  }
  const auto keys_of = [&](size_t group) {
    GroupKey total = results_.groups[group];
    GroupKey part = total;
    for (size_t b = 0; b < plan_.by.size(); ++b) {
      if (!share.within[b]) total[b] = kEmptyMember;
      if (!share.within[b] && !adds[b]) part[b] = kEmptyMember;
    }
    return std::pair(total, part);
  };
  FlatHashMap<GroupKey, uint32_t> index;
  FlatHashMap<GroupKey, uint32_t> classes;
  for (uint32_t g = 0; g < first_group; ++g) {
    const auto [total, part] = keys_of(g);
    index.emplace(total, totals.of_group[g]);
    classes.emplace(part, totals.class_of[g]);
  }
  for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
    const auto [total, part] = keys_of(g);
    const auto number = [](const GroupKey& key, auto* known) {
      return known->emplace(key, static_cast<uint32_t>(known->size()))
          .first->second;
    };
    totals.of_group.push_back(number(total, &index));
    totals.class_of.push_back(number(part, &classes));
  }
  const size_t slots = results_.timeline->slot_count();
  FOOTFALL_RETURN_IF_ERROR(Extend(run_, index.size() * slots, &totals.totals));
  return Extend(run_, classes.size() * slots, &totals.classes);
}

absl::Status Rows::SumTotals(size_t transform, uint32_t first_group) {
  const Transform& share = plan_.transforms[transform];
  const size_t slots = results_.timeline->slot_count();
  Totals& all = totals_[transform];
  const size_t had = all.totals.size();
  FOOTFALL_RETURN_IF_ERROR(
      memory_.Add((results_.groups.size() - first_group) * slots *
                      (sizeof(Total) + sizeof(ClassOfGroups)) +
                  results_.groups.size() * 4 * sizeof(GroupKey)));
  FOOTFALL_RETURN_IF_ERROR(SortIntoTotals(transform, first_group));
  TotalNotes& notes =
      share.kind == Transform::Kind::kWithin ? of_sums_ : of_shares_;
  const std::vector<size_t> operands = OperandsOf(plan_, share.counted);
  for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
    // All the others were counted one by one.
    if (all.of_group[g] * slots < had) continue;
    const bool not_split = IsNotSplit(share, g);
    for (const uint32_t slot : results_.timeline->at(transform)) {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell cell,
                                EvaluateChange(share.counted, {g, slot}));
      if (!cell.is_known()) continue;
      FOOTFALL_RETURN_IF_ERROR(NoteChanged(share.counted, {g, slot}, &notes));
      Total& total = all.totals[all.of_group[g] * slots + slot];
      ClassOfGroups& its = all.classes[all.class_of[g] * slots + slot];
      if (cell.inexact || !cell.high.has_value()) {
        ++total.open_highs;
      } else {
        total.high += cell.high->as_decimal();
      }
      if (cell.hidden) {
        total.exact = false;
        total.lacks = true;
        total.hides |= cell.high.has_value();  // else its samples are awaited
        const bool open = cell.inexact || !cell.low.has_value();
        total.open_lows += open ? 1 : 0;
        if (!open) total.low += std::min(0.0, cell.low->as_decimal());
        continue;
      }
      const bool open = cell.inexact || !cell.low.has_value();
      const long double low = open ? 0 : cell.low->as_decimal();
      total.low += low;
      total.open_lows += open ? 1 : 0;
      total.coverage =
          LeastCoverage(total.coverage, {cell.present, cell.expected});
      total.negative |= low < 0 || cell.value.as_decimal() < 0;
      total.has_value = true;
      total.exact = total.exact && IsExact(cell);
      if (total.groups == 0) {
        total.hides |= std::any_of(
            operands.begin(), operands.end(),
            [&](size_t o) { return results_.wholes_beside[o][slot]; });
        total.first_group = g;
      }
      if (cell.value.is_decimal) {
        total.value += cell.value.decimal;
      } else {
        total.integer += cell.value.integer;
      }
      // Whoever is in two groups was counted twice.
      bool apart = its.groups == 0 || !MayShare(operands, its.first, g);
      total.uniform &= !MayShare(operands, total.first_group, g);
      if (total.groups > 0 && (not_split || total.not_split)) {
        apart = apart && total.uniform;
      }
      total.exact = total.exact && apart;
      total.overlaps |= !apart;
      total.twice |=
          !apart || !cell.low.has_value() || !SameScalar(*cell.low, cell.value);
      ++total.groups;
      total.not_split |= not_split;
      if (not_split) {
        total.excess += low;
        total.most_excess = std::max(total.most_excess, low);
        continue;
      }
      if (its.groups++ == 0) its.first = g;
      if (low > its.most) {
        total.fewest += low - its.most;
        its.second = its.most;
        its.most = low;
        its.largest = g;
      } else {
        its.second = std::max(its.second, low);
      }
    }
  }
  const bool within = std::find(share.within.begin(), share.within.end(),
                                true) != share.within.end();
  if (within && first_group == 0) {
    FOOTFALL_RETURN_IF_ERROR(FindOutside(transform));
  }
  for (size_t i = had; i < all.totals.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    Total& total = all.totals[i];
    total.value += static_cast<double>(total.integer);
    total.hides |= total.outside;
    total.lacks |= total.hides;
    notes.inexact |= total.has_value && total.twice;
    notes.lacks |= total.has_value && total.hides;
  }
  return absl::OkStatus();
}

const Rows::Total& Rows::TotalBehind(size_t share, RowId row) const {
  const size_t slots = results_.timeline->slot_count();
  const Totals& all = totals_[share];
  return all.totals[all.of_group[row.group] * slots + row.bucket];
}

absl::StatusOr<Cell> Rows::EvaluateShare(size_t transform, RowId row) const {
  const Transform& share = plan_.transforms[transform];
  const bool not_split = IsNotSplit(share, row.group);
  FOOTFALL_ASSIGN_OR_RETURN(const Cell counted,
                            EvaluateChange(share.counted, row));
  Cell part = counted;
  if (!not_split) {
    FOOTFALL_ASSIGN_OR_RETURN(part, EvaluateChange(share.x, row));
  }
  const size_t slots = results_.timeline->slot_count();
  const Totals& all = totals_[transform];
  const Total& total = TotalBehind(transform, row);
  Cell result = Cell::Missing(part.present, part.expected);
  if (!part.has_value || !total.has_value || total.value == 0) return result;
  if (results_.groups[row.group][0] == kTotalMember) {
    return Cell::Exact(Scalar::Decimal(1), part.present, part.expected);
  }
  const Cell whole = Cell::Exact(Scalar::Decimal(total.value), 0, 0);
  FOOTFALL_ASSIGN_OR_RETURN(result, Combine('/', part, whole));
  if (total.exact && !total.outside && IsExact(part)) return result;
  if (total.negative || part.inexact ||
      results_.groups[row.group][0] == kOthersMember) {
    // Numbers that are no people; or TOP's others, of whom the total has each.
    result.inexact = result.inexact || !total.exact;
    if (total.lacks) result.low.reset();
    return result;
  }
  const long double low =
      part.low.has_value() ? std::max(0.0, part.low->as_decimal()) : 0;
  const double value = result.value.as_decimal();
  // The fewest for it, the most for the others.
  const bool open_others =
      total.outside ||
      total.open_highs > (counted.inexact || !counted.high ? 1 : 0);
  const long double others =
      total.high - (counted.high ? counted.high->as_decimal() : 0);
  const double least =
      low == 0 || open_others
          ? 0
          : static_cast<double>(low / (low + std::max(0.0L, others)));
  result.low = Scalar::Decimal(std::min(least, value));
  // The most for it, the fewest for the others.
  double most = 1;
  if (part.high.has_value()) {
    const long double high = part.high->as_decimal();
    long double together = 0;
    if (not_split) {
      together =
          total.uniform ? high + total.fewest : std::max(high, total.fewest);
    } else {
      const ClassOfGroups& its =
          all.classes[all.class_of[row.group] * slots + row.bucket];
      const long double beside =
          its.largest == row.group ? its.second : its.most;
      together = std::max(high, beside) + (total.fewest - its.most);
      if (total.uniform) {
        const long double taken = high - part.value.as_decimal();
        together += std::max(0.0L, total.excess - std::max(0.0L, taken));
      }
    }
    if (together > 0) most = static_cast<double>(high / together);
  }
  result.high = Scalar::Decimal(std::max(std::min(most, 1.0), value));
  return result;
}

}  // namespace footfall::query
