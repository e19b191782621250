#include "examples/repl/complete.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "examples/repl/complete_command.h"
#include "examples/repl/script.h"
#include "examples/repl/typed_text.h"
#include "footfall/functions.h"

namespace footfall::repl {

namespace {

using Strings = std::vector<std::string>;
using Words = std::vector<absl::string_view>;

// Lists more than a screen holds help nobody.
constexpr size_t kMaxCandidates = 1000;

const Words& Statements() {
  static const auto* const words = new Words{
      "ADD EVENT",      "ALIAS",         "ALTER METRIC", "ATTRIBUTE",
      "COMPACT",        "DEFINE METRIC", "DELETE",       "DROP ALIAS",
      "DROP ATTRIBUTE", "DROP EVENT",    "DROP METRIC",  "EXPLAIN",
      "EXPORT",         "EXPORT METRIC", "IMPORT",       "INSERT INTO",
      "SELECT",         "SHOW"};
  return *words;
}

const Words& Clauses() {
  static const auto* const words =
      new Words{"ALIGN ON", "BY",    "DURING",   "EVERY", "HAVING",
                "IN ZONE",  "LIMIT", "ORDER BY", "TOP",   "WHERE"};
  return *words;
}

const Words& Units() {
  static const auto* const words = new Words{
      "day", "hour", "minute", "month", "quarter", "second", "week", "year"};
  return *words;
}

class Completer {
 public:
  Completer(const Snapshot* snapshot, Typed typed)
      : snapshot_(snapshot), typed_(std::move(typed)) {}

  Completion Run() {
    completion_.replaced_bytes = typed_.prefix.size();
    if (typed_.in_comment) return completion_;
    if (typed_.in_text) {
      AddTexts();
    } else {
      AddWords();
    }
    Strings& candidates = completion_.candidates;
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()),
                     candidates.end());
    return completion_;
  }

 private:
  const std::vector<Token>& tokens() const { return typed_.tokens; }

  // The token `back` places before the cursor, upper case; "" before the first.
  absl::string_view Before(size_t back) const {
    return back <= tokens().size()
               ? absl::string_view(tokens()[tokens().size() - back].upper)
               : "";
  }
  // The same as it was written.
  absl::string_view SourceBefore(size_t back) const {
    return back <= tokens().size() ? tokens()[tokens().size() - back].source
                                   : "";
  }
  bool Began(absl::string_view word) const {
    return !tokens().empty() && tokens()[0].upper == word;
  }

