// How many bytes a sample takes on disk: all table files after an IMPORT. These
// are the project's promises; the noise of the made-up sets alone takes 1.06
// and 1.02.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "examples/market/market.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall {
namespace {

// A CSV file that becomes a database.
class Import {
 public:
  explicit Import(absl::string_view period)
      : period_(period), file_(folder_ / "rows.csv") {
    file_ << "time,app,platform,value\n";
  }

  void AddRow(const std::string& time, int app, int platform, int64_t value) {
    file_ << absl::StrCat(time, ",", market::AppName(app), ",",
                          market::PlatformName(platform), ",", value, "\n");
    ++rows_;
  }

  // Bytes of all table files, by rows.
  double BytesASample() {
    file_.close();
    REQUIRE(file_);
    const std::string path = folder_ / "db";
    absl::StatusOr<std::unique_ptr<Database>> database =
        Database::Open(path, {});
    REQUIRE(database.ok());
    const absl::Status imported =
        Execute(**database,
                absl::StrCat("DEFINE METRIC users INTEGER EVERY ", period_,
                             " OVER TIME OVERLAPS BY app, platform OVERLAPS; "
                             "IMPORT '",
                             folder_ / "rows.csv",
                             "' INTO users (TIME time, VALUE value, app, "
                             "platform)"),
                {}, {});
    INFO(imported.message());
    REQUIRE(imported.ok());
    database->reset();
    uint64_t bytes = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(path)) {
      if (entry.path().extension() == ".sst") {
        bytes += entry.file_size();
      }
    }
    return static_cast<double>(bytes) / static_cast<double>(rows_);
  }

 private:
  const testing::TempDir folder_;
  const std::string period_;
  std::ofstream file_;
  uint64_t rows_ = 0;
};

// The sizes of 20,000 apps. A day without the app has a 0, as in the set that
// the promise is about.
TEST_CASE("daily samples take 1.20 bytes", "[size]") {
  Import import("day");
  const market::DailySpec spec = {.apps = 500, .rank_stride = 40};
  market::AppDays days;
  for (int app = 0; app < spec.apps; ++app) {
    market::MakeAppDays(spec, app, &days);
    size_t cell = 0;
    for (int platform = 0; platform < spec.platforms; ++platform) {
      for (int day = 0; day < spec.days; ++day) {
        import.AddRow(absl::FormatCivilTime(market::kFirstDay + day), app,
                      platform, days.users[cell++]);
      }
    }
  }
  const double bytes = import.BytesASample();
  CHECK(bytes <= 1.20);
  CHECK(bytes > 1.06);
}

TEST_CASE("minutely samples take 1.30 bytes", "[size]") {
  Import import("minute");
  const market::MinutelySpec spec = {.series = 10, .rank_stride = 100};
  std::vector<int64_t> users;
  for (int series = 0; series < spec.series; ++series) {
    market::MakeMinutes(spec, series, &users);
    absl::CivilMinute minute(market::kFirstMinuteDay);
    for (const int64_t value : users) {
      import.AddRow(absl::FormatCivilTime(minute++),
                    market::MinutelyApp(series),
                    market::MinutelyPlatform(series), value);
    }
  }
  const double bytes = import.BytesASample();
  CHECK(bytes <= 1.30);
  CHECK(bytes > 1.02);
}

}  // namespace
}  // namespace footfall
