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
  while (!bytes.empty()) {
    const size_t part = bundle.parts_.size();
    uint64_t size;
    if (!TakeVarint(&bytes, &size) || size > bytes.size()) {
      return absl::DataLossError(
          absl::StrCat("bundle: the frame of part ", part, " is cut off"));
    }
    absl::StatusOr<TileReader> reader = TileReader::Open(bytes.substr(0, size));
    if (!reader.ok()) {
      return absl::Status(
          reader.status().code(),
          absl::StrCat("bundle: part ", part, ": ", reader.status().message()));
    }
    if (part != 0 && (reader->shape() != bundle.shape() ||
                      reader->type() != bundle.type())) {
      return absl::DataLossError(absl::StrCat(
          "bundle: part ", part, " is of another shape or type than part 0"));
    }
    bundle.parts_.push_back(*std::move(reader));
    (part == 0 ? bundle.first_size_ : bundle.later_size_) += size;
    bytes.remove_prefix(size);
  }
  if (bundle.parts_.empty()) {
    return absl::DataLossError("bundle: no part");
  }
  return bundle;
}

bool Bundle::HasLane(uint32_t lane) const {
  return std::any_of(
      parts_.begin(), parts_.end(),
      [lane](const TileReader& part) { return part.HasLane(lane); });
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
