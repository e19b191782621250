// What was acknowledged is there after the service has ended, however it did.

#include <signal.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "tests/examples/collector/collector_process.h"
#include "tests/examples/collector/http_client.h"
#include "tests/examples/run_program.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr int kWriters = 4;
constexpr int64_t kRows = 3;  // of a request
constexpr int64_t kEnough = 40;

// Request `number` of a writer: rows that no other request has, each a 1.
std::string Body(int writer, int64_t number) {
  std::string body;
  for (int64_t row = 0; row < kRows; ++row) {
    absl::StrAppend(&body, R"({"metric":"clicks","app":"w)", writer,
                    R"(","time":)", (number * kRows + row) * 60'000,
                    R"(,"value":1})", "\n");
  }
  return body;
}

// How many rows of a writer there are.
int64_t RowsThere(const Snapshot& snapshot, int writer) {
  QueryOptions options;
  options.parameters["app"] = absl::StrCat("w", writer);
  options.allow_unknown_members = true;
  const auto answer =
      Query(snapshot, "SELECT sum(clicks) AS n WHERE app = $app", options);
  INFO(answer.status());
  REQUIRE(answer.ok());
  if (answer->row_count() == 0 || answer->Find("n")->is_missing(0)) return 0;
  return answer->Find("n")->integers[0];
}

// Writes from many sides, ends the service by `signal` in the middle of it, and
// compares.
void EndUnderWrites(int signal, int exit_code) {
  const TemporaryFolder folder;
  WriteFile(folder.File("metrics.footfall"), CollectorScript());
  CollectorProcess process(
      {"--script", folder.File("metrics.footfall"), folder.File("db")});
  REQUIRE(process.port() != 0);
  std::array<std::atomic<int64_t>, kWriters> acknowledged = {};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      HttpConnection connection(process.port());
      for (int64_t number = 0;; ++number) {
        const HttpReply reply = connection.Ask(
            "POST", "/v1/samples", {"Content-Type: application/x-ndjson"},
            Body(writer, number));
        if (reply.status != 200) return;
        acknowledged[writer].store(number + 1);
      }
    });
  }
  const auto enough = [&] {
    for (const auto& count : acknowledged) {
      if (count.load() < kEnough) return false;
    }
    return true;
  };
  while (!enough()) std::this_thread::yield();
  process.Signal(signal);
  CHECK(process.Wait() == exit_code);
  for (std::thread& writer : writers) writer.join();

  const auto database = Database::Open(folder.File("db"), {});
  INFO(database.status());
  REQUIRE(database.ok());
  const auto snapshot = (*database)->TakeSnapshot();
  for (int writer = 0; writer < kWriters; ++writer) {
    const int64_t rows = RowsThere(*snapshot, writer);
    const int64_t least = acknowledged[writer].load() * kRows;
    INFO("writer " << writer << ", acknowledged " << least << ", there "
                   << rows);
    // The last may be there without an answer; whole, or not at all.
    CHECK((rows == least || rows == least + kRows));
  }
}

TEST_CASE("SIGTERM under writes loses nothing that was acknowledged") {
  EndUnderWrites(SIGTERM, 0);
}

TEST_CASE("kill -9 under writes loses nothing that was acknowledged") {
  EndUnderWrites(SIGKILL, -1);
}

TEST_CASE("a script that cannot be read leaves no database behind") {
  const TemporaryFolder folder;
  WriteFile(folder.File("wrong"),
            absl::StrCat(CollectorScript(), ";\nDEFINE MERTIC m"));
  for (const char* name : {"mistyped", "wrong"}) {
    CollectorProcess process(
        {"--script", folder.File(name), folder.File("db")});
    CHECK(process.port() == 0);
    CHECK(process.Wait() == 1);
    CHECK(!std::filesystem::exists(folder.File("db")));
  }
}

TEST_CASE("a request that is under way is answered after SIGTERM") {
  const TemporaryFolder folder;
  WriteFile(folder.File("metrics.footfall"), CollectorScript());
  CollectorProcess process({"--script", folder.File("metrics.footfall"),
                            "--grace-seconds", "3600", folder.File("db")});
  REQUIRE(process.port() != 0);
  const std::string body = Body(0, 0);
  HttpConnection idle(process.port());
  CHECK(idle.Ask("GET", "/healthz").status == 200);
  HttpConnection connection(process.port());
  connection.Send(
      absl::StrCat("POST /v1/samples HTTP/1.1\r\nHost: localhost\r\n"
                   "Content-Type: application/x-ndjson\r\n"
                   "Expect: 100-continue\r\nContent-Length: ",
                   body.size(), "\r\n\r\n"));
  REQUIRE(connection.Receive().status == 100);  // it has begun
  process.Signal(SIGTERM);
  REQUIRE(process.WaitFor("shutting down"));
  // The stop has begun once nobody is let in.
  while (HttpConnection(process.port()).connected()) std::this_thread::yield();
  // A stop that does not wait gets the time to show it.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  connection.Send(body);
  const HttpReply reply = connection.Receive();
  INFO(reply.body);
  CHECK(reply.status == 200);
  CHECK(process.Wait() == 0);
  const auto database = Database::Open(folder.File("db"), {});
  REQUIRE(database.ok());
  CHECK(RowsThere(*(*database)->TakeSnapshot(), 0) == kRows);
}

}  // namespace
}  // namespace footfall
