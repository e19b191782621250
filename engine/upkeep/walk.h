// One metric's turn of upkeep: looks at its tiles and folds what is due.

#ifndef FOOTFALL_ENGINE_UPKEEP_WALK_H_
#define FOOTFALL_ENGINE_UPKEEP_WALK_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/read/database_snapshot.h"
#include "engine/upkeep/damaged_tiles.h"
#include "engine/upkeep/fold.h"
#include "engine/upkeep/living_era.h"
#include "engine/write/commit_queue.h"
#include "footfall/metric.h"
#include "storage/key/tile_key.h"
#include "storage/tile/frame_heads.h"

namespace footfall::engine {

// What a walk is about.
enum class WalkDepth : uint8_t {
  kTouched,     // the tiles it is given, and late eras
  kDue,         // all that may be due
  kEverything,  // every tile is folded and sealed
};

// How a tile is seen to, by the era that it lies in.
enum class EraKind : uint8_t {
  kLiving,   // folded fast once that pays
  kLate,     // sealed, and written to since: folded densely once that pays
  kSealing,  // to be sealed: whatever is not is coded densely
};

// Errors of one tile let the others go on; of the queue or the store, not.
bool IsOfTile(const absl::Status& status);

// Whether such a tile is to be folded, its deletions aside. In the living era:
// once more than 8 patches have come that are more than a quarter of it, or
// more than 32. In a late one: once patches are more than a quarter of it, or
// more than 8.
bool IsDue(const storage::FrameHeads& heads, EraKind kind);

// Goes on where it was, turn by turn, each from a snapshot of its own. What it
// has folded is in the store, so a walk that is never finished has done what it
// has done, and the next one goes over it by the heads of frames.
//
// A tile that does not decode, or whose block does not read, is put among the
// damaged ones and skipped.
//
// Threads: one at a time.
class Walk {
 public:
  // Tiles of one turn at most. No snapshot is held for longer.
  static constexpr int kTilesOfTurn = 256;

  // `tiles`: to be looked at, of the living era. All pointers outlive it.
  Walk(MetricId metric, WalkDepth depth, std::set<storage::TileKey> tiles,
       CommitQueue* queue, DamagedTiles* damaged);

  // True: more is left. `check` is asked for each tile, and its error ends the
  // turn; later ones may follow, as after errors of the queue and the store.
  // A walk of a metric that is not there is at its end; so is one that cannot
  // go on because of damage, which is kept with the damaged tiles.
  absl::StatusOr<bool> Turn(const std::function<absl::Status()>& check);

  // Tiles that were folded, and removed because nothing was left in them.
  uint64_t folded() const { return folder_.folded(); }
  uint64_t removed() const { return folder_.removed(); }
  // Whether some of them lie beyond the living era.
  bool folded_ahead() const { return folded_ahead_; }
  // What there is of eras, once it was found out.
  const std::optional<LivingEras>& eras() const { return eras_; }

 private:
  struct Span {
    int32_t first;
    int32_t last;  // included
    EraKind kind;
  };

  absl::Status Plan(const DatabaseSnapshot& snapshot);
  absl::Status LookAtTouched(const DatabaseSnapshot& snapshot,
                             const MetricState& state);
  absl::Status WalkSpans(const DatabaseSnapshot& snapshot,
                         const MetricState& state);
  // Steps over what cannot be read.
  absl::StatusOr<bool> NextTile(const absl::Status& error,
                                const MetricState& state, StoreIterator* tiles);
  absl::Status LookAt(const MetricState& state, const storage::TileKey& key,
                      absl::string_view bytes, EraKind kind);
  // Installs what was folded, and records what that means for eras before
  // next_ and for the front span, if it is done.
  absl::Status Record(bool span_is_done);

  const MetricId metric_;
  const WalkDepth depth_;
  std::set<storage::TileKey> tiles_;
  CommitQueue* const queue_;
  DamagedTiles* const damaged_;
  Folder folder_;

  bool planned_ = false;
  uint64_t seen_ = 0;          // the commit that it was planned after
  int32_t sealed_before_ = 0;  // as it was recorded then
  std::optional<LivingEras> eras_;
  std::deque<Span> spans_;
  storage::TileKey next_;  // in the front span
  std::function<absl::Status()> check_;
  int left_of_turn_ = 0;
  bool folded_ahead_ = false;
  bool skips_ = false;  // tiles before next_ could not be read
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_UPKEEP_WALK_H_
