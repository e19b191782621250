// Catalog: putting the blocks of many commits together.

#include <algorithm>
#include <vector>

#include "engine/catalog/blocks.h"
#include "engine/catalog/catalog.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

// Whether the blocks under `prefix` begin at 0, kFoldedBlockRows, ... and
// nowhere else, for `count` rows.
absl::StatusOr<bool> LiesFolded(const StoreView& view,
                                const std::string& prefix, uint32_t begin,
                                uint32_t count) {
  const auto iterator =
      view.Scan(Keyspace::kCatalog, prefix, AfterPrefix(prefix));
  uint64_t expected = begin;
  while (true) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, iterator->Next());
    if (!more) {
      return expected >= count;
    }
    FOOTFALL_ASSIGN_OR_RETURN(const CatalogKey key,
                              ParseCatalogKey(iterator->key()));
    if (key.first != expected) {
      return false;
    }
    expected += kFoldedBlockRows;
  }
}

}  // namespace

absl::Status Catalog::FoldSeriesBlocks(MetricId metric, const StoreView& view,
                                       StoreBatch* batch) const {
  const std::shared_ptr<const MetricState> state = Find(metric);
  if (state == nullptr) {
    return absl::OkStatus();
  }
  const SeriesColumns& series = *state->series;
  const SeriesId count = series.count();
  const std::string prefix = SeriesBlocksOf(metric);
  FOOTFALL_ASSIGN_OR_RETURN(const bool folded,
                            LiesFolded(view, prefix, 0, count));
  if (folded) {
    return absl::OkStatus();
  }
  batch->DeleteRange(Keyspace::kCatalog, prefix, AfterPrefix(prefix));
  std::vector<std::vector<MemberId>> columns(series.dimension_count());
  for (SeriesId first = 0; first < count;) {
    const SeriesId rows = std::min(kFoldedBlockRows, count - first);
    std::vector<absl::Span<const MemberId>> spans;
    for (size_t d = 0; d < columns.size(); ++d) {
      columns[d].resize(rows);
      series.ReadMembers(d, first, absl::MakeSpan(columns[d]));
      spans.push_back(columns[d]);
    }
    batch->Put(Keyspace::kCatalog, SeriesBlockKey(metric, first),
               EncodeSeriesBlock(spans, rows));
    first += rows;
  }
  return absl::OkStatus();
}

absl::Status Catalog::FoldMemberBlocks(absl::string_view dimension,
                                       const StoreView& view,
                                       StoreBatch* batch) const {
  const auto found = dictionaries_.find(dimension);
  if (found == dictionaries_.end()) {
    return absl::OkStatus();
  }
  const Dictionary& members = *found->second;
  const MemberId count = members.count();
  const std::string prefix = MemberBlocksOf(members.id());
  // Member 0 is not written.
  FOOTFALL_ASSIGN_OR_RETURN(const bool folded,
                            LiesFolded(view, prefix, 1, count));
  if (folded) {
    return absl::OkStatus();
  }
  batch->DeleteRange(Keyspace::kCatalog, prefix, AfterPrefix(prefix));
  std::vector<absl::string_view> names;
  for (MemberId first = 1; first < count;
       first += static_cast<MemberId>(names.size())) {
    names.clear();
    for (MemberId member = first;
         member < count && names.size() < kFoldedBlockRows; ++member) {
      names.push_back(members.Name(member));
    }
    batch->Put(Keyspace::kCatalog, MemberBlockKey(members.id(), first),
               EncodeMemberBlock(names));
  }
  return absl::OkStatus();
}

}  // namespace footfall::engine
