#include "storage/codec/bit_pack.h"

#include <memory>
#include <random>
#include <vector>

#include "absl/strings/escaping.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 7;

TEST_CASE("packed bits begin at the lowest bit of the first byte",
          "[codec][golden]") {
  std::string bytes;
  PackBits({1, 2, 3, 4, 5}, 0, 3, &bytes);
  CHECK(absl::BytesToHexString(bytes) == "d158");
  bytes.clear();
  PackBits({10, 11, 12}, 10, 12, &bytes);
  CHECK(absl::BytesToHexString(bytes) == "0010000200");
  bytes.clear();
  PackBits({7, 7, 7}, 7, 0, &bytes);
  CHECK(bytes.empty());
}

TEST_CASE("every width and stretch unpacks, and nothing beyond is read",
          "[codec]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (uint32_t width = 0; width <= 64; ++width) {
    for (const size_t count : {1, 7, 8, 9, 63, 64, 128}) {
      CAPTURE(width, count);
      const uint64_t base = random();
      std::vector<uint64_t> values(count);
      for (uint64_t& value : values) {
        value = base + (width == 0 ? 0 : random() >> (64 - width));
      }
      std::string packed;
      PackBits(values, base, width, &packed);
      REQUIRE(packed.size() == PackedSize(count, width));
      // On the heap to the byte, so that a sanitizer sees a load beyond.
      const std::unique_ptr<char[]> exact(new char[packed.size()]);
      std::copy(packed.begin(), packed.end(), exact.get());
      const absl::string_view in(exact.get(), packed.size());
      for (int stretch = 0; stretch < 8; ++stretch) {
        const size_t begin = stretch == 0 ? 0 : random() % count;
        const size_t size = stretch == 0 ? count : random() % (count - begin);
        std::vector<uint64_t> out(size);
        UnpackBits(in, width, begin, base, absl::MakeSpan(out));
        REQUIRE(std::equal(out.begin(), out.end(),
                           values.begin() + static_cast<int64_t>(begin)));
      }
    }
  }
}

}  // namespace
}  // namespace footfall::storage
