// Putting the catalog's blocks together: every commit that brings series or
// members leaves a block of them.

#ifndef FOOTFALL_ENGINE_CATALOG_FOLD_CATALOG_H_
#define FOOTFALL_ENGINE_CATALOG_FOLD_CATALOG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/catalog/blocks.h"
#include "engine/catalog/catalog_view.h"
#include "footfall/stop.h"
#include "footfall/store.h"

namespace footfall::engine {

// Rows that are put together at once, about: encoding them takes some ms.
inline constexpr uint32_t kRowsOfFold = 16 * kFoldedBlockRows;

// Blocks that take the place of those with keys in [begin, end).
struct FoldedBlocks {
  std::string begin;
  std::string end;
  std::vector<std::pair<std::string, std::string>> blocks;  // by key

  void AddTo(StoreBatch* batch) const;
};

// The first stretch of a metric's series, or of a dimension's members, that
// does not lie in blocks of kFoldedBlockRows; nullopt where fewer than `least`
// blocks (1: any) lie behind it. What lies folded before it is left as it is:
// so folding costs what has come, not what there is. `view` and the other are
// of one snapshot; later commits only add blocks behind. `stop` is asked every
// thousand blocks that are there, and for each that is made.
absl::StatusOr<std::optional<FoldedBlocks>> FoldSeriesBlocks(
    const StoreView& view, const CatalogView::PublishedMetric& metric,
    size_t least, const StopCheck& stop);
absl::StatusOr<std::optional<FoldedBlocks>> FoldMemberBlocks(
    const StoreView& view, const CatalogView::PublishedMembers& members,
    size_t least, const StopCheck& stop);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_FOLD_CATALOG_H_
