// Charts of signs, for a terminal.

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "examples/repl/chart.h"

namespace footfall::repl {
namespace {

constexpr absl::string_view kSigns[kMaxChartSeries] = {"●", "+", "×",
                                                       "◆", "○", "▲"};
constexpr absl::string_view kColours[kMaxChartSeries] = {
    "\x1b[36m", "\x1b[33m", "\x1b[35m", "\x1b[32m", "\x1b[31m", "\x1b[34m"};
constexpr absl::string_view kPlain = "\x1b[0m";

// Signs by line and column; each takes one column of the terminal.
class Canvas {
 public:
  Canvas(const Chart& chart, size_t width, size_t height, bool styled)
      : chart_(chart),
        scale_(ScaleOf(chart)),
        width_(width),
        height_(height),
        styled_(styled),
        cells_(height, std::vector<std::string>(width, " ")) {}

  size_t ColumnOf(double x) const {
    const double span = chart_.last_x - chart_.first_x;
    if (span <= 0) return 0;
    const double part = std::clamp((x - chart_.first_x) / span, 0.0, 1.0);
    return static_cast<size_t>(
        std::lround(part * static_cast<double>(width_ - 1)));
  }
  // Counted from the top; open ends are the edges.
  size_t LineOf(double y) const {
    const double part =
        std::clamp((scale_.high - y) / (scale_.high - scale_.low), 0.0, 1.0);
    return static_cast<size_t>(
        std::lround(part * static_cast<double>(height_ - 1)));
  }
  double ValueAt(size_t line) const {
    return scale_.high - (scale_.high - scale_.low) *
                             static_cast<double>(line) /
                             static_cast<double>(height_ - 1);
  }

  void DrawMark(size_t number, double x) {
    const size_t column = ColumnOf(x);
    for (std::vector<std::string>& line : cells_) line[column] = "┊";
    cells_[0][column] = absl::StrCat(number);
  }

  void DrawSeries(size_t index) {
    const ChartSeries& series = chart_.series[index];
    // Bands first: lines lie over them. Those of several would hide each other.
    for (const ChartPoint& point : series.points) {
      if (point.low == point.high || chart_.series.size() > 1) continue;
      const size_t column = ColumnOf(point.x);
      for (size_t y = LineOf(point.high); y <= LineOf(point.low); ++y) {
        cells_[y][column] = "░";
      }
    }
    for (size_t i = 1; i < series.points.size(); ++i) {
      Connect(series.points[i - 1], series.points[i], index);
    }
    for (const ChartPoint& point : series.points) {
      if (point.only_bounds) {
        // Its ends; an open one is the band's alone.
        for (const double end : {point.low, point.high}) {
          if (!std::isfinite(end)) continue;
          Set(LineOf(end), ColumnOf(point.x), kSigns[index], index);
        }
        continue;
      }
      Set(LineOf(point.value), ColumnOf(point.x),
          point.partial ? "◌" : kSigns[index], index);
    }
  }

  const std::vector<std::string>& line(size_t y) const { return cells_[y]; }

 private:
  void Set(size_t y, size_t x, absl::string_view sign, size_t index) {
    cells_[y][x] = styled_ ? absl::StrCat(kColours[index], sign, kPlain)
                           : std::string(sign);
  }

  // Dots between two neighbours; none over a gap.
  void Connect(const ChartPoint& a, const ChartPoint& b, size_t index) {
    if (chart_.IsGap(a, b) || a.only_bounds || b.only_bounds) return;
    const size_t first = ColumnOf(a.x);
    const size_t last = ColumnOf(b.x);
    for (size_t x = first + 1; x < last; ++x) {
      const double part =
          static_cast<double>(x - first) / static_cast<double>(last - first);
      Set(LineOf(a.value + part * (b.value - a.value)), x, "·", index);
    }
  }

  const Chart& chart_;
  const ChartScale scale_;
  const size_t width_;
  const size_t height_;
  const bool styled_;
  std::vector<std::vector<std::string>> cells_;
};

std::string Padded(absl::string_view text, size_t width) {
  return absl::StrCat(std::string(width - std::min(width, text.size()), ' '),
                      text);
}

std::string Legend(const Chart& chart, bool styled) {
  std::string out;
  bool partial = false;
  bool bounds = false;
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const std::string sign(kSigns[i]);
    absl::StrAppend(&out, "  ",
                    styled ? absl::StrCat(kColours[i], sign, kPlain) : sign,
                    " ", chart.series[i].name, "\n");
    for (const ChartPoint& point : chart.series[i].points) {
      partial = partial || point.partial;
      bounds = bounds || point.low != point.high;
    }
  }
  if (partial) absl::StrAppend(&out, "  ◌ a bucket that is not whole\n");
  if (bounds) {
    absl::StrAppend(&out,
                    chart.series.size() == 1
                        ? "  ░ where the value may lie\n"
                        : "  some values are bounds; a chart of one group "
                          "shows where they may lie\n");
  }
  for (size_t i = 0; i < chart.marks.size(); ++i) {
    absl::StrAppend(&out, "  ", i + 1, " ", chart.marks[i].text, "\n");
  }
  if (chart.marks_left_out > 0) {
    absl::StrAppend(&out, "  ... ", chart.marks_left_out, " more events\n");
  }
  if (chart.series_left_out > 0) {
    absl::StrAppend(&out, "  ... ", chart.series_left_out,
                    " more series are not drawn; TOP picks\n");
  }
  return out;
}

}  // namespace

