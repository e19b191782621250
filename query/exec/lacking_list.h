// Which series lack samples, for notes.

#ifndef FOOTFALL_QUERY_EXEC_LACKING_LIST_H_
#define FOOTFALL_QUERY_EXEC_LACKING_LIST_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "footfall/period.h"
#include "footfall/snapshot.h"

namespace footfall::query {

// A series that lacks samples, and where it first does.
struct LackingSeries {
  std::vector<MemberId> members;  // [dimensions]
  StepRange steps;
  bool late = false;         // nothing follows; else it is a gap
  bool whole_group = false;  // its set has no value there
};

// Of the series that lack samples, those that do first.
class LackingList {
 public:
  static constexpr size_t kNamed = 3;

  void Add(LackingSeries series);
  void Add(const LackingList& other);
  // Those named whose group has no value at all.
  LackingList OfWholeGroups() const;
  // By first step, each series once.
  absl::Span<const LackingSeries> named() const { return named_; }
  // Where the first of all others lacks one.
  int64_t next_step() const { return next_step_; }
  bool empty() const { return named_.empty(); }

 private:
  std::vector<LackingSeries> named_;
  int64_t next_step_ = INT64_MAX;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_LACKING_LIST_H_
