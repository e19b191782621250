// Daily users: size x season x growth x noise, app by app.

#include <algorithm>
#include <array>
#include <cmath>

#include "examples/market/market.h"
#include "examples/market/random.h"

namespace footfall::market {

namespace {

constexpr double kDaysPerYear = 365.25;
constexpr double kYearTurn = 6.283185;
constexpr int kFriday = 4;
constexpr int kSaturday = 5;
constexpr int kWeb = 2;

// What is settled about one platform of an app before its first day.
struct Platform {
  double share = 0;
  std::array<double, 7> weekday;  // factor; Monday first
  int launch = 0;                 // day; 0: was always there
  int gap_begin = -1;             // day; -1: no gap
  int gap_length = 0;
  double level = 0;  // log of its own slow drift, so far
};

// The platform's part of a usual app.
double UsualShare(int platform) {
  static constexpr std::array<double, kMaxPlatforms> kShares = {
      0.45, 0.35, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01};
  return kShares[static_cast<size_t>(platform)];
}

int DrawDay(Random& random, double low, double high) {
  return static_cast<int>(random.Uniform(low, high));
}

void DrawWeekdays(Random& random, double amplitude, bool is_web,
                  Platform* platform) {
  for (int day = 0; day < 7; ++day) {
    double season = 0;
    if (day >= kSaturday) {
      const double wobble = 1 + 0.1 * random.Normal();
      season = amplitude * (is_web ? 1.2 : 1.0) * wobble;
    } else if (day == kFriday) {
      season = 0.3 * amplitude;
    }
    platform->weekday[static_cast<size_t>(day)] =
        1 + season + 0.01 * random.Normal();
  }
}

void DrawLaunches(Random& random, std::vector<Platform>* platforms) {
  if (random.Uniform() < 0.15) {
    const int launch = DrawDay(random, 30, 900);
    for (Platform& platform : *platforms) platform.launch = launch;
  }
  for (Platform& platform : *platforms) {
    if (random.Uniform() < 0.05) {
      platform.launch = std::max(platform.launch, DrawDay(random, 30, 900));
    }
  }
}

void DrawGaps(Random& random, std::vector<Platform>* platforms) {
  for (Platform& platform : *platforms) {
    if (random.Uniform() < 0.01) {
      platform.gap_begin = DrawDay(random, 100, 1000);
    }
    platform.gap_length = DrawDay(random, 1, 20);
  }
}

bool InGap(const Platform& platform, int day) {
  return platform.gap_begin >= 0 && day >= platform.gap_begin &&
         day < platform.gap_begin + platform.gap_length;
}

}  // namespace

void MakeAppDays(const DailySpec& spec, int app, AppDays* out) {
  Random random(uint64_t{1000003} * (static_cast<uint64_t>(app) + 1));
  const double rank = static_cast<double>(app) * spec.rank_stride + 1;
  const double size =
      3e8 / std::pow(rank, 1.1) * std::exp(0.5 * random.Normal());

  std::vector<Platform> platforms(static_cast<size_t>(spec.platforms));
  double share_total = 0;
  for (int p = 0; p < spec.platforms; ++p) {
    Platform& platform = platforms[static_cast<size_t>(p)];
    platform.share = UsualShare(p) * std::exp(0.5 * random.Normal());
    share_total += platform.share;
  }
  const bool leisure = random.Uniform() < 0.7;
  const double amplitude =
      leisure ? random.Uniform(0.03, 0.25) : -random.Uniform(0.15, 0.5);
  for (int p = 0; p < spec.platforms; ++p) {
    DrawWeekdays(random, amplitude, p == kWeb,
                 &platforms[static_cast<size_t>(p)]);
  }
  const double growth = 0.1 + 0.3 * random.Normal();
  const double year_amplitude = random.Uniform(0, 0.08);
  const double year_phase = random.Uniform(0, 6.28);
  const double noise = random.Uniform(0.01, 0.03);
  const double common = random.Uniform(0.2, 0.8);  // shared by the platforms
  const double common_noise = noise * std::sqrt(common);
  const double own_noise = noise * std::sqrt(1 - common);
  DrawLaunches(random, &platforms);
  DrawGaps(random, &platforms);

  const size_t cells =
      static_cast<size_t>(spec.platforms) * static_cast<size_t>(spec.days);
  out->users.assign(cells, 0);
  out->running.assign(cells, 0);
  double level = 0;  // log of the app's slow drift, so far
  double spike = 0;
  double spike_decay = 0.7;
  for (int day = 0; day < spec.days; ++day) {
    level += 0.002 * random.Normal();
    if (random.Uniform() < 3.0 / 365) {
      spike += random.Uniform(0.05, 0.6);
      spike_decay = std::exp(-1 / random.Uniform(1, 5));
    } else {
      spike *= spike_decay;
    }
    const double trend =
        growth * day / kDaysPerYear + level +
        year_amplitude * std::sin(kYearTurn * day / kDaysPerYear + year_phase);
    const double app_users = size * std::exp(trend) * (1 + spike) *
                             std::exp(common_noise * random.Normal());
    for (int p = 0; p < spec.platforms; ++p) {
      Platform& platform = platforms[static_cast<size_t>(p)];
      platform.level += 0.001 * random.Normal();
      const double own = random.Normal();
      if (day < platform.launch) continue;
      double mean = app_users * platform.share / share_total *
                    platform.weekday[static_cast<size_t>(day % 7)] *
                    std::exp(platform.level);
      if (platform.launch > 0) {  // a slow start
        mean *= 1 / (1 + std::exp(-(day - platform.launch - 30) / 8.0));
      }
      const double users = random.Poisson(mean * std::exp(own_noise * own));
      if (InGap(platform, day)) continue;
      const size_t cell =
          static_cast<size_t>(p) * static_cast<size_t>(spec.days) +
          static_cast<size_t>(day);
      out->users[cell] = static_cast<int64_t>(users);
      out->running[cell] = 1;
    }
  }
}

}  // namespace footfall::market
