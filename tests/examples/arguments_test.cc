// The command line: what is taken, and what is said about the rest.

#include "examples/repl/arguments.h"

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "tests/support/catch.h"

namespace footfall::repl {
namespace {

TEST_CASE("options may stand before and after the directory", "[arguments]") {
  const auto words = GENERATE(values<std::vector<std::string>>({
      {"--mode", "csv", "-c", "SHOW METRICS", "demo"},
      {"demo", "--mode", "csv", "-c", "SHOW METRICS"},
      {"--mode=csv", "demo", "-c", "SHOW METRICS"},
      {"--mode=csv", "-c", "SHOW METRICS", "--", "demo"},
  }));
  const absl::StatusOr<Arguments> arguments = ParseArguments(words);
  REQUIRE(arguments.ok());
  CHECK(arguments->directory == "demo");
  CHECK(arguments->settings.mode == Mode::kCsv);
  REQUIRE(arguments->scripts.size() == 1);
  CHECK(!arguments->scripts[0].is_file);
  CHECK(arguments->scripts[0].text == "SHOW METRICS");
  CHECK(!arguments->read_only);
}

TEST_CASE("every mode has its name", "[arguments]") {
  REQUIRE(ModeNames().size() == 10);
  for (const absl::string_view name : ModeNames()) {
    const absl::StatusOr<Arguments> arguments =
        ParseArguments({"--values", "--mode", std::string(name), "demo"});
    REQUIRE(arguments.ok());
    CHECK(ModeName(arguments->settings.mode) == name);
    CHECK(arguments->settings.values);
  }
}

TEST_CASE("scripts keep their order", "[arguments]") {
  const absl::StatusOr<Arguments> arguments =
      ParseArguments({"-c", "a", "-f", "b", "-c", "c", "--readonly", "demo"});
  REQUIRE(arguments.ok());
  REQUIRE(arguments->scripts.size() == 3);
  CHECK(arguments->scripts[1].is_file);
  CHECK(arguments->scripts[1].text == "b");
  CHECK(arguments->scripts[2].text == "c");
  CHECK(arguments->read_only);
}

TEST_CASE("a word behind the directory is a statement or a file",
          "[arguments]") {
  for (const std::string word :
       {"SHOW METRICS", "compact", ".tables", ".mode csv"}) {
    CAPTURE(word);
    const absl::StatusOr<Arguments> arguments = ParseArguments({"demo", word});
    REQUIRE(arguments.ok());
    REQUIRE(arguments->scripts.size() == 1);
    CHECK(arguments->scripts[0].text == word);
  }
  for (const std::string word : {"a.csv", "./a.csv", "../a.csv", "-"}) {
    CAPTURE(word);
    const absl::StatusOr<Arguments> arguments = ParseArguments({"demo", word});
    REQUIRE(arguments.ok());
    CHECK(arguments->scripts.empty());
    CHECK(arguments->csv_file == word);
  }
  const absl::StatusOr<Arguments> unquoted =
      ParseArguments({"demo", "SHOW", "METRICS"});
  CHECK(absl::StrContains(unquoted.status().message(), "stands in quotes"));
}

TEST_CASE("wrong usage is named", "[arguments]") {
  struct Case {
    std::vector<std::string> words;
    const char* message;
  };
  const Case row = GENERATE(values<Case>({
      {{}, "directory"},
      {{"a", "b", "c"}, "found also c"},
      {{"a", "b.csv", "-c", "x"}, "found also b.csv"},
      {{"a", "--dump", "f", "-c", "x"}, "--dump stands alone"},
      {{"--colour", "a"}, "unknown option --colour"},
      {{"a", "-c"}, "-c: expected a value"},
      {{"a", "--mode", "xml"},
       "table, box, markdown, vertical, csv, tsv, json, jsonl, plot or "
       "spark"},
      {{"a", "--now", "today"}, "--now"},
      {{"a", "--param", "name"}, "name=value"},
      {{"a", "--param", "9=1"}, "name=value"},
      {{"a", "--guess", "f", "-c", "x"}, "--guess"},
      {{"a", "--verify", "--repair"}, "not both"},
      {{"a", "--verify", "-c", "x"}, "--verify stands alone"},
      {{"a", "--checkpoint", "b", "-c", "x"}, "--checkpoint stands alone"},
      {{"a", "--checkpoint", "b", "--backup", "c"}, "not both"},
      {{"a", "--backup", "b", "--keep", "0"}, "--keep: expected a whole"},
      {{"a", "--backup", "b", "--keep", "many"}, "found many"},
      {{"a", "--keep", "2"}, "--keep is for --backup"},
      {{"a", "--id", "2"}, "--id is for --restore"},
      {{"a", "--restore", "b", "--id", "-1"}, "--id: expected a whole"},
      {{"a", "--backups", "b"}, "--backups needs no database"},
      {{"--restore", "b"}, "expected the directory"},
      {{"--restore", "b", "a", "c.csv"}, "found also c.csv"},
  }));
  const absl::StatusOr<Arguments> arguments = ParseArguments(row.words);
  REQUIRE(!arguments.ok());
  INFO(arguments.status());
  CHECK(absl::StrContains(arguments.status().message(), row.message));
}

TEST_CASE("now is read in its own offset, else in UTC", "[arguments]") {
  const auto now = [](const char* text) {
    return ParseArguments({"demo", "--now", text})->now;
  };
  const absl::Time noon =
      absl::FromCivil(absl::CivilHour(2025, 2, 11, 12), absl::UTCTimeZone());
  CHECK(now("2025-02-11T12:00Z") == noon);
  CHECK(now("2025-02-11T20:00+08:00") == noon);
  CHECK(now("2025-02-11T12") == noon);
  CHECK(now("2025-02-11") == noon - absl::Hours(12));
}

TEST_CASE("a parameter is what it looks like", "[arguments]") {
  const absl::StatusOr<Arguments> arguments = ParseArguments(
      {"demo", "--param", "n=42", "--param", "x=0.5", "--param",
       "day=2025-02-08", "--param", "app=DeepSeek", "--param", "year='2025'",
       "--param", "empty=", "--param", "word=inf"});
  REQUIRE(arguments.ok());
  const auto& values = arguments->parameters;
  CHECK(std::get<int64_t>(values.at("n")) == 42);
  CHECK(std::get<double>(values.at("x")) == 0.5);
  CHECK(std::get<Date>(values.at("day")).start ==
        absl::CivilSecond(2025, 2, 8));
  CHECK(std::get<std::string>(values.at("app")) == "DeepSeek");
  CHECK(std::get<std::string>(values.at("year")) == "2025");
  CHECK(std::get<std::string>(values.at("empty")).empty());
  CHECK(std::get<std::string>(values.at("word")) == "inf");
}

TEST_CASE("help and version need no directory", "[arguments]") {
  CHECK(ParseArguments({"--help"})->help);
  CHECK(ParseArguments({"--version"})->version);
}

}  // namespace
}  // namespace footfall::repl
