#include <cerrno>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/base/crc32c.h"
#include "storage/base/file_error.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

std::string Varint(uint64_t value) {
  std::string bytes;
  PutVarint(value, &bytes);
  return bytes;
}

TEST_CASE("a varint has the bytes of Protocol Buffers", "[base][golden]") {
  struct Case {
    uint64_t value;
    const char* bytes;
  };
  const auto c = GENERATE(values<Case>({
      {0, "00"},
      {1, "01"},
      {127, "7f"},
      {128, "8001"},
      {300, "ac02"},
      {16383, "ff7f"},
      {16384, "808001"},
      {std::numeric_limits<uint64_t>::max(), "ffffffffffffffffff01"},
  }));
  CHECK(absl::BytesToHexString(Varint(c.value)) == c.bytes);
  CHECK(VarintSize(c.value) == Varint(c.value).size());
}

TEST_CASE("CRC-32C is what its authors say", "[base][golden]") {
  CHECK(Crc32c(0, "") == 0);
  CHECK(Crc32c(0, "123456789") == 0xe3069283);
  CHECK(Crc32c(0, std::string(32, '\0')) == 0x8a9136aa);
  CHECK(Crc32c(Crc32c(0, "12345678"), "9") == 0xe3069283);
}

TEST_CASE("a varint comes back and leaves what follows", "[base]") {
  for (int bits = 0; bits <= 64; ++bits) {
    for (const int64_t near : {-1, 0, 1}) {
      const uint64_t value =
          (bits == 64 ? 0 : uint64_t{1} << bits) + static_cast<uint64_t>(near);
      CAPTURE(value);
      // Readers look at eight bytes at once where there are as many.
      for (const char* rest : {"", "rest", "\xff\xff and more than that"}) {
        const std::string bytes = Varint(value) + rest;
        absl::string_view in = bytes;
        uint64_t taken;
        REQUIRE(TakeVarint(&in, &taken));
        CHECK(taken == value);
        CHECK(in == rest);
      }
    }
  }
}

TEST_CASE("a varint that is cut off or too long is refused", "[base]") {
  struct Case {
    const char* why;
    std::string bytes;
  };
  const std::vector<Case> cases = {
      {"nothing", ""},
      {"no last byte", "\x80"},
      {"nine continued bytes", std::string(9, '\xff')},
      {"bits beyond the 64th", std::string(9, '\xff') + "\x02"},
      {"an eleventh byte", std::string(10, '\x80') + std::string(1, '\0')},
  };
  for (const Case& c : cases) {
    CAPTURE(c.why);
    absl::string_view in = c.bytes;
    uint64_t value = 5;
    CHECK_FALSE(TakeVarint(&in, &value));
    CHECK(in == c.bytes);
    CHECK(value == 5);
  }
}

TEST_CASE("a 32-bit varint keeps to its limit", "[base]") {
  const std::string bytes = Varint(1000);
  absl::string_view in = bytes;
  uint32_t value = 0;
  CHECK_FALSE(TakeVarint32(&in, 999, &value));
  CHECK(in == bytes);
  CHECK(TakeVarint32(&in, 1000, &value));
  CHECK(value == 1000);
  CHECK(in.empty());
}

TEST_CASE("zigzag turns small negative numbers into small numbers", "[base]") {
  struct Case {
    int64_t value;
    uint64_t coded;
  };
  const auto c = GENERATE(values<Case>({
      {0, 0},
      {-1, 1},
      {1, 2},
      {-2, 3},
      {std::numeric_limits<int64_t>::max(), ~uint64_t{1}},
      {std::numeric_limits<int64_t>::min(), ~uint64_t{0}},
  }));
  CHECK(ZigZag(static_cast<uint64_t>(c.value)) == c.coded);
  CHECK(static_cast<int64_t>(UnZigZag(c.coded)) == c.value);
}

