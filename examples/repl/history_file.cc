#include "examples/repl/history_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace footfall::repl {

namespace {

constexpr size_t kKept = 1000;
constexpr int kOwnerOnly = 0600;

std::string FindPath() {
  // The XDG rules: a relative path counts as none.
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && state[0] == '/') {
    return absl::StrCat(state, "/footfall/history");
  }
  const char* const home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') {
    return absl::StrCat(home, "/.local/state/footfall/history");
  }
  return "";
}

// In one write, so that two programs' entries do not mix.
void WriteTo(const std::string& path, int flags, const std::string& text) {
  const int file =
      open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, kOwnerOnly);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t written =
      write(file, text.data(), text.size());
  close(file);
}

}  // namespace

HistoryFile::HistoryFile() : path_(FindPath()) {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(
      std::filesystem::path(path_).parent_path(), ignored);
}

std::vector<std::string> HistoryFile::Load() {
  std::vector<std::string> entries;
  if (path_.empty()) return entries;
  std::ifstream file(path_);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) entries.push_back(line);
  }
  if (entries.size() > 2 * kKept) {
    entries.erase(entries.begin(),
                  entries.end() - static_cast<ptrdiff_t>(kKept));
    const std::string shorter = absl::StrCat(path_, ".new");
    WriteTo(shorter, O_TRUNC, absl::StrCat(absl::StrJoin(entries, "\n"), "\n"));
    std::error_code ignored;
    std::filesystem::rename(shorter, path_, ignored);
  }
  return entries;
}

void HistoryFile::Add(const std::string& entry) {
  if (path_.empty() || entry.empty()) return;
  WriteTo(path_, O_APPEND, absl::StrCat(entry, "\n"));
}

}  // namespace footfall::repl
