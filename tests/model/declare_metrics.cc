// ModelWriter: metrics are defined, altered and dropped.

#include <string>

#include "absl/base/casts.h"
#include "absl/strings/str_cat.h"
#include "tests/model/model_writer.h"

namespace footfall::testing {

void ModelWriter::Define(const Operation& operation) {
  const MetricSpec& spec = specs_[operation.metric];
  const bool was_there = IsThere(operation.metric);
  found_->Succeeds(database_->Define(spec).status());
  if (was_there) return;
  had_dimension_ |= !spec.dimensions.empty();
  ModelChange change;
  change.defines = spec;
  change.may_lack[spec.name] = kNoStep;
  Changed(change);
}

void ModelWriter::Redefine(const Operation& operation) {
  if (!IsThere(operation.metric)) return;
  MetricSpec spec = specs_[operation.metric];
  spec.unit = "apples";
  found_->Refused(database_->Define(spec).status(),
                  absl::StatusCode::kFailedPrecondition);
}

bool ModelWriter::Fits(const Metric& metric, const MetricSpec& after) const {
  const MetricSpec& before = metric.spec;
  if (after.name != before.name &&
      history_->now().metrics.contains(after.name)) {
    return false;
  }
  if (!after.CountsUsers() || before.CountsUsers()) return true;
  const auto is_negative = [&](int64_t bits) {
    return before.value_type == ValueType::kInteger
               ? bits < 0
               : absl::bit_cast<double>(bits) < 0;
  };
  for (const auto& [members, steps] : history_->now().metrics.at(before.name)) {
    for (const auto& [step, bits] : steps) {
      if (is_negative(bits)) return false;
    }
  }
  return true;
}

void ModelWriter::Alter(const Operation& operation) {
  MetricSpec& spec = specs_[operation.metric];
  const MetricSpec original = RandomSpecs()[operation.metric];
  MetricChanges changes = RandomChanges(spec, &random_);
  if (OneIn(5)) {
    changes.name =
        spec.name == original.name ? OtherName(original) : original.name;
  } else if (OneIn(10)) {
    const std::string& other = specs_[random_() % specs_.size()].name;
    if (history_->now().metrics.contains(other)) changes.name = other;
  }
  const auto metric = Find(operation.metric);
  if (metric == nullptr) {
    return found_->Refused(
        database_->AlterMetric(spec.name, changes, StopCheck()).status(),
        absl::StatusCode::kNotFound);
  }
  keeper_->Settle(spec.name);
  const auto after = WithChanges(spec, changes);
  found_->Succeeds(after.status());
  if (*found_) return;
  Metric altered = *metric;
  altered.spec = *after;
  const int64_t first_kept = keeper_->FirstKeptOf(altered);
  keeper_->Announce(spec.name, first_kept);
  keeper_->Announce(after->name, first_kept);
  before_ = database_->TakeSnapshot()->commit();
  const auto result = database_->AlterMetric(spec.name, changes, StopCheck());
  if (!Fits(*metric, *after)) {
    found_->Note("  refused");
    return found_->Refused(result.status(),
                           absl::StatusCode::kFailedPrecondition);
  }
  found_->Succeeds(result.status());
  if (!result.ok()) return;
  if (!((*result)->spec == *after)) found_->Wrong("altered to something else");
  found_->Note(absl::StrCat(
      "  to ", after->name, ", kept ",
      after->keep.has_value() ? FormatKeep(*after->keep) : "forever"));
  ModelChange change;
  change.alters = {spec.name, *after};
  change.may_lack[after->name] = keeper_->MayLackOf(altered);
  Changed(change);
  spec = *after;
}

void ModelWriter::Drop(const Operation& operation) {
  const std::string& name = specs_[operation.metric].name;
  const bool was_there = IsThere(operation.metric);
  const absl::Status status = database_->DropMetric(name);
  if (!was_there) return found_->Refused(status, absl::StatusCode::kNotFound);
  found_->Succeeds(status);
  ModelChange change;
  change.drops = name;
  Changed(change);
}

}  // namespace footfall::testing
