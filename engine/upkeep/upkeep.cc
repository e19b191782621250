#include "engine/upkeep/upkeep.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr absl::Duration kLastLook = absl::Milliseconds(5);
constexpr absl::Duration kFirstRest = absl::Milliseconds(50);
constexpr absl::Duration kLongestRest = absl::Seconds(10);
// So often the clock is asked what has become old.
constexpr absl::Duration kLookAtKeep = absl::Minutes(1);
constexpr size_t kDamagedInWords = 16;

absl::Status Stopped() {
  return absl::FailedPreconditionError("upkeep: the database is being closed");
}

// What no further try changes: a tile that cannot be read, a sum that leaves 64
// bits.
bool IsStuck(const absl::Status& status) {
  return IsOfTile(status) || absl::IsOutOfRange(status);
}

bool IsWish(const absl::Status& status) {
  return absl::IsCancelled(status) || absl::IsDeadlineExceeded(status);
}

}  // namespace

Upkeep::Upkeep(CommitQueue* queue, Store* store, TouchedTiles* touched,
               const UpkeepOptions& options, const KeepClock& clock,
               std::shared_ptr<EventQueue> events)
    : queue_(queue),
      store_(store),
      touched_(touched),
      options_(options),
      events_(std::move(events)),
      keeper_(queue, &damaged_, clock),
      names_(queue) {
  const auto snapshot = queue_->current();  // owns the list
  for (const auto& metric : snapshot->catalog().metrics()) {
    touched_->NoteMetric(metric->id);
    const auto* const found = snapshot->catalog().Find(metric->id);
    for (const MetricId id : TierIdsOf(*found->state)) touched_->NoteMetric(id);
  }
}

Upkeep::~Upkeep() { Stop(); }

void Upkeep::Start() {
  thread_ = std::thread([this] { Work(); });
}

void Upkeep::Stop() {
  if (stopping_.exchange(true)) return;
  touched_->Stop();
  if (!thread_.joinable()) return;
  thread_.join();
  // Whoever opens the database next walks all of it.
  Guarded([this] {
    LookOnceMore();
    return absl::OkStatus();
  }).IgnoreError();
}

void Upkeep::Work() {
  const Check check = [this] { return CheckStopping(); };
  const double share = std::clamp(options_.max_share, 0.01, 1.0);
  absl::Duration rest_after_error = kFirstRest;
  bool more = true;  // the first look needs no call
  while (more ? !stopping_ : touched_->Wait(UntilNextLook())) {
    const absl::Time begin = absl::Now();
    // Database::Health() tells of an error, and the next turn tries again.
    // Without memory there is no upkeep.
    const absl::Status status = Guarded([&]() -> absl::Status {
      more = true;
      storage::MutexLock lock(&work_mutex_);
      const absl::StatusOr<bool> step = Step(Keeper::When::kWhenItPays, check);
      Note(step.status()).IgnoreError();
      FOOTFALL_RETURN_IF_ERROR(step.status());
      more = *step;
      return absl::OkStatus();
    });
    absl::Duration rest = (absl::Now() - begin) * (1 / share - 1);
    if (!status.ok()) {
      rest = rest_after_error;
      rest_after_error = std::min(2 * rest_after_error, kLongestRest);
    } else {
      rest_after_error = kFirstRest;
    }
    if (!touched_->Rest(rest)) return;
  }
}

void Upkeep::LookOnceMore() {
  const absl::Time end = absl::Now() + kLastLook;
  const Check check = [end] {
    return absl::Now() < end ? absl::OkStatus() : Stopped();
  };
  storage::MutexLock lock(&work_mutex_);
  MetricId metric = 0;
  TouchedTiles::Touched touched;
  while (check().ok() && touched_->Take(&metric, &touched)) {
    // What was not walked yet is walked after the next opening.
    if (touched.tiles.empty()) continue;
    Walk walk(metric, WalkDepth::kTouched, std::move(touched.tiles), queue_,
              &damaged_);
    if (!FinishWalk(&walk, check).ok()) return;
  }
}

void Upkeep::TakeTouched() {
  MetricId metric = last_turn_;
  TouchedTiles::Touched touched;
  if (!touched_->Take(&metric, &touched)) return;
  if (const auto walk = walks_.find(metric); walk != walks_.end()) {
    // It is at its walk: this comes after it.
    touched_->GiveBack(metric, std::move(touched));
    return;
  }
  const auto known = eras_.find(metric);
  const bool walks =
      touched.walks || known == eras_.end() ||
      std::any_of(touched.tiles.begin(), touched.tiles.end(),
                  [&](const storage::TileKey& key) {
                    return key.era > known->second.living &&
                           !known->second.ahead.contains(key.era);
                  });
  if (walks) touched.tiles.clear();
  walks_.try_emplace(metric, metric,
                     walks ? WalkDepth::kDue : WalkDepth::kTouched,
                     std::move(touched.tiles), queue_, &damaged_);
}

