#include "bench/compare/loop_engine.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace footfall::bench {
namespace {

struct Cell {
  double sum = 0;
  double max = 0;
  int count = 0;
  void Add(double value) {
    sum += value;
    max = count == 0 ? value : std::max(max, value);
    ++count;
  }
};

// Months since 1970-01 of each day of a range.
std::vector<size_t> MonthsOf(DayRange days) {
  std::vector<size_t> months;
  for (int64_t day = days.begin; day < days.end; ++day) {
    months.push_back(
        static_cast<size_t>(absl::CivilMonth(absl::CivilDay(1970, 1, 1) + day) -
                            absl::CivilMonth(1970, 1)));
  }
  return months;
}

double First(const AnswerRow& row) { return row.values[0]; }
double FirstSize(const AnswerRow& row) { return std::abs(row.values[0]); }

void KeepLargest(size_t count, double (*size)(const AnswerRow&), Rows* rows) {
  const auto larger = [size](const AnswerRow& a, const AnswerRow& b) {
    return size(a) > size(b);
  };
  count = std::min(count, rows->size());
  std::partial_sort(rows->begin(),
                    rows->begin() + static_cast<ptrdiff_t>(count), rows->end(),
                    larger);
  rows->resize(count);
}

}  // namespace

void LoopEngine::TakeNames(Set set, absl::Span<const SeriesData> data) {
  Names& names = names_[set];
  for (const SeriesData& series : data) {
    if (names.app_numbers.try_emplace(series.app, names.apps.size()).second) {
      names.apps.push_back(series.app);
    }
    if (names.platform_numbers
            .try_emplace(series.platform, names.platforms.size())
            .second) {
      names.platforms.push_back(series.platform);
    }
    const DayRange times = {
        series.first_step,
        series.first_step + static_cast<int64_t>(series.values.size())};
    if (names.times.end == 0) names.times = times;
    names.times.begin = std::min(names.times.begin, times.begin);
    names.times.end = std::max(names.times.end, times.end);
  }
}

uint32_t LoopEngine::NumberOfApp(Set set, const std::string& app) const {
  return names_[set].app_numbers.at(app);
}
uint32_t LoopEngine::NumberOfPlatform(Set set,
                                      const std::string& platform) const {
  return names_[set].platform_numbers.at(platform);
}

absl::StatusOr<Rows> LoopEngine::Ask(Question question) {
  switch (question) {
    case Question::kMonthOfSeries:
      return MonthOf(/*one_platform=*/true);
    case Question::kMonthOfApp:
      return MonthOf(/*one_platform=*/false);
    case Question::kTop50:
      return Top50();
    case Question::kMonthlyOfAll:
      return MonthlyOfAll();
    case Question::kShareOfPlatform:
      return ShareOfPlatform();
    case Question::kWeekMoves:
      return WeekMoves();
    case Question::kFirstMillion:
      return FirstMillion();
    case Question::kHourly:
      return Hourly();
    case Question::kDailyMax:
      return DailyMax();
  }
  return absl::InternalError("no such question");
}

absl::StatusOr<Rows> LoopEngine::MonthOf(bool one_platform) {
  const uint32_t app = NumberOfApp(kDaily, kApp);
  uint32_t first = 0;
  auto end = static_cast<uint32_t>(names_[kDaily].platforms.size());
  if (one_platform) {
    first = NumberOfPlatform(kDaily, kPlatform);
    end = first + 1;
  }
  Cell days[kMonth.end - kMonth.begin];
  for (uint32_t platform = first; platform < end; ++platform) {
    const absl::Status status =
        WalkSeries(kDaily, app, platform, kMonth,
                   [&](uint32_t, uint32_t, int64_t day, double value) {
                     days[day - kMonth.begin].Add(value);
                   });
    if (!status.ok()) return status;
  }
  Rows rows;
  for (int64_t day = kMonth.begin; day < kMonth.end; ++day) {
    const Cell& cell = days[day - kMonth.begin];
    if (cell.count > 0) rows.push_back({{absl::StrCat(day)}, {cell.sum}});
  }
  return rows;
}

absl::StatusOr<Rows> LoopEngine::Top50() {
  const Names& names = names_[kDaily];
  constexpr auto kDays = static_cast<size_t>(kMonth.end - kMonth.begin);
  std::vector<Cell> totals(names.apps.size() * kDays);
  const absl::Status status = WalkRange(
      kDaily, static_cast<uint32_t>(names.apps.size()),
      static_cast<uint32_t>(names.platforms.size()), kMonth,
      [&](uint32_t app, uint32_t, int64_t day, double value) {
        totals[app * kDays + static_cast<size_t>(day - kMonth.begin)].Add(
            value);
      });
  if (!status.ok()) return status;
  Rows rows;
  for (size_t app = 0; app < names.apps.size(); ++app) {
    Cell cell;
    for (size_t i = app * kDays; i < (app + 1) * kDays; ++i) {
      if (totals[i].count > 0) cell.Add(totals[i].sum);
    }
    if (cell.count > 0) {
      rows.push_back({{names.apps[app]}, {cell.sum / cell.count}});
    }
  }
  KeepLargest(50, First, &rows);
  return rows;
}

