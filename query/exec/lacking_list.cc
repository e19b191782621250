#include "query/exec/lacking_list.h"

#include <algorithm>
#include <utility>

namespace footfall::query {

void LackingList::Add(LackingSeries series) {
  const auto is_it = [&series](const LackingSeries& one) {
    return one.members == series.members;
  };
  if (std::any_of(named_.begin(), named_.end(), is_it)) return;
  const auto at =
      std::upper_bound(named_.begin(), named_.end(), series,
                       [](const LackingSeries& a, const LackingSeries& b) {
                         return a.steps.begin < b.steps.begin;
                       });
  named_.insert(at, std::move(series));
  if (named_.size() <= kNamed) return;
  next_step_ = std::min(next_step_, named_.back().steps.begin);
  named_.pop_back();
}

void LackingList::Add(const LackingList& other) {
  for (const LackingSeries& series : other.named_) Add(series);
  next_step_ = std::min(next_step_, other.next_step_);
}

LackingList LackingList::OfWholeGroups() const {
  LackingList list;
  for (const LackingSeries& series : named_) {
    if (series.whole_group) list.Add(series);
  }
  return list;
}

}  // namespace footfall::query
