#include "storage/sets/elias_fano.h"

#include "storage/base/check.h"

namespace footfall::storage {
namespace {

template <typename Number>
void PutNumbers(absl::Span<const Number> numbers, Number last,
                std::string* out) {
  const EliasFanoShape shape(numbers.size(), last);
  const size_t start = out->size();
  // Whole words are written, so leave room for one and cut it off again.
  out->resize(start + shape.size + 8);
  char* const lows = out->data() + start;
  if (shape.low_bits != 0) {
    const uint64_t mask = ~uint64_t{0} >> (64 - shape.low_bits);
    uint64_t word = 0;
    uint32_t used = 0;
    char* at = lows;
    for (const Number number : numbers) {
      const uint64_t low = number & mask;
      word |= low << used;
      used += shape.low_bits;
      if (used >= 64) {
        StoreU64(word, at);
        at += 8;
        used -= 64;
        word = used == 0 ? 0 : low >> (shape.low_bits - used);
      }
    }
    StoreU64(word, at);
  }
  char* const highs = lows + shape.low_size;
  std::memset(highs, 0, shape.size - shape.low_size);
  uint64_t index = 0;
  for (const Number number : numbers) {
    const uint64_t place = (uint64_t{number} >> shape.low_bits) + index++;
    FOOTFALL_DCHECK(place < shape.high_bits);
    highs[place / 8] = static_cast<char>(
        static_cast<unsigned char>(highs[place / 8]) | 1u << (place % 8));
  }
  out->resize(start + shape.size);
}

}  // namespace

void PutEliasFano(absl::Span<const uint64_t> numbers, uint64_t last,
                  std::string* out) {
  PutNumbers(numbers, last, out);
}

void PutEliasFano(absl::Span<const uint32_t> numbers, uint32_t last,
                  std::string* out) {
  PutNumbers(numbers, last, out);
}

}  // namespace footfall::storage
