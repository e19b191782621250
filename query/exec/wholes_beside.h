// Wholes beside the groups of an operand: which of them bear on which group.

#ifndef FOOTFALL_QUERY_EXEC_WHOLES_BESIDE_H_
#define FOOTFALL_QUERY_EXEC_WHOLES_BESIDE_H_

#include "query/exec/groups.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Fills in what `groups` says of wholes, once its series are sorted into
// groups; appends the groups that only wholes tell of. `memory` is charged.
absl::Status FindWholesBeside(const Run& run, const BoundOperand& operand,
                              OperandGroups* groups, Reservation* memory);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_WHOLES_BESIDE_H_
