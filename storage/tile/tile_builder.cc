#include "storage/tile/tile_builder.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/base/varint.h"
#include "storage/codec/presence.h"
#include "storage/tile/tile_layout.h"

namespace footfall::storage {
namespace {

// Appends a set with its form before it.
void PutSet(absl::Span<const uint64_t> words, uint32_t places,
            std::string* out) {
  const size_t start = out->size();
  out->push_back(0);
  const PresenceForm form = EncodePresence(words, places, out);
  (*out)[start] = static_cast<char>(form);
}

bool AnyBit(absl::Span<const uint64_t> words) {
  return std::any_of(words.begin(), words.end(),
                     [](uint64_t word) { return word != 0; });
}

}  // namespace

TileBuilder::TileBuilder(TileShape shape, CellType type, uint32_t season,
                         int64_t first_step)
    : shape_(shape), type_(type), season_(season), first_step_(first_step) {
  if (shape.lanes == 0 || shape.steps == 0 ||
      uint64_t{shape.lanes} * shape.steps > kMaxTileCells) {
    BreakPromise(absl::StrCat("the shape is ", shape.lanes, " x ", shape.steps,
                              "; at most ", kMaxTileCells, " cells fit"));
  }
}

void TileBuilder::BreakPromise(absl::string_view message) {
  if (promises_.ok()) {
    promises_ = absl::InternalError(absl::StrCat("tile builder: ", message));
  }
}

void TileBuilder::AddLane(uint32_t lane, const LaneCells& cells) {
  if (!promises_.ok()) {
    return;
  }
  if (lane >= shape_.lanes || (!lanes_.empty() && lane <= lanes_.back().lane)) {
    BreakPromise(absl::StrCat("lane ", lane, " of ", shape_.lanes,
                              " is not above the one before it"));
    return;
  }
  const size_t word_count = shape_.words();
  const bool has_deleted = AnyBit(cells.deleted);
  if (cells.present.size() != word_count ||
      (has_deleted && cells.deleted.size() != word_count)) {
    BreakPromise(absl::StrCat("lane ", lane, " has bits for ",
                              cells.present.size() * 64, " steps, the tile ",
                              shape_.steps));
    return;
  }
  size_t count = 0;
  uint64_t both = 0;
  uint64_t beyond = 0;  // bits of the last word that stand for no step
  for (size_t i = 0; i < word_count; ++i) {
    const uint64_t deleted = has_deleted ? cells.deleted[i] : 0;
    count += static_cast<size_t>(std::popcount(cells.present[i]));
    both |= cells.present[i] & deleted;
    beyond = cells.present[i] | deleted;
  }
  if (shape_.steps % 64 == 0 || beyond >> (shape_.steps % 64) == 0) {
    beyond = 0;
  }
  if (both != 0 || beyond != 0 || count != cells.values.size()) {
    BreakPromise(absl::StrCat(
        "lane ", lane, " has ", cells.values.size(), " values for ", count,
        " present cells, or a cell both present and deleted, or beyond step ",
        shape_.steps));
    return;
  }
  if (count == 0 && !has_deleted) {
    return;
  }
  PendingLane pending;
  pending.lane = lane;
  pending.encoded = false;
  pending.has_deleted = has_deleted;
  pending.begin = values_.size();
  values_.insert(values_.end(), cells.values.begin(), cells.values.end());
  pending.end = values_.size();
  pending.words_begin = words_.size();
  words_.insert(words_.end(), cells.present.begin(), cells.present.end());
  if (has_deleted) {
    words_.insert(words_.end(), cells.deleted.begin(), cells.deleted.end());
  }
  lanes_.push_back(pending);
}

void TileBuilder::AddEncodedLane(uint32_t lane, const TileReader& source) {
  if (!promises_.ok()) {
    return;
  }
  if (source.shape() != shape_ || source.type() != type_ ||
      !source.HasLane(lane)) {
    BreakPromise(absl::StrCat("lane ", lane,
                              " is not in the other tile, or that tile is of "
                              "another shape or type"));
    return;
  }
  const absl::string_view bytes = source.LaneBytes(lane);
  if (bytes.empty()) {
    std::vector<int64_t> values(shape_.steps);
    std::vector<uint64_t> present(shape_.words());
    std::vector<uint64_t> deleted(shape_.words());
    const absl::Status status =
        source.OverlayCells(lane, absl::MakeSpan(values),
                            absl::MakeSpan(present), absl::MakeSpan(deleted));
    if (!status.ok()) {
      BreakPromise(absl::StrCat("lane ", lane,
                                " of the other tile: ", status.message()));
      return;
    }
    AddLane(lane, {present, deleted, CompactCells(present, &values)});
    return;
  }
  if (lane >= shape_.lanes || (!lanes_.empty() && lane <= lanes_.back().lane)) {
    BreakPromise(absl::StrCat("lane ", lane, " of ", shape_.lanes,
                              " is not above the one before it"));
    return;
  }
  PendingLane pending;
  pending.lane = lane;
  pending.encoded = true;
  pending.has_deleted =
      (static_cast<unsigned char>(bytes[0]) & kLaneHasDeleted) != 0;
  pending.begin = bytes_.size();
  bytes_.append(bytes.data(), bytes.size());
  pending.end = bytes_.size();
  pending.words_begin = 0;
  lanes_.push_back(pending);
}

int64_t TileBuilder::OnlyStep() const {
  int64_t only = -1;
  for (const PendingLane& lane : lanes_) {
    if (lane.encoded || lane.has_deleted || lane.end - lane.begin != 1) {
      return -1;
    }
    int64_t step = 0;
    const uint64_t* word = words_.data() + lane.words_begin;
    for (; *word == 0; ++word) {
      step += 64;
    }
    step += std::countr_zero(*word);
    if (only >= 0 && step != only) {
      return -1;
    }
    only = step;
  }
  return only;
}

void TileBuilder::EncodeLane(const PendingLane& lane, Effort effort,
                             std::string* out) const {
  const absl::Span<const uint64_t> words(words_);
  const size_t head_at = out->size();
  out->push_back(0);
  const PresenceForm form = EncodePresence(
      words.subspan(lane.words_begin, shape_.words()), shape_.steps, out);
  if (lane.has_deleted) {
    PutSet(words.subspan(lane.words_begin + shape_.words(), shape_.words()),
           shape_.steps, out);
  }
  const Codec codec = EncodeColumn(
      absl::MakeSpan(values_).subspan(lane.begin, lane.end - lane.begin), type_,
      effort, out);
  (*out)[head_at] = static_cast<char>(
      static_cast<uint32_t>(codec) |
      static_cast<uint32_t>(form) << kLaneFormShift |
      (lane.has_deleted ? uint32_t{kLaneHasDeleted} : uint32_t{0}));
}

absl::StatusOr<std::string> TileBuilder::Finish(Effort effort) {
  if (!promises_.ok()) {
    const absl::Status broken = promises_;
    *this = TileBuilder(shape_, type_, season_, first_step_);
    return broken;
  }
  bool has_deleted = false;
  std::vector<uint64_t> lane_words((shape_.lanes + 63) / 64);
  for (const PendingLane& lane : lanes_) {
    has_deleted |= lane.has_deleted;
    lane_words[lane.lane / 64] |= uint64_t{1} << (lane.lane % 64);
  }
  const int64_t step = OnlyStep();
  const TileForm form = step >= 0 ? TileForm::kColumn : TileForm::kLanes;

  std::string tile;
  tile.push_back(static_cast<char>(kTileMagic));
  tile.push_back(static_cast<char>(kTileVersion));
  PutU32(0, &tile);
  PutVarint(shape_.lanes, &tile);
  PutVarint(shape_.steps, &tile);
  tile.push_back(static_cast<char>(
      static_cast<uint32_t>(type_) |
      (has_deleted ? uint32_t{kTileHasDeleted} : uint32_t{0}) |
      static_cast<uint32_t>(form) << kTileFormShift));
  PutSet(lane_words, shape_.lanes, &tile);
  if (form == TileForm::kColumn) {
    PutVarint(static_cast<uint64_t>(step), &tile);
    const size_t codec_at = tile.size();
    tile.push_back(0);
    const Codec codec = EncodeColumn(values_, type_, effort, &tile);
    tile[codec_at] = static_cast<char>(codec);
  } else {
    std::string data;
    for (const PendingLane& lane : lanes_) {
      const size_t begin = data.size();
      if (lane.encoded) {
        data.append(bytes_, lane.begin, lane.end - lane.begin);
      } else {
        EncodeLane(lane, effort, &data);
      }
      PutVarint(data.size() - begin, &tile);
    }
    tile += data;
  }
  const absl::string_view summed(tile);
  StoreU32(Checksum(summed.substr(kTileHeadSize), kTileVersion),
           tile.data() + kTileChecksumAt);
  lanes_.clear();
  values_.clear();
  words_.clear();
  bytes_.clear();
  return tile;
}

}  // namespace footfall::storage
