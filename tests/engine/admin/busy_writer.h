// A process that writes numbered batches while a test copies or follows its
// database, and what of them a reader may see.

#ifndef FOOTFALL_TESTS_ENGINE_ADMIN_BUSY_WRITER_H_
#define FOOTFALL_TESTS_ENGINE_ADMIN_BUSY_WRITER_H_

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>

#include "footfall/store.h"
#include "tests/engine/crash/crash_batch.h"
#include "tests/model/plain_database.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {

// Which batches there are, by writer.
struct Batches {
  uint64_t of[kWriters] = {};
};

class BusyWriter {
 public:
  // Starts the process; returns once its database is open and has a batch of
  // each writer.
  BusyWriter(Scenario scenario, Durability durability);
  ~BusyWriter();
  BusyWriter(const BusyWriter&) = delete;
  BusyWriter& operator=(const BusyWriter&) = delete;

  // Kills it, so that nothing is written any more. Starts another one.
  void Stop();
  void Start();

  std::string path() const { return folder_ / "db"; }
  std::string File(const std::string& name) const { return folder_ / name; }

  Batches acknowledged() const;
  Batches started() const;

  // Waits until both writers have finished so many batches more.
  void WaitForMore(uint64_t count) const;

  // Checks that `found` holds whole batches, all of `least` and some of the
  // next up to `most`, without a gap; returns the last ones. Requires a
  // scenario that deletes nothing.
  Batches Check(const PlainDatabase& found, const Batches& least,
                const Batches& most) const;

 private:
  uint64_t CheckWriter(int writer, const PlainDatabase& found, uint64_t least,
                       uint64_t most) const;

  const Scenario scenario_;
  const Durability durability_;
  TempDir folder_;
  Shared* shared_ = nullptr;
  pid_t process_ = 0;
  std::set<uint64_t> cut_off_[kWriters];  // begun when the process was killed
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_ENGINE_ADMIN_BUSY_WRITER_H_
