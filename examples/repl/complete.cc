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
#include "examples/repl/commands.h"
#include "examples/repl/script.h"
#include "footfall/functions.h"

namespace footfall::repl {

namespace {

using Strings = std::vector<std::string>;
using Words = std::vector<absl::string_view>;

// Lists more than a screen holds help nobody.
constexpr size_t kMaxCandidates = 1000;

const Words& Statements() {
  static const auto* const words =
      new Words{"ADD EVENT",     "ALIAS",   "ALTER METRIC", "COMPACT",
                "DEFINE METRIC", "DELETE",  "DROP ALIAS",   "DROP EVENT",
                "DROP METRIC",   "EXPLAIN", "IMPORT",       "INSERT INTO",
                "SELECT",        "SHOW"};
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

// A word, a text in quotes or a single character.
struct Token {
  enum class Type { kWord, kText, kMark };
  Type type = Type::kMark;
  std::string upper;         // a word's, or the mark
  absl::string_view source;  // as written
};

bool IsWordByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         c == '$';
}

// What was typed, up to the word or text that the cursor stands in.
struct Typed {
  std::vector<Token> tokens;
  bool in_text = false;  // the cursor stands inside a text's quotes
  bool in_comment = false;
  absl::string_view prefix;  // of that word or text
};

Typed Tokenize(absl::string_view text) {
  Typed typed;
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      ++at;
    } else if (text.substr(at, 2) == "--") {
      at = std::min(text.find('\n', at), text.size());
      typed.in_comment = at == text.size();
    } else if (c == '\'') {
      size_t end = at + 1;
      while (end < text.size() &&
             (text[end] != '\'' || text.substr(end, 2) == "''")) {
        end += text[end] == '\'' ? 2 : 1;
      }
      if (end >= text.size()) {
        typed.in_text = true;
        typed.prefix = text.substr(at + 1);
        return typed;
      }
      typed.tokens.push_back(
          {Token::Type::kText, "", text.substr(at + 1, end - at - 1)});
      at = end + 1;
    } else if (IsWordByte(c)) {
      size_t end = at;
      while (end < text.size() && IsWordByte(text[end])) ++end;
      const absl::string_view word = text.substr(at, end - at);
      if (end == text.size()) {
        typed.prefix = word;
        return typed;
      }
      typed.tokens.push_back(
          {Token::Type::kWord, absl::AsciiStrToUpper(word), word});
      at = end;
    } else {
      typed.tokens.push_back(
          {Token::Type::kMark, std::string(1, c), text.substr(at, 1)});
      ++at;
    }
  }
  typed.prefix = text.substr(text.size());
  return typed;
}

