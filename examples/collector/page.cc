#include "examples/collector/page.h"

#include <algorithm>
#include <iterator>

namespace footfall::collector {
namespace {

// page_bytes.inc is made by embed.cmake: `constexpr unsigned char
// k_app_js[] = {..};` for each file.
#include "examples/collector/page_bytes.inc"

template <size_t n>
absl::string_view Text(const unsigned char (&bytes)[n]) {
  return {reinterpret_cast<const char*>(bytes), n};
}

}  // namespace

const PageFile* FindPageFile(absl::string_view path) {
  static const PageFile kFiles[] = {
      {"/", "text/html; charset=utf-8", Text(k_index_html)},
      {"/app.css", "text/css; charset=utf-8", Text(k_app_css)},
      {"/app.js", "text/javascript; charset=utf-8", Text(k_app_js)},
      {"/chart.js", "text/javascript; charset=utf-8", Text(k_chart_js)},
      {"/favicon.svg", "image/svg+xml", Text(k_favicon_svg)},
      {"/uplot.css", "text/css; charset=utf-8", Text(k_uPlot_min_css)},
      {"/uplot.js", "text/javascript; charset=utf-8",
       Text(k_uPlot_iife_min_js)},
      {"/words.js", "text/javascript; charset=utf-8", Text(k_words_js)},
  };
  const auto found =
      std::find_if(std::begin(kFiles), std::end(kFiles),
                   [path](const PageFile& file) { return file.path == path; });
  return found == std::end(kFiles) ? nullptr : found;
}

}  // namespace footfall::collector
