#include "storage/tile/bundle.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"
#include "storage/tile/tile_builder.h"

namespace footfall::storage {

void AppendFrame(absl::string_view tile, std::string* bundle) {
  PutVarint(tile.size(), bundle);
  bundle->append(tile.data(), tile.size());
}

absl::StatusOr<Bundle> Bundle::Open(absl::string_view bytes) {
  Bundle bundle;
  FOOTFALL_RETURN_IF_ERROR(bundle.OpenAgain(bytes, nullptr));
  return bundle;
}

absl::Status Bundle::OpenAgain(absl::string_view bytes,
                               VerifiedTiles* verified) {
  first_size_ = 0;
  later_size_ = 0;
  size_t part = 0;
  for (; !bytes.empty(); ++part) {
    uint64_t size;
    if (!TakeVarint(&bytes, &size) || size > bytes.size()) {
      return absl::DataLossError(
          absl::StrCat("bundle: the frame of part ", part, " is cut off"));
    }
    if (parts_.size() == part) {
      parts_.emplace_back();
    }
    const bool alone = part == 0 && size == bytes.size();
    const absl::Status opened = parts_[part].OpenAgain(
        bytes.substr(0, size), alone ? verified : nullptr);
    if (!opened.ok()) {
      return absl::Status(opened.code(), absl::StrCat("bundle: part ", part,
                                                      ": ", opened.message()));
    }
    if (parts_[part].shape() != shape() || parts_[part].type() != type()) {
      return absl::DataLossError(absl::StrCat(
          "bundle: part ", part, " is of another shape or type than part 0"));
    }
    (part == 0 ? first_size_ : later_size_) += size;
    bytes.remove_prefix(size);
  }
  if (part == 0) {
    return absl::DataLossError("bundle: no part");
  }
  parts_.resize(part);
  return absl::OkStatus();
}

bool Bundle::HasLane(uint32_t lane) const {
  return std::any_of(
      parts_.begin(), parts_.end(),
      [lane](const TileReader& part) { return part.HasLane(lane); });
}

absl::StatusOr<Bundle::CellCounts> Bundle::CountCells() const {
  CellCounts counts;
  for (const TileReader& part : parts_) {
    for (uint32_t lane = 0; lane < shape().lanes; ++lane) {
      if (!part.HasLane(lane)) continue;
      TileReader::CodedLane coded;
      FOOTFALL_RETURN_IF_ERROR(part.TakeLane(lane, &coded));
      counts.values += coded.present().count();
      counts.deleted += coded.deleted.count();
    }
  }
  return counts;
}

absl::Status Bundle::ReadLane(uint32_t lane, uint32_t begin, uint32_t end,
                              absl::Span<int64_t> values,
                              absl::Span<uint64_t> present) const {
  for (size_t i = 0; i < parts_.size(); ++i) {
    const absl::Status status =
        i == 0 ? parts_[i].FillLane(lane, begin, end, values, present)
               : parts_[i].OverlayLane(lane, begin, end, values, present);
    if (!status.ok()) {
      return absl::Status(
          status.code(), absl::StrCat("bundle: part ", i, ", lane ", lane, ": ",
                                      status.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status Bundle::ReadLanes(absl::Span<const uint32_t> lanes, uint32_t begin,
                               uint32_t end, LaneBlock* block) const {
  if (parts_.size() == 1) {
    const absl::Status status =
        parts_.front().ReadLanes(lanes, begin, end, block);
    return status.ok()
               ? status
               : absl::Status(status.code(), absl::StrCat("bundle: part 0, ",
                                                          status.message()));
  }
  block->Reset(lanes.size(), end - begin);
  for (const uint32_t lane : lanes) {
    if (!HasLane(lane)) {
      continue;
    }
    const absl::Span<uint64_t> present = block->NextPresent();
    FOOTFALL_RETURN_IF_ERROR(
        ReadLane(lane, begin, end, block->NextValues(), present));
    if (std::any_of(present.begin(), present.end(),
                    [](uint64_t word) { return word != 0; })) {
      block->Keep(lane);
    }
  }
  return absl::OkStatus();
}

absl::Status Bundle::ReadPresence(absl::Span<const uint32_t> lanes,
                                  uint32_t begin, uint32_t end,
                                  LaneBlock* block) const {
  if (parts_.size() > 1) {
    return ReadLanes(lanes, begin, end, block);  // deletions count
  }
  const absl::Status status =
      parts_.front().ReadPresence(lanes, begin, end, block);
  return status.ok()
             ? status
             : absl::Status(status.code(),
                            absl::StrCat("bundle: part 0, ", status.message()));
}

std::optional<int64_t> Bundle::Ceiling(uint32_t lane) const {
  std::optional<int64_t> ceiling;
  for (const TileReader& part : parts_) {
    if (!part.HasLane(lane)) {
      continue;
    }
    ceiling =
        std::max(ceiling.value_or(0), part.Ceiling(lane).value_or(INT64_MAX));
  }
  return ceiling;
}

absl::StatusOr<std::string> Bundle::Fold(Effort effort, uint32_t season) const {
  TileBuilder builder(shape(), type(), effort, season);
  std::vector<int64_t> values(shape().steps);
  std::vector<uint64_t> present(shape().words());
  for (uint32_t lane = 0; lane < shape().lanes; ++lane) {
    const TileReader* only = nullptr;
    uint32_t touched = 0;
    bool maybe_deleted = false;
    for (const TileReader& part : parts_) {
      if (part.HasLane(lane)) {
        only = &part;
        ++touched;
        maybe_deleted |= part.has_deleted();
      }
    }
    if (touched == 0) {
      continue;
    }
    if (touched == 1 && effort == Effort::kFast && !maybe_deleted) {
      builder.AddEncodedLane(lane, *only);
      continue;
    }
    FOOTFALL_RETURN_IF_ERROR(ReadLane(lane, 0, shape().steps,
                                      absl::MakeSpan(values),
                                      absl::MakeSpan(present)));
    builder.AddLane(lane, {present, {}, CompactCells(present, &values)});
  }
  if (builder.empty()) {
    return std::string();
  }
  return builder.Finish();
}

std::string Bundle::Dump() const {
  std::string text = absl::StrCat("bundle of ", parts_.size(), " parts, ",
                                  first_size_, " + ", later_size_, " bytes\n");
  for (const TileReader& part : parts_) {
    text += part.Dump();
  }
  return text;
}

}  // namespace footfall::storage
