// main() of the benchmarks: a line for each, as it is done, that people read:
//
//   MonthOfSeries              28.1 us               rows=30
//   TileRead/patches:8          116 us    141 M/s    bytes_per_sample=1.29
//
// Name and arguments, time of one run, items a second, other counters. Flags
// are google-benchmark's; with --benchmark_format or --benchmark_out its own
// forms come out.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace footfall::bench {
namespace {

constexpr char kItemsPerSecond[] = "items_per_second";

// Three digits, and a word for the power of ten.
std::string Scaled(double number, absl::string_view unit) {
  static constexpr struct {
    double size;
    const char* prefix;
  } kPrefixes[] = {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}};
  for (const auto& [size, prefix] : kPrefixes) {
    if (number < size && size > 1) continue;
    return absl::StrFormat("%.3g %s%s", number / size, prefix, unit);
  }
  return "";
}

std::string TimeOf(double seconds) {
  static constexpr struct {
    double size;
    const char* unit;
  } kUnits[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}};
  for (const auto& [size, unit] : kUnits) {
    if (seconds < size && size > 1e-9) continue;
    return absl::StrFormat("%.3g %s", seconds / size, unit);
  }
  return "";
}

// Why a run failed; none where it did not. benchmark 1.8 renamed the fields.
template <typename Run>
std::optional<std::string> FailureOf(const Run& run) {
  if constexpr (requires { run.error_occurred; }) {
    if (run.error_occurred) return run.error_message;
  } else {
    if (run.skipped != decltype(run.skipped){}) return run.skip_message;
  }
  return std::nullopt;
}

class TableReporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override {
    PrintLine("", "time", "CPU", "items", "");
    return true;
  }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      const std::string name = run.benchmark_name();
      const absl::string_view shown = absl::StripPrefix(name, "BM_");
      if (const std::optional<std::string> failure = FailureOf(run)) {
        PrintLine(shown, "FAILED", "", "", *failure);
        continue;
      }
      std::string items;
      std::string others;
      for (const auto& [counter, value] : run.counters) {
        if (counter == kItemsPerSecond) {
          items = Scaled(value, "/s");
        } else {
          absl::StrAppendFormat(&others, "%s%s=%.4g", others.empty() ? "" : " ",
                                counter, value.value);
        }
      }
      const double unit = benchmark::GetTimeUnitMultiplier(run.time_unit);
      PrintLine(shown, TimeOf(run.GetAdjustedRealTime() / unit),
                TimeOf(run.GetAdjustedCPUTime() / unit), items, others);
    }
  }

 private:
  static void PrintLine(absl::string_view name, absl::string_view time,
                        absl::string_view cpu, absl::string_view items,
                        absl::string_view others) {
    absl::PrintF("%-48s %10s %10s %12s   %s\n", name, time, cpu, items, others);
    std::fflush(stdout);
  }
};

bool OwnForm(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (absl::StartsWith(argv[i], "--benchmark_format") ||
        absl::StartsWith(argv[i], "--benchmark_out")) {
      return true;
    }
  }
  return false;
}

}  // namespace
}  // namespace footfall::bench

int main(int argc, char** argv) {
  const bool own_form = footfall::bench::OwnForm(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  footfall::bench::TableReporter reporter;
  if (own_form) {
    benchmark::RunSpecifiedBenchmarks();
  } else {
    benchmark::RunSpecifiedBenchmarks(&reporter);
  }
  return 0;
}