absl::Status LoopEngine::ForEachApp(
    absl::FunctionRef<void(const std::string&, const Totals&)> each) {
  const Names& names = names_[kDaily];
  const auto days = static_cast<size_t>(names.times.end - names.times.begin);
  Totals totals = {std::vector<double>(days), std::vector<uint8_t>(days)};
  uint32_t current = 0;
  const absl::Status status =
      WalkAll(kDaily, [&](uint32_t app, uint32_t, int64_t day, double value) {
        if (app != current) {
          each(names.apps[current], totals);
          totals.sums.assign(days, 0);
          totals.present.assign(days, 0);
          current = app;
        }
        const auto i = static_cast<size_t>(day - names.times.begin);
        totals.sums[i] += value;
        totals.present[i] = 1;
      });
  each(names.apps[current], totals);
  return status;
}

absl::StatusOr<Rows> LoopEngine::MonthlyOfAll() {
  const std::vector<size_t> month_of = MonthsOf(names_[kDaily].times);
  Rows rows;
  const absl::Status status =
      ForEachApp([&](const std::string& app, const Totals& totals) {
        for (size_t i = 0; i < month_of.size();) {
          const size_t month = month_of[i];
          Cell cell;
          for (; i < month_of.size() && month_of[i] == month; ++i) {
            if (totals.present[i] != 0) cell.Add(totals.sums[i]);
          }
          if (cell.count == 0) continue;
          rows.push_back(
              {{app, absl::StrCat(month)}, {cell.sum / cell.count, cell.max}});
        }
      });
  if (!status.ok()) return status;
  KeepLargest(20, First, &rows);
  return rows;
}

absl::StatusOr<Rows> LoopEngine::ShareOfPlatform() {
  const Names& names = names_[kDaily];
  const std::vector<size_t> month_of = MonthsOf(names.times);
  const size_t platforms = names.platforms.size();
  const size_t first_month = month_of.front();
  // [months x platforms]
  std::vector<double> sums((month_of.back() - first_month + 1) * platforms);
  const absl::Status status = WalkAll(kDaily, [&](uint32_t, uint32_t platform,
                                                  int64_t day, double value) {
    const size_t month = month_of[static_cast<size_t>(day - names.times.begin)];
    sums[(month - first_month) * platforms + platform] += value;
  });
  if (!status.ok()) return status;
  Rows rows;
  for (size_t i = 0; i < sums.size(); i += platforms) {
    double whole = 0;
    for (size_t p = 0; p < platforms; ++p) whole += sums[i + p];
    for (size_t p = 0; whole > 0 && p < platforms; ++p) {
      rows.push_back(
          {{names.platforms[p], absl::StrCat(first_month + i / platforms)},
           {sums[i + p] / whole}});
    }
  }
  return rows;
}

absl::StatusOr<Rows> LoopEngine::WeekMoves() {
  const Names& names = names_[kDaily];
  std::vector<double> moves(names.apps.size());
  const absl::Status status =
      WalkRange(kDaily, static_cast<uint32_t>(names.apps.size()),
                static_cast<uint32_t>(names.platforms.size()),
                {kWeekBefore.begin, kWeek.end},
                [&](uint32_t app, uint32_t, int64_t day, double value) {
                  moves[app] += day < kWeek.begin ? -value : value;
                });
  if (!status.ok()) return status;
  Rows rows;
  for (size_t app = 0; app < moves.size(); ++app) {
    rows.push_back({{names.apps[app]}, {moves[app]}});
  }
  KeepLargest(20, FirstSize, &rows);
  return rows;
}

absl::StatusOr<Rows> LoopEngine::FirstMillion() {
  const int64_t begin = names_[kDaily].times.begin;
  Rows rows;
  const absl::Status status =
      ForEachApp([&](const std::string& app, const Totals& totals) {
        for (size_t i = 0; i < totals.sums.size(); ++i) {
          if (totals.sums[i] < static_cast<double>(kMillion)) continue;
          rows.push_back(
              {{app}, {static_cast<double>(begin + static_cast<int64_t>(i))}});
          return;
        }
      });
  if (!status.ok()) return status;
  return rows;
}

absl::StatusOr<Rows> LoopEngine::Hourly() {
  const DayRange minutes = names_[kMinutely].times;
  const int64_t first_hour = minutes.begin / 60;
  std::vector<Cell> hours(
      static_cast<size_t>((minutes.end - 1) / 60 - first_hour + 1));
  const absl::Status status = WalkSeries(
      kMinutely, NumberOfApp(kMinutely, kApp),
      NumberOfPlatform(kMinutely, kPlatform), minutes,
      [&](uint32_t, uint32_t, int64_t minute, double value) {
        hours[static_cast<size_t>(minute / 60 - first_hour)].Add(value);
      });
  if (!status.ok()) return status;
  Rows rows;
  for (size_t i = 0; i < hours.size(); ++i) {
    if (hours[i].count == 0) continue;
    rows.push_back({{absl::StrCat(first_hour + static_cast<int64_t>(i))},
                    {hours[i].sum / hours[i].count}});
  }
  return rows;
}

absl::StatusOr<Rows> LoopEngine::DailyMax() {
  const Names& names = names_[kMinutely];
  Rows rows;
  Cell cell;
  uint32_t app = 0;
  uint32_t platform = 0;
  int64_t day = 0;
  const auto finish = [&] {
    if (cell.count == 0) return;
    rows.push_back(
        {{names.apps[app], names.platforms[platform], absl::StrCat(day)},
         {cell.max}});
    cell = {};
  };
  const absl::Status status = WalkAll(
      kMinutely, [&](uint32_t a, uint32_t p, int64_t minute, double value) {
        const int64_t at = minute / (24 * 60);
        if (a != app || p != platform || at != day) finish();
        app = a;
        platform = p;
        day = at;
        cell.Add(value);
      });
  if (!status.ok()) return status;
  finish();
  return rows;
}

}  // namespace footfall::bench
