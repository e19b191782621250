#include "examples/collector/server.h"

#include <microhttpd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "examples/collector/listen.h"
#include "footfall/guard.h"

namespace footfall::collector {
namespace {

// Of headers, for each connection.
constexpr size_t kConnectionBytes = 64 << 10;
// Of a body that was refused, so much is read and thrown away: the client gets
// the refusal in place of a broken connection.
constexpr uint64_t kMaxDiscardBytes = uint64_t{64} << 20;
// Requests that wait for a worker; more are too many.
constexpr size_t kWaitingQuestions = 64;
constexpr size_t kWaitingWrites = 128;
// After the grace, for what is finished to reach its clients.
constexpr absl::Duration kLastBytes = absl::Seconds(2);

MHD_Result Append(void* list, MHD_ValueKind /*kind*/, const char* key,
                  size_t key_size, const char* value, size_t value_size) {
  static_cast<std::vector<std::pair<std::string, std::string>>*>(list)
      ->emplace_back(std::string(key, key_size),
                     value == nullptr ? "" : std::string(value, value_size));
  return MHD_YES;
}

}  // namespace

// One request, from its headers to the last byte of its response. The server's
// thread has it, but while the connection is suspended, when a worker does.
class Server::Exchange {
 public:
  Exchange(Server* server, MHD_Connection* connection, const char* path,
           const char* method)
      : server_(server), connection_(connection), began_(absl::Now()) {
    request_.method = method;
    request_.path = path;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, Append,
                                &request_.headers);
    MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, Append,
                                &request_.parameters);
    const std::lock_guard<std::mutex> lock(server->mutex_);
    ++server->under_way_;
  }
  ~Exchange() {
    server_->GiveBack(taken_bytes_);
    const std::lock_guard<std::mutex> lock(server_->mutex_);
    if (--server_->under_way_ == 0) server_->idle_.notify_all();
  }

  // The headers are there.
  MHD_Result Begin() {
    uint64_t length = 0;
    if (server_->stopping()) {
      Refuse(kUnavailable, "the service is shutting down");
    } else if (absl::SimpleAtoi(request_.Header("Content-Length"), &length) &&
               length > server_->options_.max_body_bytes) {
      RefuseSize();
    } else if (std::optional<Response> refusal =
                   server_->service_.refuse(request_)) {
      response_ = std::move(refusal);
    }
    // Who waits for a word before sending the body gets the refusal now.
    const bool asks = !request_.Header("Expect").empty();
    return asks && response_.has_value() ? Send() : MHD_YES;
  }

  MHD_Result TakeBody(absl::string_view part) {
    if (absl::Now() - began_ > server_->options_.request_time) return MHD_NO;
    if (response_.has_value()) {
      discarded_ += part.size();
      return discarded_ > kMaxDiscardBytes ? MHD_NO : MHD_YES;
    }
    if (request_.body.size() + part.size() > server_->options_.max_body_bytes) {
      RefuseSize();
    } else if (!server_->Take(part.size())) {
      Refuse(kUnavailable, "too much is under way; try again in a second");
    } else {
      taken_bytes_ += part.size();
      request_.body.append(part.data(), part.size());
    }
    return MHD_YES;
  }

  // All of the request is there, or the response is.
  MHD_Result Proceed() {
    if (response_.has_value()) return Send();
    if (std::exchange(asked_, true)) return MHD_NO;  // no memory for an answer
    const Place place = server_->service_.place(request_);
    if (place == Place::kHere) {
      Answer();
      return Send();
    }
    Workers& workers =
        place == Place::kQuestions ? server_->questions_ : server_->writes_;
    MHD_suspend_connection(connection_);
    const bool taken = workers.Try([this] {
      Answer();
      MHD_resume_connection(connection_);  // `this` may be gone from here on
    });
    if (!taken) {
      Refuse(kUnavailable, "too many requests wait; try again in a second");
      MHD_resume_connection(connection_);
    }
    return MHD_YES;
  }

 private:
  void Refuse(HttpStatus status, const std::string& message) {
    // Its memory is given back at once: others wait for it.
    request_.body = std::string();
    server_->GiveBack(std::exchange(taken_bytes_, 0));
    response_ = server_->service_.failure(status, message);
    if (status == kUnavailable) {
      response_->headers.emplace_back("Retry-After", "1");
    }
  }
  void RefuseSize() {
    Refuse(kTooLarge,
           absl::StrCat("the body is larger than ",
                        server_->options_.max_body_bytes,
                        " bytes, the most that one request may have; send "
                        "several"));
  }

  void Answer() noexcept {
    const absl::Status status = Guarded([this] {
      Response response = server_->service_.answer(request_);
      if (!server_->Take(response.body.size())) {
        return absl::ResourceExhaustedError(
            "too many answers are on their way; try again in a second");
      }
      taken_bytes_ += response.body.size();
      response_ = std::move(response);
      return absl::OkStatus();
    });
    if (status.ok()) return;
    Guarded([this, &status] {
      Refuse(kUnavailable, std::string(status.message()));
      return absl::OkStatus();
    }).IgnoreError();
  }

  MHD_Result Send() {
    Response& response = *response_;
    // It lies here until Completed().
    MHD_Response* const sent = MHD_create_response_from_buffer(
        response.body.size(), response.body.data(), MHD_RESPMEM_PERSISTENT);
    if (sent == nullptr) return MHD_NO;
    MHD_add_response_header(sent, "Content-Type",
                            response.content_type.c_str());
    for (const auto& [name, value] : response.headers) {
      MHD_add_response_header(sent, name.c_str(), value.c_str());
    }
    if (server_->stopping()) {
      MHD_add_response_header(sent, "Connection", "close");
    }
    const MHD_Result queued =
        MHD_queue_response(connection_, response.status, sent);
    MHD_destroy_response(sent);  // as soon as it is sent
    return queued;
  }

  Server* const server_;
  MHD_Connection* const connection_;
  const absl::Time began_;
  Request request_;
  std::optional<Response> response_;
  bool asked_ = false;  // the service, for an answer
  uint64_t taken_bytes_ = 0;
  uint64_t discarded_ = 0;

 public:
  // libmicrohttpd calls these; what they throw would end the program.
  static MHD_Result Handle(void* server, MHD_Connection* connection,
                           const char* path, const char* method,
                           const char* /*version*/, const char* upload,
                           size_t* upload_size, void** state) noexcept {
    try {
      Exchange* exchange = static_cast<Exchange*>(*state);
      if (exchange == nullptr) {
        exchange = new Exchange(static_cast<Server*>(server), connection, path,
                                method);
        *state = exchange;
        return exchange->Begin();
      }
      if (*upload_size > 0) {
        return exchange->TakeBody({upload, std::exchange(*upload_size, 0)});
      }
      return exchange->Proceed();
    } catch (...) {
      return MHD_NO;  // no memory: the connection is closed
    }
  }
  static void Completed(void* /*server*/, MHD_Connection* /*connection*/,
                        void** state, MHD_RequestTerminationCode /*code*/) {
    delete static_cast<Exchange*>(std::exchange(*state, nullptr));
  }
};

