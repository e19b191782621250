#include "storage/codec/column.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"
#include "storage/codec/decimal.h"
#include "storage/codec/delta.h"
#include "storage/codec/frame.h"
#include "storage/codec/patched_decimal.h"
#include "storage/codec/patched_frame.h"
#include "storage/codec/seasonal.h"

namespace footfall::storage {
namespace {

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
    case Codec::kSeasonal:
      return "seasonal";
    case Codec::kShort:
      return "short seasonal";
    case Codec::kPatchedFrame:
      return "patched frame";
    case Codec::kPatchedDecimal:
      return "patched decimal";
  }
  return "unknown";
}

bool IsDecimal(Codec codec) {
  return codec == Codec::kDecimal || codec == Codec::kPatchedDecimal;
}

// The most values a column may have: the cells of a tile.
constexpr size_t kMaxColumn = 16384;

absl::Status DecodeDecimals(Codec codec, absl::string_view in,
                            ColumnPlaces places, size_t begin,
                            absl::Span<int64_t> out, size_t slack) {
  if (in.size() < 2) {
    return absl::DataLossError("decimal: scale and codec are cut off");
  }
  const uint32_t scale = static_cast<unsigned char>(in[0]);
  const Codec inner = static_cast<Codec>(in[1]);
  if (scale > kMaxDecimalScale) {
    return absl::DataLossError(
        absl::StrCat("decimal: scale ", scale, " is above ", kMaxDecimalScale));
  }
  if (IsDecimal(inner)) {
    return absl::DataLossError("decimal: a decimal within a decimal");
  }
  in.remove_prefix(2);
  absl::string_view exceptions = in;
  const size_t count = places.steps.count();
  if (codec == Codec::kPatchedDecimal) {
    FOOTFALL_RETURN_IF_ERROR(TakeExceptions(&in, count, 0, {}));
  }
  FOOTFALL_RETURN_IF_ERROR(DecodeColumn(inner, in, places, begin, out, slack));
  FromScaledIntegers(scale, out);
  if (codec == Codec::kPatchedDecimal) {
    return TakeExceptions(&exceptions, count, begin, out);
  }
  return absl::OkStatus();
}

}  // namespace

void EncodeRaw(absl::Span<const int64_t> values, std::string* out) {
  out->reserve(out->size() + values.size() * 8);
  for (const int64_t value : values) {
    PutU64(static_cast<uint64_t>(value), out);
  }
}

absl::Status DecodeColumn(Codec codec, absl::string_view in,
                          ColumnPlaces places, size_t begin,
                          absl::Span<int64_t> out, size_t slack) {
  const size_t count = places.steps.count();
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
    case Codec::kDecimal:
    case Codec::kPatchedDecimal:
      return DecodeDecimals(codec, in, places, begin, out, slack);
    case Codec::kSeasonal:
    case Codec::kShort:
      return DecodeSeasonal(codec == Codec::kShort, in, slack, places.steps,
                            places.season, begin, out);
    case Codec::kPatchedFrame:
      return DecodePatchedFrame(in, count, begin, out);
  }
  return absl::UnimplementedError(absl::StrCat(
      "codec ", static_cast<int>(codec),
      " is of a later release; this build knows 0 to ", kMaxCodec));
}

bool ColumnNeedsSeason(Codec codec, absl::string_view in) {
  switch (codec) {
    case Codec::kSeasonal:
    case Codec::kShort:
      return in.empty() || NeedsSeason(codec == Codec::kShort, in);
    case Codec::kDecimal:
      return in.size() < 2 || IsDecimal(static_cast<Codec>(in[1])) ||
             ColumnNeedsSeason(static_cast<Codec>(in[1]), in.substr(2));
    case Codec::kPatchedDecimal: {
      if (in.size() < 2) {
        return true;
      }
      const Codec inner = static_cast<Codec>(in[1]);
      in.remove_prefix(2);
      return IsDecimal(inner) || !TakeExceptions(&in, kMaxColumn, 0, {}).ok() ||
             ColumnNeedsSeason(inner, in);
    }
    default:
      return false;
  }
}

std::string DescribeColumn(Codec codec, absl::string_view in) {
  if (IsDecimal(codec) && in.size() >= 2) {
    return absl::StrCat(Name(codec), " ",
                        static_cast<int>(static_cast<unsigned char>(in[0])),
                        " ", Name(static_cast<Codec>(in[1])));
  }
  return Name(codec);
}

}  // namespace footfall::storage
