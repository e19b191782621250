#include "query/exec/changepoints_answer.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "query/exec/coded_column.h"
#include "query/exec/row_events.h"
#include "query/exec/whole_answer.h"
#include "query/func/changepoints.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/date_value.h"
#include "query/plan/event_scope.h"

namespace footfall::query {
namespace {

double Mean(absl::Span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) /
         static_cast<double>(values.size());
}

// The values of one group and the buckets that they are of.
struct Course {
  std::vector<double> values;
  std::vector<uint32_t> buckets;
  bool inexact = false;
};

// About what a row takes: seven texts, some numbers.
constexpr uint64_t kBytesOfRow = 512;

class ChangepointsBuilder {
 public:
  ChangepointsBuilder(Run& run, const Plan& plan, const Results& results,
                      const Rows& rows)
      : run_(run), memory_(run), plan_(plan), results_(results), rows_(rows) {}

  absl::StatusOr<Answer> Build();

 private:
  absl::string_view MemberOf(uint32_t group, size_t by) const {
    return run_.snapshot().MemberName(plan_.by[by], results_.groups[group][by]);
  }
  std::string GroupName(uint32_t group) const;
  absl::StatusOr<Course> CourseOf(uint32_t group) const;
  absl::Status AddGroup(uint32_t group);
  void AddEvent(uint32_t group, absl::CivilSecond change);
  absl::Status Refused(const absl::Status& status, uint32_t group,
                       size_t values) const;

  void AddKeys();
  Column& column(size_t i) { return answer_.columns[plan_.by.size() + i]; }

  Run& run_;
  Reservation memory_;  // of the answer
  const Plan& plan_;
  const Results& results_;
  const Rows& rows_;
  Answer answer_;
  std::vector<RowId> rows_built_;
  bool inexact_ = false;
};

std::string ChangepointsBuilder::GroupName(uint32_t group) const {
  std::vector<DimensionMember> members;
  for (size_t i = 0; i < plan_.by.size(); ++i) {
    members.push_back({plan_.by[i], std::string(MemberOf(group, i))});
  }
  return members.empty() ? "the answer" : FormatFor(members);
}

absl::StatusOr<Course> ChangepointsBuilder::CourseOf(uint32_t group) const {
  Course course;
  for (uint32_t b = 0; b < results_.timeline->size(); ++b) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    if (results_.timeline->partial(group, b)) continue;
    if (rows_.LiesBetweenRows({group, b})) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const Cell cell,
                              rows_.Evaluate(plan_.items[0].expr, {group, b}));
    if (!cell.has_value || cell.filled) continue;
    course.values.push_back(cell.value.as_decimal());
    course.buckets.push_back(b);
    course.inexact |= cell.kind() != CellKind::kExact;
  }
  return course;
}

absl::Status ChangepointsBuilder::Refused(const absl::Status& status,
                                          uint32_t group, size_t values) const {
  const footfall::Source source = plan_.changepoints->source;
  if (absl::IsResourceExhausted(status)) {
    return Refuse(Refusal::kChangepointsLimit, run_.text(), source,
                  {GroupName(group), absl::StrCat(values),
                   absl::StrCat(kMaxChangepointValues)});
  }
  if (absl::IsInvalidArgument(status)) {
    return Refuse(Refusal::kChangepointsValue, run_.text(), source,
                  {plan_.items[0].name, GroupName(group)});
  }
  return status;
}

// The event that applies to the group and lies nearest to the change.
void ChangepointsBuilder::AddEvent(uint32_t group, absl::CivilSecond change) {
  const auto lag_of = [change](const BoundEvents::One& one) {
    return absl::CivilDay(change) - absl::CivilDay(one.begin);
  };
  const BoundEvents::One* nearest = nullptr;
  for (const BoundEvents::One& one :
       plan_.events[plan_.changepoints->events].events) {
    if (!AppliesTo(one, results_.groups[group])) continue;
    if (nearest == nullptr ||
        std::abs(lag_of(one)) < std::abs(lag_of(*nearest))) {
      nearest = &one;
    }
  }
  for (size_t i = 3; i < 7; ++i) {
    column(i).missing.push_back(nearest == nullptr);
  }
  column(3).texts.push_back(nearest == nullptr ? "" : nearest->event->kind);
  column(4).texts.push_back(nearest == nullptr ? "" : nearest->event->name);
  column(5).texts.push_back(
      nearest == nullptr ? "" : FormatDate(nearest->event->date));
  column(6).integers.push_back(nearest == nullptr ? 0 : lag_of(*nearest));
}

