// An HTTP server on libmicrohttpd, which knows nothing of databases.
//
// One thread moves all bytes, so that slow clients take no thread of their own;
// what takes time is done by workers while the connection waits. Questions and
// writes have workers of their own: one kind cannot keep out the other.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_SERVER_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_SERVER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "examples/collector/http.h"
#include "examples/collector/workers.h"

struct MHD_Daemon;
struct MHD_Connection;

namespace footfall::collector {

struct ServerOptions {
  std::string host;
  uint16_t port = 0;
  uint64_t max_body_bytes = 0;
  uint64_t traffic_bytes = 0;  // bodies and answers that are in memory at once
  unsigned connections = 0;
  absl::Duration request_time;  // from the first byte of a body to the last
  int question_threads = 1;
  int write_threads = 1;
};

enum class Place : uint8_t {
  kHere,       // in the server's own thread: what takes no time
  kQuestions,  // by workers
  kWrites,
};

// What the server asks. Calls may come from several threads at once.
struct HttpService {
  // Once the headers are there: the refusal, before any of the body is kept;
  // nullopt goes on.
  std::function<std::optional<Response>(const Request&)> refuse;
  std::function<Place(const Request&)> place;
  std::function<Response(const Request&)> answer;
  // The server's own refusals: too large, too busy.
  std::function<Response(HttpStatus, const std::string& message)> failure;
};

class Server {
 public:
  // INVALID_ARGUMENT, UNAVAILABLE as Listen(); RESOURCE_EXHAUSTED.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const ServerOptions& options, HttpService service);
  // Calls Stop() with no time to wait.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  uint16_t port() const { return port_; }
  bool stopping() const { return stopping_.load(); }

  // Takes no new connection and no new request, lets those that are under way
  // end for `grace`, then calls `hurry`, which shall make answers come soon,
  // and closes what is left. What a worker has begun is always finished, and
  // its answer sent where the client takes it. A second call does nothing.
  void Stop(absl::Duration grace, const std::function<void()>& hurry);

 private:
  class Exchange;
  friend class Exchange;
  Server(const ServerOptions& options, HttpService service);
  bool WaitUntilIdle(absl::Duration time);
  bool Take(uint64_t bytes);  // of the traffic's memory
  void GiveBack(uint64_t bytes);

  const ServerOptions options_;
  const HttpService service_;
  uint16_t port_ = 0;
  MHD_Daemon* daemon_ = nullptr;
  std::atomic<bool> stopping_ = false;
  std::atomic<uint64_t> taken_bytes_ = 0;
  std::mutex mutex_;  // guards under_way_
  std::condition_variable idle_;
  uint64_t under_way_ = 0;  // requests
  Workers questions_;
  Workers writes_;
};

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_SERVER_H_
