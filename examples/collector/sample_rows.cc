#include "examples/collector/sample_rows.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "footfall/csv_export.h"

namespace footfall::collector {
namespace {

constexpr absl::string_view kLine = "footfall.collector/line";
constexpr absl::string_view kColumn = "footfall.collector/column";

// Milliseconds of the years 1 to 9999.
constexpr int64_t kMaxMilliseconds = 253'402'300'799'999;
constexpr int64_t kMinMilliseconds = -62'135'596'800'000;

constexpr absl::string_view kRightTime =
    "milliseconds since 1970, or a date such as 2025-02-08 or "
    "2025-02-08T13:05Z";

std::string Show(const Field& field) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "nothing"; }
    std::string operator()(absl::string_view text) const {
      return absl::StrCat("\"", text.substr(0, 100), "\"");
    }
    std::string operator()(int64_t number) const {
      return absl::StrCat(number);
    }
    std::string operator()(double number) const { return absl::StrCat(number); }
  };
  return std::visit(Visitor(), field.value);
}

const Field* Find(absl::Span<const Field> fields, absl::string_view name) {
  const auto it =
      std::find_if(fields.begin(), fields.end(),
                   [name](const Field& field) { return field.name == name; });
  return it == fields.end() ? nullptr : &*it;
}

bool AllDigits(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

}  // namespace

absl::Status WrongRow(size_t line, absl::string_view column,
                      absl::string_view found, absl::string_view right) {
  absl::Status status = absl::InvalidArgumentError(
      absl::StrCat("line ", line, column.empty() ? "" : ", column ", column,
                   ": found ", found, "; ", right, " would be right"));
  status.SetPayload(kLine, absl::Cord(absl::StrCat(line)));
  status.SetPayload(kColumn, absl::Cord(column));
  return status;
}

RowPlace PlaceOf(const absl::Status& status) {
  RowPlace place;
  const auto line = status.GetPayload(kLine);
  const auto column = status.GetPayload(kColumn);
  if (line.has_value() && !absl::SimpleAtoi(std::string(*line), &place.line)) {
    place.line = 0;
  }
  if (column.has_value()) place.column = std::string(*column);
  return place;
}

absl::Status SampleRowReader::Add(size_t line, absl::Span<const Field> fields) {
  if (batch_.row_count() == max_rows_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("line ", line, ": a request may have ", max_rows_,
                     " samples; send several"));
  }
  const absl::StatusOr<const Target*> target = FindTarget(line, fields);
  if (!target.ok()) return target.status();
  const Metric& metric = *(*target)->metric;
  const std::vector<Dimension>& dimensions = metric.spec.dimensions;
  std::optional<int64_t> step;
  std::optional<SampleValue> value;
  members_.assign(dimensions.size(), "");
  for (const Field& field : fields) {
    if (const auto d = metric.FindDimension(field.name); d.has_value()) {
      if (std::holds_alternative<std::monostate>(field.value)) continue;
      const auto* member = std::get_if<absl::string_view>(&field.value);
      if (member == nullptr) {
        return WrongRow(line, field.name, Show(field), "a text");
      }
      if (const absl::Status valid = ValidateText(*member, kMaxMemberBytes);
          !valid.ok()) {
        return WrongRow(line, field.name, valid.message(),
                        "UTF-8 of at most 255 bytes, without control "
                        "characters,");
      }
      members_[*d] = *member;
    } else if (field.name == "time") {
      const absl::StatusOr<int64_t> read = ReadTime(line, field, metric.grid);
      if (!read.ok()) return read.status();
      step = *read;
    } else if (field.name == (*target)->value_header) {
      const absl::StatusOr<SampleValue> read =
          ReadValue(line, field, metric.spec);
      if (!read.ok()) return read.status();
      value = *read;
    } else if (field.name != "metric" || !metric_.empty()) {
      return WrongRow(
          line, field.name, "a column that the metric has not",
          absl::StrCat(
              "time, ", (*target)->value_header,
              absl::StrJoin(dimensions, "",
                            [](std::string* out, const Dimension& one) {
                              absl::StrAppend(out, ", ", one.name);
                            })));
    }
  }
  if (!step.has_value()) return WrongRow(line, "time", "nothing", kRightTime);
  if (!value.has_value()) {
    return WrongRow(line, (*target)->value_header, "nothing",
                    "a number, or leaving the row out, as missing is not "
                    "zero,");
  }
  (*target)->rows->AddStep(*step, members_, *value);
  return absl::OkStatus();
}

