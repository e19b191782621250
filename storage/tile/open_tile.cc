// Opening a tile: its head, its directory and its checksum.

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"
#include "storage/codec/bit_pack.h"
#include "storage/codec/kernels.h"
#include "storage/tile/tile_reader.h"
#include "storage/tile/verified_tiles.h"

namespace footfall::storage {
namespace {

unsigned char TakeByte(absl::string_view* in) {
  const unsigned char byte = static_cast<unsigned char>(in->front());
  in->remove_prefix(1);
  return byte;
}

}  // namespace

absl::StatusOr<Presence> TileReader::TakeSet(uint32_t places,
                                             absl::string_view* in) {
  if (in->empty()) {
    return absl::DataLossError("tile: a set's form is cut off");
  }
  const PresenceForm form = static_cast<PresenceForm>(TakeByte(in));
  return Presence::Take(form, places, in);
}

absl::Status TileReader::OpenAgain(absl::string_view bytes,
                                   VerifiedTiles* verified) {
  if (bytes.size() < kTileHeadSize ||
      static_cast<unsigned char>(bytes[0]) != kTileMagic) {
    return absl::DataLossError(absl::StrCat(
        "tile: ", bytes.size(), " bytes that do not begin as a tile"));
  }
  const unsigned char version = static_cast<unsigned char>(bytes[1]);
  const uint32_t checksum = LoadU32(bytes.data() + kTileChecksumAt);
  absl::string_view rest = bytes.substr(kTileHeadSize);
  if (verified == nullptr || !verified->Knows(bytes, checksum)) {
    if (Checksum(rest, version) != checksum) {
      return absl::DataLossError(absl::StrCat(
          "tile: the checksum of ", bytes.size(), " bytes does not match"));
    }
    if (verified != nullptr) {
      verified->Add(bytes, checksum);
    }
  }
  if (version != kTileVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "tile: version ", version, "; this build knows ", kTileVersion));
  }
  if (!TakeVarint32(&rest, kMaxTileCells, &shape_.lanes) ||
      !TakeVarint32(&rest, kMaxTileCells, &shape_.steps) || shape_.lanes == 0 ||
      shape_.steps == 0 ||
      uint64_t{shape_.lanes} * shape_.steps > kMaxTileCells || rest.empty()) {
    return absl::DataLossError(
        absl::StrCat("tile: the shape is cut off, empty or above ",
                     kMaxTileCells, " cells"));
  }
  const unsigned char flags = TakeByte(&rest);
  const uint8_t type = flags & kTileTypeMask;
  const uint8_t form = static_cast<uint8_t>(flags >> kTileFormShift);
  if (type > static_cast<uint8_t>(CellType::kDecimal) || form > kMaxTileForm) {
    return absl::UnimplementedError(absl::StrCat(
        "tile: type ", type, ", form ", form,
        "; this build knows types 0 to 1 and forms 0 to ", kMaxTileForm));
  }
  type_ = static_cast<CellType>(type);
  has_deleted_ = (flags & kTileHasDeleted) != 0;
  form_ = static_cast<TileForm>(form);
  ceilings_ = absl::string_view();
  season_ = 0;
  if ((flags & kTileHasSeason) != 0 &&
      (!TakeVarint32(&rest, kMaxSeason, &season_) || season_ < 2)) {
    return absl::DataLossError(
        absl::StrCat("tile: the season is cut off or not 2 to ", kMaxSeason));
  }
  FOOTFALL_ASSIGN_OR_RETURN(lane_set_, TakeSet(shape_.lanes, &rest));
  switch (form_) {
    case TileForm::kLanes:
      return OpenLanes(rest);
    case TileForm::kColumn:
      return OpenColumn(rest);
    case TileForm::kSealed:
      return OpenSealed(rest, /*ceilings=*/false);
    case TileForm::kSealedWithCeilings:
      form_ = TileForm::kSealed;
      return OpenSealed(rest, /*ceilings=*/true);
  }
  return absl::OkStatus();
}

absl::Status TileReader::OpenLanes(absl::string_view rest) {
  const uint32_t count = lane_set_.count();
  heads_.resize(count);
  ends_.resize(count + 1);
  ends_[0] = 0;
  uint64_t end = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint64_t size;
    if (!TakeVarint(&rest, &size) || size == 0 || size > rest.size()) {
      return absl::DataLossError("tile: a lane's size is cut off or too large");
    }
    end += size;
    ends_[i + 1] = static_cast<uint32_t>(end);
  }
  if (end != rest.size()) {
    return absl::DataLossError(
        absl::StrCat("tile: lanes of ", end, " bytes in ", rest.size()));
  }
  data_ = rest;
  for (uint32_t i = 0; i < count; ++i) {
    heads_[i] = static_cast<uint8_t>(rest[ends_[i]]);
  }
  return CheckHeads();
}

