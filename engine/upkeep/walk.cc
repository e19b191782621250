#include "engine/upkeep/walk.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/catalog/era_records.h"
#include "engine/read/tile_range.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr uint32_t kPatches = 8;
constexpr uint32_t kMostPatches = 32;
constexpr uint64_t kGrownShare = 4;  // patches, of the first part
constexpr size_t kMostAhead = 64;    // eras that are remembered
// Tiles in a row that are stepped over before a walk gives up.
constexpr int kMostSkipped = 256;
constexpr int32_t kFirstEra = std::numeric_limits<int32_t>::min();
constexpr uint64_t kDeletedShare = 4;  // deleted cells, of all with a value

}  // namespace

bool IsOfTile(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsUnimplemented(status) ||
         absl::IsInternal(status);
}

bool IsDue(const storage::FrameHeads& heads, EraKind kind) {
  const uint32_t patches = heads.part_count - 1;
  const bool grown = heads.later_size * kGrownShare > heads.first_size;
  switch (kind) {
    case EraKind::kLiving:
      return patches > kPatches && (grown || patches > kMostPatches);
    case EraKind::kLate:
      // One part that is not sealed is a patch of a tile that was not there.
      return patches == 0 ? !heads.is_sealed : grown || patches > kPatches;
    case EraKind::kSealing:
      return !heads.is_sealed;
  }
  return false;
}

Walk::Walk(MetricId metric, WalkDepth depth, std::set<storage::TileKey> tiles,
           CommitQueue* queue, DamagedTiles* damaged)
    : metric_(metric),
      depth_(depth),
      tiles_(std::move(tiles)),
      queue_(queue),
      damaged_(damaged),
      folder_(queue),
      next_{.metric = metric, .era = 0, .band = 0} {}

absl::StatusOr<bool> Walk::Turn(const std::function<absl::Status()>& check) {
  check_ = check;
  left_of_turn_ = kTilesOfTurn;
  const std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
  const CatalogView::PublishedMetric* const published =
      snapshot->catalog().Find(metric_);
  if (published == nullptr) {
    damaged_->RemoveMetric(metric_);
    return false;
  }
  const MetricState& state = *published->state;
  const absl::Status status = [&]() -> absl::Status {
    if (!planned_) FOOTFALL_RETURN_IF_ERROR(Plan(*snapshot));
    FOOTFALL_RETURN_IF_ERROR(LookAtTouched(*snapshot, state));
    return WalkSpans(*snapshot, state);
  }();
  // What keeps a walk from going on must not keep others from their turns.
  const storage::TileKey all = {.metric = metric_, .era = kFirstEra, .band = 0};
  if (!status.ok() && IsOfTile(status)) {
    damaged_->Add(
        all, 0,
        absl::Status(status.code(),
                     absl::StrCat("tiles of ", state.metric->spec.name, ": ",
                                  status.message())));
    return false;
  }
  FOOTFALL_RETURN_IF_ERROR(status);
  const bool more = !tiles_.empty() || !spans_.empty();
  if (!more) damaged_->Remove(all);
  return more;
}

absl::Status Walk::Plan(const DatabaseSnapshot& snapshot) {
  spans_.clear();
  const StoreView& view = snapshot.view();
  FOOTFALL_ASSIGN_OR_RETURN(const RecordedEras recorded,
                            ReadEras(view, metric_));
  seen_ = snapshot.commit();
  for (const int32_t era : recorded.late) {
    spans_.push_back({era, era, EraKind::kLate});
  }
  sealed_before_ = recorded.sealed_before.value_or(kFirstEra);
  if (recorded.sealed_before.has_value()) {
    std::erase_if(tiles_, [&](const storage::TileKey& key) {
      return key.era < *recorded.sealed_before;  // late
    });
  }
  if (depth_ != WalkDepth::kTouched) {
    FOOTFALL_ASSIGN_OR_RETURN(eras_, FindLivingEras(view, metric_));
    if (eras_.has_value()) {
      const bool all = depth_ == WalkDepth::kEverything;
      const int32_t first =
          all ? eras_->first : recorded.sealed_before.value_or(eras_->first);
      if (first < eras_->living) {
        spans_.push_back({first, eras_->living - 1, EraKind::kSealing});
      }
      spans_.push_back({eras_->living, eras_->last,
                        all ? EraKind::kSealing : EraKind::kLiving});
    }
  }
  if (!spans_.empty()) next_.era = spans_.front().first;
  next_.band = 0;
  planned_ = true;
  return absl::OkStatus();
}

absl::Status Walk::LookAtTouched(const DatabaseSnapshot& snapshot,
                                 const MetricState& state) {
  PinnedValue value;
  while (!tiles_.empty() && left_of_turn_ > 0) {
    FOOTFALL_RETURN_IF_ERROR(check_());
    const storage::TileKey key = *tiles_.begin();
    const absl::StatusOr<bool> found = snapshot.view().GetPinned(
        Keyspace::kTiles, storage::EncodeTileKey(key), &value);
    if (!found.ok() && !IsOfTile(found.status())) return found.status();
    if (!found.ok()) {
      damaged_->Add(key, 0,
                    InTile(found.status(), *state.metric, key.era, key.band));
    } else if (*found) {
      FOOTFALL_RETURN_IF_ERROR(
          LookAt(state, key, value.bytes(), EraKind::kLiving));
    } else {
      damaged_->Remove(key);
    }
    tiles_.erase(tiles_.begin());
    --left_of_turn_;
  }
  return folder_.Install();
}

