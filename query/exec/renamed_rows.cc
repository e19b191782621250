#include "query/exec/renamed_rows.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "footfall/hash_table.h"
#include "query/lang/look.h"
#include "query/lang/status_macros.h"
#include "query/plan/attributes.h"
#include "query/plan/renames.h"

namespace footfall::query {
namespace {

using Tuple = std::array<MemberId, kMaxDimensions>;

// A stretch of a series and what it is called there.
struct Stretch {
  SeriesId series = 0;
  StepRange steps;
  uint32_t renames = 0;
  Tuple members = {};
};

class Renamer {
 public:
  Renamer(const Snapshot& snapshot, const BoundOperand& operand)
      : metric_(*operand.metric), attribute_of_(operand.attribute_of) {
    const auto& dimensions = metric_.spec.dimensions;
    for (const Dimension& dimension : dimensions) {
      renames_.emplace_back(snapshot, dimension.name);
      any_ = any_ || !renames_.back().empty();
    }
    for (size_t d = stored(); d < dimensions.size(); ++d) {
      values_.emplace_back(snapshot, dimensions[d].name);
      any_ = any_ || values_.back().changes();
    }
  }

  // Whether a series may be several rows, or a row several series.
  bool any() const { return any_; }
  // How many dimensions the series have; behind them come attributes.
  size_t stored() const {
    return metric_.spec.dimensions.size() - attribute_of_.size();
  }

  // All stored members that are read as one of `picks` at some time.
  std::vector<MemberSet> StoredPicks(const Snapshot& snapshot,
                                     absl::Span<const MemberSet> picks,
                                     bool or_empty) const;
  // The stretches of a series, in time order.
  void Cut(SeriesId series, absl::Span<const MemberId> members,
           std::vector<Stretch>* out) const;
  // What its attributes are. Requires: !any().
  void AddAttributes(absl::Span<const MemberId> members, Tuple* tuple) const {
    for (size_t a = 0; a < values_.size(); ++a) {
      (*tuple)[stored() + a] =
          values_[a].At(members[static_cast<size_t>(attribute_of_[a])],
                        [](const Date&) { return true; });
    }
  }

 private:
  bool Reached(const Date& from, int64_t step) const {
    return metric_.grid.StepsInside(from, std::nullopt).begin <= step;
  }
  // All that a stored member of dimension `d` is read as at some time.
  std::vector<MemberId> ReadingsOf(size_t d, MemberId member) const {
    if (!renames_[d].renamed(member)) return {member};
    return renames_[d].AllOf(member);
  }
  // All values of attribute `a` of that stored member, aliases of them too.
  std::vector<MemberId> ValuesOf(size_t a, MemberId member) const;
  // Where what the series is called may change.
  std::vector<int64_t> Begins(absl::Span<const MemberId> members) const;

