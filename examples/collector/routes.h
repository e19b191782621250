// What the service answers at which path, from a database.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_ROUTES_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_ROUTES_H_

#include <atomic>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "examples/collector/http.h"
#include "examples/collector/options.h"
#include "examples/collector/server.h"
#include "footfall/database.h"

namespace footfall::collector {

// Threads: all calls may be made from many at once. `database` and `options`
// must outlive it.
class Routes {
 public:
  Routes(Database* database, const Options& options)
      : database_(*database), options_(options) {}

  // What a server shall call; this must outlive it.
  HttpService Service();

  // From now on: questions that run end, /healthz says that it ends.
  void EndQuestions() { ending_.store(true); }

 private:
  std::optional<Response> Refuse(const Request& request) const;
  static Place PlaceOf(const Request& request);
  Response Respond(const Request& request);

  Response TakeSamples(const Request& request);
  Response AnswerQuestion(const Request& request);
  Response Health() const;

  Database& database_;
  const Options& options_;
  std::atomic<bool> ending_ = false;
};

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_ROUTES_H_
