#include "storage/base/varint.h"

namespace footfall::storage {

bool TakeVarint(absl::string_view* in, uint64_t* value) {
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
