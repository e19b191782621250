#include "engine/exchange/csv_columns.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/exchange/csv_fields.h"
#include "engine/write/check_rows.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

using Role = ImportColumn::Role;

constexpr size_t kShownNames = 20;

void Quoted(std::string* out, const std::string& field) {
  absl::StrAppend(out, QuoteField(field));
}

class Mapper {
 public:
  Mapper(const ImportSpec& spec, const std::string& path,
         absl::Span<const std::shared_ptr<const Metric>> metrics,
         absl::Span<const std::string> header)
      : spec_(spec),
        path_(path == "-" ? "stdin" : path),
        metrics_(metrics),
        header_(header),
        used_(header.size()) {}

  absl::StatusOr<CsvColumns> Map() {
    columns_.header.assign(header_.begin(), header_.end());
    if (!metrics_.empty()) {
      const std::vector<Dimension>& dimensions = metrics_[0]->spec.dimensions;
      columns_.members.resize(dimensions.size());
      for (size_t d = 0; d < dimensions.size(); ++d) {
        columns_.members[d].dimension = dimensions[d].name;
        columns_.members[d].has_empty = true;
      }
      given_.resize(dimensions.size());
    }
    const ImportColumn* wide = nullptr;
    for (const ImportColumn& column : spec_.columns) {
      if (column.role == Role::kValuesOf) {
        if (wide != nullptr) return Twice("VALUES OF");
        wide = &column;
        continue;
      }
      FOOTFALL_RETURN_IF_ERROR(MapOne(column));
    }
    for (const ImportCondition& condition : spec_.where) {
      FOOTFALL_ASSIGN_OR_RETURN(const size_t field, Find(condition.header));
      columns_.where.push_back({field, &condition});
    }
    // Last: it may take all that is left.
    if (wide != nullptr) FOOTFALL_RETURN_IF_ERROR(MapWide(*wide));
    FOOTFALL_RETURN_IF_ERROR(CheckWhole());
    return std::move(columns_);
  }

 private:
  std::string Target() const {
    if (!spec_.attributes_of.empty()) {
      return absl::StrCat("import into ATTRIBUTES OF ", spec_.attributes_of,
                          ": ");
    }
    return spec_.events
               ? "import into EVENTS: "
               : absl::StrCat("import into ", metrics_[0]->spec.name, ": ");
  }

