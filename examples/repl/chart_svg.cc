// Charts as SVG files.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "examples/repl/chart.h"

namespace footfall::repl {
namespace {

constexpr double kWidth = 960;
constexpr double kPlotHeight = 320;
constexpr double kLeft = 80;
constexpr double kRight = 24;
constexpr double kTop = 28;
constexpr double kLine = 20;  // of text
constexpr int kTicks = 5;

// Okabe and Ito's, which the colour-blind can tell apart.
constexpr absl::string_view kColours[kMaxChartSeries] = {
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

std::string Text(double x, double y, absl::string_view anchor,
                 absl::string_view text) {
  return absl::StrFormat(
      "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s"
      "</text>\n",
      x, y, anchor, Escaped(text));
}

class Svg {
 public:
  explicit Svg(const Chart& chart) : chart_(chart), scale_(ScaleOf(chart)) {}

  std::string Draw() {
    const double legend =
        kTop + kPlotHeight + 2.4 * kLine;  // below the axis and its labels
    const size_t lines = chart_.series.size() + chart_.marks.size() +
                         (chart_.marks_left_out > 0 ? 1 : 0) +
                         (chart_.series_left_out > 0 ? 1 : 0);
    out_ = absl::StrFormat(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
        "font-family=\"sans-serif\" font-size=\"13\" fill=\"#333\">\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
        kWidth, legend + kLine * static_cast<double>(lines));
    DrawAxes();
    for (size_t i = 0; i < chart_.marks.size(); ++i) DrawMark(i);
    for (size_t i = 0; i < chart_.series.size(); ++i) DrawSeries(i);
    double y = legend;
    for (size_t i = 0; i < chart_.series.size(); ++i, y += kLine) {
      absl::StrAppendFormat(&out_,
                            "<rect x=\"%.0f\" y=\"%.1f\" width=\"12\" "
                            "height=\"12\" fill=\"%s\"/>\n",
                            kLeft, y - 11, kColours[i]);
      out_ += Text(kLeft + 20, y, "start", chart_.series[i].name);
    }
    for (size_t i = 0; i < chart_.marks.size(); ++i, y += kLine) {
      out_ += Text(kLeft, y, "start",
                   absl::StrCat(i + 1, "  ", chart_.marks[i].text));
    }
    if (chart_.marks_left_out > 0) {
      out_ += Text(kLeft, y, "start",
                   absl::StrCat("and ", chart_.marks_left_out, " more events"));
      y += kLine;
    }
    if (chart_.series_left_out > 0) {
      out_ += Text(
          kLeft, y, "start",
          absl::StrCat(chart_.series_left_out, " more series are not drawn"));
    }
    return absl::StrCat(out_, "</svg>\n");
  }

 private:
  double X(double x) const {
    const double span = chart_.last_x - chart_.first_x;
    const double part = span > 0 ? (x - chart_.first_x) / span : 0.5;
    return kLeft + (kWidth - kLeft - kRight) * std::clamp(part, 0.0, 1.0);
  }
  double Y(double y) const {
    const double part = (scale_.high - y) / (scale_.high - scale_.low);
    return kTop + kPlotHeight * std::clamp(part, 0.0, 1.0);
  }

  void DrawAxes() {
    for (int i = 0; i <= kTicks; ++i) {
      const double value = scale_.low + (scale_.high - scale_.low) * i / kTicks;
      absl::StrAppendFormat(&out_,
                            "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" "
                            "y2=\"%.1f\" stroke=\"#ddd\"/>\n",
                            kLeft, kWidth - kRight, Y(value), Y(value));
      out_ += Text(kLeft - 8, Y(value) + 4, "end", ChartNumber(chart_, value));
    }
    const double below = kTop + kPlotHeight + kLine;
    out_ += Text(kLeft, below, "start", chart_.first_label);
    if (chart_.first_label != chart_.last_label) {
      out_ += Text(kWidth - kRight, below, "end", chart_.last_label);
    }
  }

  void DrawMark(size_t i) {
    const double x = X(chart_.marks[i].x);
    absl::StrAppendFormat(
        &out_,
        "<line class=\"event\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" "
        "stroke=\"#999\" stroke-dasharray=\"4 3\"><title>%s</title></line>\n",
        x, x, kTop, kTop + kPlotHeight, Escaped(chart_.marks[i].text));
    out_ += Text(x, kTop - 8, "middle", absl::StrCat(i + 1));
  }

  // Neighbours without a gap between them: [begin, end).
  std::vector<std::pair<size_t, size_t>> Stretches(
      const ChartSeries& series) const {
    std::vector<std::pair<size_t, size_t>> stretches;
    size_t begin = 0;
    for (size_t i = 1; i <= series.points.size(); ++i) {
      if (i < series.points.size() &&
          !chart_.IsGap(series.points[i - 1], series.points[i])) {
        continue;
      }
      stretches.emplace_back(begin, i);
      begin = i;
    }
    return stretches;
  }

  void DrawSeries(size_t index) {
    const ChartSeries& series = chart_.series[index];
    const absl::string_view colour = kColours[index];
    for (const auto& [begin, end] : Stretches(series)) {
      DrawBand(series, begin, end, colour);
      if (series.points[begin].only_bounds) continue;
      absl::StrAppendFormat(&out_,
                            "<polyline fill=\"none\" stroke=\"%s\" "
                            "stroke-width=\"2\" points=\"",
                            colour);
      for (size_t i = begin; i < end; ++i) {
        absl::StrAppendFormat(&out_, "%s%.1f,%.1f", i > begin ? " " : "",
                              X(series.points[i].x), Y(series.points[i].value));
      }
      out_ += "\"/>\n";
      // What stands alone is no line; what is partial is hollow.
      for (size_t i = begin; i < end; ++i) {
        const ChartPoint& point = series.points[i];
        if (end - begin > 1 && !point.partial) continue;
        absl::StrAppendFormat(
            &out_,
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" stroke=\"%s\" "
            "fill=\"%s\">%s</circle>\n",
            X(point.x), Y(point.value), colour, point.partial ? "#fff" : colour,
            point.partial ? "<title>not a whole bucket</title>" : "");
      }
    }
  }

  void DrawBand(const ChartSeries& series, size_t begin, size_t end,
                absl::string_view colour) {
    const auto points = series.points.begin();
    const bool exact =
        std::all_of(points + static_cast<ptrdiff_t>(begin),
                    points + static_cast<ptrdiff_t>(end),
                    [](const ChartPoint& p) { return p.low == p.high; });
    if (exact) return;
    // The stroke shows a band of one point.
    absl::StrAppendFormat(&out_,
                          "<polygon class=\"bounds\" fill=\"%s\" "
                          "fill-opacity=\"0.15\" stroke=\"%s\" "
                          "stroke-opacity=\"0.15\" points=\"",
                          colour, colour);
    for (size_t i = begin; i < end; ++i) {
      absl::StrAppendFormat(&out_, "%.1f,%.1f ", X(series.points[i].x),
                            Y(series.points[i].high));
    }
    for (size_t i = end; i > begin; --i) {
      absl::StrAppendFormat(&out_, "%.1f,%.1f%s", X(series.points[i - 1].x),
                            Y(series.points[i - 1].low),
                            i - 1 > begin ? " " : "");
    }
    out_ += "\"/>\n";
  }

  const Chart& chart_;
  const ChartScale scale_;
  std::string out_;
};

}  // namespace

std::string DrawSvg(const Chart& chart) { return Svg(chart).Draw(); }

}  // namespace footfall::repl
