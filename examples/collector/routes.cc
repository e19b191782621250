#include "examples/collector/routes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "examples/collector/admission.h"
#include "examples/collector/answer_json.h"
#include "examples/collector/page.h"
#include "examples/collector/question.h"
#include "examples/collector/read_samples.h"
#include "examples/collector/replies.h"
#include "footfall/metrics.h"
#include "footfall/query.h"
#include "nlohmann/json.hpp"

namespace footfall::collector {
namespace {

constexpr absl::string_view kSamples = "/v1/samples";
constexpr absl::string_view kQuery = "/v1/query";
constexpr absl::string_view kMetrics = "/metrics";
constexpr absl::string_view kHealth = "/healthz";

enum class Form : uint8_t { kNone, kJsonLines, kCsv };

// None of them is a type that a form, or a script of another site, may send
// without asking: so they keep other sites' pages out.
Form FormOf(absl::string_view content_type) {
  const std::string type = absl::AsciiStrToLower(absl::StripAsciiWhitespace(
      content_type.substr(0, content_type.find(';'))));
  if (type == "application/x-ndjson" || type == "application/jsonl" ||
      type == "application/json-lines") {
    return Form::kJsonLines;
  }
  return type == "text/csv" ? Form::kCsv : Form::kNone;
}

const char* MethodsOf(absl::string_view path) {
  return path == kSamples ? "POST" : "GET, HEAD";
}

bool IsKnown(absl::string_view path) {
  return path == kSamples || path == kQuery || path == kMetrics ||
         path == kHealth || FindPageFile(path) != nullptr;
}

Response TextReply(absl::string_view content_type, std::string body) {
  Response response = {kOk, std::string(content_type), std::move(body)};
  AddSecurityHeaders(&response);
  return response;
}

}  // namespace

HttpService Routes::Service() {
  HttpService service;
  service.refuse = [this](const Request& request) { return Refuse(request); };
  service.place = PlaceOf;
  service.answer = [this](const Request& request) { return Respond(request); };
  service.failure = [](HttpStatus http, const std::string& message) {
    return FailureReply(http, message);
  };
  return service;
}

std::optional<Response> Routes::Refuse(const Request& request) const {
  const absl::Status allowed = CheckOrigin(request, options_.host_names);
  if (!allowed.ok()) return ErrorReply(allowed);
  if (!IsKnown(request.path)) {
    return FailureReply(
        kNotFound,
        absl::StrCat("there is no ", request.path, "; there are / ", kSamples,
                     " ", kQuery, " ", kMetrics, " ", kHealth));
  }
  const bool posts = request.path == kSamples;
  if (posts ? request.method != "POST"
            : request.method != "GET" && request.method != "HEAD") {
    Response response = FailureReply(
        kMethodNotAllowed,
        absl::StrCat(request.path, " takes ", MethodsOf(request.path),
                     "; found ", request.method));
    response.headers.emplace_back("Allow", MethodsOf(request.path));
    return response;
  }
  const absl::string_view type = request.Header("Content-Type");
  if (posts && FormOf(type) == Form::kNone) {
    return FailureReply(
        kWrongContentType,
        absl::StrCat("Content-Type: found \"", type,
                     "\"; application/x-ndjson or text/csv would be right"));
  }
  return std::nullopt;
}

Place Routes::PlaceOf(const Request& request) {
  if (request.path == kSamples) return Place::kWrites;
  if (request.path == kQuery) return Place::kQuestions;
  return Place::kHere;
}

Response Routes::Respond(const Request& request) {
  if (request.path == kSamples) return TakeSamples(request);
  if (request.path == kQuery) return AnswerQuestion(request);
  if (request.path == kHealth) return Health();
  if (request.path == kMetrics) {
    return TextReply(
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        OpenMetricsText(database_.Metrics()));
  }
  const PageFile& file = *FindPageFile(request.path);
  return TextReply(file.content_type, std::string(file.text));
}

// One batch: all of it is written, or nothing.
Response Routes::TakeSamples(const Request& request) {
  std::string metric;
  for (const auto& [name, value] : request.parameters) {
    if (name != "metric" || !metric.empty()) {
      return FailureReply(
          kBadRequest,
          absl::StrCat("parameter ", name, ": only metric is taken, and once"));
    }
    metric = value;
  }
  const std::shared_ptr<const Snapshot> snapshot = database_.TakeSnapshot();
  if (snapshot == nullptr) {
    return FailureReply(kUnavailable, "the service is shutting down");
  }
  const bool csv = FormOf(request.Header("Content-Type")) == Form::kCsv;
  SampleRowReader rows(*snapshot, metric, options_.max_batch_rows, csv);
  const absl::Status read =
      csv ? ReadCsv(request.body, &rows) : ReadJsonLines(request.body, &rows);
  if (read.code() == absl::StatusCode::kResourceExhausted) {
    return ErrorReply(kTooLarge, read);
  }
  if (!read.ok()) return ErrorReply(read);
  WriteOptions write_options;
  write_options.durability = options_.durability;
  const absl::StatusOr<WriteResult> written =
      database_.Write(rows.batch(), write_options);
  if (!written.ok()) {
    // A metric that was dropped meanwhile is found here.
    return ErrorReply(written.status());
  }
  const nlohmann::json counts = {
      {"rows", rows.batch().row_count()},       {"samples", written->samples},
      {"replaced", written->replaced_in_batch}, {"expired", written->expired},
      {"new_series", written->new_series},      {"commit", written->commit}};
  return JsonReply(kOk, counts.dump() + "\n");
}

Response Routes::AnswerQuestion(const Request& request) {
  const absl::StatusOr<Question> question = ReadQuestion(request);
  if (!question.ok()) return ErrorReply(question.status());
  const std::shared_ptr<const Snapshot> snapshot = database_.TakeSnapshot();
  if (snapshot == nullptr) {
    return FailureReply(kUnavailable, "the service is shutting down");
  }
  QueryOptions options;
  options.parameters = question->parameters;
  options.limits.max_rows = options_.max_answer_rows;
  options.limits.max_memory_bytes = options_.question_bytes;
  options.deadline = absl::Now() + options_.question_time;
  options.cancelled = &ending_;
  absl::StatusOr<Answer> answer = Query(*snapshot, question->text, options);
  if (!answer.ok()) return ErrorReply(answer.status());
  if (question->csv) {
    return TextReply("text/csv; charset=utf-8", FormatCsv(*answer));
  }
  return JsonReply(
      kOk, AnswerJson(*std::move(answer), BucketOf(*snapshot, question->text)));
}

Response Routes::Health() const {
  const DatabaseHealth health = database_.Health();
  const bool good = health.state == DatabaseHealth::State::kGood;
  const nlohmann::json body = {{"takes_writes", good},
                               {"cause", std::string(health.cause.message())},
                               {"damaged_tiles", health.damaged_tiles},
                               {"last_commit", health.last_commit}};
  return JsonReply(
      good ? kOk : kUnavailable,
      body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
          "\n");
}

}  // namespace footfall::collector
