#include "query/lang/print_import.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "footfall/metric.h"

namespace footfall::query {
namespace {

using Role = Import::Column::Role;

void PrintHeader(absl::string_view header, bool bare, std::string* out) {
  if (bare && IsValidName(header)) {
    absl::StrAppend(out, header);
  } else {
    absl::StrAppend(out, "\"", absl::StrReplaceAll(header, {{"\"", "\"\""}}),
                    "\"");
  }
}

// Where the words AS and EMPTY may follow.
void PrintHeader(absl::string_view header, std::string* out) {
  PrintHeader(header, header != "as" && header != "empty", out);
}

void PrintHeaders(const std::vector<std::string>& headers, std::string* out) {
  *out += "(";
  for (size_t i = 0; i < headers.size(); ++i) {
    if (i > 0) *out += ", ";
    PrintHeader(headers[i], out);
  }
  *out += ")";
}

void PrintTexts(const std::vector<Text>& texts, std::string* out) {
  *out += "(";
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) *out += ", ";
    PrintText(texts[i], out);
  }
  *out += ")";
}

void PrintMember(const Import::Column& column, std::string* out) {
  PrintHeader(column.header,
              column.header != "time" && column.header != "value", out);
  if (column.dimension != column.header) {
    absl::StrAppend(out, " AS ", column.dimension);
  }
  if (column.trim) *out += " TRIM";
  if (column.fold_case) *out += " FOLD CASE";
  if (column.empty.has_value()) {
    *out += " EMPTY ";
    PrintText(*column.empty, out);
  }
}

void PrintPart(absl::string_view word, const Import::Column& column,
               std::string* out) {
  absl::StrAppend(out, word, " ");
  if (column.constant.has_value()) {
    PrintText(*column.constant, out);
  } else {
    PrintHeader(column.header, out);
  }
}

void PrintColumn(const Import::Column& column, bool events, std::string* out) {
  switch (column.role) {
    case Role::kTime:
      *out += "TIME ";
      if (column.headers.empty()) {
        PrintHeader(column.header, out);
      } else {
        std::vector<std::string> all = {column.header};
        all.insert(all.end(), column.headers.begin(), column.headers.end());
        PrintHeaders(all, out);
      }
      return;
    case Role::kValue:
      *out += "VALUE ";
      PrintHeader(column.header, out);
      if (column.into.has_value()) {
        absl::StrAppend(out, " INTO ", column.into->name);
      }
      return;
    case Role::kValuesOf:
      *out += "VALUES OF ";
      if (column.all_others) {
        *out += "*";
        if (!column.headers.empty()) *out += " EXCEPT ";
      }
      if (!column.headers.empty()) PrintHeaders(column.headers, out);
      absl::StrAppend(out, " AS ", column.dimension);
      return;
    case Role::kConstant:
      if (events) *out += "FOR ";
      if (column.constant.has_value()) PrintText(*column.constant, out);
      absl::StrAppend(out, " AS ", column.dimension);
      return;
    case Role::kDimension:
      if (events) *out += "FOR ";
      PrintMember(column, out);
      return;
    case Role::kKind:
      return PrintPart("KIND", column, out);
    case Role::kName:
      return PrintPart("NAME", column, out);
    case Role::kNote:
      return PrintPart("NOTE", column, out);
    case Role::kSource:
      return PrintPart("SOURCE", column, out);
  }
}

absl::string_view RuleName(SameSample rule) {
  switch (rule) {
    case SameSample::kRefuse:
      return "REFUSE";
    case SameSample::kSum:
      return "SUM";
    case SameSample::kFirst:
      return "FIRST";
    case SameSample::kLast:
      return "LAST";
    case SameSample::kMax:
      return "MAX";
  }
  return "";
}

void PrintFilter(const Import::Filter& filter, std::string* out) {
  PrintHeader(filter.header, out);
  if (filter.texts.size() == 1) {
    *out += filter.negated ? " != " : " = ";
    PrintText(filter.texts[0], out);
    return;
  }
  *out += filter.negated ? " NOT IN " : " IN ";
  PrintTexts(filter.texts, out);
}

}  // namespace

void PrintQuoted(absl::string_view text, std::string* out) {
  absl::StrAppend(out, "'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

void PrintText(const Text& text, std::string* out) {
  if (const Parameter* parameter = std::get_if<Parameter>(&text)) {
    absl::StrAppend(out, "$", parameter->name);
  } else {
    PrintQuoted(std::get<std::string>(text), out);
  }
}

void PrintImport(const Import& import, std::string* out) {
  *out += "IMPORT ";
  PrintText(import.path, out);
  if (import.events) {
    *out += " INTO EVENTS";
  } else if (import.attributes_of.has_value()) {
    absl::StrAppend(out, " INTO ATTRIBUTES OF ", import.attributes_of->name);
  } else if (!import.metric.name.empty()) {
    absl::StrAppend(out, " INTO ", import.metric.name);
  }
  *out += " (";
  for (size_t i = 0; i < import.columns.size(); ++i) {
    if (i > 0) *out += ", ";
    PrintColumn(import.columns[i], import.events, out);
  }
  *out += ")";
  for (size_t i = 0; i < import.where.size(); ++i) {
    *out += i == 0 ? " WHERE " : " AND ";
    PrintFilter(import.where[i], out);
  }
  const struct {
    absl::string_view word;
    const std::optional<Text>& text;
  } clauses[] = {
      {"FORMAT", import.format},       {"DECIMAL", import.decimal},
      {"THOUSANDS", import.thousands}, {"DELIMITER", import.delimiter},
      {"QUOTE", import.quote},         {"ENCODING", import.encoding}};
  for (const auto& clause : clauses) {
    if (!clause.text.has_value()) continue;
    absl::StrAppend(out, " ", clause.word, " ");
    PrintText(*clause.text, out);
  }
  if (import.skip.has_value()) absl::StrAppend(out, " SKIP ", *import.skip);
  if (!import.null_words.empty()) {
    *out += " NULL ";
    PrintTexts(import.null_words, out);
  }
  if (import.duplicates.has_value()) {
    absl::StrAppend(out, " DUPLICATES ", RuleName(*import.duplicates));
  }
  if (import.rejects.has_value()) {
    *out += " REJECTS ";
    PrintText(*import.rejects, out);
  }
  if (import.zone.has_value()) {
    *out += " IN ZONE ";
    PrintText(import.zone->name, out);
  }
}

}  // namespace footfall::query
