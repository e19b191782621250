// How many columns of a terminal a text takes.

#ifndef FOOTFALL_QUERY_ANSWER_DISPLAY_WIDTH_H_
#define FOOTFALL_QUERY_ANSWER_DISPLAY_WIDTH_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace footfall::query {

// Wide and full-width characters (of East Asian scripts, emoji) take two
// columns; combining marks, controls and invisible format characters none; all
// others one, and so does each byte that is not UTF-8. Sequences that a
// terminal may draw as one sign are counted by their characters.
size_t DisplayWidth(absl::string_view text);

// The longest part from the front that takes no more than `width` columns.
absl::string_view CutToWidth(absl::string_view text, size_t width);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_ANSWER_DISPLAY_WIDTH_H_
