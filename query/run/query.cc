// Query(): one statement that reads.

#include "footfall/query.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "query/lang/look.h"
#include "query/lang/parser.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/lang/tree.h"
#include "query/run/compiled.h"
#include "query/run/plan_cache.h"
#include "query/run/run.h"

namespace footfall {
namespace query {

absl::StatusOr<std::shared_ptr<const Snapshot>> CurrentSnapshot(
    const Database& database) {
  std::shared_ptr<const Snapshot> snapshot = database.TakeSnapshot();
  if (absl::Status open = snapshot->CheckOpen(); !open.ok()) return open;
  return snapshot;
}

bool Reads(const Statement& statement) {
  return std::holds_alternative<Select>(statement.node) ||
         std::holds_alternative<Show>(statement.node);
}

absl::StatusOr<Statement> ParsePrinted(const Statement& statement,
                                       absl::string_view text,
                                       const QueryOptions& options) {
  QueryOptions any_length = ForRunning(options);
  QueryLimits& limits = any_length.limits;
  limits.max_text_bytes = std::numeric_limits<uint32_t>::max();
  if (text.size() > limits.max_text_bytes) {
    return Refuse(
        Refusal::kTextLimit, "", {},
        {absl::StrCat(text.size()), absl::StrCat(limits.max_text_bytes)});
  }
  Parser parser(text, any_length);
  FOOTFALL_ASSIGN_OR_RETURN(std::optional<Statement> parsed, parser.Next());
  if (!parsed.has_value() || *parsed != statement) {
    return Refuse(Refusal::kBadTree, "", {}, {text});
  }
  return *std::move(parsed);
}

QueryOptions WithNow(const QueryOptions& options) {
  QueryOptions with_now = options;
  if (with_now.now == absl::InfiniteFuture()) with_now.now = absl::Now();
  return with_now;
}

QueryOptions ForRunning(const QueryOptions& options) {
  QueryOptions running;
  running.now =
      options.now == absl::InfiniteFuture() ? absl::Now() : options.now;
  running.limits = options.limits;
  running.threads = options.threads;
  running.allow_unknown_members = options.allow_unknown_members;
  running.deadline = options.deadline;
  running.cancelled = options.cancelled;
  return running;
}

std::string FirstWord(const Statement& statement) {
  const std::string text = Print(statement);
  return text.substr(0, text.find(' '));
}

namespace {

absl::StatusOr<std::shared_ptr<const Compiled>> CompileReading(
    absl::string_view text, Statement statement, const QueryLimits& limits) {
  if (!Reads(statement)) {
    return Refuse(Refusal::kReadsOnly, text, statement.source,
                  {FirstWord(statement)});
  }
  return std::make_shared<const Compiled>(text, std::move(statement), limits);
}

absl::Status CheckLength(absl::string_view text, const QueryLimits& limits) {
  if (text.size() <= limits.max_text_bytes) return absl::OkStatus();
  return Refuse(
      Refusal::kTextLimit, "", {},
      {absl::StrCat(text.size()), absl::StrCat(limits.max_text_bytes)});
}

// Runs what was read just now, and keeps it.
absl::StatusOr<Answer> RunAndKeep(const Snapshot& snapshot, PlanCache* cache,
                                  std::shared_ptr<const Compiled> compiled,
                                  const QueryOptions& options) {
  absl::StatusOr<Answer> answer = compiled->Run(snapshot, options);
  if (answer.ok() && cache != nullptr) cache->Keep(std::move(compiled));
  return answer;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Compiled>> Compile(
    absl::string_view text, const QueryOptions& options) {
  FOOTFALL_RETURN_IF_ERROR(CheckLength(text, options.limits));
  Parser parser(text, options);
  FOOTFALL_ASSIGN_OR_RETURN(std::optional<Statement> statement, parser.Next());
  if (!statement.has_value()) return Refuse(Refusal::kNoStatement, text, {});
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<Statement> second,
                            parser.Next());
  if (second.has_value()) {
    return Refuse(Refusal::kOneStatement, text, second->source);
  }
  return CompileReading(text, *std::move(statement), options.limits);
}

absl::StatusOr<std::shared_ptr<const Compiled>> Compile(
    const Statement& statement, const QueryOptions& options) {
  FOOTFALL_RETURN_IF_ERROR(CheckTree(statement, options.limits));
  const std::string text = Print(statement);
  FOOTFALL_ASSIGN_OR_RETURN(Statement parsed,
                            ParsePrinted(statement, text, options));
  return CompileReading(text, std::move(parsed), options.limits);
}

}  // namespace query

absl::StatusOr<Answer> Query(const Snapshot& snapshot, absl::string_view text,
                             const QueryOptions& options) {
  return Guarded([&]() -> absl::StatusOr<Answer> {
    FOOTFALL_RETURN_IF_ERROR(query::CheckLength(text, options.limits));
    query::PlanCache* const cache = query::PlanCache::Of(snapshot);
    if (cache != nullptr) {
      const auto kept = cache->Find(text, options.limits);
      if (kept != nullptr) return kept->Run(snapshot, options);
    }
    FOOTFALL_ASSIGN_OR_RETURN(auto compiled, query::Compile(text, options));
    return query::RunAndKeep(snapshot, cache, std::move(compiled), options);
  });
}

absl::StatusOr<Answer> Query(const Snapshot& snapshot,
                             const Statement& statement,
                             const QueryOptions& options) {
  return Guarded([&]() -> absl::StatusOr<Answer> {
    FOOTFALL_ASSIGN_OR_RETURN(const auto compiled,
                              query::Compile(statement, options));
    return compiled->Run(snapshot, options);
  });
}

}  // namespace footfall
