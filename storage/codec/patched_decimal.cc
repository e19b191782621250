#include "storage/codec/patched_decimal.h"

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/check.h"
#include "storage/base/varint.h"
#include "storage/codec/decimal.h"

namespace footfall::storage {

std::optional<uint32_t> ToPatchedIntegers(
    absl::Span<const int64_t> values, absl::Span<int64_t> integers,
    std::vector<DecimalException>* exceptions) {
  FOOTFALL_DCHECK(integers.size() == values.size());
  const size_t limit = values.size() / 8;
  std::optional<uint32_t> best;
  size_t fewest = limit + 1;
  for (uint32_t scale = 0; scale <= kMaxDecimalScale && fewest > 0; ++scale) {
    size_t failed = 0;
    int64_t integer;
    for (const int64_t value : values) {
      failed += ToScaledInteger(value, scale, &integer) ? 0 : 1;
      if (failed >= fewest) {
        break;
      }
    }
    if (failed < fewest) {
      fewest = failed;
      best = scale;
    }
  }
  exceptions->clear();
  if (!best.has_value()) {
    return best;
  }
  int64_t last = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!ToScaledInteger(values[i], *best, &integers[i])) {
      exceptions->push_back({i, values[i]});
      integers[i] = last;
    }
    last = integers[i];
  }
  return best;
}

void PutExceptions(absl::Span<const DecimalException> exceptions,
                   std::string* out) {
  PutVarint(exceptions.size() - 1, out);
  size_t previous = 0;
  for (const DecimalException& exception : exceptions) {
    PutVarint(exception.rank - previous, out);
    PutU64(static_cast<uint64_t>(exception.bits), out);
    previous = exception.rank;
  }
}

absl::Status TakeExceptions(absl::string_view* in, size_t count, size_t begin,
                            absl::Span<int64_t> out) {
  uint64_t more;
  bool whole = TakeVarint(in, &more) && more < count;
  uint64_t rank = 0;
  for (uint64_t i = 0; whole && i <= more; ++i) {
    uint64_t distance;
    whole = TakeVarint(in, &distance) && distance < count &&
            rank + distance < count && in->size() >= sizeof(uint64_t);
    if (!whole) {
      break;
    }
    rank += distance;
    if (rank >= begin && rank - begin < out.size()) {
      out[rank - begin] = static_cast<int64_t>(LoadU64(in->data()));
    }
    in->remove_prefix(sizeof(uint64_t));
  }
  if (!whole) {
    return absl::DataLossError(absl::StrCat(
        "decimal: exceptions are cut off or beyond ", count, " values"));
  }
  return absl::OkStatus();
}

}  // namespace footfall::storage
