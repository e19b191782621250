// Any bytes as a bundle, the checksums of its tiles made right: a bundle or a
// refusal, and each lane's cells or a refusal. What reads whole also folds, and
// the fold reads the same.

#include <algorithm>
#include <string>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/base/varint.h"
#include "storage/tile/bundle.h"
#include "storage/tile/tile_layout.h"
#include "tests/fuzz/require.h"

namespace footfall::storage {
namespace {

// The same frames with the right checksum in each.
std::string Resealed(absl::string_view in) {
  std::string bytes;
  uint64_t size;
  while (TakeVarint(&in, &size) && size <= in.size()) {
    std::string tile(in.substr(0, size));
    in.remove_prefix(size);
    if (size >= kTileHeadSize) {
      StoreU32(Checksum(absl::string_view(tile).substr(kTileHeadSize),
                        static_cast<unsigned char>(tile[1])),
               tile.data() + kTileChecksumAt);
    }
    AppendFrame(tile, &bytes);
  }
  bytes.append(in.data(), in.size());
  return bytes;
}

void CheckBundle(absl::string_view bytes) {
  const auto bundle = Bundle::Open(bytes);
  if (!bundle.ok()) {
    FUZZ_REQUIRE(IsRefusal(bundle.status()));
    return;
  }
  bundle->Dump();
  const TileShape shape = bundle->shape();
  std::vector<std::vector<int64_t>> values;
  std::vector<std::vector<uint64_t>> present;
  bool any = false;
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    values.emplace_back(shape.steps);
    present.emplace_back(shape.words());
    const absl::Status status =
        bundle->ReadLane(lane, 0, shape.steps, absl::MakeSpan(values.back()),
                         absl::MakeSpan(present.back()));
    if (!status.ok()) {
      FUZZ_REQUIRE(IsRefusal(status));
      return;
    }
    any |= std::any_of(present.back().begin(), present.back().end(),
                       [](uint64_t word) { return word != 0; });
  }
  for (const Effort effort : {Effort::kFast, Effort::kDense}) {
    const auto folded = bundle->Fold(effort, 7);
    FUZZ_REQUIRE(folded.ok());
    FUZZ_REQUIRE(folded->empty() == !any);
    if (!any) {
      continue;
    }
    const auto reader = TileReader::Open(*folded);
    FUZZ_REQUIRE(reader.ok());
    FUZZ_REQUIRE(!reader->has_deleted());
    for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
      std::vector<int64_t> after(shape.steps);
      std::vector<uint64_t> after_present(shape.words());
      FUZZ_REQUIRE(reader
                       ->OverlayLane(lane, 0, shape.steps,
                                     absl::MakeSpan(after),
                                     absl::MakeSpan(after_present))
                       .ok());
      FUZZ_REQUIRE(after_present == present[lane]);
      FUZZ_REQUIRE(after == values[lane]);
    }
  }
}

}  // namespace
}  // namespace footfall::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footfall::storage;
  const std::string bytes =
      Resealed(absl::string_view(reinterpret_cast<const char*>(data), size));
  const std::vector<char> exact(bytes.begin(), bytes.end());
  CheckBundle(absl::string_view(exact.data(), exact.size()));
  return 0;
}
