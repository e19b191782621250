#include "tests/oracle/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace footfall::oracle {
namespace {

std::string Show(const SqlValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    return absl::StrCat(*integer);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    char text[40];
    std::snprintf(text, sizeof(text), "%.17g", *real);
    return text;
  }
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return "none";
}

SqlValue CellOf(const Column& column, size_t row) {
  if (column.is_missing(row)) return std::monostate();
  switch (column.type) {
    case ColumnType::kInteger:
    case ColumnType::kBoolean:
      return column.integers[row];
    case ColumnType::kDecimal:
      return column.decimals[row];
    case ColumnType::kText:
      return std::string(column.text(row));
  }
  return std::monostate();
}

std::optional<double> NumberOf(const SqlValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    return static_cast<double>(*integer);
  }
  const auto* real = std::get_if<double>(&value);
  return real != nullptr ? std::optional<double>(*real) : std::nullopt;
}

// `scale`: numbers of this size went into the value, and may have cancelled
// each other.
bool Same(const SqlValue& mine, const SqlValue& theirs, double scale) {
  const bool integers = std::holds_alternative<int64_t>(mine) &&
                        std::holds_alternative<int64_t>(theirs);
  const auto left = NumberOf(mine);
  const auto right = NumberOf(theirs);
  if (integers || !left || !right) return mine == theirs;
  return std::fabs(*left - *right) <= 1e-10 * std::max(scale, std::fabs(*left));
}

// What SQL cannot tell of a value.
bool SaysNothing(const std::string& column, const SqlValue& theirs) {
  return std::holds_alternative<std::monostate>(theirs) &&
         (absl::EndsWith(column, "_kind") ||
          absl::EndsWith(column, "_present") ||
          absl::EndsWith(column, "_expected"));
}

// Products of distances from a mean that is rounded add up to 0 or to a hair
// beside it, by the order they are added in.
bool CancelsOut(const Question& question) {
  return std::any_of(question.items.begin(), question.items.end(),
                     [](const Item& item) {
                       return item.function == Function::kSlope ||
                              item.function == Function::kCorr;
                     });
}

// Which columns of the answer stand where the reference has its own.
std::vector<std::string> ColumnNames(const Question& question) {
  std::vector<std::string> names;
  for (const size_t dimension : question.by) {
    names.push_back(question.set->spec.dimensions[dimension].name);
  }
  if (question.every) names.push_back("time");
  names.push_back("partial");
  for (const Item& item : question.items) {
    const bool bounds = item.form == Item::Form::kBounds;
    names.push_back(item.name + (bounds ? "_low" : ""));
    names.push_back(item.name + (bounds ? "_high" : "_kind"));
    names.push_back(item.name + "_present");
    names.push_back(item.name + "_expected");
  }
  return names;
}

}  // namespace

std::string Difference(const Question& question, const Answer& answer,
                       const std::vector<SqlRow>& reference) {
  const std::vector<std::string> names = ColumnNames(question);
  for (const std::string& name : names) {
    if (answer.Find(name) == nullptr) {
      return absl::StrCat("the answer has no column ", name);
    }
  }
  const double scale = question.set->decimal() || CancelsOut(question) ? 1 : 0;
  const size_t rows = std::min(answer.row_count(), reference.size());
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < names.size(); ++i) {
      const SqlValue mine = CellOf(*answer.Find(names[i]), row);
      const SqlValue& theirs = reference[row][i];
      if (SaysNothing(names[i], theirs) || Same(mine, theirs, scale)) continue;
      if (theirs == SqlValue("inexact") && mine != SqlValue("exact") &&
          mine != SqlValue("none")) {
        continue;
      }
      std::string whole;
      for (const SqlValue& value : reference[row]) {
        absl::StrAppend(&whole, " | ", Show(value));
      }
      return absl::StrCat("row ", row, ", ", names[i], ": ", Show(mine),
                          " instead of ", Show(theirs), "; SQLite has", whole);
    }
  }
  if (answer.row_count() != reference.size()) {
    return absl::StrCat(answer.row_count(), " rows instead of ",
                        reference.size());
  }
  return "";
}

}  // namespace footfall::oracle
