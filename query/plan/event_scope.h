// Which events a question is about: an event applies to a group unless its FOR
// contradicts the group's members or the conditions of WHERE.

#ifndef FOOTFALL_QUERY_PLAN_EVENT_SCOPE_H_
#define FOOTFALL_QUERY_PLAN_EVENT_SCOPE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/event.h"
#include "footfall/hash_table.h"
#include "footfall/metric.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"
#include "query/plan/attributes.h"
#include "query/plan/renames.h"

namespace footfall::query {

// Both `snapshot` and `where` must outlive it; `where` holds no parameters.
class EventScope {
 public:
  // `attributes` are the names that mean such here.
  EventScope(const Snapshot& snapshot, absl::Span<const Condition> where,
             absl::Span<const std::string> attributes = {});

  // Whether the conditions leave it: each of its members passes those of its
  // dimension, and what it has as an attribute those of that. A member that was
  // renamed by the date of the event goes by its new name; both names find it.
  bool Allows(const Event& event) const;

  // What one of its members goes by on the event's date; nullopt: no sample
  // ever had it, so that it goes by its text alone.
  std::optional<MemberId> MemberOf(const Event& event,
                                   const DimensionMember& member) const;

  // What it has as an attribute on its date, a member of that dimension;
  // kEmptyMember: it names no member of what the attribute is of, or that is
  // not known.
  MemberId ValueOf(const Event& event, const std::string& attribute) const;

 private:
  bool Passes(const Condition& condition, const Event& event,
              const DimensionMember& member) const;

  const Snapshot& snapshot_;
  const absl::Span<const Condition> where_;
  // Of the dimensions that events name.
  FlatHashMap<std::string, Renames> renames_;
  // Of the conditions that are on an attribute, by its name.
  FlatHashMap<std::string, AttributeValues> values_;
};

// "app = 'DeepSeek', region = 'cn'": what FOR would say.
std::string FormatFor(absl::Span<const DimensionMember> members);
// 'V3', a quote inside doubled.
std::string QuotedText(absl::string_view text);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_EVENT_SCOPE_H_
