#include "engine/damage/mend.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/records.h"
#include "engine/damage/tile_check.h"
#include "engine/read/tile_range.h"
#include "storage/base/bytes.h"
#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"

namespace footfall::engine {
namespace {

using storage::LostKeys;

class Mender {
 public:
  Mender(Store* store, const std::vector<LostKeys>& lost,
         uint64_t last_sequence,
         absl::FunctionRef<absl::Status(absl::string_view, absl::string_view)>
             aside,
         std::vector<std::string>* lines)
      : store_(store),
        lost_(lost),
        last_sequence_(last_sequence),
        aside_(aside),
        lines_(lines) {}

  absl::Status Run() {
    FOOTFALL_RETURN_IF_ERROR(MendCatalog());
    FOOTFALL_RETURN_IF_ERROR(MendTiles());
    return store_->Flush();
  }

 private:
  // Whether a record with a key in [begin, end) may have been lost.
  bool MayHaveLost(const std::string& begin, const std::string& end) const {
    return std::any_of(lost_.begin(), lost_.end(), [&](const LostKeys& lost) {
      return lost.keyspace == Keyspace::kCatalog && lost.begin < end &&
             begin < lost.end;
    });
  }

  absl::Status MendCatalog() {
    std::set<uint32_t> bad_metrics;
    std::vector<CatalogKey> bad;
    std::vector<std::string> reasons;
    const auto view = store_->TakeView();
    FOOTFALL_ASSIGN_OR_RETURN(
        const std::unique_ptr<Catalog> sound,
        Catalog::LoadSound(
            *view, [&](const CatalogKey& key, const absl::Status& status) {
              bad.push_back(key);
              reasons.emplace_back(status.message());
            }));
    StoreBatch batch;
    for (size_t i = 0; i < bad.size(); ++i) {
      if (bad[i].kind == 'M' || bad[i].kind == 'S') {
        bad_metrics.insert(bad[i].number);
      }
      lines_->push_back(
          absl::StrCat("catalog: a record was taken out: ", reasons[i]));
    }
    FOOTFALL_RETURN_IF_ERROR(ReadKeys(*view, bad, &batch, &bad_metrics));
    // The last series of a metric may be gone without a trace; their numbers
    // must not be given to others.
    for (const auto& [number, name] : metric_names_) {
      const std::string series = SeriesBlocksOf(number);
      if (MayHaveLost(series, AfterPrefix(series)) ||
          MayHaveLost(MetricKey(number), MetricKey(number) + '\0')) {
        bad_metrics.insert(number);
      }
    }
    for (const uint32_t metric : bad_metrics) DropMetric(metric, &batch);
    if (!has_format_) {
      batch.Put(Keyspace::kCatalog, FormatKey(), EncodeNumber(kFormatVersion));
    }
    if (!has_commit_) {
      std::string number;
      storage::PutU64(last_sequence_, &number);
      batch.Put(Keyspace::kCatalog, CommitKey(), number);
      lines_->push_back(
          absl::StrCat("catalog: the number of the last commit is gone; it is ",
                       last_sequence_, " now"));
    }
    if (!has_counters_) {
      FOOTFALL_RETURN_IF_ERROR(NoteMetricsOfTiles(*view));
      batch.Put(Keyspace::kCatalog, CountersKey(),
                EncodeCounters({.next_metric = largest_metric_ + 1,
                                .next_dictionary = largest_dictionary_ + 1}));
    }
    for (const LostKeys& lost : lost_) {
      if (lost.keyspace != Keyspace::kCatalog) continue;
      lines_->push_back(PlaceOf(nullptr, lost));
    }
    if (batch.empty()) return absl::OkStatus();
    return store_->Apply(batch, Durability::kPowerLoss);
  }

  // Walks all keys: removes those that are bad, notes what else is there.
  absl::Status ReadKeys(const StoreView& view,
                        const std::vector<CatalogKey>& bad, StoreBatch* batch,
                        std::set<uint32_t>* bad_metrics) {
    std::set<std::tuple<char, uint32_t, uint32_t>> bad_keys;
    for (const CatalogKey& key : bad) {
      bad_keys.emplace(key.kind, key.number, key.first);
    }
    const auto records = view.Scan(Keyspace::kCatalog, "", "");
    while (true) {
      FOOTFALL_ASSIGN_OR_RETURN(const bool more, records->Next());
      if (!more) return absl::OkStatus();
      const absl::StatusOr<CatalogKey> key = ParseCatalogKey(records->key());
      const bool is_bad =
          !key.ok() || bad_keys.contains({key->kind, key->number, key->first});
      if (is_bad) {
        FOOTFALL_RETURN_IF_ERROR(aside_(records->key(), records->value()));
        batch->Delete(Keyspace::kCatalog, records->key());
      }
      if (!key.ok()) continue;
      switch (key->kind) {
        case 'F':
          has_format_ = !is_bad;
          break;
        case 'C':
          has_commit_ = !is_bad;
          break;
        case 'N':
          has_counters_ = !is_bad;
          break;
        case 'M':
        case 'S': {
          largest_metric_ = std::max(largest_metric_, key->number);
          const absl::StatusOr<MetricDeclaration> metric =
              key->kind == 'M' ? DecodeMetric(records->value())
                               : absl::NotFoundError("");
          std::string& name = metric_names_[key->number];
          if (!metric.ok()) break;
          name = metric->spec.name;
          for (const auto& tier : metric->tiers) {
            largest_metric_ =
                std::max({largest_metric_, tier.ids.values, tier.ids.whole});
          }
          break;
        }
        case 'D':
        case 'E':
          largest_dictionary_ = std::max(largest_dictionary_, key->number);
          break;
        default:
          break;
      }
      if (bad_metrics->contains(key->number) &&
          (key->kind == 'M' || key->kind == 'S') && !is_bad) {
        FOOTFALL_RETURN_IF_ERROR(aside_(records->key(), records->value()));
      }
    }
  }

