#include "tests/engine/damage/damage_sweep.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/database.h"
#include "footfall/verify.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

// The first name of a file of the folder that the message gives.
bool NamesTheDamage(const std::string& message, const Damage& damage) {
  return absl::StrContains(message, damage.file) ||
         absl::StrContains(message, "tile ") ||
         absl::StrContains(message, ".sst") ||
         absl::StrContains(message, ".log") ||
         absl::StrContains(message, "MANIFEST") ||
         absl::StrContains(message, "CURRENT");
}

// Whether losing the last changes is what this damage means: a log that was cut
// off looks as if it had never been longer.
int MayLose(Shape shape, const Damage& damage) {
  return damage.kind == Damage::Kind::kTruncate &&
                 absl::EndsWith(damage.file, ".log")
             ? ChangesInLog(shape)
             : 0;
}

// Whether every sample is one of `state`.
bool IsPartOf(const PlainDatabase& part, const PlainDatabase& state) {
  for (const auto& [name, metric] : part.metrics) {
    const auto whole = state.metrics.find(name);
    if (whole == state.metrics.end()) return false;
    for (const auto& [members, steps] : metric) {
      const auto series = whole->second.find(members);
      if (series == whole->second.end()) return false;
      for (const auto& [step, value] : steps) {
        const auto sample = series->second.find(step);
        if (sample == series->second.end() || sample->second != value) {
          return false;
        }
      }
    }
  }
  return true;
}

// Shared with the processes that examine.
struct Progress {
  volatile uint64_t next;
  volatile uint64_t right;
  volatile uint64_t refused;
  volatile uint64_t repairs;
  volatile uint64_t wrong;
  char messages[8][400];
};

void NoteWrong(Progress* progress, const std::string& message) {
  const uint64_t index = progress->wrong;
  progress->wrong = index + 1;
  if (index < std::size(progress->messages)) {
    std::snprintf(progress->messages[index], sizeof(progress->messages[index]),
                  "%s", message.c_str());
  }
}

[[noreturn]] void ExamineFrom(uint64_t begin, Shape shape, const Files& files,
                              const std::vector<Damage>& damages,
                              uint64_t repair_every, const std::string& path,
                              Progress* progress) {
  constexpr uint64_t kAtOnce = 2000;  // then a fresh process
  constexpr unsigned kHangSeconds = 60;
  const uint64_t end = std::min<uint64_t>(damages.size(), begin + kAtOnce);
  for (uint64_t i = begin; i < end; ++i) {
    progress->next = i;
    alarm(kHangSeconds);
    const Damage& damage = damages[i];
    Files damaged = files;
    Apply(damage, &damaged);
    bool all_right = true;
    for (const bool read_only : {true, false}) {
      WriteFiles(path, damaged);
      bool right = false;
      const std::string wrong =
          Examine(path, shape, damage, damaged, read_only, &right);
      all_right = all_right && right;
      if (!wrong.empty()) {
        NoteWrong(progress, absl::StrCat(read_only ? "read only, " : "",
                                         Describe(damage), ": ", wrong));
      }
    }
    if (i % repair_every == 0) {
      WriteFiles(path, damaged);
      const std::string wrong =
          ExamineRepair(path, shape, damage, damaged, all_right);
      if (!wrong.empty()) {
        NoteWrong(progress, absl::StrCat(Describe(damage), ": ", wrong));
      }
      progress->repairs = progress->repairs + 1;
    }
    if (all_right) {
      progress->right = progress->right + 1;
    } else {
      progress->refused = progress->refused + 1;
    }
  }
  progress->next = end;
  _exit(0);
}

}  // namespace

std::string Examine(const std::string& path, Shape shape, const Damage& damage,
                    const Files& damaged, bool read_only, bool* was_right) {
  *was_right = false;
  absl::Status status;
  {
    auto database = Open(path, read_only);
    status = database.status();
    if (status.ok()) {
      const auto found = ReadAll(*(*database)->TakeSnapshot());
      status = found.status();
      if (found.ok()) {
        *was_right = true;
        std::string difference;
        bool is_one = false;
        for (int lost = 0; !is_one && lost <= MayLose(shape, damage); ++lost) {
          const auto differs = Difference(StateOf(shape, lost), *found);
          is_one = !differs.has_value();
          if (lost == 0 && differs.has_value()) difference = *differs;
        }
        if (!is_one) return absl::StrCat("a wrong answer: ", difference);
        if (const absl::Status closed = (*database)->Close(); !closed.ok()) {
          return absl::StrCat("closing: ", closed.ToString());
        }
      }
    } else if (ReadFiles(path) != damaged) {
      return absl::StrCat("the folder was changed although it was refused: ",
                          status.ToString());
    }
  }
  if (read_only && ReadFiles(path) != damaged) {
    return "a reader changed the folder";
  }
  if (*was_right) return "";
  if (!absl::IsDataLoss(status)) {
    return absl::StrCat("neither right nor DATA_LOSS: ", status.ToString());
  }
  if (!NamesTheDamage(std::string(status.message()), damage)) {
    return absl::StrCat("names nothing: ", status.ToString());
  }
  return "";
}

