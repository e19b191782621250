// A batch keeps its rows as columns, in order.

#include "footfall/sample_batch.h"

#include <array>
#include <cstddef>
#include <deque>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/support/catch.h"

namespace footfall {
namespace {

std::shared_ptr<const Metric> MakeMetric(MetricId id, const Period& period,
                                         absl::string_view zone,
                                         int dimensions) {
  auto metric = std::make_shared<Metric>();
  metric->id = id;
  metric->spec.name = "m" + std::to_string(id);
  metric->spec.period = period;
  metric->spec.zone = std::string(zone);
  for (int i = 0; i < dimensions; ++i) {
    metric->spec.dimensions.push_back(
        {"d" + std::to_string(i), Additivity::kAdds});
  }
  const auto grid = Grid::Create(period, zone);
  REQUIRE(grid.ok());
  metric->grid = *grid;
  return metric;
}

std::vector<std::string> Members(const MemberColumn& column) {
  std::vector<std::string> members;
  for (const uint32_t number : column.rows()) {
    members.push_back(column.names()[number]);
  }
  return members;
}

TEST_CASE("rows come out as they went in", "[batch]") {
  SampleBatch batch;
  SampleRows& rows =
      batch.RowsOf(MakeMetric(1, {Unit::kDay, 1}, "Asia/Shanghai", 2));
  rows.Add(absl::CivilDay(2025, 2, 8), {"DeepSeek", "app"}, 34'940'000);
  rows.Add(absl::CivilDay(1969, 12, 31), {"DeepSeek", ""}, 1.5);
  rows.Add(
      absl::FromCivil(absl::CivilSecond(2025, 2, 8, 20), absl::UTCTimeZone()),
      {"Doubao", "app"}, int64_t{-7});
  rows.AddStep(3, {"", "web"}, uint32_t{4'000'000'000});
  rows.AddStep(std::numeric_limits<int64_t>::max(), {"DeepSeek", "app"}, -0.0f);
  rows.Delete(-5, {"Doubao", "web"});

  REQUIRE(rows.size() == 6);
  CHECK(std::vector<int64_t>(rows.steps().begin(), rows.steps().end()) ==
        std::vector<int64_t>{20127, -1, 20128, 3,
                             std::numeric_limits<int64_t>::max(), -5});
  CHECK(std::vector<int64_t>(rows.values().begin(), rows.values().end()) ==
        std::vector<int64_t>{34'940'000, absl::bit_cast<int64_t>(1.5), -7,
                             4'000'000'000, absl::bit_cast<int64_t>(-0.0), 0});
  const std::vector<RowKind> kinds(rows.kinds().begin(), rows.kinds().end());
  CHECK(kinds == std::vector<RowKind>{RowKind::kInteger, RowKind::kDecimal,
                                      RowKind::kInteger, RowKind::kInteger,
                                      RowKind::kDecimal, RowKind::kDelete});
  REQUIRE(rows.columns().size() == 2);
  CHECK(Members(rows.columns()[0]) ==
        std::vector<std::string>{"DeepSeek", "DeepSeek", "Doubao", "",
                                 "DeepSeek", "Doubao"});
  CHECK(Members(rows.columns()[1]) ==
        std::vector<std::string>{"app", "", "app", "web", "app", "web"});
  // 0 is the empty member; the others count up as they come.
  CHECK(rows.columns()[0].names().size() == 3);
  CHECK(rows.columns()[0].names()[0].empty());
  CHECK_FALSE(rows.unfit().has_value());
}

// A row compiles for these, whatever they are called on this machine.
template <typename Value>
concept IsValue = requires(SampleRows& rows, Value value) {
  rows.Add(absl::CivilDay(2025, 2, 8), {"a"}, value);
  rows.Add(absl::Time(), {"a"}, value);
  rows.Add("2025-02-08", {"a"}, value);
  rows.AddStep(1, {"a"}, value);
};
template <typename Value>
inline constexpr bool kIsValue = IsValue<Value>;
static_assert(kIsValue<short> && kIsValue<unsigned short> && kIsValue<int> &&
              kIsValue<unsigned> && kIsValue<long> && kIsValue<unsigned long> &&
              kIsValue<long long> && kIsValue<unsigned long long> &&
              kIsValue<int8_t> && kIsValue<uint8_t> && kIsValue<int64_t> &&
              kIsValue<uint64_t> && kIsValue<size_t> && kIsValue<ptrdiff_t> &&
              kIsValue<float> && kIsValue<double> && kIsValue<long double>);
static_assert(!kIsValue<bool> && !kIsValue<const char*>);

template <typename When>
concept IsTime = requires(SampleRows& rows, When when,
                          const std::vector<std::string>& members) {
  rows.Add(when, {"a"}, 1);
  rows.Add(when, {}, 1);
  rows.Add(when, members, 1);
};
template <typename When>
inline constexpr bool kIsTime = IsTime<When>;
static_assert(kIsTime<absl::CivilDay> && kIsTime<absl::Time> &&
              kIsTime<const char*> && kIsTime<std::string> &&
              kIsTime<absl::string_view>);
// A number might be a step, a day or a second.
static_assert(!kIsTime<int> && !kIsTime<int64_t> && !kIsTime<std::nullptr_t>);

template <typename Members>
inline constexpr bool kIsMembers =
    std::is_constructible_v<RowMembers, const Members&>;
static_assert(kIsMembers<std::vector<std::string>> &&
              kIsMembers<std::vector<absl::string_view>> &&
              kIsMembers<std::vector<const char*>> &&
              kIsMembers<std::array<std::string, 2>> &&
              kIsMembers<std::deque<std::string>> &&
              kIsMembers<const char* [2]> &&
              kIsMembers<absl::Span<const std::string>> &&
              kIsMembers<absl::Span<const absl::string_view>>);
static_assert(!kIsMembers<std::string> && !kIsMembers<std::vector<int>> &&
              !kIsMembers<const char*>);

TEST_CASE("members come as people have them", "[batch]") {
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(MakeMetric(1, {Unit::kDay, 1}, "UTC", 2));
  const std::string app = "DeepSeek";
  const std::vector<std::string> texts = {app, "a platform of a long name"};
  rows.AddStep(0, texts, 1);
  rows.AddStep(1, {app, "web"}, 1);
  rows.AddStep(2, {texts[0], texts[1]}, 1);
  rows.AddStep(3, std::vector<absl::string_view>{"x", "y"}, 1);
  rows.AddStep(4, std::deque<std::string>{"x", "z"}, 1);
  const char* const literals[] = {"p", "q"};
  rows.AddStep(5, literals, 1);
  CHECK(Members(rows.columns()[0]) ==
        std::vector<std::string>{app, app, app, "x", "x", "p"});
  CHECK(Members(rows.columns()[1]) ==
        std::vector<std::string>{texts[1], "web", texts[1], "y", "z", "q"});
  CHECK_FALSE(rows.unfit().has_value());
}

TEST_CASE("a date is text as people write it", "[batch]") {
  SampleBatch batch;
  SampleRows& days =
      batch.RowsOf(MakeMetric(1, {Unit::kDay, 1}, "Asia/Shanghai", 0));
  days.Add("2025-02-08", {}, 1);
  days.Add(std::string("2025-02-08T20:00Z"), {}, 1);  // the 9th in Shanghai
  CHECK(days.steps()[0] == 20127);
  CHECK(days.steps()[1] == 20128);
  SampleRows& months = batch.RowsOf(MakeMetric(2, {Unit::kMonth, 1}, "UTC", 0));
  months.Add("2025-02", {}, 1);
  CHECK(months.steps()[0] == (2025 - 1970) * 12 + 1);
  CHECK_FALSE(days.unfit().has_value());
  CHECK_FALSE(months.unfit().has_value());
}

TEST_CASE("the first row that does not fit is kept and marked", "[batch]") {
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(MakeMetric(1, {Unit::kDay, 1}, "UTC", 0));
  rows.Add("2025-02-08", {}, size_t{1} << 63);
  rows.Add("2025-02", {}, 1);
  REQUIRE(rows.size() == 2);
  REQUIRE(rows.unfit().has_value());
  CHECK(rows.unfit()->row == 0);
  CHECK(rows.unfit()->column == "value");
  CHECK(rows.unfit()->why ==
        "9223372036854775808 is too large; integers up to 9223372036854775807 "
        "can be stored");
  batch.Clear();
  SampleRows& others = batch.RowsOf(MakeMetric(1, {Unit::kDay, 1}, "UTC", 0));
  others.Add("2025-02-08", {}, std::numeric_limits<int64_t>::max());
  others.Add("2025-02", {}, 1);
  REQUIRE(others.unfit().has_value());
  CHECK(others.unfit()->row == 1);
  CHECK(others.unfit()->column == "time");
}

TEST_CASE("a row with the wrong number of members is kept and marked",
          "[batch]") {
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(MakeMetric(1, {Unit::kDay, 1}, "UTC", 2));
  rows.AddStep(0, {"a", "b"}, 1);
  rows.AddStep(1, {"a"}, 2);
  rows.AddStep(2, {"a", "b", "c"}, 3);
  rows.AddStep(3, {}, 4);
  REQUIRE(rows.size() == 4);
  REQUIRE(rows.unfit().has_value());
  CHECK(rows.unfit()->row == 1);
  CHECK(rows.unfit()->column.empty());
  CHECK(rows.unfit()->members == 1);
  for (const MemberColumn& column : rows.columns()) {
    CHECK(column.rows().size() == 4);
  }
}

TEST_CASE("a batch holds rows of several metrics", "[batch]") {
  SampleBatch batch;
  CHECK(batch.empty());
  const auto days = MakeMetric(1, {Unit::kDay, 1}, "UTC", 1);
  const auto hours = MakeMetric(2, {Unit::kHour, 1}, "Europe/Berlin", 0);
  SampleRows& first = batch.RowsOf(days);
  SampleRows& second = batch.RowsOf(hours);
  CHECK(batch.empty());
  first.Add(absl::CivilDay(2025, 1, 1), {"a"}, 1);
  second.Add(absl::CivilDay(2025, 1, 1), {}, 2);  // the first hour of that day
  CHECK(&batch.RowsOf(days) == &first);
  CHECK(&batch.RowsOf(hours) == &second);
  CHECK(batch.row_count() == 2);
  CHECK(second.steps()[0] == hours->grid.StepAt(absl::CivilSecond(2025, 1, 1)));
  REQUIRE(batch.rows().size() == 2);
  CHECK(batch.rows()[1].metric() == hours);
  batch.Clear();
  CHECK(batch.empty());
  CHECK(batch.rows().empty());
}

TEST_CASE("days that no grid holds fall outside its limits", "[batch]") {
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(MakeMetric(1, {Unit::kDay, 1}, "UTC", 0));
  rows.Add(absl::CivilDay(0, 12, 31), {}, 1);
  rows.Add(absl::CivilDay(10000, 1, 1), {}, 1);
  rows.Add(absl::CivilDay::max(), {}, 1);
  rows.Add(absl::InfinitePast(), {}, 1);
  const StepRange limits = rows.metric()->grid.Limits();
  for (const int64_t step : rows.steps()) {
    CHECK((step < limits.begin || step >= limits.end));
  }
}

}  // namespace
}  // namespace footfall
