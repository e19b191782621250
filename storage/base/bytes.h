// Fixed-size integers as little-endian bytes.

#ifndef FOOTFALL_STORAGE_BASE_BYTES_H_
#define FOOTFALL_STORAGE_BASE_BYTES_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

namespace footfall::storage {

// CMakeLists.txt refuses a big-endian processor, where these would not hold.
static_assert(std::endian::native == std::endian::little);

// Reads 4 or 8 bytes at `bytes`, which need not be aligned.
inline uint32_t LoadU32(const char* bytes) {
  uint32_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}
inline uint64_t LoadU64(const char* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

// Writes 4 or 8 bytes at `bytes`, which need not be aligned.
inline void StoreU32(uint32_t value, char* bytes) {
  std::memcpy(bytes, &value, sizeof(value));
}
inline void StoreU64(uint64_t value, char* bytes) {
  std::memcpy(bytes, &value, sizeof(value));
}

inline void PutU32(uint32_t value, std::string* out) {
  char bytes[sizeof(value)];
  StoreU32(value, bytes);
  out->append(bytes, sizeof(bytes));
}
inline void PutU64(uint64_t value, std::string* out) {
  char bytes[sizeof(value)];
  StoreU64(value, bytes);
  out->append(bytes, sizeof(bytes));
}

// The first `count` <= 8 bytes at `bytes` as a number; the rest is 0.
inline uint64_t LoadPartialU64(const char* bytes, size_t count) {
  uint64_t value = 0;
  if (count != 0) {
    std::memcpy(&value, bytes, count);
  }
  return value;
}

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_BASE_BYTES_H_
