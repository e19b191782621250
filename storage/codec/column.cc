#include "storage/codec/column.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"
#include "storage/codec/decimal.h"
#include "storage/codec/delta.h"
#include "storage/codec/frame.h"

namespace footfall::storage {
namespace {

void EncodeRaw(absl::Span<const int64_t> values, std::string* out) {
  out->reserve(out->size() + values.size() * 8);
  for (const int64_t value : values) {
    PutU64(static_cast<uint64_t>(value), out);
  }
}

absl::Status DecodeRaw(absl::string_view in, size_t count, size_t begin,
                       absl::Span<int64_t> out) {
  if (in.size() != count * 8) {
    return absl::DataLossError(
        absl::StrCat("raw: ", in.size(), " bytes for ", count, " values of 8"));
  }
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<int64_t>(LoadU64(in.data() + (begin + i) * 8));
  }
  return absl::OkStatus();
}

absl::Status DecodeConstant(absl::string_view in, absl::Span<int64_t> out) {
  uint64_t value;
  if (!TakeVarint(&in, &value) || !in.empty()) {
    return absl::DataLossError("constant: the bytes are not one value");
  }
  std::fill(out.begin(), out.end(), static_cast<int64_t>(UnZigZag(value)));
  return absl::OkStatus();
}

// The rule: equal values are a constant; else the smallest of frame, delta and
// raw. A tie goes to the one that decodes faster: raw, then frame.
Codec EncodeIntegers(absl::Span<const int64_t> values, std::string* out) {
  if (values.empty()) {
    return Codec::kNone;
  }
  const size_t raw_size = values.size() * 8;
  if (std::all_of(values.begin(), values.end(),
                  [&values](int64_t value) { return value == values[0]; })) {
    const uint64_t value = ZigZag(static_cast<uint64_t>(values[0]));
    if (VarintSize(value) < raw_size) {
      PutVarint(value, out);
      return Codec::kConstant;
    }
    EncodeRaw(values, out);
    return Codec::kRaw;
  }
  const size_t frame_size = FrameSize(values);
  const size_t delta_size = DeltaSize(values);
  if (raw_size <= std::min(frame_size, delta_size)) {
    EncodeRaw(values, out);
    return Codec::kRaw;
  }
  if (frame_size <= delta_size) {
    EncodeFrame(values, out);
    return Codec::kFrame;
  }
  EncodeDelta(values, out);
  return Codec::kDelta;
}

const char* Name(Codec codec) {
  switch (codec) {
    case Codec::kNone:
      return "none";
    case Codec::kConstant:
      return "constant";
    case Codec::kRaw:
      return "raw";
    case Codec::kFrame:
      return "frame";
    case Codec::kDelta:
      return "delta";
    case Codec::kDecimal:
      return "decimal";
  }
  return "unknown";
}

}  // namespace

Codec EncodeColumn(absl::Span<const int64_t> values, CellType type,
                   Effort /*effort*/, std::string* out) {
  if (type == CellType::kDecimal && !values.empty()) {
    std::vector<int64_t> integers(values.size());
    const std::optional<uint32_t> scale =
        ToScaledIntegers(values, absl::MakeSpan(integers));
    if (scale.has_value()) {
      const size_t start = out->size();
      out->push_back(static_cast<char>(*scale));
      out->push_back(0);
      const Codec codec = EncodeIntegers(integers, out);
      (*out)[start + 1] = static_cast<char>(codec);
      if (out->size() - start < values.size() * 8) {
        return Codec::kDecimal;
      }
      out->resize(start);
    }
  }
  return EncodeIntegers(values, out);
}

absl::Status DecodeColumn(Codec codec, absl::string_view in, size_t count,
                          size_t begin, absl::Span<int64_t> out) {
  FOOTFALL_DCHECK(begin + out.size() <= count);
  if (count == 0 || codec == Codec::kNone) {
    if (count != 0 || codec != Codec::kNone || !in.empty()) {
      return absl::DataLossError(
          absl::StrCat("column: codec ", static_cast<int>(codec), " with ",
                       in.size(), " bytes for ", count, " values"));
    }
    return absl::OkStatus();
  }
  switch (codec) {
    case Codec::kNone:
      break;
    case Codec::kConstant:
      return DecodeConstant(in, out);
    case Codec::kRaw:
      return DecodeRaw(in, count, begin, out);
    case Codec::kFrame:
      return DecodeFrame(in, count, begin, out);
    case Codec::kDelta:
      return DecodeDelta(in, count, begin, out);
    case Codec::kDecimal: {
      if (in.size() < 2) {
        return absl::DataLossError("decimal: scale and codec are cut off");
      }
      const uint32_t scale = static_cast<unsigned char>(in[0]);
      const Codec inner = static_cast<Codec>(in[1]);
      if (scale > kMaxDecimalScale) {
        return absl::DataLossError(absl::StrCat(
            "decimal: scale ", scale, " is above ", kMaxDecimalScale));
      }
      if (inner == Codec::kDecimal) {
        return absl::DataLossError("decimal: a decimal within a decimal");
      }
      FOOTFALL_RETURN_IF_ERROR(
          DecodeColumn(inner, in.substr(2), count, begin, out));
      FromScaledIntegers(scale, out);
      return absl::OkStatus();
    }
  }
  return absl::UnimplementedError(
      absl::StrCat("codec ", static_cast<int>(codec),
                   " is of a later release; this build knows 0 to ",
                   static_cast<int>(kMaxCodec)));
}

std::string DescribeColumn(Codec codec, absl::string_view in) {
  if (codec == Codec::kDecimal && in.size() >= 2) {
    return absl::StrCat("decimal ",
                        static_cast<int>(static_cast<unsigned char>(in[0])),
                        " ", Name(static_cast<Codec>(in[1])));
  }
  return Name(codec);
}

}  // namespace footfall::storage
