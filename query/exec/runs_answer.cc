#include "query/exec/runs_answer.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/cell/compare.h"
#include "query/exec/silence.h"
#include "query/exec/whole_answer.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// Whether one bound of `left` passes against one of `right`; false where one of
// them is open.
bool BoundsPass(Comparison test, const std::optional<Scalar>& left,
                const std::optional<Scalar>& right) {
  return left.has_value() && right.has_value() &&
         TestScalars(test, *left, *right);
}

// Whether the outcome is the same whatever the truth is within the bounds.
bool IsCertain(Comparison test, const Cell& left, const Cell& right) {
  if (left.kind() == CellKind::kExact && right.kind() == CellKind::kExact) {
    return true;
  }
  switch (test) {
    case Comparison::kLess:
      return BoundsPass(test, left.high, right.low) ||
             BoundsPass(Comparison::kGreaterEqual, left.low, right.high);
    case Comparison::kLessEqual:
      return BoundsPass(test, left.high, right.low) ||
             BoundsPass(Comparison::kGreater, left.low, right.high);
    case Comparison::kGreater:
      return BoundsPass(test, left.low, right.high) ||
             BoundsPass(Comparison::kLessEqual, left.high, right.low);
    case Comparison::kGreaterEqual:
      return BoundsPass(test, left.low, right.high) ||
             BoundsPass(Comparison::kLess, left.high, right.low);
    default:
      // Equal or not: certain where they cannot meet.
      return BoundsPass(Comparison::kLess, left.high, right.low) ||
             BoundsPass(Comparison::kGreater, left.low, right.high);
  }
}

// About what a row takes: two texts, some numbers.
constexpr uint64_t kBytesOfRun = 192;

class RunsBuilder {
 public:
  RunsBuilder(Run& run, const Plan& plan, const Results& results,
              const Rows& rows)
      : run_(run), memory_(run), plan_(plan), results_(results), rows_(rows) {}

  absl::StatusOr<Answer> Build();

 private:
  Column& column(size_t i) { return answer_.columns[plan_.by.size() + i]; }
  // Whether the test holds in a row; nullopt: a side is missing.
  absl::StatusOr<std::optional<bool>> Holds(RowId row);
  absl::Status AddGroup(uint32_t group);
  absl::Status AddRun(uint32_t group, uint32_t first, uint32_t last,
                      int64_t steps);

  Run& run_;
  Reservation memory_;  // of the answer
  const Plan& plan_;
  const Results& results_;
  const Rows& rows_;
  Answer answer_;
  std::vector<RowId> firsts_;  // of each row
  bool any_value_ = false;
  bool uncertain_ = false;
};

absl::StatusOr<std::optional<bool>> RunsBuilder::Holds(RowId row) {
  if (rows_.LiesBetweenRows(row)) return std::nullopt;
  FOOTFALL_ASSIGN_OR_RETURN(const Cell left,
                            rows_.Evaluate(plan_.items[0].expr, row));
  FOOTFALL_ASSIGN_OR_RETURN(const Cell right,
                            rows_.Evaluate(plan_.items[1].expr, row));
  if (!left.has_value || !right.has_value) return std::nullopt;
  any_value_ = true;
  uncertain_ |= !IsCertain(plan_.runs->comparison, left, right);
  return TestCells(plan_.runs->comparison, left, right);
}

absl::Status RunsBuilder::AddRun(uint32_t group, uint32_t first, uint32_t last,
                                 int64_t steps) {
  const Timeline& timeline = *results_.timeline;
  FOOTFALL_RETURN_IF_ERROR(CheckRowLimit(run_, firsts_.size() + 1));
  FOOTFALL_RETURN_IF_ERROR(memory_.Add(kBytesOfRun));
  firsts_.push_back({group, first});
  column(0).texts.push_back(timeline.Format(first));
  column(1).texts.push_back(timeline.Format(last));
  column(2).integers.push_back(steps);
  column(3).integers.push_back(timeline.IsLastWhole(last) ? 1 : 0);
  return absl::OkStatus();
}

absl::Status RunsBuilder::AddGroup(uint32_t group) {
  const Timeline& timeline = *results_.timeline;
  uint32_t first = 0;
  uint32_t last = 0;
  int64_t steps = 0;
  const Rows::Stretch range = rows_.Range();
  for (uint32_t slot = range.begin; slot < range.end; ++slot) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    std::optional<bool> holds;
    if (!timeline.partial(group, slot)) {
      FOOTFALL_ASSIGN_OR_RETURN(holds, Holds({group, slot}));
    }
    const bool goes_on =
        holds.value_or(false) && steps > 0 && timeline.Follows(last, slot);
    if (!goes_on && steps > 0) {
      FOOTFALL_RETURN_IF_ERROR(AddRun(group, first, last, steps));
      steps = 0;
    }
    if (!holds.value_or(false)) continue;
    if (steps == 0) first = slot;
    last = slot;
    ++steps;
  }
  return steps > 0 ? AddRun(group, first, last, steps) : absl::OkStatus();
}

absl::StatusOr<Answer> RunsBuilder::Build() {
  answer_.notes = results_.notes;
  using Role = Column::Role;
  for (const std::string& by : plan_.by) {
    answer_.columns.push_back(
        EmptyColumn(by, Role::kMember, ColumnType::kText));
  }
  for (const absl::string_view name : {"first", "last"}) {
    answer_.columns.push_back(
        EmptyColumn(name, Role::kPlain, ColumnType::kText));
  }
  answer_.columns.push_back(
      EmptyColumn("steps", Role::kPlain, ColumnType::kInteger));
  answer_.columns.push_back(
      EmptyColumn("open", Role::kPlain, ColumnType::kBoolean));
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<uint32_t> order,
                            GroupsInOrder(run_, plan_, results_));
  for (const uint32_t group : order) {
    if (group >= results_.shown) continue;
    FOOTFALL_RETURN_IF_ERROR(AddGroup(group));
  }
  FillMembers(run_, plan_, results_, firsts_, &answer_);
  answer_.set_row_count(firsts_.size());
  const std::vector<std::string> more = rows_.Notes();
  answer_.notes.insert(answer_.notes.end(), more.begin(), more.end());
  if (uncertain_) {
    answer_.notes.push_back(
        absl::StrCat(plan_.runs->name,
                     ": at some steps the bounds leave the test open, and the "
                     "runs are those of what is printed"));
  }
  if (!any_value_) {
    FOOTFALL_RETURN_IF_ERROR(
        ExplainSilence(run_, plan_, results_, &answer_.notes));
  } else if (firsts_.empty()) {
    answer_.notes.push_back(
        absl::StrCat(plan_.runs->name, ": the test holds at no step"));
  }
  return std::move(answer_);
}

}  // namespace

absl::StatusOr<Answer> BuildRuns(Run& run, const Plan& plan,
                                 const Results& results, const Rows& rows) {
  return RunsBuilder(run, plan, results, rows).Build();
}

}  // namespace footfall::query
