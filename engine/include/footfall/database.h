// The database: declare metrics, write samples, take snapshots.

#ifndef FOOTFALL_DATABASE_H_
#define FOOTFALL_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/metric.h"
#include "footfall/options.h"
#include "footfall/sample_batch.h"
#include "footfall/snapshot.h"
#include "footfall/stop.h"
#include "footfall/store.h"

#pragma GCC visibility push(default)
namespace footfall {

struct DatabaseMetrics;  // footfall/metrics.h

// What a write did.
struct WriteResult {
  uint64_t commit = 0;   // its number; rises by one a commit
  uint64_t samples = 0;  // distinct (series, step) written
  // Rows beyond the first of their sample, and those of them that said the same
  // value again.
  uint64_t replaced_in_batch = 0;
  uint64_t equal_in_batch = 0;  // bulk loads alone count it
  uint64_t new_series = 0;
  // Rows that were left out because KEEP of their metric lets go of samples as
  // old as theirs.
  uint64_t expired = 0;
  // Events, aliases and attributes that were added or changed, and that were
  // removed; those
  // that were there just so count as neither.
  uint64_t events = 0;
  uint64_t removed_events = 0;
  uint64_t aliases = 0;
  uint64_t removed_aliases = 0;
  uint64_t attributes = 0;
  uint64_t removed_attributes = 0;
};

// How large a database is.
struct DatabaseStats {
  uint64_t commit = 0;
  uint64_t metric_count = 0;
  uint64_t series_count = 0;
  // Memory that questions kept with the declarations take, about.
  uint64_t plan_bytes = 0;
  StoreStats store = {};
};

// Whether writes are taken, and what kept them from it.
struct DatabaseHealth {
  enum class State : uint8_t {
    kGood,      // they are
    kRefusing,  // the last found no room, or a medium that failed, and changed
                // nothing; the next tries again, as Resume() does
    kLatched,  // none is taken until the database is opened again: what came of
               // the one after `last_commit` is unknown
  };
  State state = State::kGood;
  uint64_t last_commit = 0;  // the last one that is sure to be there
  absl::Status cause = {};   // of the state; OK while it is kGood
  // Of the last upkeep, in the background too; OK where it succeeded and no
  // tile is skipped. Upkeep in the background tries again by itself.
  absl::Status upkeep_error = {};
  // What upkeep still has to look at: tiles that commits have touched, and
  // metrics of which all that may be due is to be looked at, or is.
  uint64_t upkeep_tiles = 0;
  uint64_t upkeep_metrics = 0;
  // Metrics and dimensions whose series and members have grown, of which the
  // catalog's blocks are to be looked at.
  uint64_t upkeep_names = 0;
  // Tiles that it skips because they are damaged, as far as it has met them,
  // and what is wrong with the first of them, in words.
  uint64_t damaged_tiles = 0;
  std::vector<std::string> damage = {};
};

// How what is shown stands to what is there, of a database that is open for
// reading only.
struct FollowState {
  uint64_t previous_commit = 0;  // that was shown before the call
  uint64_t commit = 0;           // that is shown now
  uint64_t newest_commit = 0;    // the last that is there
};

// What becomes of rows that name the same sample.
enum class SameSample : uint8_t {
  kLast,
  kFirst,
  kMax,
  kSum,     // of equal values too; an INTEGER sum beyond 64 bits fails the load
  kRefuse,  // different values fail the load; equal ones are one
};

// Loads many rows outside the log and publishes them at once. A later row of
// the same sample wins, unless JoinRows() says otherwise. Dropped unfinished,
// it leaves nothing. One thread. It may outlive its Database: every call is
// FAILED_PRECONDITION then.
class BulkLoader {
 public:
  virtual ~BulkLoader() = default;

