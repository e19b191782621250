// Asks the same nine questions of the same data in several engines, compares
// the whole answers, and prints what they cost as Markdown.
//
//   compare [APPS [SERIES]]
//
// APPS apps x 3 platforms x 1,096 days (2,000), SERIES x 30 days of minutes
// (100). Files go to $TMPDIR, or /tmp. One thread each. A time is the median of
// repeated questions after a first one, so files are in memory.

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "bench/compare/engine.h"
#include "tests/support/temp_dir.h"

namespace footfall::bench {
namespace {

constexpr const char* kQuestions[kQuestionCount] = {
    "Q1 30 days of one app and platform", "Q2 30 days of one app",
    "Q3 top 50 apps over 30 days",        "Q4 monthly avg and max of all apps",
    "Q5 platforms' shares by month",      "Q6 20 largest weekly moves",
    "Q7 first day over 1 M, all apps",    "Q8 30 days of one series, by hour",
    "Q9 daily max of all minutely series"};

struct Cost {
  double wall_s = 0;
  double cpu_s = 0;
};

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
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

// The median of at least three runs, and of as many as fit into a second.
template <typename Work>
Cost MeasureRepeated(Work work) {
  std::vector<double> walls;
  double all = 0;
  double cpu = 0;
  while (walls.size() < 3 || (all < 1 && walls.size() < 1000)) {
    const Cost cost = Measure(work);
    walls.push_back(cost.wall_s);
    all += cost.wall_s;
    cpu += cost.cpu_s;
  }
  std::sort(walls.begin(), walls.end());
  return {walls[walls.size() / 2], cpu / static_cast<double>(walls.size())};
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

std::string Time(double seconds) {
  if (seconds < 1e-3) return absl::StrFormat("%.1f us", seconds * 1e6);
  if (seconds < 1) return absl::StrFormat("%.2f ms", seconds * 1e3);
  return absl::StrFormat("%.2f s", seconds);
}

struct Result {
  std::string name;
  Cost load_daily, load_minutely;
  double daily_bytes = 0;  // a sample
  double minutely_bytes = 0;
  Cost questions[kQuestionCount];
};

void PrintTable(const std::vector<Result>& results, uint64_t daily,
                uint64_t minutely) {
  std::string header = "| |";
  std::string rule = "| --- |";
  for (const Result& result : results) {
    absl::StrAppend(&header, " ", result.name, " |");
    absl::StrAppend(&rule, " --- |");
    if (&result != &results[0]) {
      absl::StrAppend(&header, " ratio |");
      absl::StrAppend(&rule, " --- |");
    }
  }
  absl::PrintF("%s\n%s\n", header, rule);
  const auto row = [&](absl::string_view what, auto text, auto number) {
    absl::PrintF("| %s |", what);
    for (const Result& result : results) {
      absl::PrintF(" %s |", text(result));
      if (&result == &results[0]) continue;
      absl::PrintF(" %.3g |", number(result) / number(results[0]));
    }
    absl::PrintF("\n");
  };
  const auto load = [&](const char* what, Cost Result::*cost,
                        uint64_t samples) {
    row(
        what,
        [&](const Result& result) {
          return absl::StrFormat("%.2f M/s", static_cast<double>(samples) /
                                                 (result.*cost).wall_s / 1e6);
        },
        [&](const Result& result) { return (result.*cost).wall_s; });
  };
  load("load, daily", &Result::load_daily, daily);
  load("load, minutely", &Result::load_minutely, minutely);
  const auto bytes = [&](const char* what, double Result::*member) {
    row(
        what,
        [&](const Result& result) {
          return absl::StrFormat("%.2f", result.*member);
        },
        [&](const Result& result) { return result.*member; });
  };
  bytes("bytes a sample, daily", &Result::daily_bytes);
  bytes("bytes a sample, minutely", &Result::minutely_bytes);
  for (int i = 0; i < kQuestionCount; ++i) {
    row(
        kQuestions[i],
        [&](const Result& result) {
          return absl::StrCat(Time(result.questions[i].wall_s), " (CPU ",
                              Time(result.questions[i].cpu_s), ")");
        },
        [&](const Result& result) { return result.questions[i].wall_s; });
  }
}

int Main(int argc, char** argv) {
  market::DailySpec daily = BenchDaily();
  market::MinutelySpec minutely = BenchMinutely();
  if (argc > 1) daily.apps = std::atoi(argv[1]);
  if (argc > 2) minutely.series = std::atoi(argv[2]);
  if (daily.apps < 10 || minutely.series < 10) {
    std::fprintf(stderr, "usage: compare [APPS [SERIES]]\n");
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

  std::vector<Rows> expected(kQuestionCount);
  std::vector<Result> results;
  int wrong = 0;
  for (const auto make :
       {NewFootfallEngine, NewSqliteEngine, NewRocksdbEngine}) {
    testing::TempDir folder;
    const std::unique_ptr<Engine> engine = make(folder.path());
    Result& result = results.emplace_back();
    result.name = engine->name();
    std::fprintf(stderr, "%s: loading\n", result.name.c_str());
    result.load_daily =
        Measure([&] { Require(engine->LoadDaily(data.daily)); });
    result.load_minutely =
        Measure([&] { Require(engine->LoadMinutely(data.minutely)); });
    result.daily_bytes = static_cast<double>(engine->DailyBytes()) /
                         static_cast<double>(daily_samples);
    result.minutely_bytes = static_cast<double>(engine->MinutelyBytes()) /
                            static_cast<double>(minutely_samples);
    for (int i = 0; i < kQuestionCount; ++i) {
      const auto question = static_cast<Question>(i);
      std::fprintf(stderr, "%s: %s\n", result.name.c_str(), kQuestions[i]);
      absl::StatusOr<Rows> rows = engine->Ask(question);
      Require(rows.status());
      Sort(&*rows);
      if (results.size() == 1) expected[i] = *rows;
      const std::string difference = Difference(expected[i], *rows);
      if (!difference.empty() || rows->empty()) {
        ++wrong;
        std::fprintf(stderr, "  DIFFERENT: %s\n",
                     rows->empty() ? "no rows" : difference.c_str());
      }
      result.questions[i] =
          MeasureRepeated([&] { Require(engine->Ask(question).status()); });
    }
  }
  PrintTable(results, daily_samples, minutely_samples);
  absl::PrintF("\n%d of %d answers are the same in all engines.\n",
               kQuestionCount * static_cast<int>(results.size()) - wrong,
               kQuestionCount * static_cast<int>(results.size()));
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace footfall::bench

int main(int argc, char** argv) { return footfall::bench::Main(argc, argv); }