absl::Status Walk::WalkSpans(const DatabaseSnapshot& snapshot,
                             const MetricState& state) {
  while (!spans_.empty() && left_of_turn_ > 0) {
    const Span span = spans_.front();
    const auto tiles = snapshot.view().Scan(
        Keyspace::kTiles, storage::EncodeTileKey(next_),
        storage::EncodeTileKey(
            {.metric = metric_, .era = span.last + 1, .band = 0}));
    absl::StatusOr<bool> more = tiles->Next();
    while (left_of_turn_ > 0) {
      FOOTFALL_RETURN_IF_ERROR(check_());
      if (!more.ok()) {
        FOOTFALL_ASSIGN_OR_RETURN(more,
                                  NextTile(more.status(), state, tiles.get()));
      }
      if (!*more) break;
      FOOTFALL_ASSIGN_OR_RETURN(const storage::TileKey key,
                                storage::DecodeTileKey(tiles->key()));
      if (!skips_) damaged_->RemoveRange(next_, key);
      skips_ = false;
      next_ = key;
      if (eras_.has_value() && key.era > eras_->living &&
          eras_->ahead.size() < kMostAhead) {
        eras_->ahead.insert(key.era);
      }
      FOOTFALL_RETURN_IF_ERROR(LookAt(state, next_, tiles->value(), span.kind));
      // On with the next key; a band never reaches its type's end.
      ++next_.band;
      --left_of_turn_;
      more = tiles->Next();
    }
    const bool is_done = more.ok() && !*more;
    if (is_done && !skips_) {
      damaged_->RemoveRange(
          next_, {.metric = metric_, .era = span.last + 1, .band = 0});
    }
    skips_ = false;
    FOOTFALL_RETURN_IF_ERROR(Record(is_done));
    if (!is_done) return absl::OkStatus();
    spans_.pop_front();
    next_.era = spans_.empty() ? 0 : spans_.front().first;
    next_.band = 0;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Walk::NextTile(const absl::Status& error,
                                    const MetricState& state,
                                    StoreIterator* tiles) {
  absl::StatusOr<bool> more = error;
  skips_ = true;
  int tries = 0;
  const uint32_t bands = state.layout.BandOf(state.series->count()) + 1;
  while (!more.ok()) {
    if (!IsOfTile(more.status()) || ++tries > kMostSkipped) {
      return more.status();
    }
    FOOTFALL_RETURN_IF_ERROR(check_());
    damaged_->Add(next_, 0,
                  InTile(more.status(), *state.metric, next_.era, next_.band));
    if (++next_.band >= bands) {
      next_.band = 0;
      if (++next_.era > spans_.front().last) return false;
    }
    more = tiles->Seek(storage::EncodeTileKey(next_));
  }
  return more;
}

absl::Status Walk::LookAt(const MetricState& state, const storage::TileKey& key,
                          absl::string_view bytes, EraKind kind) {
  if (damaged_->Knows(key, bytes.size())) return absl::OkStatus();
  const auto fold = [&]() -> absl::Status {
    FOOTFALL_ASSIGN_OR_RETURN(const storage::FrameHeads heads,
                              storage::ReadFrameHeads(bytes));
    bool is_due = IsDue(heads, kind);
    if (!is_due && !heads.has_deleted) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const storage::Bundle bundle,
                              storage::Bundle::Open(bytes));
    if (!is_due) {
      FOOTFALL_ASSIGN_OR_RETURN(const storage::Bundle::CellCounts cells,
                                bundle.CountCells());
      is_due = cells.deleted * kDeletedShare >= cells.values;
    }
    if (!is_due) return absl::OkStatus();
    folded_ahead_ |= eras_.has_value() && key.era > eras_->living;
    return folder_.Add(state, key, bytes, bundle,
                       kind == EraKind::kLiving ? storage::Effort::kFast
                                                : storage::Effort::kDense);
  };
  const absl::Status status = fold();
  if (!status.ok() && IsOfTile(status)) {
    damaged_->Add(key, bytes.size(),
                  InTile(status, *state.metric, key.era, key.band));
    return absl::OkStatus();
  }
  if (status.ok()) damaged_->Remove(key);
  return status;
}

absl::Status Walk::Record(bool span_is_done) {
  FOOTFALL_RETURN_IF_ERROR(folder_.Install());
  const Span span = spans_.front();
  const auto work = [&](CommitQueue::Change& change) {
    change.is_commit = false;
    if (change.catalog->Find(metric_) == nullptr) return absl::OkStatus();
    EraRecords& eras = change.catalog->eras();
    if (span.kind == EraKind::kLate && span_is_done) {
      eras.Clear(metric_, span.first, seen_, change.batch);
    } else if (span.kind != EraKind::kLate) {
      // Of the last span only eras before the living one count as sealed; what
      // is sealed already stays so while all is gone over again.
      const int32_t before =
          std::max(span_is_done ? span.last + 1 : next_.era, sealed_before_);
      eras.Seal(metric_, std::min(before, eras_->living), seen_, change.batch);
    }
    return absl::OkStatus();
  };
  return queue_->RunAlone(Durability::kProcessCrash, work).status();
}

}  // namespace footfall::engine
