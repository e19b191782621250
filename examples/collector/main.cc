// A service that keeps samples and answers questions over HTTP: the library in
// a program of its own. README.md beside this file shows its use.

#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "examples/collector/options.h"
#include "examples/collector/routes.h"
#include "examples/collector/server.h"
#include "footfall/database.h"
#include "footfall/query.h"

namespace footfall::collector {
namespace {

// Many commits that wait for the medium at once share one wait.
constexpr int kWriteThreads = 8;

enum ExitCode { kEnded = 0, kFailed = 1, kWrongUsage = 2, kCannotOpen = 3 };

int Fail(ExitCode code, const absl::Status& status) {
  std::fprintf(stderr, "footfall_collector: %s\n",
               std::string(status.message()).c_str());
  return code;
}

absl::StatusOr<std::string> ReadScript(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof()) {
    return absl::NotFoundError(absl::StrCat("--script: cannot read ", path));
  }
  return text;
}

absl::Status InScript(const Options& options, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(options.script, ": ", status.message()));
}

// Serves until one of `signals` comes. The database is closed after it.
int Serve(const Options& options, const sigset_t& signals) {
  // Before a database is created: a mistyped name or statement must leave none
  // behind.
  const absl::StatusOr<std::string> script = ReadScript(options.script);
  if (!script.ok()) return Fail(kFailed, script.status());
  const auto parsed = Parse(*script);
  if (!parsed.ok()) return Fail(kFailed, InScript(options, parsed.status()));
  DatabaseOptions database_options;
  database_options.memory_budget_bytes = options.cache_bytes;
  absl::StatusOr<std::unique_ptr<Database>> database =
      Database::Open(options.database, database_options);
  if (!database.ok()) return Fail(kCannotOpen, database.status());
  if (!options.script.empty()) {
    // Declares metrics, say: what is there already stays as it is.
    const absl::Status run = Execute(**database, *script, {}, {});
    if (!run.ok()) return Fail(kFailed, InScript(options, run));
  }

  Routes routes(database->get(), options);
  ServerOptions server_options;
  server_options.host = options.listen_host;
  server_options.port = options.listen_port;
  server_options.max_body_bytes = options.max_body_bytes;
  server_options.traffic_bytes = options.traffic_bytes;
  server_options.connections = static_cast<unsigned>(options.connections);
  server_options.request_time = options.request_time;
  server_options.question_threads = options.threads;
  server_options.write_threads = kWriteThreads;
  absl::StatusOr<std::unique_ptr<Server>> server =
      Server::Start(server_options, routes.Service());
  if (!server.ok()) return Fail(kFailed, server.status());
  std::fprintf(stderr, "listening on http://%s:%d/\n",
               options.listen_host.find(':') == std::string::npos
                   ? options.listen_host.c_str()
                   : absl::StrCat("[", options.listen_host, "]").c_str(),
               (*server)->port());

  int signal = 0;
  sigwait(&signals, &signal);
  std::fprintf(stderr, "shutting down\n");
  (*server)->Stop(options.grace, [&routes] { routes.EndQuestions(); });
  const absl::Status closed = (*database)->Close();
  return closed.ok() ? kEnded : Fail(kFailed, closed);
}

}  // namespace
}  // namespace footfall::collector

int main(int argc, char** argv) {
  using namespace footfall::collector;  // NOLINT(google-build-using-namespace)
  const absl::StatusOr<Options> options = ParseOptions(absl::MakeConstSpan(
      argv + 1, static_cast<size_t>(argc > 0 ? argc - 1 : 0)));
  if (!options.ok()) return Fail(kWrongUsage, options.status());
  if (options->help) {
    std::fwrite(kUsage.data(), 1, kUsage.size(), stdout);
    return kEnded;
  }
  // Every thread inherits the mask, so that a signal waits for Serve().
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);  // a client that goes away is none of ours
  return Serve(*options, signals);
}
