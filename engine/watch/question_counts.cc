#include "engine/watch/question_counts.h"

#include <algorithm>
#include <string>

namespace footfall::engine {

void QuestionCounts::Note(absl::string_view text, absl::Duration time,
                          const absl::Status& status, uint64_t rows) noexcept {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  const auto& bounds = LatencyHistogram::kUpperSeconds;
  const auto bound = std::lower_bound(bounds.begin(), bounds.end(),
                                      absl::ToDoubleSeconds(time));
  counts_[static_cast<size_t>(bound - bounds.begin())].fetch_add(1, kRelaxed);
  const int64_t nanoseconds = absl::ToInt64Nanoseconds(time);
  sum_nanoseconds_.fetch_add(
      static_cast<uint64_t>(std::max<int64_t>(nanoseconds, 0)), kRelaxed);
  if (!status.ok()) failed_count_.fetch_add(1, kRelaxed);
  if (time < slow_) return;
  slow_count_.fetch_add(1, kRelaxed);
  if (!events_->listens()) return;
  try {
    events_->Post(
        [slow = SlowQuestion{std::string(text), time, status, rows}](
            EventListener& listener) { listener.OnSlowQuestion(slow); });
  } catch (...) {  // no memory for the event
  }
}

void QuestionCounts::AddTo(DatabaseMetrics* metrics) const {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  for (size_t i = 0; i < counts_.size(); ++i) {
    metrics->questions.counts[i] = counts_[i].load(kRelaxed);
  }
  metrics->questions.sum_seconds =
      static_cast<double>(sum_nanoseconds_.load(kRelaxed)) / 1e9;
  metrics->failed_questions = failed_count_.load(kRelaxed);
  metrics->slow_questions = slow_count_.load(kRelaxed);
}

}  // namespace footfall::engine
