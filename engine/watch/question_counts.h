// Questions by how long they took; slow ones are told to the listener.

#ifndef FOOTFALL_ENGINE_WATCH_QUESTION_COUNTS_H_
#define FOOTFALL_ENGINE_WATCH_QUESTION_COUNTS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "engine/watch/event_queue.h"
#include "footfall/metrics.h"
#include "footfall/question_log.h"

namespace footfall::engine {

// A count is a relaxed addition. Shared with snapshots, which may outlive the
// database.
class QuestionCounts final : public QuestionLog {
 public:
  QuestionCounts(std::shared_ptr<EventQueue> events, absl::Duration slow)
      : events_(std::move(events)), slow_(slow) {}

  void Note(absl::string_view text, absl::Duration time,
            const absl::Status& status, uint64_t rows) noexcept override;

  void AddTo(DatabaseMetrics* metrics) const;

 private:
  const std::shared_ptr<EventQueue> events_;
  const absl::Duration slow_;
  std::array<std::atomic<uint64_t>, LatencyHistogram::kUpperSeconds.size() + 1>
      counts_ = {};
  std::atomic<uint64_t> sum_nanoseconds_ = 0;
  std::atomic<uint64_t> failed_count_ = 0;
  std::atomic<uint64_t> slow_count_ = 0;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WATCH_QUESTION_COUNTS_H_
