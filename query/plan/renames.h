// Members that appear under several names, as questions see them.

#ifndef FOOTFALL_QUERY_PLAN_RENAMES_H_
#define FOOTFALL_QUERY_PLAN_RENAMES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "footfall/hash_table.h"
#include "footfall/metric.h"
#include "footfall/period.h"
#include "footfall/snapshot.h"

namespace footfall::query {

// The aliases of one dimension, by number: what samples that are stored under a
// member are read as. Chains are followed.
class Renames {
 public:
  Renames(const Snapshot& snapshot, absl::string_view dimension);

  // Nobody was renamed: every member is read as itself.
  bool empty() const { return next_.empty(); }
  bool renamed(MemberId member) const { return next_.contains(member); }

  struct Reading {
    MemberId member = 0;
    uint32_t renames = 0;  // aliases that led there
  };
  // At a time of which `reached` says whether a date is over or has begun.
  Reading At(MemberId member,
             absl::FunctionRef<bool(const Date&)> reached) const;

  // The dates on which the reading may change, in the order of the chain.
  std::vector<Date> ChangesOf(MemberId member) const;

  // All that samples of the member are read as at some time, each once.
  std::vector<MemberId> AllOf(MemberId member) const;

  // Members with a new name, ascending.
  const std::vector<MemberId>& members() const { return members_; }

 private:
  struct Next {
    MemberId member = 0;
    std::optional<Date> from;
  };
  FlatHashMap<MemberId, Next> next_;
  std::vector<MemberId> members_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_RENAMES_H_
