#include "bench/codec/stopwatch.h"

#include <time.h>

#include <algorithm>

namespace footfall::bench {
namespace {

double Now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

double Seconds(const std::function<void()>& pass) {
  const double start = Now();
  pass();
  return Now() - start;
}

void Contest::Round() {
  const double before = Seconds(baseline_);
  const double seconds = Seconds(pass_);
  const double after = Seconds(baseline_);
  best_seconds_ = std::min(best_seconds_, seconds);
  ratios_.push_back((before + after) / 2 / seconds);
}

double Contest::ratio() const {
  std::vector<double> sorted = ratios_;
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() / 2];
}

}  // namespace footfall::bench
