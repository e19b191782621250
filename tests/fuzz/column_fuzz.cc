// Any bytes as a column in any codec: values or a refusal, the same on every
// kernel and whatever lies behind the bytes; a stretch of it as the whole has
// it. Values are coded, the same on every kernel, and come back.
//
// For the input see column_input.h.

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "storage/codec/choose.h"
#include "storage/codec/column.h"
#include "storage/codec/kernels.h"
#include "tests/fuzz/column_input.h"
#include "tests/fuzz/require.h"

namespace footfall::storage {
namespace {

// Decodes from a block of memory that ends `slack` bytes of rubbish after the
// column.
absl::Status DecodeWithSlack(Codec codec, absl::string_view in,
                             ColumnPlaces places, size_t begin, size_t slack,
                             absl::Span<int64_t> out) {
  std::vector<char> block(in.begin(), in.end());
  for (size_t i = 0; i < slack; ++i) {
    block.push_back(static_cast<char>(0xa5 + 0x35 * i));
  }
  return DecodeColumn(codec, absl::string_view(block.data(), in.size()), places,
                      begin, out, slack);
}

// A codec that this build does not know, alone or within a decimal.
bool IsOfLaterRelease(Codec codec, absl::string_view in) {
  const bool decimal =
      codec == Codec::kDecimal || codec == Codec::kPatchedDecimal;
  return static_cast<uint8_t>(codec) > kMaxCodec ||
         (decimal && in.size() >= 2 && static_cast<uint8_t>(in[1]) > kMaxCodec);
}

struct Decoded {
  absl::Status status;
  std::vector<int64_t> values;
};

Decoded Decode(Codec codec, absl::string_view in, ColumnPlaces places) {
  Decoded first{{}, std::vector<int64_t>(places.steps.count())};
  bool is_first = true;
  for (const KernelLevel level :
       {KernelLevel::kPortable, KernelLevel::kAvx2, KernelLevel::kAvx512}) {
    if (!UseKernelLevel(level)) {
      continue;
    }
    // None, less than a kernel wants to read, and more.
    for (const size_t slack :
         {size_t{0}, in.size() % kInputSlack, kInputSlack + 16}) {
      std::vector<int64_t> values(places.steps.count());
      const absl::Status status =
          DecodeWithSlack(codec, in, places, 0, slack, absl::MakeSpan(values));
      if (is_first) {
        first = {status, values};
        is_first = false;
      }
      FUZZ_REQUIRE(status == first.status);
      FUZZ_REQUIRE(!status.ok() || values == first.values);
    }
  }
  return first;
}

void CheckStretch(Codec codec, absl::string_view in, ColumnPlaces places,
                  size_t begin, absl::Span<const int64_t> values) {
  for (const size_t slack : {size_t{0}, kInputSlack}) {
    std::vector<int64_t> some((values.size() - begin + 1) / 2);
    FUZZ_REQUIRE(
        DecodeWithSlack(codec, in, places, begin, slack, absl::MakeSpan(some))
            .ok());
    FUZZ_REQUIRE(values.subspan(begin, some.size()) ==
                 absl::MakeConstSpan(some));
  }
}

void CheckRoundTrip(absl::Span<const int64_t> values, ColumnPlaces places,
                    CellType type, Effort effort) {
  std::string first;
  for (const KernelLevel level :
       {KernelLevel::kPortable, KernelLevel::kAvx2, KernelLevel::kAvx512}) {
    if (!UseKernelLevel(level)) {
      continue;
    }
    std::string bytes;
    const Codec codec = EncodeColumn(values, places, type, effort, &bytes);
    FUZZ_REQUIRE(first.empty() || bytes == first);
    first = bytes;
    std::vector<int64_t> decoded(values.size());
    FUZZ_REQUIRE(
        DecodeWithSlack(codec, bytes, places, 0, 0, absl::MakeSpan(decoded))
            .ok());
    FUZZ_REQUIRE(absl::MakeConstSpan(decoded) == values);
  }
}

}  // namespace
}  // namespace footfall::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footfall::storage;
  if (size < kColumnHeadSize) {
    return 0;
  }
  const Codec codec = static_cast<Codec>(data[0] % (kMaxCodec + 2));
  const uint32_t count = (data[1] + 256u * data[2]) % (kMaxColumnCount + 1);
  const uint32_t season = data[3] % (kMaxSeason + 2);
  const Presence steps = ColumnSteps(count, data[4]);
  const absl::string_view in(
      reinterpret_cast<const char*>(data) + kColumnHeadSize,
      size - kColumnHeadSize);
  ColumnNeedsSeason(codec, in);
  DescribeColumn(codec, in);
  const Decoded decoded = Decode(codec, in, {steps, season});
  if (!decoded.status.ok()) {
    FUZZ_REQUIRE(footfall::IsRefusal(decoded.status));
    FUZZ_REQUIRE(!absl::IsUnimplemented(decoded.status) ||
                 IsOfLaterRelease(codec, in));
    return 0;
  }
  if (count == 0) {
    return 0;
  }
  CheckStretch(codec, in, {steps, season}, data[3] % count, decoded.values);
  const bool has_season = season >= 2 && season <= kMaxSeason;
  // Raw values may be doubles of any kind.
  const bool integers = codec != Codec::kDecimal &&
                        codec != Codec::kPatchedDecimal && codec != Codec::kRaw;
  for (const Effort effort : {Effort::kFast, Effort::kDense}) {
    CheckRoundTrip(decoded.values, {steps, has_season ? season : 0},
                   integers ? CellType::kInteger : CellType::kDecimal, effort);
  }
  return 0;
}