absl::StatusOr<bool> Upkeep::Step(Keeper::When when, const Check& check) {
  FOOTFALL_RETURN_IF_ERROR(queue_->CheckOpen());
  FOOTFALL_RETURN_IF_ERROR(check());
  // Before anything is folded that is to go.
  FOOTFALL_ASSIGN_OR_RETURN(const bool looked, RemoveOld(when, check));
  if (looked) return true;
  FOOTFALL_ASSIGN_OR_RETURN(const bool names_left, FoldNames(check));
  TakeTouched();
  walk_count_ = walks_.size();
  if (walks_.empty()) {
    if (names_left) return true;
    reclaims_ |= touched_->TakeDeleted();
    if (reclaims_ || removed_) FOOTFALL_RETURN_IF_ERROR(Reclaim(check));
    return false;
  }
  auto walk = walks_.upper_bound(last_turn_);
  if (walk == walks_.end()) walk = walks_.begin();
  last_turn_ = walk->first;
  FOOTFALL_ASSIGN_OR_RETURN(const bool more, walk->second.Turn(check));
  if (!more) {
    NoteWalk(walk->first, walk->second);
    walks_.erase(walk);
    walk_count_ = walks_.size();
  }
  return true;
}

absl::StatusOr<bool> Upkeep::RemoveOld(Keeper::When when, const Check& check) {
  const absl::Time now = absl::Now();
  if (looks_at_keep_.exchange(false) || now >= next_look_) {
    to_look_at_.clear();
    const auto snapshot = queue_->current();  // owns the list
    for (const auto& metric : snapshot->catalog().metrics()) {
      if (metric->spec.keep.has_value()) to_look_at_.push_back(metric->id);
    }
    next_look_ = now + kLookAtKeep;
  }
  if (to_look_at_.empty()) return false;
  const absl::StatusOr<bool> removed =
      RemoveOldOf(to_look_at_.back(), when, check);
  if (IsStuck(removed.status())) {  // the others go on
    to_look_at_.pop_back();
    return true;
  }
  if (!removed.ok()) {
    looks_at_keep_ = true;  // the next turn tries again
    return removed.status();
  }
  to_look_at_.pop_back();
  return true;
}

absl::StatusOr<bool> Upkeep::RemoveOldOf(MetricId metric, Keeper::When when,
                                         const Check& check) {
  const absl::StatusOr<bool> removed = keeper_.Remove(metric, when, check);
  {
    storage::MutexLock lock(&state_mutex_);
    stuck_.erase(metric);
    if (IsStuck(removed.status())) stuck_[metric] = removed.status();
  }
  FOOTFALL_RETURN_IF_ERROR(removed.status());
  if (!*removed) return false;
  counters_.keep_removals.Add(1);
  const auto snapshot = queue_->current();  // owns the metric
  const CatalogView::PublishedMetric* const found =
      snapshot->catalog().Find(metric);
  if (found != nullptr) {
    for (const MetricId id : TierIdsOf(*found->state)) touched_->NoteMetric(id);
  }
  if (!events_->listens() || found == nullptr) return true;
  const Metric& kept = *found->state->metric;
  if (!kept.kept_from.has_value()) return true;
  events_->Post(
      [told =
           SamplesRemoved{kept.spec.name, kept.grid.Format(*kept.kept_from)}](
          EventListener& listener) { listener.OnSamplesRemoved(told); });
  return true;
}

absl::StatusOr<bool> Upkeep::FoldNames(const Check& check) {
  const uint64_t before = names_.folded();
  const absl::StatusOr<bool> more = names_.Turn(check);
  counters_.catalog_folds.Add(names_.folded() - before);
  names_count_ = names_.backlog();
  return more;
}

absl::Duration Upkeep::UntilNextLook() const {
  storage::MutexLock lock(&work_mutex_);
  return keeper_.AnyKept() ? next_look_ - absl::Now()
                           : absl::InfiniteDuration();
}

void Upkeep::NoteKeep(MetricId metric) {
  looks_at_keep_ = true;
  touched_->NoteMetric(metric);
}

void Upkeep::NoteWalk(MetricId metric, const Walk& walk) noexcept {
  removed_ |= walk.removed() > 0;
  counters_.folded_tiles.Add(walk.folded());
  counters_.removed_tiles.Add(walk.removed());
  try {
    if (queue_->current()->catalog().Find(metric) == nullptr) {
      eras_.erase(metric);
    } else if (walk.eras().has_value()) {
      eras_[metric] = *walk.eras();
    }
    // It has grown, and may be the living one now.
    if (walk.folded_ahead()) touched_->NoteMetric(metric);
  } catch (...) {
    eras_.erase(metric);  // the next thing that is touched is walked
  }
}

