// A block of the rows of an answer.

#ifndef FOOTFALL_QUERY_ANSWER_BLOCK_OF_H_
#define FOOTFALL_QUERY_ANSWER_BLOCK_OF_H_

#include <cstddef>

#include "footfall/answer.h"

namespace footfall::query {

// Rows [begin, end) as an answer of their own, without notes. Dictionaries are
// shared. Requires: begin <= end <= row_count().
Answer BlockOf(const Answer& answer, size_t begin, size_t end);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_ANSWER_BLOCK_OF_H_