  // Keywords follow the case of what was begun.
  void AddKeywords(const Words& words) {
    const bool lower =
        std::any_of(typed_.prefix.begin(), typed_.prefix.end(), [](char c) {
          return absl::ascii_islower(static_cast<unsigned char>(c));
        });
    for (const absl::string_view word : words) {
      if (!absl::StartsWithIgnoreCase(word, typed_.prefix)) continue;
      std::string text =
          lower ? absl::AsciiStrToLower(word) : absl::AsciiStrToUpper(word);
      if (text.back() != '(') text.push_back(' ');
      completion_.candidates.push_back(std::move(text));
    }
  }
  void AddUnits() {
    for (const absl::string_view unit : Units()) AddName(unit, " ");
  }
  void AddWeekdays() {
    for (int day = 0; day < 7; ++day) {
      AddName(WeekdayName(static_cast<absl::Weekday>(day)), " ");
    }
  }
  // EVERY week, EVERY 2 years: whether FROM may follow.
  bool TakesFrom() const {
    if (Before(2) != "EVERY" && Before(3) != "EVERY") return false;
    const std::optional<Unit> unit = ParseUnit(Before(1));
    return unit.has_value() && *unit >= Unit::kWeek && *unit != Unit::kMonth;
  }
  void AddName(absl::string_view name, absl::string_view end) {
    if (!absl::StartsWith(name, typed_.prefix)) return;
    if (completion_.candidates.size() >= kMaxCandidates) return;
    completion_.candidates.push_back(absl::StrCat(name, end));
  }
  // KEEP FOREVER, KEEP 90 days, KEEP minutes 30 days, hours FOREVER: whether
  // the cursor stands in that, and after which of its words.
  bool AddAfterKeep() {
    const auto is_number = [](absl::string_view word) {
      return !word.empty() &&
             absl::ascii_isdigit(static_cast<unsigned char>(word[0]));
    };
    const auto is_unit = [](absl::string_view word) {
      return ParseUnit(absl::AsciiStrToLower(word)).has_value();
    };
    // Back to KEEP, over what may stand behind it.
    size_t back = 1;
    while (is_number(Before(back)) || is_unit(Before(back)) ||
           Before(back) == "FOREVER" || Before(back) == ",") {
      ++back;
    }
    if (Before(back) != "KEEP") return false;
    const absl::string_view last = Before(1);
    // Grids are named where the first word, or number and word, is not all.
    const bool begins = last == "KEEP" || last == ",";
    if (last == "KEEP") AddKeywords({"FOREVER"});
    if (begins || is_number(last)) AddUnits();
    if (begins) return last == "KEEP";  // other changes of ALTER come as well
    if (is_unit(last) && !is_number(Before(2))) AddKeywords({"FOREVER"});
    const bool of_count = is_unit(last) && is_number(Before(2));
    if (of_count && (Before(3) == "KEEP" || Before(3) == ",")) {
      AddKeywords({"FOREVER"});  // KEEP 15 minutes FOREVER, ..
    }
    return is_number(last) || (is_unit(last) && !of_count);
  }
  void AddMetrics() {
    for (const auto& metric : MetricsOf(snapshot_)) {
      AddName(metric->spec.name, "");
    }
  }
  // What may begin an operand.
  void AddExpressions() {
    std::vector<std::string> names;
    for (const FunctionInfo& function : Functions()) {
      if (absl::StartsWithIgnoreCase(function.name, typed_.prefix)) {
        names.push_back(absl::StrCat(function.name, "("));
      }
    }
    std::sort(names.begin(), names.end());
    completion_.candidates.insert(completion_.candidates.end(), names.begin(),
                                  names.end());
    AddMetrics();
  }
  void AddAttributesOf(const Metric& metric) {
    if (snapshot_ == nullptr) return;
    const std::string* last = nullptr;  // they are in order of their names
    for (const auto& attribute : snapshot_->Attributes()) {
      if (last != nullptr && *last == attribute->name) continue;
      last = &attribute->name;
      if (metric.FindDimension(attribute->dimension).has_value()) {
        AddName(attribute->name, "");
      }
    }
  }
  // Of the metrics that the statement names, else of all.
  void AddTimeParts() {
    for (const absl::string_view part :
         {"day(time)", "hour(time)", "month(time)", "quarter(time)",
          "weekday(time)"}) {
      AddName(part, " ");
    }
  }
  void AddDimensions() {
    const auto metrics = MetricsOf(snapshot_);
    const auto is_named = [&](const Metric& metric) {
      return std::any_of(
          tokens().begin(), tokens().end(), [&](const Token& token) {
            return token.type == Token::Type::kWord &&
                   token.source == absl::string_view(metric.spec.name);
          });
    };
    const bool any_named =
        std::any_of(metrics.begin(), metrics.end(),
                    [&](const auto& metric) { return is_named(*metric); });
    for (const auto& metric : metrics) {
      if (any_named && !is_named(*metric)) continue;
      for (const Dimension& dimension : metric->spec.dimensions) {
        AddName(dimension.name, "");
      }
      AddAttributesOf(*metric);
    }
  }

  // The dimension whose member the open text is: `app = '`, `app NOT IN ('x',
  // '`.
  std::optional<std::string> TextDimension() const {
    size_t back = 1;
    const auto is_list = [&] {
      return Before(back) == "," || Before(back) == "(" ||
             (back <= tokens().size() &&
              tokens()[tokens().size() - back].type == Token::Type::kText);
    };
    if (Before(back) == "," || Before(back) == "(") {
      while (back <= tokens().size() && is_list()) ++back;
      if (Before(back) != "IN") return std::nullopt;
      ++back;
    } else if (Before(back) == "=") {
      ++back;
      if (Before(back) == "!") ++back;
    } else if (Before(back) == "LIKE") {
      ++back;
    } else if (Before(back + 1) == "ALIAS" || Before(back + 1) == "ATTRIBUTE") {
      // ALIAS app 'old, DROP ALIAS app 'old, ATTRIBUTE app 'A
    } else {
      return std::nullopt;
    }
    if (Before(back) == "NOT") ++back;
    if (back > tokens().size()) return std::nullopt;
    return std::string(SourceBefore(back));
  }

  bool IsText(size_t back) const {
    return back <= tokens().size() &&
           tokens()[tokens().size() - back].type == Token::Type::kText;
  }

