// Footfall against SQLite: the same samples, the same questions, every row of
// the answers compared.
//
//   FOOTFALL_DATA              where the real sets lie; ../shared/data
//   FOOTFALL_ORACLE_SEED       another run of questions
//   FOOTFALL_ORACLE_QUESTIONS  how many; 396
//   FOOTFALL_ORACLE_ONLY       only question N of the run, with both texts

#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "footfall/query.h"
#include "tests/oracle/generate.h"

namespace footfall::oracle {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  uint64_t number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number
                                                            : otherwise;
}

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
      return column.texts[row];
  }
  return std::monostate();
}

// Equal; of decimals, but for the order in which they were added up.
bool Same(const SqlValue& mine, const SqlValue& theirs) {
  const auto number = [](const SqlValue& value) -> std::optional<double> {
    if (const auto* integer = std::get_if<int64_t>(&value)) {
      return static_cast<double>(*integer);
    }
    const auto* real = std::get_if<double>(&value);
    return real != nullptr ? std::optional<double>(*real) : std::nullopt;
  };
  const bool integers = std::holds_alternative<int64_t>(mine) &&
                        std::holds_alternative<int64_t>(theirs);
  const auto left = number(mine);
  const auto right = number(theirs);
  if (integers || !left || !right) return mine == theirs;
  return std::fabs(*left - *right) <=
         1e-9 * std::max(1.0, std::fabs(*left)) * 1e-1;
}

// Which columns of the answer stand where the reference has its own.
std::vector<std::string> ColumnNames(const Question& question) {
  std::vector<std::string> names;
  for (const size_t dimension : question.by) {
    names.push_back(question.set->spec.dimensions[dimension].name);
  }
  if (question.every) names.push_back("time");
  names.push_back("partial");
  names.push_back(question.items[0].name + "_expected");
  names.push_back(question.items[0].name + "_present");
  for (const Item& item : question.items) {
    const bool bounds = item.form == Item::Form::kBounds;
    names.push_back(item.name + (bounds ? "_low" : ""));
    names.push_back(item.name + (bounds ? "_high" : "_kind"));
  }
  return names;
}

// What differs first; empty where nothing does.
std::string Difference(const Question& question, const Answer& answer,
                       const std::vector<SqlRow>& reference) {
  const std::vector<std::string> names = ColumnNames(question);
  for (const std::string& name : names) {
    if (answer.Find(name) == nullptr) {
      return absl::StrCat("the answer has no column ", name);
    }
  }
  for (size_t row = 0; row < std::min(answer.row_count(), reference.size());
       ++row) {
    for (size_t i = 0; i < names.size(); ++i) {
      const SqlValue mine = CellOf(*answer.Find(names[i]), row);
      const SqlValue& theirs = reference[row][i];
      // A kind that SQL cannot tell.
      const bool unknown = names[i].size() > 5 &&
                           names[i].substr(names[i].size() - 5) == "_kind" &&
                           std::holds_alternative<std::monostate>(theirs);
      if (unknown || Same(mine, theirs)) continue;
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

struct Counts {
  int asked = 0;
  int empty = 0;
  int wrong = 0;
  uint64_t rows = 0;
};

struct Side {
  double footfall_s = 0;
  double sqlite_s = 0;
};

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

TEST_CASE("Footfall answers as SQLite does", "[oracle]") {
  const uint64_t seed = FromEnvironment("FOOTFALL_ORACLE_SEED", 20250208);
  const uint64_t questions =
      FromEnvironment("FOOTFALL_ORACLE_QUESTIONS", 33 * kKindCount);
  const uint64_t only = FromEnvironment("FOOTFALL_ORACLE_ONLY", questions);

  const char* data = std::getenv("FOOTFALL_DATA");
  std::vector<DataSet> sets =
      RealSets(data != nullptr ? data : "../shared/data");
  for (DataSet& set : MadeUpSets()) sets.push_back(std::move(set));

  const std::filesystem::path path =
      std::filesystem::temp_directory_path() /
      absl::StrCat("footfall_oracle_", ::getpid());
  std::filesystem::remove_all(path);
  auto database = Database::Open(path.string(), DatabaseOptions());
  CAPTURE(database.status().ToString());
  REQUIRE(database.ok());
  Sqlite sqlite;
  for (const DataSet& set : sets) {
    LoadFootfall(set, **database);
    LoadSqlite(set, sqlite);
    std::printf("  %s: %zu samples\n", set.title.c_str(), set.rows.size());
  }
  std::printf("  seed %llu, %llu questions\n",
              static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(questions));

  std::map<Kind, Counts> counts;
  Side time;
  const auto snapshot = (*database)->TakeSnapshot();
  for (uint64_t i = 0; i < questions; ++i) {
    if (only < questions && i != only) continue;
    const Kind kind = static_cast<Kind>(i % kKindCount);
    const Question question = MakeQuestion(kind, seed * 1'000'003 + i, sets);
    const std::string text = question.Footfall();
    const std::string sql = ReferenceSql(question, sqlite);
    auto start = std::chrono::steady_clock::now();
    const std::vector<SqlRow> reference = sqlite.Ask(sql);
    time.sqlite_s += SecondsSince(start);
    QueryOptions options;
    options.now = question.span.now;
    start = std::chrono::steady_clock::now();
    const auto answer = Query(*snapshot, text, options);
    time.footfall_s += SecondsSince(start);

    Counts& count = counts[kind];
    ++count.asked;
    count.rows += reference.size();
    count.empty += reference.empty();
    const std::string difference =
        answer.ok() ? Difference(question, *answer, reference)
                    : std::string(answer.status().message());
    if (only < questions) std::printf("%s\n%s\n", text.c_str(), sql.c_str());
    if (difference.empty()) continue;
    ++count.wrong;
    UNSCOPED_INFO("question " << i << ": " << text << "\n    " << difference);
    if (count.wrong <= 5) {
      std::printf("  question %llu: %s\n    %s\n",
                  static_cast<unsigned long long>(i), text.c_str(),
                  difference.c_str());
    }
  }

  Counts all;
  std::printf("  %-12s %6s %6s %6s %9s\n", "kind", "asked", "empty", "wrong",
              "rows");
  for (const auto& [kind, count] : counts) {
    std::printf("  %-12s %6d %6d %6d %9llu\n", KindName(kind), count.asked,
                count.empty, count.wrong,
                static_cast<unsigned long long>(count.rows));
    all.asked += count.asked;
    all.empty += count.empty;
    all.wrong += count.wrong;
    all.rows += count.rows;
    if (only == questions && questions >= 360) CHECK(count.asked >= 30);
  }
  std::printf("  %-12s %6d %6d %6d %9llu; Footfall %.1f s, SQLite %.1f s\n",
              "all", all.asked, all.empty, all.wrong,
              static_cast<unsigned long long>(all.rows), time.footfall_s,
              time.sqlite_s);
  CHECK(all.wrong == 0);
  if (only == questions) CHECK(all.empty * 10 <= all.asked);

  CHECK((*database)->Close().ok());
  std::filesystem::remove_all(path);
}

}  // namespace
}  // namespace footfall::oracle
