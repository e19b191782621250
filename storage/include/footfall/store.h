// The seam between series and bytes: an ordered map from keys to values with
// atomic batches, consistent views and appends.
//
// Everything above this header speaks keys, values and ranges; only a backend
// (storage/store/) knows what keeps them. A backend on another medium
// implements Store, StoreView, StoreIterator and StoreStage.
//
// Threads: a Store may be used from many threads. A StoreView is immutable and
// may be shared; a StoreIterator, a StoreBatch and a StoreStage belong to one
// thread at a time. Views and iterators must not outlive their Store.

#ifndef FOOTFALL_STORE_H_
#define FOOTFALL_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/stop.h"

#pragma GCC visibility push(default)
namespace footfall {

// Two separate key spaces; one batch may touch both, atomically.
enum class Keyspace : uint8_t {
  kCatalog = 0,  // names, declarations: small values, put whole
  kTiles = 1,    // bundles of tiles: put whole or appended to
};

// What a write survives once Apply() has returned OK.
enum class Durability : uint8_t {
  kProcessCrash,  // the host process dying: the operating system has the log
  kPowerLoss,     // the machine losing power: the log is synced to the device
};

// An ordered list of changes, applied as one. Keys have at least one byte.
class StoreBatch {
 public:
  enum class Kind : uint8_t { kPut, kAppend, kDelete, kDeleteRange };

  struct Operation {
    Kind kind = Kind::kPut;
    Keyspace keyspace = Keyspace::kCatalog;
    std::string key = {};  // kDeleteRange: first key of the range
    // kPut, kAppend: bytes; kDeleteRange: end, exclusive.
    std::string value = {};
  };

  // The value becomes `value`.
  void Put(Keyspace keyspace, absl::string_view key, absl::string_view value);

  // `bytes` are appended to the value (to nothing where there is none).
  // Requires: keyspace is kTiles.
  void Append(Keyspace keyspace, absl::string_view key,
              absl::string_view bytes);

  // The key is gone; no error where it was not there.
  void Delete(Keyspace keyspace, absl::string_view key);

  // Every key in [begin, end) is gone; nothing happens unless begin < end.
  void DeleteRange(Keyspace keyspace, absl::string_view begin,
                   absl::string_view end);

  const std::vector<Operation>& operations() const { return operations_; }
  bool empty() const { return operations_.empty(); }
  // Keys and values together.
  size_t size_bytes() const { return size_bytes_; }
  void Clear();

 private:
  void Push(Kind kind, Keyspace keyspace, absl::string_view key,
            absl::string_view value);

  std::vector<Operation> operations_;
  size_t size_bytes_ = 0;
};

// Walks keys of one key space in byte order.
class StoreIterator {
 public:
  virtual ~StoreIterator() = default;

  // Moves to the next key (the first call: to the first). False at the end.
  // After an error the iterator is spent.
  //
  //   DATA_LOSS    bytes fail the backend's checks
  //   UNAVAILABLE  the medium cannot be read
  virtual absl::StatusOr<bool> Next() = 0;

  // Moves to the first key >= `key`, forwards or backwards.
  virtual absl::StatusOr<bool> Seek(absl::string_view key) = 0;

  // Valid until the next move. Require: the last move returned true.
  virtual absl::string_view key() const = 0;
  virtual absl::string_view value() const = 0;

  // Whether value() is stable, as PinnedValue::stable() has it.
  virtual bool stable() const { return false; }
};

// A value that is read where the store keeps it, without a copy.
class PinnedValue {
 public:
  // Valid as long as this is neither pinned anew nor gone.
  absl::string_view bytes() const { return bytes_; }

  // Whether the store checks these bytes itself each time that it brings them
  // into memory. Then what lies at this address later is what the medium was
  // given, and damage on the medium is an error of the store. False where the
  // store does not check, or made the bytes from several parts.
  bool stable() const { return stable_; }

  // `owner` keeps `bytes` where they are.
  void Pin(absl::string_view bytes, std::shared_ptr<const void> owner,
           bool stable = false) {
    bytes_ = bytes;
    owner_ = std::move(owner);
    stable_ = stable;
  }

 private:
  absl::string_view bytes_;
  bool stable_ = false;
  std::shared_ptr<const void> owner_;
};

// One consistent state of the whole store. Holding a view keeps replaced bytes
// on the medium: seconds are fine, hours are not.
class StoreView {
 public:
  virtual ~StoreView() = default;

  // Finds one value; it stays in memory as long as *value holds it, beyond the
  // view's life too, but not beyond the store's. False, and *value as it was,
  // where the key is absent. Errors as StoreIterator::Next().
  virtual absl::StatusOr<bool> GetPinned(Keyspace keyspace,
                                         absl::string_view key,
                                         PinnedValue* value) const = 0;

  // The same, copied into *value (its capacity is reused).
  absl::StatusOr<bool> Get(Keyspace keyspace, absl::string_view key,
                           std::string* value) const;

  // Walks [begin, end); an empty `end` means to the last key.
  virtual std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                              absl::string_view begin,
                                              absl::string_view end) const = 0;
};

// Collects changes too many for one batch, outside the store's log, to be
// published at once by Store::Publish(). Dropped unpublished, it leaves
// nothing.
class StoreStage {
 public:
  virtual ~StoreStage() = default;

  // kPut or kAppend. Within a key space keys ascend strictly between two calls
  // of NewRun(); a key in a later run is applied after the earlier runs.
  //
  //   INVALID_ARGUMENT    key empty, or not above the one before it
  //   RESOURCE_EXHAUSTED  no room on the medium
  virtual absl::Status Add(StoreBatch::Kind kind, Keyspace keyspace,
                           absl::string_view key, absl::string_view value) = 0;