  absl::Status Twice(absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat(Target(), what, " is given twice"));
  }

  absl::StatusOr<size_t> Find(const std::string& name) {
    std::optional<size_t> found;
    std::vector<size_t> like;
    for (size_t i = 0; i < header_.size(); ++i) {
      if (header_[i] == name) {
        if (found.has_value()) {
          return absl::InvalidArgumentError(
              absl::StrCat(path_, ": the header has column ", QuoteField(name),
                           " twice, as number ", *found + 1, " and ", i + 1));
        }
        found = i;
      } else if (absl::EqualsIgnoreCase(header_[i], name)) {
        like.push_back(i);
      }
    }
    if (found.has_value()) {
      used_[*found] = true;
      return *found;
    }
    std::string message = absl::StrCat(
        path_, ": the header has no column ", QuoteField(name), "; it has ",
        absl::StrJoin(header_.subspan(0, kShownNames), ", ", Quoted),
        header_.size() > kShownNames ? ", ..." : "");
    if (!like.empty()) {
      absl::StrAppend(&message, ": did you mean ", QuoteField(header_[like[0]]),
                      "?");
    }
    const bool other_mark =
        header_.size() == 1 &&
        header_[0].find_first_of(",;\t|") != std::string::npos;
    if (other_mark) {
      absl::StrAppend(&message, ": say what divides them, as DELIMITER ';'");
    }
    return absl::InvalidArgumentError(message);
  }

  absl::Status MapPart(const ImportColumn& column, absl::string_view what,
                       CsvColumns::Part* part) {
    if (part->field.has_value() || !part->text.empty()) return Twice(what);
    part->text = column.member;
    if (column.header.empty()) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(part->field, Find(column.header));
    return absl::OkStatus();
  }

  absl::Status MapOne(const ImportColumn& column) {
    switch (column.role) {
      case Role::kTime: {
        FOOTFALL_ASSIGN_OR_RETURN(const size_t field, Find(column.header));
        const auto& times = columns_.times;
        if (std::count(times.begin(), times.end(), field) > 0) {
          return Twice("TIME");
        }
        columns_.times.push_back(field);
        return absl::OkStatus();
      }
      case Role::kValue:
        return MapValue(column);
      case Role::kKind:
        return MapPart(column, "KIND", &columns_.kind);
      case Role::kName:
        return MapPart(column, "NAME", &columns_.name);
      case Role::kNote:
        return MapPart(column, "NOTE", &columns_.note);
      case Role::kSource:
        return MapPart(column, "SOURCE", &columns_.source);
      default:
        return MapMember(column);
    }
  }

  absl::Status MapValue(const ImportColumn& column) {
    if (spec_.are_names()) {
      return absl::InvalidArgumentError(
          absl::StrCat(Target(), spec_.events ? "an event" : "an attribute",
                       " has no VALUE"));
    }
    CsvColumns::Value value;
    const std::string& name =
        column.metric.empty() ? spec_.metric : column.metric;
    while (metrics_[value.metric]->spec.name != name) ++value.metric;
    for (const CsvColumns::Value& other : columns_.values) {
      if (other.metric == value.metric) {
        return Twice(metrics_.size() == 1 ? "VALUE"
                                          : absl::StrCat("VALUE INTO ", name));
      }
    }
    FOOTFALL_ASSIGN_OR_RETURN(value.field, Find(column.header));
    columns_.values.push_back(std::move(value));
    return absl::OkStatus();
  }

  // The place of a dimension that is not given yet.
  absl::StatusOr<size_t> PlaceOf(const std::string& dimension) {
    if (spec_.are_names()) {
      for (const CsvColumns::Source& other : columns_.members) {
        if (other.dimension == dimension) return Twice(dimension);
      }
      columns_.members.emplace_back().dimension = dimension;
      return columns_.members.size() - 1;
    }
    const std::optional<size_t> place = metrics_[0]->FindDimension(dimension);
    if (!place.has_value()) {
      std::vector<std::string> names;
      for (const Dimension& known : metrics_[0]->spec.dimensions) {
        names.push_back(known.name);
      }
      return absl::InvalidArgumentError(
          absl::StrCat(Target(), "it has no dimension ", dimension, "; it has ",
                       names.empty() ? "none" : absl::StrJoin(names, ", ")));
    }
    if (given_[*place]) return Twice(dimension);
    given_[*place] = true;
    return *place;
  }

  absl::Status MapMember(const ImportColumn& column) {
    FOOTFALL_ASSIGN_OR_RETURN(const size_t place, PlaceOf(column.dimension));
    if (!spec_.are_names()) {
      FOOTFALL_RETURN_IF_ERROR(CheckMember(*metrics_[0], place, column.member));
    }
    CsvColumns::Source& source = columns_.members[place];
    source.member = column.member;
    source.trim = column.trim;
    source.fold_case = column.fold_case;
    if (column.role == Role::kDimension) {
      source.has_empty = !column.member.empty();
      FOOTFALL_ASSIGN_OR_RETURN(source.field, Find(column.header));
    }
    return absl::OkStatus();
  }

  absl::Status MapWide(const ImportColumn& column) {
    if (spec_.are_names() || metrics_.size() != 1 || !columns_.values.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          Target(), "VALUES OF stands for VALUE, and fills one metric"));
    }
    FOOTFALL_ASSIGN_OR_RETURN(const size_t place, PlaceOf(column.dimension));
    std::vector<size_t> fields;
    for (const std::string& header : column.headers) {
      FOOTFALL_ASSIGN_OR_RETURN(const size_t field, Find(header));
      fields.push_back(field);
    }
    if (column.all_others) {
      fields.clear();
      for (size_t i = 0; i < header_.size(); ++i) {
        if (used_[i]) continue;
        (header_[i].empty() ? columns_.unnamed : fields).push_back(i);
      }
    }
    for (const size_t field : fields) {
      const std::string& member = header_[field];
      for (const CsvColumns::Value& other : columns_.values) {
        if (other.member != member) continue;
        return absl::InvalidArgumentError(absl::StrCat(
            path_, ": the header has column ", QuoteField(member),
            " twice, as number ", other.field + 1, " and ", field + 1));
      }
      FOOTFALL_RETURN_IF_ERROR(CheckMember(*metrics_[0], place, member));
      columns_.values.push_back(
          {.field = field, .metric = 0, .dimension = place, .member = member});
    }
    if (columns_.values.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path_, ": no column is left for VALUES OF *"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckWhole() const {
    const auto missing = [&](absl::string_view what) {
      return absl::InvalidArgumentError(
          absl::StrCat(Target(), "the ", what, " column is not given"));
    };
    if (!spec_.attributes_of.empty()) {
      const bool has_member = std::any_of(
          columns_.members.begin(), columns_.members.end(),
          [&](const auto& m) { return m.dimension == spec_.attributes_of; });
      if (!has_member) return missing(spec_.attributes_of);
      return columns_.members.size() > 1 ? absl::OkStatus()
                                         : missing("attribute's");
    }
    if (columns_.times.empty()) return missing("TIME");
    if (spec_.events) {
      const auto given = [](const CsvColumns::Part& part) {
        return part.field.has_value() || !part.text.empty();
      };
      if (!given(columns_.kind)) return missing("KIND");
      if (!given(columns_.name)) return missing("NAME");
      return absl::OkStatus();
    }
    return columns_.values.empty() ? missing("VALUE") : absl::OkStatus();
  }

  const ImportSpec& spec_;
  const std::string path_;
  const absl::Span<const std::shared_ptr<const Metric>> metrics_;
  const absl::Span<const std::string> header_;
  std::vector<bool> used_;   // [field]
  std::vector<bool> given_;  // [dimension]
  CsvColumns columns_;
};

}  // namespace

