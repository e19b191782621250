#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "examples/collector/read_samples.h"
#include "nlohmann/json.hpp"

namespace footfall::collector {
namespace {

using nlohmann::json;

// More than any metric has: dimensions, time, value and metric.
constexpr size_t kMaxFields = kMaxDimensions + 8;
constexpr absl::string_view kRightRow =
    "one object of texts and numbers a line, such as "
    R"({"metric": "dau", "time": 1738972800000, "app": "A", "value": 5},)";

// Takes one flat object, as the parser meets it. False ends the parsing, with
// the reason in `error`.
class ObjectReader final : public nlohmann::json_sax<json> {
 public:
  explicit ObjectReader(size_t line) : line_(line) {}

  const absl::Status& error() const { return error_; }
  // Views into this.
  std::vector<Field> Fields() const {
    std::vector<Field> fields;
    fields.reserve(fields_.size());
    for (const auto& [name, value] : fields_) {
      Field field = {name, {}};
      if (const auto* text = std::get_if<std::string>(&value)) {
        field.value = absl::string_view(*text);
      } else if (const auto* integer = std::get_if<int64_t>(&value)) {
        field.value = *integer;
      } else if (const auto* decimal = std::get_if<double>(&value)) {
        field.value = *decimal;
      }
      fields.push_back(field);
    }
    return fields;
  }

  bool null() override { return Put(std::monostate()); }
  bool boolean(bool value) override {
    return Fail(value ? "true" : "false", "a text or a number");
  }
  bool number_integer(int64_t value) override { return Put(value); }
  bool number_unsigned(uint64_t value) override {
    return value <= INT64_MAX
               ? Put(static_cast<int64_t>(value))
               : Fail(absl::StrCat(value), "a whole number of at most 63 bits");
  }
  bool number_float(double value, const std::string& /*text*/) override {
    return Put(value);
  }
  bool string(std::string& value) override { return Put(std::move(value)); }
  bool binary(json::binary_t& /*value*/) override { return false; }
  bool start_object(size_t /*size*/) override {
    if (std::exchange(inside_, true)) return Fail("an object", kRightRow);
    return true;
  }
  bool end_object() override { return true; }
  bool start_array(size_t /*size*/) override {
    return Fail("an array", kRightRow);
  }
  bool end_array() override { return true; }
  bool key(std::string& name) override {
    if (fields_.size() == kMaxFields) return Fail("more fields", kRightRow);
    for (const auto& [other, value] : fields_) {
      if (other == name) {
        return Fail(absl::StrCat("\"", name, "\" twice"), "each name once");
      }
    }
    fields_.emplace_back(std::move(name), std::monostate());
    return true;
  }
  bool parse_error(size_t position, const std::string& /*token*/,
                   const json::exception& /*error*/) override {
    error_ = WrongRow(line_, "", absl::StrCat("no JSON at byte ", position),
                      kRightRow);
    return false;
  }

 private:
  using Value = std::variant<std::monostate, std::string, int64_t, double>;

  bool Put(Value value) {
    if (!inside_) return Fail("a value without a name", kRightRow);
    fields_.back().second = std::move(value);
    return true;
  }
  bool Fail(absl::string_view found, absl::string_view right) {
    error_ = WrongRow(line_, fields_.empty() ? "" : fields_.back().first, found,
                      right);
    return false;
  }

  const size_t line_;
  bool inside_ = false;
  std::vector<std::pair<std::string, Value>> fields_;
  absl::Status error_;
};

}  // namespace

absl::Status ReadJsonLines(absl::string_view body, SampleRowReader* rows) {
  for (size_t line = 1; !body.empty(); ++line) {
    const size_t end = body.find('\n');
    const absl::string_view text = body.substr(0, end);
    body.remove_prefix(end == absl::string_view::npos ? body.size() : end + 1);
    if (absl::StripAsciiWhitespace(text).empty()) continue;
    ObjectReader object(line);
    if (!json::sax_parse(text.begin(), text.end(), &object)) {
      return object.error();
    }
    if (const absl::Status status = rows->Add(line, object.Fields());
        !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::collector
