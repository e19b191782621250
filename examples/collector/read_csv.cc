#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "examples/collector/read_samples.h"

namespace footfall::collector {
namespace {

// Cuts a text into records.
class CsvRecords {
 public:
  explicit CsvRecords(absl::string_view text) : text_(text) {
    absl::ConsumePrefix(&text_, "\xEF\xBB\xBF");
  }

  // False at the end, and after an error.
  bool Next() {
    do {
      if (text_.empty() || !error_.ok()) return false;
      line_ = next_line_;
      fields_.clear();
      while (TakeField()) {
      }
    } while (error_.ok() && fields_.size() == 1 && fields_.front().empty());
    return error_.ok();
  }
  size_t line() const { return line_; }  // of its first byte, from 1
  const std::vector<std::string>& fields() const { return fields_; }
  const absl::Status& error() const { return error_; }

 private:
  // True where another field of the record follows.
  bool TakeField() {
    std::string field;
    if (absl::ConsumePrefix(&text_, "\"")) {
      while (true) {
        const size_t quote = text_.find('"');
        if (quote == absl::string_view::npos) {
          error_ = WrongRow(line_, "", "a quote that is not closed",
                            "a field that ends with a double quote");
          return false;
        }
        Append(quote, &field);
        text_.remove_prefix(1);
        if (!absl::ConsumePrefix(&text_, "\"")) break;
        field.push_back('"');
      }
    } else {
      Append(std::min(text_.find_first_of(",\n\""), text_.size()), &field);
      const bool ends = text_.empty() || text_.front() == '\n';
      if (ends && !field.empty() && field.back() == '\r') field.pop_back();
    }
    fields_.push_back(std::move(field));
    if (absl::ConsumePrefix(&text_, ",")) return true;
    absl::ConsumePrefix(&text_, "\r");
    if (absl::ConsumePrefix(&text_, "\n")) {
      ++next_line_;
    } else if (!text_.empty()) {
      error_ = WrongRow(line_, "", "text beside a quoted field",
                        "a comma or the end of the line");
    }
    return false;
  }

  void Append(size_t size, std::string* field) {
    const absl::string_view part = text_.substr(0, size);
    next_line_ +=
        static_cast<size_t>(std::count(part.begin(), part.end(), '\n'));
    field->append(part.data(), part.size());
    text_.remove_prefix(size);
  }

  absl::string_view text_;
  size_t line_ = 0;
  size_t next_line_ = 1;
  std::vector<std::string> fields_;
  absl::Status error_;
};

}  // namespace

absl::Status ReadCsv(absl::string_view body, SampleRowReader* rows) {
  CsvRecords records(body);
  if (!records.Next()) {
    return records.error().ok()
               ? WrongRow(1, "", "nothing", "a header such as time,app,value")
               : records.error();
  }
  const std::vector<std::string> header = records.fields();
  for (auto name = header.begin(); name != header.end(); ++name) {
    if (std::find(header.begin(), name, *name) != name) {
      return WrongRow(records.line(), *name, "the column twice", "each once");
    }
  }
  std::vector<Field> fields(header.size());
  while (records.Next()) {
    if (records.fields().size() != header.size()) {
      return WrongRow(records.line(), "",
                      absl::StrCat(records.fields().size(), " fields"),
                      absl::StrCat(header.size(), ", as in the header,"));
    }
    for (size_t i = 0; i < header.size(); ++i) {
      fields[i] = {header[i], {}};
      if (!records.fields()[i].empty()) {
        fields[i].value = absl::string_view(records.fields()[i]);
      }
    }
    if (const absl::Status status = rows->Add(records.line(), fields);
        !status.ok()) {
      return status;
    }
  }
  return records.error();
}

}  // namespace footfall::collector
