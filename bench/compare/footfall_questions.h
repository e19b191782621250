// The nine questions in Footfall's language.

#ifndef FOOTFALL_BENCH_COMPARE_FOOTFALL_QUESTIONS_H_
#define FOOTFALL_BENCH_COMPARE_FOOTFALL_QUESTIONS_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/compare/engine.h"

namespace footfall::bench {

// The statements of a question; only the weekly moves need two, the later week
// first.
inline std::vector<std::string> FootfallTexts(Question question) {
  const std::string one_app = absl::StrCat(" WHERE app = '", kApp, "'");
  const std::string one_series =
      absl::StrCat(one_app, " AND platform = '", kPlatform, "'");
  switch (question) {
    case Question::kMonthOfSeries:
      return {absl::StrCat("SELECT dau", one_series,
                           " DURING 2020-06-01..2020-06-30")};
    case Question::kMonthOfApp:
      return {absl::StrCat("SELECT dau", one_app,
                           " DURING 2020-06-01..2020-06-30")};
    case Question::kTop50:
      return {"SELECT avg(dau) BY app DURING 2020-06-01..2020-06-30 TOP 50"};
    case Question::kMonthlyOfAll:
      return {
          "SELECT avg(dau) AS a, max(dau) AS m BY app EVERY month "
          "ORDER BY a DESC LIMIT 20"};
    case Question::kShareOfPlatform:
      return {"SELECT share(user_days(dau)) BY platform EVERY month"};
    case Question::kWeekMoves:
      return {
          "SELECT user_days(dau) AS d BY app DURING 2020-06-08..2020-06-14",
          "SELECT user_days(dau) AS d BY app DURING 2020-06-01..2020-06-07"};
    case Question::kFirstMillion:
      return {"SELECT first_time(dau >= 1000000) BY app"};
    case Question::kHourly:
      return {absl::StrCat("SELECT avg(active)", one_series, " EVERY hour")};
    case Question::kDailyMax:
      return {"SELECT max(active) BY app, platform EVERY day"};
  }
  return {};
}

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_COMPARE_FOOTFALL_QUESTIONS_H_