  // Kinds and names of events: event('k', 'n'), ADD EVENT 'k' 'n', and so on.
  // False where the open text is none of them.
  bool AddEventTexts() {
    const auto is_event = [&](size_t back) {
      return Before(back) == "EVENT" || Before(back) == "EVENTS";
    };
    const bool kind = is_event(1) || (Before(1) == "(" && is_event(2));
    const bool name_in_call = Before(1) == "," && IsText(2) &&
                              Before(3) == "(" && Before(4) == "EVENT";
    const bool name = name_in_call || (IsText(1) && Before(2) == "EVENT");
    if (!kind && !name) return false;
    for (const auto& event : snapshot_->Events()) {
      if (name && SourceBefore(name_in_call ? 2 : 1) !=
                      absl::string_view(event->kind)) {
        continue;
      }
      AddName(
          absl::StrReplaceAll(kind ? event->kind : event->name, {{"'", "''"}}),
          "'");
    }
    return true;
  }

  void AddTexts() {
    const absl::string_view last = Before(1);
    if (last == "IMPORT" || last == "REJECTS" ||
        (Began("EXPORT") && last == "TO")) {
      AddFiles();
      return;
    }
    if (snapshot_ == nullptr || AddEventTexts()) return;
    const std::optional<std::string> dimension = TextDimension();
    if (!dimension.has_value()) return;
    const MemberId count = snapshot_->MemberCount(*dimension);
    for (MemberId member = 1; member < count; ++member) {
      AddName(absl::StrReplaceAll(snapshot_->MemberName(*dimension, member),
                                  {{"'", "''"}}),
              "'");
    }
  }

  void AddFiles();

  // EXPORT (SELECT ..: whether the cursor stands in the question.
  bool QuestionIsOpen() const {
    if (tokens().size() < 3 || tokens()[1].upper != "(") return false;
    int open = 0;
    for (const Token& token : tokens()) {
      if (token.type != Token::Type::kMark) continue;
      if (token.upper == "(") ++open;
      if (token.upper == ")") --open;
    }
    return open > 0;
  }

  // Whether a function's parenthesis is open.
  bool InsideCall() const {
    // EXPORT's own parenthesis is none.
    int open =
        Began("EXPORT") && tokens().size() > 2 && tokens()[2].upper == "SELECT"
            ? -1
            : 0;
    for (const Token& token : tokens()) {
      if (token.type != Token::Type::kMark) continue;
      if (token.upper == "(") ++open;
      if (token.upper == ")") --open;
    }
    return open > 0;
  }

  // The word that rules the place of the cursor: a clause's, or a statement's.
  absl::string_view Clause() const {
    static constexpr std::array<absl::string_view, 12> kRuling = {
        "SELECT", "WHERE", "BY",    "DURING", "EVERY",  "HAVING",
        "TOP",    "LIMIT", "ORDER", "AND",    "ACROSS", "WITHIN"};
    for (size_t back = 1; back <= tokens().size(); ++back) {
      const absl::string_view word = Before(back);
      if (std::find(kRuling.begin(), kRuling.end(), word) == kRuling.end()) {
        continue;
      }
      if (word == "BY" && Before(back + 1) == "ORDER") return "ORDER";
      if (word == "AND") continue;  // WHERE's or HAVING's
      return word;
    }
    return "";
  }

  void AddWords();
  void AddAfterShow();
  void AddAfterAlter();
  void AddAfterImport();
  // False inside the question that is exported, which is completed as any.
  bool AddAfterExport();

  const Snapshot* const snapshot_;  // null: there is no database yet
  const Typed typed_;
  Completion completion_;
};

// Files whose name continues the text.
void Completer::AddFiles() {
  const size_t slash = typed_.prefix.rfind('/');
  const std::string folder(slash == absl::string_view::npos
                               ? ""
                               : typed_.prefix.substr(0, slash + 1));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(
           folder.empty() ? "." : folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.empty() || name[0] == '.') continue;
    std::error_code ignored;
    AddName(absl::StrCat(folder, name), entry.is_directory(ignored) ? "/" : "");
  }
}

void Completer::AddAfterShow() {
  const absl::string_view last = Before(1);
  if (last == "SHOW") {
    AddKeywords({"ALIASES", "ATTRIBUTES", "EVENTS", "MEMBERS OF", "METRICS",
                 "RETENTION", "SERIES"});
  } else if (last == "MEMBERS") {
    AddKeywords({"OF"});
  } else if (last == "SERIES") {
    AddMetrics();
  } else if (last == "OF" || last == "WHERE" || last == "AND") {
    AddDimensions();
  } else {
    AddKeywords({"WHERE"});
    if (tokens().size() > 1 && tokens()[1].upper == "EVENTS") {
      AddKeywords({"DURING"});
    }
  }
}

