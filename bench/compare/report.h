// What a comparison comes to, as a table and as a picture.

#ifndef FOOTFALL_BENCH_COMPARE_REPORT_H_
#define FOOTFALL_BENCH_COMPARE_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "bench/compare/engine.h"

namespace footfall::bench {

inline constexpr absl::string_view kQuestionNames[kQuestionCount] = {
    "Q1 30 days of one app and platform", "Q2 30 days of one app",
    "Q3 top 50 apps over 30 days",        "Q4 monthly avg and max of all apps",
    "Q5 platforms' shares by month",      "Q6 20 largest weekly moves",
    "Q7 first day over 1 M, all apps",    "Q8 30 days of one series, by hour",
    "Q9 daily max of all minutely series"};

struct Cost {
  double wall_s = 0;
  double cpu_s = 0;
};

// Of one engine.
struct Result {
  std::string name;
  Cost load_daily;
  Cost load_minutely;
  double daily_bytes = 0;  // a sample
  double minutely_bytes = 0;
  Cost questions[kQuestionCount];
};

// Markdown: CPU time (wall time), and ratios of CPU times to the first engine:
// above 1, that one does better.
std::string MarkdownTable(absl::Span<const Result> results,
                          uint64_t daily_samples, uint64_t minutely_samples);

// SVG: a row for each question, a dot for each engine where its time lies on a
// logarithmic scale.
std::string Chart(absl::Span<const Result> results);

// "9.9 us", "64.15 ms", "3.81 s".
std::string TimeText(double seconds);

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_COMPARE_REPORT_H_
