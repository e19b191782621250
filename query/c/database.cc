#include "query/c/database.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "footfall/query.h"
#include "query/c/answer.h"
#include "query/c/error.h"
#include "query/lang/status_macros.h"
#include "query/run/run.h"

namespace footfall::query {
namespace {

absl::Status OpenForC(absl::string_view path, unsigned flags,
                      uint64_t memory_bytes, footfall_database** database) {
  constexpr unsigned kKnown =
      FOOTFALL_READ_ONLY | FOOTFALL_MUST_EXIST | FOOTFALL_NO_UPKEEP;
  if ((flags & ~kKnown) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("footfall_open: flags ", flags, " hold unknown ones"));
  }
  DatabaseOptions options;
  options.read_only = (flags & FOOTFALL_READ_ONLY) != 0;
  options.create_if_missing = (flags & FOOTFALL_MUST_EXIST) == 0;
  options.background_upkeep = (flags & FOOTFALL_NO_UPKEEP) == 0;
  if (memory_bytes != 0) options.memory_budget_bytes = memory_bytes;
  auto handle = std::make_unique<footfall_database>();
  FOOTFALL_ASSIGN_OR_RETURN(handle->shared,
                            path == ":memory:" ? Database::OpenInMemory(options)
                                               : Database::Open(path, options));
  *database = handle.release();
  return absl::OkStatus();
}

absl::Status ExecuteForC(Database& database, absl::string_view script,
                         footfall_take take, void* context) {
  ExecuteHooks hooks;
  if (take != nullptr) {
    hooks.on_outcome = [&](const Outcome& outcome) -> absl::Status {
      if (!outcome.has_answer && outcome.answer.notes.empty()) {
        return absl::OkStatus();
      }
      const std::unique_ptr<footfall_answer> answer(NewAnswer(outcome.answer));
      return take(context, answer.get()) == 0
                 ? absl::OkStatus()
                 : absl::CancelledError("the callback ended the script");
    };
  }
  return Execute(database, script, QueryOptions(), hooks);
}

}  // namespace
}  // namespace footfall::query

int footfall_open(const char* path, unsigned flags, uint64_t memory_bytes,
                  footfall_database** database, footfall_error** error) {
  *database = nullptr;
  return footfall::query::InC(error, [&] {
    return footfall::query::OpenForC(path, flags, memory_bytes, database);
  });
}

int footfall_close(footfall_database* database, footfall_error** error) {
  if (database == nullptr) return FOOTFALL_OK;
  const std::unique_ptr<footfall_database> owned(database);
  return footfall::query::InC(error, [&] { return owned->shared->Close(); });
}

int footfall_refresh(footfall_database* database, footfall_error** error) {
  return footfall::query::InC(
      error, [&] { return database->shared->Refresh().status(); });
}

int footfall_ask(footfall_database* database, const char* text,
                 footfall_answer** answer, footfall_error** error) {
  *answer = nullptr;
  return footfall::query::InC(error, [&]() -> absl::Status {
    FOOTFALL_ASSIGN_OR_RETURN(
        const auto snapshot,
        footfall::query::CurrentSnapshot(*database->shared));
    FOOTFALL_ASSIGN_OR_RETURN(
        footfall::Answer made,
        footfall::Query(*snapshot, text, footfall::QueryOptions()));
    *answer = footfall::query::NewAnswer(std::move(made));
    return absl::OkStatus();
  });
}

int footfall_execute(footfall_database* database, const char* script,
                     footfall_take take, void* context,
                     footfall_error** error) {
  return footfall::query::InC(error, [&] {
    return footfall::query::ExecuteForC(*database->shared, script, take,
                                        context);
  });
}
