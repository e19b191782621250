// The clauses of SELECT.

#include "query/plan/bind.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/hash_table.h"
#include "query/lang/nearest.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

constexpr size_t kMaxKeys = 64;  // of ORDER BY

}  // namespace

absl::StatusOr<Plan> Bind(const Snapshot& snapshot, const Select& select,
                          absl::string_view text, const QueryOptions& options,
                          absl::Time now) {
  return Binder(snapshot, select, text, options, now).Run();
}

absl::StatusOr<Plan> Binder::Run() {
  attributes_ = AttributesNamed(snapshot_, select_);
  FOOTFALL_RETURN_IF_ERROR(BindZone());
  FOOTFALL_RETURN_IF_ERROR(BindBy());
  FOOTFALL_RETURN_IF_ERROR(CheckItemsAreNoParts());
  FOOTFALL_RETURN_IF_ERROR(DecideBegins());
  FOOTFALL_RETURN_IF_ERROR(DecideEvery());
  FOOTFALL_RETURN_IF_ERROR(BindAlign());
  ends_to_date_ = LooksBackAtRange();
  FOOTFALL_RETURN_IF_ERROR(BindItems());
  FOOTFALL_RETURN_IF_ERROR(CheckNames());
  FOOTFALL_RETURN_IF_ERROR(BindHaving());
  FOOTFALL_RETURN_IF_ERROR(BindOrder());
  FOOTFALL_RETURN_IF_ERROR(BindTop());
  FOOTFALL_RETURN_IF_ERROR(BindGroupTotal());
  FOOTFALL_RETURN_IF_ERROR(CheckSplit());
  FOOTFALL_RETURN_IF_ERROR(CheckZones());
  FOOTFALL_RETURN_IF_ERROR(CheckTiers());
  FOOTFALL_RETURN_IF_ERROR(CheckParts());
  PlaceEvents();
  KeepHidden();
  plan_.limit = select_.limit;
  return std::move(plan_);
}

absl::Status Binder::BindZone() {
  if (!select_.zone.has_value()) return absl::OkStatus();
  plan_.zone = std::get<std::string>(select_.zone->name);
  if (auto zone = LoadZone(plan_.zone); !zone.ok()) {
    return Refuse(Refusal::kZoneUnknown, select_.zone->source,
                  {zone.status().message()});
  }
  return absl::OkStatus();
}

absl::Status Binder::BindBy() {
  for (const Name& name : select_.by) {
    if (std::find(plan_.by.begin(), plan_.by.end(), name.name) !=
        plan_.by.end()) {
      return Refuse(Refusal::kByTwice, name.source, {name.name});
    }
    if (plan_.by.size() == kMaxDimensions) {
      return Refuse(Refusal::kByLimit, name.source,
                    {absl::StrCat(kMaxDimensions)});
    }
    plan_.by.push_back(name.name);
    plan_.parts.push_back(FindTimePart(name.name));
  }
  return absl::OkStatus();
}

// Without EVERY, a bare metric means a row for each of its steps.
absl::Status Binder::DecideEvery() {
  if (select_.every.has_value()) {
    plan_.fill = select_.every->fill;
    plan_.fill_max = select_.every->fill_max;
    if (plan_.fill_max.has_value() &&
        (plan_.fill == FillMode::kNone || plan_.fill == FillMode::kNull)) {
      return Refuse(Refusal::kFillMax, select_.every->source,
                    {plan_.fill == FillMode::kNone ? "none" : "null"});
    }
    plan_.every = begins_.Of(select_.every->bucket);
    plan_.to_date = select_.every->to_date;
    every_source_ = select_.every->source;
    return absl::OkStatus();
  }
  const Expr* bare = nullptr;
  for (const Item& item : select_.items) {
    if (bare == nullptr) bare = FirstBare(item.expr);
  }
  if (bare == nullptr) return absl::OkStatus();
  const Operand* operand = FirstOperand(*bare);
  if (operand == nullptr) {
    return Refuse(Refusal::kNoMetric, bare->source, {Printed(*bare)});
  }
  const std::string& name = operand->metric;
  FOOTFALL_ASSIGN_OR_RETURN(const auto metric, FindMetric(name, bare->source));
  for (const Item& item : select_.items) {
    if (HasAggregate(item.expr)) {
      return Refuse(Refusal::kBareBeside, bare->source,
                    {name, FormatPeriod(metric->spec.period)});
    }
  }
  FOOTFALL_RETURN_IF_ERROR(RefuseBareByPart(*bare, *metric));
  plan_.every = metric->spec.period;
  every_source_ = bare->source;
  return absl::OkStatus();
}

