// Query(): one statement that reads.

#include "footfall/query.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "query/exec/select.h"
#include "query/lang/diagnostic.h"
#include "query/lang/parser.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/lang/tree.h"
#include "query/plan/parameters.h"
#include "query/run/run.h"
#include "query/run/show.h"

namespace footfall {
namespace query {

absl::StatusOr<std::shared_ptr<const Snapshot>> CurrentSnapshot(
    const Database& database) {
  std::shared_ptr<const Snapshot> snapshot = database.TakeSnapshot();
  if (snapshot == nullptr) {
    return absl::FailedPreconditionError("the database is closed");
  }
  return snapshot;
}

bool Reads(const Statement& statement) {
  return std::holds_alternative<Select>(statement.node) ||
         std::holds_alternative<Show>(statement.node);
}

absl::StatusOr<Answer> RunReading(const Snapshot& snapshot,
                                  const Statement& statement,
                                  absl::string_view text,
                                  const QueryOptions& options) {
  FOOTFALL_RETURN_IF_ERROR(snapshot.CheckOpen());
  if (!Reads(statement)) {
    return Refuse(Refusal::kReadsOnly, text, statement.source,
                  {FirstWord(statement)});
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Statement resolved,
                            ResolveParameters(statement, text, options));
  if (const Select* select = std::get_if<Select>(&resolved.node)) {
    absl::StatusOr<Answer> answer =
        RunSelect(snapshot, *select, resolved.explain, text, options);
    // Arithmetic on cells knows no place in a text.
    if (!answer.ok() && RefusalId(answer.status()).empty() &&
        answer.status().code() == absl::StatusCode::kOutOfRange) {
      return Diagnostic(answer.status().code(), text, statement.source,
                        answer.status().message(), "");
    }
    return answer;
  }
  return RunShow(snapshot, std::get<Show>(resolved.node), text, options);
}

absl::StatusOr<Statement> ParsePrinted(const Statement& statement,
                                       absl::string_view text,
                                       QueryLimits limits) {
  limits.max_text_bytes = std::numeric_limits<uint32_t>::max();
  if (text.size() > limits.max_text_bytes) {
    return Refuse(
        Refusal::kTextLimit, "", {},
        {absl::StrCat(text.size()), absl::StrCat(limits.max_text_bytes)});
  }
  Parser parser(text, limits);
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

std::string FirstWord(const Statement& statement) {
  const std::string text = Print(statement);
  return text.substr(0, text.find(' '));
}

}  // namespace query

absl::StatusOr<Answer> Query(const Snapshot& snapshot, absl::string_view text,
                             const QueryOptions& given) {
  return Guarded([&]() -> absl::StatusOr<Answer> {
    using query::Refusal;
    const QueryOptions options = query::WithNow(given);
    if (text.size() > options.limits.max_text_bytes) {
      return query::Refuse(Refusal::kTextLimit, "", {},
                           {absl::StrCat(text.size()),
                            absl::StrCat(options.limits.max_text_bytes)});
    }
    query::Parser parser(text, options.limits);
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<Statement> statement,
                              parser.Next());
    if (!statement.has_value()) {
      return query::Refuse(Refusal::kNoStatement, text, {});
    }
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<Statement> second,
                              parser.Next());
    if (second.has_value()) {
      return query::Refuse(Refusal::kOneStatement, text, second->source);
    }
    return query::RunReading(snapshot, *statement, text, options);
  });
}

absl::StatusOr<Answer> Query(const Snapshot& snapshot,
                             const Statement& statement,
                             const QueryOptions& given) {
  return Guarded([&]() -> absl::StatusOr<Answer> {
    const QueryOptions options = query::WithNow(given);
    FOOTFALL_RETURN_IF_ERROR(query::CheckDepth(statement, options.limits));
    const std::string text = Print(statement);
    FOOTFALL_ASSIGN_OR_RETURN(
        const Statement parsed,
        query::ParsePrinted(statement, text, options.limits));
    return query::RunReading(snapshot, parsed, text, options);
  });
}

}  // namespace footfall
