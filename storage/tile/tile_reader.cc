#include "storage/tile/tile_reader.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/check.h"
#include "storage/base/checksum.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"
#include "storage/codec/bit_pack.h"
#include "storage/codec/kernels.h"
#include "storage/tile/ceilings.h"
#include "storage/tile/verified_tiles.h"

namespace footfall::storage {
namespace {

unsigned char TakeByte(absl::string_view* in) {
  const unsigned char byte = static_cast<unsigned char>(in->front());
  in->remove_prefix(1);
  return byte;
}

absl::StatusOr<Presence> TakeSet(uint32_t places, absl::string_view* in) {
  if (in->empty()) {
    return absl::DataLossError("tile: a set's form is cut off");
  }
  const PresenceForm form = static_cast<PresenceForm>(TakeByte(in));
  return Presence::Take(form, places, in);
}

// Sets bits [begin, end).
void SetBits(uint32_t begin, uint32_t end, absl::Span<uint64_t> words) {
  while (begin < end) {
    const uint32_t shift = begin % 64;
    const uint32_t count = std::min(64 - shift, end - begin);
    words[begin / 64] |= (~uint64_t{0} >> (64 - count)) << shift;
    begin += count;
  }
}

constexpr uint32_t kStackSteps = 1024;

}  // namespace

absl::Span<const int64_t> CompactCells(absl::Span<const uint64_t> present,
                                       std::vector<int64_t>* values) {
  size_t count = 0;
  for (size_t i = 0; i < present.size(); ++i) {
    for (uint64_t word = present[i]; word != 0; word &= word - 1) {
      (*values)[count++] =
          (*values)[i * 64 + static_cast<size_t>(std::countr_zero(word))];
    }
  }
  return absl::MakeConstSpan(*values).subspan(0, count);
}

absl::StatusOr<TileReader> TileReader::Open(absl::string_view bytes) {
  TileReader reader;
  FOOTFALL_RETURN_IF_ERROR(reader.OpenAgain(bytes, nullptr));
  return reader;
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

std::optional<int64_t> TileReader::Ceiling(uint32_t lane) const {
  FOOTFALL_DCHECK(HasLane(lane));
  if (ceilings_.empty()) {
    return std::nullopt;
  }
  return CeilingOf(top_,
                   static_cast<uint8_t>(ceilings_[lane_set_.CountBelow(lane)]));
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

absl::Status TileReader::TakeLane(uint32_t lane, CodedLane* taken) const {
  FOOTFALL_DCHECK(HasLane(lane));
  const uint32_t index = lane_set_.CountBelow(lane);
  if (form_ == TileForm::kColumn) {
    taken->own = Presence::Run(column_step_, column_step_ + 1);
    taken->codec = column_codec_;
    taken->values = data_;
    taken->apart = false;
    taken->value_index = index;
    return absl::OkStatus();
  }
  absl::string_view bytes =
      data_.substr(ends_[index], ends_[index + 1] - ends_[index]);
  const uint8_t head = heads_[index];
  const PresenceForm form =
      static_cast<PresenceForm>((head >> kLaneFormShift) & kLaneFormMask);
  taken->codec = static_cast<Codec>(head & kLaneCodecMask);
  if (form_ == TileForm::kSealed) {
    if (form == PresenceForm::kAll) {
      taken->shared = &steps_;
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(const Presence ranks,
                                Presence::Take(form, steps_.count(), &bytes));
      taken->own = ranks.Within(steps_);
    }
  } else {
    bytes.remove_prefix(1);
    FOOTFALL_ASSIGN_OR_RETURN(taken->own,
                              Presence::Take(form, shape_.steps, &bytes));
    if ((head & kLaneHasDeleted) != 0) {
      FOOTFALL_ASSIGN_OR_RETURN(taken->deleted, TakeSet(shape_.steps, &bytes));
    }
  }
  taken->values = bytes;
  if (taken->present().count() == 0 &&
      (taken->codec != Codec::kNone || !bytes.empty())) {
    return absl::DataLossError(
        "tile: a lane without a value has a codec or bytes of values");
  }
  return absl::OkStatus();
}

absl::Status TileReader::ReadValues(const CodedLane& lane, uint32_t rank,
                                    absl::Span<int64_t> out) const {
  const size_t slack = static_cast<size_t>(
      data_.data() + data_.size() - lane.values.data() - lane.values.size());
  if (lane.apart) {
    return DecodeColumn(lane.codec, lane.values, {lane.present(), season_},
                        rank, out, slack);
  }
  return DecodeColumn(lane.codec, lane.values,
                      {Presence::Run(0, lane_set_.count()), 0},
                      lane.value_index + rank, out, slack);
}

absl::Status TileReader::ReadLane(const CodedLane& lane, uint32_t begin,
                                  uint32_t end, absl::Span<int64_t> values,
                                  absl::Span<uint64_t> present,
                                  absl::Span<uint64_t> deleted) const {
  if (lane.deleted.count() != 0) {
    for (uint32_t i = begin; i < end; i += 64) {
      uint64_t word = lane.deleted.Word(i);
      if (end - i < 64) {
        word &= (uint64_t{1} << (end - i)) - 1;
      }
      const uint32_t index = (i - begin) / 64;
      present[index] &= ~word;
      if (!deleted.empty()) {
        deleted[index] |= word;
      }
      for (; word != 0; word &= word - 1) {
        values[i - begin + static_cast<uint32_t>(std::countr_zero(word))] = 0;
      }
    }
  }
  const Presence& set = lane.present();
  const uint32_t from = std::max(begin, set.begin());
  const uint32_t to = std::min(end, set.end());
  if (from >= to) {
    return absl::OkStatus();
  }
  const uint32_t rank = set.CountBelow(from);
  const uint32_t count = set.CountBelow(to) - rank;
  if (count == 0) {
    return absl::OkStatus();
  }
  if (set.is_run()) {
    FOOTFALL_RETURN_IF_ERROR(
        ReadValues(lane, rank, values.subspan(from - begin, count)));
    SetBits(from - begin, to - begin, present);
  } else {
    int64_t stack[kStackSteps];
    std::vector<int64_t> heap;
    absl::Span<int64_t> dense = absl::MakeSpan(stack);
    if (count > kStackSteps) {
      heap.resize(count);
      dense = absl::MakeSpan(heap);
    }
    FOOTFALL_RETURN_IF_ERROR(ReadValues(lane, rank, dense.subspan(0, count)));
    const int64_t* next = dense.data();
    for (uint32_t i = begin; i < end; i += 64) {
      uint64_t word = set.Word(i);
      if (end - i < 64) {
        word &= (uint64_t{1} << (end - i)) - 1;
      }
      present[(i - begin) / 64] |= word;
      for (; word != 0; word &= word - 1) {
        values[i - begin + static_cast<uint32_t>(std::countr_zero(word))] =
            *next++;
      }
    }
  }
  if (!deleted.empty()) {
    for (uint32_t i = 0; i < deleted.size(); ++i) {
      deleted[i] &= ~set.Word(begin + i * 64);
    }
  }
  return absl::OkStatus();
}

absl::Status TileReader::OverlayLane(uint32_t lane, uint32_t begin,
                                     uint32_t end, absl::Span<int64_t> values,
                                     absl::Span<uint64_t> present) const {
  FOOTFALL_DCHECK(begin < end && end <= shape_.steps);
  FOOTFALL_DCHECK(values.size() == end - begin);
  FOOTFALL_DCHECK(present.size() == (end - begin + 63) / 64);
  if (!HasLane(lane)) {
    return absl::OkStatus();
  }
  CodedLane taken;
  FOOTFALL_RETURN_IF_ERROR(TakeLane(lane, &taken));
  return ReadLane(taken, begin, end, values, present, {});
}

absl::Status TileReader::FillLane(uint32_t lane, uint32_t begin, uint32_t end,
                                  absl::Span<int64_t> values,
                                  absl::Span<uint64_t> present) const {
  FOOTFALL_DCHECK(begin < end && end <= shape_.steps);
  FOOTFALL_DCHECK(values.size() == end - begin);
  FOOTFALL_DCHECK(present.size() == (end - begin + 63) / 64);
  std::fill(present.begin(), present.end(), 0);
  if (!HasLane(lane)) {
    std::fill(values.begin(), values.end(), 0);
    return absl::OkStatus();
  }
  CodedLane taken;
  FOOTFALL_RETURN_IF_ERROR(TakeLane(lane, &taken));
  const Presence& set = taken.present();
  if (set.is_run()) {
    // Only what stands before and after.
    const size_t from = std::clamp(set.begin(), begin, end) - begin;
    const size_t to = std::clamp(set.end(), begin, end) - begin;
    std::fill(values.begin(), values.begin() + from, 0);
    std::fill(values.begin() + to, values.end(), 0);
  } else {
    std::fill(values.begin(), values.end(), 0);
  }
  return ReadLane(taken, begin, end, values, present, {});
}

absl::Status TileReader::OverlayCells(uint32_t lane, absl::Span<int64_t> values,
                                      absl::Span<uint64_t> present,
                                      absl::Span<uint64_t> deleted) const {
  FOOTFALL_DCHECK(values.size() == shape_.steps);
  FOOTFALL_DCHECK(present.size() == shape_.words());
  FOOTFALL_DCHECK(deleted.size() == shape_.words());
  if (!HasLane(lane)) {
    return absl::OkStatus();
  }
  CodedLane taken;
  FOOTFALL_RETURN_IF_ERROR(TakeLane(lane, &taken));
  return ReadLane(taken, 0, shape_.steps, values, present, deleted);
}

std::string TileReader::Dump() const {
  std::string text =
      absl::StrCat("tile version ", kTileVersion, ": ", shape_.lanes,
                   " lanes x ", shape_.steps, " steps of ",
                   type_ == CellType::kInteger ? "integers" : "decimals", ", ",
                   lane_set_.count(), " with cells",
                   form_ == TileForm::kColumn   ? ", all in one column"
                   : form_ == TileForm::kSealed ? ", sealed"
                                                : "",
                   ceilings_.empty() ? "" : " with ceilings",
                   season_ != 0 ? absl::StrCat(", season ", season_) : "",
                   has_deleted_ ? ", some deleted" : "", "\n");
  std::vector<int64_t> values(shape_.steps);
  std::vector<uint64_t> present(shape_.words());
  for (uint32_t lane = lane_set_.begin(); lane < lane_set_.end(); ++lane) {
    if (!HasLane(lane)) {
      continue;
    }
    absl::StrAppend(&text, "  lane ", lane, ": ");
    CodedLane taken;
    absl::Status status = TakeLane(lane, &taken);
    if (!status.ok()) {
      absl::StrAppend(&text, status.ToString(), "\n");
      continue;
    }
    const Presence& set = taken.present();
    if (set.count() != 0) {
      absl::StrAppend(&text, "steps ", set.begin(), "..", set.end() - 1, ", ");
    }
    absl::StrAppend(&text, set.count(), " values, ", taken.deleted.count(),
                    " deleted, ", DescribeColumn(taken.codec, taken.values),
                    form_ == TileForm::kColumn
                        ? std::string()
                        : absl::StrCat(", ", taken.values.size(), " bytes"));
    if (const auto ceiling = Ceiling(lane)) {
      absl::StrAppend(&text, ", at most ", *ceiling);
    }
    std::fill(present.begin(), present.end(), 0);
    status = ReadLane(taken, 0, shape_.steps, absl::MakeSpan(values),
                      absl::MakeSpan(present), {});
    if (!status.ok()) {
      absl::StrAppend(&text, ", ", status.ToString(), "\n");
      continue;
    }
    const auto show = [this](int64_t value) {
      return type_ == CellType::kInteger
                 ? absl::StrCat(value)
                 : absl::StrCat(std::bit_cast<double>(value));
    };
    if (set.count() != 0) {
      absl::StrAppend(&text, ", from ", show(values[set.begin()]), " to ",
                      show(values[set.end() - 1]));
    }
    text += '\n';
  }
  return text;
}

}  // namespace footfall::storage
