// Users' hashes: the values that are on disk.

#include "storage/sets/user_hash.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

UserKey Counting(unsigned char first = 0) {
  UserKey key;
  for (unsigned char& byte : key) {
    byte = first++;
  }
  return key;
}

// The vectors that SipHash's authors publish: key 00 01 .. 0f, and of a size n
// the message 00 01 .. n - 1.
TEST_CASE("a user's hash is SipHash-2-4 as published", "[sets][golden]") {
  const struct {
    size_t size;
    uint64_t hash;
  } vectors[] = {
      {0, 0x726fdb47dd0e0e31},  {1, 0x74f839c593dc67fd},
      {2, 0x0d6c8009d9a94f5a},  {3, 0x85676696d7fb7e2d},
      {4, 0xcf2794e0277187b7},  {5, 0x18765564cd99a68d},
      {6, 0xcbc9466e58fee3ce},  {7, 0xab0200f58b01d137},
      {8, 0x93f5f5799a932462},  {9, 0x9e0082df0ba9e4b0},
      {15, 0xa129ca6149be45e5},  // the one in the paper
      {16, 0x3f2acc7f57c29bdb}, {17, 0x699ae9f52cbe4794},
      {63, 0x958a324ceb064572},
  };
  std::string message;
  for (const auto& vector : vectors) {
    while (message.size() < vector.size) {
      message.push_back(static_cast<char>(message.size()));
    }
    CHECK(HashUser(Counting(), message) == vector.hash);
  }
}

// These are on users' disks, under the same key.
TEST_CASE("ids keep their hashes", "[sets][golden]") {
  CHECK(HashUser(Counting(), "1") == 0x3943c8fcfccf7ce0);
  CHECK(HashUser(Counting(), "u17") == 0x595493663a58f869);
  CHECK(HashUser(Counting(), "用户") == 0xe108ab049fda9aab);
  CHECK(KeyCheck(Counting()) == 0xdd0e0e31);
  CHECK(KeyCheck(Counting(1)) != KeyCheck(Counting()));
}

TEST_CASE("hashes of ids that count up fall evenly", "[sets]") {
  const UserKey key = Counting(7);
  std::set<uint64_t> seen;
  uint64_t in_16th[16] = {};
  for (int id = 0; id < 160'000; ++id) {
    const uint64_t hash = HashUser(key, absl::StrCat(id));
    ++in_16th[hash >> 60];
    seen.insert(hash);
  }
  CHECK(seen.size() == 160'000);
  for (const uint64_t count : in_16th) {
    CHECK(count > 9'500);  // five standard deviations
    CHECK(count < 10'500);
  }
}

}  // namespace
}  // namespace footfall::storage
