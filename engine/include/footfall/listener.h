// What a program is told while a database works.
//
//   options.slow_question = absl::Milliseconds(200);
//   options.listener = footfall::LogTo(std::make_shared<MyLogger>());

#ifndef FOOTFALL_LISTENER_H_
#define FOOTFALL_LISTENER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#pragma GCC visibility push(default)
namespace footfall {

// A question that took DatabaseOptions::slow_question or longer.
struct SlowQuestion {
  std::string text = {};  // as it was asked: values of parameters are not in it
  absl::Duration time = {};
  absl::Status status = {};  // what it answered
  uint64_t rows = 0;
};

// KEEP has removed the samples of a metric before a step.
struct SamplesRemoved {
  std::string metric = {};
  std::string before = {};  // the first step that is kept, as answers print it
};

// Calls come from one thread of the database's own, one at a time, in order,
// and never under its locks: a call may ask and write, but not close it. They
// come a little later than what they tell of. What a call throws is dropped.
// One that blocks holds up those after it and nothing else: at most 1,024 wait,
// and more are dropped and counted (DatabaseMetrics::dropped_events). Close()
// delivers those that wait, but waits for a second at most; a call that is
// still running then may end after the database is gone, and is the last. The
// database shares the listener with that thread.
class EventListener {
 public:
  virtual ~EventListener() = default;
  virtual void OnSlowQuestion(const SlowQuestion& /*question*/) {}
  virtual void OnSamplesRemoved(const SamplesRemoved& /*removed*/) {}
  // Upkeep failed otherwise than it did before; OK: it succeeds again.
  virtual void OnUpkeepError(const absl::Status& /*error*/) {}
};

enum class LogLevel : uint8_t { kInfo, kWarning, kError };

// Where LogTo() writes.
class Logger {
 public:
  virtual ~Logger() = default;
  // A line without its end. Called as EventListener is.
  virtual void Log(LogLevel level, absl::string_view line) = 0;
};

// A listener that writes a line for each event.
std::shared_ptr<EventListener> LogTo(std::shared_ptr<Logger> logger);

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_LISTENER_H_
