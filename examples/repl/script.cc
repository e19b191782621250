#include "examples/repl/script.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace footfall::repl {

namespace {

size_t LineEnd(absl::string_view text, size_t from) {
  return std::min(text.find('\n', from), text.size());
}

// The byte after the text in quotes that starts at `begin`; its line's end
// where it is not closed.
size_t SkipQuoted(absl::string_view text, size_t begin, bool* closed) {
  const size_t line_end = LineEnd(text, begin);
  const size_t quote = text.find(text[begin], begin + 1);
  *closed = quote < line_end;
  return *closed ? quote + 1 : line_end;
}

bool IsComment(absl::string_view text, size_t at) {
  return text.substr(at, 2) == "--";
}

// As far as the first `;`, or all.
ScriptState Scan(absl::string_view text, bool first_alone) {
  // A doubled quote inside a text reads as two texts side by side, which ends
  // at the same place.
  ScriptState state;
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (IsComment(text, at)) {
      at = LineEnd(text, at);
    } else if (c == '\'' || c == '"') {
      bool closed = false;
      at = SkipQuoted(text, at, &closed);
      state.statement_open = true;
      state.quote_broken = state.quote_broken || !closed;
    } else {
      ++at;
      if (c == ';') {
        state = ScriptState{.closed = at};
        if (first_alone) return state;
      } else if (!absl::ascii_isspace(static_cast<unsigned char>(c))) {
        state.statement_open = true;
      }
    }
  }
  return state;
}

}  // namespace

ScriptState ScanScript(absl::string_view text) {
  return Scan(text, /*first_alone=*/false);
}

size_t FirstStatementEnd(absl::string_view text) {
  const ScriptState state = Scan(text, /*first_alone=*/true);
  return state.closed > 0 ? state.closed : text.size();
}

std::string OneLine(absl::string_view text) {
  std::string line;
  const auto add_blank = [&line] {
    if (!line.empty() && line.back() != ' ') line.push_back(' ');
  };
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (IsComment(text, at)) {
      at = LineEnd(text, at);
    } else if (c == '\'' || c == '"') {
      bool closed = false;
      const size_t end = SkipQuoted(text, at, &closed);
      absl::StrAppend(&line, text.substr(at, end - at));
      at = end;
    } else {
      ++at;
      if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
        add_blank();
      } else {
        line.push_back(c);
      }
    }
  }
  return std::string(absl::StripAsciiWhitespace(line));
}

std::vector<ScriptPart> SplitScript(absl::string_view text) {
  std::vector<ScriptPart> parts;
  size_t statements_begin = 0;
  const auto add_statements = [&](size_t end) {
    if (end > statements_begin) parts.push_back({false, statements_begin, end});
  };
  size_t open_begin = 0;  // after the last `;` or command
  size_t line = 0;
  while (line < text.size()) {
    const size_t line_end = LineEnd(text, line);
    size_t first = line;
    while (first < line_end && (text[first] == ' ' || text[first] == '\t')) {
      ++first;
    }
    if (first < line_end && text[first] == '.') {
      const ScriptState before =
          ScanScript(text.substr(open_begin, line - open_begin));
      if (!before.statement_open) {
        add_statements(line);
        parts.push_back({true, first, line_end});
        statements_begin = std::min(line_end + 1, text.size());
        open_begin = statements_begin;
      } else {
        open_begin += before.closed;
      }
    }
    line = line_end + 1;
  }
  add_statements(text.size());
  return parts;
}

}  // namespace footfall::repl
