#include "engine/write/packed_runs.h"

#include "storage/base/varint.h"

namespace footfall::engine {
namespace {

using storage::kMaxVarintSize;
using storage::UnZigZag;
using storage::ZigZag;
using Row = BulkLoader::Row;

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

void PackRows(absl::Span<const Row> rows, std::string* out) {
  const size_t begin = out->size();
  out->resize(begin + rows.size() * 3 * kMaxVarintSize);
  char* at = out->data() + begin;
  Row before = {};
  for (const Row& row : rows) {
    at =
        PutVarintAt(ZigZag(uint64_t{row.series} - uint64_t{before.series}), at);
    at =
        PutVarintAt(ZigZag(UnsignedOf(row.step) - UnsignedOf(before.step)), at);
    at = PutVarintAt(ZigZag(UnsignedOf(row.value) - UnsignedOf(before.value)),
                     at);
    before = row;
  }
  out->resize(static_cast<size_t>(at - out->data()));
}

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

absl::Status UnpackRows(absl::string_view bytes, absl::Span<Row> rows) {
  Taker taker(bytes);
  uint64_t series = 0;
  uint64_t step = 0;
  uint64_t value = 0;
  for (Row& row : rows) {
    series += UnZigZag(taker.Take());
    step += UnZigZag(taker.Take());
    value += UnZigZag(taker.Take());
    row.series = static_cast<uint32_t>(series);
    row.step = static_cast<int64_t>(step);
    row.value = static_cast<int64_t>(value);
  }
  return taker.Finish();
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

}  // namespace footfall::engine
