#include "engine/catalog/events.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/catalog/records.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

absl::Status EventTable::Load(uint32_t number, absl::string_view value) {
  FOOTFALL_ASSIGN_OR_RETURN(Event event, DecodeEvent(value));
  auto shared = std::make_shared<const Event>(std::move(event));
  const auto [at, added] = events_.emplace(std::move(shared), number);
  if (!added) {
    return absl::DataLossError(
        absl::StrCat("catalog: events ", at->second, " and ", number,
                     " are the same: ", at->first->kind, " ", at->first->name));
  }
  next_number_ = number + 1;
  view_ = nullptr;
  return absl::OkStatus();
}

absl::Status EventTable::Check(absl::Span<const EventChange> changes) const {
  uint64_t added = 0;
  for (const EventChange& change : changes) {
    added += !change.removes && events_.count(change.event) == 0 ? 1 : 0;
  }
  if (events_.size() + added <= kMaxEvents &&
      next_number_ <= std::numeric_limits<uint32_t>::max() - added) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(absl::StrCat(
      "there are ", events_.size(), " events, and the batch has ", added,
      " more; a database holds ", kMaxEvents, " (kMaxEvents)"));
}

EventTable::Counts EventTable::Apply(absl::Span<const EventChange> changes,
                                     StoreBatch* batch) {
  Counts counts;
  for (const EventChange& change : changes) {
    if (change.removes) {
      counts.removed += Remove(change.event, batch);
    } else {
      counts.written += Put(change.event, batch) ? 1 : 0;
    }
  }
  return counts;
}

bool EventTable::Put(const Event& event, StoreBatch* batch) {
  uint32_t number = next_number_;
  if (const auto found = events_.find(event); found != events_.end()) {
    if (*found->first == event) return false;
    number = found->second;
    events_.erase(found);
  } else {
    ++next_number_;
  }
  batch->Put(Keyspace::kCatalog, EventKey(number), EncodeEvent(event));
  events_.emplace(std::make_shared<const Event>(event), number);
  view_ = nullptr;
  return true;
}

// All of its kind, name and date: they stand together, the one without members
// first.
uint64_t EventTable::Remove(const Event& event, StoreBatch* batch) {
  Event first = event;
  first.members.clear();
  uint64_t removed = 0;
  auto at = events_.lower_bound(first);
  while (at != events_.end() && at->first->kind == event.kind &&
         at->first->name == event.name && at->first->date == event.date) {
    batch->Delete(Keyspace::kCatalog, EventKey(at->second));
    at = events_.erase(at);
    ++removed;
  }
  if (removed > 0) view_ = nullptr;
  return removed;
}

std::shared_ptr<const EventList> EventTable::View() {
  if (view_ == nullptr) {
    auto list = std::make_shared<EventList>();
    list->reserve(events_.size());
    for (const auto& [event, number] : events_) list->push_back(event);
    view_ = std::move(list);
  }
  return view_;
}

}  // namespace footfall::engine
