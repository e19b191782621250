// Fair times on a machine that others use too.
//
// CPU time of this thread, and every measurement directly after one of a
// baseline: the median of their ratios over many rounds holds where absolute
// times do not. The best time of all rounds comes nearest to a quiet machine.

#ifndef FOOTFALL_BENCH_CODEC_STOPWATCH_H_
#define FOOTFALL_BENCH_CODEC_STOPWATCH_H_

#include <functional>
#include <vector>

namespace footfall::bench {

// Seconds of CPU that one call takes.
double Seconds(const std::function<void()>& pass);

class Contest {
 public:
  // `baseline` and `pass` do as much work each time they are called.
  Contest(std::function<void()> baseline, std::function<void()> pass)
      : baseline_(std::move(baseline)), pass_(std::move(pass)) {}

  void Round();

  double best_seconds() const { return best_seconds_; }
  // How many times as fast as the baseline. Requires: a round was run.
  double ratio() const;

 private:
  std::function<void()> baseline_;
  std::function<void()> pass_;
  double best_seconds_ = 1e9;
  std::vector<double> ratios_;
};

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_CODEC_STOPWATCH_H_
