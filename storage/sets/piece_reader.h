// Reads one piece: counts, unions, and (by row_cursor.h) its users.

#ifndef FOOTFALL_STORAGE_SETS_PIECE_READER_H_
#define FOOTFALL_STORAGE_SETS_PIECE_READER_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/sets/cells.h"
#include "storage/sets/elias_fano.h"
#include "storage/sets/piece_layout.h"
#include "storage/sets/subset.h"
#include "storage/sets/threshold.h"

namespace footfall::storage {

// Users of each cell of a piece.
using CellCounts = std::array<uint64_t, kPieceCells>;

// Borrows the bytes it was opened on. May be shared between threads.
class PieceReader {
 public:
  // Checks the sum, and that all parts lie within the bytes; users are looked
  // at when they are read.
  //   DATA_LOSS      the bytes are not a piece
  //   UNIMPLEMENTED  they are one of a later release
  static absl::StatusOr<PieceReader> Open(absl::string_view bytes);

  const PieceHead& head() const { return head_; }
  const CellSet& resets() const { return resets_; }
  // Cells that are present and have no user here.
  const CellSet& empties() const { return empties_; }
  // Ascending.
  absl::Span<const uint64_t> forgets() const { return forgets_; }
  // Where cells are cut.
  const CellThresholds& thresholds() const { return thresholds_; }
  bool cuts() const { return cuts_; }
  // Users in any cell.
  uint32_t user_count() const { return users_; }

  // Adds to *counts the users of each cell. DATA_LOSS as for all that reads
  // users: the checksum fits, and the bytes are not what a builder writes.
  absl::Status CountCells(CellCounts* counts) const;

  // How many users with a hash up to `last_hash` are in any of `cells`. No hash
  // is looked at where that is all of them.
  absl::StatusOr<uint64_t> CountUnion(const CellSet& cells,
                                      uint64_t last_hash = ~uint64_t{0}) const;

  // Head and sizes in words.
  std::string Dump() const;

 private:
  friend class RowCursor;

  struct Column {
    uint16_t cell;
    uint32_t count;
    size_t at;  // in data_
    size_t size;
  };
  struct Class {
    uint32_t users;
    size_t first_column;
    size_t last_column;  // past it
  };
  // Of users up to a hash: how many, of one cell, and of each class.
  struct Prefix {
    uint32_t once;
    std::array<uint32_t, kMaxClasses> classes;
  };

  absl::Status OpenHead(absl::string_view bytes, absl::string_view* rest);
  absl::Status OpenSets(unsigned char flags, absl::string_view* rest);
  absl::Status OpenThresholds(absl::string_view* rest);
  absl::Status OpenForgets(absl::string_view* rest);
  absl::Status OpenUsers(absl::string_view rest);
  absl::Status OpenClasses(absl::string_view* rest);

  EliasFanoCursor Dictionary() const {
    return {dictionary_, users_, numbers_.last};
  }
  SubsetCursor Once() const { return {once_, once_count_, users_}; }
  SubsetCursor ColumnCursor(const Class& of, const Column& column) const {
    return {data_.substr(column.at, column.size), column.count, of.users};
  }
  uint32_t label_width() const;
  // Visits cells of the users of one cell, from the first on.
  template <typename Visit>
  absl::Status ForEachOnce(uint32_t count, Visit visit) const;
  absl::StatusOr<Prefix> PrefixUpTo(uint64_t last_hash) const;

  PieceHead head_;
  CellSet resets_;
  CellSet empties_;
  CellThresholds thresholds_ = {};
  std::vector<uint64_t> forgets_;
  HashNumbers numbers_ = HashNumbers(PieceHead(), 0);
  uint32_t users_ = 0;
  uint32_t once_count_ = 0;
  uint32_t least_cell_ = 0;
  uint32_t cell_width_ = 0;
  std::vector<Class> classes_;
  std::vector<Column> columns_;
  // Stretches of the bytes.
  absl::string_view dictionary_;
  absl::string_view once_;
  absl::string_view once_cells_;
  absl::string_view labels_;
  absl::string_view data_;  // the columns
  bool cuts_ = false;
};

// "piece: <what>".
absl::Status DamagedPiece(absl::string_view what);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_PIECE_READER_H_