  // The row's step, one member per dimension and value (a double's bits for a
  // DECIMAL metric). INVALID_ARGUMENT as Database::Write; the row is not taken,
  // and the loader goes on.
  virtual absl::Status Add(int64_t step, const RowMembers& members,
                           int64_t value) = 0;

  // The same in two halves, for callers whose rows come in runs of one series
  // or who know their series. SeriesOf() answers the loader's own number of the
  // series, from 0 in order of first asking; a series that is asked for and
  // gets no row is not created. AddRows() takes all rows or none:
  // INVALID_ARGUMENT names the first that does not fit.
  struct Row {
    int64_t step = 0;
    int64_t value = 0;    // or a double's bits
    uint32_t series = 0;  // as SeriesOf() answered
  };
  virtual absl::StatusOr<uint32_t> SeriesOf(const RowMembers& members) = 0;
  virtual absl::Status AddRows(absl::Span<const Row> rows) = 0;

  // Rows as columns; all are taken or none. INVALID_ARGUMENT as
  // SampleColumns::Check(), and as Database::Write of such rows.
  virtual absl::Status AddColumns(const SampleColumns& columns) = 0;

  // What becomes of rows of one sample, of all rows. Call before Finish().
  virtual void JoinRows(SameSample rule) = 0;

  // A sample that rows of different values name, where that is refused.
  struct Clash {
    uint32_t series = 0;  // as SeriesOf() answered
    int64_t step = 0;
  };
  // After Finish() has answered INVALID_ARGUMENT for that reason: the first few
  // of them, in the order of tiles, and how many there are.
  virtual absl::Span<const Clash> clashes() const = 0;
  virtual uint64_t clash_count() const = 0;

  // As Finish(), of this loader and `others` of the same database, each of
  // another metric (FAILED_PRECONDITION else): all of them or none are
  // published. The results are in that order, this one's first.
  virtual absl::StatusOr<std::vector<WriteResult>> FinishWith(
      absl::Span<BulkLoader* const> others, const StopCheck& stop) = 0;

  // Rows that are coded by now, while Finish() asks its StopCheck; from the
  // start again where others' writes came between.
  virtual uint64_t rows_coded() const = 0;

  // Publishes. After it the loader is spent. Errors as Database::Write;
  // RESOURCE_EXHAUSTED where there is no room for temporary files. `stop` is
  // asked every some ten thousand rows until the rows are published; its error
  // leaves nothing.
  virtual absl::StatusOr<WriteResult> Finish(const StopCheck& stop) = 0;
  absl::StatusOr<WriteResult> Finish() { return Finish(StopCheck()); }
};

// Threads: all calls may be made from many threads at once, Close() too; the
// destructor comes after every other call has returned. Snapshots and loaders
// may outlive it.
//
// No call throws or ends the program. Beyond the errors that stand with it,
// each may answer
//
//   FAILED_PRECONDITION  the database is closed, or is being closed
//   RESOURCE_EXHAUSTED   memory, threads or files of the process ran out
//   INTERNAL             a promise of our own was broken
class Database {
 public:
  virtual ~Database() = default;

  // Opens or creates the database in directory `path`. A metric whose zone this
  // machine does not know is listed, but not read or written: Metric::usable.
  //
  //   NOT_FOUND            nothing there, and !create_if_missing (or read_only)
  //   FAILED_PRECONDITION  another process has it open for writing
  //   DATA_LOSS            its files fail their checks or do not fit together;
  //                        the message names one, and nothing was changed:
  //                        footfall/verify.h finds all damage and repairs
  //   UNIMPLEMENTED        written by a later release
  //   RESOURCE_EXHAUSTED   no room: not even to open it without flushing its
  //                        log
  //   UNAVAILABLE          the directory cannot be read or written
  static absl::StatusOr<std::unique_ptr<Database>> Open(
      absl::string_view path, const DatabaseOptions& options);
  // A new database in memory alone, which goes with the object: for tests, and
  // to look at a file. Durability and read_only mean nothing there, and memory
  // is what the samples take: memory_budget_bytes is a matter of loads alone.
  // Errors: RESOURCE_EXHAUSTED.
  static absl::StatusOr<std::unique_ptr<Database>> OpenInMemory(
      const DatabaseOptions& options);
  // On a store of the caller's.
  static absl::StatusOr<std::unique_ptr<Database>> Open(
      std::unique_ptr<Store> store, const DatabaseOptions& options);

