// Up to which era the tiles of a metric are sealed, and which eras before that
// were written to since: what upkeep has to know of earlier openings. Written
// with the commits themselves, so that no crash loses it.

#ifndef FOOTFALL_ENGINE_CATALOG_ERA_RECORDS_H_
#define FOOTFALL_ENGINE_CATALOG_ERA_RECORDS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/catalog/stored_format.h"
#include "footfall/hash_table.h"
#include "footfall/metric.h"
#include "footfall/store.h"

namespace footfall::engine {

// What is recorded of a metric, as a view of the store has it.
struct RecordedEras {
  // Every tile of an earlier era was sealed; nullopt: not known of any.
  std::optional<int32_t> sealed_before;
  std::vector<int32_t> late;  // ascending
};

// DATA_LOSS, UNAVAILABLE as StoreView.
absl::StatusOr<RecordedEras> ReadEras(const StoreView& view, MetricId metric);

// The same for the leader of the commit queue, with what it has seen since the
// catalog was loaded: which commit was the last to touch each era.
//
// Part of the catalog: belongs to the leader.
class EraRecords {
 public:
  // `format` must outlive it.
  explicit EraRecords(StoredFormat* format) : format_(format) {}

  // The records of a store that stands at `commit`. Eras may have been touched
  // by that commit or any before.
  void BeginLoading(uint64_t commit) { loaded_commit_ = commit; }
  absl::Status LoadSealed(MetricId metric, absl::string_view value);
  void LoadLate(MetricId metric, int32_t era);

  // Commit `commit` adds tiles to the era, or to tiles of it (`appends`). Where
  // it appends and the era is sealed, that becomes late.
  void Touch(MetricId metric, int32_t era, uint64_t commit, bool appends,
             StoreBatch* batch);

  // Every tile before `era` is sealed, as it was after commit `seen`; those of
  // eras that were touched since are late. Moves back, too: eras from `era` on
  // are written to then. Nothing where it is not known what was touched since.
  void Seal(MetricId metric, int32_t era, uint64_t seen, StoreBatch* batch);

  // The late era was folded as it was after commit `seen`; late it stays if it
  // was touched since.
  void Clear(MetricId metric, int32_t era, uint64_t seen, StoreBatch* batch);

  // The metric goes.
  void Drop(MetricId metric, StoreBatch* batch);

  // Whether a later commit than `commit` may have touched an era of
  // [first, last].
  bool AnyTouchedSince(MetricId metric, int32_t first, int32_t last,
                       uint64_t commit) const;

  // The eras that later commits than `commit` have touched; nullopt where it is
  // not known.
  std::optional<std::vector<int32_t>> TouchedSince(MetricId metric,
                                                   uint64_t commit) const;

  // The last commit that may have touched a tile of the era; 0 where none has.
  uint64_t LastTouch(MetricId metric, int32_t era) const;

 private:
  struct Eras {
    std::optional<int32_t> sealed_before;
    std::set<int32_t> late;
    FlatHashMap<int32_t, uint64_t> touched;  // era -> commit, since loading
  };
  void PutLate(MetricId metric, int32_t era, Eras* eras, StoreBatch* batch);

  StoredFormat* format_;
  uint64_t loaded_commit_ = 0;
  FlatHashMap<MetricId, Eras> metrics_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_ERA_RECORDS_H_