std::vector<std::shared_ptr<const Metric>> MetricsOf(const Snapshot* snapshot) {
  if (snapshot == nullptr) return {};
  return snapshot->Metrics();
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
  void AddName(absl::string_view name, absl::string_view end) {
    if (!absl::StartsWith(name, typed_.prefix)) return;
    if (completion_.candidates.size() >= kMaxCandidates) return;
    completion_.candidates.push_back(absl::StrCat(name, end));
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
  // Of the metrics that the statement names, else of all.
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
    } else if (Before(back + 1) == "ALIAS") {
      // ALIAS app 'old, DROP ALIAS app 'old
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
    if (last == "IMPORT" || last == "REJECTS") {
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

  // Whether a function's parenthesis is open.
  bool InsideCall() const {
    int open = 0;
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
    AddKeywords(
        {"ALIASES", "EVENTS", "MEMBERS OF", "METRICS", "RETENTION", "SERIES"});
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
  if (last == "SET" || last == ",") {
    AddKeywords({"KEEP", "LATE", "OVER TIME", "UNIT"});
    AddDimensions();
  } else if (last == "KEEP") {
    AddKeywords({"FOREVER"});
  } else if (Before(2) == "KEEP") {
    AddUnits();
  } else if (Before(2) == "METRIC") {
    AddKeywords({"RENAME TO", "SET"});
  } else if (Before(2) == "SET" || Before(2) == ",") {
    AddKeywords({"ADDS", "LEVEL", "OVERLAPS"});
  }
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
      (last == "METRIC" && (Before(2) == "DROP" || Before(2) == "ALTER"))) {
    AddMetrics();
    return;
  }
  if (Began("IMPORT") || Began("INSERT") || Began("DEFINE")) {
    if (last == "(" || last == ",") {
      AddKeywords({"TIME", "VALUE"});
      AddDimensions();
    } else if (last == "EVERY") {
      AddUnits();
    } else if (Began("IMPORT")) {
      AddKeywords({"INTO", "REJECTS", "IN ZONE", "AS", "EMPTY"});
    } else if (Began("INSERT")) {
      AddKeywords({"VALUES"});
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
  if (Began("ADD") || Began("ALIAS") || Began("DROP")) {
    if (last == "FOR" || last == "ALIAS" || last == ",") {
      AddDimensions();
    } else if (Began("ADD")) {
      AddKeywords({"EVENT", "FOR", "NOTE", "ON", "SOURCE"});
    } else if (Began("ALIAS")) {
      AddKeywords({"FROM"});
    } else {
      AddKeywords({"ALIAS", "EVENT", "METRIC", "ON"});
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
  } else if (clause == "EVERY" &&
             (last == "EVERY" || (after_number && Before(2) == "EVERY"))) {
    AddUnits();
  } else if (last == "FILL") {
    for (const absl::string_view mode :
         {"linear", "none", "null", "previous", "zero"}) {
      AddName(mode, " ");
    }
  } else if (last == "ON" && Before(2) == "ALIGN") {
    completion_.candidates.emplace_back("event(");
  } else if (clause == "DURING" && last == "DURING") {
    AddKeywords({"LAST"});
  } else if (clause == "DURING" && after_number && Before(2) == "LAST") {
    AddUnits();
  } else if (expects_operand) {
    if (clause == "ORDER") {
      AddKeywords({"TIME"});
      AddDimensions();
    }
    AddExpressions();
  } else {
    if (InsideCall()) {
      AddKeywords({"ACROSS", "EVERY", "WITHIN"});
      return;
    }
    if (clause == "WHERE") AddKeywords({"AND", "IN", "LIKE", "NOT"});
    if (clause == "HAVING") AddKeywords({"AND"});
    if (clause == "SELECT") AddKeywords({"AS"});
    if (clause == "ORDER") AddKeywords({"ASC", "DESC"});
    if (clause == "EVERY") {
      AddKeywords({Before(2) == "FILL" ? "MAX" : "FILL"});
    }
    if (clause == "TOP") AddKeywords({"OTHERS"});
    if (clause == "DURING") AddKeywords({"COMPLETE"});
    if (Began("DELETE")) {
      AddKeywords({"DURING", "WHERE"});
    } else {
      AddKeywords(Clauses());
    }
  }
}

// `.mode j`: the command's name, or its argument.
Completion CompleteCommand(const Snapshot* snapshot, absl::string_view line) {
  const Strings words = absl::StrSplit(line, absl::ByAnyChar(" \t"));
  const std::string& begun = words.back();
  Completion completion;
  completion.replaced_bytes = begun.size();
  const auto add = [&](absl::string_view word) {
    if (!absl::StartsWith(word, begun)) return;
    completion.candidates.emplace_back(word);
  };
  if (words.size() == 1) {
    for (const Commands::Entry& entry : Commands::All()) {
      add(entry.arguments.empty() ? std::string(entry.name)
                                  : absl::StrCat(entry.name, " "));
    }
  } else if (words.size() == 2) {
    for (const Commands::Entry& entry : Commands::All()) {
      if (words[0] != entry.name) continue;
      switch (entry.word) {
        case CommandWord::kNothing:
          break;
        case CommandWord::kMetric:
          for (const auto& metric : MetricsOf(snapshot)) {
            add(metric->spec.name);
          }
          break;
        case CommandWord::kDimension:
          for (const auto& metric : MetricsOf(snapshot)) {
            for (const Dimension& dimension : metric->spec.dimensions) {
              add(dimension.name);
            }
          }
          break;
        case CommandWord::kMode:
          for (const absl::string_view word : ModeNames()) {
            add(word);
          }
          break;
        case CommandWord::kFormat:
          for (const absl::string_view word : {"raw", "si", "wan"}) add(word);
          break;
        case CommandWord::kOnOff:
          for (const absl::string_view word : {"on", "off"}) add(word);
          break;
        case CommandWord::kFile:
          return Complete(snapshot, absl::StrCat("IMPORT '", begun));
      }
    }
  }
  Strings& candidates = completion.candidates;
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()),
                   candidates.end());
  return completion;
}

}  // namespace

Completion Complete(const Snapshot* snapshot, absl::string_view text) {
  text = text.substr(ScanScript(text).closed);
  const absl::string_view line = absl::StripLeadingAsciiWhitespace(text);
  if (!line.empty() && line[0] == '.') return CompleteCommand(snapshot, line);
  return Completer(snapshot, Tokenize(text)).Run();
}

}  // namespace footfall::repl
