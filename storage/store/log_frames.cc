#include "storage/store/log_frames.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/crc32c.h"
#include "storage/base/status_macros.h"
#include "storage/store/folder_file.h"

namespace footfall::storage {
namespace {

constexpr size_t kBlockSize = 32768;
constexpr size_t kFrameHeaderSize = 7;
constexpr size_t kSectorSize = 512;

enum Type : uint8_t {
  kZero = 0,
  kWhole = 1,
  kFirst = 2,
  kMiddle = 3,
  kLast = 4
};

struct Piece {
  uint32_t crc = 0;  // as stored
  size_t size = 0;   // of its bytes
  uint8_t type = 0;
};

Piece ParseHeader(absl::string_view bytes) {
  Piece piece;
  piece.crc = LoadU32(bytes.data());
  piece.size = static_cast<uint8_t>(bytes[4]) |
               static_cast<size_t>(static_cast<uint8_t>(bytes[5])) << 8;
  piece.type = static_cast<uint8_t>(bytes[6]);
  return piece;
}

uint32_t CrcOf(uint8_t type, absl::string_view bytes) {
  const char byte = static_cast<char>(type);
  return MaskCrc32c(Crc32c(Crc32c(0, absl::string_view(&byte, 1)), bytes));
}

bool IsZero(absl::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char byte) { return byte == 0; });
}

// The sound piece at the front of `bytes`, the rest of a block.
std::optional<Piece> TakePiece(absl::string_view bytes) {
  if (bytes.size() < kFrameHeaderSize) return std::nullopt;
  const Piece piece = ParseHeader(bytes);
  if (piece.type < kWhole || piece.type > kLast ||
      piece.size > bytes.size() - kFrameHeaderSize ||
      CrcOf(piece.type, bytes.substr(kFrameHeaderSize, piece.size)) !=
          piece.crc) {
    return std::nullopt;
  }
  return piece;
}

// Whether one flipped bit of its header would explain a piece that is not
// sound. The chance that it does so for a torn one is about one in 10^8.
bool IsWholeButForItsHeader(absl::string_view bytes) {
  if (bytes.size() < kFrameHeaderSize) return false;
  for (int bit = 0; bit < 8 * static_cast<int>(kFrameHeaderSize); ++bit) {
    std::array<char, kFrameHeaderSize> header{};
    std::copy_n(bytes.begin(), kFrameHeaderSize, header.begin());
    header[bit / 8] = static_cast<char>(header[bit / 8] ^ (1 << (bit % 8)));
    const Piece piece =
        ParseHeader(absl::string_view(header.data(), header.size()));
    if (piece.type < kWhole || piece.type > kLast ||
        piece.size > bytes.size() - kFrameHeaderSize) {
      continue;
    }
    if (CrcOf(piece.type, bytes.substr(kFrameHeaderSize, piece.size)) ==
        piece.crc) {
      return true;
    }
  }
  return false;
}

// Reads one file, block by block.
class FrameReader {
 public:
  using Take = absl::FunctionRef<absl::Status(uint64_t, absl::string_view)>;

  FrameReader(Take take, bool (*was_synced)(absl::string_view))
      : take_(take), was_synced_(was_synced) {}

  // `at`: where in the file the block begins.
  absl::Status AddBlock(uint64_t at, absl::string_view block) {
    size_t pos = 0;
    while (block.size() - pos >= kFrameHeaderSize) {
      const absl::string_view rest = block.substr(pos);
      const std::optional<Piece> piece = TakePiece(rest);
      if (!piece.has_value()) {
        NoteBreak(at + pos, rest, block.size() == kBlockSize);
        pos = broken_ && IsZero(rest) ? block.size() : pos + 1;
        continue;
      }
      FOOTFALL_RETURN_IF_ERROR(AddPiece(
          at + pos, *piece, rest.substr(kFrameHeaderSize, piece->size)));
      pos += kFrameHeaderSize + piece->size;
    }
    // What is left of a whole block is not used.
    if (pos < block.size() && block.size() < kBlockSize && !broken_) {
      NoteBreak(at + pos, block.substr(pos), false);
    }
    if (broken_) NoteHoles(at, block);
    end_.size = at + block.size();
    return absl::OkStatus();
  }

  LogEnd Finish() && {
    if (!damage_.empty()) {
      end_.damage = damage_;
      end_.damage_offset = break_offset_;
    } else if (broken_ && break_is_damage_) {
      end_.damage = "a record whose header is damaged";
      end_.damage_offset = break_offset_;
    } else if (broken_ && !hole_ && (!incomplete_ || later_piece_)) {
      // Its bytes are there, and none is one that was never written.
      end_.damage = "a record that fails its checksum";
      end_.damage_offset = break_offset_;
    } else {
      end_.torn = broken_ || in_record_;
    }
    return std::move(end_);
  }

 private:
  absl::Status AddPiece(uint64_t offset, const Piece& piece,
                        absl::string_view bytes) {
    const bool begins = piece.type == kWhole || piece.type == kFirst;
    if (broken_) {
      if (begins && damage_.empty() &&
          (was_synced_ == nullptr || was_synced_(bytes))) {
        damage_ =
            absl::StrCat("a break, and a whole record after it at ", offset);
      }
      later_piece_ = true;
      return absl::OkStatus();
    }
    if (begins == in_record_) {
      NoteBreak(offset, "", false);
      damage_ = begins ? "a record begins within another"
                       : "a piece of a record that did not begin";
      return absl::OkStatus();
    }
    if (begins) {
      record_offset_ = offset;
      record_.clear();
    }
    in_record_ = piece.type == kFirst || piece.type == kMiddle;
    if (piece.type == kWhole) {
      FOOTFALL_RETURN_IF_ERROR(take_(offset, bytes));
    } else {
      record_.append(bytes.data(), bytes.size());
      if (piece.type == kLast) {
        FOOTFALL_RETURN_IF_ERROR(take_(record_offset_, record_));
      }
    }
    if (!in_record_) end_.end = offset + kFrameHeaderSize + bytes.size();
    return absl::OkStatus();
  }

