// Rows: arithmetic and transforms of leaves, and which rows an answer has.

#ifndef FOOTFALL_QUERY_EXEC_ROWS_H_
#define FOOTFALL_QUERY_EXEC_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/cell/cell.h"
#include "query/exec/leaves.h"
#include "query/exec/row_events.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

struct RowId {
  uint32_t group = 0;
  uint32_t bucket = 0;
};

// Cells of any row, worked out when asked.
class Rows {
 public:
  // All must outlive it.
  Rows(const Plan& plan, const Results& results, const RowEvents& events)
      : plan_(plan), results_(results), events_(events) {}

  // Sums the totals of every share() of the statement. Call it once, first.
  absl::Status SumTotals();

  // A date is its number (PackDate).
  absl::StatusOr<Cell> Evaluate(const RowExpr& expr, RowId row) const;
  // Of an expression that is a text; empty where there is none. Its cell has a
  // value where there is one, and no number.
  std::string TextOf(const RowExpr& expr, RowId row) const;

  // Whether the group has a sample of its own behind the row.
  bool HasSteps(RowId row) const;

  // A share whose total counts people more than once was worked out.
  bool inexact_total() const { return inexact_total_; }

 private:
  struct Total {
    bool has_value = false;
    bool exact = true;
    double value = 0;
    __extension__ __int128 integer = 0;
    size_t groups = 0;
    uint32_t first_group = 0;
  };
  absl::Status SumShares(const RowExpr& expr);
  absl::StatusOr<Cell> EvaluateShare(const RowExpr& expr, RowId row) const;
  // Whether two groups, each exact, may hold the same people.
  bool MayShare(const std::vector<size_t>& operands, uint32_t a,
                uint32_t b) const;
  size_t TotalIndex(size_t share, RowId row) const;

  const Plan& plan_;
  const Results& results_;
  const RowEvents& events_;
  // [shares]: which total each group belongs to, and the totals by bucket.
  std::vector<std::vector<uint32_t>> total_of_group_;
  std::vector<std::vector<Total>> totals_;
  bool inexact_total_ = false;
};

// The rows of the answer, in its order: those with a value, after HAVING, TOP,
// ORDER BY and LIMIT.
//   RESOURCE_EXHAUSTED  more than QueryLimits::max_rows
absl::StatusOr<std::vector<RowId>> ChooseRows(const Run& run, const Plan& plan,
                                              const Results& results,
                                              const Rows& rows);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_ROWS_H_
