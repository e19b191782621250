// What words in headers decide, and what they do not.

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/csv_import.h"
#include "tests/engine/exchange/guesses.h"
#include "tests/engine/exchange/text_files.h"

namespace footfall {
namespace {

using absl::StrContains;
using testing::Day;
using testing::GuessOf;
using testing::Rows;
using testing::TempDir;
using testing::WriteFile;

TEST_CASE("a word inside a header makes no dimension of a measure", "[guess]") {
  // Numbers that vary from day to day, a row a day.
  const auto number = [](int i) { return (i * 7919 + 13) % 17; };
  for (const char* const header : {"Watch time (hours)",
                                   "watch_time_hours",
                                   "hours_watched",
                                   "total_hours",
                                   "sku_count",
                                   "build_failures",
                                   "code_pushes",
                                   "version_downloads",
                                   "status_2xx",
                                   "ids_created",
                                   "customer_ids",
                                   "lines_of_code",
                                   "downloads_per_version",
                                   "share_button_clicks",
                                   "hourly_visits",
                                   "id_checks",
                                   "time",
                                   "days",
                                   "watchTime",
                                   "buildFailures",
                                   "customerIDs",
                                   "versionDownloads"}) {
    INFO(header);
    for (const char* const fraction : {"", ".2"}) {
      const auto beside = GuessOf(
          Rows(absl::StrCat("date,views,", header, ",users"), 40, [&](int i) {
            return absl::StrCat(Day(i), ",", 1000 + i * i, ",", number(i),
                                fraction, ",", 500 + i);
          }));
      REQUIRE(beside.status() == absl::OkStatus());
      INFO(beside->import_text);
      CHECK(beside->metrics.size() == 3);
      CHECK(beside->metrics[0].dimensions.empty());
    }
    const auto alone =
        GuessOf(Rows(absl::StrCat("date,", header), 40, [&](int i) {
          return absl::StrCat(Day(i), ",", number(i), ".5");
        }));
    REQUIRE(alone.status() == absl::OkStatus());
    CHECK(alone->metrics.size() == 1);
    CHECK(alone->metrics[0].dimensions.empty());
  }
  // What is named so is one.
  for (const char* const header :
       {"os_version", "version", "Build", "zip code", "status", "SKU",
        "version de l'app", "code (ISO)", "osVersion", "AppVersion",
        "statusCode", "HTTPStatus"}) {
    INFO(header);
    const auto guess =
        GuessOf(Rows(absl::StrCat("date,views,", header), 40, [&](int i) {
          return absl::StrCat(Day(i / 2), ",", 1000 + i * i, ",", 10 + i % 2);
        }));
    REQUIRE(guess.status() == absl::OkStatus());
    CHECK(guess->metrics.size() == 1);
    CHECK(guess->metrics[0].dimensions.size() == 1);
  }
}

TEST_CASE("only counts of events are guessed to add", "[guess]") {
  const auto rule_of = [](absl::string_view header, absl::string_view file) {
    const auto guess = GuessOf(
        Rows(
            absl::StrCat("date,\"", header, "\""), 30,
            [](int i) { return absl::StrCat(Day(i), ",", 100 + i * 37 % 11); }),
        file);
    REQUIRE(guess.status() == absl::OkStatus());
    REQUIRE(guess->metrics.size() == 1);
    return guess->metrics[0].over_time;
  };
  for (const char* const header :
       {// what is there
        "current_installs", "install_base", "open_orders", "orders_pending",
        "backlog_orders", "order backlog", "concurrent sessions",
        "remaining orders", "orders in progress", "commandes en cours",
        "commandes ouvertes", "offene Bestellungen", "pedidos pendientes",
        "当前安装", "待处理下载", "在线安装",
        // so far
        "downloads_to_date", "lifetime_downloads", "revenue_ytd", "revenue mtd",
        "downloads so far", "all-time downloads", "downloads since launch",
        "total downloads", "Downloads bisher", "descargas acumuladas",
        "累计下载", "总计下载",
        // another stretch of time
        "downloads_7d", "views_last_30_days", "rolling_downloads",
        "downloads_ma7", "previous_downloads", "downloads 28 days",
        "downloads_l28", "downloads_24h", "views (past week)", "d7_sessions",
        "last_month_sales", "prior_year_revenue", "revenue ttm",
        "ventes des 7 derniers jours", "Klicks letzte 30 Tage",
        "ventas del mes anterior", "近7天下载", "30日下载", "过去下载",
        // one number by another
        "views_per_session", "pageviews_per_visit", "ad_revenue_per_click",
        "views/session", "download_speed", "download_growth", "average views",
        "mean_downloads", "click rate", "revenue per user", "vues par visite",
        "Umsatz pro Nutzer", "人均浏览量", "点击率", "日均下载",
        // named by events, and none
        "order_value", "session_length", "click_position", "install_age",
        "download_target", "forecast_downloads",
        // more of these, in other words
        "active_installs", "net active installs", "revenue_per_mille",
        "deferred_revenue", "monthly recurring revenue", "unpaid orders",
        "orders on hold", "downloads_cumsum", "downloads yesterday",
        "downloads month to date", "sales_target", "visits (28 d)",
        "sessions_w4", "impressions ctr", "downloads_yoy", "peak_sessions",
        "revenue_share", "download_rank", "sales quota",
        // camelCase
        "totalDownloads", "currentInstalls", "viewsPerSession",
        "downloadsLast30Days", "avgViews", "uniqueViews", "orderValue",
        "DownloadsYTD", "ARRSales", "downloadRate"}) {
    INFO(header);
    CHECK(rule_of(header, "f.csv") != Additivity::kAdds);
    // Of a column that says nothing, the file's name.
    if (!StrContains(header, "/")) {
      CHECK(rule_of("value", absl::StrCat(header, ".csv")) !=
            Additivity::kAdds);
    }
  }
  for (const char* const header : {"downloads",
                                   "daily downloads",
                                   "page_views",
                                   "ad clicks",
                                   "new orders",
                                   "gross revenue",
                                   "Revenue (USD)",
                                   "net_sales",
                                   "download_count",
                                   "downloads per day",
                                   "installs by country",
                                   "click",
                                   "Ventas",
                                   "Seitenaufrufe",
                                   "nombre de téléchargements",
                                   "下载量",
                                   "浏览量",
                                   "downloads_ios",
                                   "pageViews",
                                   "PageViews",
                                   "netSales",
                                   "adClicks",
                                   "USDRevenue",
                                   "downloadCount"}) {
    INFO(header);
    const bool by_day = StrContains(header, " per ");  // in doubt
    CHECK(rule_of(header, "f.csv") ==
          (by_day ? Additivity::kLevel : Additivity::kAdds));
  }
}

// A file with a column `header`: two apps on each of some days.
std::string Daily(absl::string_view header, int days, bool newest_first,
                  const std::function<int(int app, int day)>& value) {
  std::string text = absl::StrCat("date,app,", header, "\n");
  for (int row = 0; row < days; ++row) {
    const int day = newest_first ? days - 1 - row : row;
    for (int app = 0; app < 2; ++app) {
      absl::StrAppend(&text,
                      absl::FormatCivilTime(absl::CivilDay(2025, 1, 1) + day),
                      ",app", app, ",", value(app, day), "\n");
    }
  }
  return text;
}

TEST_CASE("values that never fall may be sums so far", "[guess]") {
  constexpr absl::string_view kCheck =
      "  OVER TIME LEVEL  -- check: its values never fall, as sums so far do; "
      "if each counts its own step, write ADDS";
  const auto rising = [](int app, int day) {
    return 1000 * app + 17 * day + day % 3;
  };
  const auto falls_once = [](int app, int day) {
    return app == 1 && day == 9 ? 0 : 1000 * app + 17 * day;
  };
  const auto always = [](int, int) { return 5; };
  for (const bool newest_first : {false, true}) {
    INFO(newest_first);
    const auto guess = GuessOf(Daily("downloads", 30, newest_first, rising));
    REQUIRE(guess.status() == absl::OkStatus());
    CHECK(guess->metrics[0].over_time == Additivity::kLevel);
    CHECK(guess->metrics[0].dimensions[0].rule == Additivity::kLevel);
    CHECK(StrContains(guess->define_text, kCheck));
  }
  const std::pair<std::string, Additivity> others[] = {
      {Daily("downloads", 30, false, falls_once), Additivity::kAdds},
      {Daily("downloads", 30, false, always), Additivity::kAdds},
      // Too few to tell; the apps' values differ, but theirs are two series.
      {Daily("downloads", 5, false, rising), Additivity::kAdds},
      // People are no sums so far.
      {Daily("users", 30, false, rising), Additivity::kOverlaps},
      {Daily("downloads", 30, true,
             [](int app, int day) { return 9000 * app + 5000 - 17 * day; }),
       Additivity::kAdds}};
  for (const auto& [text, rule] : others) {
    INFO(text);
    const auto guess = GuessOf(text);
    REQUIRE(guess.status() == absl::OkStatus());
    CHECK(guess->metrics[0].over_time == rule);
    CHECK(!StrContains(guess->define_text, "never fall"));
  }
  // A column a member, under a file's name for events.
  std::string wide = "year,month,Alpha,Beta,Gamma\n";
  for (int month = 1; month <= 12; ++month) {
    absl::StrAppend(&wide, "2024,", month, ",", 100 * month, ",",
                    10 * (month / 2), ",7\n");
  }
  const auto guess = GuessOf(wide, "downloads.csv");
  REQUIRE(guess.status() == absl::OkStatus());
  REQUIRE(guess->metrics.size() == 1);
  CHECK(guess->metrics[0].over_time == Additivity::kLevel);
  CHECK(StrContains(guess->define_text, kCheck));
}

TEST_CASE("ids in camelCase are no measures", "[guess]") {
  for (const char* const header : {"orderId", "OrderID", "order_id"}) {
    INFO(header);
    const auto guess = GuessOf(
        Rows(absl::StrCat("orderDate,", header, ",netSales"), 40, [](int i) {
          return absl::StrCat(Day(i / 2), ",", 9000 - i * i, ",", 100 + i % 3);
        }));
    REQUIRE(guess.status() == absl::OkStatus());
    REQUIRE(guess->metrics.size() == 1);
    CHECK(guess->metrics[0].name == "netsales");
    CHECK(guess->metrics[0].dimensions.empty());
    CHECK(StrContains(guess->import_text, "(an id)"));
  }
}

TEST_CASE("the folder of a file says nothing", "[guess]") {
  const TempDir folder;
  std::filesystem::create_directory(folder / "downloads");
  const std::string path = folder / "downloads/f.csv";
  WriteFile(path, "date,value\n2025-01-01,1\n2025-01-01,2\n");
  CHECK_THAT(std::string(GuessImport(path).status().message()),
             ContainsSubstring("\"value\" is not known to add"));
}

}  // namespace
}  // namespace footfall
