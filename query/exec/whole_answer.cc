#include "query/exec/whole_answer.h"

#include <numeric>

#include "absl/strings/str_cat.h"
#include "query/exec/best_groups.h"
#include "query/exec/coded_column.h"
#include "query/exec/sort_rows.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

Column EmptyColumn(absl::string_view name, Column::Role role, ColumnType type) {
  Column column;
  column.name = std::string(name);
  column.role = role;
  column.type = type;
  return column;
}

absl::StatusOr<std::vector<uint32_t>> GroupsInOrder(Run& run, const Plan& plan,
                                                    const Results& results) {
  FOOTFALL_ASSIGN_OR_RETURN(const GroupNames names,
                            GroupNames::Create(run, plan, results.groups));
  Reservation memory(run);
  FOOTFALL_RETURN_IF_ERROR(
      memory.Add(results.groups.size() * sizeof(uint32_t)));
  std::vector<uint32_t> order(results.groups.size());
  std::iota(order.begin(), order.end(), 0);
  FOOTFALL_RETURN_IF_ERROR(SortFirst(
      run, order.size(), 1 + plan.by.size(),
      [&](uint32_t a, uint32_t b) {
        const int compared = names.Compare(a, b);
        return compared != 0 ? compared < 0 : a < b;
      },
      &order));
  return order;
}

absl::Status CheckRowLimit(const Run& run, size_t rows) {
  const size_t limit = run.options().limits.max_rows;
  if (rows <= limit) return absl::OkStatus();
  return Refuse(Refusal::kRowLimit, run.text(), footfall::Source(),
                {absl::StrCat(rows), absl::StrCat(limit)});
}

void FillMembers(const Run& run, const Plan& plan, const Results& results,
                 absl::Span<const RowId> rows, Answer* answer) {
  for (size_t i = 0; i < plan.by.size(); ++i) {
    CodedColumn coded(&answer->columns[i], rows.size());
    for (const RowId& row : rows) {
      const MemberId member = results.groups[row.group][i];
      coded.Add(member, [&] {
        return std::string(run.snapshot().MemberName(plan.by[i], member));
      });
    }
    coded.Finish();
  }
}

}  // namespace footfall::query
