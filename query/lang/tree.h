// How deep a tree is, and how large: a program may build one of any size.

#ifndef FOOTFALL_QUERY_LANG_TREE_H_
#define FOOTFALL_QUERY_LANG_TREE_H_

#include <cstddef>
#include <cstdint>

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

// About what the trees take that a question is turned into, from its text to
// its plan.
uint64_t BytesOfTrees(const Select& select);

// RESOURCE_EXHAUSTED where an expression is deeper than max_nesting, or than
// kMaxDepth, or the trees take more than max_memory_bytes. To be asked before
// anything else is done with a tree that a program has built.
absl::Status CheckTree(const Statement& statement, const QueryLimits& limits);
// The last of these alone: what a parser has read is not too deep.
absl::Status CheckTreeSize(const Statement& statement,
                           const QueryLimits& limits);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_TREE_H_
