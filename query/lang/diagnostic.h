// Builds the language's error message: what is wrong, the line, a caret under
// the word, what would be right.
//
//   query 1:18: expected a period after EVERY, found "region"
//     SELECT dau EVERY region
//                      ^^^^^^
//     EVERY takes day, week, month, quarter or year
//
// Lines and columns count from 1; a column is a character. Carets are set by
// the width that characters take on a terminal, so they also stand right under
// and behind Chinese text. A line too long to read is cut around the word.

#ifndef FOOTFALL_QUERY_LANG_DIAGNOSTIC_H_
#define FOOTFALL_QUERY_LANG_DIAGNOSTIC_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "footfall/statement.h"

namespace footfall::query {

// `text` is the whole script that `where` points into. Without a text, or with
// the empty Source() (what is wrong stands in no one place), the message is
// "query: ..." and the hint alone. An empty place elsewhere gets one caret.
// `hint` may have several lines, or be empty.
absl::Status Diagnostic(absl::StatusCode code, absl::string_view text,
                        Source where, absl::string_view message,
                        absl::string_view hint);

// The same with INVALID_ARGUMENT.
absl::Status Diagnostic(absl::string_view text, Source where,
                        absl::string_view message, absl::string_view hint);

// "LINE:COLUMN" of a byte of `text`.
std::string LineAndColumn(absl::string_view text, size_t byte);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_DIAGNOSTIC_H_
