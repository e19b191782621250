// Answers as charts: in the terminal, on one line, as SVG.
//
// A gap is drawn as a gap and bounds as a band: a chart must not say more than
// the answer does.

#ifndef FOOTFALL_EXAMPLES_REPL_CHART_H_
#define FOOTFALL_EXAMPLES_REPL_CHART_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/answer.h"
#include "footfall/event.h"
#include "footfall/period.h"

namespace footfall::repl {

struct ChartPoint {
  double x = 0;  // days since 1970 in the answer's calendar, or an offset
  double value = 0;
  double low = 0;  // what the value may be; -inf, +inf: open
  double high = 0;
  bool partial = false;      // the bucket is not whole
  bool only_bounds = false;  // bounds(x): `value` is none, but where a line of
                             // bars needs one
};

struct ChartSeries {
  std::string name;
  std::vector<ChartPoint> points;  // by x; those with a value alone
};

// An event: a place on the axis.
struct ChartMark {
  double x = 0;
  std::string text;  // "2025-01-20 release R1"
};

struct Chart {
  std::vector<ChartSeries> series;  // at most kMaxChartSeries
  size_t series_left_out = 0;
  double step = 1;     // the distance of two points that are neighbours
  bool ratio = false;  // values are parts: percent
  double first_x = 0;
  double last_x = 0;
  std::string first_label;
  std::string last_label;
  std::vector<ChartMark> marks;  // at most kMaxChartMarks
  size_t marks_left_out = 0;

  // Whether nothing lies between two neighbours but time without a value.
  bool IsGap(const ChartPoint& a, const ChartPoint& b) const {
    return b.x - a.x > 1.5 * step;
  }
};

inline constexpr size_t kMaxChartSeries = 6;
inline constexpr size_t kMaxChartMarks = 9;

// A series for each group and item of numbers. `events` are those that may be
// marked; those outside the answer's time are not.
// `bucket` is how long the buckets are; where it is not known, or the axis is
// an offset, neighbours are as far apart as the nearest two points.
//
//   INVALID_ARGUMENT  there is no time or offset, or no number, to draw
absl::StatusOr<Chart> MakeChart(
    const Answer& answer, absl::Span<const std::shared_ptr<const Event>> events,
    const std::optional<Period>& bucket = std::nullopt);

// Lines of at most `width` columns, `height` of them for the values. With
// `styled`, series have colours.
std::string DrawText(const Chart& chart, size_t width, size_t height,
                     bool styled);
// A line for each series: its name, a bar a bucket, least and largest value.
std::string DrawSparks(const Chart& chart, size_t width);
// A whole SVG file.
std::string DrawSvg(const Chart& chart);

// What the axis shows, from zero unless all values lie close together.
struct ChartScale {
  double low = 0;
  double high = 1;
};
ChartScale ScaleOf(const Chart& chart);
// "119.8M", "13.4%"
std::string ChartNumber(const Chart& chart, double value);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_CHART_H_
