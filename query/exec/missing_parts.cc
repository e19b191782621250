#include "query/exec/missing_parts.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <utility>

#include "query/exec/intersect.h"
#include "query/exec/lanes.h"
#include "query/exec/presence_reader.h"
#include "query/exec/relations.h"
#include "query/exec/renamed_rows.h"
#include "query/func/step_words.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// Sets bits [begin, end).
void SetBits(size_t begin, size_t end, std::vector<uint64_t>* bits) {
  for (size_t i = begin; i < end;) {
    const size_t in_word = std::min<size_t>(64 - i % 64, end - i);
    const uint64_t ones =
        in_word == 64 ? ~uint64_t{0} : (uint64_t{1} << in_word) - 1;
    (*bits)[i / 64] |= ones << (i % 64);
    i += in_word;
  }
}

// The first bit at or behind `from` that is `value`; `count` where none is.
size_t NextBit(absl::Span<const uint64_t> bits, size_t count, size_t from,
               bool value) {
  while (from < count) {
    const uint64_t word =
        (value ? bits[from / 64] : ~bits[from / 64]) >> (from % 64);
    if (word != 0) {
      return std::min(count,
                      from + static_cast<size_t>(std::countr_zero(word)));
    }
    from = (from / 64 + 1) * 64;
  }
  return count;
}

bool AnyBit(absl::Span<const uint64_t> bits) {
  return std::any_of(bits.begin(), bits.end(),
                     [](uint64_t word) { return word != 0; });
}

class Finder {
 public:
  Finder(Run& run, const MissingRequest& request)
      : run_(run), request_(request), reader_(run, request), memory_(run) {}

