// Sums and means of cells.

#include "query/cell/cell_sum.h"

#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace footfall::query {

void CellSum::Number::Add(const Scalar& scalar) {
  if (scalar.is_decimal) {
    decimal += scalar.decimal;
  } else {
    integer += scalar.integer;
  }
}

void CellSum::Add(const Cell& cell) {
  present_ += cell.present;
  expected_ += cell.expected;
  if (!cell.has_value || cell.filled) return;
  ++count_;
  is_decimal_ |= cell.value.is_decimal;
  inexact_ |= cell.inexact;
  value_.Add(cell.value);
  if (cell.low.has_value()) low_.Add(*cell.low);
  if (cell.high.has_value()) high_.Add(*cell.high);
  low_open_ |= !cell.low.has_value();
  high_open_ |= !cell.high.has_value();
}

void CellSum::Add(const CellSum& other) {
  present_ += other.present_;
  expected_ += other.expected_;
  count_ += other.count_;
  is_decimal_ |= other.is_decimal_;
  inexact_ |= other.inexact_;
  low_open_ |= other.low_open_;
  high_open_ |= other.high_open_;
  const auto add = [](const Number& more, Number* sum) {
    sum->integer += more.integer;
    sum->decimal += more.decimal;
  };
  add(other.value_, &value_);
  add(other.low_, &low_);
  add(other.high_, &high_);
}

double CellSum::AsDecimal(const Number& number) const {
  return is_decimal_ ? number.decimal : static_cast<double>(number.integer);
}

absl::StatusOr<Scalar> CellSum::AsScalar(const Number& number) const {
  if (is_decimal_) return Scalar::Decimal(number.decimal);
  if (number.integer > std::numeric_limits<int64_t>::max() ||
      number.integer < std::numeric_limits<int64_t>::min()) {
    return absl::OutOfRangeError(absl::StrCat(
        "a sum of ", count_, " values is about ",
        static_cast<double>(number.integer), ", outside 64-bit integers"));
  }
  return Scalar::Integer(static_cast<int64_t>(number.integer));
}

absl::StatusOr<Cell> CellSum::Sum() const {
  Cell cell = Cell::Missing(present_, expected_);
  if (count_ == 0) return cell;
  const auto value = AsScalar(value_);
  if (!value.ok()) return value.status();
  cell.has_value = true;
  cell.value = *value;
  cell.inexact = inexact_;
  if (!low_open_) {
    const auto low = AsScalar(low_);
    if (!low.ok()) return low.status();
    cell.low = *low;
  }
  if (!high_open_) {
    const auto high = AsScalar(high_);
    if (!high.ok()) return high.status();
    cell.high = *high;
  }
  return cell;
}

Cell CellSum::Mean() const {
  Cell cell = Cell::Missing(present_, expected_);
  if (count_ == 0) return cell;
  const auto mean = [this](const Number& sum) {
    return Scalar::Decimal(AsDecimal(sum) / static_cast<double>(count_));
  };
  cell.has_value = true;
  cell.value = mean(value_);
  cell.inexact = inexact_;
  if (!low_open_) cell.low = mean(low_);
  if (!high_open_) cell.high = mean(high_);
  return cell;
}

}  // namespace footfall::query
