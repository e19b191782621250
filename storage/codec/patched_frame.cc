#include "storage/codec/patched_frame.h"

#include <algorithm>
#include <bit>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/varint.h"
#include "storage/codec/bit_pack.h"
#include "storage/codec/frame.h"

namespace footfall::storage {
namespace {

constexpr unsigned char kWidthMask = 0x7f;
constexpr unsigned char kHasExceptions = 0x80;

// At most so many of the least and so many of the most are left out.
constexpr size_t kMaxOdd = 8;

struct Window {
  uint64_t base;
  uint32_t width;

  bool Holds(int64_t value) const {
    const uint64_t offset = static_cast<uint64_t>(value) - base;
    return width == 64 || offset >> width == 0;
  }
};

uint64_t Distance(int64_t from, int64_t to) {
  return static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
}

size_t ExceptionBits(uint64_t distance) {
  return 8 + 8 * VarintSize(2 * distance);
}

// The window with the fewest bytes, exceptions counted.
Window BestWindow(absl::Span<const int64_t> block) {
  // The ends of the block in order; between them it does not matter.
  int64_t sorted[kMiniBlock];
  const size_t size = block.size();
  std::copy(block.begin(), block.end(), sorted);
  const size_t odd = std::min(kMaxOdd, (size - 1) / 4);
  std::nth_element(sorted, sorted + odd, sorted + size);
  std::sort(sorted, sorted + odd);
  std::nth_element(sorted + std::min(odd + 1, size - 1 - odd),
                   sorted + size - 1 - odd, sorted + size);
  std::sort(sorted + size - 1 - odd, sorted + size);
  Window best{};
  size_t best_bits = ~size_t{0};
  for (size_t low = 0; low <= odd; ++low) {
    const int64_t least = sorted[low];
    size_t low_bits = low > 0 ? 8 : 0;
    for (size_t i = 0; i < low; ++i) {
      low_bits += ExceptionBits(Distance(sorted[i], least));
    }
    size_t high_bits = 0;
    for (size_t high = 0; high <= odd; ++high) {
      const int64_t most = sorted[size - 1 - high];
      const uint32_t width =
          static_cast<uint32_t>(std::bit_width(Distance(least, most)));
      const size_t bits =
          size * width + low_bits + high_bits + (low == 0 && high > 0 ? 8 : 0);
      if (bits < best_bits) {
        best_bits = bits;
        best = {static_cast<uint64_t>(least), width};
      }
      high_bits += ExceptionBits(Distance(least, most));
    }
  }
  return best;
}

struct BlockHead {
  Window window;
  size_t exceptions;
};

bool TakeHead(absl::string_view* in, size_t count, BlockHead* head) {
  if (in->empty()) {
    return false;
  }
  const unsigned char byte = static_cast<unsigned char>(in->front());
  in->remove_prefix(1);
  uint64_t base;
  head->window.width = byte & kWidthMask;
  if (head->window.width > 64 || !TakeVarint(in, &base)) {
    return false;
  }
  head->window.base = UnZigZag(base);
  head->exceptions = 0;
  if ((byte & kHasExceptions) != 0) {
    if (in->empty()) {
      return false;
    }
    head->exceptions = size_t{static_cast<unsigned char>(in->front())} + 1;
    in->remove_prefix(1);
  }
  return head->exceptions <= count;
}

absl::Status Damaged(size_t value) {
  return absl::DataLossError(
      absl::StrCat("patched frame: the mini-block at value ", value,
                   " is cut off or damaged"));
}

}  // namespace

void EncodePatchedFrame(absl::Span<const int64_t> values, std::string* out) {
  std::string packed;
  std::string exceptions;
  for (size_t i = 0; i < values.size(); i += kMiniBlock) {
    const auto block = values.subspan(i, kMiniBlock);
    const Window window = BestWindow(block);
    uint64_t kept[kMiniBlock];
    std::string odd_places;
    std::string odd_values;
    for (size_t j = 0; j < block.size(); ++j) {
      const uint64_t value = static_cast<uint64_t>(block[j]);
      kept[j] = value;
      if (!window.Holds(block[j])) {
        kept[j] = window.base;
        odd_places.push_back(static_cast<char>(j));
        PutVarint(ZigZag(value - window.base), &odd_values);
      }
    }
    out->push_back(static_cast<char>(
        window.width | (odd_places.empty() ? 0u : uint32_t{kHasExceptions})));
    PutVarint(ZigZag(window.base), out);
    if (!odd_places.empty()) {
      out->push_back(static_cast<char>(odd_places.size() - 1));
    }
    PackBits({kept, block.size()}, window.base, window.width, &packed);
    exceptions += odd_places;
    exceptions += odd_values;
  }
  *out += packed;
  *out += exceptions;
}

absl::Status DecodePatchedFrame(absl::string_view in, size_t count,
                                size_t begin, absl::Span<int64_t> out) {
  FOOTFALL_DCHECK(begin + out.size() <= count);
  absl::InlinedVector<BlockHead, 8> heads;
  size_t packed_size = 0;
  for (size_t i = 0; i < count; i += kMiniBlock) {
    const size_t size = std::min(kMiniBlock, count - i);
    heads.emplace_back();
    if (!TakeHead(&in, size, &heads.back())) {
      return Damaged(i);
    }
    packed_size += PackedSize(size, heads.back().window.width);
  }
  if (in.size() < packed_size) {
    return Damaged(count);
  }
  absl::string_view packed = in;
  absl::string_view exceptions = in.substr(packed_size);
  const size_t end = begin + out.size();
  for (size_t i = 0; i < count; i += kMiniBlock) {
    const size_t block_end = std::min(count, i + kMiniBlock);
    const BlockHead& head = heads[i / kMiniBlock];
    const size_t from = std::max(begin, i);
    const size_t to = std::max(from, std::min(end, block_end));
    if (from < to) {
      const auto wanted = out.subspan(from - begin, to - from);
      UnpackBits(packed, head.window.width, from - i, head.window.base,
                 {reinterpret_cast<uint64_t*>(wanted.data()), wanted.size()});
    }
    packed.remove_prefix(PackedSize(block_end - i, head.window.width));
    if (exceptions.size() < head.exceptions) {
      return Damaged(i);
    }
    const absl::string_view places = exceptions.substr(0, head.exceptions);
    exceptions.remove_prefix(head.exceptions);
    int previous = -1;
    for (const char byte : places) {
      const int place = static_cast<unsigned char>(byte);
      uint64_t offset;
      if (place <= previous || i + static_cast<size_t>(place) >= block_end ||
          !TakeVarint(&exceptions, &offset)) {
        return Damaged(i);
      }
      previous = place;
      const size_t at = i + static_cast<size_t>(place);
      if (at >= from && at < to) {
        out[at - begin] =
            static_cast<int64_t>(head.window.base + UnZigZag(offset));
      }
    }
  }
  if (!exceptions.empty()) {
    return absl::DataLossError(
        absl::StrCat("patched frame: ", exceptions.size(), " bytes left after ",
                     count, " values"));
  }
  return absl::OkStatus();
}

}  // namespace footfall::storage
