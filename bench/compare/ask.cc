// Asks one of the nine questions again and again, for a profiler to look at.
//
//   ask FOLDER                 makes the databases of ./dev bench in FOLDER
//   ask FOLDER QUESTION TIMES  asks QUESTION (1 to 9) of them
//
// bench/instructions.sh counts what a question takes.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "bench/compare/engine.h"
#include "bench/compare/footfall_questions.h"
#include "bench/support/workload.h"
#include "footfall/database.h"
#include "footfall/query.h"

namespace footfall::bench {
namespace {

std::unique_ptr<Database> Open(const std::string& folder) {
  DatabaseOptions options;
  options.memory_budget_bytes = uint64_t{512} << 20;
  options.background_upkeep = false;
  auto database = Database::Open(folder, options);
  Require(database.status());
  return *std::move(database);
}

int Main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fprintf(stderr, "usage: ask FOLDER [QUESTION TIMES]\n");
    return 2;
  }
  const std::string daily = std::string(argv[1]) + "/daily";
  const std::string minutely = std::string(argv[1]) + "/minutely";
  if (argc == 2) {
    std::filesystem::create_directories(argv[1]);
    Require(
        BulkLoad(Open(daily).get(), DailyMetric(), MakeSeries(BenchDaily())));
    Require(BulkLoad(Open(minutely).get(), MinutelyMetric(),
                     MakeSeries(BenchMinutely())));
    return 0;
  }
  const int number = std::atoi(argv[2]);
  if (number < 1 || number > kQuestionCount) {
    std::fprintf(stderr, "questions are 1 to %d\n", kQuestionCount);
    return 2;
  }
  const auto question = static_cast<Question>(number - 1);
  const std::unique_ptr<Database> database =
      Open(IsMinutely(question) ? minutely : daily);
  size_t rows = 0;
  for (int i = 0; i < std::atoi(argv[3]); ++i) {
    for (const std::string& text : FootfallTexts(question)) {
      const auto answer = Query(*database->TakeSnapshot(), text, {});
      Require(answer.status());
      rows += answer->row_count();
    }
  }
  std::printf("%zu rows\n", rows);
  return 0;
}

}  // namespace
}  // namespace footfall::bench

int main(int argc, char** argv) { return footfall::bench::Main(argc, argv); }
