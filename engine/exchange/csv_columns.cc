#include "engine/exchange/csv_columns.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/exchange/csv_fields.h"
#include "engine/write/check_rows.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

using Role = ImportColumn::Role;

constexpr size_t kShownNames = 20;

absl::StatusOr<size_t> FindField(const ImportSpec& spec,
                                 absl::Span<const absl::string_view> header,
                                 const std::string& name) {
  std::optional<size_t> found;
  for (size_t i = 0; i < header.size(); ++i) {
    if (header[i] != name) continue;
    if (found.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat(spec.path, ": the header has column ", QuoteField(name),
                       " twice, as number ", *found + 1, " and ", i + 1));
    }
    found = i;
  }
  if (found.has_value()) return *found;
  std::string message = absl::StrCat(
      spec.path, ": the header has no column ", QuoteField(name), "; it has ",
      absl::StrJoin(header.subspan(0, kShownNames), ", ",
                    [](std::string* out, absl::string_view field) {
                      absl::StrAppend(out, QuoteField(field));
                    }),
      header.size() > kShownNames ? ", ..." : "");
  const bool other_mark =
      header.size() == 1 &&
      header[0].find_first_of(";\t|") != absl::string_view::npos;
  if (other_mark) {
    absl::StrAppend(&message, ": fields must be separated by commas");
  }
  return absl::InvalidArgumentError(message);
}

absl::Status Twice(const ImportSpec& spec, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("import into ", spec.metric, ": ", what, " is given twice"));
}

}  // namespace

absl::StatusOr<CsvColumns> MapColumns(
    const ImportSpec& spec, const Metric& metric,
    absl::Span<const absl::string_view> header) {
  CsvColumns columns;
  for (const absl::string_view name : header) {
    columns.header.emplace_back(name);
  }
  columns.members.resize(metric.spec.dimensions.size());
  std::vector<bool> given(columns.members.size());
  bool has_time = false;
  bool has_value = false;
  for (const ImportColumn& column : spec.columns) {
    if (column.role == Role::kTime) {
      if (has_time) return Twice(spec, "TIME");
      has_time = true;
      FOOTFALL_ASSIGN_OR_RETURN(columns.time,
                                FindField(spec, header, column.header));
      continue;
    }
    if (column.role == Role::kValue) {
      if (has_value) return Twice(spec, "VALUE");
      has_value = true;
      FOOTFALL_ASSIGN_OR_RETURN(columns.value,
                                FindField(spec, header, column.header));
      continue;
    }
    const std::optional<size_t> dimension =
        metric.FindDimension(column.dimension);
    if (!dimension.has_value()) {
      std::vector<std::string> names;
      for (const Dimension& known : metric.spec.dimensions) {
        names.push_back(known.name);
      }
      return absl::InvalidArgumentError(
          absl::StrCat("import into ", spec.metric, ": it has no dimension ",
                       column.dimension, "; it has ",
                       names.empty() ? "none" : absl::StrJoin(names, ", ")));
    }
    if (given[*dimension]) return Twice(spec, column.dimension);
    given[*dimension] = true;
    FOOTFALL_RETURN_IF_ERROR(CheckMember(metric, *dimension, column.member));
    columns.members[*dimension].member = column.member;
    if (column.role == Role::kDimension) {
      FOOTFALL_ASSIGN_OR_RETURN(columns.members[*dimension].field,
                                FindField(spec, header, column.header));
    }
  }
  if (!has_time || !has_value) {
    return absl::InvalidArgumentError(
        absl::StrCat("import into ", spec.metric, ": the ",
                     has_time ? "VALUE" : "TIME", " column is not given"));
  }
  return columns;
}

}  // namespace footfall::engine
