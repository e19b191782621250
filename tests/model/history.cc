#include "tests/model/history.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace footfall::testing {

void History::Apply(const ModelChange& change, uint64_t before,
                    uint64_t commit) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Undo undo;
  undo.before = before;
  undo.commit = commit;
  for (const auto& [name, row] : change.rows) {
    PlainMetric& metric = now_.metrics[name];
    const auto series = metric.find(row.members);
    std::optional<int64_t> value;
    if (series != metric.end()) {
      const auto cell = series->second.find(row.step);
      if (cell != series->second.end()) value = cell->second;
    }
    // Of several rows of one sample the first sees what was there.
    undo.cells[name][row.members].emplace(row.step, value);
    testing::Apply(row, &metric);
  }
  if (!change.events.empty()) undo.events = now_.events;
  for (const EventChange& event : change.events) {
    testing::Apply(event, &now_.events);
  }
  if (!change.aliases.empty()) undo.aliases = now_.aliases;
  for (const AliasChange& alias : change.aliases) {
    testing::Apply(alias, &now_.aliases);
  }
  if (change.defines || change.drops || change.alters) {
    undo.declared = now_.declared;
  }
  if (change.defines) {
    const std::string& name = change.defines->name;
    undo.metrics[name] = std::nullopt;
    now_.metrics[name];
    now_.declared[name] = *change.defines;
  }
  if (change.drops) Take(*change.drops, &undo);
  if (change.alters) {
    const auto& [name, spec] = *change.alters;
    if (spec.name != name) {
      PlainMetric samples = now_.metrics.at(name);
      Take(name, &undo);
      undo.metrics[spec.name] = std::nullopt;
      now_.metrics[spec.name] = std::move(samples);
    }
    now_.declared[spec.name] = spec;
  }
  for (const auto& [name, step] : change.may_lack) {
    undo.may_lack[name] = StepOf(may_lack_, name);
    may_lack_[name] = step;
  }
  commit_ = commit;
  ++changes_;
  undos_.push_back(std::move(undo));
  Trim();
  changed_.notify_all();
}

void History::Take(const std::string& name, Undo* undo) {
  const auto metric = now_.metrics.find(name);
  undo->metrics[name] = std::move(metric->second);
  now_.metrics.erase(metric);
  now_.declared.erase(name);
}

void History::MayLack(const std::string& name, int64_t step) {
  const std::lock_guard<std::mutex> lock(mutex_);
  may_lack_[name] = std::max(StepOf(may_lack_, name), step);
}

void History::Reach(uint64_t commit) {
  const std::lock_guard<std::mutex> lock(mutex_);
  commit_ = std::max(commit_, commit);
  Trim();
  changed_.notify_all();
}

void History::Trim() {
  const uint64_t oldest = pins_.empty() ? commit_ : *pins_.begin();
  while (!undos_.empty() && undos_.front().commit <= oldest) {
    undos_.pop_front();
  }
}

uint64_t History::Pin() {
  const std::lock_guard<std::mutex> lock(mutex_);
  pins_.insert(commit_);
  return commit_;
}

void History::Unpin(uint64_t pin) {
  const std::lock_guard<std::mutex> lock(mutex_);
  pins_.erase(pins_.find(pin));
}

bool History::WaitFor(uint64_t commit, std::unique_lock<std::mutex>* lock) {
  return changed_.wait_for(*lock, std::chrono::minutes(1),
                           [&] { return ended_ || commit_ >= commit; });
}

bool History::MetricAt(uint64_t commit, const std::string& name,
                       const std::set<Members>& asked, StepRange steps,
                       MetricThen* then) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!WaitFor(commit, &lock)) return false;
  std::optional<PlainMetric>& samples = then->samples;
  const auto take = [&](const PlainMetric& from) {
    samples.emplace();
    for (const auto& [members, values] : from) {
      if (asked.count(members) == 0) continue;
      const auto begin = values.lower_bound(steps.begin);
      const auto end = values.lower_bound(steps.end);
      if (begin != end) (*samples)[members] = Steps(begin, end);
    }
  };
  const auto declare = [&](const std::map<std::string, MetricSpec>& declared) {
    const auto found = declared.find(name);
    if (found != declared.end()) then->spec = found->second;
  };
  samples.reset();
  const auto found = now_.metrics.find(name);
  if (found != now_.metrics.end()) take(found->second);
  declare(now_.declared);
  then->may_lack = StepOf(may_lack_, name);
  // Where the course has ended, nobody says what the last commits were.
  then->is_known = commit_ >= commit;
  for (auto undo = undos_.rbegin();
       undo != undos_.rend() && undo->commit > commit; ++undo) {
    then->is_known &= commit <= undo->before;
    then->may_lack = std::max(then->may_lack, StepOf(undo->may_lack, name));
    if (undo->declared) declare(*undo->declared);
    const auto whole = undo->metrics.find(name);
    if (whole != undo->metrics.end()) {
      samples.reset();
      if (whole->second.has_value()) take(*whole->second);
    }
    const auto cells = undo->cells.find(name);
    if (cells == undo->cells.end()) continue;
    for (const auto& [members, values] : cells->second) {
      if (asked.count(members) == 0) continue;
      for (const auto& [step, value] : values) {
        if (step < steps.begin || step >= steps.end) continue;
        Row row{.step = step,
                .members = members,
                .bits = value.value_or(0),
                .deletes = !value.has_value()};
        testing::Apply(row, &*samples);
      }
    }
  }
  return true;
}

bool History::NamesAt(uint64_t commit, PlainEvents* events,
                      PlainAliases* aliases, bool* is_known) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!WaitFor(commit, &lock)) return false;
  *events = now_.events;
  *aliases = now_.aliases;
  *is_known = commit_ >= commit;
  for (auto undo = undos_.rbegin();
       undo != undos_.rend() && undo->commit > commit; ++undo) {
    *is_known &= commit <= undo->before;
    if (undo->events) *events = *undo->events;
    if (undo->aliases) *aliases = *undo->aliases;
  }
  return true;
}

bool History::WaitForChange(uint64_t* seen) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || changes_ != *seen; });
  *seen = changes_;
  return !ended_;
}

void History::End() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace footfall::testing
