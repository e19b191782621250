#include "engine/upkeep/fold.h"

#include <utility>

#include "absl/strings/match.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

// Writers wait while bundles are installed: so much at a time.
constexpr size_t kInstallBytes = size_t{1} << 20;

}  // namespace

absl::Status Folder::Add(const MetricState& state, const storage::TileKey& key,
                         absl::string_view bytes, const storage::Bundle& bundle,
                         storage::Effort effort) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string tile,
                            bundle.Fold(effort, state.layout.season));
  std::string after;
  if (!tile.empty()) {
    storage::AppendFrame(tile, &after);
  }
  if (after == bytes) {
    return absl::OkStatus();
  }
  waiting_bytes_ += bytes.size() + after.size();
  waiting_.push_back({.key = storage::EncodeTileKey(key),
                      .before = std::string(bytes),
                      .after = std::move(after)});
  return waiting_bytes_ < kInstallBytes ? absl::OkStatus() : Install();
}

absl::Status Folder::Install() {
  if (waiting_.empty()) {
    return absl::OkStatus();
  }
  std::vector<Folded> folded;
  folded.swap(waiting_);
  waiting_bytes_ = 0;
  uint64_t installed = 0;
  uint64_t removed = 0;
  const auto work = [&](CommitQueue::Change& change) -> absl::Status {
    change.is_commit = false;
    StoreBatch batch;
    std::string now;
    for (const Folded& tile : folded) {
      FOOTFALL_ASSIGN_OR_RETURN(
          const bool found,
          change.current->view().Get(Keyspace::kTiles, tile.key, &now));
      if (!found || !absl::StartsWith(now, tile.before)) {
        continue;
      }
      now.replace(0, tile.before.size(), tile.after);
      if (now.empty()) {
        batch.Delete(Keyspace::kTiles, tile.key);
        ++removed;
      } else {
        batch.Put(Keyspace::kTiles, tile.key, now);
      }
      ++installed;
    }
    *change.batch = std::move(batch);
    return absl::OkStatus();
  };
  // A fold that a crash undoes is done again.
  FOOTFALL_RETURN_IF_ERROR(
      queue_->RunAlone(Durability::kProcessCrash, work).status());
  folded_ += installed;
  removed_ += removed;
  return absl::OkStatus();
}

}  // namespace footfall::engine
