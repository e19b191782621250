#include "storage/sets/row_cursor.h"

#include <algorithm>
#include <bit>

#include "storage/base/status_macros.h"
#include "storage/codec/bit_pack.h"

namespace footfall::storage {
namespace {

// Users of a block, if their steps are not more words than this.
constexpr uint32_t kMostUsers = 4096;
constexpr uint32_t kMostWords = 32768;
constexpr uint32_t kFewestUsers = 512;

// From so many columns on, turning 64 x 64 bits around costs less than putting
// each bit in its place.
constexpr size_t kColumnsToTurn = 6;

// Bit j of word i becomes bit i of word j.
void Turn(std::array<uint64_t, 64>* words) {
  std::array<uint64_t, 64>& w = *words;
  uint64_t mask = 0x00000000ffffffff;
  for (size_t half = 32; half != 0; half /= 2, mask ^= mask << half) {
    for (size_t i = 0; i < 64; i += 2 * half) {
      for (size_t j = i; j < i + half; ++j) {
        const uint64_t differ = (w[j] >> half ^ w[j + half]) & mask;
        w[j] ^= differ << half;
        w[j + half] ^= differ;
      }
    }
  }
}

}  // namespace

RowCursor::RowCursor(const PieceReader& piece, const CellSet& cells,
                     LaneUse use)
    : piece_(piece), cells_(cells) {
  if (piece.users_ == 0) {
    return;
  }
  dictionary_ = piece.Dictionary();
  once_ = piece.Once();
  // Any lane from the least cell on may have a user of one cell.
  CellSet with_users;
  for (const PieceReader::Column& column : piece.columns_) {
    with_users.Add(column.cell);
  }
  if (piece.once_count_ != 0) {
    const uint32_t end = std::min(
        kPieceCells, piece.least_cell_ + (uint32_t{1} << piece.cell_width_));
    for (uint32_t cell = piece.least_cell_; cell < end; ++cell) {
      with_users.Add(cell);
    }
  }
  with_users.Keep(cells);
  for (uint32_t lane = 0; lane < kPieceLanes; ++lane) {
    if (with_users.lanes[lane] != 0) {
      if (use == LaneUse::kApart || rows_.empty()) {
        rows_.push_back(use == LaneUse::kApart ? lane : 0);
      }
      row_of_lane_[lane] = static_cast<uint8_t>(rows_.size() - 1);
    }
  }
  for (const PieceReader::Class& from : piece.classes_) {
    ClassState& state = classes_.emplace_back();
    uint32_t lane = kPieceLanes;
    for (size_t i = from.first_column; i < from.last_column; ++i) {
      const PieceReader::Column& column = piece.columns_[i];
      if (!cells.Has(column.cell)) {
        continue;
      }
      if (column.cell / kPieceSteps != lane) {
        lane = column.cell / kPieceSteps;
        state.lanes.push_back({row_of_lane_[lane], {}, {}});
      }
      state.lanes.back().steps.push_back(column.cell % kPieceSteps);
      state.lanes.back().columns.push_back(piece.ColumnCursor(from, column));
    }
  }
  block_ = kMostUsers;
  while (block_ > kFewestUsers && block_ * rows_.size() > kMostWords) {
    block_ /= 2;
  }
  while (block_ > 64 && block_ / 2 >= piece.users_) {
    block_ /= 2;
  }
  hashes_.resize(block_);
  steps_.resize(rows_.size() * block_);
  once_bits_.resize(block_ / 64);
  numbers_.resize(block_);
  bits_.resize(size_t{kPieceSteps} * (block_ / 64));
}

absl::StatusOr<bool> RowCursor::Next() {
  user_ += size_;
  size_ = std::min(block_, piece_.users_ - user_);
  if (size_ == 0) {
    return false;
  }
  if (!dictionary_.Take(absl::MakeSpan(hashes_).subspan(0, size_))) {
    return DamagedPiece("the hashes do not ascend within the range");
  }
  for (uint64_t& hash : absl::MakeSpan(hashes_).subspan(0, size_)) {
    hash = piece_.numbers_.Hash(hash);
  }
  for (size_t row = 0; row < rows_.size(); ++row) {
    std::fill_n(steps_.begin() + static_cast<ptrdiff_t>(row * block_), size_,
                0);
  }
  if (!once_.Read(user_ + size_, once_bits_.data())) {
    return DamagedPiece("the users of one cell are not as many as said");
  }
  FOOTFALL_RETURN_IF_ERROR(TakeOnce());
  FOOTFALL_RETURN_IF_ERROR(TakeLabels());
  for (size_t i = 0; i < classes_.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(TakeColumns(i));
  }
  return true;
}

absl::Status RowCursor::TakeOnce() {
  once_rank_ += block_once_;
  block_once_ = 0;
  for (size_t w = 0; w < (size_ + 63) / 64; ++w) {
    block_once_ += static_cast<uint32_t>(std::popcount(once_bits_[w]));
  }
  if (block_once_ > piece_.once_count_ - once_rank_) {
    return DamagedPiece("more users of one cell than said");
  }
  UnpackBits(piece_.once_cells_, piece_.cell_width_, once_rank_,
             piece_.least_cell_,
             absl::MakeSpan(numbers_).subspan(0, block_once_));
  const uint64_t* next = numbers_.data();
  for (uint32_t w = 0; w * 64 < size_; ++w) {
    for (uint64_t users = once_bits_[w]; users != 0; users &= users - 1) {
      const uint64_t cell = *next++;
      if (cell >= kPieceCells) {
        return DamagedPiece("a user of one cell is in none");
      }
      if (cells_.Has(static_cast<uint32_t>(cell))) {
        const size_t row = row_of_lane_[cell / kPieceSteps];
        steps_[row * block_ + w * 64 +
               static_cast<uint32_t>(std::countr_zero(users))] =
            uint64_t{1} << cell % kPieceSteps;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status RowCursor::TakeLabels() {
  for (ClassState& state : classes_) {
    state.rank += static_cast<uint32_t>(state.places.size());
    state.places.clear();
  }
  const uint32_t begin = user_ - once_rank_;
  const uint32_t count = size_ - block_once_;
  if (count == 0) {
    return absl::OkStatus();
  }
  if (count > piece_.users_ - piece_.once_count_ - begin) {
    return DamagedPiece("fewer users of one cell than said");
  }
  UnpackBits(piece_.labels_, piece_.label_width(), begin, 0,
             absl::MakeSpan(numbers_).subspan(0, count));
  const uint64_t* next = numbers_.data();
  for (uint32_t w = 0; w * 64 < size_; ++w) {
    uint64_t users = ~once_bits_[w];
    if (size_ - w * 64 < 64) {
      users &= ~uint64_t{0} >> (64 - (size_ - w * 64));
    }
    for (; users != 0; users &= users - 1) {
      const uint64_t label = *next++;
      if (label >= classes_.size()) {
        return DamagedPiece("a user of no class");
      }
      classes_[label].places.push_back(static_cast<uint16_t>(
          w * 64 + static_cast<uint32_t>(std::countr_zero(users))));
    }
  }
  return absl::OkStatus();
}

absl::Status RowCursor::TakeColumns(size_t index) {
  ClassState& state = classes_[index];
  const auto count = static_cast<uint32_t>(state.places.size());
  if (count > piece_.classes_[index].users - state.rank) {
    return DamagedPiece("a class has more users than said");
  }
  if (count == 0) {
    return absl::OkStatus();
  }
  for (LaneColumns& lane : state.lanes) {
    if (!ReadLane(state, &lane, state.rank + count)) {
      return DamagedPiece("a column has not as many users as said");
    }
  }
  return absl::OkStatus();
}

bool RowCursor::ReadLane(const ClassState& state, LaneColumns* lane,
                         uint32_t end) {
  uint64_t* const row = steps_.data() + lane->row * block_;
  const auto count = static_cast<uint32_t>(state.places.size());
  const uint32_t words = (count + 63) / 64;
  const bool turn = lane->columns.size() >= kColumnsToTurn;
  for (size_t i = 0; i < lane->columns.size(); ++i) {
    uint64_t* const bits = bits_.data() + i * (block_ / 64);
    if (!lane->columns[i].Read(end, bits)) {
      return false;
    }
    if (turn) {
      continue;
    }
    const uint64_t step = uint64_t{1} << lane->steps[i];
    for (uint32_t w = 0; w < words; ++w) {
      for (uint64_t users = bits[w]; users != 0; users &= users - 1) {
        row[state.places[w * 64 + static_cast<uint32_t>(
                                      std::countr_zero(users))]] |= step;
      }
    }
  }
  for (uint32_t w = 0; turn && w < words; ++w) {
    std::array<uint64_t, 64> block = {};
    for (size_t i = 0; i < lane->columns.size(); ++i) {
      block[lane->steps[i]] = bits_[i * (block_ / 64) + w];
    }
    Turn(&block);
    for (uint32_t j = 0; j < 64 && w * 64 + j < count; ++j) {
      row[state.places[w * 64 + j]] |= block[j];
    }
  }
  return true;
}

}  // namespace footfall::storage
