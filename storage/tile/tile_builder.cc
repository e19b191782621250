#include "storage/tile/tile_builder.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/base/varint.h"
#include "storage/codec/bit_pack.h"
#include "storage/codec/choose.h"
#include "storage/codec/kernels.h"
#include "storage/tile/ceilings.h"
#include "storage/tile/tile_layout.h"

namespace footfall::storage {
namespace {

// Appends a set with its form before it.
void PutSet(const Presence& set, uint32_t places, Effort effort,
            std::string* out) {
  const size_t start = out->size();
  out->push_back(0);
  const PresenceForm form = set.Encode(places, effort, out);
  (*out)[start] = static_cast<char>(form);
}

char Head(Codec codec, PresenceForm form, bool has_deleted) {
  return static_cast<char>(
      static_cast<uint32_t>(codec) |
      static_cast<uint32_t>(form) << kLaneFormShift |
      (has_deleted ? uint32_t{kLaneHasDeleted} : uint32_t{0}));
}

// u8 how many differ, less 1; those, ascending; for each head its number among
// them, packed. Requires: heads is not empty.
void PutHeads(absl::string_view heads, std::string* out) {
  std::string distinct(heads);
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<uint64_t> numbers;
  for (const char head : heads) {
    numbers.push_back(distinct.find(head));
  }
  out->push_back(static_cast<char>(distinct.size() - 1));
  *out += distinct;
  PackBits(numbers, 0,
           static_cast<uint32_t>(std::bit_width(distinct.size() - 1)), out);
}

// varint least; u8 width; each less the least, packed.
void PutSizes(absl::Span<const uint64_t> sizes, std::string* out) {
  const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
  const uint32_t width = static_cast<uint32_t>(std::bit_width(*most - *least));
  PutVarint(*least, out);
  out->push_back(static_cast<char>(width));
  PackBits(sizes, *least, width, out);
}

}  // namespace

TileBuilder::TileBuilder(TileShape shape, CellType type, Effort effort,
                         uint32_t season)
    : shape_(shape),
      type_(type),
      effort_(effort),
      season_(season <= kMaxSeason ? season : 0) {
  CheckShape();
}

void TileBuilder::CheckShape() {
  if (shape_.lanes == 0 || shape_.steps == 0 ||
      uint64_t{shape_.lanes} * shape_.steps > kMaxTileCells) {
    BreakPromise(absl::StrCat("the shape is ", shape_.lanes, " x ",
                              shape_.steps, "; at most ", kMaxTileCells,
                              " cells fit"));
  }
}

void TileBuilder::BreakPromise(absl::string_view message) {
  if (promises_.ok()) {
    promises_ = absl::InternalError(absl::StrCat("tile builder: ", message));
  }
}

bool TileBuilder::AcceptsLane(uint32_t lane) {
  if (promises_.ok() && (lane >= shape_.lanes ||
                         (!lanes_.empty() && lane <= lanes_.back().lane))) {
    BreakPromise(absl::StrCat("lane ", lane, " of ", shape_.lanes,
                              " is not above the one before it"));
  }
  return promises_.ok();
}

void TileBuilder::AddLane(uint32_t lane, const LaneCells& cells) {
  if (!AcceptsLane(lane)) {
    return;
  }
  if (cells.present.size() != shape_.words() ||
      (!cells.deleted.empty() && cells.deleted.size() != shape_.words())) {
    BreakPromise(absl::StrCat("lane ", lane, " has bits for ",
                              cells.present.size() * 64, " steps, the tile ",
                              shape_.steps));
    return;
  }
  // Values often come from far, and from a new place for each lane.
  for (size_t i = 0; i < cells.values.size(); i += 8) {
    __builtin_prefetch(cells.values.data() + i);
  }
  PendingLane pending;
  pending.lane = lane;
  pending.present = Presence::Of(cells.present);
  pending.deleted = Presence::Of(cells.deleted);
  bool both = false;
  for (size_t i = 0; i < cells.deleted.size(); ++i) {
    both |= (cells.present[i] & cells.deleted[i]) != 0;
  }
  if (both || pending.present.end() > shape_.steps ||
      pending.deleted.end() > shape_.steps ||
      pending.present.count() != cells.values.size()) {
    BreakPromise(absl::StrCat(
        "lane ", lane, " has ", cells.values.size(), " values for ",
        pending.present.count(),
        " present cells, or a cell both present and deleted, or beyond step ",
        shape_.steps));
    return;
  }
  if (pending.present.count() == 0 && pending.deleted.count() == 0) {
    return;
  }
  if (!cells.values.empty()) {
    const auto [least, most] =
        std::minmax_element(cells.values.begin(), cells.values.end());
    pending.least = *least;
    pending.most = *most;
  }
  if (pending.present.count() == 1) {
    pending.begin = values_.size();
    values_.push_back(cells.values[0]);
    pending.end = values_.size();
  } else {
    Code(cells.values, &pending);
  }
  lanes_.push_back(std::move(pending));
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
  TileReader::CodedLane coded;
  absl::Status status = source.TakeLane(lane, &coded);
  if (status.ok()) {
    const bool needs_season = ColumnNeedsSeason(coded.codec, coded.values);
    if (coded.apart && coded.present().count() != 0 &&
        (!needs_season || source.season() == season_)) {
      if (!AcceptsLane(lane)) {
        return;
      }
      needs_season_ |= needs_season;
      PendingLane pending;
      pending.lane = lane;
      pending.present = coded.present();
      pending.deleted = std::move(coded.deleted);
      pending.coded = true;
      pending.copied = true;
      pending.codec = coded.codec;
      pending.begin = bytes_.size();
      bytes_.append(coded.values.data(), coded.values.size());
      pending.end = bytes_.size();
      lanes_.push_back(std::move(pending));
      return;
    }
    std::vector<int64_t> values(shape_.steps);
    std::vector<uint64_t> present(shape_.words());
    std::vector<uint64_t> deleted(shape_.words());
    status =
        source.OverlayCells(lane, absl::MakeSpan(values),
                            absl::MakeSpan(present), absl::MakeSpan(deleted));
    if (status.ok()) {
      AddLane(lane, {present, deleted, CompactCells(present, &values)});
      return;
    }
  }
  BreakPromise(
      absl::StrCat("lane ", lane, " of the other tile: ", status.message()));
}

int64_t TileBuilder::OnlyStep() const {
  int64_t only = -1;
  for (const PendingLane& lane : lanes_) {
    const int64_t step = lane.present.begin();
    if (lane.coded || lane.deleted.count() != 0 || lane.present.count() != 1 ||
        (only >= 0 && step != only)) {
      return -1;
    }
    only = step;
  }
  return only;
}

void TileBuilder::Code(absl::Span<const int64_t> values, PendingLane* lane) {
  lane->coded = true;
  lane->begin = bytes_.size();
  lane->codec =
      EncodeColumn(values, {lane->present, season_}, type_, effort_, &bytes_);
  lane->end = bytes_.size();
  needs_season_ |= ColumnNeedsSeason(
      lane->codec, absl::string_view(bytes_).substr(lane->begin));
}

void TileBuilder::PutColumn(std::string* tile) {
  PutVarint(lanes_.front().present.begin(), tile);
  const size_t codec_at = tile->size();
  tile->push_back(0);
  const Presence one_each =
      Presence::Run(0, static_cast<uint32_t>(values_.size()));
  const Codec codec =
      EncodeColumn(values_, {one_each, 0}, type_, effort_, tile);
  (*tile)[codec_at] = static_cast<char>(codec);
}

void TileBuilder::PutPieces(absl::string_view sets,
                            absl::Span<const size_t> ends,
                            std::string* tile) const {
  size_t begin = 0;
  for (size_t i = 0; i < lanes_.size(); ++i) {
    tile->append(sets.data() + begin, ends[i] - begin);
    tile->append(bytes_, lanes_[i].begin, lanes_[i].end - lanes_[i].begin);
    begin = ends[i];
  }
}

void TileBuilder::PutLanes(std::string* tile) {
  std::string sets;
  std::vector<size_t> ends;
  for (const PendingLane& lane : lanes_) {
    const size_t begin = sets.size();
    sets.push_back(0);
    const PresenceForm form = lane.present.Encode(shape_.steps, effort_, &sets);
    const bool has_deleted = lane.deleted.count() != 0;
    if (has_deleted) {
      PutSet(lane.deleted, shape_.steps, effort_, &sets);
    }
    sets[begin] = Head(lane.codec, form, has_deleted);
    ends.push_back(sets.size());
    PutVarint(sets.size() - begin + lane.end - lane.begin, tile);
  }
  PutPieces(sets, ends, tile);
}

bool TileBuilder::HasCeilings() const {
  size_t values = 0;
  for (const PendingLane& lane : lanes_) {
    if (lane.copied || lane.least < 0) {
      return false;
    }
    values += lane.present.count();
  }
  return type_ == CellType::kInteger &&
         values >= kValuesForCeiling * lanes_.size();
}

// varint the largest value; u8 a lane: its code.
void TileBuilder::PutCeilings(std::string* tile) const {
  int64_t top = 0;
  for (const PendingLane& lane : lanes_) {
    top = std::max(top, lane.most);
  }
  PutVarint(static_cast<uint64_t>(top), tile);
  for (const PendingLane& lane : lanes_) {
    tile->push_back(static_cast<char>(CeilingCode(top, lane.most)));
  }
}

void TileBuilder::PutSealed(bool ceilings, std::string* tile) {
  std::vector<uint64_t> words(shape_.words());
  for (const PendingLane& lane : lanes_) {
    for (uint32_t i = 0; i < words.size(); ++i) {
      words[i] |= lane.present.Word(i * 64);
    }
  }
  const Presence steps = Presence::Of(words);
  PutSet(steps, shape_.steps, Effort::kDense, tile);
  std::string heads;
  std::string sets;
  std::vector<size_t> ends;
  std::vector<uint64_t> sizes;
  for (const PendingLane& lane : lanes_) {
    const size_t begin = sets.size();
    const PresenceForm form = lane.present.RanksIn(steps).Encode(
        steps.count(), Effort::kDense, &sets);
    heads.push_back(Head(lane.codec, form, false));
    ends.push_back(sets.size());
    sizes.push_back(sets.size() - begin + lane.end - lane.begin);
  }
  PutHeads(heads, tile);
  PutSizes(sizes, tile);
  if (ceilings) {
    PutCeilings(tile);
  }
  PutPieces(sets, ends, tile);
}

void TileBuilder::Clear() {
  lanes_.clear();
  values_.clear();
  bytes_.clear();
  needs_season_ = false;
}

absl::StatusOr<std::string> TileBuilder::Finish() {
  if (!promises_.ok()) {
    Clear();
    absl::Status broken = std::exchange(promises_, absl::OkStatus());
    CheckShape();
    return broken;
  }
  bool has_deleted = false;
  std::vector<uint64_t> lane_words((shape_.lanes + 63) / 64);
  for (const PendingLane& lane : lanes_) {
    has_deleted |= lane.deleted.count() != 0;
    lane_words[lane.lane / 64] |= uint64_t{1} << (lane.lane % 64);
  }
  const TileForm form =
      OnlyStep() >= 0 ? TileForm::kColumn
      : effort_ != Effort::kDense || has_deleted || lanes_.empty()
          ? TileForm::kLanes
      : HasCeilings() ? TileForm::kSealedWithCeilings
                      : TileForm::kSealed;

  if (form != TileForm::kColumn) {
    for (PendingLane& lane : lanes_) {
      if (!lane.coded) {
        Code(absl::MakeConstSpan(values_).subspan(lane.begin, 1), &lane);
      }
    }
  }
  std::string tile;
  tile.reserve(kTileHeadSize + 64 + 8 * values_.size() + bytes_.size() +
               16 * lanes_.size());
  tile.push_back(static_cast<char>(kTileMagic));
  tile.push_back(static_cast<char>(kTileVersion));
  PutU32(0, &tile);
  PutVarint(shape_.lanes, &tile);
  PutVarint(shape_.steps, &tile);
  tile.push_back(static_cast<char>(
      static_cast<uint32_t>(type_) |
      (has_deleted ? uint32_t{kTileHasDeleted} : uint32_t{0}) |
      (needs_season_ ? uint32_t{kTileHasSeason} : uint32_t{0}) |
      static_cast<uint32_t>(form) << kTileFormShift));
  if (needs_season_) {
    PutVarint(season_, &tile);
  }
  PutSet(Presence::Of(lane_words), shape_.lanes, effort_, &tile);
  switch (form) {
    case TileForm::kLanes:
      PutLanes(&tile);
      break;
    case TileForm::kColumn:
      PutColumn(&tile);
      break;
    case TileForm::kSealed:
    case TileForm::kSealedWithCeilings:
      PutSealed(form == TileForm::kSealedWithCeilings, &tile);
      break;
  }
  StoreU32(
      Checksum(absl::string_view(tile).substr(kTileHeadSize), kTileVersion),
      tile.data() + kTileChecksumAt);
  Clear();
  return tile;
}

}  // namespace footfall::storage
