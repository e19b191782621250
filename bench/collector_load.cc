// How many requests a second examples/collector answers, and how long they
// take, while others write to it all the time.
//
//   footfall_collector --listen 127.0.0.1:8500
//     --script bench/collector_load.footfall DIR
//   collector_load 8500 [SECONDS [WRITERS [ASKERS [ROWS]]]]
//
// WRITERS (4) connections post ROWS (100) samples a request as JSON lines, each
// acknowledged before the next is sent; ASKERS (4) ask three questions in turn.
// The clients take part of the machine themselves.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/examples/collector/http_client.h"

namespace footfall {
namespace {

constexpr int kApps = 1000;
constexpr int kRegions = 4;
constexpr int64_t kBeginMs = 1'738'972'800'000;  // 2025-02-08
constexpr int64_t kMinuteMs = 60'000;

struct Settings {
  uint16_t port = 0;
  int seconds = 20;
  int writers = 4;
  int askers = 4;
  int rows = 100;
};

// What one connection saw.
struct Seen {
  std::vector<absl::Duration> times;
  int64_t refused = 0;
};

// Each series gets a sample a minute; a writer has the apps whose number leaves
// its own when divided by the writers.
std::string Body(const Settings& settings, int writer, int64_t* next) {
  std::string body;
  const int64_t apps = std::max(1, kApps / settings.writers);
  for (int row = 0; row < settings.rows; ++row, ++*next) {
    const int64_t series = *next % (apps * kRegions);
    const int64_t minute = *next / (apps * kRegions);
    absl::StrAppend(&body, R"({"metric":"load_clicks","time":)",
                    kBeginMs + minute * kMinuteMs, R"(,"app":"app)",
                    writer + settings.writers * (series / kRegions),
                    R"(","region":"r)", series % kRegions, R"(","value":)",
                    1 + *next % 997, "}\n");
  }
  return body;
}

std::string Target(const Settings& settings, int64_t number) {
  const int64_t apps = kApps / settings.writers * settings.writers;
  const std::string app = absl::StrCat("app", number * 37 % apps);
  switch (number % 3) {
    case 0:
      return absl::StrCat(
          "/v1/query?app=", app, "&q=",
          UrlEncode("SELECT sum(load_clicks) WHERE app = $app EVERY hour"));
    case 1:
      return absl::StrCat(
          "/v1/query?app=", app,
          "&q=", UrlEncode("SELECT load_clicks WHERE app = $app BY region"));
    default:
      return absl::StrCat("/v1/query?q=",
                          UrlEncode("SELECT sum(load_clicks) BY region"));
  }
}

void Note(const HttpReply& reply, absl::Time began, Seen* seen) {
  if (reply.status == 200) {
    seen->times.push_back(absl::Now() - began);
  } else {
    ++seen->refused;
  }
}

void Print(const char* what, const std::vector<Seen>& all, double seconds) {
  std::vector<absl::Duration> times;
  int64_t refused = 0;
  for (const Seen& seen : all) {
    times.insert(times.end(), seen.times.begin(), seen.times.end());
    refused += seen.refused;
  }
  std::sort(times.begin(), times.end());
  const auto at = [&times](double part) {
    if (times.empty()) return 0.0;
    const auto index =
        static_cast<size_t>(part * static_cast<double>(times.size() - 1));
    return absl::ToDoubleMilliseconds(times[index]);
  };
  std::printf(
      "%-10s %8.0f a second   p50 %7.2f ms   p99 %7.2f ms   worst %7.2f"
      " ms   refused %lld\n",
      what, static_cast<double>(times.size()) / seconds, at(0.5), at(0.99),
      at(1), static_cast<long long>(refused));
}

HttpReply PostRows(const std::string& body, HttpConnection* connection) {
  return connection->Ask("POST", "/v1/samples",
                         {"Content-Type: application/x-ndjson"}, body);
}

// Every app gets its first samples, so that no question is refused for it.
// Returns where each writer goes on.
std::vector<int64_t> WriteFirst(const Settings& settings) {
  std::vector<int64_t> next(static_cast<size_t>(settings.writers));
  HttpConnection connection(settings.port);
  const int64_t all = kApps / settings.writers * kRegions;
  for (int writer = 0; writer < settings.writers; ++writer) {
    int64_t& at = next[static_cast<size_t>(writer)];
    while (at < all) PostRows(Body(settings, writer, &at), &connection);
  }
  return next;
}

void Run(const Settings& settings) {
  const std::vector<int64_t> first = WriteFirst(settings);
  std::atomic<bool> over = false;
  std::vector<Seen> writes(static_cast<size_t>(settings.writers));
  std::vector<Seen> questions(static_cast<size_t>(settings.askers));
  std::vector<std::thread> threads;
  const absl::Time began = absl::Now();
  for (int writer = 0; writer < settings.writers; ++writer) {
    threads.emplace_back([&, writer] {
      HttpConnection connection(settings.port);
      int64_t next = first[static_cast<size_t>(writer)];
      while (!over.load()) {
        const std::string body = Body(settings, writer, &next);
        const absl::Time sent = absl::Now();
        Note(PostRows(body, &connection), sent,
             &writes[static_cast<size_t>(writer)]);
      }
    });
  }
  for (int asker = 0; asker < settings.askers; ++asker) {
    threads.emplace_back([&, asker] {
      HttpConnection connection(settings.port);
      for (int64_t number = asker; !over.load(); ++number) {
        const absl::Time sent = absl::Now();
        Note(connection.Ask("GET", Target(settings, number)), sent,
             &questions[static_cast<size_t>(asker)]);
      }
    });
  }
  absl::SleepFor(absl::Seconds(settings.seconds));
  over.store(true);
  for (std::thread& thread : threads) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  size_t posts = 0;
  for (const Seen& seen : writes) posts += seen.times.size();
  Print("posts", writes, seconds);
  Print("questions", questions, seconds);
  std::printf("samples    %8.0f a second, acknowledged\n",
              static_cast<double>(posts) * settings.rows / seconds);
}

}  // namespace
}  // namespace footfall

int main(int argc, char** argv) {
  footfall::Settings settings;
  int port = 0;
  int* const places[] = {&port, &settings.seconds, &settings.writers,
                         &settings.askers, &settings.rows};
  for (int i = 1; i < argc && i <= 5; ++i) *places[i - 1] = std::atoi(argv[i]);
  settings.port = static_cast<uint16_t>(port);
  if (port <= 0 || !footfall::HttpConnection(settings.port).connected()) {
    std::fprintf(stderr,
                 "usage: collector_load PORT [SECONDS [WRITERS [ASKERS "
                 "[ROWS]]]], of a collector that listens there\n");
    return 2;
  }
  footfall::Run(settings);
  return 0;
}
