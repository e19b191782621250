#include "engine/upkeep/upkeep.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/catalog/sealed_era.h"
#include "engine/read/tile_range.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

// Tiles that are read from one snapshot before a new one is taken, so that
// none is held for long.
constexpr int kTilesOfSnapshot = 256;

// Keeps the first of some errors.
void KeepFirst(const absl::Status& status, absl::Status* first) {
  if (first->ok()) {
    *first = status;
  }
}

// Errors of one tile let the others go on; of the queue or the store, not.
bool IsOfTile(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsUnimplemented(status) ||
         absl::IsInternal(status);
}

absl::Status Stopped() {
  return absl::FailedPreconditionError("upkeep: the database is being closed");
}

DueTiles::Parts PartsOf(const storage::Bundle& bundle) {
  return {.patches = bundle.part_count() - 1,
          .patch_bytes = bundle.later_size(),
          .base_bytes = bundle.first_size()};
}

}  // namespace

Upkeep::Upkeep(CommitQueue* queue, DueTiles* due) : queue_(queue), due_(due) {
  // What a metric had left to seal when the database was closed.
  for (const auto& metric : queue_->current()->catalog().metrics()) {
    due_->NoteMetric(metric->id);
  }
}

Upkeep::~Upkeep() { Stop(); }

void Upkeep::Start() {
  thread_ = std::thread([this] {
    bool more = true;
    while (more) {
      // Database::Health() tells of an error, readers of the tile meet it, and
      // a latched queue tells every writer. Without memory there is no upkeep.
      Guarded([&]() -> absl::Status {
        DueTiles::Due due;
        more = due_->WaitAndTake(&due);
        if (!more) return absl::OkStatus();
        storage::MutexLock lock(&work_mutex_);
        return See(due);
      }).IgnoreError();
    }
  });
}

void Upkeep::Stop() {
  stopping_ = true;
  due_->Stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

absl::Status Upkeep::Run() {
  FOOTFALL_RETURN_IF_ERROR(queue_->CheckOpen());
  storage::MutexLock lock(&work_mutex_);
  absl::Status first;
  DueTiles::Due due;
  while (due_->Take(&due)) {
    const absl::Status status = See(due);
    if (!status.ok() && !IsOfTile(status)) {
      return status;
    }
    KeepFirst(status, &first);
  }
  return first;
}

absl::Status Upkeep::last_error() const {
  storage::MutexLock lock(&error_mutex_);
  return last_error_;
}

absl::Status Upkeep::Note(const absl::Status& status) {
  if (stopping_) return status;  // an error for that reason is none of upkeep's
  storage::MutexLock lock(&error_mutex_);
  last_error_ = status;
  return status;
}

absl::Status Upkeep::See(const DueTiles::Due& due) {
  const absl::Status status = SeeAll(due);
  if (!status.ok() && !IsOfTile(status)) due_->Postpone(due);
  return Note(status);
}

absl::Status Upkeep::SeeAll(const DueTiles::Due& due) {
  absl::Status first;
  for (const MetricId metric : due.metrics) {
    const absl::Status status = SeeMetric(metric);
    if (!status.ok() && !IsOfTile(status)) {
      return status;
    }
    KeepFirst(status, &first);
  }
  Folder folder(queue_);
  std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
  for (size_t i = 0; i < due.tiles.size(); ++i) {
    if (stopping_) {
      return Stopped();
    }
    if (i % kTilesOfSnapshot == 0) {
      snapshot = queue_->current();
    }
    const absl::Status status = SeeTile(*snapshot, due.tiles[i], &folder);
    if (!status.ok()) {
      if (!IsOfTile(status)) {
        return status;
      }
      due_->ForgetTile(due.tiles[i]);
      KeepFirst(status, &first);
    }
  }
  FOOTFALL_RETURN_IF_ERROR(folder.Install());
  return first;
}

absl::Status Upkeep::SeeTile(const DatabaseSnapshot& snapshot,
                             const storage::TileKey& key, Folder* folder) {
  const CatalogView::PublishedMetric* const published =
      snapshot.catalog().Find(key.metric);
  std::string bytes;
  bool found = published != nullptr;
  if (found) {
    FOOTFALL_ASSIGN_OR_RETURN(
        found, snapshot.view().Get(Keyspace::kTiles,
                                   storage::EncodeTileKey(key), &bytes));
  }
  if (!found) {
    due_->ForgetTile(key);
    return absl::OkStatus();
  }
  const MetricState& state = *published->state;
  const absl::StatusOr<storage::Bundle> bundle = storage::Bundle::Open(bytes);
  if (!bundle.ok()) {
    return InTile(bundle.status(), *state.metric, key.era, key.band);
  }
  DueTiles::Parts parts = PartsOf(*bundle);
  const bool newest = due_->IsNewestEra(key.metric, key.era);
  // A lone part of an older era is a patch that has not been sealed: upkeep is
  // only told of a tile when a patch was appended.
  if (DueTiles::IsDue(parts, newest) || (!newest && parts.patches == 0)) {
    const absl::Status status =
        folder->Add(state, key, bytes, *bundle,
                    newest ? storage::Effort::kFast : storage::Effort::kDense);
    if (!status.ok()) {
      return IsOfTile(status) ? InTile(status, *state.metric, key.era, key.band)
                              : status;
    }
    parts = {.patches = 0,
             .patch_bytes = 0,
             .base_bytes = parts.base_bytes + parts.patch_bytes};
  }
  due_->NoteTile(key, parts);
  return absl::OkStatus();
}

absl::Status Upkeep::SeeMetric(MetricId metric) {
  const std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
  if (snapshot->catalog().Find(metric) == nullptr) {
    due_->ForgetMetric(metric);
    return absl::OkStatus();
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<EraRange> eras,
                            FindEras(snapshot->view(), metric));
  if (!eras.has_value()) {
    return absl::OkStatus();
  }
  due_->NoteNewestEra(metric, eras->last);
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<int32_t> sealed,
                            ReadSealedBefore(snapshot->view(), metric));
  const int32_t first = sealed.value_or(eras->first);
  if (first >= eras->last) {
    return absl::OkStatus();
  }
  return SealEras(metric, first, eras->last - 1, eras->last, StopCheck());
}