absl::Status TileReader::OpenSealed(absl::string_view rest, bool ceilings) {
  FOOTFALL_ASSIGN_OR_RETURN(steps_, TakeSet(shape_.steps, &rest));
  const uint32_t count = lane_set_.count();
  heads_.resize(count);
  ends_.resize(count + 1);
  ends_[0] = 0;
  if (has_deleted_ || count == 0 || steps_.count() == 0 || rest.empty()) {
    return absl::DataLossError(
        "tile: a sealed tile without lanes, steps or heads, or with deletions");
  }
  // Heads: those that differ, and for each lane which of them.
  const size_t distinct = size_t{TakeByte(&rest)} + 1;
  const uint32_t head_width =
      static_cast<uint32_t>(std::bit_width(distinct - 1));
  const size_t heads_size = PackedSize(count, head_width);
  if (rest.size() < distinct + heads_size) {
    return absl::DataLossError("tile: the lanes' heads are cut off");
  }
  absl::InlinedVector<uint64_t, 64> numbers(count);
  UnpackBits(rest.substr(distinct), head_width, 0, 0, absl::MakeSpan(numbers));
  for (uint32_t i = 0; i < count; ++i) {
    if (numbers[i] >= distinct) {
      return absl::DataLossError("tile: a lane's head is not among the heads");
    }
    heads_[i] = static_cast<uint8_t>(rest[numbers[i]]);
  }
  rest.remove_prefix(distinct + heads_size);
  // Sizes: the least, a width, and for each lane how much more.
  uint64_t least;
  if (!TakeVarint(&rest, &least) || least > rest.size() || rest.empty()) {
    return absl::DataLossError("tile: the lanes' sizes are cut off");
  }
  const uint32_t width = TakeByte(&rest);
  if (width > 32 || rest.size() < PackedSize(count, width)) {
    return absl::DataLossError("tile: the lanes' sizes are cut off");
  }
  UnpackBits(rest, width, 0, least, absl::MakeSpan(numbers));
  rest.remove_prefix(PackedSize(count, width));
  if (ceilings) FOOTFALL_RETURN_IF_ERROR(OpenCeilings(&rest));
  uint64_t end = 0;
  for (uint32_t i = 0; i < count; ++i) {
    end += numbers[i];
    if (end > rest.size()) {
      break;
    }
    ends_[i + 1] = static_cast<uint32_t>(end);
  }
  if (end != rest.size()) {
    return absl::DataLossError(
        absl::StrCat("tile: lanes of ", end, " bytes in ", rest.size()));
  }
  data_ = rest;
  return CheckHeads();
}

absl::Status TileReader::OpenCeilings(absl::string_view* rest) {
  uint64_t top;
  if (!TakeVarint(rest, &top) || top > uint64_t{INT64_MAX} ||
      rest->size() < lane_set_.count()) {
    return absl::DataLossError("tile: the lanes' ceilings are cut off");
  }
  top_ = static_cast<int64_t>(top);
  ceilings_ = rest->substr(0, lane_set_.count());
  rest->remove_prefix(lane_set_.count());
  return absl::OkStatus();
}

// What a later release wrote is found here, not in the middle of an answer.
absl::Status TileReader::CheckHeads() const {
  for (const uint8_t head : heads_) {
    const int codec = head & kLaneCodecMask;
    const int form = (head >> kLaneFormShift) & kLaneFormMask;
    if (codec > kMaxCodec || form > kMaxPresenceForm) {
      return absl::UnimplementedError(
          absl::StrCat("tile: a lane has codec ", codec, " and presence form ",
                       form, "; this build knows codecs 0 to ", kMaxCodec,
                       " and forms 0 to ", kMaxPresenceForm));
    }
    if ((head & kLaneHasDeleted) != 0 && !has_deleted_) {
      return absl::DataLossError(
          "tile: a lane has deleted cells, the tile none");
    }
  }
  return absl::OkStatus();
}

absl::Status TileReader::OpenColumn(absl::string_view rest) {
  if (!TakeVarint32(&rest, shape_.steps - 1, &column_step_) || rest.empty() ||
      has_deleted_) {
    return absl::DataLossError("tile: the column's step or codec is cut off");
  }
  const uint8_t codec = TakeByte(&rest);
  if (codec > kMaxCodec) {
    return absl::UnimplementedError(
        absl::StrCat("tile: the column has codec ", codec,
                     "; this build knows codecs 0 to ", kMaxCodec));
  }
  column_codec_ = static_cast<Codec>(codec);
  data_ = rest;
  return absl::OkStatus();
}

}  // namespace footfall::storage