std::vector<std::string> MetricsOf(const ImportSpec& spec) {
  std::vector<std::string> names;
  bool uses_own = false;
  bool has_others = false;
  for (const ImportColumn& column : spec.columns) {
    if (column.role == Role::kValue) {
      (column.metric.empty() ? uses_own : has_others) = true;
    }
    uses_own = uses_own || column.role == Role::kValuesOf;
  }
  if (!spec.are_names() && (uses_own || !has_others))
    names.push_back(spec.metric);
  for (const ImportColumn& column : spec.columns) {
    if (column.role != Role::kValue || column.metric.empty()) continue;
    if (std::find(names.begin(), names.end(), column.metric) == names.end()) {
      names.push_back(column.metric);
    }
  }
  return names;
}

absl::Status CheckSameDimensions(
    absl::Span<const std::shared_ptr<const Metric>> metrics) {
  const auto names = [](const Metric& metric) {
    std::vector<std::string> list;
    for (const Dimension& dimension : metric.spec.dimensions) {
      list.push_back(dimension.name);
    }
    return list;
  };
  for (const auto& metric : metrics) {
    if (names(*metric) == names(*metrics[0])) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "one IMPORT fills metrics of the same dimensions: ",
        metrics[0]->spec.name, " has (",
        absl::StrJoin(names(*metrics[0]), ", "), "), ", metric->spec.name,
        " has (", absl::StrJoin(names(*metric), ", "), ")"));
  }
  return absl::OkStatus();
}

absl::StatusOr<CsvColumns> MapColumns(
    const ImportSpec& spec, const std::string& path,
    absl::Span<const std::shared_ptr<const Metric>> metrics,
    absl::Span<const std::string> header) {
  return Mapper(spec, path, metrics, header).Map();
}

}  // namespace footfall::engine