absl::Status Upkeep::SealEras(MetricId metric, int32_t first, int32_t last,
                              int32_t sealed_before, const StopCheck& stop) {
  absl::Status first_error;
  Folder folder(queue_);
  storage::TileKey next{.metric = metric, .era = first, .band = 0};
  const std::string end =
      storage::EncodeTileKey({.metric = metric, .era = last + 1, .band = 0});
  bool more = true;
  while (more) {
    const std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
    const CatalogView::PublishedMetric* const published =
        snapshot->catalog().Find(metric);
    if (published == nullptr) {
      return absl::OkStatus();  // dropped under way
    }
    const auto iterator = snapshot->view().Scan(
        Keyspace::kTiles, storage::EncodeTileKey(next), end);
    for (int i = 0; more && i < kTilesOfSnapshot; ++i) {
      FOOTFALL_RETURN_IF_ERROR(CheckStopping());
      FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
      FOOTFALL_ASSIGN_OR_RETURN(more, iterator->Next());
      if (!more) {
        break;
      }
      FOOTFALL_ASSIGN_OR_RETURN(next, storage::DecodeTileKey(iterator->key()));
      const auto bundle = storage::Bundle::Open(iterator->value());
      const absl::Status status =
          bundle.ok() ? folder.Add(*published->state, next, iterator->value(),
                                   *bundle, storage::Effort::kDense)
                      : bundle.status();
      if (!status.ok() && !IsOfTile(status)) {
        return status;
      }
      if (!status.ok()) {
        KeepFirst(
            InTile(status, *published->state->metric, next.era, next.band),
            &first_error);
      }
      // On with the next key; a band never reaches its type's end.
      ++next.band;
    }
  }
  FOOTFALL_RETURN_IF_ERROR(folder.Install());
  const auto work = [&](CommitQueue::Change& change) {
    change.is_commit = false;
    if (change.catalog->Find(metric) != nullptr) {
      PutSealedBefore(metric, sealed_before, change.batch);
    }
    return absl::OkStatus();
  };
  FOOTFALL_RETURN_IF_ERROR(
      queue_->RunAlone(Durability::kProcessCrash, work).status());
  due_->ForgetErasBefore(metric, sealed_before);
  return first_error;
}

absl::Status Upkeep::CheckStopping() const {
  return stopping_ ? Stopped() : absl::OkStatus();
}

absl::Status Upkeep::Compact(const StopCheck& stop) {
  FOOTFALL_RETURN_IF_ERROR(queue_->CheckOpen());
  storage::MutexLock lock(&work_mutex_);
  const absl::Status status = CompactAll(stop);
  // What the caller stopped is no error of upkeep's.
  const bool is_stopped =
      absl::IsCancelled(status) || absl::IsDeadlineExceeded(status);
  return is_stopped ? status : Note(status);
}

absl::Status Upkeep::CompactAll(const StopCheck& stop) {
  absl::Status first;
  const std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
  for (const auto& metric : snapshot->catalog().metrics()) {
    FOOTFALL_RETURN_IF_ERROR(CheckStopping());
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<EraRange> eras,
                              FindEras(snapshot->view(), metric->id));
    if (!eras.has_value()) {
      continue;
    }
    due_->NoteNewestEra(metric->id, eras->last);
    // The newest era goes on growing: it is sealed again once it is over.
    const absl::Status status =
        SealEras(metric->id, eras->first, eras->last, eras->last, stop);
    if (!status.ok() && !IsOfTile(status)) {
      return status;
    }
    KeepFirst(status, &first);
  }
  FOOTFALL_RETURN_IF_ERROR(FoldCatalog());
  return first;
}

absl::Status Upkeep::FoldCatalog() {
  const auto run = [this](CommitQueue::Work work) {
    return queue_->RunAlone(Durability::kProcessCrash, work).status();
  };
  const std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
  std::set<std::string> dimensions;
  for (const auto& metric : snapshot->catalog().metrics()) {
    FOOTFALL_RETURN_IF_ERROR(run([&](CommitQueue::Change& change) {
      change.is_commit = false;
      return change.catalog->FoldSeriesBlocks(
          metric->id, change.current->view(), change.batch);
    }));
    for (const Dimension& dimension : metric->spec.dimensions) {
      dimensions.insert(dimension.name);
    }
  }
  for (const std::string& dimension : dimensions) {
    FOOTFALL_RETURN_IF_ERROR(run([&](CommitQueue::Change& change) {
      change.is_commit = false;
      return change.catalog->FoldMemberBlocks(dimension, change.current->view(),
                                              change.batch);
    }));
  }
  return absl::OkStatus();
}

}  // namespace footfall::engine
