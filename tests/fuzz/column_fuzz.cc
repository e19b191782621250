// Any bytes as a column in any codec: an answer or an error, the same on every
// kernel; a stretch of it as the whole has it.
//
//   u8 codec, u8 and u8 count, u8 season, u8 gaps, then the column

#include <algorithm>
#include <vector>

#include "storage/codec/column.h"
#include "storage/codec/kernels.h"
#include "tests/fuzz/require.h"

namespace footfall::storage {
namespace {

Presence Steps(uint32_t count, uint32_t gaps) {
  if (gaps == 0 || count == 0) {
    return Presence::Run(1, 1 + count);
  }
  std::vector<uint64_t> words(count / 21 + 2);
  uint32_t step = 0;
  for (uint32_t i = 0; i < count; ++i) {
    words[step / 64] |= uint64_t{1} << (step % 64);
    step += 1 + (i % (gaps % 7 + 2) == 0 ? gaps % 3 : 0);
  }
  return Presence::Of(words);
}

}  // namespace
}  // namespace footfall::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footfall::storage;
  if (size < 5) {
    return 0;
  }
  const Codec codec = static_cast<Codec>(data[0] % (kMaxCodec + 2));
  const uint32_t count = (data[1] + 256u * data[2]) % 1500;
  const Presence steps = Steps(count, data[4]);
  const ColumnPlaces places = {steps, data[3] % (kMaxSeason + 2)};
  const absl::string_view in(reinterpret_cast<const char*>(data) + 5, size - 5);
  ColumnNeedsSeason(codec, in);
  DescribeColumn(codec, in);
  bool first = true;
  bool ok = false;
  std::vector<int64_t> values(count);
  for (const KernelLevel level :
       {KernelLevel::kPortable, KernelLevel::kAvx2, KernelLevel::kAvx512}) {
    if (!UseKernels(level)) {
      continue;
    }
    std::vector<int64_t> decoded(count);
    const absl::Status status =
        DecodeColumn(codec, in, places, 0, absl::MakeSpan(decoded));
    if (first) {
      ok = status.ok();
      values = decoded;
      first = false;
    }
    FUZZ_REQUIRE(status.ok() == ok);
    FUZZ_REQUIRE(!ok || decoded == values);
  }
  if (ok && count > 0) {
    const size_t begin = data[3] % count;
    std::vector<int64_t> some((count - begin + 1) / 2);
    FUZZ_REQUIRE(
        DecodeColumn(codec, in, places, begin, absl::MakeSpan(some)).ok());
    FUZZ_REQUIRE(std::equal(some.begin(), some.end(),
                            values.begin() + static_cast<int64_t>(begin)));
  }
  return 0;
}
