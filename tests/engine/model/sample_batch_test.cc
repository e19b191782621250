// A batch keeps its rows as columns, in order.

#include "footfall/sample_batch.h"

#include <limits>

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
  CHECK(rows.wrong_counts().empty());
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
  REQUIRE(rows.wrong_counts().size() == 3);
  CHECK(rows.wrong_counts()[0].row == 1);
  CHECK(rows.wrong_counts()[0].members == 1);
  CHECK(rows.wrong_counts()[1].members == 3);
  CHECK(rows.wrong_counts()[2].row == 3);
  CHECK(rows.wrong_counts()[2].members == 0);
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
