#include "storage/sets/user_hash.h"

#include <bit>

#include "storage/base/bytes.h"

namespace footfall::storage {
namespace {

struct SipState {
  uint64_t v0, v1, v2, v3;

  void Round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }

  void Take(uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }
};

}  // namespace

uint64_t HashUser(const UserKey& key, absl::string_view user) {
  uint64_t k0;
  uint64_t k1;
  std::memcpy(&k0, key.data(), sizeof(k0));
  std::memcpy(&k1, key.data() + sizeof(k0), sizeof(k1));
  // "somepseudorandomlygeneratedbytes"
  SipState state = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
                    k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573};
  const uint64_t size = user.size();
  for (; user.size() >= 8; user.remove_prefix(8)) {
    state.Take(LoadU64(user.data()));
  }
  state.Take(LoadPartialU64(user.data(), user.size()) | size << 56);
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) {
    state.Round();
  }
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

uint32_t KeyCheck(const UserKey& key) {
  return static_cast<uint32_t>(HashUser(key, ""));
}

}  // namespace footfall::storage
