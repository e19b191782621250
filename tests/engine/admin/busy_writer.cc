#include "tests/engine/admin/busy_writer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/support/catch.h"

namespace footfall::testing {
namespace {

// Whether the cell is there as it was written.
bool Has(const PlainDatabase& found, const CrashCell& cell) {
  const auto metric = found.metrics.find(CrashSpec(cell.metric).name);
  if (metric == found.metrics.end()) return false;
  const auto series = metric->second.find({cell.app});
  if (series == metric->second.end()) return false;
  const auto step = series->second.find(cell.step);
  return step != series->second.end() && step->second == cell.value;
}

}  // namespace

BusyWriter::BusyWriter(Scenario scenario, Durability durability)
    : scenario_(scenario), durability_(durability) {
  const std::string path = folder_ / "shared";
  const int file = open(path.c_str(), O_RDWR | O_CREAT, 0600);
  REQUIRE(file >= 0);
  REQUIRE(ftruncate(file, sizeof(Shared)) == 0);
  void* mapped = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                      MAP_SHARED, file, 0);
  REQUIRE(mapped != MAP_FAILED);
  close(file);
  shared_ = static_cast<Shared*>(mapped);
  Start();
}

BusyWriter::~BusyWriter() {
  Stop();
  munmap(shared_, sizeof(Shared));
}

void BusyWriter::Start() {
  const std::string arguments[] = {FOOTFALL_CRASH_WRITER, path(),
                                   folder_ / "shared",
                                   absl::StrCat(static_cast<int>(scenario_)),
                                   absl::StrCat(static_cast<int>(durability_))};
  process_ = fork();
  REQUIRE(process_ >= 0);
  if (process_ == 0) {
    execl(arguments[0].c_str(), arguments[0].c_str(), arguments[1].c_str(),
          arguments[2].c_str(), arguments[3].c_str(), arguments[4].c_str(),
          nullptr);
    _exit(127);
  }
  WaitForMore(1);
}

void BusyWriter::Stop() {
  if (process_ <= 0) return;
  kill(process_, SIGKILL);
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = 0;
  CHECK(shared_->failed == 0);
  for (int i = 0; i < kWriters; ++i) {
    if (shared_->started[i] > shared_->acknowledged[i]) {
      cut_off_[i].insert(shared_->started[i]);
    }
  }
}

Batches BusyWriter::acknowledged() const {
  Batches now;
  for (int i = 0; i < kWriters; ++i) now.of[i] = shared_->acknowledged[i];
  return now;
}

Batches BusyWriter::started() const {
  Batches now;
  for (int i = 0; i < kWriters; ++i) now.of[i] = shared_->started[i];
  return now;
}

void BusyWriter::WaitForMore(uint64_t count) const {
  const Batches before = acknowledged();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (int i = 0; i < kWriters; ++i) {
    while (shared_->acknowledged[i] < before.of[i] + count) {
      REQUIRE(shared_->failed == 0);
      REQUIRE(std::chrono::steady_clock::now() < end);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }
}

Batches BusyWriter::Check(const PlainDatabase& found, const Batches& least,
                          const Batches& most) const {
  Batches last;
  for (int i = 0; i < kWriters; ++i) {
    last.of[i] = CheckWriter(i, found, least.of[i], most.of[i]);
  }
  return last;
}

uint64_t BusyWriter::CheckWriter(int writer, const PlainDatabase& found,
                                 uint64_t least, uint64_t most) const {
  const bool is_staged =
      scenario_ == Scenario::kBulkLoad || scenario_ == Scenario::kImport;
  const bool large = writer == 0 && is_staged;
  const std::string last_app = absl::StrCat("last-", writer);
  uint64_t last = 0;
  bool has_ended = false;
  for (uint64_t batch = 1; batch <= most; ++batch) {
    // Of those long before, some.
    if (batch + 200 < least && batch % 16 != 0) continue;
    size_t expected = 0;
    size_t there = 0;
    for (const CrashCell& cell : CellsOf(writer, batch, large)) {
      if ((large && cell.metric != 0) || cell.app == last_app) continue;
      ++expected;
      there += Has(found, cell) ? 1 : 0;
    }
    if (!large) {
      ++expected;
      there += found.events.count(
          {"batch", absl::StrCat(writer, "-", batch), "2025"});
    }
    CAPTURE(writer, batch, there, expected, least, most);
    if (there != 0 && there != expected) FAIL("a batch is half there");
    if (there == 0) {
      if (cut_off_[writer].count(batch) > 0) continue;
      if (batch <= least) FAIL("an acknowledged batch is missing");
      has_ended = true;
      continue;
    }
    if (has_ended) FAIL("a batch is there, and not the one before");
    last = batch;
  }
  CAPTURE(writer, last, least, most);
  if (last == 0) return last;
  CHECK(Has(found, {large ? 0 : 1, last_app, 0, static_cast<int64_t>(last)}));
  if (!large) {
    const auto alias =
        found.aliases.find({"app", absl::StrCat("alias-", writer)});
    REQUIRE(alias != found.aliases.end());
    CHECK(alias->second.first == absl::StrCat("batch-", last));
  }
  return last;
}

}  // namespace footfall::testing