  const Metric& metric_;
  const absl::Span<const int> attribute_of_;
  std::vector<Renames> renames_;         // [dimensions]
  std::vector<AttributeValues> values_;  // [attributes]
  bool any_ = false;
};

std::vector<MemberId> Renamer::ValuesOf(size_t a, MemberId member) const {
  std::vector<MemberId> all;
  const size_t of = static_cast<size_t>(attribute_of_[a]);
  for (const MemberId reading : ReadingsOf(of, member)) {
    for (const MemberId value : values_[a].AllOf(reading)) {
      const std::vector<MemberId> more = ReadingsOf(stored() + a, value);
      all.insert(all.end(), more.begin(), more.end());
    }
  }
  return all;
}

std::vector<MemberSet> Renamer::StoredPicks(const Snapshot& snapshot,
                                            absl::Span<const MemberSet> picks,
                                            bool or_empty) const {
  std::vector<MemberSet> result(picks.begin(), picks.end());
  result.resize(stored());
  const auto members_of = [&](size_t d) {
    return std::max<size_t>(
        1, snapshot.MemberCount(metric_.spec.dimensions[d].name));
  };
  for (size_t d = 0; d < stored(); ++d) {
    if (renames_[d].empty() || !picks[d].picked()) continue;
    std::vector<bool> kept(members_of(d));
    for (MemberId member = 0; member < kept.size(); ++member) {
      kept[member] = picks[d].Contains(member);
    }
    for (const MemberId member : renames_[d].members()) {
      const std::vector<MemberId> all = renames_[d].AllOf(member);
      kept[member] = std::any_of(all.begin(), all.end(), [&](MemberId reading) {
        return picks[d].Contains(reading);
      });
    }
    result[d] = MemberSet();
    result[d].Keep(kept);
  }
  for (size_t a = 0; a < values_.size(); ++a) {
    const MemberSet& pick = picks[stored() + a];
    if (!pick.picked()) continue;
    const size_t d = static_cast<size_t>(attribute_of_[a]);
    const auto keeps = [&](MemberId value) {
      return pick.Contains(value) || (or_empty && value == kEmptyMember);
    };
    std::vector<bool> kept(members_of(d), keeps(kEmptyMember));
    for (MemberId member = 1; member < kept.size(); ++member) {
      if (!values_[a].has(member) && !renames_[d].renamed(member)) continue;
      const std::vector<MemberId> all = ValuesOf(a, member);
      kept[member] = std::any_of(all.begin(), all.end(), keeps);
    }
    result[d].Keep(kept);
  }
  return result;
}

std::vector<int64_t> Renamer::Begins(absl::Span<const MemberId> members) const {
  const StepRange limits = metric_.grid.Limits();
  std::vector<int64_t> begins = {limits.begin};
  const auto add = [&](const std::vector<Date>& dates) {
    for (const Date& from : dates) {
      begins.push_back(
          std::clamp(metric_.grid.StepsInside(from, std::nullopt).begin,
                     limits.begin, limits.end));
    }
  };
  for (size_t d = 0; d < members.size(); ++d) {
    if (renames_[d].renamed(members[d])) add(renames_[d].ChangesOf(members[d]));
  }
  for (size_t a = 0; a < values_.size(); ++a) {
    const size_t of = static_cast<size_t>(attribute_of_[a]);
    for (const MemberId reading : ReadingsOf(of, members[of])) {
      add(values_[a].ChangesOf(reading));
      for (const MemberId value : values_[a].AllOf(reading)) {
        add(renames_[stored() + a].ChangesOf(value));
      }
    }
  }
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  return begins;
}

void Renamer::Cut(SeriesId series, absl::Span<const MemberId> members,
                  std::vector<Stretch>* out) const {
  const std::vector<int64_t> begins = Begins(members);
  const int64_t end = metric_.grid.Limits().end;
  const size_t first = out->size();
  for (size_t i = 0; i < begins.size(); ++i) {
    const auto reached = [&](const Date& from) {
      return Reached(from, begins[i]);
    };
    Stretch stretch;
    stretch.series = series;
    stretch.steps = {begins[i], i + 1 < begins.size() ? begins[i + 1] : end};
    for (size_t d = 0; d < members.size(); ++d) {
      const Renames::Reading reading = renames_[d].At(members[d], reached);
      stretch.members[d] = reading.member;
      stretch.renames += reading.renames;
    }
    for (size_t a = 0; a < values_.size(); ++a) {
      const MemberId of =
          stretch.members[static_cast<size_t>(attribute_of_[a])];
      stretch.members[stored() + a] =
          renames_[stored() + a].At(values_[a].At(of, reached), reached).member;
    }
    if (stretch.steps.empty()) continue;
    if (out->size() > first && out->back().members == stretch.members &&
        out->back().renames == stretch.renames) {
      out->back().steps.end = stretch.steps.end;
    } else {
      out->push_back(stretch);
    }
  }
}

bool Matches(const Stretch& stretch, absl::Span<const MemberSet> picks,
             bool or_empty) {
  for (size_t d = 0; d < picks.size(); ++d) {
    const MemberId member = stretch.members[d];
    if (!picks[d].Contains(member) && !(or_empty && member == kEmptyMember)) {
      return false;
    }
  }
  return true;
}

// Of series that are each one row: with their attributes, those that match.
absl::StatusOr<SeriesRows> PlainRows(const Renamer& renamer,
                                     absl::Span<const MemberSet> picks,
                                     bool or_empty, SeriesRows stored,
                                     const QueryOptions& options,
                                     RoomFor room) {
  FOOTFALL_RETURN_IF_ERROR(room(
      stored.size() * (sizeof(SeriesId) + picks.size() * sizeof(MemberId))));
  SeriesRows rows;
  rows.dimensions = picks.size();
  rows.ids.reserve(stored.size());
  rows.members.reserve(stored.size() * picks.size());
  Stretch stretch;
  for (size_t i = 0; i < stored.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(Pass(options));
    const auto members = stored.row(i);
    std::copy(members.begin(), members.end(), stretch.members.begin());
    renamer.AddAttributes(members, &stretch.members);
    if (!Matches(stretch, picks, or_empty)) continue;
    rows.ids.push_back(stored.ids[i]);
    rows.members.insert(rows.members.end(), stretch.members.begin(),
                        stretch.members.begin() + picks.size());
  }
  return rows;
}

}  // namespace

absl::StatusOr<SeriesRows> FindRows(const Snapshot& snapshot,
                                    const BoundOperand& operand,
                                    absl::Span<const MemberSet> picks,
                                    bool or_empty, const QueryOptions& options,
                                    RoomFor room) {
  const Metric& metric = *operand.metric;
  const SeriesTable& table = snapshot.Series(metric.id);
  const bool has_attributes = !operand.attribute_of.empty();
  if (snapshot.Aliases().empty() && !has_attributes) {
    return FindSeries(table, picks, or_empty, options, room);
  }
  const Renamer renamer(snapshot, operand);
  if (!renamer.any() && !has_attributes) {
    return FindSeries(table, picks, or_empty, options, room);
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      SeriesRows stored,
      FindSeries(table, renamer.StoredPicks(snapshot, picks, or_empty),
                 or_empty, options, room));
  if (!renamer.any()) {
    return PlainRows(renamer, picks, or_empty, std::move(stored), options,
                     room);
  }
  // A stretch or two of most series, each with a piece, a row and its place.
  FOOTFALL_RETURN_IF_ERROR(
      room(stored.size() * (2 * sizeof(Stretch) + sizeof(RowPiece) +
                            sizeof(Tuple) + 4 * sizeof(uint64_t))));
  std::vector<Stretch> stretches;
  for (size_t i = 0; i < stored.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(Pass(options));
    renamer.Cut(stored.ids[i], stored.row(i), &stretches);
  }
  std::erase_if(stretches, [&](const Stretch& stretch) {
    return !Matches(stretch, picks, or_empty);
  });

  // Rows in order of their first stretch; then those of one whole series to
  // the front.
  const StepRange all = metric.grid.Limits();
  auto renamed = std::make_shared<RenamedRows>();
  FlatHashMap<Tuple, uint32_t> row_of;
  std::vector<const Stretch*> first;
  for (const Stretch& stretch : stretches) {
    FOOTFALL_RETURN_IF_ERROR(Pass(options));
    const auto [at, added] =
        row_of.emplace(stretch.members, static_cast<uint32_t>(first.size()));
    if (added) {
      first.push_back(&stretch);
      renamed->plain.push_back(stretch.steps == all);
    } else {
      renamed->plain[at->second] = false;
    }
    renamed->pieces.push_back(
        {stretch.series, stretch.steps, at->second, stretch.renames});
  }
  std::vector<uint32_t> place(first.size());
  uint32_t next = 0;
  for (const bool plain : {true, false}) {
    for (size_t row = 0; row < first.size(); ++row) {
      if (renamed->plain[row] == plain) place[row] = next++;
    }
  }
  SeriesRows rows;
  rows.dimensions = picks.size();
  rows.ids.resize(first.size());
  rows.members.resize(first.size() * picks.size());
  for (size_t row = 0; row < first.size(); ++row) {
    rows.ids[row] = static_cast<SeriesId>(row);
    std::copy_n(first[row]->members.begin(), picks.size(),
                rows.members.begin() +
                    static_cast<ptrdiff_t>(place[row] * picks.size()));
  }
  for (RowPiece& piece : renamed->pieces) piece.row = place[piece.row];
  std::stable_partition(renamed->plain.begin(), renamed->plain.end(),
                        [](bool plain) { return plain; });
  rows.renamed = std::move(renamed);
  return rows;
}

std::vector<SeriesId> StoredSeries(const SeriesRows& rows) {
  if (rows.renamed == nullptr) return rows.ids;
  std::vector<SeriesId> series;
  for (const RowPiece& piece : rows.renamed->pieces) {
    if (series.empty() || series.back() != piece.series) {
      series.push_back(piece.series);
    }
  }
  return series;
}

}  // namespace footfall::query
