// Runs one SELECT that was bound.

#include "query/exec/select.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/exec/align_starts.h"
#include "query/exec/answer_size.h"
#include "query/exec/build_answer.h"
#include "query/exec/changepoints_answer.h"
#include "query/exec/correlogram.h"
#include "query/exec/explain.h"
#include "query/exec/leaves.h"
#include "query/exec/row_events.h"
#include "query/exec/rows.h"
#include "query/exec/run.h"
#include "query/exec/runs_answer.h"
#include "query/exec/silence.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

namespace {

// nullopt as ChooseRows().
absl::StatusOr<std::optional<Answer>> TryRows(Run& run, const Plan& plan,
                                              Results results) {
  if (plan.correlogram) return BuildCorrelogram(run, plan, results);
  FOOTFALL_ASSIGN_OR_RETURN(
      RowEvents events,
      RowEvents::Create(run, plan, results.groups, results.shown));
  Rows rows(run, plan, results, &events);
  FOOTFALL_RETURN_IF_ERROR(rows.WorkOutTransforms());
  if (plan.changepoints.has_value()) {
    return BuildChangepoints(run, plan, results, rows);
  }
  if (plan.runs.has_value()) return BuildRuns(run, plan, results, rows);
  FOOTFALL_RETURN_IF_ERROR(rows.Fill());
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::vector<RowId>> chosen,
                            ChooseRows(run, plan, &results, &rows));
  if (!chosen.has_value()) return std::optional<Answer>();
  Reservation memory(run);
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t bytes,
                            AnswerBytes(run, plan, results, *chosen));
  FOOTFALL_RETURN_IF_ERROR(memory.Add(bytes + chosen->size() * sizeof(RowId)));
  FOOTFALL_ASSIGN_OR_RETURN(Answer answer,
                            BuildAnswer(run, plan, results, rows, *chosen));
  if (chosen->empty() && plan.limit != 0) {
    FOOTFALL_RETURN_IF_ERROR(ExplainSilence(run, plan, results, &answer.notes));
  }
  return answer;
}

absl::StatusOr<Answer> RowsOf(Run& run, const Plan& plan, Results results) {
  absl::StatusOr<std::optional<Answer>> answer =
      TryRows(run, plan, std::move(results));
  if (answer.ok() && !answer->has_value()) {
    run.ForgetSkipped();
    FOOTFALL_ASSIGN_OR_RETURN(
        Results all, EvaluateLeaves(run, plan, nullptr, /*all_groups=*/true));
    answer = TryRows(run, plan, std::move(all));
  }
  if (!answer.ok()) return std::move(answer).status();
  if (!answer->has_value()) {
    return absl::InternalError("all groups were read, and some left out");
  }
  return std::move(**answer);
}

// What the members take that conditions pick.
uint64_t PickBytes(const Plan& plan) {
  uint64_t bytes = 0;
  for (const BoundOperand& operand : plan.operands) {
    for (const MemberSet& pick : operand.picks) bytes += pick.Bytes();
  }
  return bytes;
}

// Runs the question as a plain one would run, and times it.
absl::StatusOr<Answer> Analyze(Run& run, const Plan& plan,
                               const Binding& binding) {
  StageClock clock;
  StageTimes times;
  times.kept = binding.kept;
  times.bind = binding.time;
  FOOTFALL_ASSIGN_OR_RETURN(Results results, EvaluateLeaves(run, plan));
  times.read = clock.Lap();
  for (size_t o = 0; o < plan.operands.size(); ++o) {
    const bool open = results.timeline->open(o);
    times.settled.push_back(open ? results.timeline->settled(o) : StepRange{});
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Answer answer,
                            RowsOf(run, plan, std::move(results)));
  times.rows = clock.Lap();
  times.row_count = answer.row_count();
  return ExplainAnalyze(run, plan, times);
}

}  // namespace

namespace {

// The plan that runs: with the dates of ALIGN ON first_time(..), which `ready`
// keeps.
absl::StatusOr<const Plan*> ReadyPlan(Run& run, const Plan& bound,
                                      std::optional<Plan>* ready) {
  if (!NeedsStarts(bound)) return &bound;
  FOOTFALL_ASSIGN_OR_RETURN(*ready, WithStarts(run, bound));
  return &**ready;
}

// Notes of many slices are many: so many are told.
constexpr size_t kMostNotes = 20;

void AddNotesOnce(std::vector<std::string> more,
                  std::vector<std::string>* notes) {
  for (std::string& note : more) {
    if (notes->size() >= kMostNotes) return;
    if (std::find(notes->begin(), notes->end(), note) == notes->end()) {
      notes->push_back(std::move(note));
    }
  }
}

// Hands on the rows of slices.
class PartsOfSlices {
 public:
  PartsOfSlices(Run& run, const Plan& plan, size_t part_rows, TakePart take)
      : run_(run), plan_(plan), part_rows_(part_rows), take_(take) {}

