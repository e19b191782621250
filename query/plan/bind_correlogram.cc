// corr(x, y, a..b): the whole answer, a row for each lag.

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

constexpr int64_t kMaxLags = 10001;
constexpr int64_t kMaxLag = 1000000000;

}  // namespace

const OffsetRange* Binder::LagsOf(const Item& item) {
  const auto* call = std::get_if<Call>(&item.expr.node);
  if (call == nullptr || call->function != "corr" ||
      call->arguments.size() != 3) {
    return nullptr;
  }
  return std::get_if<OffsetRange>(&call->arguments[2].form);
}

absl::Status Binder::BindCorrelogram(const Item& item) {
  const Expr& expr = item.expr;
  Call call = std::get<Call>(expr.node);
  const OffsetRange lags = *LagsOf(item);
  const char* beside = select_.items.size() > 1    ? "other item"
                       : item.name.has_value()     ? "AS"
                       : select_.every.has_value() ? "EVERY behind it"
                       : !select_.having.empty()   ? "HAVING"
                       : select_.top.has_value()   ? "TOP"
                       : !select_.order_by.empty() ? "ORDER BY"
                                                   : nullptr;
  if (beside != nullptr) {
    return Refuse(Refusal::kLagsBeside, expr.source, {Printed(expr), beside});
  }
  FOOTFALL_RETURN_IF_ERROR(RefuseOver(call));
  if (lags.first > lags.last || lags.first < -kMaxLag || lags.last > kMaxLag ||
      lags.last - lags.first >= kMaxLags) {
    return Refuse(Refusal::kLags, call.arguments[2].source,
                  {absl::StrCat(lags.first), absl::StrCat(lags.last)});
  }
  call.arguments.pop_back();
  Leaf leaf;
  FOOTFALL_RETURN_IF_ERROR(BindFunction(expr, call, Place(), &leaf));
  leaf.name = Printed(expr);
  for (int64_t lag = lags.first; lag <= lags.last; ++lag) {
    leaf.function.lag = lag;
    plan_.leaves.push_back(leaf);
  }
  plan_.correlogram = true;
  return absl::OkStatus();
}

}  // namespace footfall::query
