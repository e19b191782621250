#include "query/exec/answer_size.h"

#include <algorithm>
#include <string>

#include "absl/time/civil_time.h"
#include "query/exec/others.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// Of a text that does not fit into its string there is a block besides.
constexpr size_t kShortText = 15;
constexpr uint64_t kBytesOfBlock = 16;
// The longest time as printed.
constexpr uint64_t kBytesOfTime =
    sizeof(std::string) + 2 * kBytesOfBlock + sizeof(absl::CivilSecond);

uint64_t BytesOf(absl::string_view text) {
  return sizeof(std::string) +
         (text.size() > kShortText ? text.size() + kBytesOfBlock : 0);
}

// Of one cell in all four columns of an item. Kinds are codes.
uint64_t BytesOfCell(const BoundItem& item) {
  constexpr uint64_t kCoverage = 2 * sizeof(int64_t) + 2;
  constexpr uint64_t kKind = sizeof(CellKind) + sizeof(uint32_t);
  const bool text = item.expr.is_date || item.expr.is_text;
  if (item.bounds) return kCoverage + (text ? 2 * kBytesOfTime : 16);
  if (text) return kCoverage + kKind + 3 * kBytesOfTime;
  return kCoverage + kKind + (item.expr.is_decimal ? 3 : 5) * sizeof(int64_t);
}

}  // namespace

absl::StatusOr<uint64_t> AnswerBytes(const Run& run, const Plan& plan,
                                     const Results& results,
                                     absl::Span<const RowId> chosen) {
  // Members and times are codes, each with a dictionary.
  uint64_t bytes_of_row =
      sizeof(int64_t) + (plan.by.size() + 1) * sizeof(uint32_t);
  for (const BoundItem& item : plan.items) bytes_of_row += BytesOfCell(item);
  uint64_t bytes =
      chosen.size() * bytes_of_row +
      std::min(chosen.size(), results.timeline->slot_count()) * kBytesOfTime +
      results.timeline->slot_count() * sizeof(uint32_t);
  for (size_t b = 0; b < plan.by.size(); ++b) {
    const auto add = [&](size_t group) {
      bytes += BytesOf(MemberText(run, plan, b, results.groups[group][b]));
      return run.Pass();
    };
    // Of each member once, where there are fewer groups than rows.
    const size_t groups = results.groups.size();
    for (size_t g = 0; g < groups && groups < chosen.size(); ++g) {
      FOOTFALL_RETURN_IF_ERROR(add(g));
    }
    for (size_t r = 0; r < chosen.size() && chosen.size() <= groups; ++r) {
      FOOTFALL_RETURN_IF_ERROR(add(chosen[r].group));
    }
  }
  return bytes + (plan.by.size() + 4 * plan.items.size() + 2) * sizeof(Column);
}

}  // namespace footfall::query
