#include "storage/base/varint.h"

#include "storage/base/bytes.h"

namespace footfall::storage {
namespace {

// Puts eight groups of 7 bits, one in each byte, side by side.
uint64_t PressGroups(uint64_t word) {
  word = (word & 0x007f007f007f007f) | (word & 0x7f007f007f007f00) >> 1;
  word = (word & 0x00003fff00003fff) | (word & 0x3fff00003fff0000) >> 2;
  return (word & 0x000000000fffffff) | (word & 0x0fffffff00000000) >> 4;
}

}  // namespace

bool TakeVarint(absl::string_view* in, uint64_t* value) {
  // Up to 8 bytes at once: the lengths of varints are hard to foresee.
  if (in->size() >= 8) {
    const uint64_t word = LoadU64(in->data());
    const uint64_t last_bytes = ~word & 0x8080808080808080;
    if (last_bytes != 0) {
      const uint32_t bits =
          static_cast<uint32_t>(std::countr_zero(last_bytes)) + 1;
      *value = PressGroups(word & (~uint64_t{0} >> (64 - bits)));
      in->remove_prefix(bits / 8);
      return true;
    }
  }
  uint64_t result = 0;
  for (size_t i = 0; i < in->size() && i < kMaxVarintSize; ++i) {
    const uint64_t byte = static_cast<unsigned char>((*in)[i]);
    if (i == kMaxVarintSize - 1 && byte > 1) {
      return false;  // bits beyond the 64th
    }
    result |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      in->remove_prefix(i + 1);
      *value = result;
      return true;
    }
  }
  return false;
}

bool TakeVarint32(absl::string_view* in, uint32_t limit, uint32_t* value) {
  absl::string_view rest = *in;
  uint64_t wide;
  if (!TakeVarint(&rest, &wide) || wide > limit) {
    return false;
  }
  *in = rest;
  *value = static_cast<uint32_t>(wide);
  return true;
}

}  // namespace footfall::storage