void Completer::AddAfterAlter() {
  const absl::string_view last = Before(1);
  if (AddAfterKeep()) return;
  if (last == "SET" || last == ",") {
    AddKeywords({"KEEP", "LATE", "OVER TIME", "UNIT"});
    AddDimensions();
  } else if (Before(2) == "METRIC") {
    AddKeywords({"RENAME TO", "SET"});
  } else if (Before(2) == "SET" || Before(2) == ",") {
    AddKeywords({"ADDS", "LEVEL", "OVERLAPS"});
  }
}

void Completer::AddAfterImport() {
  const absl::string_view last = Before(1);
  const bool events =
      std::any_of(tokens().begin(), tokens().end(),
                  [](const Token& token) { return token.upper == "EVENTS"; });
  if (InsideCall()) {
    // The columns, or a list of texts or headers within or behind them.
    const bool of_columns = Clause() != "WHERE";
    if (last == "VALUES") {
      AddKeywords({"OF"});
    } else if (!of_columns) {
      return;
    } else if (last == "(" || last == ",") {
      if (events) {
        AddKeywords({"TIME", "KIND", "NAME", "FOR", "NOTE", "SOURCE"});
      } else {
        AddKeywords({"TIME", "VALUE", "VALUES OF"});
        AddDimensions();
      }
    } else if (last == "AS" || last == "FOR") {
      AddDimensions();
    } else if (last == "*") {
      AddKeywords({"AS", "EXCEPT"});
    } else {
      AddKeywords({"AS", "EMPTY", "FOLD CASE", "INTO", "TRIM"});
    }
  } else if (last == "DUPLICATES") {
    AddKeywords({"FIRST", "LAST", "MAX", "REFUSE", "SUM"});
  } else if (tokens().size() > 1) {
    AddKeywords({"DECIMAL", "DELIMITER", "DUPLICATES", "ENCODING", "FORMAT",
                 "IN ZONE", "INTO", "NULL", "QUOTE", "REJECTS", "SKIP",
                 "THOUSANDS", "WHERE"});
  }
}

bool Completer::AddAfterExport() {
  const absl::string_view last = Before(1);
  if (last == "EXPORT") {
    AddKeywords({"METRIC"});
    return true;
  }
  if (tokens().size() == 2 && last == "(") {
    AddKeywords({"SELECT"});
    return true;
  }
  // SELECT's parenthesis is open.
  if (QuestionIsOpen()) return false;
  if (last == "FORMAT") {
    for (const absl::string_view format : {"csv", "jsonl", "tsv"}) {
      AddName(format, "");
    }
  } else if (IsText(1)) {
    if (tokens()[1].upper != "METRIC") AddKeywords({"FORMAT"});
  } else {
    AddKeywords({"TO"});
  }
  return true;
}