  void DropMetric(uint32_t metric, StoreBatch* batch) {
    const std::string series = SeriesBlocksOf(metric);
    batch->Delete(Keyspace::kCatalog, MetricKey(metric));
    batch->Delete(Keyspace::kCatalog, SealedKey(metric));
    batch->DeleteRange(Keyspace::kCatalog, series, AfterPrefix(series));
    const std::string late = LateErasOf(metric);
    batch->DeleteRange(Keyspace::kCatalog, late, AfterPrefix(late));
    const std::string& name = metric_names_[metric];
    lines_->push_back(absl::StrCat(
        "metric ", name.empty() ? absl::StrCat(metric) : name,
        ": its declaration or series are lost, and with them all of it"));
  }

  absl::Status NoteMetricsOfTiles(const StoreView& view) {
    const auto tiles = view.Scan(Keyspace::kTiles, "", "");
    absl::StatusOr<bool> more = tiles->Next();
    while (true) {
      FOOTFALL_RETURN_IF_ERROR(more.status());
      if (!*more) return absl::OkStatus();
      const auto key = storage::DecodeTileKey(tiles->key());
      if (!key.ok()) {
        more = tiles->Next();
        continue;
      }
      largest_metric_ = std::max(largest_metric_, key->metric);
      more = tiles->Seek(EndTileKeyOf(key->metric));
    }
  }

  absl::Status MendTiles() {
    const auto view = store_->TakeView();
    FOOTFALL_ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog,
                              Catalog::Load(*view, std::nullopt));
    StoreBatch batch;
    absl::Status status;
    std::map<std::string, uint64_t> orphans;  // tiles by metric
    const absl::StatusOr<TileCounts> counts = CheckTiles(
        *view, catalog.get(), {},
        [&](absl::string_view key, absl::string_view value,
            const absl::Status& found) {
          status.Update(aside_(key, value));
          const auto tile = storage::DecodeTileKey(key);
          if (tile.ok() && catalog->Find(tile->metric) == nullptr) {
            const std::string& name = metric_names_[tile->metric];
            if (orphans[name.empty() ? absl::StrCat(tile->metric) : name]++ ==
                0) {
              batch.DeleteRange(Keyspace::kTiles, FirstTileKeyOf(tile->metric),
                                EndTileKeyOf(tile->metric));
            }
            return;
          }
          batch.Delete(Keyspace::kTiles, key);
          lines_->push_back(absl::StrCat(TilePlace(catalog.get(), key), ": ",
                                         found.message()));
        });
    FOOTFALL_RETURN_IF_ERROR(counts.status());
    FOOTFALL_RETURN_IF_ERROR(status);
    for (const auto& [name, count] : orphans) {
      lines_->push_back(
          absl::StrCat("metric ", name, ": ", count, " tiles were taken out"));
    }
    for (const LostKeys& lost : lost_) {
      if (lost.keyspace != Keyspace::kTiles) continue;
      lines_->push_back(PlaceOf(catalog.get(), lost));
    }
    if (batch.empty()) return absl::OkStatus();
    return store_->Apply(batch, Durability::kPowerLoss);
  }

  Store* const store_;
  const std::vector<LostKeys>& lost_;
  const uint64_t last_sequence_;
  const absl::FunctionRef<absl::Status(absl::string_view, absl::string_view)>
      aside_;
  std::vector<std::string>* const lines_;
  bool has_format_ = false;
  bool has_commit_ = false;
  bool has_counters_ = false;
  uint32_t largest_metric_ = 0;
  uint32_t largest_dictionary_ = 0;
  std::map<uint32_t, std::string> metric_names_;
};

}  // namespace

absl::Status MendStore(
    Store* store, const std::vector<LostKeys>& lost, uint64_t last_sequence,
    absl::FunctionRef<absl::Status(absl::string_view, absl::string_view)> aside,
    std::vector<std::string>* lines) {
  return Mender(store, lost, last_sequence, aside, lines).Run();
}

}  // namespace footfall::engine
