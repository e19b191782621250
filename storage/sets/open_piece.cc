// Opening a piece: its head, its sets of cells, the sizes of all parts.

#include <bit>

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"
#include "storage/codec/bit_pack.h"
#include "storage/codec/presence.h"
#include "storage/sets/piece_reader.h"

namespace footfall::storage {
namespace {

bool TakeUnsigned(absl::string_view* in, unsigned char* byte) {
  if (in->empty()) {
    return false;
  }
  *byte = static_cast<unsigned char>(in->front());
  in->remove_prefix(1);
  return true;
}

// The front `size` bytes of *in; false where there are not so many.
bool TakePart(size_t size, absl::string_view* in, absl::string_view* part) {
  if (in->size() < size) {
    return false;
  }
  *part = in->substr(0, size);
  in->remove_prefix(size);
  return true;
}

absl::Status TakeCells(absl::string_view* in, CellSet* cells) {
  unsigned char form;
  if (!TakeUnsigned(in, &form)) {
    return DamagedPiece("a set of cells is cut off");
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      const Presence set,
      Presence::Take(static_cast<PresenceForm>(form), kPieceCells, in));
  for (uint32_t lane = 0; lane < kPieceLanes; ++lane) {
    cells->lanes[lane] = set.Word(lane * kPieceSteps);
  }
  return set.count() == 0 ? DamagedPiece("a set of no cells")
                          : absl::OkStatus();
}

// Elias-Fano of `count` >= 1 numbers from the front of *in.
bool TakeNumbers(uint64_t count, uint64_t last, absl::string_view* in,
                 absl::string_view* part) {
  // A number takes a bit at least, so that no size below is beyond counting.
  return count != 0 && count <= in->size() * 8 && count - 1 <= last &&
         TakePart(EliasFanoShape(count, last).size, in, part);
}

}  // namespace

absl::Status DamagedPiece(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("piece: ", what));
}

absl::StatusOr<PieceReader> PieceReader::Open(absl::string_view bytes) {
  PieceReader piece;
  absl::string_view rest;
  FOOTFALL_RETURN_IF_ERROR(piece.OpenHead(bytes, &rest));
  return piece;
}

absl::Status PieceReader::OpenHead(absl::string_view bytes,
                                   absl::string_view* rest) {
  if (bytes.size() <= kPieceFlagsAt ||
      static_cast<unsigned char>(bytes[0]) != kPieceMagic) {
    return DamagedPiece(
        absl::StrCat(bytes.size(), " bytes that do not begin as a piece"));
  }
  const auto version = static_cast<unsigned char>(bytes[1]);
  if (Checksum(bytes.substr(kPieceHeadSize), version) !=
      LoadU32(bytes.data() + kPieceChecksumAt)) {
    return DamagedPiece(absl::StrCat("the checksum of ", bytes.size(),
                                     " bytes does not match"));
  }
  const auto hash_id = static_cast<unsigned char>(bytes[kPieceHeadSize]);
  const auto flags = static_cast<unsigned char>(bytes[kPieceFlagsAt]);
  if (version != kPieceVersion || hash_id != kHashSipHash24 ||
      (flags & ~kPieceFlags) != 0) {
    return absl::UnimplementedError(
        absl::StrCat("piece: version ", version, ", hash ", hash_id, ", flags ",
                     flags, "; this build knows version ", kPieceVersion,
                     ", hash ", kHashSipHash24, ", flags up to ", kPieceFlags));
  }
  head_.key_check = LoadU32(bytes.data() + kPieceHeadSize + 1);
  head_.hash_bits = (flags & kPieceShort) != 0 ? kShortHash : kLongHash;
  *rest = bytes.substr(kPieceFlagsAt + 1);
  uint64_t range;
  if (!TakeVarint(rest, &head_.commit) || !TakeVarint(rest, &range) ||
      !HashRange::IsCode(range)) {
    return DamagedPiece("the commit or the range is cut off or none");
  }
  head_.range.code = static_cast<uint32_t>(range);
  FOOTFALL_RETURN_IF_ERROR(OpenSets(flags, rest));
  if ((flags & kPieceAdds) != 0) {
    return OpenUsers(*rest);
  }
  return rest->empty() ? absl::OkStatus()
                       : DamagedPiece("bytes after a piece without users");
}

absl::Status PieceReader::OpenSets(unsigned char flags,
                                   absl::string_view* rest) {
  if ((flags & kPieceResets) != 0) {
    FOOTFALL_RETURN_IF_ERROR(TakeCells(rest, &resets_));
  }
  if ((flags & kPieceEmpties) != 0) {
    FOOTFALL_RETURN_IF_ERROR(TakeCells(rest, &empties_));
  }
  if ((flags & kPieceCuts) != 0) {
    FOOTFALL_RETURN_IF_ERROR(OpenThresholds(rest));
  }
  if ((flags & kPieceForgets) != 0) {
    FOOTFALL_RETURN_IF_ERROR(OpenForgets(rest));
  }
  return absl::OkStatus();
}

