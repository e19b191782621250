// Works out an answer some groups at a time, for what is written row by row and
// need not be there at once.
//
// What all groups say together is found first: the ends of open ranges. The
// rest of a group is its own, which WhyAtOnce() makes sure of.

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "query/exec/best_groups.h"
#include "query/exec/evaluation.h"
#include "query/exec/rows.h"
#include "query/exec/sort_rows.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

absl::string_view WhyAtOnce(const Plan& plan) {
  if (plan.top.has_value()) return "TOP";
  if (!plan.order_by.empty()) return "ORDER BY";
  if (plan.limit.has_value()) return "LIMIT";
  // Its note is of the times in all rows.
  if (!plan.last_times.empty()) return "last()";
  return TiesGroups(plan);
}

absl::Status Evaluation::WorkInSlices(uint64_t slice_bytes, TakeSlice take) {
  Reservation memory(run_);
  FOOTFALL_RETURN_IF_ERROR(Open(&memory));
  const std::vector<GroupKey> groups = results_.groups;
  const std::vector<std::vector<uint32_t>> local = local_;
  const Timeline unsettled = *results_.timeline;
  FOOTFALL_RETURN_IF_ERROR(memory.Add(
      unsettled.Bytes() +
      groups.size() *
          (sizeof(GroupKey) + (plan_.operands.size() + 1) * sizeof(uint32_t))));
  findings_.extents.resize(plan_.operands.size());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    if (!averaged_[o] && !unsettled.open(o)) continue;
    FOOTFALL_ASSIGN_OR_RETURN(findings_.extents[o], readers_[o]->FindSamples());
  }
  std::vector<uint32_t> order(groups.size());
  std::iota(order.begin(), order.end(), 0u);
  {
    FOOTFALL_ASSIGN_OR_RETURN(const GroupNames names,
                              GroupNames::Create(run_, plan_, groups));
    FOOTFALL_RETURN_IF_ERROR(SortFirst(
        run_, order.size(), 1 + plan_.by.size(),
        [&names](uint32_t a, uint32_t b) {
          const int compared = names.Compare(a, b);
          return compared != 0 ? compared < 0 : a < b;
        },
        &order));
  }
  uint64_t group_bytes = sizeof(RowId) * unsettled.slot_count();
  for (const Leaf& leaf : plan_.leaves) {
    group_bytes += LeafTable::BytesPerCell() *
                   (leaf.whole_range ? 1 : unsettled.slot_count());
  }
  // Groups behind those that are shown have no rows, but are told of.
  const size_t shown = results_.shown;
  const size_t at_once =
      shown != groups.size()
          ? groups.size()
          : static_cast<size_t>(std::max<uint64_t>(
                1, slice_bytes / std::max<uint64_t>(1, group_bytes)));
  for (size_t begin = 0; begin < order.size() || begin == 0; begin += at_once) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    const size_t end = std::min(order.size(), begin + at_once);
    // Rising, as the series lie.
    std::vector<uint32_t> slice(order.begin() + static_cast<ptrdiff_t>(begin),
                                order.begin() + static_cast<ptrdiff_t>(end));
    std::sort(slice.begin(), slice.end());
    results_.groups.clear();
    for (const uint32_t g : slice) results_.groups.push_back(groups[g]);
    for (size_t o = 0; o < local.size(); ++o) {
      local_[o].clear();
      for (const uint32_t g : slice) local_[o].push_back(local[o][g]);
    }
    results_.shown = shown != groups.size() ? shown : slice.size();
    results_.timeline = unsettled;
    results_.leaves.clear();
    results_.memory.emplace(run_);
    const size_t told = findings_.cagrs.size();
    FOOTFALL_RETURN_IF_ERROR(MakeLeaves());
    FOOTFALL_RETURN_IF_ERROR(RunChunks(MakeChunks()));
    for (size_t i = told; i < findings_.cagrs.size(); ++i) {
      findings_.cagrs[i].group = slice[findings_.cagrs[i].group];
    }
    FOOTFALL_RETURN_IF_ERROR(Settle());
    FOOTFALL_RETURN_IF_ERROR(FindSamples());
    FOOTFALL_RETURN_IF_ERROR(take(&results_));
  }
  results_.groups = groups;
  AddNotes();
  return absl::OkStatus();
}

absl::Status EvaluateInSlices(Run& run, const Plan& plan, uint64_t slice_bytes,
                              TakeSlice take, std::vector<std::string>* notes) {
  Evaluation evaluation(run, plan, nullptr, /*all_groups=*/true);
  FOOTFALL_RETURN_IF_ERROR(evaluation.WorkInSlices(slice_bytes, take));
  *notes = evaluation.results().notes;
  return absl::OkStatus();
}

}  // namespace footfall::query
