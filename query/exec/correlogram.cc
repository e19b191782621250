// corr(x, y, -14..14).

#include "query/exec/correlogram.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/exec/coded_column.h"
#include "query/lang/refusals.h"

namespace footfall::query {
namespace {

Column CorrelogramColumn(std::string name, Column::Role role, ColumnType type) {
  Column column;
  column.name = std::move(name);
  column.role = role;
  column.type = type;
  return column;
}

// Groups with a pair at some lag, by their members.
std::vector<uint32_t> GroupsWithPairs(const Run& run, const Plan& plan,
                                      const Results& results) {
  std::vector<uint32_t> groups;
  for (uint32_t g = 0; g < results.groups.size(); ++g) {
    const bool any =
        std::any_of(results.leaves.begin(), results.leaves.end(),
                    [g](const LeafTable& t) { return t.has_steps(g, 0); });
    if (any) groups.push_back(g);
  }
  const auto name = [&](uint32_t group, size_t b) {
    return run.snapshot().MemberName(plan.by[b], results.groups[group][b]);
  };
  std::sort(groups.begin(), groups.end(), [&](uint32_t left, uint32_t right) {
    for (size_t b = 0; b < plan.by.size(); ++b) {
      const int order = name(left, b).compare(name(right, b));
      if (order != 0) return order < 0;
    }
    return false;
  });
  return groups;
}

}  // namespace

absl::StatusOr<Answer> BuildCorrelogram(const Run& run, const Plan& plan,
                                        const Results& results) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<uint32_t> groups = GroupsWithPairs(run, plan, results);
  const size_t lags = results.leaves.size();
  size_t count = groups.size() * lags;
  if (plan.limit.has_value()) {
    count = std::min(count, static_cast<size_t>(*plan.limit));
  }
  if (count > run.options().limits.max_rows) {
    return Refuse(
        Refusal::kRowLimit, run.text(), footfall::Source(),
        {absl::StrCat(count), absl::StrCat(run.options().limits.max_rows)});
  }
  Answer answer;
  answer.set_row_count(count);
  answer.notes = results.notes;
  for (const std::string& name : plan.by) {
    answer.columns.push_back(
        CorrelogramColumn(name, Column::Role::kMember, ColumnType::kText));
    const size_t b = answer.columns.size() - 1;
    CodedColumn coded(&answer.columns.back(), count);
    for (size_t row = 0; row < count; ++row) {
      const MemberId member = results.groups[groups[row / lags]][b];
      coded.Add(member, [&] {
        return std::string(run.snapshot().MemberName(name, member));
      });
    }
    coded.Finish();
  }
  Column lag =
      CorrelogramColumn("lag", Column::Role::kPlain, ColumnType::kInteger);
  Column corr =
      CorrelogramColumn("corr", Column::Role::kValue, ColumnType::kDecimal);
  Column pairs =
      CorrelogramColumn("pairs", Column::Role::kPlain, ColumnType::kInteger);
  bool doubt = false;
  for (size_t row = 0; row < count; ++row) {
    const uint32_t group = groups[row / lags];
    const size_t leaf = row % lags;
    const Cell cell = results.leaves[leaf].Get(group, 0);
    lag.integers.push_back(*plan.leaves[leaf].function.lag);
    pairs.integers.push_back(cell.present);
    corr.missing.push_back(!cell.has_value);
    corr.decimals.push_back(cell.has_value ? cell.value.decimal : 0);
    corr.kinds.push_back(cell.kind());
    corr.low.push_back(cell.low ? cell.low->decimal : -kInfinity);
    corr.high.push_back(cell.high ? cell.high->decimal : kInfinity);
    doubt |= cell.has_value && cell.kind() != CellKind::kExact;
  }
  answer.columns.push_back(std::move(lag));
  answer.columns.push_back(std::move(corr));
  answer.columns.push_back(std::move(pairs));
  if (doubt) {
    answer.notes.push_back(
        "corr is of values that are not exact, and so is not exact itself");
  }
  return answer;
}

}  // namespace footfall::query
