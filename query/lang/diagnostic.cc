#include "query/lang/diagnostic.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "query/lang/utf8.h"

namespace footfall::query {
namespace {

// Characters shown of a long line, and how many of them before the word.
constexpr size_t kShownCharacters = 110;
constexpr size_t kShownBefore = 50;
constexpr absl::string_view kCut = "...";

// Moves back over `count` characters, not before `begin`.
size_t StepBack(absl::string_view text, size_t begin, size_t end,
                size_t count) {
  size_t at = end;
  while (count > 0 && at > begin) {
    --at;
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte & 0xC0) != 0x80) --count;
  }
  return at;
}

size_t StepOn(absl::string_view text, size_t begin, size_t end, size_t count) {
  size_t at = begin;
  while (count > 0 && at < end) {
    at += FirstCharacter(text.substr(at, end - at)).size;
    --count;
  }
  return at;
}

// Appends text[begin, end) to `line`, and under it, to `carets`, `mark`s.
void Append(absl::string_view text, char mark, std::string* line,
            std::string* carets) {
  while (!text.empty()) {
    const Character c = FirstCharacter(text);
    if (c.code == '\t') {
      line->push_back('\t');
      carets->push_back(mark == ' ' ? '\t' : mark);
    } else if (!c.valid || IsControl(c.code)) {
      line->append("\xEF\xBF\xBD");  // U+FFFD
      carets->push_back(mark);
    } else {
      line->append(text.data(), c.size);
      carets->append(static_cast<size_t>(DisplayWidth(c.code)), mark);
    }
    text.remove_prefix(c.size);
  }
}

// The line that holds `where`, and the carets, both indented.
std::string Excerpt(absl::string_view text, size_t begin, size_t end) {
  const size_t before =
      begin == 0 ? absl::string_view::npos : text.rfind('\n', begin - 1);
  const size_t line_begin = before == absl::string_view::npos ? 0 : before + 1;
  size_t line_end = std::min(text.find('\n', begin), text.size());
  if (line_end > line_begin && text[line_end - 1] == '\r') --line_end;
  begin = std::min(begin, line_end);
  end = std::clamp(end, begin, line_end);

  size_t shown_begin = line_begin;
  size_t shown_end = line_end;
  if (CountCharacters(text.substr(line_begin, line_end - line_begin)) >
      kShownCharacters) {
    shown_begin = StepBack(text, line_begin, begin, kShownBefore);
    shown_end = StepOn(text, shown_begin, line_end, kShownCharacters);
  }
  end = std::min(end, shown_end);

  std::string line = "  ";
  std::string carets = "  ";
  if (shown_begin > line_begin) Append(kCut, ' ', &line, &carets);
  Append(text.substr(shown_begin, begin - shown_begin), ' ', &line, &carets);
  Append(text.substr(begin, end - begin), '^', &line, &carets);
  if (!absl::EndsWith(carets, "^")) carets.push_back('^');
  std::string ignored;
  Append(text.substr(end, shown_end - end), ' ', &line, &ignored);
  if (shown_end < line_end) line.append(kCut.data(), kCut.size());
  return absl::StrCat("\n", line, "\n", carets);
}

}  // namespace

std::string LineAndColumn(absl::string_view text, size_t byte) {
  const absl::string_view before = text.substr(0, std::min(byte, text.size()));
  const size_t newline = before.rfind('\n');
  const size_t line_begin =
      newline == absl::string_view::npos ? 0 : newline + 1;
  return absl::StrCat(1 + std::count(before.begin(), before.end(), '\n'), ":",
                      1 + CountCharacters(before.substr(line_begin)));
}

namespace {

std::string DiagnosticText(absl::string_view text, Source where,
                           absl::string_view message, absl::string_view hint) {
  const bool placed = !text.empty() && where.end > 0;
  std::string out = "query";
  if (placed) {
    absl::StrAppend(&out, " ", LineAndColumn(text, where.begin));
  }
  absl::StrAppend(&out, ": ", message);
  if (placed) {
    const size_t begin = std::min<size_t>(where.begin, text.size());
    const size_t end = std::clamp<size_t>(where.end, begin, text.size());
    out += Excerpt(text, begin, end);
  }
  if (!hint.empty()) {
    for (const absl::string_view line : absl::StrSplit(hint, '\n')) {
      absl::StrAppend(&out, "\n  ", line);
    }
  }
  return out;
}

}  // namespace

absl::Status Diagnostic(absl::StatusCode code, absl::string_view text,
                        Source where, absl::string_view message,
                        absl::string_view hint) {
  try {
    return absl::Status(code, DiagnosticText(text, where, message, hint));
  } catch (...) {
    return absl::Status(code, "");  // no memory for words: the code stays
  }
}

absl::Status Diagnostic(absl::string_view text, Source where,
                        absl::string_view message, absl::string_view hint) {
  return Diagnostic(absl::StatusCode::kInvalidArgument, text, where, message,
                    hint);
}

}  // namespace footfall::query