absl::Status Binder::BindItems() {
  for (const Item& item : select_.items) {
    const Call* call = std::get_if<Call>(&item.expr.node);
    const Function* function =
        call == nullptr ? nullptr : FindFunction(call->function);
    if (function != nullptr &&
        function->family == FunctionFamily::kWholeAnswer) {
      return BindWholeAnswer(item.expr, *call);
    }
    if (LagsOf(item) != nullptr) return BindCorrelogram(item);
  }
  for (const Item& item : select_.items) {
    const Operand* operand = FirstOperand(item.expr);
    if (operand == nullptr && !NamesEvent(item.expr)) {
      return Refuse(Refusal::kNoMetric, item.expr.source, {Printed(item.expr)});
    }
    BoundItem bound;
    const Expr* expr = &item.expr;
    Place place;
    const Call* call = std::get_if<Call>(&expr->node);
    if (call != nullptr && call->function == "bounds") {
      FOOTFALL_RETURN_IF_ERROR(RefuseOver(*call));
      FOOTFALL_ASSIGN_OR_RETURN(expr, OnlyArgument(*expr, *call));
      bound.bounds = true;
      place.in_bounds = true;
    }
    bound.name = item.name.has_value() ? *item.name : Printed(*expr);
    FOOTFALL_ASSIGN_OR_RETURN(bound.expr, BindRow(*expr, place));
    bound.unit = UnitOfRow(*expr, bound.expr);
    bound.is_ratio = IsRatio(*expr);
    plan_.items.push_back(std::move(bound));
  }
  // Events stand in the rows of metrics, and have none of their own.
  if (plan_.operands.empty()) {
    const Expr& expr = select_.items[0].expr;
    return Refuse(Refusal::kNoMetric, expr.source, {Printed(expr)});
  }
  return absl::OkStatus();
}

// A value that is one metric's keeps its unit, in other rows and as a mean of
// them, too.
std::string Binder::UnitOfRow(const Expr& expr, const RowExpr& row) const {
  const Call* call = std::get_if<Call>(&expr.node);
  if (row.kind != RowExpr::Kind::kLeaf) {
    const bool within = call != nullptr && call->scope == Call::Scope::kWithin;
    const Function* function = call == nullptr ? nullptr
                               : within        ? FindFunction(call->function)
                                               : FindTransform(call->function);
    const bool keeps = function != nullptr && function->keeps_nature();
    return keeps ? UnitOfRow(std::get<Expr>(call->arguments[0].form),
                             row.kind == RowExpr::Kind::kTransform
                                 ? plan_.transforms[row.transform].x
                                 : row.sides[0])
                 : "";
  }
  return UnitOf(plan_.leaves[row.leaf]);
}

// A share, growth and the like, also its mean over rows or its value in
// another.
bool Binder::IsRatio(const Expr& expr) {
  const Call* call = std::get_if<Call>(&expr.node);
  const Function* function =
      call == nullptr ? nullptr : FindFunction(call->function);
  if (function == nullptr || call->arguments.empty()) return false;
  if (function->unit == query::UnitOf::kRatio) return true;
  const Expr* const x = std::get_if<Expr>(&call->arguments[0].form);
  return function->keeps_nature() && x != nullptr && IsRatio(*x);
}

