// The series of one metric as columns in memory: per dimension, the member of
// each series number.

#ifndef FOOTFALL_ENGINE_CATALOG_SERIES_COLUMNS_H_
#define FOOTFALL_ENGINE_CATALOG_SERIES_COLUMNS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/types/span.h"
#include "engine/catalog/chunked_array.h"
#include "engine/catalog/members.h"
#include "footfall/hash_table.h"
#include "footfall/metric.h"
#include "footfall/snapshot.h"
#include "storage/base/mutex.h"

namespace footfall::engine {

// Member tuples as columns: [dimension][row].
using TupleColumns = absl::Span<const absl::Span<const MemberId>>;

// Append-only. Series are numbered from 0.
//
// Threads: the reading calls take no lock and see what was published to them.
// Find() may be called from any thread; Append() by the one writer (the leader
// of the commit queue), beside all others.
class SeriesColumns {
 public:
  explicit SeriesColumns(size_t dimension_count);

  size_t dimension_count() const { return columns_.size(); }

  // As SeriesTable::ReadMembers and SeriesTable::BlockMayHold. A block may also
  // answer for series that are newer than the caller's count.
  void ReadMembers(size_t dimension, SeriesId first,
                   absl::Span<MemberId> out) const;
  bool BlockMayHold(size_t dimension, SeriesId block, MemberId member) const;

  // Series there are, those of a commit still under way included.
  SeriesId count() const ABSL_LOCKS_EXCLUDED(mutex_);

  // out[i] = the series whose members are row i, or kUnknownId; a row with a
  // kUnknownId member has none. Returns how many are unknown.
  size_t Find(TupleColumns tuples, absl::Span<SeriesId> out) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Gives the next `row_count` numbers to these tuples, in row order.
  // Requires: none is there yet, and all rows differ.
  void Append(TupleColumns tuples, size_t row_count)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Bytes of memory in use, for tests and reports.
  size_t memory_bytes() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Smallest and largest member of a block of SeriesTable::kBlock series. They
  // only widen, so that a reader of an older state skips too little, never too
  // much.
  struct Bounds {
    std::atomic<MemberId> min = kUnknownId;
    std::atomic<MemberId> max = 0;
  };
  struct Column {
    ChunkedArray<MemberId> members;
    ChunkedArray<Bounds> bounds;
  };

  // A tuple that is not in the table: one member a dimension.
  struct Tuple {
    const MemberId* members;
  };
  // Hash a series by its members, so that the index holds numbers alone.
  struct Hash {
    using is_transparent = void;
    const SeriesColumns* table;
    size_t operator()(SeriesId series) const;
    size_t operator()(Tuple tuple) const;
  };
  struct Equal {
    using is_transparent = void;
    const SeriesColumns* table;
    bool operator()(SeriesId a, SeriesId b) const { return a == b; }
    bool operator()(SeriesId a, Tuple b) const { return table->Is(a, b); }
    bool operator()(Tuple a, SeriesId b) const { return table->Is(b, a); }
  };

  bool Is(SeriesId series, Tuple tuple) const;
  void BuildIndex() const ABSL_LOCKS_EXCLUDED(mutex_);

  std::vector<std::unique_ptr<Column>> columns_;

  mutable storage::Mutex mutex_;
  SeriesId count_ ABSL_GUARDED_BY(mutex_) = 0;
  // The index is for writers; it is built when the first one comes.
  mutable bool indexed_ ABSL_GUARDED_BY(mutex_) = false;
  mutable FlatHashSet<SeriesId, Hash, Equal> index_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_SERIES_COLUMNS_H_
