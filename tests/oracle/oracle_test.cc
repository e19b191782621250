// Footfall against SQLite: the same samples, the same questions, every row of
// the answers compared. README.md tells how to ask more, and one again.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/query.h"
#include "tests/oracle/compare.h"
#include "tests/oracle/generate.h"
#include "tests/oracle/tally.h"
#include "tests/support/catch.h"

namespace footfall::oracle {
namespace {

constexpr uint64_t kSeed = 20250208;
constexpr uint64_t kQuestionsAKind = FOOTFALL_ORACLE_QUESTIONS_A_KIND;
// Of a run of this many questions or more, each kind and word should be seen
// often enough.
constexpr uint64_t kFullRun = 30 * kKindCount;
constexpr int kLeastOfEach = 30;

using Number = unsigned long long;  // what printf knows

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  uint64_t number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number
                                                            : otherwise;
}

std::vector<DataSet> AllSets() {
  const char* data = std::getenv("FOOTFALL_DATA");
  std::vector<DataSet> sets =
      RealSets(data != nullptr ? data : FOOTFALL_SOURCE_DIR "/../shared/data");
  for (DataSet& set : MadeUpSets()) sets.push_back(std::move(set));
  return sets;
}

// Processor time, in seconds: that of all threads.
double Now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// A database in a folder of its own, gone afterwards.
class TemporaryDatabase {
 public:
  TemporaryDatabase()
      : path_(std::filesystem::temp_directory_path() /
              absl::StrCat("footfall_oracle_", ::getpid())) {
    std::filesystem::remove_all(path_);
    auto database = Database::Open(path_.string(), DatabaseOptions());
    CAPTURE(database.status().ToString());
    REQUIRE(database.ok());
    database_ = *std::move(database);
  }
  ~TemporaryDatabase() {
    database_.reset();
    std::filesystem::remove_all(path_);
  }
  Database& operator*() { return *database_; }

 private:
  std::filesystem::path path_;
  std::unique_ptr<Database> database_;
};

TEST_CASE("Footfall answers as SQLite does", "[oracle]") {
  const uint64_t seed = FromEnvironment("FOOTFALL_ORACLE_SEED", kSeed);
  const uint64_t questions = FromEnvironment("FOOTFALL_ORACLE_QUESTIONS",
                                             kQuestionsAKind * kKindCount);
  const bool one = std::getenv("FOOTFALL_ORACLE_ONLY") != nullptr;
  const uint64_t first = FromEnvironment("FOOTFALL_ORACLE_ONLY", 0);
  const uint64_t end = one ? first + 1 : questions;
  const char* only_kind = std::getenv("FOOTFALL_ORACLE_KIND");

  const std::vector<DataSet> sets = AllSets();
  TemporaryDatabase database;
  Sqlite sqlite;
  for (const DataSet& set : sets) {
    LoadFootfall(set, *database);
    LoadSqlite(set, sqlite);
    std::printf("  %s: %zu samples\n", set.title.c_str(), set.rows.size());
  }
  std::printf("  FOOTFALL_ORACLE_SEED=%llu, questions %llu to %llu%s\n",
              static_cast<Number>(seed), static_cast<Number>(first),
              static_cast<Number>(end - 1),
              questions < kFullRun && kQuestionsAKind < kLeastOfEach
                  ? ": few, for this build has sanitizers"
                  : "");

  Tally tally;
  const auto snapshot = (*database).TakeSnapshot();
  for (uint64_t i = first; i < end; ++i) {
    const Kind kind = static_cast<Kind>(i % kKindCount);
    if (only_kind != nullptr && only_kind != std::string(KindName(kind))) {
      continue;
    }
    const Question question = MakeQuestion(kind, seed * 1'000'003 + i, sets);
    const std::string text = question.Footfall();
    double start = Now();
    const std::vector<std::string> script = ReferenceSql(question, sqlite);
    if (one) {
      std::printf("%s\n%s\n", text.c_str(),
                  absl::StrJoin(script, ";\n").c_str());
    }
    for (size_t s = 0; s + 1 < script.size(); ++s) sqlite.Run(script[s]);
    const std::vector<SqlRow> reference = sqlite.Ask(script.back());
    const double sqlite_s = Now() - start;

    QueryOptions options;
    options.now = question.span.now;
    start = Now();
    const auto answer = Query(*snapshot, text, options);
    const double footfall_s = Now() - start;

    const std::string difference =
        answer.ok() ? Difference(question, *answer, reference)
                    : std::string(answer.status().message());
    tally.Add(kind, question, reference.size(), !difference.empty(), footfall_s,
              sqlite_s);
    if (difference.empty()) continue;
    UNSCOPED_INFO("question " << i << ": " << text << "\n    " << difference);
    std::printf("  FOOTFALL_ORACLE_ONLY=%llu: %s\n    %s\n",
                static_cast<Number>(i), text.c_str(), difference.c_str());
  }
  tally.Print();

  const Tally::Counts all = tally.All();
  CHECK(all.asked > 0);
  CHECK(all.wrong == 0);
  if (one) return;
  CHECK(all.empty * 10 <= all.asked);
  if (questions < kFullRun || only_kind != nullptr) return;
  CHECK(tally.kinds().size() == kKindCount);
  for (const auto& [kind, counts] : tally.kinds()) {
    CAPTURE(KindName(kind));
    CHECK(counts.asked >= kLeastOfEach);
  }
  for (const auto& [word, count] : tally.words()) {
    CAPTURE(word);
    CHECK(count >= kLeastOfEach);
  }
}

}  // namespace
}  // namespace footfall::oracle