absl::StatusOr<const SampleRowReader::Target*> SampleRowReader::FindTarget(
    size_t line, absl::Span<const Field> fields) {
  absl::string_view name = metric_;
  if (name.empty()) {
    const Field* const field = Find(fields, "metric");
    const auto* text = field == nullptr
                           ? nullptr
                           : std::get_if<absl::string_view>(&field->value);
    if (text == nullptr) {
      return WrongRow(line, "metric",
                      field == nullptr ? "nothing" : Show(*field),
                      "the name of a metric, here or as ?metric=NAME,");
    }
    name = *text;
  }
  for (const Target& target : targets_) {
    if (target.metric->spec.name == name) return &target;
  }
  std::shared_ptr<const Metric> metric = snapshot_.FindMetric(name);
  if (metric == nullptr) {
    std::string names;
    for (const auto& other : snapshot_.Metrics()) {
      absl::StrAppend(&names, names.empty() ? "" : ", ", other->spec.name);
    }
    return WrongRow(line, "metric",
                    absl::StrCat("\"", name.substr(0, 100), "\""),
                    names.empty() ? "a metric that DEFINE METRIC has declared"
                                  : absl::StrCat("one of ", names));
  }
  if (!metric->usable.ok()) return metric->usable;
  Target target = {metric, &batch_.RowsOf(metric),
                   ExportValueHeader(metric->spec)};
  targets_.push_back(std::move(target));
  return &targets_.back();
}

absl::StatusOr<int64_t> SampleRowReader::ReadTime(size_t line,
                                                  const Field& field,
                                                  const Grid& grid) const {
  std::optional<int64_t> ms;
  if (const auto* number = std::get_if<int64_t>(&field.value)) ms = *number;
  const auto* text = std::get_if<absl::string_view>(&field.value);
  if (text != nullptr && is_csv_ && text->size() != 4 && AllDigits(*text)) {
    int64_t number = 0;  // four digits are a year
    if (absl::SimpleAtoi(*text, &number)) ms = number;
  }
  if (ms.has_value()) {
    if (*ms < kMinMilliseconds || *ms > kMaxMilliseconds) {
      return WrongRow(line, field.name, Show(field),
                      "milliseconds of the years 1 to 9999");
    }
    return grid.StepAt(absl::FromUnixMillis(*ms));
  }
  if (text == nullptr)
    return WrongRow(line, field.name, Show(field), kRightTime);
  const absl::StatusOr<Date> date = ParseDate(*text);
  if (!date.ok()) return WrongRow(line, field.name, Show(field), kRightTime);
  absl::StatusOr<int64_t> step = grid.StepNamed(*date);
  if (step.ok()) return step;
  return WrongRow(line, field.name,
                  absl::StrCat(Show(field), " (", step.status().message(), ")"),
                  absl::StrCat("one ", FormatPeriod(grid.period())));
}

absl::StatusOr<SampleValue> SampleRowReader::ReadValue(
    size_t line, const Field& field, const MetricSpec& spec) const {
  const bool whole = spec.value_type == ValueType::kInteger;
  const absl::string_view right =
      whole ? "a whole number, as the metric is INTEGER,"
            : "a number, as the metric is DECIMAL,";
  std::optional<int64_t> integer;
  std::optional<double> decimal;
  if (const auto* number = std::get_if<int64_t>(&field.value)) {
    integer = *number;
  } else if (const auto* fraction = std::get_if<double>(&field.value)) {
    decimal = *fraction;
  } else if (const auto* text = std::get_if<absl::string_view>(&field.value);
             text != nullptr && is_csv_) {
    int64_t read = 0;
    double read_decimal = 0;
    if (absl::SimpleAtoi(*text, &read)) {
      integer = read;
    } else if (absl::SimpleAtod(*text, &read_decimal)) {
      decimal = read_decimal;
    }
  }
  const bool fits = whole ? integer.has_value()
                          : integer.has_value() || (decimal.has_value() &&
                                                    std::isfinite(*decimal));
  if (!fits) return WrongRow(line, field.name, Show(field), right);
  const bool negative = integer.has_value() ? *integer < 0 : *decimal < 0;
  if (negative && spec.CountsUsers()) {
    return WrongRow(line, field.name, Show(field),
                    "0 or more, as a metric that OVERLAPS counts users,");
  }
  // An integer above 2^53 of a DECIMAL metric is left to Write() to refuse.
  return integer.has_value() ? SampleValue(*integer) : SampleValue(*decimal);
}

}  // namespace footfall::collector
