// What words in headers decide, and what they do not.

#include "absl/strings/str_cat.h"
#include "footfall/csv_import.h"
#include "tests/engine/exchange/guesses.h"

namespace footfall {
namespace {

using testing::Day;
using testing::GuessOf;
using testing::Rows;

TEST_CASE("a word inside a header makes no dimension of a measure", "[guess]") {
  // Numbers that vary from day to day, a row a day.
  const auto number = [](int i) { return (i * 7919 + 13) % 17; };
  for (const char* const header :
       {"Watch time (hours)", "watch_time_hours", "hours_watched",
        "total_hours", "sku_count", "build_failures", "code_pushes",
        "version_downloads", "status_2xx", "ids_created", "customer_ids",
        "lines_of_code", "downloads_per_version", "share_button_clicks",
        "hourly_visits", "id_checks", "time", "days"}) {
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
        "version de l'app", "code (ISO)"}) {
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

}  // namespace
}  // namespace footfall
