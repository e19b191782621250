// A struct array of Arrow as rows of a metric.

#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "footfall/hash_table.h"
#include "query/c/database.h"
#include "query/c/error.h"
#include "query/c/write.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// A column of the struct; rows are counted as the struct's.
class ArrowColumn {
 public:
  ArrowColumn(const ArrowSchema& schema, const ArrowArray& array,
              int64_t offset)
      : schema_(schema), array_(array), offset_(offset + array.offset) {}

  absl::string_view name() const {
    return schema_.name == nullptr ? "" : schema_.name;
  }
  absl::string_view format() const { return schema_.format; }
  bool has_dictionary() const { return schema_.dictionary != nullptr; }
  // Of the texts behind codes; its rows are codes.
  ArrowColumn dictionary() const {
    return ArrowColumn(*schema_.dictionary, *array_.dictionary, 0);
  }
  int64_t dictionary_size() const { return array_.dictionary->length; }

  bool IsNull(int64_t row) const {
    const auto* const bits = static_cast<const uint8_t*>(array_.buffers[0]);
    if (array_.null_count == 0 || bits == nullptr) return false;
    const int64_t bit = offset_ + row;
    return (bits[bit / 8] >> (bit % 8) & 1) == 0;
  }
  template <typename T>
  T Number(int64_t row) const {
    return static_cast<const T*>(array_.buffers[1])[offset_ + row];
  }
  // Of utf8 (T is int32_t) and large utf8 (int64_t).
  template <typename T>
  absl::string_view Text(int64_t row) const {
    const T* const offsets =
        static_cast<const T*>(array_.buffers[1]) + offset_ + row;
    return absl::string_view(
        static_cast<const char*>(array_.buffers[2]) + offsets[0],
        static_cast<size_t>(offsets[1] - offsets[0]));
  }
  absl::string_view TextAt(int64_t row) const {
    return format() == "U" ? Text<int64_t>(row) : Text<int32_t>(row);
  }
  // Requires: IsInteger(), and not 'L'.
  int64_t IntegerAt(int64_t row) const {
    switch (schema_.format[0]) {
      case 'c':
        return Number<int8_t>(row);
      case 'C':
        return Number<uint8_t>(row);
      case 's':
        return Number<int16_t>(row);
      case 'S':
        return Number<uint16_t>(row);
      case 'i':
        return Number<int32_t>(row);
      case 'I':
        return Number<uint32_t>(row);
      default:
        return Number<int64_t>(row);
    }
  }
  bool IsInteger() const {
    return format().size() == 1 && absl::StrContains("cCsSiIlL", format());
  }
  bool IsText() const { return format() == "u" || format() == "U"; }

  absl::Status Wrong(absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat("column ", name(), ": ", what));
  }
  absl::Status WrongType(absl::string_view right) const {
    return Wrong(absl::StrCat(
        "its Arrow type is ", has_dictionary() ? "a dictionary of " : "",
        has_dictionary() ? schema_.dictionary->format : schema_.format, "; ",
        right, " is required"));
  }

 private:
  const ArrowSchema& schema_;
  const ArrowArray& array_;
  const int64_t offset_;
};

constexpr absl::string_view kTextTypes = "text (u, U) or a dictionary of it";

// The texts of a column, each once, and a code for each of `rows`. A null is
// "".
struct CodedTexts {
  std::vector<absl::string_view> names;
  std::vector<uint32_t> codes;
};

absl::StatusOr<CodedTexts> TextsOf(const ArrowColumn& column,
                                   const std::vector<int64_t>& rows) {
  CodedTexts out;
  out.codes.reserve(rows.size());
  if (column.has_dictionary()) {
    const ArrowColumn texts = column.dictionary();
    const int64_t size = column.dictionary_size();
    if (!texts.IsText() || !column.IsInteger()) {
      return column.WrongType(kTextTypes);
    }
    for (int64_t i = 0; i < size; ++i) {
      out.names.push_back(texts.IsNull(i) ? "" : texts.TextAt(i));
    }
    out.names.push_back("");
    for (const int64_t row : rows) {
      const int64_t code = column.IsNull(row) ? size : column.IntegerAt(row);
      if (code < 0 || code > size) {
        return column.Wrong(absl::StrCat("row ", row, " has code ", code,
                                         "; its dictionary has ", size,
                                         " texts"));
      }
      out.codes.push_back(static_cast<uint32_t>(code));
    }
    return out;
  }
  if (!column.IsText()) return column.WrongType(kTextTypes);
  FlatHashMap<absl::string_view, uint32_t> codes;
  for (const int64_t row : rows) {
    const absl::string_view text =
        column.IsNull(row) ? absl::string_view() : column.TextAt(row);
    const auto [found, is_new] =
        codes.try_emplace(text, static_cast<uint32_t>(out.names.size()));
    if (is_new) out.names.push_back(text);
    out.codes.push_back(found->second);
  }
  return out;
}