  // Declares a metric. The same declaration again returns the metric that is
  // there; a different one of the same name is FAILED_PRECONDITION and names
  // the first difference. INVALID_ARGUMENT as ValidateMetricSpec().
  virtual absl::StatusOr<std::shared_ptr<const Metric>> Define(
      const MetricSpec& spec) = 0;

  // Changes what may change while the samples stay: rules, unit, name, LATE,
  // KEEP. Whoever takes a snapshot sees all of the change or none of it, and so
  // does whoever opens the database after a crash. Samples, events and aliases
  // stay as they are, and a Metric from before goes on being good for writes.
  // Returns the metric as it is now; what it was already costs nothing. `stop`
  // is asked while samples are read.
  //
  //   NOT_FOUND            no such metric, or no such dimension of it
  //   FAILED_PRECONDITION  the new name is taken; or something would OVERLAP
  //                        for the first time, and a sample is below 0
  //   INVALID_ARGUMENT     as ValidateMetricSpec()
  virtual absl::StatusOr<std::shared_ptr<const Metric>> AlterMetric(
      absl::string_view name, const MetricChanges& changes,
      const StopCheck& stop) = 0;

  // Removes the metric and all its samples. NOT_FOUND where there is none.
  virtual absl::Status DropMetric(absl::string_view name) = 0;

  // Writes every row, event, alias and attribute of the batch, or none; but for
  // rows of steps before FirstStepKept(), which are left out and counted.
  //
  //   INVALID_ARGUMENT    a row does not fit; the message gives metric, row,
  //                       column, what was found and what would be right; or
  //                       an event, alias or attribute does not
  //   NOT_FOUND           the metric was dropped; no metric ever had the
  //                       dimension of an alias
  //   FAILED_PRECONDITION an alias would close a circle; the message gives it.
  //                       Or the outcome of an earlier write is unknown:
  //                       reopen; or the database is read-only or closed
  //   UNAVAILABLE         the medium failed. Either nothing was changed, as
  //                       the message says, and the next write may succeed; or
  //                       the outcome is unknown, and no more writes are taken:
  //                       see Health()
  //
  // A write that changed nothing never appears once a later one succeeded.
  // Where the database is opened again before that, it may be there, whole: a
  // medium may have kept what it failed to confirm.
  //
  //   RESOURCE_EXHAUSTED  more rows than options.max_batch_rows, or more than
  //                       kMaxEvents, kMaxAliases or kMaxAttributes; or no
  //                       room on the medium:
  //                       nothing was changed, reads go on, and writes do once
  //                       there is room
  virtual absl::StatusOr<WriteResult> Write(const SampleBatch& batch,
                                            const WriteOptions& options) = 0;

  // Removes all samples of `series` (ascending) in `steps`; returns how many
  // there were. Errors as Write().
  virtual absl::StatusOr<uint64_t> Delete(const Metric& metric,
                                          absl::Span<const SeriesId> series,
                                          StepRange steps,
                                          const WriteOptions& options) = 0;

  // `memory_bytes` bounds what its rows take from their coming to their tiles;
  // beyond it they go to temporary files in the database's own folder. Besides
  // come the names of its series, and what the store takes to write tables.
  // NOT_FOUND where the metric was dropped. A thread of its own sorts rows that
  // go to a file.
  virtual absl::StatusOr<std::unique_ptr<BulkLoader>> NewBulkLoader(
      std::shared_ptr<const Metric> metric, uint64_t memory_bytes) = 0;