TEST_CASE("fixed integers are little-endian", "[base][golden]") {
  std::string bytes;
  PutU32(0x01020304, &bytes);
  PutU64(0x05060708090a0b0c, &bytes);
  CHECK(absl::BytesToHexString(bytes) == "040302010c0b0a0908070605");
  CHECK(LoadU32(bytes.data()) == 0x01020304);
  CHECK(LoadU64(bytes.data() + 4) == 0x05060708090a0b0c);
  CHECK(LoadPartialU64(bytes.data() + 4, 0) == 0);
  CHECK(LoadPartialU64(bytes.data() + 4, 3) == 0x0a0b0c);
}

// Every tile on disk has one of these.
TEST_CASE("a checksum never changes", "[base][golden]") {
  CHECK(Checksum("", 1) == 0x826f6703);
  CHECK(Checksum("footfall", 1) == 0x446d9683);
  CHECK(Checksum(std::string(1000, 'x'), 1) == 0x9dd4e0d1);
}

TEST_CASE("a checksum is the same on every processor", "[base]") {
  std::string bytes;
  for (int i = 0; i < 5000; ++i) {
    bytes.push_back(static_cast<char>(i * i % 251));
    CAPTURE(i);
    CHECK(PlainChecksum(bytes, 1) == Checksum(bytes, 1));
  }
  CHECK(PlainChecksum("footfall", 1) == 0x446d9683);
}

TEST_CASE("a checksum depends on every bit and on the seed", "[base]") {
  for (const size_t size : {1, 7, 16, 100, 300, 5000}) {
    std::string bytes(size, 'a');
    const uint32_t sum = Checksum(bytes, 1);
    CHECK(sum != Checksum(bytes, 2));
    for (size_t bit = 0; bit<size * 8; bit += size> 1000 ? 97 : 1) {
      std::string damaged = bytes;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      CHECK(Checksum(damaged, 1) != sum);
    }
  }
}

absl::StatusOr<int> Positive(int value) {
  if (value <= 0) {
    return absl::InvalidArgumentError("not positive");
  }
  return value;
}

absl::StatusOr<int> Sum(int a, int b) {
  FOOTFALL_ASSIGN_OR_RETURN(const int first, Positive(a));
  FOOTFALL_ASSIGN_OR_RETURN(const int second, Positive(b));
  return first + second;
}

absl::Status Check(int a) {
  FOOTFALL_RETURN_IF_ERROR(Positive(a).status());
  return absl::OkStatus();
}

TEST_CASE("the status macros pass errors up and values down", "[base]") {
  CHECK(*Sum(1, 2) == 3);
  CHECK(Sum(0, 2).status().message() == "not positive");
  CHECK(Sum(1, 0).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(Check(1).ok());
  CHECK(Check(-1).message() == "not positive");
}

TEST_CASE("a file call that ran out of something is told from one that failed",
          "[base]") {
  struct Case {
    int error;
    absl::StatusCode code;
  };
  const auto c = GENERATE(values<Case>({
      {ENOSPC, absl::StatusCode::kResourceExhausted},  // the medium is full
      {EDQUOT, absl::StatusCode::kResourceExhausted},  // so is a user's part
      {EFBIG, absl::StatusCode::kResourceExhausted},   // RLIMIT_FSIZE
      {EMFILE, absl::StatusCode::kResourceExhausted},  // RLIMIT_NOFILE
      {ENFILE, absl::StatusCode::kResourceExhausted},  // of the whole machine
      {ENOMEM, absl::StatusCode::kResourceExhausted},
      {EIO, absl::StatusCode::kUnavailable},
      {EACCES, absl::StatusCode::kUnavailable},
      {EROFS, absl::StatusCode::kUnavailable},
  }));
  CAPTURE(c.error);
  const absl::Status status = FileError(c.error, "x.csv cannot be read");
  CHECK(status.code() == c.code);
  CHECK_THAT(std::string(status.message()),
             StartsWith("x.csv cannot be read: "));
}

}  // namespace
}  // namespace footfall::storage
