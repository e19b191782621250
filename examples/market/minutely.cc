// Active users per minute: a daily swing with slow noise, series by series.

#include <cmath>

#include "examples/market/market.h"
#include "examples/market/random.h"

namespace footfall::market {

namespace {

constexpr double kDayTurn = 6.283185;
constexpr double kHalfDayTurn = 12.56637;
constexpr int kSaturday = 5;
constexpr int kOutageMinutes = 90;

}  // namespace

void MakeMinutes(const MinutelySpec& spec, int series,
                 std::vector<int64_t>* users) {
  Random random(uint64_t{77777} * (static_cast<uint64_t>(series) + 1));
  const double rank = static_cast<double>(series) * spec.rank_stride + 1;
  const double size =
      2e6 / std::pow(rank, 0.9) * std::exp(0.5 * random.Normal());
  const double day_phase = random.Uniform(0, 6.28);
  const double half_day_phase = random.Uniform(0, 6.28);
  const double day_amplitude = random.Uniform(0.3, 0.8);
  const double half_day_amplitude = random.Uniform(0.05, 0.2);
  const double weekend = random.Uniform(0.8, 1.25);
  const double noise = random.Uniform(0.001, 0.004);
  const int outage = random.Uniform() < 0.02
                         ? static_cast<int>(random.Uniform(1000, 40000))
                         : -1;

  users->assign(static_cast<size_t>(spec.minutes), 0);
  double slow = 0;  // a slow wander about 0
  for (int minute = 0; minute < spec.minutes; ++minute) {
    slow = 0.97 * slow + 0.003 * random.Normal();
    const double day = minute / 1440.0;
    const int weekday = static_cast<int>(day) % 7;
    const double swing =
        day_amplitude * std::sin(kDayTurn * day + day_phase) +
        half_day_amplitude * std::sin(kHalfDayTurn * day + half_day_phase) +
        slow;
    const double mean = size * std::exp(swing) *
                        (weekday >= kSaturday ? weekend : 1) *
                        std::exp(noise * random.Normal());
    const double active = random.Poisson(mean);
    const bool out =
        outage >= 0 && minute >= outage && minute < outage + kOutageMinutes;
    (*users)[static_cast<size_t>(minute)] =
        out ? 0 : static_cast<int64_t>(active);
  }
}

}  // namespace footfall::market
