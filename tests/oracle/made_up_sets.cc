// A small market of the examples' generator, cut into metrics of every kind.

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "examples/market/market.h"
#include "tests/oracle/bucket_labels.h"
#include "tests/oracle/data_set.h"

namespace footfall::oracle {
namespace {

constexpr int kApps = 20;
constexpr int kPlatforms = 3;
constexpr int kDays = 450;
// Sizes as in a market of 20,000 apps.
constexpr int kRankStride = 800;

const char* const kRegions[] = {"cn", "eu", "na", "other"};

std::string DayText(int day) {
  const absl::CivilDay date = market::kFirstDay + day;
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(),
                         date.day());
}

DataSet MakeSet(const std::string& name, Unit unit,
                std::vector<Dimension> dimensions, Additivity over_time) {
  DataSet set;
  set.title = name + " (made up)";
  set.spec.name = name;
  set.spec.period = {unit, 1};
  set.spec.dimensions = std::move(dimensions);
  set.spec.over_time = over_time;
  set.buckets = BucketsOf(unit);
  return set;
}

// The same users, of whom some apps had another name. Of the first five all
// that was written under the old name is the app's, but for days on which it
// has its own; of the next five what was written from a date on.
DataSet Renamed(const DataSet& users) {
  constexpr int kAppsOfEach = 5;
  DataSet set = users;
  set.spec.name = "renamed";
  set.title = "renamed (made up)";
  const std::string from = DayText(kDays / 4);
  const std::string until = DayText(kDays / 2);
  for (int app = 0; app < 2 * kAppsOfEach; ++app) {
    Alias alias = {"app", market::AppName(app) + " before",
                   market::AppName(app)};
    if (app >= kAppsOfEach) alias.from = *ParseDate(from);
    set.aliases.push_back(alias);
  }
  int rows = 0;
  for (DataSet::Row& row : set.rows) {
    const auto alias = std::find_if(
        set.aliases.begin(), set.aliases.end(),
        [&](const Alias& one) { return one.new_name == row.members[0]; });
    if (alias == set.aliases.end() || row.d >= until) {
      set.written.push_back(row);
      continue;
    }
    DataSet::Row old = row;
    old.members[0] = alias->old_name;
    if (alias->from.has_value() && row.d < from) {
      row = old;  // not the app's
    } else if (++rows % 7 == 0) {
      set.written.push_back(row);
      old.value = int64_t{1};  // hidden
    }
    set.written.push_back(old);
  }
  return set;
}

// The same users of some apps, of which nothing is known for forty years.
DataSet Gapped(const DataSet& users) {
  constexpr int kGapDays = 40 * 366;
  DataSet set = users;
  set.spec.name = "gapped";
  set.title = "gapped (made up)";
  set.rows.clear();
  const std::string from = DayText(kDays * 2 / 3);
  std::map<std::string, std::string> later;
  for (int day = kDays * 2 / 3; day < kDays; ++day) {
    later[DayText(day)] = DayText(day + kGapDays);
  }
  for (const DataSet::Row& row : users.rows) {
    if (row.members[0] > market::AppName(7)) continue;
    DataSet::Row moved = row;
    if (row.d >= from) moved.d = later.at(row.d);
    set.rows.push_back(std::move(moved));
  }
  return set;
}

// Each app's launch, near the first day.
void AddEvents(DataSet* users) {
  for (int app = 0; app < kApps; ++app) {
    users->events.push_back({.kind = kEventKind,
                             .name = market::AppName(app),
                             .date = *ParseDate(DayText(app * 17 % 90)),
                             .members = {{"app", market::AppName(app)}}});
  }
}

// Users of apps by platform; visits, which add up, by region too, in thousands
// so that many are equal.
void AddDaily(std::vector<DataSet>* sets) {
  DataSet users = MakeSet(
      "users", Unit::kDay,
      {{"app", Additivity::kOverlaps}, {"platform", Additivity::kOverlaps}},
      Additivity::kOverlaps);
  DataSet visits = MakeSet("visits", Unit::kDay,
                           {{"app", Additivity::kAdds},
                            {"platform", Additivity::kOverlaps},
                            {"region", Additivity::kAdds}},
                           Additivity::kAdds);
  const market::DailySpec spec = {kApps, kPlatforms, kDays, kRankStride};
  market::AppDays days;
  for (int app = 0; app < kApps; ++app) {
    market::MakeAppDays(spec, app, &days);
    for (int platform = 0; platform < kPlatforms; ++platform) {
      for (int day = 0; day < kDays; ++day) {
        const size_t at = static_cast<size_t>(platform * kDays + day);
        if (days.running[at] == 0) continue;
        const int64_t count = days.users[at];
        const std::vector<std::string> members = {
            market::AppName(app), std::string(market::PlatformName(platform))};
        users.rows.push_back({DayText(day), members, count});
        for (int region = 0; region < 4; ++region) {
          // Not every region reports every day.
          if ((day * 7 + app + region * 3) % 11 == 0) continue;
          std::vector<std::string> parts = members;
          parts.push_back(kRegions[region]);
          visits.rows.push_back(
              {DayText(day), parts, count * (region + 1) / 10 / 1000});
        }
      }
    }
  }
  sets->push_back(Renamed(users));
  sets->push_back(Gapped(users));
  AddEvents(&users);
  sets->push_back(std::move(users));
  sets->push_back(std::move(visits));
}

// Rounded figures that are never summed, and some that are.
void AddDecimals(std::vector<DataSet>* sets) {
  DataSet scores =
      MakeSet("score", Unit::kDay,
              {{"app", Additivity::kLevel}, {"measure", Additivity::kLevel}},
              Additivity::kLevel);
  scores.spec.value_type = ValueType::kDecimal;
  DataSet spent =
      MakeSet("spent", Unit::kDay,
              {{"app", Additivity::kAdds}, {"measure", Additivity::kAdds}},
              Additivity::kAdds);
  spent.spec.value_type = ValueType::kDecimal;
  const market::DecimalSpec spec = {3 * kApps, kDays};
  std::vector<double> values;
  for (int series = 0; series < spec.series; ++series) {
    market::MakeDecimals(spec, series, &values);
    const std::vector<std::string> members = {
        market::AppName(market::DecimalApp(series)),
        std::string(market::DecimalMeasure(series))};
    for (int day = 0; day < kDays; ++day) {
      const double value = values[static_cast<size_t>(day)];
      if ((day + series) % 13 == 0) continue;
      scores.rows.push_back({DayText(day), members, value});
      spent.rows.push_back({DayText(day), members, value - 2});
    }
  }
  sets->push_back(std::move(scores));
  sets->push_back(std::move(spent));
}

// Users a minute, a day and a half.
void AddMinutely(std::vector<DataSet>* sets) {
  constexpr int kMinutes = 1440 + 720;
  DataSet active = MakeSet(
      "active", Unit::kMinute,
      {{"app", Additivity::kOverlaps}, {"platform", Additivity::kOverlaps}},
      Additivity::kOverlaps);
  const market::MinutelySpec spec = {12, kMinutes, 50};
  std::vector<int64_t> users;
  for (int series = 0; series < spec.series; ++series) {
    market::MakeMinutes(spec, series, &users);
    const std::vector<std::string> members = {
        market::AppName(market::MinutelyApp(series)),
        std::string(market::PlatformName(market::MinutelyPlatform(series)))};
    for (int minute = 0; minute < kMinutes; ++minute) {
      // Every series sleeps for an hour and a half now and then.
      if ((minute / 90 + series * 5) % 17 == 0) continue;
      const absl::CivilMinute at =
          absl::CivilMinute(market::kFirstMinuteDay) + minute;
      active.rows.push_back(
          {absl::StrFormat("%04d-%02d-%02d %02d:%02d:00", at.year(), at.month(),
                           at.day(), at.hour(), at.minute()),
           members, users[static_cast<size_t>(minute)]});
    }
  }
  sets->push_back(std::move(active));
}

}  // namespace

std::vector<DataSet> MadeUpSets() {
  std::vector<DataSet> sets;
  AddDaily(&sets);
  AddDecimals(&sets);
  AddMinutely(&sets);
  return sets;
}

}  // namespace footfall::oracle
