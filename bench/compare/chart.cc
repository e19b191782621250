// The picture of report.h.

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "bench/compare/report.h"

namespace footfall::bench {
namespace {

// In pixels.
constexpr double kLeft = 270;
constexpr double kPlotWidth = 560;
constexpr double kRowHeight = 30;
constexpr double kTop = 70;
constexpr double kMargin = 20;
// Distinguishable by those who see few colours.
constexpr absl::string_view kColours[] = {"#0072b2", "#e69f00", "#009e73",
                                          "#cc79a7", "#56b4e9", "#d55e00"};

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}});
}

// Where a time lies: powers of ten from 10^low to 10^high seconds.
class Scale {
 public:
  explicit Scale(absl::Span<const Result> results) {
    double least = results[0].questions[0].wall_s;
    double greatest = least;
    for (const Result& result : results) {
      for (const Cost& cost : result.questions) {
        least = std::min(least, cost.cpu_s);
        greatest = std::max(greatest, cost.cpu_s);
      }
    }
    low_ = static_cast<int>(std::floor(std::log10(least)));
    high_ =
        std::max(low_ + 1, static_cast<int>(std::ceil(std::log10(greatest))));
  }

  int low() const { return low_; }
  int high() const { return high_; }
  double At(double seconds) const {
    return kLeft + (std::log10(seconds) - low_) / (high_ - low_) * kPlotWidth;
  }

 private:
  int low_;
  int high_;
};

std::string PowerOfTen(int exponent) {
  static constexpr absl::string_view kUnits[] = {"ns", "us", "ms", "s"};
  const int unit = std::clamp((exponent + 9) / 3, 0, 3);
  return absl::StrCat(std::pow(10, exponent - (unit * 3 - 9)), " ",
                      kUnits[unit]);
}

}  // namespace

std::string Chart(absl::Span<const Result> results) {
  const Scale scale(results);
  const double bottom = kTop + kQuestionCount * kRowHeight;
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
      "height=\"%.0f\" font-family=\"sans-serif\" font-size=\"13\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
      kLeft + kPlotWidth + 2 * kMargin, bottom + kMargin);
  const auto text = [&svg](double x, double y, absl::string_view anchor,
                           absl::string_view words) {
    absl::StrAppendFormat(
        &svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x,
        y, anchor, Escaped(words));
  };
  const auto line = [&svg](double x1, double y1, double x2, double y2) {
    absl::StrAppendFormat(&svg,
                          "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
                          "y2=\"%.1f\" stroke=\"#cccccc\"/>\n",
                          x1, y1, x2, y2);
  };
  const auto dot = [&svg](double x, double y, absl::string_view colour) {
    absl::StrAppendFormat(
        &svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"6\" fill=\"%s\"/>\n", x, y,
        colour);
  };
  const auto colour = [](size_t engine) {
    return kColours[engine % std::size(kColours)];
  };

  double x = kLeft;
  for (size_t e = 0; e < results.size(); ++e) {
    dot(x, 22, colour(e));
    text(x + 12, 26, "start", results[e].name);
    x += 40 + 8 * static_cast<double>(results[e].name.size());
  }
  text(kLeft - 12, 26, "end", "CPU time of an answer; left is better");
  for (int exponent = scale.low(); exponent <= scale.high(); ++exponent) {
    const double at = scale.At(std::pow(10, exponent));
    line(at, kTop - 12, at, bottom);
    text(at, kTop - 18, "middle", PowerOfTen(exponent));
  }
  for (int q = 0; q < kQuestionCount; ++q) {
    const double y = kTop + (q + 0.5) * kRowHeight;
    text(kLeft - 12, y + 4, "end", kQuestionNames[q]);
    line(kLeft, y, kLeft + kPlotWidth, y);
    for (size_t e = results.size(); e > 0; --e) {
      dot(scale.At(results[e - 1].questions[q].cpu_s), y, colour(e - 1));
    }
  }
  return absl::StrCat(svg, "</svg>\n");
}

}  // namespace footfall::bench