// How many units of a time column are a second, of its format; 0 for others.
int64_t UnitsOfSecond(absl::string_view format) {
  if (absl::StartsWith(format, "tss:")) return 1;
  if (absl::StartsWith(format, "tsm:") || format == "tdm") return 1000;
  if (absl::StartsWith(format, "tsu:")) return 1'000'000;
  if (absl::StartsWith(format, "tsn:")) return 1'000'000'000;
  return 0;
}

int64_t FloorOf(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

absl::StatusOr<int64_t> StepNamedBy(absl::string_view text, const Grid& grid) {
  FOOTFALL_ASSIGN_OR_RETURN(const Date date, ParseDate(text));
  return grid.StepNamed(date);
}

absl::StatusOr<std::vector<int64_t>> StepsNamed(
    const ArrowColumn& column, const std::vector<int64_t>& rows,
    const Grid& grid) {
  FOOTFALL_ASSIGN_OR_RETURN(const CodedTexts texts, TextsOf(column, rows));
  std::vector<int64_t> step_of(texts.names.size());
  std::vector<bool> known(texts.names.size());
  std::vector<int64_t> steps;
  steps.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t code = texts.codes[i];
    if (!known[code]) {
      const absl::StatusOr<int64_t> step = StepNamedBy(texts.names[code], grid);
      if (!step.ok()) {
        return column.Wrong(
            absl::StrCat("row ", rows[i], ": ", step.status().message()));
      }
      step_of[code] = *step;
      known[code] = true;
    }
    steps.push_back(step_of[code]);
  }
  return steps;
}

absl::StatusOr<std::vector<int64_t>> StepsOf(const ArrowColumn& column,
                                             const std::vector<int64_t>& rows,
                                             const Grid& grid) {
  if (column.has_dictionary() || column.IsText()) {
    return StepsNamed(column, rows, grid);
  }
  const bool days = column.format() == "tdD";
  const int64_t units = UnitsOfSecond(column.format());
  if (!days && units == 0) {
    return column.WrongType("a date, a timestamp or text");
  }
  const bool has_zone = !days && column.format().size() > 4;
  StepsOfSeconds steps_of(grid, /*civil=*/!has_zone);
  std::vector<int64_t> steps;
  steps.reserve(rows.size());
  for (const int64_t row : rows) {
    if (column.IsNull(row)) {
      return column.Wrong(absl::StrCat("row ", row, " is null"));
    }
    const absl::StatusOr<int64_t> step =
        steps_of.At(days ? int64_t{column.Number<int32_t>(row)} * 86'400
                         : FloorOf(column.Number<int64_t>(row), units));
    if (!step.ok()) {
      return column.Wrong(
          absl::StrCat("row ", row, ": ", step.status().message()));
    }
    steps.push_back(*step);
  }
  return steps;
}

absl::Status AddValues(const ArrowColumn& column,
                       const std::vector<int64_t>& rows,
                       std::vector<int64_t>* integers,
                       std::vector<double>* decimals) {
  if (column.has_dictionary()) return column.WrongType("a number");
  if (column.format() == "g" || column.format() == "f") {
    decimals->reserve(rows.size());
    for (const int64_t row : rows) {
      decimals->push_back(column.format() == "g"
                              ? column.Number<double>(row)
                              : double{column.Number<float>(row)});
    }
    return absl::OkStatus();
  }
  if (!column.IsInteger()) return column.WrongType("a number");
  integers->reserve(rows.size());
  for (const int64_t row : rows) {
    const int64_t value = column.IntegerAt(row);
    if (column.format() == "L" && value < 0) {
      return column.Wrong(absl::StrCat("row ", row, " is ",
                                       static_cast<uint64_t>(value),
                                       "; whole numbers are taken up to ",
                                       std::numeric_limits<int64_t>::max()));
    }
    integers->push_back(value);
  }
  return absl::OkStatus();
}

// The columns of a struct array by what they are of a metric.
struct TableColumns {
  const ArrowColumn* time = nullptr;
  const ArrowColumn* value = nullptr;
  std::vector<const ArrowColumn*> dimensions;  // null: none
};

