// IMPORT and EXPORT from C++, for Execute(): files in and out, written about as
// shortly as their text.
//
//   using namespace footfall::ask;
//   footfall::Execute(
//       *database,
//       ImportFile("traffic.csv", TimeField("date"),
//                  ValueField("views").Into("views"),
//                  ValueField("uniques").Into("uniques"), Field("repository"))
//           .WhereField("repository", {"footfall"})
//           .Duplicates(SameSample::kMax),
//       options, hooks);
//   footfall::Execute(*database, ExportMetric("views", "views.csv.gz"),
//                     options, hooks);
//
// Everything here is a plain value and owns what it holds. LANGUAGE.md says
// what each clause means; mistakes that C++ does not see are refused when the
// statement is executed.

#ifndef FOOTFALL_ASK_FILE_H_
#define FOOTFALL_ASK_FILE_H_

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "footfall/ask.h"
#include "footfall/statement.h"

#pragma GCC visibility push(default)
namespace footfall::ask {

// Common to the builders of statements that change: a statement that grows.
template <typename Node>
class Change {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): it is one.
  operator Statement() const {
    Statement statement;
    statement.node = node_;
    return statement;
  }

 protected:
  Node node_;
};

// A column of the file of an IMPORT.
//   TimeField("date"), ValueField("Daily users").Into("dau")
//   Field("app"), Field("Platform name").As("platform").Trim().Empty("unknown")
//   Constant("web").As("platform")
//   AllOthersAs("app").Except({"Total"}), FieldsAs("app", {"A", "B"})
class Field {
 public:
  // The column of that header is the dimension of that name.
  explicit Field(std::string header);
  Field& As(std::string dimension);
  Field& Trim();                                    // TRIM
  Field& FoldCase();                                // FOLD CASE
  Field& Empty(Text member);                        // stands for empty fields
  Field& Into(std::string metric);                  // of a ValueField
  Field& Except(std::vector<std::string> headers);  // of AllOthersAs

  const Import::Column& column() const { return column_; }

 private:
  friend Field TimeField(std::string header);
  friend Field TimeFields(std::vector<std::string> headers);
  friend Field ValueField(std::string header);
  friend Field Constant(Text member);
  friend Field AllOthersAs(std::string dimension);
  friend Field FieldsAs(std::string dimension,
                        std::vector<std::string> headers);
  friend Field PartField(Import::Column::Role role, std::string header);
  friend Field PartText(Import::Column::Role role, Text text);
  Import::Column column_;
};
Field TimeField(std::string header);
// TIME (date, hour). Requires: one header at least.
Field TimeFields(std::vector<std::string> headers);
Field ValueField(std::string header);
Field Constant(Text member);  // needs As()
// VALUES OF * AS dimension, and of the columns that are named.
Field AllOthersAs(std::string dimension);
Field FieldsAs(std::string dimension, std::vector<std::string> headers);
// Of events: a column, or a text for all rows.
Field KindField(std::string header);
Field KindText(Text kind);
Field NameField(std::string header);
Field NameText(Text name);
Field NoteField(std::string header);
Field NoteText(Text note);
Field SourceField(std::string header);
Field SourceText(Text source);

// IMPORT path INTO metric (fields...). Clauses may come in any order; Where*
// add to what was said before, the others replace it.
class FileImport : public Change<Import> {
 public:
  // `metric` is "" where every ValueField says Into().
  FileImport(Text path, std::string metric, const std::vector<Field>& fields);

  // INTO EVENTS.
  FileImport& IntoEvents();
  // INTO ATTRIBUTES OF dimension.
  FileImport& IntoAttributesOf(std::string dimension);
  // WHERE header = text, or IN, of columns of the file; and their negation.
  FileImport& WhereField(std::string header, std::vector<Text> texts);
  FileImport& WhereFieldNot(std::string header, std::vector<Text> texts);
  FileImport& Format(Text format);
  FileImport& InZone(Text zone);
  FileImport& Duplicates(SameSample rule);
  FileImport& Null(std::vector<Text> words);
  FileImport& Decimal(Text mark);
  FileImport& Thousands(Text mark);
  FileImport& Delimiter(Text character);  // or "tab"
  FileImport& Quote(Text character);      // "": none
  FileImport& Skip(int64_t lines);
  FileImport& Encoding(Text name);
  FileImport& Rejects(Text path);  // REJECTS
};
template <std::convertible_to<Field>... Fields>
FileImport ImportFile(Text path, std::string metric, Fields... fields) {
  return {std::move(path), std::move(metric), {std::move(fields)...}};
}
// Several measures: each ValueField says Into().
template <std::same_as<Field>... Fields>
FileImport ImportFile(Text path, Field first, Fields... fields) {
  return {std::move(path), "", {std::move(first), std::move(fields)...}};
}
// IMPORT path INTO EVENTS (fields...); Field is FOR.
template <std::same_as<Field>... Fields>
FileImport ImportEvents(Text path, Fields... fields) {
  return FileImport(std::move(path), "", {std::move(fields)...}).IntoEvents();
}

// IMPORT path INTO ATTRIBUTES OF dimension (fields...); one Field is the
// member.
template <std::same_as<Field>... Fields>
FileImport ImportAttributesOf(Text path, std::string dimension,
                              Fields... fields) {
  return FileImport(std::move(path), "", {std::move(fields)...})
      .IntoAttributesOf(std::move(dimension));
}

// EXPORT METRIC metric TO path: all samples, to be imported again.
Statement ExportMetric(std::string metric, Text path);
// EXPORT (question) TO path FORMAT format.
Statement ExportAnswer(const Question& question, Text path,
                       std::optional<Export::Format> format = std::nullopt);

}  // namespace footfall::ask
#pragma GCC visibility pop

#endif  // FOOTFALL_ASK_FILE_H_