  // O(1). Sees every write acknowledged before the call. Never null: after
  // Close() it is the last one, which has its names, while everything that
  // reads samples, and every question, is FAILED_PRECONDITION.
  virtual std::shared_ptr<const Snapshot> TakeSnapshot() const = 0;

  // Removes what KEEP lets go of, folds and seals what is due, until nothing
  // is, and gives the space of what was deleted back. Damaged tiles are
  // skipped: DATA_LOSS then names the first. Errors else as Write(); those of
  // all three: what is done is kept, and what is not can be done later.
  virtual absl::Status RunUpkeep() = 0;
  // The same of one metric alone, as after a load: what was not touched costs
  // nothing. `stop` is asked for each tile. NOT_FOUND where there is none.
  virtual absl::Status RunUpkeep(absl::string_view metric,
                                 const StopCheck& stop) = 0;
  // Folds and seals every tile, puts the catalog together, flushes the log and
  // compacts the store: of all metrics, or of one (NOT_FOUND where there is
  // none). `stop` is asked for each tile, and every 2 ms in another thread
  // while the store compacts.
  virtual absl::Status Compact(const StopCheck& stop) = 0;
  absl::Status Compact() { return Compact(StopCheck()); }
  virtual absl::Status CompactMetric(absl::string_view metric,
                                     const StopCheck& stop) = 0;

  // All zero after Close().
  virtual DatabaseStats Stats() const = 0;

  // What was done since the opening, and how it stands now; all zero after
  // Close(). OpenMetricsText() writes it for a monitor.
  virtual DatabaseMetrics Metrics() const = 0;

  // Never waits for a write.
  virtual DatabaseHealth Health() const = 0;

  // Goes on after writes found no room or a medium that failed: the next write
  // does the same first, so that nobody needs to call it. OK where nothing had
  // stopped. Snapshots and loaders stay as they are.
  //
  //   RESOURCE_EXHAUSTED   there is still no room
  //   UNAVAILABLE          the medium still fails
  //   FAILED_PRECONDITION  the database must be opened again
  virtual absl::Status Resume() = 0;
  virtual bool read_only() const = 0;

  // Of a database that is open for reading only, beside the process that
  // writes, or in it: shows the last commit that was acknowledged before the
  // call, or a later one. Snapshots taken from now on see it; those that are
  // held stay as they are. Commits never go back, but for one that the writer
  // was refused because its medium failed: it may be seen until the next.
  // Changes no file.
  //
  // Costs what was committed since the last call, and no more, but for a load,
  // a dropped metric, a writer that was opened anew, or a flush, once in some
  // MiB of commits: then the folder is opened again underneath. Nothing happens
  // where it is open for writing.
  //
  //   UNAVAILABLE  the folder cannot be read, or its writer changed it at each
  //                of many attempts, or it is at an earlier commit; what was
  //                shown is still shown
  //   DATA_LOSS    its files fail their checks or do not fit together
  virtual absl::StatusOr<FollowState> Refresh() = 0;
  // How far behind it is: the same without showing it.
  virtual absl::StatusOr<FollowState> Lag() = 0;
  // DatabaseOptions::memory_budget_bytes.
  virtual uint64_t memory_budget_bytes() const = 0;

  // Flushes and releases the directory; the destructor does it too, but cannot
  // report. RESOURCE_EXHAUSTED where there was no room to flush: all is in the
  // log, and the directory is released. Calls that are under way end first:
  // writes, loads and deletions finish, upkeep, Compact() and an import's
  // folding give up; upkeep in the background first looks at what was touched
  // last, for 5 ms at most. All later calls are
  // FAILED_PRECONDITION, those of snapshots, cursors and loaders that are still
  // held too; they do not keep the directory. A second call does nothing. Not
  // to be called from inside another call of the database.
  virtual absl::Status Close() = 0;
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_DATABASE_H_
