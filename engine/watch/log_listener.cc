// LogTo(): a line for each event.

#include <utility>

#include "absl/strings/str_cat.h"
#include "footfall/listener.h"

namespace footfall {
namespace {

class LogListener final : public EventListener {
 public:
  explicit LogListener(std::shared_ptr<Logger> logger)
      : logger_(std::move(logger)) {}

  void OnSlowQuestion(const SlowQuestion& question) override {
    // A line is a line, whatever the question is written on.
    std::string text = question.text;
    for (char& c : text) {
      if (static_cast<unsigned char>(c) < ' ') c = ' ';
    }
    logger_->Log(
        LogLevel::kWarning,
        absl::StrCat("slow question: ", absl::FormatDuration(question.time),
                     ", ", question.rows, question.rows == 1 ? " row" : " rows",
                     question.status.ok()
                         ? ""
                         : absl::StrCat(", ", absl::StatusCodeToString(
                                                  question.status.code())),
                     ": ", text));
  }

  void OnSamplesRemoved(const SamplesRemoved& removed) override {
    logger_->Log(LogLevel::kInfo,
                 absl::StrCat("KEEP has removed samples of ", removed.metric,
                              " before ", removed.before));
  }

  void OnUpkeepError(const absl::Status& error) override {
    if (error.ok()) {
      logger_->Log(LogLevel::kInfo, "upkeep succeeds again");
    } else {
      logger_->Log(LogLevel::kError, absl::StrCat("upkeep: ", error.message()));
    }
  }

 private:
  const std::shared_ptr<Logger> logger_;
};

}  // namespace

std::shared_ptr<EventListener> LogTo(std::shared_ptr<Logger> logger) {
  return std::make_shared<LogListener>(std::move(logger));
}

}  // namespace footfall
