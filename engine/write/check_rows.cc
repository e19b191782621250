#include "engine/write/check_rows.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "absl/base/casts.h"
#include "absl/strings/str_cat.h"

namespace footfall::engine {
namespace {

// Integers up to this size are doubles without loss.
constexpr int64_t kExactDouble = int64_t{1} << 53;

bool IsNegative(ValueType type, int64_t bits) {
  return type == ValueType::kInteger ? bits < 0
                                     : absl::bit_cast<double>(bits) < 0;
}

absl::Status Misfit(const Metric& metric, absl::string_view column,
                    absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      "metric ", metric.spec.name, ", column ", column, ": ", what));
}

}  // namespace

absl::Status InRow(const absl::Status& status, size_t row) {
  return absl::Status(
      status.code(), absl::StrCat("row ", row, ", from 0: ", status.message()));
}

absl::Status CheckStep(const Metric& metric, int64_t step) {
  const StepRange limits = metric.grid.Limits();
  if (step >= limits.begin && step < limits.end) {
    return absl::OkStatus();
  }
  return Misfit(metric, "time",
                absl::StrCat("step ", step, " is outside the years 1 to 9999: ",
                             limits.begin, " to ", limits.end - 1));
}

absl::Status CheckMemberCount(const Metric& metric, size_t count) {
  const size_t dimensions = metric.spec.dimensions.size();
  if (count == dimensions) {
    return absl::OkStatus();
  }
  std::string names;
  for (const Dimension& dimension : metric.spec.dimensions) {
    absl::StrAppend(&names, names.empty() ? " (" : ", ", dimension.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("metric ", metric.spec.name, ": ", count,
                   " members were given; it has ", dimensions, " dimensions",
                   names, names.empty() ? "" : ")", ": one member each"));
}

absl::Status CheckMember(const Metric& metric, size_t dimension,
                         absl::string_view member) {
  const absl::Status valid = ValidateText(member, kMaxMemberBytes);
  return valid.ok() ? valid
                    : Misfit(metric, metric.spec.dimensions[dimension].name,
                             valid.message());
}

absl::Status CheckValue(const Metric& metric, int64_t bits) {
  if (!IsNegative(metric.spec.value_type, bits) || !metric.spec.CountsUsers()) {
    return absl::OkStatus();
  }
  const std::string found = metric.spec.value_type == ValueType::kInteger
                                ? absl::StrCat(bits)
                                : absl::StrCat(absl::bit_cast<double>(bits));
  return Misfit(metric, "value",
                absl::StrCat(found,
                             " is negative; a metric that OVERLAPS "
                             "counts users and takes 0 or more"));
}

absl::Status ConvertValue(const Metric& metric, RowKind kind, int64_t* bits) {
  if (metric.spec.value_type == ValueType::kInteger) {
    return kind == RowKind::kInteger
               ? absl::OkStatus()
               : Misfit(metric, "value",
                        absl::StrCat(absl::bit_cast<double>(*bits),
                                     " is a decimal; the metric is INTEGER and "
                                     "takes whole numbers"));
  }
  if (kind == RowKind::kDecimal) {
    return absl::OkStatus();
  }
  if (*bits > kExactDouble || *bits < -kExactDouble) {
    return Misfit(metric, "value",
                  absl::StrCat(*bits,
                               " does not fit a DECIMAL exactly; whole "
                               "numbers up to 2^53 do"));
  }
  *bits = absl::bit_cast<int64_t>(static_cast<double>(*bits));
  return absl::OkStatus();
}

absl::Status CheckRows(const Metric& metric, const SampleRows& rows) {
  const size_t count = rows.size();
  // Members are checked once each; the rows that use a bad one are looked for
  // only then.
  size_t first_bad = count;
  absl::Status bad;
  const auto note = [&](size_t row, const absl::Status& status) {
    if (row < first_bad) {
      first_bad = row;
      bad = status;
    }
  };
  if (const auto& unfit = rows.unfit(); unfit.has_value()) {
    note(unfit->row, unfit->column.empty()
                         ? CheckMemberCount(metric, unfit->members)
                         : Misfit(metric, unfit->column, unfit->why));
  }
  for (size_t d = 0; d < rows.columns().size(); ++d) {
    const MemberColumn& column = rows.columns()[d];
    for (size_t number = 0; number < column.names().size(); ++number) {
      const absl::Status valid = CheckMember(metric, d, column.names()[number]);
      if (!valid.ok()) {
        const auto used =
            std::find(column.rows().begin(), column.rows().end(), number);
        note(static_cast<size_t>(used - column.rows().begin()), valid);
      }
    }
  }
  const StepRange limits = metric.grid.Limits();
  const ValueType type = metric.spec.value_type;
  const bool counts_users = metric.spec.CountsUsers();
  const RowKind own =
      type == ValueType::kInteger ? RowKind::kInteger : RowKind::kDecimal;
  for (size_t i = 0; i < first_bad; ++i) {
    const int64_t step = rows.steps()[i];
    const RowKind kind = rows.kinds()[i];
    int64_t bits = rows.values()[i];
    if (step < limits.begin || step >= limits.end) {
      return InRow(CheckStep(metric, step), i);
    }
    if (kind == RowKind::kDelete) {
      continue;
    }
    if (kind != own) {
      if (const absl::Status fits = ConvertValue(metric, kind, &bits);
          !fits.ok()) {
        return InRow(fits, i);
      }
    }
    if (counts_users && IsNegative(type, bits)) {
      return InRow(CheckValue(metric, bits), i);
    }
  }
  return first_bad == count ? absl::OkStatus() : InRow(bad, first_bad);
}

}  // namespace footfall::engine
