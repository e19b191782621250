// IMPORT and EXPORT as trees.

#include "footfall/ask_file.h"

#include <utility>
#include <variant>

namespace footfall::ask {
namespace {

using Role = Import::Column::Role;

}  // namespace

Field::Field(std::string header) {
  column_.dimension = header;
  column_.header = std::move(header);
}

Field& Field::As(std::string dimension) {
  column_.dimension = std::move(dimension);
  return *this;
}

Field& Field::Trim() {
  column_.trim = true;
  return *this;
}

Field& Field::FoldCase() {
  column_.fold_case = true;
  return *this;
}

Field& Field::Empty(Text member) {
  column_.empty = std::move(member);
  return *this;
}

Field& Field::Into(std::string metric) {
  column_.into = Name{std::move(metric), {}};
  return *this;
}

Field& Field::Except(std::vector<std::string> headers) {
  column_.headers = std::move(headers);
  return *this;
}

Field TimeField(std::string header) {
  Field field(std::move(header));
  field.column_.role = Role::kTime;
  field.column_.dimension.clear();
  return field;
}

Field TimeFields(std::vector<std::string> headers) {
  Field field = TimeField(std::move(headers.front()));
  headers.erase(headers.begin());
  field.column_.headers = std::move(headers);
  return field;
}

Field ValueField(std::string header) {
  Field field(std::move(header));
  field.column_.role = Role::kValue;
  field.column_.dimension.clear();
  return field;
}

Field Constant(Text member) {
  Field field("");
  field.column_.role = Role::kConstant;
  field.column_.constant = std::move(member);
  return field;
}

Field AllOthersAs(std::string dimension) {
  Field field = FieldsAs(std::move(dimension), {});
  field.column_.all_others = true;
  return field;
}

Field FieldsAs(std::string dimension, std::vector<std::string> headers) {
  Field field("");
  field.column_.role = Role::kValuesOf;
  field.column_.dimension = std::move(dimension);
  field.column_.headers = std::move(headers);
  return field;
}

Field PartField(Role role, std::string header) {
  Field field(std::move(header));
  field.column_.role = role;
  field.column_.dimension.clear();
  return field;
}

Field PartText(Role role, Text text) {
  Field field("");
  field.column_.role = role;
  field.column_.constant = std::move(text);
  return field;
}

Field KindField(std::string header) {
  return PartField(Role::kKind, std::move(header));
}
Field KindText(Text kind) { return PartText(Role::kKind, std::move(kind)); }
Field NameField(std::string header) {
  return PartField(Role::kName, std::move(header));
}
Field NameText(Text name) { return PartText(Role::kName, std::move(name)); }
Field NoteField(std::string header) {
  return PartField(Role::kNote, std::move(header));
}
Field NoteText(Text note) { return PartText(Role::kNote, std::move(note)); }
Field SourceField(std::string header) {
  return PartField(Role::kSource, std::move(header));
}
Field SourceText(Text source) {
  return PartText(Role::kSource, std::move(source));
}

FileImport::FileImport(Text path, std::string metric,
                       const std::vector<Field>& fields) {
  node_.path = std::move(path);
  node_.metric.name = std::move(metric);
  for (const Field& field : fields) node_.columns.push_back(field.column());
}

FileImport& FileImport::IntoEvents() {
  node_.events = true;
  return *this;
}

FileImport& FileImport::IntoAttributesOf(std::string dimension) {
  node_.attributes_of = Name{std::move(dimension), {}};
  return *this;
}

FileImport& FileImport::WhereField(std::string header,
                                   std::vector<Text> texts) {
  node_.where.push_back({std::move(header), std::move(texts), false, {}});
  return *this;
}

FileImport& FileImport::WhereFieldNot(std::string header,
                                      std::vector<Text> texts) {
  node_.where.push_back({std::move(header), std::move(texts), true, {}});
  return *this;
}

FileImport& FileImport::Format(Text format) {
  node_.format = std::move(format);
  return *this;
}

FileImport& FileImport::InZone(Text zone) {
  node_.zone = Zone{std::move(zone), {}};
  return *this;
}

FileImport& FileImport::Duplicates(SameSample rule) {
  node_.duplicates = rule;
  return *this;
}

FileImport& FileImport::Null(std::vector<Text> words) {
  node_.null_words = std::move(words);
  return *this;
}

FileImport& FileImport::Decimal(Text mark) {
  node_.decimal = std::move(mark);
  return *this;
}

FileImport& FileImport::Thousands(Text mark) {
  node_.thousands = std::move(mark);
  return *this;
}

FileImport& FileImport::Delimiter(Text character) {
  node_.delimiter = std::move(character);
  return *this;
}

FileImport& FileImport::Quote(Text character) {
  node_.quote = std::move(character);
  return *this;
}

FileImport& FileImport::Skip(int64_t lines) {
  node_.skip = lines;
  return *this;
}

FileImport& FileImport::Encoding(Text name) {
  node_.encoding = std::move(name);
  return *this;
}

FileImport& FileImport::Rejects(Text path) {
  node_.rejects = std::move(path);
  return *this;
}

Statement ExportMetric(std::string metric, Text path) {
  Export exported;
  exported.metric.name = std::move(metric);
  exported.path = std::move(path);
  Statement statement;
  statement.node = std::move(exported);
  return statement;
}

Statement ExportAnswer(const Question& question, Text path,
                       std::optional<Export::Format> format) {
  Statement statement = question;
  Export exported;
  exported.question = std::get<Select>(std::move(statement.node));
  exported.path = std::move(path);
  exported.format = format;
  statement.node = std::move(exported);
  return statement;
}

}  // namespace footfall::ask
