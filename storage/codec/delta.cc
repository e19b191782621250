#include "storage/codec/delta.h"

#include <algorithm>
#include <vector>

#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"
#include "storage/codec/frame.h"

namespace footfall::storage {
namespace {

std::vector<int64_t> Differences(absl::Span<const int64_t> values) {
  std::vector<int64_t> differences(values.size() - 1);
  for (size_t i = 0; i < differences.size(); ++i) {
    differences[i] = static_cast<int64_t>(static_cast<uint64_t>(values[i + 1]) -
                                          static_cast<uint64_t>(values[i]));
  }
  return differences;
}

}  // namespace

size_t DeltaSize(absl::Span<const int64_t> values) {
  return VarintSize(ZigZag(static_cast<uint64_t>(values[0]))) +
         FrameSize(Differences(values));
}

void EncodeDelta(absl::Span<const int64_t> values, std::string* out) {
  PutVarint(ZigZag(static_cast<uint64_t>(values[0])), out);
  EncodeFrame(Differences(values), out);
}

absl::Status DecodeDelta(absl::string_view in, size_t count, size_t begin,
                         absl::Span<int64_t> out) {
  FOOTFALL_DCHECK(begin + out.size() <= count && count > 0);
  uint64_t first;
  if (!TakeVarint(&in, &first)) {
    return absl::DataLossError("delta: the first value is cut off");
  }
  uint64_t value = UnZigZag(first);
  // A mini-block of differences at a time, so that nothing is allocated.
  int64_t differences[kMiniBlock];
  const size_t end = begin + out.size();
  if (begin == 0 && !out.empty()) {
    out[0] = static_cast<int64_t>(value);
  }
  if (end <= 1) {
    return DecodeFrame(in, count - 1, 0, {});
  }
  for (size_t i = 0; i + 1 < end; i += kMiniBlock) {
    const size_t size = std::min(kMiniBlock, end - 1 - i);
    FOOTFALL_RETURN_IF_ERROR(
        DecodeFrame(in, count - 1, i, absl::MakeSpan(differences, size)));
    for (size_t j = 0; j < size; ++j) {
      value += static_cast<uint64_t>(differences[j]);
      if (i + j + 1 >= begin) {
        out[i + j + 1 - begin] = static_cast<int64_t>(value);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::storage
