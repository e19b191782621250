// A request and its response, as plain values.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_HTTP_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_HTTP_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace footfall::collector {

// Of HTTP, what this service sends.
enum HttpStatus : unsigned {
  kOk = 200,
  kBadRequest = 400,
  kForbidden = 403,
  kNotFound = 404,
  kMethodNotAllowed = 405,
  kTooLarge = 413,
  kWrongContentType = 415,
  kInternalError = 500,
  kUnavailable = 503,
};

struct Request {
  std::string method;
  std::string path;
  // Decoded, in order; a name may come twice.
  std::vector<std::pair<std::string, std::string>> parameters;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // Of the first header of that name, in any case; "" where there is none.
  absl::string_view Header(absl::string_view name) const {
    for (const auto& [header, value] : headers) {
      if (absl::EqualsIgnoreCase(header, name)) return value;
    }
    return "";
  }
};

struct Response {
  HttpStatus status = kOk;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_HTTP_H_
