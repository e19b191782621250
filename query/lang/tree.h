// How deep a tree is: a program may build one of any depth.

#ifndef FOOTFALL_QUERY_LANG_TREE_H_
#define FOOTFALL_QUERY_LANG_TREE_H_

#include <cstddef>

#include "absl/status/status.h"
#include "footfall/query.h"
#include "footfall/statement.h"

namespace footfall::query {

// Deeper ones are refused whatever the limits say: what walks a tree is
// recursive, and a thread's stack ends.
inline constexpr size_t kMaxDepth = 500;

// Whether an expression (of the statement) is deeper; a number has depth 1.
// Takes stack for `limit` levels at most.
bool IsDeeperThan(size_t limit, const Expr& expr);
bool IsDeeperThan(size_t limit, const Statement& statement);

// RESOURCE_EXHAUSTED where an expression is deeper than max_nesting, or than
// kMaxDepth. To be asked before anything else is done with a tree that a
// program has built.
absl::Status CheckDepth(const Statement& statement, const QueryLimits& limits);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_TREE_H_