absl::Status Upkeep::FinishWalk(Walk* walk, const Check& check) {
  bool more = true;
  while (more) {
    FOOTFALL_ASSIGN_OR_RETURN(more, walk->Turn(check));
  }
  return absl::OkStatus();
}

absl::Status Upkeep::Reclaim(const Check& check) {
  // What was removed is in the log alone, and no table tells of it.
  if (removed_) FOOTFALL_RETURN_IF_ERROR(ForCaller(store_->Flush()));
  removed_ = false;
  reclaims_ = true;  // until it has succeeded
  FOOTFALL_RETURN_IF_ERROR(ForCaller(store_->Reclaim(check)));
  reclaims_ = false;
  return absl::OkStatus();
}

absl::Status Upkeep::Run() {
  storage::MutexLock lock(&work_mutex_);
  const Check check = CheckOf(StopCheck());
  looks_at_keep_ = true;
  while (true) {
    const absl::StatusOr<bool> more = Step(Keeper::When::kAtOnce, check);
    if (!more.ok() || !*more) return Note(more.status());
  }
}

absl::Status Upkeep::RunMetric(MetricId metric, const StopCheck& stop) {
  FOOTFALL_RETURN_IF_ERROR(queue_->CheckOpen());
  storage::MutexLock lock(&work_mutex_);
  const absl::Status removed =
      RemoveOldOf(metric, Keeper::When::kAtOnce, CheckOf(stop)).status();
  if (!IsStuck(removed)) FOOTFALL_RETURN_IF_ERROR(removed);
  touched_->TakeOf(metric);
  Walk walk(metric, WalkDepth::kDue, {}, queue_, &damaged_);
  const absl::Status status = FinishWalk(&walk, CheckOf(stop));
  NoteWalk(metric, walk);
  if (!status.ok()) {
    Guarded([&] {  // what is thrown must not hide the error
      touched_->NoteMetric(metric);
      return absl::OkStatus();
    })
        .IgnoreError();
  }
  return NoteMetric(metric, status);
}

absl::Status Upkeep::FoldMetric(MetricId metric, const StopCheck& stop) {
  FOOTFALL_RETURN_IF_ERROR(queue_->CheckOpen());
  storage::MutexLock lock(&work_mutex_);
  const absl::Status removed =
      RemoveOldOf(metric, Keeper::When::kAtOnce, CheckOf(stop)).status();
  if (!IsStuck(removed)) FOOTFALL_RETURN_IF_ERROR(removed);
  Walk walk(metric, WalkDepth::kEverything, {}, queue_, &damaged_);
  const absl::Status status = FinishWalk(&walk, CheckOf(stop));
  NoteWalk(metric, walk);
  return NoteMetric(metric, status);
}

absl::Status Upkeep::FoldCatalog(std::optional<MetricId> metric,
                                 const StopCheck& stop) {
  FOOTFALL_RETURN_IF_ERROR(queue_->CheckOpen());
  storage::MutexLock lock(&work_mutex_);
  return names_.FoldAll(metric, CheckOf(stop));
}

absl::Status Upkeep::CheckStopping() const {
  return stopping_ ? Stopped() : absl::OkStatus();
}

Upkeep::Check Upkeep::CheckOf(const StopCheck& stop) const {
  return [this, stop]() -> absl::Status {
    FOOTFALL_RETURN_IF_ERROR(CheckStopping());
    return AskStop(stop);
  };
}

absl::Status Upkeep::Note(const absl::Status& status) {
  if (stopping_ || IsWish(status)) return status;
  absl::Status answer = status.ok() ? damaged_.First(std::nullopt) : status;
  bool changed = false;
  {
    storage::MutexLock lock(&state_mutex_);
    if (answer.ok() && !stuck_.empty()) answer = stuck_.begin()->second;
    changed = last_error_ != answer;
    last_error_ = answer;
  }
  if (changed && events_->listens()) {
    events_->Post(
        [answer](EventListener& listener) { listener.OnUpkeepError(answer); });
  }
  return answer;
}

absl::Status Upkeep::NoteMetric(MetricId metric, const absl::Status& status) {
  Note(status).IgnoreError();
  return status.ok() ? damaged_.First(metric) : status;
}

Upkeep::State Upkeep::state() const {
  State state;
  state.backlog_tiles = touched_->tile_count();
  state.backlog_metrics = touched_->walk_count() + walk_count_;
  state.backlog_names = names_count_;
  state.damaged_count = damaged_.count();
  state.damaged = damaged_.Describe(kDamagedInWords);
  storage::MutexLock lock(&state_mutex_);
  state.last_error = last_error_;
  return state;
}

}  // namespace footfall::engine
