// Which series pass conditions: block by block, from one dimension to the next.

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

#include "query/lang/look.h"
#include "query/lang/status_macros.h"
#include "query/plan/conditions.h"

namespace footfall::query {
namespace {

constexpr SeriesId kBlock = SeriesTable::kBlock;
// So many members are compared at once: most such runs hold none that is
// wanted.
constexpr SeriesId kRun = 64;

class SeriesFinder {
 public:
  SeriesFinder(const SeriesTable& table, absl::Span<const MemberSet> picks,
               bool or_empty);

  absl::StatusOr<SeriesRows> Find(const QueryOptions& options, RoomFor room);

 private:
  bool MayHold(SeriesId block) const;
  // Chooses series of the block by dimension `d`: the first such call among all
  // of its series, later ones among those that are still chosen.
  void Choose(size_t d);
  void ChooseFirst(MemberId member);
  template <typename Keeps>
  void ChooseAgain(const Keeps& keeps);
  void Append(SeriesRows* rows);

  const SeriesTable& table_;
  const absl::Span<const MemberSet> picks_;
  const bool or_empty_;
  // The dimensions that choose, those with one member first: they leave the
  // least.
  std::vector<size_t> order_;

  // Of the block at hand: its series [first_, first_ + size_), and the chosen
  // ones as offsets, all within [begin_, end_).
  SeriesId first_ = 0;
  SeriesId size_ = 0;
  SeriesId begin_ = 0;
  SeriesId end_ = 0;
  SeriesId chosen_count_ = 0;
  bool all_ = true;  // `chosen_` is not filled yet
  // On the stack: a question of one series asks for no memory here.
  std::array<SeriesId, kBlock> chosen_;
  std::array<MemberId, kBlock> column_ = {};  // of one dimension, by offset
};

SeriesFinder::SeriesFinder(const SeriesTable& table,
                           absl::Span<const MemberSet> picks, bool or_empty)
    : table_(table), picks_(picks), or_empty_(or_empty) {
  order_.reserve(picks.size());
  for (size_t d = 0; d < picks.size(); ++d) {
    if (picks[d].single().has_value()) order_.push_back(d);
  }
  for (size_t d = 0; d < picks.size(); ++d) {
    if (picks[d].picked() && !picks[d].single().has_value()) {
      order_.push_back(d);
    }
  }
}

bool SeriesFinder::MayHold(SeriesId block) const {
  for (const size_t d : order_) {
    const auto single = picks_[d].single();
    if (!single.has_value()) return true;  // as those behind it
    if (!table_.BlockMayHold(d, block, *single) &&
        !(or_empty_ && table_.BlockMayHold(d, block, kEmptyMember))) {
      return false;
    }
  }
  return true;
}

void SeriesFinder::ChooseFirst(MemberId member) {
  const MemberId other = or_empty_ ? kEmptyMember : member;
  SeriesId kept = 0;
  for (SeriesId run = 0; run < size_; run += kRun) {
    const MemberId* members = column_.data() + run;
    // Behind the block's end the column holds something, which is not kept.
    uint32_t hits = 0;
    for (SeriesId i = 0; i < kRun; ++i) {
      hits |=
          static_cast<uint32_t>((members[i] == member) | (members[i] == other));
    }
    if (hits == 0) continue;
    const SeriesId stop = std::min(kRun, size_ - run);
    for (SeriesId i = 0; i < stop; ++i) {
      chosen_[kept] = run + i;
      kept += (members[i] == member) | (members[i] == other);
    }
  }
  chosen_count_ = kept;
}

template <typename Keeps>
void SeriesFinder::ChooseAgain(const Keeps& keeps) {
  if (all_) std::iota(chosen_.begin(), chosen_.begin() + size_, SeriesId{0});
  SeriesId kept = 0;
  for (SeriesId i = 0; i < chosen_count_; ++i) {
    const SeriesId at = chosen_[i];
    chosen_[kept] = at;
    kept += keeps(column_[at]);
  }
  chosen_count_ = kept;
}

void SeriesFinder::Choose(size_t d) {
  table_.ReadMembers(d, first_ + begin_,
                     absl::MakeSpan(column_).subspan(begin_, end_ - begin_));
  const MemberSet& pick = picks_[d];
  if (const auto single = pick.single()) {
    if (all_) {
      ChooseFirst(*single);
    } else {
      ChooseAgain([member = *single, or_empty = or_empty_](MemberId m) {
        return (m == member) | (or_empty & (m == kEmptyMember));
      });
    }
  } else {
    ChooseAgain([&pick, or_empty = or_empty_](MemberId m) {
      return pick.Contains(m) || (or_empty && m == kEmptyMember);
    });
  }
  all_ = false;
  if (chosen_count_ == 0) return;
  begin_ = chosen_[0];
  end_ = chosen_[chosen_count_ - 1] + 1;
}

void SeriesFinder::Append(SeriesRows* rows) {
  if (all_) std::iota(chosen_.begin(), chosen_.begin() + size_, SeriesId{0});
  const size_t base = rows->ids.size();
  const size_t dimensions = picks_.size();
  rows->ids.resize(base + chosen_count_);
  for (SeriesId i = 0; i < chosen_count_; ++i) {
    rows->ids[base + i] = first_ + chosen_[i];
  }
  rows->members.resize(rows->ids.size() * dimensions);
  // Only the stretch that holds chosen series is read again.
  for (size_t d = 0; d < dimensions; ++d) {
    table_.ReadMembers(d, first_ + begin_,
                       absl::MakeSpan(column_).subspan(begin_, end_ - begin_));
    for (SeriesId i = 0; i < chosen_count_; ++i) {
      rows->members[(base + i) * dimensions + d] = column_[chosen_[i]];
    }
  }
}

absl::StatusOr<SeriesRows> SeriesFinder::Find(const QueryOptions& options,
                                              RoomFor room) {
  SeriesRows rows;
  rows.dimensions = picks_.size();
  const SeriesId count = table_.count();
  for (first_ = 0; first_ < count; first_ += size_) {
    size_ = std::min(kBlock, count - first_);
    if (!MayHold(first_ / kBlock)) continue;
    begin_ = 0;
    end_ = chosen_count_ = size_;
    all_ = true;
    for (const size_t d : order_) {
      Choose(d);
      if (chosen_count_ == 0) break;
    }
    FOOTFALL_RETURN_IF_ERROR(Pass(options, kRun + end_ - begin_));
    if (chosen_count_ == 0) continue;
    // Lists of rows double, the old one beside the new.
    if (rows.ids.size() + chosen_count_ > rows.ids.capacity()) {
      FOOTFALL_RETURN_IF_ERROR(
          room((rows.ids.size() + chosen_count_) *
               (sizeof(SeriesId) + picks_.size() * sizeof(MemberId))));
    }
    Append(&rows);
  }
  return rows;
}

}  // namespace

absl::StatusOr<SeriesRows> FindSeries(const SeriesTable& table,
                                      absl::Span<const MemberSet> picks,
                                      bool or_empty,
                                      const QueryOptions& options,
                                      RoomFor room) {
  for (const MemberSet& pick : picks) {
    if (pick.certainly_empty() && !or_empty) {
      SeriesRows none;
      none.dimensions = picks.size();
      return none;
    }
  }
  return SeriesFinder(table, picks, or_empty).Find(options, room);
}

}  // namespace footfall::query