  void NoteBreak(uint64_t offset, absl::string_view rest, bool whole_block) {
    if (broken_) return;
    broken_ = true;
    break_offset_ = offset;
    break_is_damage_ = IsWholeButForItsHeader(rest);
    // Whether its bytes go beyond the end of the file.
    incomplete_ = rest.size() < kFrameHeaderSize ||
                  (!whole_block &&
                   ParseHeader(rest).size > rest.size() - kFrameHeaderSize);
  }

  // A stretch of zeros from a sector's start on, for a whole sector or to the
  // end: it never reached the medium.
  void NoteHoles(uint64_t at, absl::string_view block) {
    constexpr size_t kLeastTail = 16;
    for (size_t sector = 0; sector < block.size(); sector += kSectorSize) {
      const absl::string_view bytes = block.substr(sector, kSectorSize);
      if (at + sector + bytes.size() <= break_offset_) continue;
      if (bytes.size() >= kLeastTail && IsZero(bytes)) hole_ = true;
    }
    if (break_offset_ >= at && break_offset_ - at < block.size() &&
        IsZero(block.substr(break_offset_ - at))) {
      hole_ = true;
    }
  }

  const Take take_;
  bool (*const was_synced_)(absl::string_view);
  LogEnd end_;
  bool in_record_ = false;
  uint64_t record_offset_ = 0;
  std::string record_;
  bool broken_ = false;
  uint64_t break_offset_ = 0;
  bool break_is_damage_ = false;
  bool incomplete_ = false;
  bool hole_ = false;
  bool later_piece_ = false;
  std::string damage_;
};

}  // namespace

absl::StatusOr<LogEnd> ReadLogFrames(
    const std::string& path,
    absl::FunctionRef<absl::Status(uint64_t, absl::string_view)> take,
    bool (*was_synced)(absl::string_view)) {
  FOOTFALL_ASSIGN_OR_RETURN(FolderFile file, FolderFile::Open(path));
  FrameReader reader(take, was_synced);
  std::string block(kBlockSize, '\0');
  uint64_t at = 0;
  while (true) {
    FOOTFALL_ASSIGN_OR_RETURN(const size_t count,
                              file.Read(at, kBlockSize, block.data()));
    if (count == 0) break;
    FOOTFALL_RETURN_IF_ERROR(
        reader.AddBlock(at, absl::string_view(block.data(), count)));
    at += count;
    if (count < kBlockSize) break;
  }
  return std::move(reader).Finish();
}

absl::StatusOr<uint64_t> ReadLogFramesFrom(
    const FolderFile& file, uint64_t offset,
    absl::FunctionRef<absl::Status(absl::string_view)> take) {
  std::string bytes;   // from `at` to the end of its block
  std::string record;  // its pieces so far
  bool in_record = false;
  uint64_t end = offset;
  for (uint64_t at = offset;;) {
    bytes.resize(kBlockSize - at % kBlockSize);
    FOOTFALL_ASSIGN_OR_RETURN(const size_t count,
                              file.Read(at, bytes.size(), bytes.data()));
    const bool is_whole = count == bytes.size();
    bytes.resize(count);
    absl::string_view rest = bytes;
    while (rest.size() >= kFrameHeaderSize) {
      const std::optional<Piece> piece = TakePiece(rest);
      if (!piece.has_value()) return end;
      const bool begins = piece->type == kWhole || piece->type == kFirst;
      if (begins == in_record) return end;
      if (begins) record.clear();
      const absl::string_view body = rest.substr(kFrameHeaderSize, piece->size);
      record.append(body.data(), body.size());
      rest.remove_prefix(kFrameHeaderSize + piece->size);
      in_record = piece->type == kFirst || piece->type == kMiddle;
      if (in_record) continue;
      FOOTFALL_RETURN_IF_ERROR(take(record));
      end = at + count - rest.size();
    }
    if (!is_whole) return end;
    at += count;
  }
}

void AppendLogFrames(absl::string_view record, uint64_t offset,
                     std::string* out) {
  bool begins = true;
  while (true) {
    size_t room = kBlockSize - (offset % kBlockSize);
    if (room < kFrameHeaderSize) {
      out->append(room, '\0');
      offset += room;
      room = kBlockSize;
    }
    const size_t size = std::min(room - kFrameHeaderSize, record.size());
    const bool ends = size == record.size();
    const uint8_t type =
        begins ? (ends ? kWhole : kFirst) : (ends ? kLast : kMiddle);
    const absl::string_view bytes = record.substr(0, size);
    PutU32(CrcOf(type, bytes), out);
    out->push_back(static_cast<char>(size & 0xff));
    out->push_back(static_cast<char>(size >> 8));
    out->push_back(static_cast<char>(type));
    out->append(bytes.data(), bytes.size());
    offset += kFrameHeaderSize + size;
    record.remove_prefix(size);
    if (ends) return;
    begins = false;
  }
}

}  // namespace footfall::storage
