#include "engine/write/packed_runs.h"

#include "storage/base/varint.h"

namespace footfall::engine {
namespace {

using storage::kMaxVarintSize;
using storage::UnZigZag;
using storage::ZigZag;

// Writes to bytes that are there, which std::string does not check.
char* PutVarintAt(uint64_t value, char* at) {
  for (; value >= 0x80; value >>= 7) *at++ = static_cast<char>(value | 0x80);
  *at++ = static_cast<char>(value);
  return at;
}

// Takes varints from bytes; `broken` once they end within one.
class Taker {
 public:
  explicit Taker(absl::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  uint64_t Take() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    broken_ = true;
    return 0;
  }

  absl::Status Finish() const {
    if (!broken_ && at_ == end_) return absl::OkStatus();
    return absl::UnavailableError(
        "temporary file: a block holds other bytes than were written");
  }

 private:
  const char* at_;
  const char* const end_;
  bool broken_ = false;
};

uint64_t UnsignedOf(int64_t value) { return static_cast<uint64_t>(value); }

}  // namespace

void PackCells(absl::Span<const Cell> cells, std::string* out) {
  const size_t begin = out->size();
  out->resize(begin + cells.size() * 2 * kMaxVarintSize);
  char* at = out->data() + begin;
  Cell before = {};
  for (const Cell& cell : cells) {
    at = PutVarintAt(cell.key - before.key, at);
    at = PutVarintAt(ZigZag(UnsignedOf(cell.value) - UnsignedOf(before.value)),
                     at);
    before = cell;
  }
  out->resize(static_cast<size_t>(at - out->data()));
}

void PackNumbers(absl::Span<const uint32_t> numbers, std::string* out) {
  const size_t begin = out->size();
  out->resize(begin + numbers.size() * kMaxVarintSize);
  char* at = out->data() + begin;
  uint64_t before = 0;
  for (const uint32_t number : numbers) {
    at = PutVarintAt(ZigZag(number - before), at);
    before = number;
  }
  out->resize(static_cast<size_t>(at - out->data()));
}

absl::Status UnpackCells(absl::string_view bytes, absl::Span<Cell> cells) {
  Taker taker(bytes);
  uint64_t key = 0;
  uint64_t value = 0;
  for (Cell& cell : cells) {
    key += taker.Take();
    value += UnZigZag(taker.Take());
    cell = {key, static_cast<int64_t>(value)};
  }
  return taker.Finish();
}

absl::Status UnpackNumbers(absl::string_view bytes,
                           absl::Span<uint32_t> numbers) {
  Taker taker(bytes);
  uint64_t before = 0;
  for (uint32_t& number : numbers) {
    before += UnZigZag(taker.Take());
    number = static_cast<uint32_t>(before);
  }
  return taker.Finish();
}

}  // namespace footfall::engine
