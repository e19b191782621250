// Footfall's answers beside SQLite's rows.

#ifndef FOOTFALL_TESTS_ORACLE_COMPARE_H_
#define FOOTFALL_TESTS_ORACLE_COMPARE_H_

#include <string>
#include <vector>

#include "footfall/answer.h"
#include "tests/oracle/question.h"
#include "tests/oracle/sqlite.h"

namespace footfall::oracle {

// What differs first, for people; empty where nothing does. Numbers may differ
// by the order in which decimals were added up, and by nothing else.
std::string Difference(const Question& question, const Answer& answer,
                       const std::vector<SqlRow>& reference);

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_ORACLE_COMPARE_H_
