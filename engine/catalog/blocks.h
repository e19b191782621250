// The bytes of catalog blocks: runs of series as columns of member numbers, and
// runs of members as text.
//
// A block is a value of the catalog key space. engine/FORMAT.md gives the
// bytes.

#ifndef FOOTFALL_ENGINE_CATALOG_BLOCKS_H_
#define FOOTFALL_ENGINE_CATALOG_BLOCKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/catalog/series_columns.h"
#include "footfall/metric.h"

namespace footfall::engine {

// Series of a block at most when it is folded; a reader takes as many as
// kMaxBlockRows.
inline constexpr uint32_t kFoldedBlockRows = 4096;
inline constexpr uint32_t kMaxBlockRows = uint32_t{1} << 20;

// Rows [0, row_count) of the tuples, each column in the shortest of four forms.
// Requires: 1 <= row_count <= kMaxBlockRows.
std::string EncodeSeriesBlock(TupleColumns tuples, size_t row_count);

// The columns of a block with `dimension_count` dimensions: [dimension][row].
// DATA_LOSS where the bytes are not such a block; UNIMPLEMENTED where a column
// is in a form of a later release.
absl::Status DecodeSeriesBlock(absl::string_view bytes, size_t dimension_count,
                               std::vector<std::vector<MemberId>>* columns,
                               size_t* row_count);

// Members in the order of their numbers, each without what it shares with the
// front of the one before. Requires: 1 <= size <= kMaxBlockRows.
std::string EncodeMemberBlock(absl::Span<const absl::string_view> members);

// DATA_LOSS where the bytes are not such a block.
absl::Status DecodeMemberBlock(absl::string_view bytes,
                               std::vector<std::string>* members);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_BLOCKS_H_
