// Where a layer above tells of the questions that it has answered.

#ifndef FOOTFALL_QUESTION_LOG_H_
#define FOOTFALL_QUESTION_LOG_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#pragma GCC visibility push(default)
namespace footfall {

// Threads: all calls from any.
class QuestionLog {
 public:
  virtual ~QuestionLog() = default;
  // A question was answered, or refused. Cheap; never waits for a listener.
  virtual void Note(absl::string_view text, absl::Duration time,
                    const absl::Status& status, uint64_t rows) noexcept = 0;
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_QUESTION_LOG_H_