Server::Server(const ServerOptions& options, HttpService service)
    : options_(options),
      service_(std::move(service)),
      questions_(options.question_threads, kWaitingQuestions),
      writes_(options.write_threads, kWaitingWrites) {}

Server::~Server() {
  Stop(absl::ZeroDuration(), [] {});
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    const ServerOptions& options, HttpService service) {
  const absl::StatusOr<int> socket = Listen(options.host, options.port);
  if (!socket.ok()) return socket.status();
  std::unique_ptr<Server> server(new Server(options, std::move(service)));
  server->port_ = PortOf(*socket);
  server->daemon_ = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr,
      nullptr, &Exchange::Handle, server.get(), MHD_OPTION_LISTEN_SOCKET,
      *socket, MHD_OPTION_NOTIFY_COMPLETED, &Exchange::Completed, nullptr,
      MHD_OPTION_CONNECTION_LIMIT, options.connections,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionBytes,
      MHD_OPTION_CONNECTION_TIMEOUT,
      static_cast<unsigned>(absl::ToInt64Seconds(options.request_time)),
      MHD_OPTION_END);
  if (server->daemon_ == nullptr) {
    close(*socket);
    return absl::ResourceExhaustedError("the HTTP server cannot be started");
  }
  return server;
}

void Server::Stop(absl::Duration grace, const std::function<void()>& hurry) {
  if (daemon_ == nullptr) return;
  stopping_.store(true);
  const MHD_socket listening = MHD_quiesce_daemon(daemon_);
  if (listening != MHD_INVALID_SOCKET) shutdown(listening, SHUT_RDWR);
  const bool idle = WaitUntilIdle(grace);
  if (!idle) hurry();
  // Connections must not be suspended when the daemon ends.
  questions_.Stop();
  writes_.Stop();
  if (!idle) WaitUntilIdle(kLastBytes);
  MHD_stop_daemon(daemon_);
  daemon_ = nullptr;
  if (listening != MHD_INVALID_SOCKET) close(listening);
}

bool Server::WaitUntilIdle(absl::Duration time) {
  std::unique_lock<std::mutex> lock(mutex_);
  return idle_.wait_for(lock, absl::ToChronoNanoseconds(time),
                        [this] { return under_way_ == 0; });
}

bool Server::Take(uint64_t bytes) {
  if (taken_bytes_.fetch_add(bytes) + bytes <= options_.traffic_bytes) {
    return true;
  }
  GiveBack(bytes);
  return false;
}

void Server::GiveBack(uint64_t bytes) { taken_bytes_.fetch_sub(bytes); }

}  // namespace footfall::collector
