// Replaces bundles by folded ones, beside writers that go on.

#ifndef FOOTFALL_ENGINE_UPKEEP_FOLD_H_
#define FOOTFALL_ENGINE_UPKEEP_FOLD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/catalog/catalog_view.h"
#include "engine/write/commit_queue.h"
#include "storage/key/tile_key.h"
#include "storage/tile/bundle.h"
#include "storage/tile/tile.h"

namespace footfall::engine {

// Folds bundles outside any lock and installs them in the commit queue.
//
// What was appended to a bundle since it was read is kept: overlay is
// associative, so the folded tile with the same later patches behind it is the
// same state. A bundle that is not what was read with something behind it (its
// metric was dropped, or another has folded it) is left alone.
//
// Threads: one at a time.
class Folder {
 public:
  explicit Folder(CommitQueue* queue) : queue_(queue) {}

  // Folds a bundle that was opened on `bytes`, and installs it, now or with
  // later ones. Nothing is to be done where the folded bytes are the same.
  //
  //   DATA_LOSS  a lane does not decode; the tile stays as it is
  //   else       as CommitQueue::Run()
  absl::Status Add(const MetricState& state, const storage::TileKey& key,
                   absl::string_view bytes, const storage::Bundle& bundle,
                   storage::Effort effort);

  // Installs what Add() has left.
  absl::Status Install();

  // Bundles installed so far, and those of them that were removed: no cell with
  // a value was left.
  uint64_t folded() const { return folded_; }
  uint64_t removed() const { return removed_; }

 private:
  struct Folded {
    std::string key;
    std::string before;  // the bundle that was read
    std::string after;   // the bundle to put in its place; "": none
  };

  CommitQueue* const queue_;
  std::vector<Folded> waiting_;
  size_t waiting_bytes_ = 0;
  uint64_t folded_ = 0;
  uint64_t removed_ = 0;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_UPKEEP_FOLD_H_
