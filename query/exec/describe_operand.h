// What EXPLAIN tells of one operand: which series, which steps, how they
// combine, why a value is not exact.

#ifndef FOOTFALL_QUERY_EXEC_DESCRIBE_OPERAND_H_
#define FOOTFALL_QUERY_EXEC_DESCRIBE_OPERAND_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "query/exec/groups.h"
#include "query/exec/run.h"
#include "query/exec/timeline.h"
#include "query/plan/plan.h"

namespace footfall::query {

// The lines of operand `index`; `groups` are its own, split by ACROSS, too.
absl::StatusOr<std::vector<std::string>> DescribeOperand(
    Run& run, const Plan& plan, const Timeline& timeline, size_t index,
    const OperandGroups& groups);

// "1 step", "2 steps".
std::string HowMany(uint64_t count, absl::string_view one,
                    absl::string_view several);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_DESCRIBE_OPERAND_H_
