// What FILL puts into cells without a value.

#include "query/cell/fill.h"

#include <cmath>
#include <cstddef>

namespace footfall::query {
namespace {

__extension__ using Wide = __int128;

// `part` of `whole` buckets on the way from one value to another.
Scalar Between(const Scalar& from, const Scalar& to, int64_t part,
               int64_t whole) {
  if (from.is_decimal || to.is_decimal) {
    return Scalar::Decimal(
        std::lerp(from.as_decimal(), to.as_decimal(),
                  static_cast<double>(part) / static_cast<double>(whole)));
  }
  // Twice the way, so that a half is whole: rounded away from 0.
  const Wide twice =
      2 * (Wide{from.integer} * (whole - part) + Wide{to.integer} * part);
  const Wide rounded =
      (twice + (twice < 0 ? -Wide{whole} : Wide{whole})) / (2 * Wide{whole});
  return Scalar::Integer(static_cast<int64_t>(rounded));
}

}  // namespace

absl::Status FillCells(FillMode mode, std::optional<int64_t> max,
                       bool is_decimal,
                       absl::FunctionRef<absl::Status()> before_each,
                       absl::Span<Cell> cells) {
  const auto has_value = [&cells](size_t i) {
    return cells[i].has_value && !cells[i].filled;
  };
  std::optional<size_t> last;
  size_t next = 0;  // the first value at or behind i
  for (size_t i = 0; i < cells.size(); ++i) {
    if (absl::Status status = before_each(); !status.ok()) return status;
    if (has_value(i)) {
      last = i;
      continue;
    }
    if (max.has_value() &&
        (!last.has_value() || static_cast<int64_t>(i - *last) > *max)) {
      continue;
    }
    Scalar value = is_decimal ? Scalar::Decimal(0) : Scalar::Integer(0);
    switch (mode) {
      case FillMode::kNone:
      case FillMode::kNull:
        continue;
      case FillMode::kZero:
        break;
      case FillMode::kPrevious:
        if (!last.has_value()) continue;
        value = cells[*last].value;
        break;
      case FillMode::kLinear:
        if (!last.has_value()) continue;
        if (next < i) next = i;
        while (next < cells.size() && !has_value(next)) ++next;
        if (next == cells.size()) return absl::OkStatus();
        value = Between(cells[*last].value, cells[next].value,
                        static_cast<int64_t>(i - *last),
                        static_cast<int64_t>(next - *last));
        break;
    }
    Cell filled = Cell::Missing(cells[i].present, cells[i].expected);
    filled.has_value = true;
    filled.filled = true;
    filled.value = value;
    cells[i] = filled;
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
