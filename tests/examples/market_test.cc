// The made-up market keeps its numbers: measurements are compared across years
// and with those of other engines on the same files.

#include "examples/market/market.h"

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "tests/support/catch.h"

namespace footfall::market {
namespace {

// FNV-1a over the cells' bytes, little-endian.
class Fingerprint {
 public:
  void Add(uint64_t cell) {
    for (int shift = 0; shift < 64; shift += 8) {
      value_ ^= (cell >> shift) & 0xff;
      value_ *= 0x100000001b3;
    }
  }
  void Add(const std::vector<int64_t>& cells) {
    for (const int64_t cell : cells) Add(static_cast<uint64_t>(cell));
  }
  void Add(const std::vector<double>& cells) {
    for (const double cell : cells) Add(std::bit_cast<uint64_t>(cell));
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325;
};

// The fingerprints below are those of the files that the first program of this
// shape wrote, which published figures are measured on.

TEST_CASE("the daily market keeps its numbers", "[market][golden]") {
  DailySpec spec;
  spec.apps = 100;
  spec.rank_stride = 200;
  AppDays made;
  MakeAppDays(spec, 0, &made);
  REQUIRE(made.users.size() == 3 * 1096);
  CHECK(made.users[0] == 131637070);
  CHECK(made.users[1] == 129706317);
  CHECK(made.users[7] == 129590852);
  CHECK(made.users[1095] == 174781516);
  CHECK(made.users[1096] == 73169422);
  CHECK(made.users[3 * 1096 - 1] == 122824953);

  Fingerprint fingerprint;
  for (int app = 0; app < spec.apps; ++app) {
    MakeAppDays(spec, app, &made);
    fingerprint.Add(made.users);
  }
  CHECK(fingerprint.value() == 0x3d7b72e837340a88);
}

TEST_CASE("the minutely market keeps its numbers", "[market][golden]") {
  MinutelySpec spec;
  spec.series = 2;
  spec.rank_stride = 200;
  std::vector<int64_t> users;
  Fingerprint fingerprint;
  for (int series = 0; series < spec.series; ++series) {
    MakeMinutes(spec, series, &users);
    fingerprint.Add(users);
  }
  REQUIRE(users.size() == 43'200);
  CHECK(users[0] == 8441);
  CHECK(users[1] == 8220);
  CHECK(fingerprint.value() == 0x99a05dfbabf43de4);
}

TEST_CASE("the decimal market keeps its numbers", "[market][golden]") {
  DecimalSpec spec;
  spec.series = 30;
  std::vector<double> values;
  Fingerprint fingerprint;
  for (int series = 0; series < spec.series; ++series) {
    MakeDecimals(spec, series, &values);
    if (series == 0) CHECK(values[1] == 1.61);
    if (series == 1) CHECK(values[0] == 9.428);
    if (series == 2) CHECK(values[1095] == 0.0683);
    fingerprint.Add(values);
  }
  CHECK(fingerprint.value() == 0x669d82b86f7bcc0f);
}

TEST_CASE("an app of the market can be made alone", "[market]") {
  DailySpec spec;
  AppDays alone;
  MakeAppDays(spec, 41, &alone);
  AppDays again;
  MakeAppDays(spec, 40, &again);  // leaves nothing behind
  MakeAppDays(spec, 41, &again);
  CHECK(again.users == alone.users);
  CHECK(again.running == alone.running);
}

TEST_CASE("a shorter market is the beginning of a longer one", "[market]") {
  DailySpec spec;
  spec.platforms = 2;
  AppDays all;
  MakeAppDays(spec, 7, &all);
  spec.days = 100;
  AppDays some;
  MakeAppDays(spec, 7, &some);
  REQUIRE(some.users.size() == 200);
  const auto day = [](const AppDays& made, ptrdiff_t index) {
    return made.users.begin() + index;
  };
  CHECK(std::vector(day(some, 0), day(some, 100)) ==
        std::vector(day(all, 0), day(all, 100)));
  CHECK(std::vector(day(some, 100), day(some, 200)) ==
        std::vector(day(all, 1096), day(all, 1196)));
}

TEST_CASE("a cell that is not running has no users", "[market]") {
  DailySpec spec;
  spec.rank_stride = 100;  // down to apps so small that some days have nobody
  AppDays made;
  int late_apps = 0;
  int zeros_with_data = 0;
  for (int app = 0; app < 20'000; app += 100) {
    MakeAppDays(spec, app, &made);
    for (size_t i = 0; i < made.users.size(); ++i) {
      if (!made.running[i]) REQUIRE(made.users[i] == 0);
      zeros_with_data += made.running[i] && made.users[i] == 0;
    }
    late_apps += !made.running[0];
  }
  CHECK(late_apps > 20);
  CHECK(late_apps < 80);
  CHECK(zeros_with_data > 0);
}

TEST_CASE("the market's season fits its calendar", "[market]") {
  CHECK(absl::GetWeekday(kFirstDay) == absl::Weekday::monday);
  CHECK(kFirstDay + DailySpec().days - 1 == absl::CivilDay(2020, 12, 31));
  CHECK(absl::GetWeekday(kFirstMinuteDay) == absl::Weekday::monday);
  CHECK(kFirstMinuteDay + MinutelySpec().minutes / 1440 ==
        absl::CivilDay(2020, 7, 1));
}

TEST_CASE("apps are named by their rank", "[market]") {
  CHECK(AppName(0) == "app-00001");
  CHECK(AppName(19'999) == "app-20000");
  CHECK(AppName(123'455) == "app-123456");
  CHECK(PlatformName(0) == absl::string_view("android"));
  CHECK(PlatformName(kMaxPlatforms - 1) == absl::string_view("console"));
  CHECK(DecimalMeasure(5) == absl::string_view("ratio"));
}

}  // namespace
}  // namespace footfall::market
