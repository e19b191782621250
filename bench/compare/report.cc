#include "bench/compare/report.h"

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace footfall::bench {
namespace {

class Table {
 public:
  explicit Table(absl::Span<const Result> results) : results_(results) {
    text_ = "| |";
    std::string rule = "| --- |";
    for (const Result& result : results_) {
      absl::StrAppend(&text_, " ", result.name, " |");
      absl::StrAppend(&rule, " --- |");
      if (IsFirst(result)) continue;
      absl::StrAppend(&text_, " ratio |");
      absl::StrAppend(&rule, " --- |");
    }
    absl::StrAppend(&text_, "\n", rule, "\n");
  }

  // `number` grows with what is worse.
  void Row(absl::string_view what,
           absl::FunctionRef<std::string(const Result&)> shown,
           absl::FunctionRef<double(const Result&)> number) {
    absl::StrAppend(&text_, "| ", what, " |");
    for (const Result& result : results_) {
      absl::StrAppend(&text_, " ", shown(result), " |");
      if (IsFirst(result)) continue;
      absl::StrAppendFormat(&text_, " %.3g |",
                            number(result) / number(results_[0]));
    }
    text_ += '\n';
  }

  const std::string& text() const { return text_; }

 private:
  bool IsFirst(const Result& result) const { return &result == &results_[0]; }

  absl::Span<const Result> results_;
  std::string text_;
};

}  // namespace

std::string TimeText(double seconds) {
  if (seconds < 1e-3) return absl::StrFormat("%.1f us", seconds * 1e6);
  if (seconds < 1) return absl::StrFormat("%.2f ms", seconds * 1e3);
  return absl::StrFormat("%.2f s", seconds);
}

std::string MarkdownTable(absl::Span<const Result> results,
                          uint64_t daily_samples, uint64_t minutely_samples) {
  Table table(results);
  const auto load = [&](absl::string_view what, Cost Result::*cost,
                        uint64_t samples) {
    table.Row(
        what,
        [&](const Result& result) {
          return absl::StrFormat("%.2f M/s", static_cast<double>(samples) /
                                                 (result.*cost).cpu_s / 1e6);
        },
        [&](const Result& result) { return (result.*cost).cpu_s; });
  };
  load("load a CPU second, daily", &Result::load_daily, daily_samples);
  load("load a CPU second, minutely", &Result::load_minutely, minutely_samples);
  const auto bytes = [&](absl::string_view what, double Result::*member) {
    table.Row(
        what,
        [&](const Result& result) {
          return absl::StrFormat("%.2f", result.*member);
        },
        [&](const Result& result) { return result.*member; });
  };
  bytes("bytes a sample, daily", &Result::daily_bytes);
  bytes("bytes a sample, minutely", &Result::minutely_bytes);
  for (int i = 0; i < kQuestionCount; ++i) {
    table.Row(
        kQuestionNames[i],
        [&](const Result& result) {
          return absl::StrCat(TimeText(result.questions[i].cpu_s), " (",
                              TimeText(result.questions[i].wall_s), ")");
        },
        [&](const Result& result) { return result.questions[i].cpu_s; });
  }
  return table.text();
}

}  // namespace footfall::bench
