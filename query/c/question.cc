// Questions with parameters, for C.

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "footfall/footfall.h"
#include "footfall/prepared.h"
#include "footfall/query.h"
#include "query/c/answer.h"
#include "query/c/database.h"
#include "query/c/error.h"
#include "query/lang/status_macros.h"
#include "query/run/run.h"

struct footfall_question {
  footfall_question(std::shared_ptr<footfall::Database> its_database,
                    footfall::Prepared its_text)
      : database(std::move(its_database)), prepared(std::move(its_text)) {
    options.cancelled = &cancelled;
  }

  const std::shared_ptr<footfall::Database> database;
  const footfall::Prepared prepared;
  footfall::QueryOptions options;
  absl::Duration timeout = absl::InfiniteDuration();
  std::atomic<bool> cancelled = false;
};

namespace footfall::query {
namespace {

absl::Status PrepareForC(const footfall_database& database,
                         absl::string_view text, footfall_question** question) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot,
                            CurrentSnapshot(*database.shared));
  FOOTFALL_ASSIGN_OR_RETURN(Prepared prepared, Prepare(*snapshot, text));
  *question = new footfall_question(database.shared, std::move(prepared));
  return absl::OkStatus();
}

// Runs `call` with a snapshot; a cancellation is over with the run it ended.
template <typename Call>
absl::Status RunForC(footfall_question& question, Call call) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot,
                            CurrentSnapshot(*question.database));
  question.options.deadline = question.timeout == absl::InfiniteDuration()
                                  ? absl::InfiniteFuture()
                                  : absl::Now() + question.timeout;
  const absl::Status status = call(*snapshot);
  question.cancelled = false;
  return status;
}

absl::StatusOr<Date> DateForC(absl::string_view name, absl::string_view text) {
  absl::StatusOr<Date> date = ParseDate(text);
  if (date.ok()) return date;
  return Prefixed(absl::StrCat("$", name, ": "), date.status());
}

absl::Status Set(footfall_question* question, int setting, int64_t value) {
  QueryOptions& options = question->options;
  if (setting == FOOTFALL_NOW_S) {
    options.now = absl::FromUnixSeconds(value);
    return absl::OkStatus();
  }
  if (value < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("footfall_question_set: ", value, " is below 0"));
  }
  switch (setting) {
    case FOOTFALL_MAX_ROWS:
      options.limits.max_rows = static_cast<uint64_t>(value);
      return absl::OkStatus();
    case FOOTFALL_MAX_MEMORY_BYTES:
      options.limits.max_memory_bytes = static_cast<uint64_t>(value);
      return absl::OkStatus();
    case FOOTFALL_THREADS:
      options.threads = static_cast<int>(
          std::min<int64_t>(value, std::numeric_limits<int>::max()));
      return absl::OkStatus();
    case FOOTFALL_UNKNOWN_MEMBERS:
      options.allow_unknown_members = value != 0;
      return absl::OkStatus();
    case FOOTFALL_TIMEOUT_MS:
      question->timeout = absl::Milliseconds(value);
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("footfall_question_set: there is no setting ", setting));
  }
}

// `value`: a text, an int64_t or a double.
template <typename T>
int Bind(footfall_question* question, const char* name, T value,
         footfall_error** error) {
  return InC(error, [&] {
    question->options.parameters[name] = value;
    return absl::OkStatus();
  });
}

}  // namespace
}  // namespace footfall::query

int footfall_prepare(footfall_database* database, const char* text,
                     footfall_question** question, footfall_error** error) {
  *question = nullptr;
  return footfall::query::InC(error, [&] {
    return footfall::query::PrepareForC(*database, text, question);
  });
}

void footfall_question_free(footfall_question* question) { delete question; }

int footfall_bind_text(footfall_question* question, const char* name,
                       const char* value, footfall_error** error) {
  return footfall::query::Bind(question, name, value, error);
}

int footfall_bind_integer(footfall_question* question, const char* name,
                          int64_t value, footfall_error** error) {
  return footfall::query::Bind(question, name, value, error);
}

int footfall_bind_decimal(footfall_question* question, const char* name,
                          double value, footfall_error** error) {
  return footfall::query::Bind(question, name, value, error);
}

int footfall_bind_date(footfall_question* question, const char* name,
                       const char* date, footfall_error** error) {
  return footfall::query::InC(error, [&]() -> absl::Status {
    FOOTFALL_ASSIGN_OR_RETURN(const footfall::Date parsed,
                              footfall::query::DateForC(name, date));
    question->options.parameters[name] = parsed;
    return absl::OkStatus();
  });
}

int footfall_bind_range(footfall_question* question, const char* name,
                        const char* first, const char* last,
                        footfall_error** error) {
  return footfall::query::InC(error, [&]() -> absl::Status {
    footfall::RangeBetween between;
    if (first != nullptr) {
      FOOTFALL_ASSIGN_OR_RETURN(between.first,
                                footfall::query::DateForC(name, first));
    }
    if (last != nullptr) {
      FOOTFALL_ASSIGN_OR_RETURN(between.last,
                                footfall::query::DateForC(name, last));
    }
    footfall::Range range;
    range.form = std::move(between);
    question->options.parameters[name] = std::move(range);
    return absl::OkStatus();
  });
}

int footfall_question_set(footfall_question* question, int setting,
                          int64_t value, footfall_error** error) {
  return footfall::query::InC(
      error, [&] { return footfall::query::Set(question, setting, value); });
}

int footfall_question_run(footfall_question* question, footfall_answer** answer,
                          footfall_error** error) {
  *answer = nullptr;
  return footfall::query::InC(error, [&] {
    return footfall::query::RunForC(
        *question, [&](const footfall::Snapshot& snapshot) -> absl::Status {
          FOOTFALL_ASSIGN_OR_RETURN(
              footfall::Answer made,
              question->prepared.Run(snapshot, question->options));
          *answer = footfall::query::NewAnswer(std::move(made));
          return absl::OkStatus();
        });
  });
}

int footfall_question_run_blocks(footfall_question* question, size_t rows,
                                 footfall_take take, void* context,
                                 footfall_error** error) {
  const auto hand_on = [&](footfall::Answer block) {
    const std::unique_ptr<footfall_answer> answer(
        footfall::query::NewAnswer(std::move(block)));
    return take(context, answer.get()) == 0
               ? absl::OkStatus()
               : absl::CancelledError("the callback ended the question");
  };
  return footfall::query::InC(error, [&] {
    return footfall::query::RunForC(
        *question, [&](const footfall::Snapshot& snapshot) -> absl::Status {
          footfall::Answer last;
          FOOTFALL_ASSIGN_OR_RETURN(
              last.notes, question->prepared.RunInBlocks(
                              snapshot, question->options, rows, hand_on));
          return last.notes.empty() ? absl::OkStatus()
                                    : hand_on(std::move(last));
        });
  });
}

void footfall_question_cancel(footfall_question* question) {
  question->cancelled = true;
}