absl::Status ChangepointsBuilder::AddGroup(uint32_t group) {
  FOOTFALL_ASSIGN_OR_RETURN(const Course course, CourseOf(group));
  if (course.values.empty()) return absl::OkStatus();
  const size_t count = std::min(course.values.size(), kMaxChangepointValues);
  const size_t cuts_at_most = plan_.changepoints->cuts;
  Reservation fits(run_);
  // Too many cuts are refused below, and take none.
  if (cuts_at_most < count / kMinSegment) {
    FOOTFALL_RETURN_IF_ERROR(fits.Add(ChangepointsBytes(count, cuts_at_most)));
  }
  const absl::StatusOr<std::vector<size_t>> cuts =
      FindChangepoints(course.values, plan_.changepoints->cuts,
                       [this] { return run_.CheckStop(); });
  if (absl::IsOutOfRange(cuts.status())) {
    answer_.notes.push_back(
        absl::StrCat(GroupName(group), ": ", course.values.size(),
                     " values are too few for ", plan_.changepoints->cuts,
                     plan_.changepoints->cuts == 1 ? " change" : " changes",
                     ": each segment takes ", kMinSegment, " or more"));
    return absl::OkStatus();
  }
  if (!cuts.ok()) return Refused(cuts.status(), group, course.values.size());
  inexact_ |= course.inexact;
  FOOTFALL_RETURN_IF_ERROR(memory_.Add(cuts->size() * kBytesOfRow));
  const auto values = absl::MakeConstSpan(course.values);
  size_t begin = 0;
  for (size_t c = 0; c < cuts->size(); ++c) {
    const size_t cut = (*cuts)[c];
    const size_t end =
        c + 1 < cuts->size() ? (*cuts)[c + 1] : course.values.size();
    const uint32_t bucket = course.buckets[cut];
    const absl::CivilSecond at = results_.timeline->CivilStart(group, bucket);
    rows_built_.push_back({group, bucket});
    column(1).decimals.push_back(Mean(values.subspan(begin, cut - begin)));
    column(2).decimals.push_back(Mean(values.subspan(cut, end - cut)));
    AddEvent(group, at);
    begin = cut;
  }
  return absl::OkStatus();
}

// Members and times, by what stands behind each row.
void ChangepointsBuilder::AddKeys() {
  FillMembers(run_, plan_, results_, rows_built_, &answer_);
  const Timeline& timeline = *results_.timeline;
  CodedColumn coded(&column(0), rows_built_.size(), timeline.slot_count());
  for (const RowId& row : rows_built_) {
    coded.Add(row.bucket, [&] {
      column(0).starts.push_back(timeline.CivilStart(row.group, row.bucket));
      return timeline.Format(row.bucket);
    });
  }
  coded.Finish();
}

absl::StatusOr<Answer> ChangepointsBuilder::Build() {
  answer_.notes = results_.notes;
  for (const std::string& by : plan_.by) {
    answer_.columns.push_back(
        EmptyColumn(by, Column::Role::kMember, ColumnType::kText));
  }
  using Role = Column::Role;
  answer_.columns.push_back(
      EmptyColumn("time", Role::kTime, ColumnType::kText));
  for (const absl::string_view name : {"before", "after"}) {
    answer_.columns.push_back(
        EmptyColumn(name, Role::kPlain, ColumnType::kDecimal));
    answer_.columns.back().unit = plan_.items[0].unit;
  }
  for (const absl::string_view name :
       {"event_kind", "event_name", "event_time"}) {
    answer_.columns.push_back(
        EmptyColumn(name, Role::kPlain, ColumnType::kText));
  }
  answer_.columns.push_back(
      EmptyColumn("event_lag_days", Role::kPlain, ColumnType::kInteger));
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<uint32_t> order,
                            GroupsInOrder(run_, plan_, results_));
  for (const uint32_t group : order) {
    FOOTFALL_RETURN_IF_ERROR(AddGroup(group));
    FOOTFALL_RETURN_IF_ERROR(CheckRowLimit(run_, rows_built_.size()));
  }
  AddKeys();
  answer_.set_row_count(rows_built_.size());
  if (inexact_) {
    answer_.notes.push_back(absl::StrCat(
        plan_.items[0].name,
        " is not exact at some steps: the changes are those of what is "
        "printed"));
  }
  return std::move(answer_);
}

}  // namespace

absl::StatusOr<Answer> BuildChangepoints(Run& run, const Plan& plan,
                                         const Results& results,
                                         const Rows& rows) {
  return ChangepointsBuilder(run, plan, results, rows).Build();
}

}  // namespace footfall::query
