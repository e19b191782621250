#include "examples/collector/question.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "examples/bucket_of.h"
#include "footfall/statement.h"

namespace footfall::collector {
namespace {

absl::Status Misfit(absl::string_view name, absl::string_view value,
                    absl::string_view right) {
  return absl::InvalidArgumentError(
      absl::StrCat("parameter ", name, ": found \"", value.substr(0, 100),
                   "\"; ", right, " would be right"));
}

absl::StatusOr<ParameterValue> ReadValue(absl::string_view name,
                                         absl::string_view type,
                                         const std::string& value) {
  if (type.empty()) return value;
  int64_t integer = 0;
  if (type == "number") {
    double decimal = 0;
    if (absl::SimpleAtoi(value, &integer)) return integer;
    if (absl::SimpleAtod(value, &decimal)) return decimal;
    return Misfit(name, value, "a number");
  }
  if (type == "date") {
    const absl::StatusOr<Date> date = ParseDate(value);
    if (date.ok()) return *date;
    return Misfit(name, value, "a date such as 2025-02-08");
  }
  if (type == "ms") {
    const absl::Time least =
        absl::FromCivil(absl::CivilDay(1, 1, 1), absl::UTCTimeZone());
    const absl::Time most =
        absl::FromCivil(absl::CivilDay(9999, 12, 31), absl::UTCTimeZone());
    if (absl::SimpleAtoi(value, &integer) &&
        integer >= absl::ToUnixMillis(least) &&
        integer <= absl::ToUnixMillis(most)) {
      return InstantDate(absl::FromUnixMillis(integer), absl::UTCTimeZone());
    }
    return Misfit(name, value, "milliseconds since 1970");
  }
  return Misfit(name, value,
                "NAME for a text, NAME:number, NAME:date or NAME:ms");
}

// Whether `$name` stands in the text. Within a comment or a text it counts,
// too.
bool Mentions(absl::string_view text, absl::string_view name) {
  const std::string mention = absl::StrCat("$", name);
  for (size_t at = text.find(mention); at != absl::string_view::npos;
       at = text.find(mention, at + 1)) {
    const size_t end = at + mention.size();
    if (end == text.size() ||
        !(absl::ascii_isalnum(static_cast<unsigned char>(text[end])) ||
          text[end] == '_')) {
      return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<Question> ReadQuestion(const Request& request) {
  Question question;
  bool asked = false;
  for (const auto& [key, value] : request.parameters) {
    if (key == "q") {
      if (std::exchange(asked, true)) {
        return absl::InvalidArgumentError("q is given twice; once is right");
      }
      question.text = value;
      continue;
    }
    if (key == "format") {
      if (value != "json" && value != "csv") {
        return Misfit(key, value, "json or csv");
      }
      question.csv = value == "csv";
      continue;
    }
    const size_t colon = key.find(':');
    const std::string name = key.substr(0, colon);
    const std::string type =
        colon == std::string::npos ? "" : key.substr(colon + 1);
    if (!IsValidName(name)) {
      return Misfit(key, value,
                    "a name of small letters, digits and _ before the =");
    }
    absl::StatusOr<ParameterValue> read = ReadValue(key, type, value);
    if (!read.ok()) return read.status();
    if (!question.parameters.emplace(name, *std::move(read)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("parameter ", name, " is given twice; once is right"));
    }
  }
  if (!asked) {
    return absl::InvalidArgumentError(
        "q, the question, is missing: /v1/query?q=SHOW%20METRICS");
  }
  for (const auto& [name, value] : question.parameters) {
    if (!Mentions(question.text, name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("parameter ", name, ": the question has no $", name,
                       ", and would be answered as if it was not given"));
    }
  }
  return question;
}

std::optional<Period> BucketOf(const Snapshot& snapshot,
                               const std::string& text) {
  const absl::StatusOr<std::vector<Statement>> statements = Parse(text);
  if (!statements.ok() || statements->size() != 1) return std::nullopt;
  return footfall::BucketOf(snapshot, statements->front());
}

}  // namespace footfall::collector
