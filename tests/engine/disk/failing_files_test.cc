// Every kind of file call fails, or finds no room, at its n-th time, for every
// n, in every way of writing.
//
// Whatever fails: what was acknowledged is there whole, nothing else is half
// there, reads go on, and once the disk is well writes do, without reopening
// unless Health() says so. By default some n are tried, with FOOTFALL_LONG all,
// and with FOOTFALL_FAULT="sync:fails once:7" or "room:54835" that one alone.

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/engine/disk/disk_database.h"
#include "tests/model/changes.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

struct Counts {
  int faults = 0;   // that were met
  int noticed = 0;  // by a call of the database
  int refused = 0;  // calls that changed nothing, and went on afterwards
  int latched = 0;  // calls whose outcome was unknown
  int in_opening = 0;
};

// What is done once a change has failed.
enum class Then {
  kRetry,    // the disk is well again: the same change, and all after it
  kAnother,  // another change; what failed must not appear, now or later
  kReopen,   // opened again: the change is there whole or not at all
};

bool IsOneAsked() { return std::getenv("FOOTFALL_FAULT") != nullptr; }

// Whether this fault is to be tried.
bool IsAsked(const std::string& fault) {
  return !IsOneAsked() || fault == std::getenv("FOOTFALL_FAULT");
}

void CheckCode(const absl::Status& status, bool no_space) {
  INFO(status);
  CHECK((status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kFailedPrecondition ||
         (no_space && status.code() == absl::StatusCode::kResourceExhausted)));
}

class Run {
 public:
  Run(Then then, Counts* counts) : then_(then), counts_(counts) {}

  TestFileSystem& files() { return files_; }

  // The workload, with the fault that was set; false where it was not met.
  bool Go(bool no_space) {
    no_space_ = no_space;
    auto opened = OpenOn(&files_, folder_.path());
    if (!opened.ok()) {
      ++counts_->in_opening;
      CheckCode(opened.status(), no_space);
      files_.Heal();
      opened = OpenOn(&files_, folder_.path());
    }
    INFO(opened.status());
    REQUIRE(opened.ok());
    database_ = *std::move(opened);
    for (const Change& change : AllChanges()) {
      INFO(change.name);
      if (!Make(change)) break;
    }
    const absl::Status closed = database_->Close();
    if (!closed.ok()) CheckCode(closed, no_space);
    const bool met = files_.met();
    files_.Heal();
    Reopen();
    CheckSame(before_, ReadAllOf(*database_));
    if (met) ++counts_->faults;
    return met;
  }

 private:
  // False where the workload ends.
  bool Make(const Change& change) {
    PlainDatabase after = before_;
    const absl::Status status = change.run(database_.get(), &after);
    if (status.ok()) {
      before_ = after;
      return true;
    }
    ++counts_->noticed;
    INFO(status);
    CheckCode(status, no_space_);
    files_.Heal();
    CheckSame(before_, ReadAllOf(*database_));
    const DatabaseHealth health = database_->Health();
    const bool latched = health.state == DatabaseHealth::State::kLatched;
    if (latched) ++counts_->latched;
    if (latched || then_ == Then::kReopen) {
      database_->Close().IgnoreError();
      Reopen();
      const PlainDatabase found = ReadAllOf(*database_);
      if (Difference(before_, found)) {
        CheckSame(after, found);
        before_ = after;
        return true;
      }
      return MakeNow(change);
    }
    ++counts_->refused;
    if (then_ == Then::kRetry) return MakeNow(change);
    MakeNow(MarkerOf());
    return false;
  }

  bool MakeNow(const Change& change) {
    const absl::Status status = change.run(database_.get(), &before_);
    INFO(status);
    REQUIRE(status.ok());
    CheckSame(before_, ReadAllOf(*database_));
    return true;
  }

  void Reopen() {
    database_.reset();
    auto opened = OpenOn(&files_, folder_.path());
    INFO(opened.status());
    REQUIRE(opened.ok());
    database_ = *std::move(opened);
  }

  const Then then_;
  Counts* const counts_;
  TempDir folder_;
  TestFileSystem files_;
  bool no_space_ = false;
  std::unique_ptr<Database> database_;
  PlainDatabase before_;
};

TEST_CASE("a failed call of a file loses nothing", "[disk]") {
  const FileCalls kind = GENERATE(kOpens, kWrites, kSyncs, kDirectorySyncs,
                                  kRenames, kLinks, kDeletes, kReads);
  struct Way {
    const char* name;
    TestFileSystem::Fault fault;
  };
  const Way ways[] = {
      {"fails once", {}},
      {"fails from then on", {.lasts = true}},
      {"finds no room once", {.no_space = true}},
      {"finds no room from then on", {.no_space = true, .lasts = true}},
      {"is done and fails once", {.is_done = true}},
  };
  uint64_t calls = 0;
  {
    Counts ignored;
    Run whole(Then::kRetry, &ignored);
    whole.Go(false);
    calls = whole.files().calls(kind);
  }
  CHECK(calls > 0);
  const uint64_t step =
      TriesAll() || IsOneAsked() ? 1 : std::max<uint64_t>(1, calls / 2);
  Counts counts;
  uint64_t way_number = 0;
  for (const Way& way : ways) {
    ++way_number;
    // Reads find room, and what is deleted needs none.
    if (way.fault.no_space && (kind == kReads || kind == kDeletes)) continue;
    for (uint64_t n = 1; n < 2 * calls; n += step) {
      const Then then = static_cast<Then>((n + way_number) % 3);
      if (!IsAsked(absl::StrCat(NameOf(kind), ":", way.name, ":", n))) continue;
      CAPTURE(NameOf(kind), way.name, n, static_cast<int>(then));
      Run run(then, &counts);
      run.files().FailAt(kind, n, way.fault);
      if (!run.Go(way.fault.no_space)) break;
    }
  }
  WARN(NameOf(kind) << ": " << calls << " calls; " << counts.faults
                    << " faults, " << counts.in_opening
                    << " of them in opening, " << counts.noticed << " noticed, "
                    << counts.refused << " refused, " << counts.latched
                    << " latched");
  if (!IsOneAsked()) CHECK(counts.faults > 0);
}

TEST_CASE("every write may find the disk full", "[disk]") {
  // From no room at all to as much as the whole workload needs.
  Counts counts;
  uint64_t needed = 0;
  {
    Counts ignored;
    Run whole(Then::kRetry, &ignored);
    whole.Go(false);
    needed = whole.files().used_bytes();
  }
  const uint64_t step = TriesAll() || IsOneAsked() ? 997 : 2 * needed / 6;
  int runs = 0;
  for (uint64_t room = 0; room < 3 * needed; room += step) {
    const Then then = static_cast<Then>(room / 997 % 3);
    if (!IsAsked(absl::StrCat("room:", room))) continue;
    CAPTURE(room, static_cast<int>(then));
    ++runs;
    Run run(then, &counts);
    run.files().SetCapacity(room);
    run.Go(/*no_space=*/true);
  }
  WARN("full at " << runs << " sizes up to " << 3 * needed << " bytes: "
                  << counts.in_opening << " in opening, " << counts.refused
                  << " refused, " << counts.latched << " latched");
  if (!IsOneAsked()) CHECK(counts.refused > 0);
  CHECK(counts.latched == 0);
}

}  // namespace
}  // namespace footfall::testing