absl::Status PieceReader::OpenThresholds(absl::string_view* rest) {
  CellSet cut;
  FOOTFALL_RETURN_IF_ERROR(TakeCells(rest, &cut));
  cuts_ = true;
  uint64_t run = 0;
  unsigned char code = 0;
  bool whole = true;
  ForEachCell(cut, [&](uint32_t cell) {
    if (run == 0) {
      whole = whole && TakeVarint(rest, &run) && run != 0 &&
              TakeUnsigned(rest, &code) && code != 0 &&
              code <= kMaxThresholdCode;
      run = whole ? run : 1;
    }
    thresholds_[cell] = code;
    --run;
  });
  return whole && run == 0 ? absl::OkStatus()
                           : DamagedPiece("the thresholds are cut off or none");
}

absl::Status PieceReader::OpenForgets(absl::string_view* rest) {
  const HashNumbers numbers(head_, 0);
  uint64_t count;
  absl::string_view coded;
  if (!TakeVarint(rest, &count) ||
      !TakeNumbers(count, numbers.last, rest, &coded)) {
    return DamagedPiece("the forgotten users are cut off");
  }
  forgets_.resize(count);
  if (!EliasFanoCursor(coded, count, numbers.last)
           .Take(absl::MakeSpan(forgets_))) {
    return DamagedPiece("the forgotten users do not ascend within the range");
  }
  for (uint64_t& forgotten : forgets_) {
    forgotten = numbers.Hash(forgotten);
  }
  return absl::OkStatus();
}

absl::Status PieceReader::OpenUsers(absl::string_view rest) {
  unsigned char bound = 0;
  if (cuts_ && (!TakeUnsigned(&rest, &bound) || bound > kMaxThresholdCode)) {
    return DamagedPiece("the bound of the hashes is cut off or none");
  }
  numbers_ = HashNumbers(head_, bound);
  if (!TakeVarint32(&rest, UINT32_MAX, &users_) || users_ == 0 ||
      numbers_.none || !TakeVarint32(&rest, users_, &once_count_)) {
    return DamagedPiece("the number of users is cut off, 0, or too large");
  }
  if (once_count_ != 0) {
    unsigned char width;
    if (!TakeVarint32(&rest, kPieceCells - 1, &least_cell_) ||
        !TakeUnsigned(&rest, &width) ||
        (uint32_t{1} << std::min<uint32_t>(width, 31)) > kPieceCells) {
      return DamagedPiece(
          "the least cell or the width is cut off or too large");
    }
    cell_width_ = width;
  }
  const uint32_t others = users_ - once_count_;
  if (others != 0) {
    FOOTFALL_RETURN_IF_ERROR(OpenClasses(&rest));
  }
  if (!TakeNumbers(users_, numbers_.last, &rest, &dictionary_) ||
      !TakePart(SubsetShape(once_count_, users_).size, &rest, &once_) ||
      !TakePart(PackedSize(once_count_, cell_width_), &rest, &once_cells_) ||
      !TakePart(others == 0 ? 0 : PackedSize(others, label_width()), &rest,
                &labels_)) {
    return DamagedPiece("the users are cut off or too many");
  }
  size_t at = 0;
  for (const Class& each : classes_) {
    for (size_t i = each.first_column; i < each.last_column; ++i) {
      columns_[i].at = at;
      columns_[i].size = SubsetShape(columns_[i].count, each.users).size;
      at += columns_[i].size;
    }
  }
  data_ = rest;
  return at == rest.size() ? absl::OkStatus()
                           : DamagedPiece(absl::StrCat(
                                 "columns of ", at, " bytes in ", rest.size()));
}

absl::Status PieceReader::OpenClasses(absl::string_view* rest) {
  unsigned char classes;
  if (!TakeUnsigned(rest, &classes) || classes == 0 || classes > kMaxClasses) {
    return DamagedPiece("the number of classes is cut off, 0, or too large");
  }
  uint32_t left = users_ - once_count_;
  for (uint32_t c = 0; c < classes; ++c) {
    Class each;
    uint32_t columns;
    if (!TakeVarint32(rest, left, &each.users) || each.users == 0 ||
        !TakeVarint32(rest, kPieceCells, &columns) || columns == 0) {
      return DamagedPiece("a class is cut off, empty, or too large");
    }
    left -= each.users;
    each.first_column = columns_.size();
    uint32_t next = 0;
    for (uint32_t i = 0; i < columns; ++i) {
      uint32_t gap;
      uint32_t count;
      if (!TakeVarint32(rest, kPieceCells, &gap) || next + gap >= kPieceCells ||
          !TakeVarint32(rest, each.users, &count) || count == 0) {
        return DamagedPiece("a column is cut off, empty, or too large");
      }
      columns_.push_back({static_cast<uint16_t>(next + gap), count, 0, 0});
      next += gap + 1;
    }
    each.last_column = columns_.size();
    classes_.push_back(each);
  }
  return left == 0 ? absl::OkStatus()
                   : DamagedPiece("users that are of no class");
}

}  // namespace footfall::storage
