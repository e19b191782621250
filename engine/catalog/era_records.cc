#include "engine/catalog/era_records.h"

#include <algorithm>
#include <string>

#include "engine/catalog/records.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

absl::StatusOr<RecordedEras> ReadEras(const StoreView& view, MetricId metric) {
  RecordedEras eras;
  std::string value;
  FOOTFALL_ASSIGN_OR_RETURN(
      const bool found,
      view.Get(Keyspace::kCatalog, SealedKey(metric), &value));
  if (found) {
    FOOTFALL_ASSIGN_OR_RETURN(eras.sealed_before, DecodeEra(value));
  }
  const std::string prefix = LateErasOf(metric);
  const auto records =
      view.Scan(Keyspace::kCatalog, prefix, AfterPrefix(prefix));
  while (true) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, records->Next());
    if (!more) return eras;
    FOOTFALL_ASSIGN_OR_RETURN(const CatalogKey key,
                              ParseCatalogKey(records->key()));
    eras.late.push_back(key.era);
  }
}

absl::Status EraRecords::LoadSealed(MetricId metric, absl::string_view value) {
  FOOTFALL_ASSIGN_OR_RETURN(metrics_[metric].sealed_before, DecodeEra(value));
  return absl::OkStatus();
}

void EraRecords::LoadLate(MetricId metric, int32_t era) {
  metrics_[metric].late.insert(era);
}

void EraRecords::PutLate(MetricId metric, int32_t era, Eras* eras,
                         StoreBatch* batch) {
  if (!eras->late.insert(era).second) return;
  batch->Put(Keyspace::kCatalog, LateEraKey(metric, era), "");
  format_->Need(kLateErasFormat, batch);
}

void EraRecords::Touch(MetricId metric, int32_t era, uint64_t commit,
                       bool appends, StoreBatch* batch) {
  Eras& eras = metrics_[metric];
  eras.touched[era] = commit;
  if (appends && eras.sealed_before.has_value() && era < *eras.sealed_before) {
    PutLate(metric, era, &eras, batch);
  }
}

void EraRecords::Seal(MetricId metric, int32_t era, uint64_t seen,
                      StoreBatch* batch) {
  if (seen < loaded_commit_) return;
  Eras& eras = metrics_[metric];
  for (const auto& [touched, commit] : eras.touched) {
    const bool was_open =
        !eras.sealed_before.has_value() || touched >= *eras.sealed_before;
    if (was_open && touched < era && commit > seen) {
      PutLate(metric, touched, &eras, batch);
    }
  }
  if (eras.sealed_before == era) return;
  eras.sealed_before = era;
  batch->Put(Keyspace::kCatalog, SealedKey(metric), EncodeEra(era));
}

void EraRecords::Clear(MetricId metric, int32_t era, uint64_t seen,
                       StoreBatch* batch) {
  if (LastTouch(metric, era) > seen) return;
  if (metrics_[metric].late.erase(era) > 0) {
    batch->Delete(Keyspace::kCatalog, LateEraKey(metric, era));
  }
}

void EraRecords::Drop(MetricId metric, StoreBatch* batch) {
  batch->Delete(Keyspace::kCatalog, SealedKey(metric));
  const std::string late = LateErasOf(metric);
  batch->DeleteRange(Keyspace::kCatalog, late, AfterPrefix(late));
  metrics_.erase(metric);
}

bool EraRecords::AnyTouchedSince(MetricId metric, int32_t first, int32_t last,
                                 uint64_t commit) const {
  if (commit < loaded_commit_) return true;
  const auto found = metrics_.find(metric);
  return found != metrics_.end() &&
         std::any_of(found->second.touched.begin(), found->second.touched.end(),
                     [&](const auto& touched) {
                       return touched.first >= first && touched.first <= last &&
                              touched.second > commit;
                     });
}

std::optional<std::vector<int32_t>> EraRecords::TouchedSince(
    MetricId metric, uint64_t commit) const {
  if (commit < loaded_commit_) return std::nullopt;
  std::vector<int32_t> eras;
  const auto found = metrics_.find(metric);
  if (found == metrics_.end()) return eras;
  for (const auto& [era, touched] : found->second.touched) {
    if (touched > commit) eras.push_back(era);
  }
  return eras;
}

uint64_t EraRecords::LastTouch(MetricId metric, int32_t era) const {
  const auto found = metrics_.find(metric);
  if (found == metrics_.end()) return loaded_commit_;
  const auto touched = found->second.touched.find(era);
  return touched == found->second.touched.end()
             ? loaded_commit_
             : std::max(touched->second, loaded_commit_);
}

}  // namespace footfall::engine
