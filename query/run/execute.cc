// Execute(): scripts of any statements, and single trees.

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "footfall/query.h"
#include "query/exec/run.h"
#include "query/lang/look.h"
#include "query/lang/parser.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/lang/tree.h"
#include "query/plan/parameters.h"
#include "query/run/alter.h"
#include "query/run/attributes.h"
#include "query/run/change.h"
#include "query/run/change_names.h"
#include "query/run/compiled.h"
#include "query/run/export.h"
#include "query/run/import.h"
#include "query/run/insert.h"
#include "query/run/plan_cache.h"
#include "query/run/run.h"

namespace footfall {
namespace query {
namespace {

std::string InsertSummary(const WriteResult& result) {
  std::string out =
      absl::StrCat(Counted(result.samples, "sample", "samples"), " written");
  if (result.replaced_in_batch > 0) {
    absl::StrAppend(&out, ", ",
                    Counted(result.replaced_in_batch, "row", "rows"),
                    " replaced by a later one");
  }
  if (result.new_series > 0) {
    absl::StrAppend(&out, ", ",
                    Counted(result.new_series, "new series", "new series"));
  }
  if (result.expired > 0) {
    absl::StrAppend(&out, ", ", Counted(result.expired, "row", "rows"),
                    " left out: older than KEEP");
  }
  return out;
}

// Runs one statement and fills the outcome.
absl::Status RunStatement(Database& database, const Statement& statement,
                          absl::string_view text, const QueryOptions& options,
                          const ExecuteHooks& hooks, Outcome* outcome) {
  if (Reads(statement)) {
    FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
    FOOTFALL_ASSIGN_OR_RETURN(outcome->answer,
                              RunReading(*snapshot, statement, text, options));
    outcome->has_answer = true;
    return absl::OkStatus();
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Statement resolved,
                            ResolveParameters(statement, text, options));
  if (const Define* define = std::get_if<Define>(&resolved.node)) {
    FOOTFALL_ASSIGN_OR_RETURN(outcome->summary,
                              RunDefine(database, *define, text));
  } else if (const Insert* insert = std::get_if<Insert>(&resolved.node)) {
    FOOTFALL_ASSIGN_OR_RETURN(const WriteResult result,
                              RunInsert(database, *insert, text));
    outcome->summary = InsertSummary(result);
  } else if (const Import* import = std::get_if<Import>(&resolved.node)) {
    FOOTFALL_ASSIGN_OR_RETURN(
        ImportOutcome imported,
        RunImport(database, *import, text, options, hooks));
    outcome->summary = std::move(imported.summary);
    outcome->answer.notes = std::move(imported.notes);
  } else if (const Export* exported = std::get_if<Export>(&resolved.node)) {
    FOOTFALL_ASSIGN_OR_RETURN(ExportOutcome written,
                              RunExport(database, *exported, text, options));
    outcome->summary = std::move(written.summary);
    outcome->answer.notes = std::move(written.notes);
  } else if (const Delete* remove = std::get_if<Delete>(&resolved.node)) {
    if (resolved.explain != Statement::Explain::kNo) {
      FOOTFALL_ASSIGN_OR_RETURN(
          outcome->answer, ExplainDelete(database, *remove, text, options));
      outcome->has_answer = true;
      return absl::OkStatus();
    }
    FOOTFALL_ASSIGN_OR_RETURN(outcome->summary,
                              RunDelete(database, *remove, text, options));
  } else if (const Alter* alter = std::get_if<Alter>(&resolved.node)) {
    if (resolved.explain != Statement::Explain::kNo) {
      FOOTFALL_ASSIGN_OR_RETURN(outcome->answer,
                                ExplainAlter(database, *alter, text, options));
      outcome->has_answer = true;
      return absl::OkStatus();
    }
    FOOTFALL_ASSIGN_OR_RETURN(outcome->summary,
                              RunAlter(database, *alter, text, options));
  } else if (const Drop* drop = std::get_if<Drop>(&resolved.node)) {
    FOOTFALL_ASSIGN_OR_RETURN(outcome->summary,
                              RunDrop(database, *drop, text, statement.source));
  } else if (const AddEvent* event = std::get_if<AddEvent>(&resolved.node)) {
    FOOTFALL_ASSIGN_OR_RETURN(
        outcome->summary,
        RunAddEvent(database, *event, text, statement.source));
  } else if (const AddAlias* alias = std::get_if<AddAlias>(&resolved.node)) {
    FOOTFALL_ASSIGN_OR_RETURN(
        outcome->summary,
        RunAddAlias(database, *alias, text, statement.source));
  } else if (const auto* attribute =
                 std::get_if<AddAttribute>(&resolved.node)) {
    FOOTFALL_ASSIGN_OR_RETURN(
        outcome->summary,
        RunAddAttribute(database, *attribute, text, statement.source));
  } else if (const Compact* compact = std::get_if<Compact>(&resolved.node)) {
    FOOTFALL_ASSIGN_OR_RETURN(outcome->summary,
                              RunCompact(database, *compact, text, [&options] {
                                return CheckStop(options);
                              }));
  }
  return absl::OkStatus();
}

// Runs one statement and reports it, unless it is time to stop.
absl::Status RunAndReport(Database& database, const Statement& statement,
                          absl::string_view text, const QueryOptions& options,
                          const ExecuteHooks& hooks) {
  FOOTFALL_RETURN_IF_ERROR(CheckStop(options));
  Outcome outcome;
  outcome.statement = &statement;
  FOOTFALL_RETURN_IF_ERROR(
      RunStatement(database, statement, text, options, hooks, &outcome));
  return hooks.on_outcome ? hooks.on_outcome(outcome) : absl::OkStatus();
}

// A script that is one question: Query() finds it by its text, too.
absl::Status RunQuestion(const Snapshot& snapshot, const Compiled& question,
                         const QueryOptions& options,
                         const ExecuteHooks& hooks) {
  FOOTFALL_RETURN_IF_ERROR(CheckStop(options));
  Outcome outcome;
  outcome.statement = &question.statement();
  FOOTFALL_ASSIGN_OR_RETURN(outcome.answer, question.Run(snapshot, options));
  outcome.has_answer = true;
  return hooks.on_outcome ? hooks.on_outcome(outcome) : absl::OkStatus();
}

absl::Status RunScript(Database& database, absl::string_view text,
                       const QueryOptions& options, const ExecuteHooks& hooks) {
  if (text.size() > std::numeric_limits<uint32_t>::max()) {
    return Refuse(Refusal::kTextLimit, "", {},
                  {absl::StrCat(text.size()),
                   absl::StrCat(std::numeric_limits<uint32_t>::max())});
  }
  const auto snapshot = database.TakeSnapshot();
  PlanCache* const cache = PlanCache::Of(*snapshot);
  if (cache != nullptr) {
    if (const auto kept = cache->Find(text, options.limits)) {
      return RunQuestion(*snapshot, *kept, options, hooks);
    }
  }
  Parser parser(text, options);
  FOOTFALL_ASSIGN_OR_RETURN(std::optional<Statement> statement, parser.Next());
  for (bool first = true; statement.has_value(); first = false) {
    const bool question = first && Reads(*statement);
    absl::StatusOr<std::optional<Statement>> next = std::optional<Statement>();
    if (question) next = parser.Next();
    if (question && next.ok() && !next->has_value()) {
      const auto alone = std::make_shared<const Compiled>(
          text, *std::move(statement), options.limits);
      FOOTFALL_RETURN_IF_ERROR(RunQuestion(*snapshot, *alone, options, hooks));
      if (cache != nullptr) cache->Keep(alone);
      return absl::OkStatus();
    }
    FOOTFALL_RETURN_IF_ERROR(
        RunAndReport(database, *statement, text, options, hooks));
    // What is wrong with the next one is told when this one has run.
    if (!question) next = parser.Next();
    if (!next.ok()) return next.status();
    statement = *std::move(next);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace query

absl::Status Execute(Database& database, absl::string_view text,
                     const QueryOptions& options, const ExecuteHooks& hooks) {
  return Guarded([&] {
    return query::RunScript(database, text, query::WithNow(options), hooks);
  });
}

absl::Status Execute(Database& database, const Statement& statement,
                     const QueryOptions& options, const ExecuteHooks& hooks) {
  return Guarded([&]() -> absl::Status {
    FOOTFALL_RETURN_IF_ERROR(query::CheckTree(statement, options.limits));
    const std::string text = Print(statement);
    FOOTFALL_ASSIGN_OR_RETURN(const Statement parsed,
                              query::ParsePrinted(statement, text, options));
    return query::RunAndReport(database, parsed, text, query::WithNow(options),
                               hooks);
  });
}

}  // namespace footfall
