#include "examples/collector/replies.h"

#include <utility>

#include "examples/collector/admission.h"
#include "examples/collector/sample_rows.h"
#include "footfall/refusal.h"
#include "nlohmann/json.hpp"

namespace footfall::collector {
namespace {

HttpStatus HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kOutOfRange:
      return kBadRequest;
    case absl::StatusCode::kPermissionDenied:
      return kForbidden;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kFailedPrecondition:
      return kUnavailable;
    default:
      return kInternalError;
  }
}

}  // namespace

Response JsonReply(HttpStatus status, std::string body) {
  Response response = {status, "application/json", std::move(body)};
  AddSecurityHeaders(&response);
  return response;
}

Response ErrorReply(HttpStatus http, const absl::Status& status) {
  using nlohmann::json;
  const std::string text(status.message());
  json error = {{"code", absl::StatusCodeToString(status.code())},
                {"message", text.substr(0, text.find('\n'))},
                {"text", text}};
  if (const std::string refusal = RefusalCode(status); !refusal.empty()) {
    error["refusal"] = refusal;
  }
  if (const RowPlace place = PlaceOf(status); place.line > 0) {
    error["line"] = place.line;
    if (!place.column.empty()) error["column"] = place.column;
  }
  const json body = {{"error", std::move(error)}};
  return JsonReply(
      http, body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
}

Response ErrorReply(const absl::Status& status) {
  return ErrorReply(HttpStatusOf(status.code()), status);
}

Response FailureReply(HttpStatus http, absl::string_view message) {
  const absl::StatusCode code =
      http == kUnavailable ? absl::StatusCode::kUnavailable
      : http == kNotFound  ? absl::StatusCode::kNotFound
      : http == kTooLarge  ? absl::StatusCode::kResourceExhausted
                           : absl::StatusCode::kInvalidArgument;
  return ErrorReply(http, absl::Status(code, message));
}

}  // namespace footfall::collector
