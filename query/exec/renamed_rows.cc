#include "query/exec/renamed_rows.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "footfall/hash_table.h"
#include "query/lang/look.h"
#include "query/lang/status_macros.h"
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
  Renamer(const Snapshot& snapshot, const Metric& metric) : metric_(metric) {
    for (const Dimension& dimension : metric.spec.dimensions) {
      renames_.emplace_back(snapshot, dimension.name);
      any_ = any_ || !renames_.back().empty();
    }
  }

  bool any() const { return any_; }

  // All members that are read as one of `picks` at some time.
  std::vector<MemberSet> StoredPicks(const Snapshot& snapshot,
                                     absl::Span<const MemberSet> picks) const;
  // The stretches of a series, in time order.
  void Cut(SeriesId series, absl::Span<const MemberId> members,
           std::vector<Stretch>* out) const;

 private:
  bool Reached(const Date& from, int64_t step) const {
    return metric_.grid.StepsInside(from, std::nullopt).begin <= step;
  }

  const Metric& metric_;
  std::vector<Renames> renames_;  // [dimensions]
  bool any_ = false;
};

std::vector<MemberSet> Renamer::StoredPicks(
    const Snapshot& snapshot, absl::Span<const MemberSet> picks) const {
  std::vector<MemberSet> stored(picks.begin(), picks.end());
  for (size_t d = 0; d < stored.size(); ++d) {
    if (renames_[d].empty() || !picks[d].picked()) continue;
    const std::string& name = metric_.spec.dimensions[d].name;
    std::vector<bool> kept(std::max<size_t>(1, snapshot.MemberCount(name)));
    for (MemberId member = 0; member < kept.size(); ++member) {
      kept[member] = picks[d].Contains(member);
    }
    for (const MemberId member : renames_[d].members()) {
      const std::vector<MemberId> all = renames_[d].AllOf(member);
      kept[member] = std::any_of(all.begin(), all.end(), [&](MemberId reading) {
        return picks[d].Contains(reading);
      });
    }
    stored[d] = MemberSet();
    stored[d].Keep(kept);
  }
  return stored;
}

void Renamer::Cut(SeriesId series, absl::Span<const MemberId> members,
                  std::vector<Stretch>* out) const {
  const StepRange limits = metric_.grid.Limits();
  std::vector<int64_t> begins = {limits.begin};
  for (size_t d = 0; d < members.size(); ++d) {
    if (!renames_[d].renamed(members[d])) continue;
    for (const Date& from : renames_[d].ChangesOf(members[d])) {
      begins.push_back(
          std::clamp(metric_.grid.StepsInside(from, std::nullopt).begin,
                     limits.begin, limits.end));
    }
  }
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  for (size_t i = 0; i < begins.size(); ++i) {
    Stretch stretch;
    stretch.series = series;
    stretch.steps = {begins[i],
                     i + 1 < begins.size() ? begins[i + 1] : limits.end};
    for (size_t d = 0; d < members.size(); ++d) {
      const Renames::Reading reading = renames_[d].At(
          members[d],
          [&](const Date& from) { return Reached(from, begins[i]); });
      stretch.members[d] = reading.member;
      stretch.renames += reading.renames;
    }
    if (!stretch.steps.empty()) out->push_back(stretch);
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

}  // namespace

absl::StatusOr<SeriesRows> FindRows(const Snapshot& snapshot,
                                    const Metric& metric,
                                    absl::Span<const MemberSet> picks,
                                    bool or_empty, const QueryOptions& options,
                                    RoomFor room) {
  const SeriesTable& table = snapshot.Series(metric.id);
  if (snapshot.Aliases().empty()) {
    return FindSeries(table, picks, or_empty, options, room);
  }
  const Renamer renamer(snapshot, metric);
  if (!renamer.any()) return FindSeries(table, picks, or_empty, options, room);
  FOOTFALL_ASSIGN_OR_RETURN(
      const SeriesRows stored,
      FindSeries(table, renamer.StoredPicks(snapshot, picks), or_empty, options,
                 room));
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
