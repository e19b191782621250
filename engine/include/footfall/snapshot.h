// A frozen view of the database, and the one way to read from it.

#ifndef FOOTFALL_SNAPSHOT_H_
#define FOOTFALL_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/declarations.h"
#include "footfall/event.h"
#include "footfall/metric.h"
#include "footfall/period.h"

#pragma GCC visibility push(default)
namespace footfall {

class QuestionLog;  // footfall/question_log.h

// A block of samples: some series of one band x some steps of one era.
struct Slab {
  absl::Span<const SeriesId> series = {};  // [n] ascending: those asked for
                                           // that have a sample in the block
  int64_t first_step = 0;
  uint32_t step_count = 0;  // >= 1
  uint32_t words = 0;       // ceil(step_count / 64)
  // [n * step_count]; row i is series[i]. int64 values, or the bits of doubles;
  // 0 where absent.
  absl::Span<const int64_t> values = {};
  // [n * words]; bit b of word b / 64 of row i: step first_step + b is present.
  // Bits past step_count are 0.
  absl::Span<const uint64_t> present = {};
};

// How much of each series a scan reads.
enum class ScanDepth : uint8_t {
  kValues,
  // Which steps have a sample: slabs have no values.
  kPresence,
  // As kPresence, of the samples of a tier that are made of all their steps:
  // whatever was rolled up into them was there. Else as kPresence.
  kWhole,
  // How large values are at most: a slab has one number for each series that
  // may have a sample in the block, in `values`, and no presence. No sample of
  // the block is above it; it is rarely more than a fifth above the largest
  // sample of the tile, and INT64_MAX where nothing is known (tiles that were
  // not compacted, decimals, numbers below 0).
  kCeilings,
};

// What a scan shall read.
struct ScanRequest {
  MetricId metric = 0;
  absl::Span<const SeriesId> series = {};  // ascending, unique; must stay alive
  StepRange steps = {};
  ScanDepth depth = ScanDepth::kValues;
};

// What a scan has done so far.
struct ScanStats {
  uint64_t tiles = 0;  // bundles read
  uint64_t tile_bytes = 0;
  uint64_t values = 0;  // cells decoded, present or not
};

// Walks slabs by era, then by band. One thread. Must not outlive its snapshot.
class SlabCursor {
 public:
  virtual ~SlabCursor() = default;

  // Moves to the next slab that has a sample; false once there is none. The
  // spans of the slab before become invalid. After an error: drop the cursor.
  //
  //   DATA_LOSS            a tile fails its checks; the message names its key
  //   UNAVAILABLE          the store cannot be read; a new cursor may succeed
  //   FAILED_PRECONDITION  the database was closed
  virtual absl::StatusOr<bool> Next() = 0;

  // Requires: the last Next() returned true.
  virtual const Slab& slab() const = 0;

  virtual const ScanStats& stats() const = 0;
};

// The series of one metric, as columns; a view into its snapshot.
class SeriesTable {
 public:
  virtual ~SeriesTable() = default;

  // Series are numbered [0, count()).
  virtual SeriesId count() const = 0;

  // Member of series [first, first + out.size()) in dimension `dimension`.
  // Requires: the range lies below count().
  virtual void ReadMembers(size_t dimension, SeriesId first,
                           absl::Span<MemberId> out) const = 0;

  // Whether a run of kBlock series from block * kBlock may hold `member`:
  // false is certain. For skipping.
  static constexpr SeriesId kBlock = 1024;
  virtual bool BlockMayHold(size_t dimension, SeriesId block,
                            MemberId member) const = 0;
};

// A snapshot sees every write acknowledged before Database::TakeSnapshot()
// returned, and none after. Holding one keeps replaced tiles alive: seconds
// are fine, hours are not.
//
// It may outlive its Database and be read while that is being closed. Once it
// is closed, samples cannot be read any more: every call that reads the store,
// and every question, is FAILED_PRECONDITION. Names, events and series tables
// are in memory and stay. It keeps neither the store nor its lock.
//
// Threads: immutable, may be shared.
class Snapshot {
 public:
  virtual ~Snapshot() = default;

  // FAILED_PRECONDITION once the database was closed.
  virtual absl::Status CheckOpen() const { return absl::OkStatus(); }

  // Number of the last commit that it sees.
  virtual uint64_t commit() const = 0;

  // The metrics as one object: another one after every DEFINE, ALTER and DROP,
  // the same until then. Null where nobody counts.
  virtual const std::shared_ptr<const Declarations>& declarations() const {
    static const std::shared_ptr<const Declarations> kNone;
    return kNone;
  }

  // Where questions are counted; null where they are not. Valid as long as the
  // snapshot.
  virtual QuestionLog* questions() const { return nullptr; }

  // By name.
  virtual std::vector<std::shared_ptr<const Metric>> Metrics() const = 0;
  virtual std::shared_ptr<const Metric> FindMetric(
      absl::string_view name) const = 0;  // null where there is none

  // Members of a dimension name are numbered [0, MemberCount); 0 is "".
  // 0 where no metric has the dimension, and no attribute is called so.
  virtual MemberId MemberCount(absl::string_view dimension) const = 0;
  // Valid as long as the snapshot. Requires: member < MemberCount(dimension).
  virtual absl::string_view MemberName(absl::string_view dimension,
                                       MemberId member) const = 0;
  virtual std::optional<MemberId> FindMember(absl::string_view dimension,
                                             absl::string_view name) const = 0;

  // In the order of CompareEvents(). Valid as long as the snapshot.
  virtual absl::Span<const std::shared_ptr<const Event>> Events() const = 0;
  // By dimension, then old name. Their names are members of the dimension. No
  // chain of them leads back to where it began.
  virtual absl::Span<const std::shared_ptr<const Alias>> Aliases() const = 0;
  // In the order of CompareAttributes(). Their members are members of the
  // dimension, and their values are those of one that has the attribute's name.
  virtual absl::Span<const std::shared_ptr<const Attribute>> Attributes()
      const {
    return {};
  }

  // Requires: `metric` is a metric of this snapshot.
  virtual const SeriesTable& Series(MetricId metric) const = 0;

  // Series in a band: those numbered [b * n, (b + 1) * n) lie in the same
  // tiles, and a scan that reads some of them opens all of these. At least 1.
  // Requires: as Series().
  virtual SeriesId BandSize(MetricId metric) const = 0;

  // Steps in an era: era e holds [e * n, (e + 1) * n). At least 1.
  // Requires: as Series().
  virtual int64_t EraSize(MetricId metric) const = 0;

  // The whole eras that may hold samples of the metric, as steps; nullopt for
  // a metric without one. Found by keys alone.
  virtual absl::StatusOr<std::optional<StepRange>> StepBounds(
      MetricId metric) const = 0;

  // The whole eras that may hold samples at `steps`, as steps, in order. Where
  // eras without any follow each other over a long stretch, it is left out:
  // long is 16 eras or more, and about an eighth of what lies between samples
  // around it. Found by keys alone, with some 16 seeks where there is none.
  virtual absl::StatusOr<std::vector<StepRange>> StepStretches(
      MetricId metric, StepRange steps) const = 0;

  // Number of bundles that a scan would read. Found by keys alone.
  virtual absl::StatusOr<uint64_t> CountTiles(
      const ScanRequest& request) const = 0;

  // Null where there is no memory for a cursor.
  virtual std::unique_ptr<SlabCursor> Scan(
      const ScanRequest& request) const = 0;
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_SNAPSHOT_H_
