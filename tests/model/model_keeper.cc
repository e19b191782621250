#include "tests/model/model_keeper.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace footfall::testing {

void ModelKeeper::Use(const std::shared_ptr<Database>& database, absl::Time now,
                      bool in_background) {
  database_ = database;
  now_ = now;
  in_background_ = in_background;
  if (!in_background) return;
  for (const std::string& name : Names()) {
    history_->MayLack(name, FirstKept(name));
  }
}

int64_t ModelKeeper::FirstKeptOf(const Metric& metric) const {
  return metric.spec.keep.has_value()
             ? FirstStepKept(metric.grid, *metric.spec.keep, now_)
             : kNoStep;
}

int64_t ModelKeeper::FirstKept(const std::string& metric) const {
  const auto found = database_->TakeSnapshot()->FindMetric(metric);
  return found == nullptr ? kNoStep : FirstKeptOf(*found);
}

void ModelKeeper::Announce(const std::string& metric, int64_t first_kept) {
  if (in_background_) history_->MayLack(metric, first_kept);
}

void ModelKeeper::Settle(const std::string& metric) {
  if (!in_background_ || *found_ || FirstKept(metric) == kNoStep) return;
  const uint64_t before = database_->TakeSnapshot()->commit();
  found_->Succeeds(database_->RunUpkeep(metric, StopCheck()));
  Removed({metric}, before);
}

void ModelKeeper::SettleAll() {
  for (const std::string& name : Names()) Settle(name);
}

void ModelKeeper::Removed(const std::vector<std::string>& metrics,
                          uint64_t before) {
  if (*found_) return;
  ModelChange change;
  for (const std::string& name : metrics) {
    const size_t rows = change.rows.size();
    AddRemoved(name, &change);
    CheckKeptFrom(absl::MakeConstSpan(change.rows).subspan(rows));
  }
  history_->Apply(change, before, database_->TakeSnapshot()->commit());
}

void ModelKeeper::CheckKeptFrom(
    absl::Span<const std::pair<std::string, Row>> removed) {
  int64_t last = kNoStep;
  for (const auto& [name, row] : removed) last = std::max(last, row.step);
  if (last == kNoStep) return;
  const auto metric =
      database_->TakeSnapshot()->FindMetric(removed.front().first);
  if (metric->kept_from.value_or(kNoStep) <= last) {
    found_->Wrong(absl::StrCat(metric->spec.name, " is said to be kept from ",
                               metric->kept_from.value_or(kNoStep), ", but ",
                               last, " was removed"));
  }
}

void ModelKeeper::AllRemoved(uint64_t before) { Removed(Names(), before); }

void ModelKeeper::AddRemoved(const std::string& metric,
                             ModelChange* change) const {
  const int64_t first_kept = FirstKept(metric);
  change->may_lack[metric] = kNoStep;
  if (first_kept == kNoStep) return;
  for (const auto& [members, steps] : history_->now().metrics.at(metric)) {
    const auto end = steps.lower_bound(first_kept);
    for (auto step = steps.begin(); step != end; ++step) {
      change->rows.emplace_back(
          metric,
          Row{.step = step->first, .members = members, .deletes = true});
    }
  }
}

std::vector<std::string> ModelKeeper::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, samples] : history_->now().metrics) {
    names.push_back(name);
  }
  return names;
}

}  // namespace footfall::testing
