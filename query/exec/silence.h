// Why an answer has no rows.

#ifndef FOOTFALL_QUERY_EXEC_SILENCE_H_
#define FOOTFALL_QUERY_EXEC_SILENCE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "query/exec/leaves.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// That the operand's range is shorter than a step of it; empty where it is not.
std::string NoteOfNoStep(const BoundOperand& operand);

// Appends to `notes` what an answer without rows should say: no series of these
// members, no whole step in the range, no sample in it and where the nearest
// is, nothing earlier to look back at. Reads presence alone.
absl::Status ExplainSilence(Run& run, const Plan& plan, const Results& results,
                            std::vector<std::string>* notes);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_SILENCE_H_