  // Begins a new ascending run.
  virtual absl::Status NewRun() = 0;
};

// What another process has changed, as Store::CatchUp() found it.
struct StoreNews {
  // Everything may be different; else the catalog is changed by `catalog`, in
  // this order, and nothing else.
  bool is_all_new = false;
  std::vector<StoreBatch::Operation> catalog = {};
};

// Sizes of what the store holds, in bytes; for people and tests.
struct StoreStats {
  uint64_t table_bytes = 0;   // sorted files (or the map, in memory)
  uint64_t log_bytes = 0;     // log not yet flushed into tables
  uint64_t memory_bytes = 0;  // caches and write buffers in use
  uint64_t table_count = 0;
  uint64_t catalog_bytes = 0;  // tables of the catalog's key space, of those
  // Since the opening: blocks that were found in memory, and that were read.
  uint64_t cache_hits = 0;
  uint64_t cache_misses = 0;
  uint64_t stalls = 0;  // times that writes were slowed down or held up
  // For how long the oldest view but the newest has been held; 0: there is
  // none.
  uint64_t oldest_view_seconds = 0;
};

// An ordered map in two key spaces.
class Store {
 public:
  virtual ~Store() = default;

  // Applies every operation of the batch, in order, or none.
  //
  // After an error the batch is not visible. The code says what is known of
  // it:
  //
  //   UNAVAILABLE          the medium failed, and the outcome is unknown: the
  //                        batch may be there whole after the store is opened
  //                        again. The caller must stop writing (the latch is
  //                        the engine's)
  //   RESOURCE_EXHAUSTED   no room on the medium. Once a later batch was
  //                        applied, this one never appears; where the store is
  //                        opened again before that, it may be there whole
  //   ABORTED              the same, where the medium failed otherwise
  //   FAILED_PRECONDITION  nothing was changed: the store is closed or
  //                        read-only, or takes no more batches until it is
  //                        opened again
  virtual absl::Status Apply(const StoreBatch& batch,
                             Durability durability) = 0;

  // Everything applied before the call, nothing applied after. Null once the
  // store is closed.
  virtual std::unique_ptr<StoreView> TakeView() = 0;

  virtual absl::StatusOr<std::unique_ptr<StoreStage>> NewStage() = 0;

  // Makes the staged changes and then `batch` visible, all or nothing, durable
  // against power loss. Requires: `stage` came from this store. Errors as
  // Apply(); all that needs room is done before anything is changed.
  virtual absl::Status Publish(std::unique_ptr<StoreStage> stage,
                               const StoreBatch& batch) = 0;

  // Goes on after RESOURCE_EXHAUSTED or ABORTED, once there is room; every
  // other call that writes does it first, so that nobody needs to call this. OK
  // where nothing has stopped. Views and iterators stay as they are.
  //
  //   RESOURCE_EXHAUSTED   there is still no room
  //   ABORTED              the medium still fails
  //   FAILED_PRECONDITION  the store must be opened again
  virtual absl::Status Resume() { return absl::OkStatus(); }

  // Why batches are refused for now; OK where they are not. FAILED_PRECONDITION
  // where they are until the store is opened again.
  virtual absl::Status Health() const { return absl::OkStatus(); }

  // Moves the log into tables. After it, log_bytes is 0. Errors as Resume().
  virtual absl::Status Flush() = 0;

  // Rewrites the tables without what is replaced or deleted. Errors as
  // Resume().
  virtual absl::Status Compact() = 0;
  // The same, unless `stop` answers an error, which ends it. It is asked every
  // 2 ms or so, in any thread; a store that compacts in no time need not ask.
  virtual absl::Status CompactUnless(const StopCheck& stop) {
    const absl::Status stopped = AskStop(stop);
    return stopped.ok() ? Compact() : stopped;
  }

  // The same of the tiles with keys in [begin, end) alone. A store that knows
  // no ranges rewrites all.
  virtual absl::Status CompactTiles(absl::string_view /*begin*/,
                                    absl::string_view /*end*/,
                                    const StopCheck& stop) {
    return CompactUnless(stop);
  }

  // Rewrites the tables in which much was deleted, so that the medium gets its
  // space back; looks at what each says of itself, so nothing needs to be
  // remembered; what is in the log alone it does not see. Costs little where
  // there is none. What a view still holds stays
  // until a later call. `stop` as CompactUnless(), errors as Resume().
  virtual absl::Status Reclaim(const StopCheck& stop) { return AskStop(stop); }

  virtual StoreStats Stats() const = 0;

  // Of a store that is open for reading only, beside a process that writes:
  // views taken from now on show what that has applied until now, a whole
  // number of batches. Those taken before stay as they are. Nothing happens
  // where no other process can write. One call at a time.
  //
  //   UNAVAILABLE  the medium cannot be read, or its writer changed it at each
  //                of many attempts; what was shown before stays
  //   DATA_LOSS    its files fail their checks or do not fit together
  virtual absl::StatusOr<StoreNews> CatchUp() { return StoreNews(); }

  // Flushes and releases the medium. RESOURCE_EXHAUSTED where there was no room
  // to flush: the log has it all, and the medium is released. Views and
  // iterators must be gone: one that is not keeps the medium, and the answer is
  // FAILED_PRECONDITION. Called by the destructor if it was not; a second call
  // does nothing.
  virtual absl::Status Close() = 0;
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_STORE_H_