absl::StatusOr<TableColumns> FindColumns(
    const std::vector<ArrowColumn>& columns, const Metric& metric) {
  TableColumns out;
  out.dimensions.resize(metric.spec.dimensions.size());
  for (const ArrowColumn& column : columns) {
    const auto dimension = metric.FindDimension(column.name());
    const ArrowColumn** place = nullptr;
    if (dimension.has_value()) {
      place = &out.dimensions[*dimension];
    } else if (column.name() == "time") {
      place = &out.time;
    } else if (column.name() == "value") {
      place = &out.value;
    } else {
      return column.Wrong(
          absl::StrCat("metric ", metric.spec.name, " has no such dimension; ",
                       "a table of it has the columns time, value, ",
                       DimensionNames(metric.spec)));
    }
    if (*place != nullptr) return column.Wrong("there are two of that name");
    *place = &column;
  }
  if (out.time == nullptr || out.value == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("metric ", metric.spec.name, ": the column ",
                     out.time == nullptr ? "time" : "value", " is missing"));
  }
  return out;
}

absl::Status CheckTable(const ArrowSchema& schema, const ArrowArray& array) {
  if (absl::string_view(schema.format) != "+s" ||
      schema.n_children != array.n_children) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a struct array (+s), such as a record batch, is required; "
        "found ",
        schema.format));
  }
  return absl::OkStatus();
}

absl::Status AddArrow(const ArrowSchema& schema, const ArrowArray& array,
                      std::shared_ptr<const Metric> metric,
                      SampleBatch* batch) {
  FOOTFALL_RETURN_IF_ERROR(CheckTable(schema, array));
  std::vector<ArrowColumn> columns;
  for (int64_t i = 0; i < array.n_children; ++i) {
    columns.emplace_back(*schema.children[i], *array.children[i], array.offset);
  }
  FOOTFALL_ASSIGN_OR_RETURN(const TableColumns found,
                            FindColumns(columns, *metric));
  const ArrowColumn table(schema, array, 0);
  std::vector<int64_t> rows;  // with a value
  for (int64_t row = 0; row < array.length; ++row) {
    if (!table.IsNull(row) && !found.value->IsNull(row)) rows.push_back(row);
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<int64_t> steps,
                            StepsOf(*found.time, rows, metric->grid));
  std::vector<int64_t> integers;
  std::vector<double> decimals;
  FOOTFALL_RETURN_IF_ERROR(AddValues(*found.value, rows, &integers, &decimals));
  std::vector<CodedTexts> texts;
  std::vector<SampleColumns::Members> members;
  texts.reserve(found.dimensions.size());
  for (const ArrowColumn* column : found.dimensions) {
    if (column == nullptr) {
      texts.push_back({{""}, std::vector<uint32_t>(rows.size())});
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(CodedTexts coded, TextsOf(*column, rows));
      texts.push_back(std::move(coded));
    }
    members.push_back({texts.back().names, texts.back().codes});
  }
  SampleColumns out;
  out.steps = steps;
  out.integers = integers;
  out.decimals = decimals;
  out.members = members;
  return batch->RowsOf(std::move(metric)).AddColumns(out);
}

// Releases what was handed over, whatever comes of it.
class Owned {
 public:
  Owned(ArrowSchema* schema, ArrowArray* array)
      : schema_(schema), array_(array) {}
  ~Owned() {
    if (array_->release != nullptr) array_->release(array_);
    if (schema_->release != nullptr) schema_->release(schema_);
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;

 private:
  ArrowSchema* const schema_;
  ArrowArray* const array_;
};

}  // namespace
}  // namespace footfall::query

int footfall_write_arrow(footfall_database* database, const char* metric,
                         struct ArrowSchema* schema, struct ArrowArray* array,
                         unsigned flags, uint64_t* samples,
                         footfall_error** error) {
  const footfall::query::Owned owned(schema, array);
  return footfall::query::InC(error, [&]() -> absl::Status {
    if (schema->release == nullptr || array->release == nullptr) {
      return absl::InvalidArgumentError(
          "footfall_write_arrow: the structures were released before");
    }
    FOOTFALL_ASSIGN_OR_RETURN(
        auto found, footfall::query::MetricForC(*database->shared, metric));
    footfall::SampleBatch batch;
    FOOTFALL_RETURN_IF_ERROR(
        footfall::query::AddArrow(*schema, *array, std::move(found), &batch));
    return footfall::query::WriteForC(*database->shared, batch, flags, samples);
  });
}
