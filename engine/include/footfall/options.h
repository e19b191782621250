// Settings of a database and of a write.

#ifndef FOOTFALL_OPTIONS_H_
#define FOOTFALL_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "footfall/shared_resources.h"
#include "footfall/stop.h"
#include "footfall/store.h"

#pragma GCC visibility push(default)
namespace footfall {

class EventListener;  // footfall/listener.h

// What the thread in the background may take. RunUpkeep() and Compact() are not
// held back.
struct UpkeepOptions {
  // Of the time of one core, at most: above 0 and up to 1. It rests between two
  // turns of some 256 tiles.
  double max_share = 0.5;
};

// How a database is opened.
struct DatabaseOptions {
  bool create_if_missing = true;
  // Reads only: writes answer FAILED_PRECONDITION. Any number of processes may
  // open a directory so, also beside one that writes; each sees the state at
  // its opening, or at its last Database::Refresh(). It keeps up to 256 tables
  // open: of a larger database, the writer may remove one that a snapshot still
  // needs, and reading it is UNAVAILABLE then; the next Refresh() helps.
  bool read_only = false;
  // Block cache and write buffers of the store, together; 4 MiB at least.
  // Besides it come
  //
  //   the catalog       names and series stay in memory: some 45 bytes a series
  //   a batch           some 50 bytes a row, while it is written
  //   a bulk load       its memory_bytes, and 220 bytes a new series
  //   an IMPORT         half of this budget, of 4 to 256 MiB; as much as the
  //                     budget again where it has to compare dates
  //   folding, sealing  a tile, and 1 MiB of folded ones
  //   compacting        a 64th of this budget, of 128 KiB to 2 MiB, for each
  //                     table that is read at once
  //   a question        QueryLimits::max_memory_bytes at most
  //
  // engine/README.md has what each takes, measured.
  uint64_t memory_budget_bytes = uint64_t{256} << 20;
  // One cache, and one limit of what is written in the background, for several
  // databases of a process. Null: a cache of its own, and no limit. What
  // Database::Metrics() calls memory_bytes is then that of all of them.
  std::shared_ptr<SharedResources> shared = {};
  // A thread that removes what KEEP lets go of, and folds and seals tiles.
  // Without it, call RunUpkeep().
  bool background_upkeep = true;
  UpkeepOptions upkeep = {};
  // Rows, events, aliases and attributes of one batch at most, together; no
  // more than 2^32 - 1, whatever this says.
  uint64_t max_batch_rows = 50'000'000;
  // Ends an opening with its error; asked for each record of the catalog. The
  // store's own opening (reading back its log) is not interrupted.
  StopCheck stop_opening = {};
  // What KEEP goes by: the host's clock where it is empty. Asked by any thread;
  // what it throws counts as a time before all samples, of which none is old.
  std::function<absl::Time()> clock = {};
  // Is told of slow questions and of what upkeep and the medium do.
  std::shared_ptr<EventListener> listener = {};
  // Questions that take as long or longer are slow.
  absl::Duration slow_question = absl::InfiniteDuration();
};

// What a write survives once it was acknowledged:
//
//                    process killed   power lost               disk full
//   kPowerLoss       yes              yes                      yes
//   kProcessCrash    yes              a last part of the       yes
//                                     writes since the last
//                                     sync may be gone; none
//                                     is half there
//   bulk loads,      yes              yes                      yes
//   Define, Drop
//
// On a full disk writes are refused and change nothing; they go on once there
// is room: Database::Resume().
struct WriteOptions {
  Durability durability = Durability::kPowerLoss;
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_OPTIONS_H_
