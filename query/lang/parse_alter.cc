// ALTER METRIC, and the clauses that it shares with DEFINE METRIC.

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "query/lang/parser.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// What samples are stored by: it cannot change while they stay.
constexpr absl::string_view kStored[] = {"EVERY", "INTEGER", "DECIMAL", "BY",
                                         "IN",    "ZONE",    "ADD",     "DROP"};

}  // namespace

absl::StatusOr<int32_t> Parser::LateOf() {
  const Source source = Now().source;
  FOOTFALL_ASSIGN_OR_RETURN(const int64_t late, WholeNumber("LATE", 0));
  if (late > kMaxLate) {
    return Fail(Refusal::kCountTooSmall, source,
                {"LATE", absl::StrCat("0 to ", kMaxLate), absl::StrCat(late)});
  }
  return static_cast<int32_t>(late);
}

// A grid and how long it is kept: "minutes 30 days", "15 minutes FOREVER".
bool Parser::AtTier() const {
  const auto is_unit = [](const Token& token) {
    return token.kind == TokenKind::kWord && ParseUnit(token.text).has_value();
  };
  const size_t unit = At(TokenKind::kNumber) ? 1 : 0;
  const Token& behind = Ahead(unit + 1);
  return is_unit(Ahead(unit)) &&
         (behind.kind == TokenKind::kNumber ||
          (behind.kind == TokenKind::kWord &&
           absl::EqualsIgnoreCase(behind.text, "FOREVER")));
}

absl::StatusOr<Parser::KeepClause> Parser::KeepOf() {
  KeepClause clause;
  clause.source = Now().source;
  if (!AtTier()) {
    FOOTFALL_ASSIGN_OR_RETURN(clause.keep, DurationOf());
    return clause;
  }
  FOOTFALL_ASSIGN_OR_RETURN(clause.grid, Bucket("KEEP"));
  FOOTFALL_ASSIGN_OR_RETURN(clause.keep, DurationOf());
  while (AtSymbol(",")) {
    // Behind it may come another change of ALTER METRIC.
    const size_t back = at_;
    Take();
    if (!AtTier()) {
      at_ = back;
      break;
    }
    Tier& tier = clause.tiers.emplace_back();
    FOOTFALL_ASSIGN_OR_RETURN(tier.period, Bucket("KEEP"));
    FOOTFALL_ASSIGN_OR_RETURN(tier.keep, DurationOf());
  }
  return clause;
}

absl::StatusOr<std::optional<Period>> Parser::DurationOf() {
  if (TakeWord("FOREVER")) return std::optional<Period>();
  if (!At(TokenKind::kNumber) && !At(TokenKind::kParameter) && !AtSymbol("-")) {
    return Expected("FOREVER or a number of units after KEEP",
                    "KEEP 90 days, KEEP 2 years");
  }
  const Source source = Now().source;
  FOOTFALL_ASSIGN_OR_RETURN(const int64_t count, WholeNumber("KEEP", 1));
  if (count > kMaxKeep) {
    return Fail(Refusal::kCountTooSmall, source,
                {"KEEP", absl::StrCat("1 to ", kMaxKeep, " units"),
                 absl::StrCat(count)});
  }
  Period keep;
  keep.count = static_cast<int32_t>(count);
  FOOTFALL_ASSIGN_OR_RETURN(keep.unit, UnitWord("KEEP"));
  return std::optional<Period>(keep);
}

absl::Status Parser::ChangeOf(Alter* alter) {
  MetricChanges& changes = alter->changes;
  const Token first = Now();
  const auto twice = [&] {
    return Fail(Refusal::kClauseTwice, first.source, {first.text});
  };
  const auto is_rule = [](const Token& token) {
    return token.kind == TokenKind::kWord &&
           (absl::EqualsIgnoreCase(token.text, "ADDS") ||
            absl::EqualsIgnoreCase(token.text, "OVERLAPS") ||
            absl::EqualsIgnoreCase(token.text, "LEVEL"));
  };
  if (At(TokenKind::kWord) && is_rule(Ahead(1))) {
    Dimension dimension;
    FOOTFALL_ASSIGN_OR_RETURN(dimension.name, NameText("a dimension"));
    for (const Dimension& rule : changes.rules) {
      if (rule.name == dimension.name) return twice();
    }
    FOOTFALL_ASSIGN_OR_RETURN(dimension.rule, Rule(dimension.name));
    changes.rules.push_back(std::move(dimension));
    alter->rules.list.push_back(first.source);
    return absl::OkStatus();
  }
  if (TakeWord("UNIT")) {
    if (changes.unit.has_value()) return twice();
    FOOTFALL_ASSIGN_OR_RETURN(changes.unit, LiteralText("UNIT"));
  } else if (TakeWord("OVER")) {
    if (changes.over_time.has_value()) return twice();
    FOOTFALL_RETURN_IF_ERROR(Require("TIME"));
    FOOTFALL_ASSIGN_OR_RETURN(changes.over_time, Rule("OVER TIME"));
  } else if (TakeWord("LATE")) {
    if (changes.late.has_value()) return twice();
    FOOTFALL_ASSIGN_OR_RETURN(changes.late, LateOf());
  } else if (TakeWord("KEEP")) {
    if (changes.keep.has_value()) return twice();
    FOOTFALL_ASSIGN_OR_RETURN(KeepClause clause, KeepOf());
    changes.keep = clause.keep;
    changes.tiers = std::move(clause.tiers);
    if (!changes.tiers.empty()) alter->keep_grid = clause.grid;
    alter->keep = clause.source;
  } else {
    for (const absl::string_view word : kStored) {
      if (AtWord(word)) {
        return Fail(Refusal::kAlterStored, first.source,
                    {first.text, alter->metric.name});
      }
    }
    return Expected(
        "UNIT, OVER TIME, LATE, KEEP or a dimension with its rule",
        absl::StrCat("ALTER METRIC ", alter->metric.name,
                     " SET UNIT 'users', OVER TIME OVERLAPS, region ADDS, "
                     "LATE 3, KEEP 90 days"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Alter> Parser::AlterOf() {
  Alter alter;
  FOOTFALL_RETURN_IF_ERROR(
      Require("METRIC", AtWord("TABLE")
                            ? absl::StrCat("write ALTER METRIC ", Ahead(1).text)
                            : "ALTER METRIC dau SET KEEP 90 days"));
  FOOTFALL_ASSIGN_OR_RETURN(alter.metric,
                            DimensionName("a metric after ALTER METRIC"));
  const bool renames = TakeWord("RENAME");
  if (renames) {
    FOOTFALL_RETURN_IF_ERROR(Require("TO"));
    alter.renamed = Now().source;
    FOOTFALL_ASSIGN_OR_RETURN(alter.changes.name,
                              NameText("a name after RENAME TO"));
  }
  if (TakeWord("SET")) {
    do {
      FOOTFALL_RETURN_IF_ERROR(ChangeOf(&alter));
    } while (TakeSymbol(","));
    return alter;
  }
  for (const absl::string_view word : kStored) {
    if (!AtWord(word)) continue;
    return Fail(Refusal::kAlterStored, Now().source,
                {Now().text, alter.metric.name});
  }
  if (!renames) {
    return Expected("SET or RENAME TO",
                    absl::StrCat("ALTER METRIC ", alter.metric.name,
                                 " SET KEEP 90 days; ALTER METRIC ",
                                 alter.metric.name, " RENAME TO users"));
  }
  return alter;
}

}  // namespace footfall::query
