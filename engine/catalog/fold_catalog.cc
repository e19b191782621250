#include "engine/catalog/fold_catalog.h"

#include <algorithm>

#include "engine/catalog/records.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr size_t kKeysBetweenStops = 1024;

// Rows [begin, end), in `blocks` blocks and more behind them.
struct Unfolded {
  uint32_t begin = 0;
  uint32_t end = 0;
  size_t blocks = 0;
};

// Of blocks under `prefix` that hold rows [first, count): where they do not
// begin at first, first + kFoldedBlockRows, ..
absl::StatusOr<Unfolded> FindUnfolded(const StoreView& view,
                                      const std::string& prefix, uint32_t first,
                                      uint32_t count, const StopCheck& stop) {
  const auto iterator =
      view.Scan(Keyspace::kCatalog, prefix, AfterPrefix(prefix));
  Unfolded found{.begin = first, .end = count};
  uint64_t expected = first;
  uint32_t last = first;  // where the block before begins
  for (size_t keys = 1;; ++keys) {
    if (keys % kKeysBetweenStops == 0) FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, iterator->Next());
    if (!more) break;
    FOOTFALL_ASSIGN_OR_RETURN(const CatalogKey key,
                              ParseCatalogKey(iterator->key()));
    const uint32_t row = static_cast<uint32_t>(key.first);
    if (found.blocks == 0 && row == expected) {
      last = row;
      expected += kFoldedBlockRows;
      continue;
    }
    if (found.blocks == 0) {
      found.begin = last;
      found.blocks = 1;
    }
    ++found.blocks;
    if (found.end == count && row >= uint64_t{found.begin} + kRowsOfFold) {
      found.end = row;
    }
  }
  if (found.blocks == 0 && expected < count) {  // the last is too long
    found.begin = last;
    found.blocks = 1;
  }
  return found;
}

}  // namespace

void FoldedBlocks::AddTo(StoreBatch* batch) const {
  batch->DeleteRange(Keyspace::kCatalog, begin, end);
  for (const auto& [key, block] : blocks) {
    batch->Put(Keyspace::kCatalog, key, block);
  }
}

absl::StatusOr<std::optional<FoldedBlocks>> FoldSeriesBlocks(
    const StoreView& view, const CatalogView::PublishedMetric& metric,
    size_t least, const StopCheck& stop) {
  const MetricId id = metric.state->metric->id;
  const SeriesId count = metric.series.count();
  const std::string prefix = SeriesBlocksOf(id);
  FOOTFALL_ASSIGN_OR_RETURN(const Unfolded found,
                            FindUnfolded(view, prefix, 0, count, stop));
  if (found.blocks < least) return std::nullopt;
  FoldedBlocks folded{.begin = SeriesBlockKey(id, found.begin),
                      .end = SeriesBlockKey(id, found.end),
                      .blocks = {}};
  std::vector<std::vector<MemberId>> columns(
      metric.state->series->dimension_count());
  for (SeriesId first = found.begin; first < found.end;) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    const SeriesId rows = std::min(kFoldedBlockRows, found.end - first);
    std::vector<absl::Span<const MemberId>> spans;
    for (size_t d = 0; d < columns.size(); ++d) {
      columns[d].resize(rows);
      metric.series.ReadMembers(d, first, absl::MakeSpan(columns[d]));
      spans.push_back(columns[d]);
    }
    folded.blocks.emplace_back(SeriesBlockKey(id, first),
                               EncodeSeriesBlock(spans, rows));
    first += rows;
  }
  return folded;
}

absl::StatusOr<std::optional<FoldedBlocks>> FoldMemberBlocks(
    const StoreView& view, const CatalogView::PublishedMembers& members,
    size_t least, const StopCheck& stop) {
  const Dictionary& dictionary = *members.dictionary;
  const std::string prefix = MemberBlocksOf(dictionary.id());
  // Member 0 is not written.
  FOOTFALL_ASSIGN_OR_RETURN(const Unfolded found,
                            FindUnfolded(view, prefix, 1, members.count, stop));
  if (found.blocks < least) return std::nullopt;
  FoldedBlocks folded{.begin = MemberBlockKey(dictionary.id(), found.begin),
                      .end = MemberBlockKey(dictionary.id(), found.end),
                      .blocks = {}};
  std::vector<absl::string_view> names;
  for (MemberId first = found.begin; first < found.end;
       first += static_cast<MemberId>(names.size())) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    names.clear();
    for (MemberId member = first;
         member < found.end && names.size() < kFoldedBlockRows; ++member) {
      names.push_back(dictionary.Name(member));
    }
    folded.blocks.emplace_back(MemberBlockKey(dictionary.id(), first),
                               EncodeMemberBlock(names));
  }
  return folded;
}

}  // namespace footfall::engine