void Completer::AddWords() {
  const absl::string_view last = Before(1);
  if (tokens().empty()) {
    AddKeywords(Statements());
    return;
  }
  if (last == "EXPLAIN") {
    AddKeywords({"ALTER METRIC", "ANALYZE", "DELETE", "SELECT"});
    return;
  }
  if (last == "ANALYZE" && Before(2) == "EXPLAIN") {
    AddKeywords({"SELECT"});
    return;
  }
  if (Began("SHOW")) {
    AddAfterShow();
    return;
  }
  if (last == "INTO" || last == "DELETE" || last == "COMPACT" ||
      (last == "METRIC" && (Before(2) == "DROP" || Before(2) == "ALTER" ||
                            Before(2) == "EXPORT"))) {
    AddMetrics();
    // IMPORT 'releases.csv' INTO
    if (last == "INTO" && Began("IMPORT") && !InsideCall()) {
      AddKeywords({"EVENTS"});
    }
    return;
  }
  if (Began("IMPORT")) {
    AddAfterImport();
    return;
  }
  if (Began("EXPORT") && AddAfterExport()) return;
  if (Began("INSERT")) {
    if (last == "(" || last == ",") {
      AddKeywords({"TIME", "VALUE"});
      AddDimensions();
    } else {
      AddKeywords({"VALUES"});
    }
    return;
  }
  if (Began("DEFINE")) {
    if (AddAfterKeep()) return;
    if (last == "EVERY") {
      AddUnits();
    } else if (last == "WEEK" || last == "WEEKS") {
      AddKeywords({"FROM", "OVER TIME"});
    } else if (last == "FROM") {
      AddWeekdays();
    } else if (last == "(" || last == ",") {
      AddDimensions();
    } else {
      AddKeywords({"INTEGER", "DECIMAL", "UNIT", "EVERY", "OVER TIME", "ADDS",
                   "OVERLAPS", "LEVEL", "BY", "IN ZONE", "KEEP", "LATE"});
    }
    return;
  }
  if (Began("ALTER") || (Began("EXPLAIN") && tokens()[1].upper == "ALTER")) {
    AddAfterAlter();
    return;
  }
  if (Began("ADD") || Began("ALIAS") || Began("ATTRIBUTE") || Began("DROP")) {
    if (last == "FOR" || last == "ALIAS" || last == "ATTRIBUTE" ||
        last == ",") {
      AddDimensions();
    } else if (Began("ADD")) {
      AddKeywords({"EVENT", "FOR", "NOTE", "ON", "SOURCE"});
    } else if (Began("ALIAS") || Began("ATTRIBUTE")) {
      AddKeywords({"FROM"});
    } else {
      AddKeywords({"ALIAS", "ATTRIBUTE", "EVENT", "METRIC", "ON"});
    }
    return;
  }
  const absl::string_view clause = Clause();
  const bool expects_operand =
      last == "(" || last == "," || last == "+" || last == "-" || last == "*" ||
      last == "/" || last == clause || last == "AND" || last == "BY" ||
      last == "<" || last == ">" || last == "=";
  const bool after_number =
      !last.empty() && absl::ascii_isdigit(static_cast<unsigned char>(last[0]));
  if (last == "{" || (clause == "WHERE" && expects_operand) ||
      (clause == "BY" && expects_operand) || clause == "ACROSS" ||
      clause == "WITHIN") {
    AddDimensions();
    if (clause != "ACROSS" && !Began("DELETE") && !Began("SHOW")) {
      AddTimeParts();
    }
    if (last == "WITHIN" && InsideCall()) AddKeywords({"ALL"});
  } else if (clause == "EVERY" &&
             (last == "EVERY" || (after_number && Before(2) == "EVERY"))) {
    AddUnits();
  } else if (last == "FROM" && ParseUnit(Before(2)) == Unit::kWeek) {
    AddWeekdays();
  } else if (last == "FILL") {
    for (const absl::string_view mode :
         {"linear", "none", "null", "previous", "zero"}) {
      AddName(mode, " ");
    }
  } else if (last == "ON" && Before(2) == "ALIGN") {
    AddKeywords({"EACH"});
    AddName("event", "(");
    AddName("first_time", "(");
  } else if (last == "EACH" && Before(2) == "ON") {
    AddName("event", "(");
  } else if (clause == "DURING" && last == "DURING") {
    AddKeywords({"LAST"});
  } else if (clause == "DURING" && after_number && Before(2) == "LAST") {
    AddUnits();
  } else if (InsideCall() && last == "OVER") {
    AddUnits();
  } else if (InsideCall() && after_number && Before(2) == "OVER") {
    AddUnits();
  } else if (InsideCall() && Before(2) == "OVER") {
    AddKeywords({"TO DATE"});
  } else if (expects_operand) {
    if (clause == "ORDER") {
      AddKeywords({"TIME"});
      AddDimensions();
    }
    AddExpressions();
  } else {
    if (TakesFrom()) AddKeywords({"FROM"});
    if (InsideCall()) {
      AddKeywords({"ACROSS", "EVERY", "OVER", "WITHIN"});
      return;
    }
    if (clause == "WHERE") AddKeywords({"AND", "IN", "LIKE", "NOT"});
    if (clause == "HAVING") {
      AddKeywords({"AND", "IS MISSING", "IS NOT MISSING"});
    }
    if (clause == "SELECT") AddKeywords({"AS"});
    if (clause == "ORDER") AddKeywords({"ASC", "DESC"});
    if (clause == "EVERY") {
      AddKeywords({Before(2) == "FILL" ? "MAX" : "FILL"});
      if (Before(2) == "EVERY" || Before(2) == "FROM") {
        AddKeywords({"TO DATE"});
      }
    }
    if (clause == "BY") AddKeywords({"TOTAL"});
    if (clause == "TOP") AddKeywords({"OTHERS", "WITHIN"});
    if (clause == "DURING") AddKeywords({"COMPLETE", "TO DATE"});
    if (Began("DELETE")) {
      AddKeywords({"DURING", "WHERE"});
    } else {
      AddKeywords(Clauses());
    }
  }
}

}  // namespace

Completion Complete(const Snapshot* snapshot, absl::string_view text) {
  text = text.substr(ScanScript(text).closed);
  const absl::string_view line = absl::StripLeadingAsciiWhitespace(text);
  if (!line.empty() && line[0] == '.') return CompleteCommand(snapshot, line);
  return Completer(snapshot, Tokenize(text)).Run();
}

}  // namespace footfall::repl
