// Samples on their way in, as columns.

#include "footfall/sample_batch.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/model/calendar.h"

namespace footfall {

MemberColumn::MemberColumn() : names_(1), next_(1) { numbers_.emplace("", 0); }

void MemberColumn::Add(absl::string_view member) {
  rows_.push_back(NumberOf(member));
}

uint32_t MemberColumn::NumberOf(absl::string_view member) {
  // Rows come in runs or in rounds: most often the member is that of the row
  // before, or the one that came after it the last time.
  if (names_[last_] == member) return last_;
  uint32_t& next = next_[last_];
  if (names_[next] == member) return last_ = next;
  const auto found = numbers_.find(member);
  if (found != numbers_.end()) return last_ = next = found->second;
  last_ = next = static_cast<uint32_t>(names_.size());
  names_.emplace_back(member);
  next_.push_back(0);
  numbers_.emplace(names_.back(), last_);
  return last_;
}

void MemberColumn::AddCodes(const SampleColumns::Members& members) {
  constexpr uint32_t kUnknown = std::numeric_limits<uint32_t>::max();
  std::vector<uint32_t> numbers(members.names.size(), kUnknown);
  rows_.reserve(rows_.size() + members.codes.size());
  for (const uint32_t code : members.codes) {
    uint32_t& number = numbers[code];
    if (number == kUnknown) number = NumberOf(members.names[code]);
    rows_.push_back(number);
  }
}

SampleRows::SampleRows(std::shared_ptr<const Metric> metric)
    : metric_(std::move(metric)), columns_(metric_->spec.dimensions.size()) {}

void SampleRows::Add(absl::CivilDay day, const RowMembers& members,
                     SampleValue value) {
  AddRow(metric_->grid.StepAtDay(engine::DaysOf(absl::CivilSecond(day))),
         members.span(), value);
}

void SampleRows::Add(absl::Time time, const RowMembers& members,
                     SampleValue value) {
  AddRow(metric_->grid.StepAt(time), members.span(), value);
}

void SampleRows::Add(absl::string_view date, const RowMembers& members,
                     SampleValue value) {
  const absl::StatusOr<Date> parsed = ParseDate(date);
  const absl::StatusOr<int64_t> step =
      parsed.ok() ? metric_->grid.StepNamed(*parsed) : parsed.status();
  if (!step.ok() && !unfit_.has_value()) {
    unfit_ = Unfit{.row = size(),
                   .column = "time",
                   .why = std::string(step.status().message())};
  }
  AddRow(step.value_or(0), members.span(), value);
}

void SampleRows::AddStep(int64_t step, const RowMembers& members,
                         SampleValue value) {
  AddRow(step, members.span(), value);
}

absl::Status SampleColumns::Check(size_t dimensions) const {
  const auto column = [&](absl::string_view name, size_t found) {
    return absl::InvalidArgumentError(absl::StrCat(
        "column ", name, " has ", found, " rows; column steps has ", size(),
        ": all columns are of one length"));
  };
  if (members.size() != dimensions) {
    return absl::InvalidArgumentError(
        absl::StrCat("columns of ", members.size(),
                     " dimensions were given; the metric has ", dimensions));
  }
  if (!integers.empty() && !decimals.empty()) {
    return absl::InvalidArgumentError(
        "values were given as integers and as decimals; give one of them");
  }
  const size_t values = integers.size() + decimals.size();
  if (values != size()) return column("values", values);
  for (size_t d = 0; d < members.size(); ++d) {
    const absl::Span<const uint32_t> codes = members[d].codes;
    if (codes.size() != size()) {
      return column(absl::StrCat("codes of dimension ", d), codes.size());
    }
    const auto most = std::max_element(codes.begin(), codes.end());
    if (most == codes.end() || *most < members[d].names.size()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("row ", most - codes.begin(), ", from 0: code ", *most,
                     " of dimension ", d, " has no name; there are ",
                     members[d].names.size()));
  }
  return absl::OkStatus();
}

absl::Status SampleRows::AddColumns(const SampleColumns& columns) {
  if (absl::Status fits = columns.Check(columns_.size()); !fits.ok()) {
    return fits;
  }
  steps_.insert(steps_.end(), columns.steps.begin(), columns.steps.end());
  values_.insert(values_.end(), columns.integers.begin(),
                 columns.integers.end());
  for (const double value : columns.decimals) {
    values_.push_back(absl::bit_cast<int64_t>(value));
  }
  kinds_.resize(steps_.size(), columns.kind());
  for (size_t d = 0; d < columns_.size(); ++d) {
    columns_[d].AddCodes(columns.members[d]);
  }
  return absl::OkStatus();
}

void SampleRows::Delete(int64_t step, const RowMembers& members) {
  AddRow(step, members.span(), 0, RowKind::kDelete);
}

void SampleRows::AddRow(int64_t step,
                        absl::Span<const absl::string_view> members,
                        SampleValue value, std::optional<RowKind> kind) {
  if (members.size() != columns_.size() && !unfit_.has_value()) {
    unfit_ = Unfit{.row = size(), .members = members.size()};
  }
  if (value.is_too_large() && !unfit_.has_value()) {
    unfit_ = Unfit{.row = size(),
                   .column = "value",
                   .why = absl::StrCat(static_cast<uint64_t>(value.bits()),
                                       " is too large; integers up to ",
                                       std::numeric_limits<int64_t>::max(),
                                       " can be stored")};
  }
  for (size_t i = 0; i < columns_.size(); ++i) {
    columns_[i].Add(i < members.size() ? members[i] : absl::string_view());
  }
  steps_.push_back(step);
  values_.push_back(value.is_too_large() ? 0 : value.bits());
  kinds_.push_back(kind.value_or(value.is_decimal() ? RowKind::kDecimal
                                                    : RowKind::kInteger));
}

SampleRows& SampleBatch::RowsOf(std::shared_ptr<const Metric> metric) {
  for (SampleRows& rows : rows_) {
    if (rows.metric()->id == metric->id) return rows;
  }
  rows_.push_back(SampleRows(std::move(metric)));
  return rows_.back();
}

void SampleBatch::AddEvent(Event event) {
  std::stable_sort(event.members.begin(), event.members.end(),
                   [](const DimensionMember& a, const DimensionMember& b) {
                     return a.dimension < b.dimension;
                   });
  events_.push_back({.removes = false, .event = std::move(event)});
}

void SampleBatch::RemoveEvent(absl::string_view kind, absl::string_view name,
                              const Date& date) {
  EventChange& change = events_.emplace_back();
  change.removes = true;
  change.event.kind = std::string(kind);
  change.event.name = std::string(name);
  change.event.date = date;
}

void SampleBatch::AddAlias(Alias alias) {
  aliases_.push_back({.removes = false, .alias = std::move(alias)});
}

void SampleBatch::RemoveAlias(absl::string_view dimension,
                              absl::string_view old_name) {
  AliasChange& change = aliases_.emplace_back();
  change.removes = true;
  change.alias.dimension = std::string(dimension);
  change.alias.old_name = std::string(old_name);
}

void SampleBatch::AddAttribute(Attribute attribute) {
  attributes_.push_back({.removes = false, .attribute = std::move(attribute)});
}

void SampleBatch::RemoveAttribute(absl::string_view dimension,
                                  absl::string_view member,
                                  absl::string_view name) {
  AttributeChange& change = attributes_.emplace_back();
  change.removes = true;
  change.attribute.dimension = std::string(dimension);
  change.attribute.member = std::string(member);
  change.attribute.name = std::string(name);
}

bool SampleBatch::empty() const {
  return row_count() == 0 && events_.empty() && aliases_.empty() &&
         attributes_.empty();
}

size_t SampleBatch::row_count() const {
  size_t count = 0;
  for (const SampleRows& rows : rows_) count += rows.size();
  return count;
}

void SampleBatch::Clear() {
  rows_.clear();
  events_.clear();
  aliases_.clear();
  attributes_.clear();
}

}  // namespace footfall
