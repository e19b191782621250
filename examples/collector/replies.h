// Replies that all routes share.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_REPLIES_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_REPLIES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "examples/collector/http.h"

namespace footfall::collector {

Response JsonReply(HttpStatus status, std::string body);

// {"error": {"code": "INVALID_ARGUMENT", "message": "query 1:8: ..",
//            "text": "query 1:8: ..\n  SELECT ..\n         ^^^",
//            "refusal": "UnknownMetric", "line": 3, "column": "value"}}
//
// `message` is the first line of `text`; the last three are there where they
// are known: the rule of the language, the place in what was sent.
Response ErrorReply(HttpStatus http, const absl::Status& status);
// With what the code says of itself: 400 for what is wrong with the request,
// 503 for limits and what may pass, 500 for what is wrong here.
Response ErrorReply(const absl::Status& status);
// Of the server, with no code but that of HTTP.
Response FailureReply(HttpStatus http, absl::string_view message);

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_REPLIES_H_
