// Upkeep of the catalog: blocks of series and of members are put together.

#ifndef FOOTFALL_ENGINE_UPKEEP_CATALOG_FOLDER_H_
#define FOOTFALL_ENGINE_UPKEEP_CATALOG_FOLDER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/write/commit_queue.h"
#include "footfall/metric.h"
#include "footfall/snapshot.h"
#include "footfall/stop.h"

namespace footfall::engine {

// Looks at what has grown since it was looked at: the series of a metric, the
// members of a dimension; all of them after an opening. A look reads keys
// alone, and blocks are coded outside the queue, a stretch at a time.
//
// Threads: one at a time.
class CatalogFolder {
 public:
  // So many blocks of one commit each are left beside the folded ones.
  static constexpr size_t kMostBlocks = 64;

  // `queue` outlives it.
  explicit CatalogFolder(CommitQueue* queue) : queue_(queue) {}

  // Looks at one part, and folds a stretch of it where more than kMostBlocks
  // lie behind what is folded. False where no part is left to be looked at: a
  // comparison of two numbers where nothing has come. After an error of the
  // store, the queue or `stop` it is looked at again; one that does not read is
  // given up, with DATA_LOSS or UNIMPLEMENTED.
  absl::StatusOr<bool> Turn(const StopCheck& stop);

  // Folds all of one metric and its dimensions, or of all.
  absl::Status FoldAll(std::optional<MetricId> metric, const StopCheck& stop);

  // Parts that are to be looked at.
  size_t backlog() const { return parts_.size(); }
  uint64_t folded() const { return folded_; }  // stretches

 private:
  // A metric's series, or, where it has a name, a dimension's members.
  struct Part {
    MetricId metric = 0;
    std::string dimension;
  };
  // What there was of each when it became a part.
  struct Counts {
    std::map<MetricId, SeriesId> series;
    std::map<std::string, MemberId> members;
  };

  void FindParts(const DatabaseSnapshot& snapshot);
  // One stretch; false where fewer than `least` blocks are unfolded.
  absl::StatusOr<bool> Fold(const Part& part, size_t least,
                            const StopCheck& stop);

  CommitQueue* const queue_;
  std::vector<Part> parts_;
  Counts seen_;
  std::weak_ptr<const Declarations> seen_declarations_;
  uint64_t seen_series_ = 0;
  uint64_t folded_ = 0;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_UPKEEP_CATALOG_FOLDER_H_
