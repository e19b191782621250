#include "query/lang/tree.h"

#include <algorithm>
#include <new>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/lang/refusals.h"

namespace footfall {
namespace query {
namespace {

// Calls `visit` with each expression of an argument.
template <typename AnyArgument, typename Visit>
void ForEachExpr(AnyArgument& argument, const Visit& visit) {
  if (auto* value = std::get_if<Expr>(&argument.form)) {
    visit(*value);
  } else if (auto* test = std::get_if<Test>(&argument.form)) {
    visit(test->left);
    visit(test->right);
  }
}

// Calls `visit` with each expression right below `expr`.
template <typename AnyExpr, typename Visit>
void ForEachChild(AnyExpr& expr, const Visit& visit) {
  if (auto* negation = std::get_if<Negation>(&expr.node)) {
    for (auto& inner : negation->inner) visit(inner);
  } else if (auto* arithmetic = std::get_if<Arithmetic>(&expr.node)) {
    for (auto& side : arithmetic->sides) visit(side);
  } else if (auto* call = std::get_if<Call>(&expr.node)) {
    for (auto& argument : call->arguments) ForEachExpr(argument, visit);
  }
}

// How many lists this thread is taking apart, one within the other.
thread_local size_t lists_at_work = 0;

// Moves the children of `expr` behind the others.
void Detach(Expr* expr, std::vector<Expr>* children) {
  ForEachChild(*expr,
               [&](Expr& child) { children->push_back(std::move(child)); });
}

void Detach(Argument* argument, std::vector<Expr>* children) {
  ForEachExpr(*argument, [&](Expr& expr) { Detach(&expr, children); });
}

void TakeApart(std::vector<Expr>* children) {
  while (!children->empty()) {
    Expr expr = std::move(children->back());
    children->pop_back();
    Detach(&expr, children);
  }
}

// Whether the list that is now being destroyed lies so deep in others that it
// must be taken apart.
class ListAtWork {
 public:
  ListAtWork() { ++lists_at_work; }
  ~ListAtWork() { --lists_at_work; }
  ListAtWork(const ListAtWork&) = delete;
  ListAtWork& operator=(const ListAtWork&) = delete;
  bool is_deep() const { return lists_at_work == kMaxDepth; }
};

}  // namespace

bool IsDeeperThan(size_t limit, const Expr& expr) {
  if (limit == 0) return true;
  bool deeper = false;
  ForEachChild(expr, [&](const Expr& child) {
    deeper = deeper || IsDeeperThan(limit - 1, child);
  });
  return deeper;
}

bool IsDeeperThan(size_t limit, const Statement& statement) {
  const Select* const select = std::get_if<Select>(&statement.node);
  if (select == nullptr) return false;
  const auto deeper = [limit](const Expr& expr) {
    return IsDeeperThan(limit, expr);
  };
  return std::any_of(select->items.begin(), select->items.end(),
                     [&](const Item& item) { return deeper(item.expr); }) ||
         std::any_of(select->having.begin(), select->having.end(),
                     [&](const Test& test) {
                       return deeper(test.left) || deeper(test.right);
                     }) ||
         std::any_of(select->order_by.begin(), select->order_by.end(),
                     [&](const OrderKey& key) {
                       return key.expr.has_value() && deeper(*key.expr);
                     });
}

namespace {

uint64_t CountNodes(const Expr& expr) {
  uint64_t count = 1;
  if (const auto* operand = std::get_if<Operand>(&expr.node)) {
    for (const Condition& condition : operand->conditions) {
      count += 1 + condition.texts.size();
    }
  }
  ForEachChild(expr, [&](const Expr& child) { count += CountNodes(child); });
  return count;
}

}  // namespace

uint64_t BytesOfTrees(const Select& select) {
  // As text, as parsed, with its parameters, and as operand, leaf and row.
  constexpr uint64_t kBytesOfNode = 800;
  uint64_t count = 0;
  for (const Item& item : select.items) count += CountNodes(item.expr);
  for (const Condition& condition : select.where) {
    count += 1 + condition.texts.size();
  }
  for (const Test& test : select.having) {
    count += CountNodes(test.left) + CountNodes(test.right);
  }
  for (const OrderKey& key : select.order_by) {
    count += key.expr.has_value() ? CountNodes(*key.expr) : 1;
  }
  return count * kBytesOfNode;
}

absl::Status CheckTree(const Statement& statement, const QueryLimits& limits) {
  const size_t limit = std::min(limits.max_nesting, kMaxDepth);
  if (IsDeeperThan(limit, statement)) {
    return Refuse(Refusal::kNestingLimit, "", {}, {absl::StrCat(limit)});
  }
  return CheckTreeSize(statement, limits);
}

absl::Status CheckTreeSize(const Statement& statement,
                           const QueryLimits& limits) {
  const Select* const select = std::get_if<Select>(&statement.node);
  const uint64_t bytes = select == nullptr ? 0 : BytesOfTrees(*select);
  if (bytes <= limits.max_memory_bytes) return absl::OkStatus();
  return RefuseMemory("", bytes, limits.max_memory_bytes);
}

}  // namespace query

// The elements go within the destructor's body, while the list counts as being
// at work. Where memory has run out the rest is taken apart by recursion.
ExprList::~ExprList() {
  const query::ListAtWork at_work;
  if (at_work.is_deep()) {
    try {
      std::vector<Expr> children;
      for (Expr& expr : *this) query::Detach(&expr, &children);
      query::TakeApart(&children);
    } catch (const std::bad_alloc&) {
    }
  }
  clear();
}

ArgumentList::~ArgumentList() {
  const query::ListAtWork at_work;
  if (at_work.is_deep()) {
    try {
      std::vector<Expr> children;
      for (Argument& argument : *this) query::Detach(&argument, &children);
      query::TakeApart(&children);
    } catch (const std::bad_alloc&) {
    }
  }
  clear();
}

}  // namespace footfall
