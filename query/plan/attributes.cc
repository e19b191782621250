#include "query/plan/attributes.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace footfall::query {
namespace {

// The dimensions and metrics that a question names.
class SelectNames {
 public:
  explicit SelectNames(const Select& select) {
    for (const Name& name : select.by) dimensions.push_back(name.name);
    Visit(select.where);
    for (const Item& item : select.items) Visit(item.expr);
    for (const Test& test : select.having) Visit(test);
    for (const OrderKey& key : select.order_by) {
      if (key.expr.has_value()) Visit(*key.expr);
    }
  }

  std::vector<std::string> dimensions;
  std::vector<std::string> metrics;  // or items

 private:
  void Visit(const std::vector<Condition>& conditions) {
    for (const Condition& condition : conditions) {
      dimensions.push_back(condition.dimension);
    }
  }
  void Visit(const Expr& expr) {
    if (const auto* operand = std::get_if<Operand>(&expr.node)) {
      metrics.push_back(operand->metric);
      Visit(operand->conditions);
    } else if (const auto* negation = std::get_if<Negation>(&expr.node)) {
      Visit(negation->inner[0]);
    } else if (const auto* arithmetic = std::get_if<Arithmetic>(&expr.node)) {
      for (const Expr& side : arithmetic->sides) Visit(side);
    } else if (const auto* call = std::get_if<Call>(&expr.node)) {
      dimensions.insert(dimensions.end(), call->scope_dimensions.begin(),
                        call->scope_dimensions.end());
      for (const Argument& argument : call->arguments) {
        if (const auto* inner = std::get_if<Expr>(&argument.form)) {
          Visit(*inner);
        } else if (const auto* test = std::get_if<Test>(&argument.form)) {
          Visit(*test);
        }
      }
    }
  }
  void Visit(const Test& test) {
    Visit(test.left);
    Visit(test.right);
  }
};

}  // namespace

absl::Span<const std::shared_ptr<const Attribute>> AttributesCalled(
    const Snapshot& snapshot, absl::string_view name) {
  const auto all = snapshot.Attributes();
  const auto first = std::lower_bound(
      all.begin(), all.end(), name,
      [](const auto& a, absl::string_view b) { return a->name < b; });
  const auto last = std::upper_bound(
      first, all.end(), name,
      [](absl::string_view a, const auto& b) { return a < b->name; });
  return all.subspan(static_cast<size_t>(first - all.begin()),
                     static_cast<size_t>(last - first));
}

std::optional<size_t> AttributeOf(const Snapshot& snapshot,
                                  const Metric& metric,
                                  absl::string_view name) {
  if (metric.FindDimension(name).has_value()) return std::nullopt;
  const auto attributes = AttributesCalled(snapshot, name);
  if (attributes.empty()) return std::nullopt;
  return metric.FindDimension(attributes[0]->dimension);
}

std::shared_ptr<const Metric> WithAttributes(
    const Snapshot& snapshot, std::shared_ptr<const Metric> metric,
    absl::Span<const std::string> names, std::vector<int>* attribute_of) {
  std::vector<Dimension> added;
  for (const std::string& name : names) {
    const auto of = AttributeOf(snapshot, *metric, name);
    if (!of.has_value()) continue;
    added.push_back({name, metric->spec.dimensions[*of].rule});
    attribute_of->push_back(static_cast<int>(*of));
  }
  if (added.empty()) return metric;
  auto with = std::make_shared<Metric>(*metric);
  for (Dimension& dimension : added) {
    with->spec.dimensions.push_back(std::move(dimension));
  }
  return with;
}

NamedAttributes AttributesNamed(const Snapshot& snapshot,
                                const Select& select) {
  NamedAttributes named;
  if (snapshot.Attributes().empty()) return named;
  SelectNames names(select);
  std::sort(names.dimensions.begin(), names.dimensions.end());
  names.dimensions.erase(
      std::unique(names.dimensions.begin(), names.dimensions.end()),
      names.dimensions.end());
  for (const std::string& name : names.dimensions) {
    if (AttributesCalled(snapshot, name).empty()) continue;
    named.all.push_back(name);
    const bool is_dimension = std::any_of(
        names.metrics.begin(), names.metrics.end(),
        [&](const std::string& metric) {
          const auto found = snapshot.FindMetric(metric);
          return found != nullptr && found->FindDimension(name).has_value();
        });
    if (!is_dimension) named.of_events.push_back(name);
  }
  return named;
}

AttributeValues::AttributeValues(const Snapshot& snapshot,
                                 absl::string_view name) {
  for (const auto& attribute : AttributesCalled(snapshot, name)) {
    const auto member =
        snapshot.FindMember(attribute->dimension, attribute->member);
    if (!member.has_value()) continue;  // where no metric has it any more
    const MemberId value =
        snapshot.FindMember(name, attribute->value).value_or(kEmptyMember);
    values_[*member].push_back({attribute->from, value});
    changes_ = changes_ || attribute->from.has_value();
  }
}

MemberId AttributeValues::At(
    MemberId member, absl::FunctionRef<bool(const Date&)> reached) const {
  const auto values = values_.find(member);
  if (values == values_.end()) return kEmptyMember;
  MemberId at = kEmptyMember;
  for (const Value& value : values->second) {
    if (!value.from.has_value() || reached(*value.from)) at = value.value;
  }
  return at;
}

std::vector<Date> AttributeValues::ChangesOf(MemberId member) const {
  std::vector<Date> dates;
  const auto values = values_.find(member);
  if (values == values_.end()) return dates;
  for (const Value& value : values->second) {
    if (value.from.has_value()) dates.push_back(*value.from);
  }
  return dates;
}

std::vector<MemberId> AttributeValues::AllOf(MemberId member) const {
  std::vector<MemberId> all;
  const auto values = values_.find(member);
  if (values == values_.end() || values->second[0].from.has_value()) {
    all.push_back(kEmptyMember);
  }
  if (values == values_.end()) return all;
  for (const Value& value : values->second) {
    if (std::find(all.begin(), all.end(), value.value) == all.end()) {
      all.push_back(value.value);
    }
  }
  return all;
}

}  // namespace footfall::query
