#include "storage/sets/piece_reader.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/codec/bit_pack.h"

namespace footfall::storage {
namespace {

// Numbers that are unpacked at once.
constexpr size_t kStretch = 1024;

uint64_t CountBits(absl::Span<const uint64_t> words) {
  uint64_t ones = 0;
  for (const uint64_t word : words) {
    ones += static_cast<uint64_t>(std::popcount(word));
  }
  return ones;
}

}  // namespace

uint32_t PieceReader::label_width() const {
  return static_cast<uint32_t>(std::bit_width(classes_.size() - 1));
}

template <typename Visit>
absl::Status PieceReader::ForEachOnce(uint32_t count, Visit visit) const {
  std::array<uint64_t, kStretch> cells;
  for (size_t begin = 0; begin < count; begin += kStretch) {
    const absl::Span<uint64_t> some(cells.data(),
                                    std::min(kStretch, count - begin));
    UnpackBits(once_cells_, cell_width_, begin, least_cell_, some);
    for (const uint64_t cell : some) {
      if (cell >= kPieceCells) {
        return DamagedPiece("a user of one cell is in none");
      }
      visit(static_cast<uint32_t>(cell));
    }
  }
  return absl::OkStatus();
}

absl::Status PieceReader::CountCells(CellCounts* counts) const {
  for (const Column& column : columns_) {
    (*counts)[column.cell] += column.count;
  }
  return ForEachOnce(once_count_, [&](uint32_t cell) { ++(*counts)[cell]; });
}

absl::StatusOr<PieceReader::Prefix> PieceReader::PrefixUpTo(
    uint64_t last_hash) const {
  Prefix prefix = {once_count_, {}};
  for (size_t c = 0; c < classes_.size(); ++c) {
    prefix.classes[c] = classes_[c].users;
  }
  if (last_hash >= numbers_.Hash(numbers_.last)) {
    return prefix;
  }
  prefix = {};
  if (last_hash < numbers_.first) {
    return prefix;
  }
  EliasFanoCursor dictionary = Dictionary();
  if (!dictionary.TakeUpTo(numbers_.Number(last_hash), [](uint64_t) {})) {
    return DamagedPiece("the hashes do not ascend");
  }
  const auto users = static_cast<uint32_t>(dictionary.index());
  std::vector<uint64_t> once((users + 63) / 64);
  if (!Once().Read(users, once.data())) {
    return DamagedPiece("the users of one cell are not as many as said");
  }
  prefix.once = static_cast<uint32_t>(CountBits(once));
  const size_t others = users - prefix.once;
  if (prefix.once > once_count_ || others > users_ - once_count_) {
    return DamagedPiece("the users of one cell are not as many as said");
  }
  std::array<uint64_t, kStretch> labels;
  for (size_t begin = 0; begin < others; begin += kStretch) {
    const absl::Span<uint64_t> some(labels.data(),
                                    std::min(kStretch, others - begin));
    UnpackBits(labels_, label_width(), begin, 0, some);
    for (const uint64_t label : some) {
      if (label >= classes_.size() ||
          ++prefix.classes[label] > classes_[label].users) {
        return DamagedPiece("a class has more users than said");
      }
    }
  }
  return prefix;
}

absl::StatusOr<uint64_t> PieceReader::CountUnion(const CellSet& cells,
                                                 uint64_t last_hash) const {
  if (users_ == 0) {
    return 0;
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Prefix prefix, PrefixUpTo(last_hash));
  uint64_t total = 0;
  FOOTFALL_RETURN_IF_ERROR(ForEachOnce(
      prefix.once, [&](uint32_t cell) { total += cells.Has(cell) ? 1 : 0; }));
  std::vector<uint64_t> any;
  std::vector<uint64_t> column_users;
  for (size_t c = 0; c < classes_.size(); ++c) {
    const uint32_t users = prefix.classes[c];
    any.assign((users + 63) / 64, 0);
    column_users.resize(any.size());
    for (size_t i = classes_[c].first_column; i < classes_[c].last_column;
         ++i) {
      if (!cells.Has(columns_[i].cell)) {
        continue;
      }
      if (columns_[i].count == classes_[c].users) {
        SetFirstBits(users, any.data());
        break;
      }
      SubsetCursor column = ColumnCursor(classes_[c], columns_[i]);
      if (!column.Read(users, column_users.data())) {
        return DamagedPiece("a column has not as many users as said");
      }
      for (size_t w = 0; w < any.size(); ++w) {
        any[w] |= column_users[w];
      }
    }
    total += CountBits(any);
  }
  return total;
}

std::string PieceReader::Dump() const {
  std::string text = absl::StrCat(
      "piece of commit ", head_.commit, ", range ", head_.range.code, ", ",
      head_.hash_bits, "-bit hashes: ", users_, " users, ", once_count_,
      " of one cell; forgets ", forgets_.size(), "\n");
  for (const Class& each : classes_) {
    absl::StrAppend(&text, "  class of ", each.users, " users, ",
                    each.last_column - each.first_column, " columns\n");
  }
  absl::StrAppend(&text, "  bytes: hashes ", dictionary_.size(), ", one cell ",
                  once_.size(), " + ", once_cells_.size(), ", classes ",
                  labels_.size(), ", columns ", data_.size(), "\n");
  return text;
}

}  // namespace footfall::storage