absl::Status Binder::CheckNames() {
  if (plan_.changepoints.has_value() || plan_.runs.has_value()) {
    return absl::OkStatus();
  }
  FlatHashSet<std::string> names;
  for (const std::string& by : plan_.by) names.insert(by);
  if (plan_.every.has_value()) {
    names.insert(plan_.align.has_value() ? "offset" : "time");
  }
  names.insert("partial");
  for (const std::string& name : TurnColumns(plan_)) {
    if (names.insert(name).second) continue;
    return Refuse(Refusal::kSameName, select_.align->source, {name});
  }
  if (plan_.correlogram) {
    for (const std::string name : {"lag", "corr", "pairs"}) {
      if (names.insert(name).second) continue;
      return Refuse(Refusal::kSameName, select_.items[0].source, {name});
    }
  }
  for (size_t i = 0; i < plan_.items.size(); ++i) {
    const BoundItem& item = plan_.items[i];
    std::vector<std::string> columns;
    if (item.bounds) {
      columns = {"_low", "_high"};
    } else {
      columns = {"", "_kind"};
    }
    columns.insert(columns.end(), {"_present", "_expected"});
    for (const std::string& suffix : columns) {
      const std::string name = absl::StrCat(item.name, suffix);
      if (!names.insert(name).second) {
        return Refuse(Refusal::kSameName, select_.items[i].source, {name});
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RowExpr> Binder::BindNamed(const Expr& expr,
                                          const Place& place) {
  names_items_ = true;
  absl::StatusOr<RowExpr> bound = BindRow(expr, place);
  names_items_ = false;
  return bound;
}

absl::StatusOr<std::optional<RowExpr>> Binder::BindItemName(
    const Expr& expr, const Place& place) {
  const auto* operand = std::get_if<Operand>(&expr.node);
  // Braces make another operand of it.
  if (operand == nullptr || !operand->conditions.empty() ||
      operand->during.has_value()) {
    return std::nullopt;
  }
  for (size_t i = 0; i < plan_.items.size(); ++i) {
    if (plan_.items[i].name != operand->metric) continue;
    if (!place.whole_range) return plan_.items[i].expr;
    // Made anew, of the whole range.
    const Expr* item = &select_.items[i].expr;
    const Call* call = std::get_if<Call>(&item->node);
    if (call != nullptr && call->function == "bounds") {
      FOOTFALL_ASSIGN_OR_RETURN(item, OnlyArgument(*item, *call));
    }
    names_items_ = false;
    absl::StatusOr<RowExpr> bound = BindRow(*item, place);
    names_items_ = true;
    if (!bound.ok()) return bound.status();
    return *std::move(bound);
  }
  if (snapshot_.FindMetric(operand->metric) != nullptr) return std::nullopt;
  if (FindTimeFunction(operand->metric).has_value() ||
      FindTransform(operand->metric) != nullptr) {
    return Refuse(
        Refusal::kUnknownName, expr.source,
        {operand->metric,
         absl::StrCat("a function has its value behind it, as in "
                      "the item: ",
                      plan_.items.empty() ? "avg(dau)" : plan_.items[0].name)});
  }
  if (absl::EqualsIgnoreCase(operand->metric, "time")) {
    return Refuse(Refusal::kTimeAsValue, expr.source, {});
  }
  for (const auto& metric : snapshot_.Metrics()) {
    if (metric->FindDimension(operand->metric).has_value()) {
      return Refuse(Refusal::kDimensionAsValue, expr.source, {operand->metric});
    }
  }
  Nearest nearest(operand->metric);
  for (const BoundItem& item : plan_.items) nearest.Offer(item.name);
  for (const std::string& name : plan_.by) nearest.Offer(name);
  for (const auto& metric : snapshot_.Metrics()) {
    nearest.Offer(metric->spec.name);
  }
  return Refuse(
      Refusal::kUnknownName, expr.source,
      {operand->metric, nearest.found()
                            ? absl::StrCat("did you mean ", nearest.best(), "?")
                            : ""});
}

// Tests and keys look at items as they are printed: FILL may have changed them.
void Binder::UseFinished(RowExpr* expr) const {
  if (plan_.fill == FillMode::kNone) return;
  for (size_t i = 0; i < plan_.items.size(); ++i) {
    const BoundItem& item = plan_.items[i];
    if (item.bounds || !(item.expr == *expr)) continue;
    RowExpr finished;
    finished.kind = RowExpr::Kind::kFinished;
    finished.item = i;
    finished.is_decimal = expr->is_decimal;
    finished.is_date = expr->is_date;
    *expr = std::move(finished);
    return;
  }
  for (RowExpr& side : expr->sides) UseFinished(&side);
}

absl::Status Binder::BindHaving() {
  for (const Test& test : select_.having) {
    BoundTest bound;
    bound.comparison = test.comparison;
    FOOTFALL_ASSIGN_OR_RETURN(bound.left, BindNamed(test.left, Place()));
    FOOTFALL_ASSIGN_OR_RETURN(bound.right, BindNamed(test.right, Place()));
    const bool of_presence = test.comparison == Comparison::kIsMissing ||
                             test.comparison == Comparison::kIsNotMissing;
    // Two dates compare by when they begin.
    if (!bound.left.is_date || !(bound.right.is_date || of_presence)) {
      FOOTFALL_RETURN_IF_ERROR(CheckNoDates(test.left, bound.left, '='));
      FOOTFALL_RETURN_IF_ERROR(CheckNoDates(test.right, bound.right, '='));
    }
    UseFinished(&bound.left);
    UseFinished(&bound.right);
    plan_.having.push_back(std::move(bound));
  }
  return absl::OkStatus();
}

// Under ALIGN rows have an offset in place of a time.
bool Binder::NamesOffset(const Expr& expr) const {
  const auto* operand = std::get_if<Operand>(&expr.node);
  return plan_.align.has_value() && operand != nullptr &&
         operand->metric == "offset" && operand->conditions.empty() &&
         !operand->during.has_value() &&
         snapshot_.FindMetric(operand->metric) == nullptr;
}

absl::Status Binder::BindOrder() {
  if (select_.order_by.size() > kMaxKeys) {
    const OrderKey& first = select_.order_by[kMaxKeys];
    return Refuse(
        Refusal::kOrderLimit,
        first.expr.has_value() ? first.expr->source : footfall::Source(),
        {absl::StrCat(select_.order_by.size()), absl::StrCat(kMaxKeys)});
  }
  for (const OrderKey& key : select_.order_by) {
    BoundKey bound;
    bound.descending = key.descending;
    if (key.expr.has_value()) {
      const auto* operand = std::get_if<Operand>(&key.expr->node);
      const auto by =
          operand == nullptr
              ? (plan_.splits_time()
                     ? std::find(plan_.by.begin(), plan_.by.end(),
                                 Printed(*key.expr))
                     : plan_.by.end())
              : std::find(plan_.by.begin(), plan_.by.end(), operand->metric);
      if (by != plan_.by.end() &&
          (operand == nullptr || operand->conditions.empty())) {
        bound.kind = BoundKey::Kind::kMember;
        bound.by = static_cast<size_t>(by - plan_.by.begin());
      } else if (!NamesOffset(*key.expr)) {
        bound.kind = BoundKey::Kind::kExpr;
        FOOTFALL_ASSIGN_OR_RETURN(bound.expr, BindNamed(*key.expr, Place()));
        if (bound.expr.is_text) {
          return Refuse(Refusal::kTextPlace, key.expr->source,
                        {Printed(*key.expr)});
        }
      }
    }
    UseFinished(&bound.expr);
    plan_.order_by.push_back(std::move(bound));
  }
  return absl::OkStatus();
}

absl::Status Binder::BindTop() {
  if (!select_.top.has_value()) return absl::OkStatus();
  const Top& top = *select_.top;
  if (plan_.by.empty()) {
    return Refuse(Refusal::kTopBy, top.source, {absl::StrCat(top.count)});
  }
  if (plan_.align.has_value() && plan_.align->each) {
    FOOTFALL_RETURN_IF_ERROR(RefuseBesideAlign(
        top.source, "TOP",
        "ON EACH gives a group a range for each event, and TOP judges it by "
        "one",
        "ORDER BY and LIMIT pick rows, or ALIGN ON one event by its name"));
  }
  BoundTop bound;
  bound.count = top.count;
  bound.within.resize(plan_.by.size());
  for (const Name& name : top.within) {
    const auto by = std::find(plan_.by.begin(), plan_.by.end(), name.name);
    if (by == plan_.by.end()) {
      return Refuse(Refusal::kWithin, name.source,
                    {name.name, absl::StrJoin(plan_.by, ", ")});
    }
    bound.within[static_cast<size_t>(by - plan_.by.begin())] = true;
  }
  if (std::find(bound.within.begin(), bound.within.end(), false) ==
      bound.within.end()) {
    return Refuse(Refusal::kTopWithinAll, top.source,
                  {absl::StrJoin(plan_.by, ", "), absl::StrCat(top.count)});
  }
  if (top.others.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(RefuseBesideAlign(
        top.others_source, "OTHERS",
        "each of the others has an event of its own, and all together none",
        "leave out OTHERS"));
    bound.others = std::get<std::string>(*top.others);
    if (plan_.by.size() != 1) {
      return Refuse(Refusal::kOthersBy, top.others_source, {plan_.by[0]});
    }
    if (snapshot_.FindMember(plan_.by[0], *bound.others).has_value()) {
      return Refuse(Refusal::kOthersName, top.others_source,
                    {plan_.by[0], absl::StrCat("'", *bound.others, "'")});
    }
  }
  const Expr* judged = nullptr;
  for (size_t i = 0; i < plan_.order_by.size(); ++i) {
    if (plan_.order_by[i].kind != BoundKey::Kind::kExpr) continue;
    judged = &*select_.order_by[i].expr;
    bound.expr = plan_.order_by[i].expr;
    bound.descending = !select_.order_by[i].ascending;
    break;
  }
  const bool named = judged != nullptr;
  if (!named) {
    judged = &select_.items[0].expr;
    bound.expr = plan_.items[0].expr;
    if (bound.expr.is_text) {
      return Refuse(Refusal::kTextPlace, judged->source, {Printed(*judged)});
    }
  }
  const Call* call = std::get_if<Call>(&judged->node);
  if (call != nullptr && call->function == "bounds") {
    FOOTFALL_ASSIGN_OR_RETURN(judged, OnlyArgument(*judged, *call));
  }
  if (plan_.every.has_value()) {
    Place place;
    place.whole_range = true;
    place.in_bounds = true;
    FOOTFALL_ASSIGN_OR_RETURN(bound.expr, named ? BindNamed(*judged, place)
                                                : BindRow(*judged, place));
    bound.whole_range = true;
  }
  plan_.top = std::move(bound);
  return absl::OkStatus();
}

// Totals and places are among all groups there may be. (Under ALIGN a group
// that has no samples has no dates either.)
void Binder::KeepHidden() {
  if (plan_.align.has_value()) return;
  bool all = plan_.top.has_value();
  for (const Transform& transform : plan_.transforms) {
    all |= transform.kind == Transform::Kind::kShare ||
           transform.kind == Transform::Kind::kContribution ||
           transform.kind == Transform::Kind::kTopShare ||
           transform.kind == Transform::Kind::kWithin ||
           transform.kind == Transform::Kind::kRank;
  }
  for (const Leaf& leaf : plan_.leaves) {
    all |= leaf.function.kind == TimeFunction::Kind::kCountInTop;
  }
  for (BoundOperand& operand : plan_.operands) {
    operand.keeps_hidden = all || operand.across.has_value();
  }
}

// Some operand must be split by every BY dimension, or there are no groups.
absl::Status Binder::CheckSplit() {
  const bool makes_rows =
      !plan_.every.has_value() ||
      std::any_of(plan_.operands.begin(), plan_.operands.end(),
                  [](const BoundOperand& operand) {
                    return !operand.own_window && !operand.broadcast();
                  });
  const bool own = std::any_of(
      plan_.operands.begin(), plan_.operands.end(),
      [](const BoundOperand& operand) { return operand.own_window; });
  if (own && !makes_rows) {
    return Refuse(Refusal::kOwnWindowAlone, select_.items[0].source, {});
  }
  if (plan_.by.empty()) return absl::OkStatus();
  for (const BoundOperand& operand : plan_.operands) {
    if (!operand.broadcast()) return absl::OkStatus();
  }
  for (size_t i = 0; i < plan_.by.size(); ++i) {
    for (const BoundOperand& operand : plan_.operands) {
      if (operand.by[i] == -1) {
        return Refuse(Refusal::kNothingSplit, select_.by[i].source,
                      {plan_.by[i]});
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
