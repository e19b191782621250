#include "bench/support/population.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>

namespace footfall::bench {
namespace {

constexpr int kDays = 64 * kEras;
constexpr int kDaysBefore = 400;  // until as many leave as come
constexpr double kLongStay = 1200;
constexpr double kWeekend = 0.75;

class Arrivals {
 public:
  Arrivals(const Habit& habit, uint64_t seed) : habit_(habit), random_(seed) {}

  // One user who arrives on `day`, which may be before the first.
  PopulationUser Arrive(int day) {
    PopulationUser user = {random_(), {}};
    if (Unit() < habit_.tourists) {
      Come(day, &user);
      return user;
    }
    const double stay = -std::log(1 - Unit()) *
                        (Unit() < habit_.loyal ? kLongStay : habit_.stay);
    const double share =
        std::pow(1 - std::pow(1 - Unit(), 1 / habit_.b), 1 / habit_.a);
    Come(day, &user);
    const int last = static_cast<int>(std::min(day + stay, kDays - 1.0));
    for (int each = std::max(day + 1, 0); each <= last; ++each) {
      if (Unit() < (each % 7 >= 5 ? kWeekend * share : share)) {
        Come(each, &user);
      }
    }
    return user;
  }

 private:
  double Unit() {
    return std::ldexp(static_cast<double>(random_() >> 11), -53);
  }
  static void Come(int day, PopulationUser* user) {
    if (day >= 0) {
      user->days[static_cast<size_t>(day / 64)] |= uint64_t{1} << (day % 64);
    }
  }

  const Habit& habit_;
  std::mt19937_64 random_;
};

std::vector<PopulationUser> Population(const Habit& habit, double a_day,
                                       uint64_t seed) {
  Arrivals arrivals(habit, seed);
  std::vector<PopulationUser> users;
  double due = 0;
  for (int day = -kDaysBefore; day < kDays; ++day) {
    for (due += a_day; due >= 1; --due) {
      const PopulationUser user = arrivals.Arrive(day);
      if (user.days[0] != 0 || user.days[1] != 0) {
        users.push_back(user);
      }
    }
  }
  return users;
}

}  // namespace

uint64_t UserDays(const std::vector<PopulationUser>& users, int era) {
  uint64_t total = 0;
  for (const PopulationUser& user : users) {
    total += static_cast<uint64_t>(
        std::popcount(user.days[static_cast<size_t>(era)]));
  }
  return total;
}

std::vector<PopulationUser> MakePopulation(const Habit& habit,
                                           double daily_users, uint64_t seed) {
  // How many must arrive a day: from a small population.
  constexpr double kTry = 1000;
  const std::vector<PopulationUser> small = Population(habit, kTry, seed + 1);
  const double a_user =
      static_cast<double>(UserDays(small, 0) + UserDays(small, 1)) / kDays /
      kTry;
  std::vector<PopulationUser> users =
      Population(habit, daily_users / a_user, seed);
  std::sort(users.begin(), users.end(),
            [](const PopulationUser& x, const PopulationUser& y) {
              return x.hash < y.hash;
            });
  return users;
}

}  // namespace footfall::bench