  absl::Status Take(Results* slice) {
    FOOTFALL_ASSIGN_OR_RETURN(
        RowEvents events,
        RowEvents::Create(run_, plan_, slice->groups, slice->shown));
    Rows rows(run_, plan_, *slice, &events);
    FOOTFALL_RETURN_IF_ERROR(rows.WorkOutTransforms());
    FOOTFALL_RETURN_IF_ERROR(rows.Fill());
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::vector<RowId>> chosen,
                              ChooseRows(run_, plan_, slice, &rows));
    if (!chosen.has_value()) {
      return absl::InternalError("all groups were read, and some left out");
    }
    Reservation memory(run_);
    FOOTFALL_RETURN_IF_ERROR(memory.Add(chosen->size() * sizeof(RowId)));
    const auto all = absl::MakeConstSpan(*chosen);
    // Of the first slice also none: there must be columns.
    for (size_t begin = 0; begin < all.size() || (begin == 0 && first_);
         begin += part_rows_) {
      FOOTFALL_RETURN_IF_ERROR(
          HandOn(*slice, rows, all.subspan(begin, part_rows_)));
    }
    if (first_ && all.empty()) {
      FOOTFALL_RETURN_IF_ERROR(ExplainSilence(run_, plan_, *slice, &silence_));
    }
    first_ = false;
    any_ = any_ || !all.empty();
    AddNotesOnce(NotesOf(plan_, *slice, rows, all), &notes_);
    return absl::OkStatus();
  }

  // What is to be told of all slices.
  std::vector<std::string> TakeNotes() {
    if (!any_) AddNotesOnce(std::move(silence_), &notes_);
    return std::move(notes_);
  }

 private:
  absl::Status HandOn(const Results& slice, const Rows& rows,
                      absl::Span<const RowId> part) {
    Reservation columns(run_);
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t bytes,
                              AnswerBytes(run_, plan_, slice, part));
    FOOTFALL_RETURN_IF_ERROR(columns.Add(bytes));
    FOOTFALL_ASSIGN_OR_RETURN(const Answer answer,
                              BuildColumns(run_, plan_, slice, rows, part));
    return take_(answer);
  }

  Run& run_;
  const Plan& plan_;
  const size_t part_rows_;
  const TakePart take_;
  bool first_ = true;
  bool any_ = false;  // row
  std::vector<std::string> notes_;
  std::vector<std::string> silence_;  // why there is none
};

// Why a plan that is not worked out in slices needs so much memory.
absl::Status TellWhyAtOnce(const absl::Status& status, absl::string_view why) {
  if (!absl::IsResourceExhausted(status) || why.empty()) return status;
  absl::Status told(status.code(),
                    absl::StrCat(status.message(),
                                 "\n  an answer in parts is worked out a few "
                                 "groups at a time, but not with ",
                                 why, ": all of them at once then"));
  status.ForEachPayload(
      [&told](absl::string_view url, const absl::Cord& payload) {
        told.SetPayload(url, payload);
      });
  return told;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> StreamSelect(
    const Snapshot& snapshot, const Plan& bound, const Binding& binding,
    absl::string_view text, const QueryOptions& options, const PartSizes& sizes,
    TakePart take) {
  Run run(snapshot, options, text);
  Reservation statement(run);
  FOOTFALL_RETURN_IF_ERROR(
      statement.Add(binding.tree_bytes + PickBytes(bound)));
  FOOTFALL_RETURN_IF_ERROR(run.CheckStop());
  std::optional<Plan> ready;
  FOOTFALL_ASSIGN_OR_RETURN(const Plan* const found,
                            ReadyPlan(run, bound, &ready));
  const Plan& plan = *found;
  const absl::string_view why = WhyAtOnce(plan);
  if (why.empty()) {
    PartsOfSlices parts(run, plan, sizes.rows, take);
    std::vector<std::string> notes;
    FOOTFALL_RETURN_IF_ERROR(EvaluateInSlices(
        run, plan, sizes.slice_bytes,
        [&parts](Results* slice) { return parts.Take(slice); }, &notes));
    AddNotesOnce(parts.TakeNotes(), &notes);
    return notes;
  }
  const auto whole = [&]() -> absl::StatusOr<std::vector<std::string>> {
    FOOTFALL_ASSIGN_OR_RETURN(Results results, EvaluateLeaves(run, plan));
    FOOTFALL_ASSIGN_OR_RETURN(Answer answer,
                              RowsOf(run, plan, std::move(results)));
    FOOTFALL_RETURN_IF_ERROR(take(answer));
    return std::move(answer.notes);
  };
  auto told = whole();
  if (!told.ok()) return TellWhyAtOnce(told.status(), why);
  return told;
}

absl::StatusOr<Answer> RunSelect(const Snapshot& snapshot, const Plan& bound,
                                 Statement::Explain explain,
                                 const Binding& binding, absl::string_view text,
                                 const QueryOptions& options) {
  Run run(snapshot, options, text);
  Reservation statement(run);
  FOOTFALL_RETURN_IF_ERROR(
      statement.Add(binding.tree_bytes + PickBytes(bound)));
  FOOTFALL_RETURN_IF_ERROR(run.CheckStop());
  // EXPLAIN reads no samples.
  if (explain == Statement::Explain::kPlan) return Explain(run, bound);
  std::optional<Plan> ready;
  FOOTFALL_ASSIGN_OR_RETURN(const Plan* const found,
                            ReadyPlan(run, bound, &ready));
  const Plan& plan = *found;
  if (explain == Statement::Explain::kAnalyze) {
    return Analyze(run, plan, binding);
  }
  FOOTFALL_ASSIGN_OR_RETURN(Results results, EvaluateLeaves(run, plan));
  return RowsOf(run, plan, std::move(results));
}

}  // namespace footfall::query
