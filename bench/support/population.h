// A made-up population of an app, day by day, for sets of users.
//
// Users arrive at an even rate. Some are tourists, who come once; each of the
// others has a share of days of its own and stays for a while, a few of them
// for years. Weekends are at three quarters. Three habits, set so that 28, 46
// and 62 % of a day's users come on the next: a shop, a news app, a messenger.

#ifndef FOOTFALL_BENCH_SUPPORT_POPULATION_H_
#define FOOTFALL_BENCH_SUPPORT_POPULATION_H_

#include <array>
#include <cstdint>
#include <vector>

namespace footfall::bench {

struct Habit {
  const char* name;
  double tourists;  // share of those who arrive
  double a, b;      // the shares of days: Kumaraswamy's distribution
  double stay;      // days, on average
  double loyal;     // share that stays for years
};

inline constexpr Habit kHabits[] = {
    {"low", 0.77, 0.55, 1.8, 40, 0.03},
    {"mid", 0.55, 0.68, 1.45, 80, 0.06},
    {"high", 0.28, 1.1, 1.0, 105, 0.15},
};

inline constexpr int kEras = 2;  // of 64 days

// A user that came at all; hashes are random, and the users sorted by them.
struct PopulationUser {
  uint64_t hash;
  std::array<uint64_t, kEras> days;  // of each era, as bits
};

// About `daily_users` on each of 128 days; the same for the same arguments.
std::vector<PopulationUser> MakePopulation(const Habit& habit,
                                           double daily_users, uint64_t seed);

// Users summed up over the days of an era.
uint64_t UserDays(const std::vector<PopulationUser>& users, int era);

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_SUPPORT_POPULATION_H_
