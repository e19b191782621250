#include "query/exec/row_events.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/date_value.h"
#include "query/plan/event_scope.h"

namespace footfall::query {
namespace {

// Of several events that a message lists.
constexpr size_t kMaxTold = 5;

// "2025-01-20 FOR app = 'A'"
std::string Described(const Event& event) {
  return absl::StrCat(FormatDate(event.date),
                      event.members.empty() ? "" : " FOR ",
                      FormatFor(event.members));
}

int64_t DayOf(const Scalar& date, const absl::TimeZone& zone) {
  return absl::CivilDay(CivilIn(UnpackDate(date.integer), zone)) -
         absl::CivilDay();
}

// Days from `from` to `to`; nullopt: a side is open.
std::optional<int64_t> Difference(const std::optional<Scalar>& from,
                                  const std::optional<Scalar>& to,
                                  const absl::TimeZone& zone) {
  if (!from.has_value() || !to.has_value()) return std::nullopt;
  return DayOf(*to, zone) - DayOf(*from, zone);
}

}  // namespace

bool AppliesTo(const BoundEvents::One& event, const GroupKey& group) {
  for (size_t b = 0; b < event.members.size(); ++b) {
    if (event.members[b] != kEmptyMember && group[b] != kEmptyMember &&
        event.members[b] != group[b]) {
      return false;
    }
  }
  return true;
}

EventsOfGroups::EventsOfGroups(const BoundEvents& events) : events_(events) {
  for (uint32_t i = 0; i < events.events.size(); ++i) {
    const std::vector<MemberId>& members = events.events[i].members;
    of_dimension_.resize(members.size());
    const auto named =
        std::find_if(members.begin(), members.end(),
                     [](MemberId member) { return member != kEmptyMember; });
    if (named == members.end()) {
      of_all_.push_back(i);
      continue;
    }
    const size_t dimension = static_cast<size_t>(named - members.begin());
    of_member_[{dimension, *named}].push_back(i);
    of_dimension_[dimension].push_back(i);
  }
}

std::vector<uint32_t> EventsOfGroups::For(const GroupKey& group, uint32_t first,
                                          uint32_t limit) const {
  std::vector<uint32_t> found;
  const auto add = [&](const std::vector<uint32_t>& some) {
    for (auto i = std::lower_bound(some.begin(), some.end(), first);
         i != some.end() && *i < limit; ++i) {
      if (AppliesTo(events_.events[*i], group)) found.push_back(*i);
    }
  };
  add(of_all_);
  for (size_t d = 0; d < of_dimension_.size(); ++d) {
    if (group[d] == kEmptyMember) {
      add(of_dimension_[d]);
    } else if (const auto its = of_member_.find(Place(d, group[d]));
               its != of_member_.end()) {
      add(its->second);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<uint32_t> EventsOfGroups::EarliestFor(
    const GroupKey& group) const {
  std::optional<uint32_t> earliest;
  const auto look = [&](const std::vector<uint32_t>& some) {
    for (const uint32_t i : some) {  // in time order
      if (earliest.has_value() && *earliest <= i) return;
      if (AppliesTo(events_.events[i], group)) earliest = i;
    }
  };
  look(of_all_);
  for (size_t d = 0; d < of_dimension_.size(); ++d) {
    if (group[d] == kEmptyMember) {
      look(of_dimension_[d]);
    } else if (const auto its = of_member_.find(Place(d, group[d]));
               its != of_member_.end()) {
      look(its->second);
    }
  }
  return earliest;
}

absl::StatusOr<const Event*> EventsOfGroups::OneFor(
    const Run& run, const GroupKey& group) const {
  const std::optional<uint32_t> earliest = EarliestFor(group);
  if (!earliest.has_value()) return nullptr;
  // Of a kind alone, the earliest is meant.
  if (!events_.name.has_value()) return events_.events[*earliest].event.get();
  const std::vector<uint32_t> found = For(group);
  if (found.size() == 1) return events_.events[found[0]].event.get();
  std::vector<std::string> list;
  for (const uint32_t i : found) {
    if (list.size() == kMaxTold) break;
    list.push_back(Described(*events_.events[i].event));
  }
  if (found.size() > list.size()) {
    list.push_back(absl::StrCat("and ", found.size() - list.size(), " more"));
  }
  return Refuse(Refusal::kSeveralEvents, run.text(), events_.source,
                {QuotedText(*events_.kind), QuotedText(*events_.name),
                 absl::StrJoin(list, "; ")});
}

RowEvents::RowEvents(const Plan& plan) : plan_(plan) {
  of_groups_.reserve(plan.events.size());
  for (const BoundEvents& events : plan.events) of_groups_.emplace_back(events);
}

absl::StatusOr<RowEvents> RowEvents::Create(const Run& run, const Plan& plan,
                                            const std::vector<GroupKey>& groups,
                                            size_t shown) {
  RowEvents result(plan);
  result.dates_.resize(plan.events.size());
  if (plan.events.empty()) return result;
  for (size_t g = 0; g < shown; ++g) {
    FOOTFALL_RETURN_IF_ERROR(run.CheckStop());
    FOOTFALL_RETURN_IF_ERROR(result.AddGroup(run, groups[g]));
  }
  for (size_t e = 0; e < plan.events.size(); ++e) {
    if (plan.events[e].one_date) result.dates_[e].resize(groups.size());
  }
  return result;
}

absl::Status RowEvents::AddGroup(const Run& run, const GroupKey& group) {
  for (size_t e = 0; e < plan_.events.size(); ++e) {
    if (!plan_.events[e].one_date) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const Event* const event,
                              of_groups_[e].OneFor(run, group));
    std::optional<int64_t>& date = dates_[e].emplace_back();
    if (event != nullptr) date = PackDate(event->date);
  }
  return absl::OkStatus();
}

Cell RowEvents::DateOf(size_t events, uint32_t group) const {
  const std::optional<int64_t>& date = dates_[events][group];
  return date.has_value() ? Cell::Exact(Scalar::Integer(*date), 0, 0)
                          : Cell::Missing(0, 0);
}

std::string RowEvents::NamesOf(size_t events, const GroupKey& group,
                               absl::CivilSecond begin,
                               absl::CivilSecond end) const {
  std::string names;
  const std::vector<BoundEvents::One>& all = plan_.events[events].events;
  const auto first_from = [&](absl::CivilSecond second) {
    const auto at = std::partition_point(
        all.begin(), all.end(),
        [second](const BoundEvents::One& one) { return one.begin < second; });
    return static_cast<uint32_t>(at - all.begin());
  };
  for (const uint32_t i :
       of_groups_[events].For(group, first_from(begin), first_from(end))) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", all[i].event->name);
  }
  return names;
}

Cell DaysBetween(const Cell& a, const Cell& b, const absl::TimeZone& zone) {
  const Coverage coverage =
      LeastCoverage({a.present, a.expected}, {b.present, b.expected});
  if (!a.has_value || !b.has_value || a.filled || b.filled) {
    return Cell::Missing(coverage.present, coverage.expected);
  }
  Cell cell = Cell::Exact(
      Scalar::Integer(std::abs(DayOf(b.value, zone) - DayOf(a.value, zone))),
      coverage.present, coverage.expected);
  cell.inexact = a.inexact || b.inexact;
  // b - a lies in [least, most]; without its sign the least is 0 where that
  // reaches over 0.
  const auto least = Difference(a.high, b.low, zone);
  const auto most = Difference(a.low, b.high, zone);
  int64_t low = 0;
  if (least.has_value() && *least > 0) low = *least;
  if (most.has_value() && *most < 0) low = -*most;
  cell.low = Scalar::Integer(low);
  cell.high.reset();
  if (least.has_value() && most.has_value()) {
    cell.high = Scalar::Integer(std::max(std::abs(*least), std::abs(*most)));
  }
  return cell;
}

}  // namespace footfall::query
