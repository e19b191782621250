// The HTTP server alone, with a service that does what the test says.

#include "examples/collector/server.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/examples/collector/http_client.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

using collector::HttpService;
using collector::HttpStatus;
using collector::kOk;
using collector::kUnavailable;
using collector::Place;
using collector::Request;
using collector::Response;
using collector::Server;
using collector::ServerOptions;

// Answers /write and /question as soon as it is open, and all else at once.
class Gate {
 public:
  HttpService Service() {
    HttpService service;
    service.refuse = [](const Request&) { return std::nullopt; };
    service.place = [](const Request& request) {
      return request.path == "/question" ? Place::kQuestions
             : request.path == "/write"  ? Place::kWrites
                                         : Place::kHere;
    };
    service.answer = [this](const Request& request) -> Response {
      if (request.path == "/throw") throw std::bad_alloc();
      ++begun;
      while (request.path != "/" && !open) std::this_thread::yield();
      return {kOk, "text/plain", request.body, {}};
    };
    service.failure = [](HttpStatus status, const std::string& message) {
      return Response{status, "text/plain", message, {}};
    };
    return service;
  }
  std::atomic<int> begun = 0;
  std::atomic<bool> open = false;
};

std::unique_ptr<Server> Start(Gate* gate) {
  ServerOptions options;
  options.host = "127.0.0.1";
  options.max_body_bytes = 1000;
  options.traffic_bytes = 1 << 20;
  options.connections = 300;
  options.request_time = absl::Hours(1);
  auto server = Server::Start(options, gate->Service());
  INFO(server.status());
  REQUIRE(server.ok());
  return *std::move(server);
}

std::string Head(const char* target) {
  return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

TEST_CASE("where too much waits, more is refused; others are not held up") {
  Gate gate;
  const std::unique_ptr<Server> server = Start(&gate);
  std::vector<std::unique_ptr<HttpConnection>> waiting;
  HttpReply refused;
  // One is worked on, 64 wait. Which one is refused is the server's matter.
  for (int i = 0; i < 66; ++i) {
    waiting.push_back(std::make_unique<HttpConnection>(server->port()));
    REQUIRE(waiting.back()->Send(Head("/question")));
    while (i == 0 && gate.begun == 0) std::this_thread::yield();
  }
  // Clients that say nothing, or half a thing, take no thread.
  std::vector<std::unique_ptr<HttpConnection>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<HttpConnection>(server->port()));
    slow.back()->Send("POST /write HTTP/1.1\r\nHost: local");
  }
  CHECK(Get(server->port(), "/").status == 200);
  gate.open = true;
  CHECK(Get(server->port(), "/write").status == 200);
  int answered = 0;
  for (const auto& connection : waiting) {
    const HttpReply reply = connection->Receive();
    if (reply.status == 200) {
      ++answered;
    } else {
      CHECK(reply.status == 503);
      CHECK(reply.headers.at("retry-after") == "1");
    }
  }
  CHECK(answered == 65);
}

TEST_CASE("a stop waits for what is under way, and hurries it in the end") {
  Gate gate;
  const std::unique_ptr<Server> server = Start(&gate);
  HttpConnection question(server->port());
  REQUIRE(question.Send(Head("/question")));
  while (gate.begun == 0) std::this_thread::yield();
  server->Stop(absl::ZeroDuration(), [&gate] { gate.open = true; });
  const HttpReply reply = question.Receive();
  CHECK(reply.status == 200);
  CHECK(absl::AsciiStrToLower(reply.headers.at("connection")) == "close");
  CHECK(!HttpConnection(server->port()).connected());
}

TEST_CASE("a service that throws costs its request alone") {
  Gate gate;
  const std::unique_ptr<Server> server = Start(&gate);
  CHECK(Get(server->port(), "/throw").status == 503);
  CHECK(Get(server->port(), "/").status == 200);
}

TEST_CASE("a port that is taken is named") {
  Gate gate;
  const std::unique_ptr<Server> server = Start(&gate);
  ServerOptions options;
  options.host = "127.0.0.1";
  options.port = server->port();
  const auto second = Server::Start(options, gate.Service());
  CHECK(second.status().code() == absl::StatusCode::kUnavailable);
  CHECK_THAT(std::string(second.status().message()),
             ContainsSubstring(absl::StrCat(server->port())) &&
                 ContainsSubstring("in use"));
  options.host = "no such host";
  CHECK(Server::Start(options, gate.Service()).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace footfall