  // In rounds of more and more series of each set: where many lack samples, few
  // have to be read until no step is left that they could make inexact.
  absl::StatusOr<MissingParts> Find() {
    MissingParts found;
    found.lacks.resize(request_.wanted.size());
    FOOTFALL_RETURN_IF_ERROR(reader_.Open());
    if (reader_.window().empty()) return found;
    std::vector<size_t> open(request_.wanted.size());
    std::iota(open.begin(), open.end(), size_t{0});
    FOOTFALL_RETURN_IF_ERROR(memory_.Add(open.size() * sizeof(Wholes)));
    wholes_.resize(open.size());
    for (const size_t wanted : open) {
      FOOTFALL_RETURN_IF_ERROR(FindWholes(Members(wanted), &wholes_[wanted]));
    }
    size_t begin = 0;
    size_t members_at_once = kFirstRound;
    while (!open.empty()) {
      members_at_once = std::min(members_at_once, MostAtOnce(open.size()));
      const size_t end = begin + members_at_once;
      members_at_once *= 2;
      Reservation memory = Reservation::Of(memory_);
      std::vector<uint32_t> rows;
      relevant_.assign(request_.combined->words, 0);
      std::erase_if(open, [&](size_t wanted) {
        return begin >= Members(wanted).size() ||
               !AddRelevant(wanted, found.lacks[wanted]);
      });
      for (const size_t wanted : open) {
        FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + (end - begin) / 8));
        const auto members = Members(wanted);
        const std::vector<uint32_t>& wholes = wholes_[wanted].rows;
        FOOTFALL_RETURN_IF_ERROR(memory.AddRoomFor(
            rows, std::min(end, members.size()) - begin + wholes.size()));
        for (size_t i = begin; i < std::min(end, members.size()); ++i) {
          rows.push_back(members[i]);
        }
        rows.insert(rows.end(), wholes.begin(), wholes.end());
      }
      std::sort(rows.begin(), rows.end());
      rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
      FOOTFALL_RETURN_IF_ERROR(reader_.Read(std::move(rows)));
      FOOTFALL_RETURN_IF_ERROR(FindRows(&memory));
      for (const size_t wanted : open) {
        FOOTFALL_RETURN_IF_ERROR(FindInSet(wanted, begin, end, &found));
      }
      begin = end;
    }
    return found;
  }

 private:
  // Of a set: its EmptyMask()s and, where these differ, its members that others
  // may be part of, by their members.
  struct Wholes {
    std::vector<uint32_t> masks;
    std::vector<uint32_t> rows;
  };

  static constexpr size_t kFirstRound = 256;
  static constexpr size_t kFewest = 64;  // takes as much as the set's lane
  static constexpr size_t kRoundBytes = size_t{16} << 20;

  // How many members of each of `sets` are read together.
  size_t MostAtOnce(size_t sets) const {
    const size_t bytes = request_.combined->words * sizeof(uint64_t) * sets;
    return std::max(kFewest, kRoundBytes / bytes);
  }

  absl::Span<const uint32_t> Members(size_t wanted) const {
    return request_.sets->set(request_.wanted[wanted]);
  }

  // The steps at which a part that is lacking would matter to the set, for none
  // is known yet. False where there are none.
  bool AddRelevant(size_t wanted, absl::Span<const uint64_t> lacks) {
    const uint64_t* present =
        request_.combined->present_bits(request_.wanted[wanted]);
    const size_t steps = request_.combined->step_count();
    uint64_t any = 0;
    for (size_t w = 0; w < relevant_.size(); ++w) {
      uint64_t may = present[w];
      if (request_.whole_groups[wanted]) {
        may = steps - w * 64 >= 64 ? ~uint64_t{0}
                                   : (uint64_t{1} << (steps - w * 64)) - 1;
      }
      if (!lacks.empty()) may &= ~lacks[w];
      relevant_[w] |= may;
      any |= may;
    }
    return any != 0;
  }

  absl::Status FindRows(Reservation* memory) {
    const size_t count = static_cast<size_t>(reader_.window().size());
    const StepRange asked = request_.combined->steps;
    const int64_t first = asked.begin - reader_.window().begin;
    const int64_t steps = asked.size();
    const size_t rows = reader_.rows().size();
    std::vector<std::vector<Lack>> lacks(rows);
    std::vector<uint32_t> some;  // rows
    for (size_t i = 0; i < rows; ++i) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + count / 64));
      lacks[i] =
          FindLacks(reader_.present(i), count, request_.metric->spec.late);
      std::erase_if(lacks[i], [&](const Lack& lack) {
        const int64_t from =
            std::max<int64_t>(0, static_cast<int64_t>(lack.begin) - first);
        const int64_t to =
            std::min(steps, static_cast<int64_t>(lack.end) - first);
        return to <= from ||
               CountSteps(relevant_.data(), static_cast<uint64_t>(from),
                          static_cast<uint64_t>(to - from)) == 0;
      });
      if (lacks[i].empty()) continue;
      FOOTFALL_RETURN_IF_ERROR(
          memory->Add(lacks[i].capacity() * sizeof(Lack) +
                      request_.combined->words * sizeof(uint64_t)));
      some.push_back(static_cast<uint32_t>(i));
    }
    const MetricSpec& spec = request_.metric->spec;
    if (spec.value_type == ValueType::kInteger &&
        spec.over_time != Additivity::kLevel && !some.empty()) {
      FOOTFALL_RETURN_IF_ERROR(LookAtValues(some, &lacks));
    }
    lacking_.assign(rows, {});
    std::vector<uint64_t> bits;
    for (const uint32_t i : some) {
      bits.assign(WordsFor(count), 0);
      for (const Lack& lack : lacks[i]) SetBits(lack.begin, lack.end, &bits);
      KeepCovered(reader_.rows()[i], &bits);
      if (!lacks[i].empty()) reader_.Narrow(bits, &lacking_[i]);
    }
    return absl::OkStatus();
  }

  // Leaves the steps at which the row is called so: where its members have
  // other names, or attributes, from some date on, nothing is awaited of it.
  void KeepCovered(uint32_t row, std::vector<uint64_t>* bits) {
    const RenamedRows* renamed = request_.rows->renamed.get();
    if (renamed == nullptr || renamed->plain[row]) return;
    if (pieces_of_.empty()) {
      pieces_of_.resize(request_.rows->size());
      for (const RowPiece& piece : renamed->pieces) {
        pieces_of_[piece.row].push_back(piece.steps);
      }
    }
    const StepRange window = reader_.window();
    std::vector<uint64_t> covered(bits->size());
    for (const StepRange& steps : pieces_of_[row]) {
      const StepRange lane =
          Intersect(window, request_.lane_steps->ToLane(steps));
      if (lane.empty()) continue;
      SetBits(static_cast<size_t>(lane.begin - window.begin),
              static_cast<size_t>(lane.end - window.begin), &covered);
    }
    for (size_t w = 0; w < bits->size(); ++w) (*bits)[w] &= covered[w];
  }

  // Looks at the last n values before a lack, as far as the lane has them.
  void LookAtLane(const PresenceReader::Lane& lane, std::vector<Lack>* lacks) {
    const size_t n = static_cast<size_t>(request_.metric->spec.late);
    const size_t steps = lane.slab->step_count;
    const size_t offset = lane.offset;
    const int64_t* values = lane.slab->values.data() + lane.lane * steps;
    for (Lack& lack : *lacks) {
      const size_t begin = std::max(lack.begin - n, offset);
      const size_t end = std::min(lack.begin, offset + steps);
      for (size_t s = begin; s < end; ++s) {
        const int64_t value = values[s - offset];
        const uint64_t size = value < 0
                                  ? uint64_t{0} - static_cast<uint64_t>(value)
                                  : static_cast<uint64_t>(value);
        lack.least = std::min(lack.least, size);
        lack.largest = std::max(lack.largest, size);
      }
    }
  }

  // Takes back what is lacking behind counts that may be nobody by chance. Era
  // by era: of most series one has all that is looked at.
  absl::Status LookAtValues(absl::Span<const uint32_t> rows,
                            std::vector<std::vector<Lack>>* lacks) {
    const StepRange window = reader_.window();
    const int64_t n = request_.metric->spec.late;
    const int64_t era = run_.snapshot().EraSize(request_.metric->id);
    std::vector<uint32_t> of_era;
    for (StepRange steps = {window.begin, window.begin}; steps.end < window.end;
         steps.begin = steps.end) {
      const int64_t into = (steps.begin % era + era) % era;
      steps.end = std::min(window.end, steps.begin + era - into);
      of_era.clear();
      for (const uint32_t row : rows) {
        FOOTFALL_RETURN_IF_ERROR(run_.Pass());
        const auto looks_there = [&](const Lack& lack) {
          const int64_t end = window.begin + static_cast<int64_t>(lack.begin);
          return end - n < steps.end && end > steps.begin;
        };
        if (std::any_of((*lacks)[row].begin(), (*lacks)[row].end(),
                        looks_there)) {
          of_era.push_back(row);
        }
      }
      FOOTFALL_RETURN_IF_ERROR(
          reader_.Scan(of_era, steps, ScanDepth::kValues,
                       [&](const PresenceReader::Lane& lane) {
                         LookAtLane(lane, &(*lacks)[lane.row]);
                       }));
    }
    for (const uint32_t row : rows) {
      std::erase_if((*lacks)[row], [](const Lack& lack) {
        return lack.least < kSome ||
               (lack.least < kSurelySome && lack.least <= lack.largest / 2);
      });
    }
    return absl::OkStatus();
  }

  // Of the set's members [begin, end).
  absl::Status FindInSet(size_t wanted, size_t begin, size_t end,
                         MissingParts* found) {
    const auto members = Members(wanted);
    const Wholes& wholes = wholes_[wanted];
    const uint64_t* present =
        request_.combined->present_bits(request_.wanted[wanted]);
    std::vector<uint64_t> there;
    for (size_t i = begin; i < std::min(end, members.size()); ++i) {
      const uint32_t row = members[i];
      const std::vector<uint64_t>& lacks = lacking_[reader_.IndexOf(row)];
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      if (lacks.empty()) continue;
      std::vector<uint64_t> bits = lacks;
      for (const uint32_t mask : wholes.masks) {
        const std::optional<uint32_t> whole = WholeOf(row, mask, wholes.rows);
        if (!whole.has_value()) continue;
        reader_.Narrow(reader_.present(reader_.IndexOf(*whole)), &there);
        for (size_t w = 0; w < bits.size(); ++w) bits[w] &= ~there[w];
      }
      for (size_t w = 0; w < bits.size() && !request_.whole_groups[wanted];
           ++w) {
        bits[w] &= present[w];
      }
      if (!AnyBit(bits)) continue;
      std::vector<uint64_t>& all = found->lacks[wanted];
      if (all.empty()) {
        FOOTFALL_RETURN_IF_ERROR(memory_.Add(bits.size() * sizeof(uint64_t)));
        all.assign(bits.size(), 0);
      }
      for (size_t w = 0; w < bits.size(); ++w) all[w] |= bits[w];
      Tell(wanted, row, bits, &found->series);
    }
    return absl::OkStatus();
  }

  absl::Status FindWholes(absl::Span<const uint32_t> members, Wholes* found) {
    const SeriesRows& rows = *request_.rows;
    std::vector<uint32_t>& masks = found->masks;
    std::vector<uint32_t>& wholes = found->rows;
    for (const uint32_t row : members) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      const uint32_t mask = EmptyMask(rows.row(row));
      if (std::find(masks.begin(), masks.end(), mask) == masks.end()) {
        masks.push_back(mask);
      }
    }
    if (masks.size() < 2) return absl::OkStatus();
    FOOTFALL_RETURN_IF_ERROR(memory_.AddRoomFor(wholes, members.size()));
    for (const uint32_t row : members) {
      if (EmptyMask(rows.row(row)) != 0) wholes.push_back(row);
    }
    std::sort(wholes.begin(), wholes.end(), [&rows](uint32_t a, uint32_t b) {
      const auto left = rows.row(a);
      const auto right = rows.row(b);
      return std::lexicographical_compare(left.begin(), left.end(),
                                          right.begin(), right.end());
    });
    return absl::OkStatus();
  }

  // That of `wholes` which is not split as `mask` says and which `row` is part
  // of.
  std::optional<uint32_t> WholeOf(uint32_t row, uint32_t mask,
                                  absl::Span<const uint32_t> wholes) const {
    const SeriesRows& rows = *request_.rows;
    const uint32_t own = EmptyMask(rows.row(row));
    if (mask == own || (mask & own) != own) return std::nullopt;
    const auto members = rows.row(row);
    std::vector<MemberId> key(members.begin(), members.end());
    for (size_t d = 0; d < key.size(); ++d) {
      if ((mask >> d & 1) != 0) key[d] = kEmptyMember;
    }
    const auto found =
        std::lower_bound(wholes.begin(), wholes.end(), key,
                         [&rows](uint32_t a, const std::vector<MemberId>& b) {
                           const auto left = rows.row(a);
                           return std::lexicographical_compare(
                               left.begin(), left.end(), b.begin(), b.end());
                         });
    if (found == wholes.end() ||
        !std::equal(key.begin(), key.end(), rows.row(*found).begin())) {
      return std::nullopt;
    }
    return *found;
  }

  // The first stretch of the steps told at which the series lacks samples.
  void Tell(size_t wanted, uint32_t row, absl::Span<const uint64_t> bits,
            LackingList* list) const {
    const StepRange steps = request_.combined->steps;
    StepRange told = steps;
    if (!request_.told.empty()) told = Intersect(steps, request_.told[wanted]);
    if (told.empty()) return;
    const size_t end = static_cast<size_t>(told.end - steps.begin);
    const size_t first =
        NextBit(bits, end, static_cast<size_t>(told.begin - steps.begin), true);
    if (first == end) return;
    LackingSeries series;
    const auto members = request_.rows->row(row);
    series.members.assign(members.begin(), members.end());
    series.steps = {
        steps.begin + static_cast<int64_t>(first),
        steps.begin + static_cast<int64_t>(NextBit(bits, end, first, false))};
    series.whole_group =
        !BitAt(request_.combined->present_bits(request_.wanted[wanted]), first);
    const size_t count = static_cast<size_t>(reader_.window().size());
    series.late = NextBit(reader_.present(reader_.IndexOf(row)), count,
                          static_cast<size_t>(series.steps.begin -
                                              reader_.window().begin),
                          true) == count;
    series.steps = request_.lane_steps->ToSteps(series.steps);
    list->Add(std::move(series));
  }

  Run& run_;
  const MissingRequest& request_;
  PresenceReader reader_;  // of the series of a round
  Reservation memory_;
  // [rows of the reader][words of the request] empty: lacks nothing.
  std::vector<std::vector<uint64_t>> lacking_;
  std::vector<uint64_t> relevant_;  // [words of the request]
  std::vector<Wholes> wholes_;      // [wanted]
  // [rows of the request] where members were renamed; empty: not asked for yet.
  std::vector<std::vector<StepRange>> pieces_of_;
};

}  // namespace

std::vector<Lack> FindLacks(absl::Span<const uint64_t> present, size_t count,
                            int64_t n) {
  std::vector<Lack> lacks;
  for (size_t begin = NextBit(present, count, 0, true); begin < count;) {
    const size_t end = NextBit(present, count, begin, false);
    if (end == count) break;
    const size_t next = NextBit(present, count, end, true);
    if (static_cast<int64_t>(end - begin) >= n) {
      const bool gap =
          next < count && static_cast<int64_t>(next - end) <= kLongestGap * n;
      lacks.push_back(
          {end, gap ? next : std::min(next, end + static_cast<size_t>(n))});
    }
    begin = next;
  }
  return lacks;
}

absl::StatusOr<MissingParts> FindMissingParts(Run& run,
                                              const MissingRequest& request) {
  MissingParts none;
  none.lacks.resize(request.wanted.size());
  if (request.metric->spec.late == 0 || request.wanted.empty() ||
      request.combined->steps.empty()) {
    return none;
  }
  return Finder(run, request).Find();
}

}  // namespace footfall::query