std::string ExamineRepair(const std::string& path, Shape shape,
                          const Damage& damage, const Files& damaged,
                          bool was_right) {
  const auto verified = VerifyDatabase(path);
  if (ReadFiles(path) != damaged) return "--verify changed the folder";
  if (!verified.ok()) {
    return absl::StrCat("verifying: ", verified.status().ToString());
  }
  if (!was_right && verified->findings.empty()) {
    return "--verify found nothing";
  }
  const auto repaired = RepairDatabase(path);
  if (!repaired.ok()) {
    return absl::StrCat("repairing: ", repaired.status().ToString());
  }
  const auto again = VerifyDatabase(path);
  if (!again.ok() || !again->findings.empty()) {
    return absl::StrCat("after the repair: ",
                        again.ok() ? FormatFinding(again->findings[0])
                                   : again.status().ToString());
  }
  auto database = Open(path, false);
  if (!database.ok()) {
    return absl::StrCat("opening after the repair: ",
                        database.status().ToString());
  }
  const auto found = ReadAll(*(*database)->TakeSnapshot());
  if (!found.ok()) {
    return absl::StrCat("reading after the repair: ",
                        found.status().ToString());
  }
  // A table or a log may be gone, whole or in part; nothing else.
  const bool may_lose = absl::EndsWith(damage.file, ".sst") ||
                        absl::EndsWith(damage.file, ".log");
  const int most = may_lose ? ChangesInLog(shape) : 0;
  for (int lost = 0; lost <= most; ++lost) {
    const PlainDatabase state = StateOf(shape, lost);
    if (may_lose && !repaired->lost.empty() ? IsPartOf(*found, state)
                                            : !Difference(state, *found)) {
      return "";
    }
  }
  return absl::StrCat("wrong after the repair, which says ",
                      repaired->lost.size(), " things are lost (",
                      absl::StrJoin(repaired->lost, "; "),
                      "): ", *Difference(StateOf(shape, 0), *found));
}

SweepCounts Sweep(Shape shape, const Files& files,
                  const std::vector<Damage>& damages, uint64_t repair_every) {
  const TempDir folder;
  void* const shared = mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* const progress = static_cast<Progress*>(shared);
  uint64_t begin = 0;
  while (begin < damages.size()) {
    const pid_t child = fork();
    if (child == 0) {
      ExamineFrom(begin, shape, files, damages, repair_every, folder / "db",
                  progress);
    }
    int status = 0;
    waitpid(child, &status, 0);
    begin = progress->next;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    NoteWrong(
        progress,
        absl::StrCat(Describe(damages[begin]), ": the process ended by ",
                     WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                         : absl::StrCat(WEXITSTATUS(status))));
    ++begin;
  }
  SweepCounts counts;
  counts.runs = damages.size();
  counts.repairs = progress->repairs;
  counts.right = progress->right;
  counts.refused = progress->refused;
  counts.wrong_count = progress->wrong;
  const uint64_t kept =
      std::min<uint64_t>(counts.wrong_count, std::size(progress->messages));
  for (uint64_t i = 0; i < kept; ++i) {
    counts.wrong.emplace_back(progress->messages[i]);
  }
  munmap(shared, sizeof(Progress));
  return counts;
}

std::string KillRepair(const Files& damaged, Shape shape, int microseconds,
                       bool* was_cut) {
  const TempDir folder;
  const std::string path = folder / "db";
  WriteFiles(path, damaged);
  const pid_t repairing = fork();
  if (repairing == 0) _exit(RepairDatabase(path).ok() ? 0 : 1);
  usleep(static_cast<useconds_t>(microseconds));
  kill(repairing, SIGKILL);
  int status = 0;
  waitpid(repairing, &status, 0);
  *was_cut = WIFSIGNALED(status);
  if (!*was_cut && WEXITSTATUS(status) != 0) return "the repair failed";

  const std::string result = folder / "result";
  const pid_t child = fork();
  if (child == 0) {
    const auto report = RepairDatabase(path);
    const auto sound = VerifyDatabase(path);
    std::string wrong;
    if (!report.ok()) {
      wrong = report.status().ToString();
    } else if (!sound.ok() || !sound->findings.empty()) {
      wrong = "damaged after the repair";
    } else {
      const auto database = Open(path, false);
      const auto found = ReadAll(*(*database)->TakeSnapshot());
      wrong = found.ok() ? Difference(StateOf(shape, 0), *found).value_or("")
                         : found.status().ToString();
    }
    std::ofstream(result) << wrong;
    _exit(0);
  }
  waitpid(child, &status, 0);
  if (!WIFEXITED(status)) return "the second repair crashed";
  const Files results = ReadFiles(folder.path());
  return results.contains("result") ? results.at("result") : "no result";
}

std::string KillWriter(const std::string& path, int microseconds) {
  const pid_t writer = fork();
  if (writer == 0) {
    while (true) {
      auto database = Open(path, false);
      Require(database.status(), "open");
      MakeChange(database->get(), 0, false);
      for (int change = 1; change < kChanges; ++change) {
        MakeChange(database->get(), change, change == 5);
        if (change == 3) Require((*database)->Compact(), "compact");
      }
      Require((*database)->Close(), "close");
    }
  }
  usleep(static_cast<useconds_t>(microseconds));
  kill(writer, SIGKILL);
  int status = 0;
  waitpid(writer, &status, 0);
  if (!WIFSIGNALED(status)) return "the writer ended";
  const TempDir folder;
  const pid_t child = fork();
  if (child == 0) {
    const auto report = VerifyDatabase(path);
    std::string wrong;
    if (!report.ok() && !absl::IsNotFound(report.status())) {
      wrong = report.status().ToString();
    } else if (report.ok() && !report->findings.empty()) {
      wrong = FormatFinding(report->findings[0]);
    }
    std::ofstream(folder / "result") << wrong;
    _exit(0);
  }
  waitpid(child, &status, 0);
  const Files results = ReadFiles(folder.path());
  return results.contains("result") ? results.at("result") : "it crashed";
}

}  // namespace footfall::testing
