#include "query/run/plan_cache.h"

#include <utility>

namespace footfall::query {

PlanCache* PlanCache::Of(const Snapshot& snapshot) {
  const Declarations* const declarations = snapshot.declarations().get();
  if (declarations == nullptr) return nullptr;
  return static_cast<PlanCache*>(
      &declarations->Keep([]() -> std::unique_ptr<FromDeclarations> {
        return std::make_unique<PlanCache>();
      }));
}

std::shared_ptr<const Compiled> PlanCache::Find(absl::string_view text,
                                                const QueryLimits& limits) {
  if (text.size() > kMostTextBytes) return nullptr;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_text_.find(text);
  if (found == by_text_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (!entry->compiled->ReadUnder(limits)) return nullptr;
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->compiled;
}

void PlanCache::Keep(std::shared_ptr<const Compiled> compiled) {
  if (compiled->text().size() > kMostTextBytes) return;
  const uint64_t bytes = compiled->size_bytes();
  // What may throw stands before what changes the sums.
  Entries one;
  one.push_front({std::move(compiled), bytes});
  const absl::string_view text = one.front().compiled->text();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (const auto same = by_text_.find(text); same != by_text_.end()) {
    Remove(same->second);
  }
  by_text_.emplace(text, one.begin());
  entries_.splice(entries_.begin(), one);
  bytes_ += bytes;
  while (entries_.size() > kMostPlans || bytes_ > kMostBytes) {
    Remove(std::prev(entries_.end()));
  }
}

void PlanCache::Remove(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_text_.erase(entry->compiled->text());
  entries_.erase(entry);
}

uint64_t PlanCache::size_bytes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return bytes_;
}

size_t PlanCache::count() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return entries_.size();
}

}  // namespace footfall::query
