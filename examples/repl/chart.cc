#include "examples/repl/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "footfall/period.h"

namespace footfall::repl {
namespace {

using Role = Column::Role;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double Days(absl::CivilSecond time) {
  return static_cast<double>(time - absl::CivilSecond(1970)) / 86400;
}

// Of months and longer the mean.
double DaysOf(const Period& period) {
  static_assert(static_cast<int>(Unit::kSecond) == 1);
  constexpr double kYear = 365.2425;
  constexpr double kDays[] = {1.0 / 86400, 1.0 / 1440, 1.0 / 24,  1,
                              7,           kYear / 12, kYear / 4, kYear};
  return period.count * kDays[static_cast<size_t>(period.unit) - 1];
}

bool IsNumber(const Column& column) {
  return column.type == ColumnType::kInteger ||
         column.type == ColumnType::kDecimal;
}

double NumberAt(const Column& column, size_t row) {
  return column.type == ColumnType::kInteger
             ? static_cast<double>(column.integers[row])
             : column.decimals[row];
}

// What one or two columns of an answer draw.
struct Item {
  const Column* value = nullptr;
  const Column* high = nullptr;  // of bounds(x), whose low `value` is

  // False where there is nothing to draw.
  bool At(size_t row, ChartPoint* point) const {
    if (high != nullptr) {
      point->low = value->is_missing(row) ? -kInfinity : NumberAt(*value, row);
      point->high = high->is_missing(row) ? kInfinity : NumberAt(*high, row);
      point->only_bounds = true;
      if (std::isinf(point->low) && std::isinf(point->high)) return false;
      point->value = std::isinf(point->low)    ? point->high
                     : std::isinf(point->high) ? point->low
                                               : (point->low + point->high) / 2;
      return std::isfinite(point->value);
    }
    if (value->is_missing(row)) return false;
    point->value = point->low = point->high = NumberAt(*value, row);
    if (!value->kinds.empty() && row < value->low.size() &&
        value->kinds[row] != CellKind::kExact &&
        value->kinds[row] != CellKind::kFilled) {
      point->low = value->low[row];
      point->high = value->high[row];
    }
    return std::isfinite(point->value);
  }
};

std::string GroupName(const std::vector<const Column*>& members, size_t row) {
  return absl::StrJoin(
      members, ", ", [row](std::string* out, const Column* member) {
        const absl::string_view text = member->text(row);
        absl::StrAppend(out, text.empty() ? "(not split)" : text);
      });
}

void AddMarks(absl::Span<const std::shared_ptr<const Event>> events,
              Chart* chart) {
  for (const auto& event : events) {
    const double x = Days(event->date.start);
    if (x < chart->first_x || x > chart->last_x + chart->step) continue;
    if (chart->marks.size() >= kMaxChartMarks) {
      ++chart->marks_left_out;
      continue;
    }
    chart->marks.push_back({x, absl::StrCat(FormatDate(event->date), " ",
                                            event->kind, " ", event->name)});
  }
}

}  // namespace

absl::StatusOr<Chart> MakeChart(
    const Answer& answer, absl::Span<const std::shared_ptr<const Event>> events,
    const std::optional<Period>& bucket) {
  const Column* axis = nullptr;
  std::vector<const Column*> members;
  std::vector<Item> items;
  const Column* partial = nullptr;
  for (size_t i = 0; i < answer.columns.size(); ++i) {
    const Column& column = answer.columns[i];
    switch (column.role) {
      case Role::kTime:
      case Role::kOffset:
        axis = &column;
        break;
      case Role::kMember:
        members.push_back(&column);
        break;
      case Role::kValue:
        if (IsNumber(column)) items.push_back({&column, nullptr});
        break;
      case Role::kLow:
        if (IsNumber(column)) items.push_back({&column, &column + 1});
        break;
      case Role::kPartial:
        partial = &column;
        break;
      default:
        break;
    }
  }
  if (axis == nullptr) {
    return absl::InvalidArgumentError(
        "a chart needs a time: ask with EVERY, such as EVERY month");
  }
  if (items.empty() || answer.row_count() == 0) {
    return absl::InvalidArgumentError("there is no number to draw");
  }
  const bool is_time = axis->role == Role::kTime;
  const auto x_of = [&](size_t row) {
    return is_time ? Days(axis->start(row))
                   : static_cast<double>(axis->integers[row]);
  };
  const auto label_of = [&](size_t row) {
    return is_time ? std::string(axis->text(row))
                   : absl::StrCat(axis->integers[row]);
  };
  Chart chart;
  chart.ratio = items[0].value->ratio;
  size_t first = 0;
  size_t last = 0;
  std::map<std::pair<std::string, size_t>, size_t> known;  // [group, item]
  for (size_t row = 0; row < answer.row_count(); ++row) {
    if (x_of(row) < x_of(first)) first = row;
    if (x_of(row) > x_of(last)) last = row;
    const std::string group = GroupName(members, row);
    for (size_t i = 0; i < items.size(); ++i) {
      ChartPoint point;
      if (!items[i].At(row, &point)) continue;
      point.x = x_of(row);
      point.partial = partial != nullptr && partial->integers[row] != 0;
      const auto [at, is_new] =
          known.try_emplace({group, i}, chart.series.size());
      if (is_new && chart.series.size() >= kMaxChartSeries) {
        ++chart.series_left_out;
        at->second = kMaxChartSeries;
      } else if (is_new) {
        chart.series.emplace_back().name =
            members.empty() ? items[i].value->name
            : items.size() == 1
                ? group
                : absl::StrCat(group, ": ", items[i].value->name);
      }
      if (at->second < kMaxChartSeries) {
        chart.series[at->second].points.push_back(point);
      }
    }
  }
  if (chart.series.empty()) {
    return absl::InvalidArgumentError("no row has a value to draw");
  }
  chart.first_x = x_of(first);
  chart.last_x = x_of(last);
  chart.first_label = label_of(first);
  chart.last_label = label_of(last);
  double step = kInfinity;
  for (ChartSeries& series : chart.series) {
    std::stable_sort(
        series.points.begin(), series.points.end(),
        [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
    for (size_t i = 1; i < series.points.size(); ++i) {
      const double distance = series.points[i].x - series.points[i - 1].x;
      if (distance > 0) step = std::min(step, distance);
    }
  }
  if (is_time && bucket.has_value()) {
    chart.step = DaysOf(*bucket);
  } else if (std::isfinite(step)) {
    chart.step = step;
  }
  if (is_time) AddMarks(events, &chart);
  return chart;
}

ChartScale ScaleOf(const Chart& chart) {
  double low = kInfinity;
  double high = -kInfinity;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      for (const double y : {point.value, point.low, point.high}) {
        if (!std::isfinite(y)) continue;
        low = std::min(low, y);
        high = std::max(high, y);
      }
    }
  }
  if (low >= 0 && low < 0.8 * high) low = 0;
  if (high <= 0 && high > 0.8 * low) high = 0;
  if (low == high) {
    const double room = low == 0 ? 1 : std::fabs(low) / 10;
    low = low == 0 ? 0 : low - room;
    high += room;
  }
  return {low, high};
}

std::string ChartNumber(const Chart& chart, double value) {
  if (chart.ratio) return absl::StrFormat("%.4g%%", value * 100);
  constexpr std::pair<double, const char*> kUnits[] = {
      {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
  for (const auto& [unit, name] : kUnits) {
    if (std::fabs(value) < 10 * unit) continue;
    return absl::StrFormat("%.4g%s", value / unit, name);
  }
  return absl::StrFormat("%.4g", value);
}

}  // namespace footfall::repl
