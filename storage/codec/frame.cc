#include "storage/codec/frame.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/varint.h"
#include "storage/codec/bit_pack.h"

namespace footfall::storage {
namespace {

struct BlockFrame {
  uint64_t least;
  uint32_t width;
};

BlockFrame Measure(absl::Span<const int64_t> block) {
  int64_t least = block[0];
  int64_t most = block[0];
  for (const int64_t value : block) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  const uint64_t range =
      static_cast<uint64_t>(most) - static_cast<uint64_t>(least);
  return {static_cast<uint64_t>(least),
          static_cast<uint32_t>(std::bit_width(range))};
}

absl::Span<const uint64_t> AsUnsigned(absl::Span<const int64_t> values) {
  return {reinterpret_cast<const uint64_t*>(values.data()), values.size()};
}

absl::Span<uint64_t> AsUnsigned(absl::Span<int64_t> values) {
  return {reinterpret_cast<uint64_t*>(values.data()), values.size()};
}

}  // namespace

size_t FrameSize(absl::Span<const int64_t> values) {
  size_t size = 0;
  for (size_t i = 0; i < values.size(); i += kMiniBlock) {
    const auto block = values.subspan(i, kMiniBlock);
    const BlockFrame frame = Measure(block);
    size += 1 + VarintSize(ZigZag(frame.least)) +
            PackedSize(block.size(), frame.width);
  }
  return size;
}

void EncodeFrame(absl::Span<const int64_t> values, std::string* out) {
  for (size_t i = 0; i < values.size(); i += kMiniBlock) {
    const BlockFrame frame = Measure(values.subspan(i, kMiniBlock));
    out->push_back(static_cast<char>(frame.width));
    PutVarint(ZigZag(frame.least), out);
  }
  for (size_t i = 0; i < values.size(); i += kMiniBlock) {
    const auto block = values.subspan(i, kMiniBlock);
    const BlockFrame frame = Measure(block);
    PackBits(AsUnsigned(block), frame.least, frame.width, out);
  }
}

absl::Status DecodeFrame(absl::string_view in, size_t count, size_t begin,
                         absl::Span<int64_t> out) {
  FOOTFALL_DCHECK(begin + out.size() <= count);
  // The headers twice: first for where the offsets begin, then block by block.
  absl::string_view headers = in;
  absl::string_view offsets = in;
  for (size_t i = 0; i < count; i += kMiniBlock) {
    uint64_t least;
    if (offsets.empty() || static_cast<unsigned char>(offsets[0]) > 64) {
      return absl::DataLossError(absl::StrCat(
          "frame: no width of 0 to 64 for the mini-block at value ", i));
    }
    offsets.remove_prefix(1);
    if (!TakeVarint(&offsets, &least)) {
      return absl::DataLossError(absl::StrCat(
          "frame: least value of the mini-block at value ", i, " is cut off"));
    }
  }
  const size_t end = begin + out.size();
  for (size_t i = 0; i < count; i += kMiniBlock) {
    const size_t block_end = std::min(count, i + kMiniBlock);
    const uint32_t width = static_cast<unsigned char>(headers[0]);
    headers.remove_prefix(1);
    uint64_t least = 0;
    TakeVarint(&headers, &least);
    const size_t size = PackedSize(block_end - i, width);
    if (offsets.size() < size) {
      return absl::DataLossError(absl::StrCat("frame: mini-block at value ", i,
                                              " needs ", size, " bytes, has ",
                                              offsets.size()));
    }
    const size_t from = std::max(begin, i);
    const size_t to = std::min(end, block_end);
    if (from < to) {
      // All that is left, not the block's bytes alone: the fast loop may load
      // past the block, never past the tile's lane.
      UnpackBits(offsets, width, from - i, UnZigZag(least),
                 AsUnsigned(out.subspan(from - begin, to - from)));
    }
    offsets.remove_prefix(size);
  }
  if (!offsets.empty()) {
    return absl::DataLossError(absl::StrCat(
        "frame: ", offsets.size(), " bytes left after ", count, " values"));
  }
  return absl::OkStatus();
}

}  // namespace footfall::storage
