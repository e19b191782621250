// EXPORT: a question's answer, or a metric's samples, into a file.

#include "query/lang/parser.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

constexpr size_t kMaxPathBytes = 4096;

}  // namespace

absl::StatusOr<Export> Parser::ExportOf() {
  Export exported;
  if (TakeWord("METRIC")) {
    FOOTFALL_ASSIGN_OR_RETURN(exported.metric,
                              DimensionName("a metric after EXPORT METRIC"));
  } else if (TakeSymbol("(")) {
    FOOTFALL_RETURN_IF_ERROR(
        Require("SELECT", "EXPORT (SELECT dau BY app) TO 'dau.csv'"));
    in_export_ = true;
    FOOTFALL_ASSIGN_OR_RETURN(exported.question, SelectOf());
    in_export_ = false;
    FOOTFALL_RETURN_IF_ERROR(Require(")"));
  } else {
    return Expected("METRIC or a question in parentheses after EXPORT",
                    "EXPORT METRIC dau TO 'dau.csv.gz'; EXPORT (SELECT dau BY "
                    "app) TO 'dau.csv'");
  }
  FOOTFALL_RETURN_IF_ERROR(Require("TO"));
  exported.path_source = Now().source;
  FOOTFALL_ASSIGN_OR_RETURN(
      exported.path,
      TextOrParameter("the path of a file, a text", kMaxPathBytes));
  if (exported.question.has_value() && TakeWord("FORMAT")) {
    if (TakeWord("csv")) {
      exported.format = Export::Format::kCsv;
    } else if (TakeWord("tsv")) {
      exported.format = Export::Format::kTsv;
    } else if (TakeWord("jsonl")) {
      exported.format = Export::Format::kJsonLines;
    } else {
      return Expected("csv, tsv or jsonl after FORMAT");
    }
  }
  return exported;
}

}  // namespace footfall::query
