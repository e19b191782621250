#include "storage/sets/piece_builder.h"

#include <algorithm>
#include <array>
#include <bit>

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/base/varint.h"
#include "storage/codec/bit_pack.h"
#include "storage/codec/presence.h"
#include "storage/sets/elias_fano.h"
#include "storage/sets/subset.h"

namespace footfall::storage {
namespace {

// The fewest cells of a user in each class: the best of eight splits for
// made-up apps of every habit (bench/sets_bench.cc).
constexpr uint32_t kClassFloor[] = {2, 6, 16, 36};
constexpr uint32_t kClasses = std::size(kClassFloor);
// Fewer users of more than one cell are one class: each takes columns.
constexpr size_t kUsersForClasses = 200;

uint32_t ClassOf(uint32_t cells) {
  uint32_t c = 0;
  while (c + 1 < kClasses && cells >= kClassFloor[c + 1]) {
    ++c;
  }
  return c;
}

uint32_t LabelWidth(size_t classes) {
  return static_cast<uint32_t>(std::bit_width(classes - 1));
}

// u8 form of the set; the set.
void PutCells(const CellSet& cells, std::string* out) {
  const size_t start = out->size();
  out->push_back(0);
  const PresenceForm form =
      Presence::Of(cells.lanes).Encode(kPieceCells, Effort::kDense, out);
  (*out)[start] = static_cast<char>(form);
}

}  // namespace

struct PieceBuilder::Plan {
  HashNumbers numbers;
  std::vector<uint64_t> dictionary;  // a number for each user
  // Of users of one cell: which they are, and their cells.
  std::vector<uint32_t> once;
  std::vector<uint64_t> once_cells;
  uint64_t least_cell = 0;
  uint32_t cell_width = 0;
  // Of the others: the class of each, in order.
  std::vector<uint64_t> labels;
  struct Column {
    uint32_t cell;
    size_t begin;  // in `ranks`
    size_t end;
  };
  struct Class {
    uint32_t users = 0;
    std::vector<Column> columns;
  };
  std::vector<Class> classes;
  std::vector<uint32_t> ranks;  // in the class, ascending, of each column
};

PieceBuilder::PieceBuilder(const PieceHead& head) : head_(head) {
  if ((head.hash_bits != kLongHash && head.hash_bits != kShortHash) ||
      !HashRange::IsCode(head.range.code)) {
    BreakPromise(absl::StrCat("hashes of ", head.hash_bits, " bits, range ",
                              head.range.code));
  }
}

void PieceBuilder::BreakPromise(absl::string_view message) {
  if (promises_.ok()) {
    promises_ = absl::InternalError(absl::StrCat("piece builder: ", message));
  }
}

bool PieceBuilder::InRange(uint64_t hash) const {
  return hash >= head_.range.first() && hash <= head_.range.last() &&
         (head_.hash_bits == kLongHash || (hash & 0xffff) == 0);
}

void PieceBuilder::Forget(uint64_t hash) {
  if (!InRange(hash) || (!forgets_.empty() && hash <= forgets_.back())) {
    BreakPromise("a forgotten user out of range or order");
    return;
  }
  forgets_.push_back(hash);
}

void PieceBuilder::Cut(const CellThresholds& thresholds) {
  if (any_) {
    BreakPromise("users before thresholds");
    return;
  }
  thresholds_ = thresholds;
  cut_ = std::any_of(thresholds.begin(), thresholds.end(),
                     [](ThresholdCode code) { return code != 0; });
  filter_ = ThresholdFilter(thresholds);
}

void PieceBuilder::AddUser(const UserSteps& user) {
  if (!InRange(user.hash) || user.lane >= kPieceLanes ||
      (any_ && (user.hash < last_hash_ ||
                (user.hash == last_hash_ && user.lane <= last_lane_)))) {
    BreakPromise("a user out of range or order");
    return;
  }
  any_ = true;
  last_hash_ = user.hash;
  last_lane_ = user.lane;
  present_.lanes[user.lane] |= user.steps;
  const uint64_t kept =
      cut_ ? user.steps & filter_.Kept(user.hash, user.lane) : user.steps;
  if (kept != 0) {
    with_users_.lanes[user.lane] |= kept;
    users_.push_back({user.hash, kept, user.lane});
  }
}

// The sets of cells, and the users to be forgotten.
void PieceBuilder::PutSets(std::string* piece) const {
  if (!resets_.empty()) {
    PutCells(resets_, piece);
  }
  CellSet empties = present_;
  empties.Remove(with_users_);
  if (!empties.empty()) {
    PutCells(empties, piece);
  }
  if (cut_) {
    CellSet cut;
    for (uint32_t cell = 0; cell < kPieceCells; ++cell) {
      if (thresholds_[cell] != 0) {
        cut.Add(cell);
      }
    }
    PutCells(cut, piece);
    uint64_t run = 0;
    ThresholdCode code = 0;
    const auto put_run = [&] {
      if (run != 0) {
        PutVarint(run, piece);
        piece->push_back(static_cast<char>(code));
      }
    };
    ForEachCell(cut, [&](uint32_t cell) {
      if (thresholds_[cell] != code) {
        put_run();
        code = thresholds_[cell];
        run = 0;
      }
      ++run;
    });
    put_run();
  }
  if (!forgets_.empty()) {
    const HashNumbers numbers(head_, 0);
    std::vector<uint64_t> forgotten;
    for (const uint64_t hash : forgets_) {
      forgotten.push_back(numbers.Number(hash));
    }
    PutVarint(forgotten.size(), piece);
    PutEliasFano(forgotten, numbers.last, piece);
  }
}

// Takes users_ apart: once to find each user's class and how many users each
// column has, once to fill the columns.
void PieceBuilder::SortIntoClasses(Plan* plan) const {
  // Lanes that have a user, numbered.
  std::array<uint32_t, kPieceLanes> lane_number = {};
  uint32_t lanes = 0;
  for (uint32_t lane = 0; lane < kPieceLanes; ++lane) {
    if (with_users_.lanes[lane] != 0) {
      lane_number[lane] = lanes++;
    }
  }
  const size_t class_cells = size_t{lanes} * kPieceSteps;
  std::vector<uint32_t> counts(kClasses * class_cells);
  std::array<uint32_t, kClasses> class_users = {};

  constexpr uint8_t kOnce = 0xFF;
  std::vector<uint8_t> labels;
  uint32_t others = 0;
  const auto for_each_user = [&](auto visit) {
    for (size_t begin = 0, end = 0; begin < users_.size(); begin = end) {
      while (end < users_.size() && users_[end].hash == users_[begin].hash) {
        ++end;
      }
      visit(begin, end);
    }
  };
  const auto for_each_cell = [&](size_t begin, size_t end, uint32_t label,
                                 auto visit) {
    for (size_t i = begin; i < end; ++i) {
      const size_t base =
          label * class_cells + lane_number[users_[i].lane] * kPieceSteps;
      for (uint64_t steps = users_[i].steps; steps != 0; steps &= steps - 1) {
        visit(base + static_cast<size_t>(std::countr_zero(steps)));
      }
    }
  };
  plan->dictionary.reserve(users_.size());
  labels.reserve(users_.size());
  for_each_user([&](size_t begin, size_t end) {
    uint32_t cells = 0;
    for (size_t i = begin; i < end; ++i) {
      cells += static_cast<uint32_t>(std::popcount(users_[i].steps));
    }
    if (cells == 1) {
      plan->once.push_back(static_cast<uint32_t>(plan->dictionary.size()));
      plan->once_cells.push_back(
          users_[begin].lane * kPieceSteps +
          static_cast<uint32_t>(std::countr_zero(users_[begin].steps)));
    }
    plan->dictionary.push_back(plan->numbers.Number(users_[begin].hash));
    labels.push_back(cells == 1 ? kOnce : static_cast<uint8_t>(ClassOf(cells)));
    others += cells == 1 ? 0 : 1;
  });
  if (others < kUsersForClasses) {
    for (uint8_t& label : labels) {
      label = label == kOnce ? kOnce : 0;
    }
  }
  if (!plan->once_cells.empty()) {
    const auto [least, most] =
        std::minmax_element(plan->once_cells.begin(), plan->once_cells.end());
    plan->least_cell = *least;
    plan->cell_width = static_cast<uint32_t>(std::bit_width(*most - *least));
  }

  size_t user = 0;
  for_each_user([&](size_t begin, size_t end) {
    const uint8_t label = labels[user++];
    if (label != kOnce) {
      ++class_users[label];
      for_each_cell(begin, end, label, [&](size_t cell) { ++counts[cell]; });
    }
  });
  // Classes that have a user are numbered; columns lie one after the other.
  std::array<uint8_t, kClasses> class_number = {};
  std::vector<size_t> next(counts.size());
  size_t total = 0;
  for (uint32_t c = 0; c < kClasses; ++c) {
    if (class_users[c] == 0) {
      continue;
    }
    class_number[c] = static_cast<uint8_t>(plan->classes.size());
    plan->classes.emplace_back();
    plan->classes.back().users = class_users[c];
    ForEachCell(with_users_, [&](uint32_t cell) {
      const size_t at = c * class_cells +
                        lane_number[cell / kPieceSteps] * kPieceSteps +
                        cell % kPieceSteps;
      if (counts[at] != 0) {
        next[at] = total;
        total += counts[at];
        plan->classes.back().columns.push_back(
            {cell, total - counts[at], total});
      }
    });
  }
  plan->ranks.resize(total);
  plan->labels.reserve(others);
  std::array<uint32_t, kClasses> rank = {};
  user = 0;
  for_each_user([&](size_t begin, size_t end) {
    const uint8_t label = labels[user++];
    if (label == kOnce) {
      return;
    }
    plan->labels.push_back(class_number[label]);
    for_each_cell(begin, end, label, [&](size_t cell) {
      plan->ranks[next[cell]++] = rank[label];
    });
    ++rank[label];
  });
}

// The numbers from which all sizes follow.
void PieceBuilder::PutDirectory(const Plan& plan, std::string* piece) const {
  PutVarint(plan.dictionary.size(), piece);
  PutVarint(plan.once.size(), piece);
  if (!plan.once.empty()) {
    PutVarint(plan.least_cell, piece);
    piece->push_back(static_cast<char>(plan.cell_width));
  }
  if (plan.labels.empty()) {
    return;
  }
  piece->push_back(static_cast<char>(plan.classes.size()));
  for (const Plan::Class& each : plan.classes) {
    PutVarint(each.users, piece);
    PutVarint(each.columns.size(), piece);
    uint32_t next = 0;
    for (const Plan::Column& column : each.columns) {
      PutVarint(column.cell - next, piece);
      PutVarint(column.end - column.begin, piece);
      next = column.cell + 1;
    }
  }
}

void PieceBuilder::PutUsers(const Plan& plan, std::string* piece) const {
  PutEliasFano(plan.dictionary, plan.numbers.last, piece);
  PutSubset(plan.once, static_cast<uint32_t>(plan.dictionary.size()), piece);
  PackBits(plan.once_cells, plan.least_cell, plan.cell_width, piece);
  if (!plan.labels.empty()) {
    PackBits(plan.labels, 0, LabelWidth(plan.classes.size()), piece);
  }
}

void PieceBuilder::PutColumns(const Plan& plan, std::string* piece) const {
  for (const Plan::Class& each : plan.classes) {
    for (const Plan::Column& column : each.columns) {
      PutSubset(absl::MakeConstSpan(plan.ranks)
                    .subspan(column.begin, column.end - column.begin),
                each.users, piece);
    }
  }
}

absl::StatusOr<std::string> PieceBuilder::Finish() {
  if (!promises_.ok()) {
    return promises_;
  }
  CellSet empties = present_;
  empties.Remove(with_users_);
  const unsigned flags = (users_.empty() ? 0u : kPieceAdds) |
                         (resets_.empty() ? 0u : kPieceResets) |
                         (forgets_.empty() ? 0u : kPieceForgets) |
                         (cut_ ? kPieceCuts : 0u) |
                         (empties.empty() ? 0u : kPieceEmpties) |
                         (head_.hash_bits == kShortHash ? kPieceShort : 0u);
  std::string piece;
  if ((flags & ~unsigned{kPieceShort}) == 0) {
    return piece;
  }
  piece.push_back(static_cast<char>(kPieceMagic));
  piece.push_back(static_cast<char>(kPieceVersion));
  PutU32(0, &piece);
  piece.push_back(static_cast<char>(kHashSipHash24));
  PutU32(head_.key_check, &piece);
  piece.push_back(static_cast<char>(flags));
  PutVarint(head_.commit, &piece);
  PutVarint(head_.range.code, &piece);
  PutSets(&piece);
  if (!users_.empty()) {
    // No user is above the highest threshold, if each of the cells has one.
    ThresholdCode bound = kMaxThresholdCode;
    ForEachCell(with_users_, [&](uint32_t cell) {
      bound = std::min(bound, thresholds_[cell]);
    });
    if (cut_) {
      piece.push_back(static_cast<char>(bound));
    }
    Plan plan{HashNumbers(head_, bound), {}, {}, {}, 0, 0, {}, {}, {}};
    SortIntoClasses(&plan);
    PutDirectory(plan, &piece);
    PutUsers(plan, &piece);
    PutColumns(plan, &piece);
  }
  StoreU32(
      Checksum(absl::string_view(piece).substr(kPieceHeadSize), kPieceVersion),
      piece.data() + kPieceChecksumAt);
  return piece;
}

}  // namespace footfall::storage
