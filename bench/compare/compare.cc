// Asks the same nine questions of the same data in several engines, compares
// the whole answers, and prints what they cost as Markdown.
//
//   compare [APPS [SERIES [PICTURE]]]
//
// APPS apps x 3 platforms x 1,096 days (2,000), SERIES x 30 days of minutes
// (100). PICTURE is an SVG file to write. Databases go to $TMPDIR, or /tmp. One
// thread each. All engines load first, one after another. A time is the median
// of repeated questions after a first one, so files are in memory; the engines
// are asked in turn, round after round, so that other work on the machine meets
// all of them. Ratios are those of CPU times, which it changes least.

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "bench/compare/engine.h"
#include "bench/compare/report.h"
#include "tests/support/temp_dir.h"

namespace footfall::bench {
namespace {

// Of all threads of this process.
double CpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) / 1e9;
}

template <typename Work>
Cost Measure(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  const double cpu = CpuSeconds();
  work();
  const std::chrono::duration<double> wall =
      std::chrono::steady_clock::now() - begin;
  return {wall.count(), CpuSeconds() - cpu};
}

double Median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers[numbers.size() / 2];
}

// Questions that take longer are asked once.
constexpr double kLong_s = 10;

// The engines in turn, round after round, so that whatever else the machine
// does meets all of them: each at least three times, and as often as fits into
// a second of its own. `costs` has what each took at first, and gets the
// medians.
void MeasureInTurn(Question question,
                   absl::Span<const std::unique_ptr<Engine>> engines,
                   absl::Span<Cost> costs) {
  struct Runs {
    std::vector<double> walls;
    std::vector<double> cpus;
    double all = 0;
    bool more() const {
      return walls.size() < 3 || (all < 1 && walls.size() < 10'000);
    }
  };
  std::vector<Runs> runs(engines.size());
  for (bool any = true; any;) {
    any = false;
    for (size_t e = 0; e < engines.size(); ++e) {
      Runs& own = runs[e];
      if (costs[e].wall_s > kLong_s || !own.more()) continue;
      const Cost cost =
          Measure([&] { Require(engines[e]->Ask(question).status()); });
      own.walls.push_back(cost.wall_s);
      own.cpus.push_back(cost.cpu_s);
      own.all += cost.wall_s;
      any = true;
    }
  }
  for (size_t e = 0; e < engines.size(); ++e) {
    if (runs[e].walls.empty()) continue;
    costs[e] = {Median(runs[e].walls), Median(runs[e].cpus)};
  }
}

void Sort(Rows* rows) {
  std::sort(
      rows->begin(), rows->end(),
      [](const AnswerRow& a, const AnswerRow& b) { return a.keys < b.keys; });
}

// The first difference; "" where there is none.
std::string Difference(const Rows& expected, const Rows& found) {
  if (expected.size() != found.size()) {
    return absl::StrCat(expected.size(), " rows against ", found.size());
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    const AnswerRow& a = expected[i];
    const AnswerRow& b = found[i];
    bool same = a.keys == b.keys && a.values.size() == b.values.size();
    for (size_t j = 0; same && j < a.values.size(); ++j) {
      same = std::abs(a.values[j] - b.values[j]) <=
             1e-9 * std::max(std::abs(a.values[j]), std::abs(b.values[j]));
    }
    if (!same) {
      return absl::StrCat("(", absl::StrJoin(a.keys, ", "), ") ",
                          absl::StrJoin(a.values, " "), " against (",
                          absl::StrJoin(b.keys, ", "), ") ",
                          absl::StrJoin(b.values, " "));
    }
  }
  return "";
}

// Asks everything of every engine. Returns how many answers are not those of
// the first, or empty.
int AskAll(absl::Span<const std::unique_ptr<Engine>> engines,
           absl::Span<Result> results) {
  int wrong = 0;
  for (int q = 0; q < kQuestionCount; ++q) {
    const auto question = static_cast<Question>(q);
    Rows expected;
    std::vector<Cost> costs;
    for (size_t e = 0; e < engines.size(); ++e) {
      std::fprintf(stderr, "%s: %s\n", results[e].name.c_str(),
                   std::string(kQuestionNames[q]).c_str());
      absl::StatusOr<Rows> rows;
      costs.push_back(Measure([&] { rows = engines[e]->Ask(question); }));
      Require(rows.status());
      Sort(&*rows);
      if (e == 0) expected = *rows;
      const std::string difference = Difference(expected, *rows);
      if (!difference.empty() || rows->empty()) {
        ++wrong;
        std::fprintf(stderr, "  DIFFERENT: %s\n",
                     rows->empty() ? "no rows" : difference.c_str());
      }
    }
    MeasureInTurn(question, engines, absl::MakeSpan(costs));
    for (size_t e = 0; e < engines.size(); ++e) {
      results[e].questions[q] = costs[e];
    }
  }
  return wrong;
}

int Main(int argc, char** argv) {
  market::DailySpec daily = BenchDaily();
  market::MinutelySpec minutely = BenchMinutely();
  if (argc > 1) daily.apps = std::atoi(argv[1]);
  if (argc > 2) minutely.series = std::atoi(argv[2]);
  if (daily.apps < 10 || minutely.series < 10) {
    std::fprintf(stderr, "usage: compare [APPS [SERIES [PICTURE]]]\n");
    return 2;
  }
  daily.rank_stride = std::max(1, 20'000 / daily.apps);
  minutely.rank_stride = std::max(1, 1'000 / minutely.series);
  const DataSet data = {MakeSeries(daily), MakeSeries(minutely)};
  const uint64_t daily_samples = CountSamples(data.daily);
  const uint64_t minutely_samples = CountSamples(data.minutely);
  absl::PrintF(
      "%d apps x %d platforms x %d days: %d daily samples; "
      "%d series x %d minutes: %d minutely samples.\n\n",
      daily.apps, daily.platforms, daily.days, daily_samples, minutely.series,
      minutely.minutes, minutely_samples);

  testing::TempDir folder;
  std::vector<std::unique_ptr<Engine>> engines;
  std::vector<Result> results;
  for (const auto make :
       {NewFootfallEngine, NewSqliteEngine, NewRocksdbEngine}) {
    const std::string own = folder / std::to_string(engines.size());
    std::filesystem::create_directory(own);
    Engine& engine = *engines.emplace_back(make(own));
    Result& result = results.emplace_back();
    result.name = engine.name();
    std::fprintf(stderr, "%s: loading\n", result.name.c_str());
    result.load_daily = Measure([&] { Require(engine.LoadDaily(data.daily)); });
    result.load_minutely =
        Measure([&] { Require(engine.LoadMinutely(data.minutely)); });
    result.daily_bytes = static_cast<double>(engine.DailyBytes()) /
                         static_cast<double>(daily_samples);
    result.minutely_bytes = static_cast<double>(engine.MinutelyBytes()) /
                            static_cast<double>(minutely_samples);
  }
  const int wrong = AskAll(engines, absl::MakeSpan(results));
  absl::PrintF("%s", MarkdownTable(results, daily_samples, minutely_samples));
  if (argc > 3) {
    std::ofstream picture(argv[3]);
    picture << Chart(results);
    picture.close();
    if (!picture) Require(absl::UnavailableError(argv[3]));
  }
  absl::PrintF("\n%d of %d answers are the same in all engines.\n",
               kQuestionCount * static_cast<int>(results.size()) - wrong,
               kQuestionCount * static_cast<int>(results.size()));
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace footfall::bench

int main(int argc, char** argv) { return footfall::bench::Main(argc, argv); }