std::string DrawText(const Chart& chart, size_t width, size_t height,
                     bool styled) {
  constexpr size_t kLeast = 20;
  height = std::max<size_t>(height, 3);
  size_t axis = 0;
  const ChartScale scale = ScaleOf(chart);
  for (size_t y = 0; y < height; ++y) {
    const double value = scale.high - (scale.high - scale.low) *
                                          static_cast<double>(y) /
                                          static_cast<double>(height - 1);
    axis = std::max(axis, ChartNumber(chart, value).size());
  }
  const size_t room = std::max(kLeast, width > axis + 2 ? width - axis - 2 : 0);
  Canvas canvas(chart, room, height, styled);
  for (size_t i = 0; i < chart.marks.size(); ++i) {
    canvas.DrawMark(i + 1, chart.marks[i].x);
  }
  for (size_t i = 0; i < chart.series.size(); ++i) canvas.DrawSeries(i);
  std::string out;
  for (size_t y = 0; y < height; ++y) {
    // A number at every fifth line, and at both ends.
    const bool labelled = y % 5 == 0 || y + 1 == height;
    absl::StrAppend(
        &out,
        Padded(labelled ? ChartNumber(chart, canvas.ValueAt(y)) : "", axis),
        labelled ? " ┤" : " │");
    std::string line;
    for (const std::string& cell : canvas.line(y)) line += cell;
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&out, line, "\n");
  }
  absl::StrAppend(&out, Padded("", axis), " └");
  for (size_t x = 0; x < room; ++x) out += "─";
  const std::string& first = chart.first_label;
  const std::string& last = chart.last_label;
  absl::StrAppend(&out, "\n", Padded("", axis + 2), first);
  if (first != last) {
    absl::StrAppend(&out,
                    first.size() + last.size() < room
                        ? std::string(room - first.size() - last.size(), ' ')
                        : "  ",
                    last);
  }
  return absl::StrCat(out, "\n", Legend(chart, styled));
}

std::string DrawSparks(const Chart& chart, size_t width) {
  static constexpr absl::string_view kBars[] = {"▁", "▂", "▃", "▄",
                                                "▅", "▆", "▇", "█"};
  constexpr size_t kLeast = 10;
  size_t name_width = 0;
  for (const ChartSeries& series : chart.series) {
    name_width = std::max(name_width, DisplayWidth(series.name));
  }
  const auto buckets = static_cast<size_t>(
      std::lround((chart.last_x - chart.first_x) / chart.step) + 1);
  const size_t room =
      std::min(buckets, std::max(kLeast, width > name_width + 24
                                             ? width - name_width - 24
                                             : kLeast));
  std::string out;
  for (const ChartSeries& series : chart.series) {
    double low = series.points[0].value;
    double high = low;
    bool exact = true;
    std::vector<std::optional<double>> bars(room);  // the largest of each
    for (const ChartPoint& point : series.points) {
      low = std::min(low, point.value);
      high = std::max(high, point.value);
      exact = exact && point.low == point.high;
      const double part =
          chart.last_x > chart.first_x
              ? (point.x - chart.first_x) / (chart.last_x - chart.first_x)
              : 0;
      std::optional<double>& bar = bars[static_cast<size_t>(
          std::lround(part * static_cast<double>(room - 1)))];
      if (!bar.has_value() || *bar < point.value) bar = point.value;
    }
    absl::StrAppend(
        &out, series.name,
        std::string(name_width - DisplayWidth(series.name) + 1, ' '));
    for (const std::optional<double>& bar : bars) {
      if (!bar.has_value()) {
        out.push_back(' ');
        continue;
      }
      const double part = high > low ? (*bar - low) / (high - low) : 1;
      absl::StrAppend(&out, kBars[static_cast<size_t>(std::lround(part * 7))]);
    }
    absl::StrAppend(&out, "  ", ChartNumber(chart, low), " .. ",
                    ChartNumber(chart, high), exact ? "\n" : ", bounds\n");
  }
  if (chart.series_left_out > 0) {
    absl::StrAppend(&out, "... ", chart.series_left_out, " more series\n");
  }
  return out;
}

}  // namespace footfall::repl
