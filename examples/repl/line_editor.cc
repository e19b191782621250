#include "examples/repl/line_editor.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "examples/repl/signals.h"

namespace footfall::repl {

namespace {

constexpr int kHistoryEntries = 1000;
// Candidates listed at most; the rest is counted.
constexpr size_t kListed = 100;

LineEditor* EditorOf(EditLine* edit) {
  void* editor = nullptr;
  el_get(edit, EL_CLIENTDATA, &editor);
  return static_cast<LineEditor*>(editor);
}

size_t CodePoints(absl::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// The longest beginning that all candidates share, cut between characters.
std::string SharedBeginning(const std::vector<std::string>& candidates) {
  std::string shared = candidates.front();
  for (const std::string& candidate : candidates) {
    size_t same = 0;
    while (same < std::min(shared.size(), candidate.size()) &&
           shared[same] == candidate[same]) {
      ++same;
    }
    shared.resize(same);
  }
  // A character that only begins alike is not shared.
  size_t begin = shared.size();
  while (begin > 0 && (shared[begin - 1] & 0xC0) == 0x80) --begin;
  if (begin > 0 && (shared[begin - 1] & 0x80) != 0) {
    std::mbstate_t state = {};
    const size_t length = shared.size() - (begin - 1);
    const size_t used = std::mbrlen(shared.data() + begin - 1, length, &state);
    if (used != length) shared.resize(begin - 1);
  }
  return shared;
}

}  // namespace

std::unique_ptr<LineEditor> LineEditor::Create(Completer complete) {
  std::setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  std::unique_ptr<LineEditor> editor(new LineEditor(std::move(complete)));
  if (!editor->Start()) return nullptr;
  return editor;
}

LineEditor::LineEditor(Completer complete) : complete_(std::move(complete)) {}

LineEditor::~LineEditor() {
  if (edit_ != nullptr) el_end(edit_);
  if (history_ != nullptr) history_end(history_);
}

bool LineEditor::Start() {
  edit_ = el_init("footfall", stdin, stdout, stderr);
  if (edit_ == nullptr) return false;
  el_set(edit_, EL_CLIENTDATA, this);
  el_set(edit_, EL_PROMPT, &LineEditor::Prompt);
  el_set(edit_, EL_EDITOR, "emacs");
  el_set(edit_, EL_GETCFN, &LineEditor::ReadCharacter);
  // The wide form keeps these pointers; the narrow one keeps copies, for good.
  el_wset(edit_, EL_ADDFN, L"footfall-complete", L"complete the word",
          &LineEditor::CompleteKey);
  el_set(edit_, EL_BIND, "^I", "footfall-complete", nullptr);
  el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);

  history_ = history_init();
  if (history_ == nullptr) return false;
  HistEvent event;
  history(history_, &event, H_SETSIZE, kHistoryEntries);
  history(history_, &event, H_SETUNIQUE, 1);
  el_set(edit_, EL_HIST, history, history_);
  el_source(edit_, nullptr);  // the user's ~/.editrc
  return CatchSignals();
}

LineEditor::Read LineEditor::ReadLine(const std::string& prompt,
                                      std::string* line) {
  prompt_ = prompt;
  interrupted.store(false);
  // Before the prompt shows: what is typed from then on is a key, not a line.
  el_set(edit_, EL_PREP_TERM, 1);
  int count = 0;
  const char* const text = el_gets(edit_, &count);
  if (text == nullptr || count <= 0) {
    std::fputs(interrupted.load() ? "^C\n" : "\n", stdout);
    std::fflush(stdout);
    return interrupted.exchange(false) ? Read::kInterrupted : Read::kEnd;
  }
  line->assign(text, static_cast<size_t>(count));
  while (!line->empty() && (line->back() == '\n' || line->back() == '\r')) {
    line->pop_back();
  }
  return Read::kLine;
}

void LineEditor::AddHistory(const std::string& entry) {
  if (entry.empty()) return;
  HistEvent event;
  history(history_, &event, H_ENTER, entry.c_str());
}

char* LineEditor::Prompt(EditLine* edit) {
  return EditorOf(edit)->prompt_.data();
}

// Reads one character of UTF-8. libedit's own reader tries again after a
// signal, so that Ctrl-C would do nothing.
int LineEditor::ReadCharacter(EditLine* edit, wchar_t* character) {
  std::mbstate_t state = {};
  for (;;) {
    const bool has_input = WaitForInput(STDIN_FILENO);
    if (interrupted.load()) return -1;
    if (continued.exchange(false)) {
      el_set(edit, EL_PREP_TERM, 1);
      el_set(edit, EL_REFRESH);
    }
    if (resized.exchange(false)) el_resize(edit);
    if (!has_input) continue;
    char byte = 0;
    const ssize_t got = read(STDIN_FILENO, &byte, 1);
    if (got == 0) return 0;
    if (got < 0) {
      if (errno != EINTR && errno != EAGAIN) return -1;
      continue;
    }
    const size_t used = std::mbrtowc(character, &byte, 1, &state);
    if (used == static_cast<size_t>(-2)) continue;  // more bytes to come
    if (used == static_cast<size_t>(-1)) {          // not UTF-8: left out
      state = {};
      continue;
    }
    return 1;
  }
}

unsigned char LineEditor::CompleteKey(EditLine* edit, int) {
  return EditorOf(edit)->Complete();
}

unsigned char LineEditor::Complete() {
  const LineInfo* const info = el_line(edit_);
  const absl::string_view before(
      info->buffer, static_cast<size_t>(info->cursor - info->buffer));
  const Completion completion = complete_(before);
  if (completion.candidates.empty()) return CC_REFRESH_BEEP;
  const std::string shared = SharedBeginning(completion.candidates);
  const absl::string_view word =
      before.substr(before.size() - completion.replaced_bytes);
  if (shared.size() >= word.size() && shared != word) {
    el_deletestr(edit_, static_cast<int>(CodePoints(word)));
    if (el_insertstr(edit_, shared.c_str()) != 0) return CC_ERROR;
    return CC_REFRESH;
  }
  if (completion.candidates.size() == 1) return CC_REFRESH;
  List(completion.candidates);
  return CC_REDISPLAY;
}

void LineEditor::List(const std::vector<std::string>& candidates) {
  winsize size = {};
  const size_t columns_of_screen =
      ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
          ? size.ws_col
          : 80;
  const size_t shown = std::min(candidates.size(), kListed);
  size_t width = 0;
  for (size_t i = 0; i < shown; ++i) {
    width = std::max(width, CodePoints(candidates[i]) + 2);
  }
  const size_t columns = std::max<size_t>(1, columns_of_screen / width);
  std::string text = "\n";
  for (size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, candidates[i]);
    const bool last = (i + 1) % columns == 0 || i + 1 == shown;
    text.append(last ? "\n"
                     : std::string(width - CodePoints(candidates[i]), ' '));
  }
  if (shown < candidates.size()) {
    absl::StrAppend(&text, "... ", candidates.size() - shown, " more\n");
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace footfall::repl
