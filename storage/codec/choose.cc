#include "storage/codec/choose.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "storage/base/check.h"
#include "storage/base/varint.h"
#include "storage/codec/bit_pack.h"
#include "storage/codec/decimal.h"
#include "storage/codec/delta.h"
#include "storage/codec/frame.h"
#include "storage/codec/patched_decimal.h"
#include "storage/codec/patched_frame.h"
#include "storage/codec/seasonal.h"

namespace footfall::storage {
namespace {

Codec PutRaw(absl::Span<const int64_t> values, std::string* out) {
  EncodeRaw(values, out);
  return Codec::kRaw;
}

Codec EncodeFast(absl::Span<const int64_t> values, std::string* out) {
  const size_t raw_size = values.size() * 8;
  const size_t frame_size = FrameSize(values);
  const size_t delta_size = DeltaSize(values);
  if (raw_size <= std::min(frame_size, delta_size)) {
    return PutRaw(values, out);
  }
  if (frame_size <= delta_size) {
    EncodeFrame(values, out);
    return Codec::kFrame;
  }
  EncodeDelta(values, out);
  return Codec::kDelta;
}

// With fewer values nothing is saved by beginning in their middle.
constexpr size_t kMinFrame = 33;

Codec EncodeDense(absl::Span<const int64_t> values, ColumnPlaces places,
                  std::string* out) {
  const size_t start = out->size();
  const SeasonalCoding coding =
      EncodeSeasonal(values, places.steps, places.season, out);
  const size_t size = out->size() - start;
  const size_t frame_limit = size + size * 3 / 100;
  if (values.size() >= kMinFrame &&
      (coding.distance_from_first ||
       PackedSize(values.size(), coding.width) <= frame_limit)) {
    EncodePatchedFrame(values, out);
    const size_t frame_size = out->size() - start - size;
    if (frame_size <= frame_limit) {
      out->erase(start, size);
      if (frame_size < values.size() * 8) {
        return Codec::kPatchedFrame;
      }
      out->resize(start);
      return PutRaw(values, out);
    }
    out->resize(start + size);
  }
  if (size >= values.size() * 8) {
    out->resize(start);
    return PutRaw(values, out);
  }
  return coding.is_short ? Codec::kShort : Codec::kSeasonal;
}

Codec EncodeIntegers(absl::Span<const int64_t> values, ColumnPlaces places,
                     Effort effort, std::string* out) {
  if (std::all_of(values.begin(), values.end(),
                  [&values](int64_t value) { return value == values[0]; })) {
    const uint64_t value = ZigZag(static_cast<uint64_t>(values[0]));
    if (VarintSize(value) >= values.size() * 8) {
      return PutRaw(values, out);
    }
    PutVarint(value, out);
    return Codec::kConstant;
  }
  return effort == Effort::kDense ? EncodeDense(values, places, out)
                                  : EncodeFast(values, out);
}

// As decimals with `exceptions`, which are not among `integers`.
Codec EncodeDecimals(uint32_t scale, absl::Span<const int64_t> integers,
                     absl::Span<const DecimalException> exceptions,
                     ColumnPlaces places, Effort effort, std::string* out) {
  const size_t start = out->size();
  out->push_back(static_cast<char>(scale));
  out->push_back(0);
  if (!exceptions.empty()) {
    PutExceptions(exceptions, out);
  }
  const Codec codec = EncodeIntegers(integers, places, effort, out);
  (*out)[start + 1] = static_cast<char>(codec);
  return exceptions.empty() ? Codec::kDecimal : Codec::kPatchedDecimal;
}

}  // namespace

Codec EncodeColumn(absl::Span<const int64_t> values, ColumnPlaces places,
                   CellType type, Effort effort, std::string* out) {
  FOOTFALL_DCHECK(values.size() == places.steps.count());
  if (values.empty()) {
    return Codec::kNone;
  }
  if (type == CellType::kDecimal) {
    std::vector<int64_t> integers(values.size());
    std::vector<DecimalException> exceptions;
    std::optional<uint32_t> scale =
        ToScaledIntegers(values, absl::MakeSpan(integers));
    if (!scale.has_value() && effort == Effort::kDense) {
      scale = ToPatchedIntegers(values, absl::MakeSpan(integers), &exceptions);
    }
    if (scale.has_value()) {
      const size_t start = out->size();
      const Codec codec =
          EncodeDecimals(*scale, integers, exceptions, places, effort, out);
      if (out->size() - start < values.size() * 8) {
        return codec;
      }
      out->resize(start);
    }
  }
  return EncodeIntegers(values, places, effort, out);
}

}  // namespace footfall::storage
