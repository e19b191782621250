#include "query/run/compiled.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "footfall/question_log.h"
#include "footfall/refusal.h"
#include "query/exec/run.h"
#include "query/exec/select.h"
#include "query/lang/diagnostic.h"
#include "query/lang/look.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/lang/time_parts.h"
#include "query/lang/tree.h"
#include "query/plan/parameters.h"
#include "query/run/run.h"
#include "query/run/show.h"

namespace footfall::query {
namespace {

// A tree takes many times its text: a condition of eight characters is some 200
// bytes.
constexpr uint64_t kBytesOfStatement = 2 << 10;
constexpr uint64_t kBytesOfCharacter = 32;

// Puts a condition without a value where one in WHERE has a parameter; it has
// the same dimension, and the binder looks at nothing else. False where there
// was none. (Parameters elsewhere stay, and are refused.)
bool PutStandIns(Select* select) {
  bool any = false;
  for (Condition& condition : select->where) {
    const bool has = std::any_of(
        condition.texts.begin(), condition.texts.end(), [](const Text& text) {
          return std::holds_alternative<Parameter>(text);
        });
    if (!has) continue;
    any = true;
    condition.test = Condition::Test::kNotEqual;
    const auto part = FindTimePart(condition.dimension);
    condition.texts = {part.has_value() ? std::string(TimePartMember(*part, 0))
                                        : std::string()};
  }
  return any;
}

// Refusals that the next commit, the next day or values may end.
// `has_tiers`: a metric of the database has. On which of its grids it is read
// is said by the time of the run.
bool MayEnd(const absl::Status& status, bool has_tiers) {
  const std::string id = RefusalCode(status);
  const auto entry =
      std::find_if(RefusalTable().begin(), RefusalTable().end(),
                   [&id](const RefusalEntry& one) { return one.id == id; });
  if (entry == RefusalTable().end()) return false;
  switch (static_cast<Refusal>(entry - RefusalTable().begin())) {
    case Refusal::kNoParameter:
    case Refusal::kUnknownMember:
    case Refusal::kUnknownEvent:
    case Refusal::kSeveralEvents:
    case Refusal::kAlignDate:
    case Refusal::kOthersName:
    case Refusal::kLastTooLong:
    case Refusal::kZonesDiffer:
    case Refusal::kTierBucket:
    case Refusal::kTierFunction:
      return true;
    case Refusal::kBucket:
    case Refusal::kPartOfStep:
    case Refusal::kPeriods:
    case Refusal::kZoneCivil:
      return has_tiers;
    default:
      return false;
  }
}

bool HasTiers(const Snapshot& snapshot) {
  const auto metrics = snapshot.Metrics();
  return std::any_of(metrics.begin(), metrics.end(),
                     [](const auto& metric) { return !metric->tiers.empty(); });
}

absl::StatusOr<Answer> ShowWith(const Snapshot& snapshot,
                                const Statement& statement,
                                absl::string_view text,
                                const QueryOptions& given,
                                const QueryOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const Statement resolved,
                            ResolveParameters(statement, text, given));
  return RunShow(snapshot, std::get<Show>(resolved.node), text, options);
}

// Arithmetic on cells knows no place in a text.
absl::Status AtStatement(const absl::Status& status, const Statement& statement,
                         absl::string_view text) {
  if (!RefusalCode(status).empty() || !absl::IsOutOfRange(status))
    return status;
  return Diagnostic(status.code(), text, statement.source, status.message(),
                    "");
}

absl::StatusOr<Answer> AnswerOf(const Snapshot& snapshot, const Ready& ready,
                                const Statement& statement, Binding binding,
                                absl::string_view text,
                                const QueryOptions& options) {
  binding.tree_bytes = BytesOfTrees(std::get<Select>(statement.node));
  absl::StatusOr<Answer> answer = RunSelect(
      snapshot, ready.plan(), statement.explain, binding, text, options);
  if (!answer.ok()) return AtStatement(answer.status(), statement, text);
  return answer;
}

// Tells the database of the question, where one is behind the snapshot.
template <typename Call>
absl::StatusOr<Answer> WithLatency(const Snapshot& snapshot,
                                   absl::string_view text, Call call) {
  QuestionLog* const log = snapshot.questions();
  if (log == nullptr) return call();
  const absl::Time begin = absl::Now();
  absl::StatusOr<Answer> answer = call();
  log->Note(text, absl::Now() - begin, answer.status(),
            answer.ok() ? answer->row_count() : 0);
  return answer;
}

// Also where the former is gone: its address is not given away while `a` is
// there.
bool Same(const std::weak_ptr<const Declarations>& a,
          const std::shared_ptr<const Declarations>& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}

// How long binding took, where EXPLAIN ANALYZE asks for it: nothing else reads
// the clock.
class BindingClock {
 public:
  explicit BindingClock(const Statement& statement) {
    if (statement.explain == Statement::Explain::kAnalyze) clock_.emplace();
  }
  Binding Told(bool kept) const {
    Binding binding;
    binding.kept = kept;
    if (clock_.has_value()) binding.time = StageClock(*clock_).Lap();
    return binding;
  }

 private:
  std::optional<StageClock> clock_;
};

}  // namespace

std::unique_ptr<Ready> Compiled::Take(const Snapshot& snapshot) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (ready_.empty() || !Same(declarations_, snapshot.declarations())) {
    return nullptr;
  }
  std::unique_ptr<Ready> ready = std::move(ready_.back());
  ready_.pop_back();
  return ready;
}

void Compiled::GiveBack(const Snapshot& snapshot,
                        std::unique_ptr<Ready> ready) const {
  if (!ready->fits() || snapshot.declarations() == nullptr) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!Same(declarations_, snapshot.declarations())) {
    ready_.clear();
    ready_.reserve(kMostReady);
    declarations_ = snapshot.declarations();
  }
  if (ready_.size() < kMostReady) ready_.push_back(std::move(ready));
}

absl::Status Compiled::Bind(const Snapshot& snapshot) const {
  if (!std::holds_alternative<Select>(statement_.node)) return absl::OkStatus();
  Statement statement = statement_;
  const bool whole = !PutStandIns(&std::get<Select>(statement.node));
  absl::StatusOr<std::unique_ptr<Ready>> ready =
      Ready::Make(snapshot, statement, text_, QueryOptions(), absl::Now());
  if (!ready.ok()) {
    return MayEnd(ready.status(), HasTiers(snapshot)) ? absl::OkStatus()
                                                      : ready.status();
  }
  if (whole) GiveBack(snapshot, *std::move(ready));
  return absl::OkStatus();
}

absl::StatusOr<Answer> Compiled::Run(const Snapshot& snapshot,
                                     const QueryOptions& given) const {
  return WithLatency(snapshot, text_, [&] { return RunNow(snapshot, given); });
}

absl::StatusOr<Answer> Compiled::RunNow(const Snapshot& snapshot,
                                        const QueryOptions& given) const {
  FOOTFALL_RETURN_IF_ERROR(snapshot.CheckOpen());
  const QueryOptions options = ForRunning(given);
  if (std::holds_alternative<Show>(statement_.node)) {
    return ShowWith(snapshot, statement_, text_, given, options);
  }
  const BindingClock clock(statement_);
  std::unique_ptr<Ready> ready = Take(snapshot);
  const bool kept =
      ready != nullptr && ready->Fit(snapshot, text_, given, options.now);
  if (!kept) {
    FOOTFALL_RETURN_IF_ERROR(CheckTreeSize(statement_, options.limits));
    FOOTFALL_ASSIGN_OR_RETURN(
        ready, Ready::Make(snapshot, statement_, text_, given, options.now));
  }
  absl::StatusOr<Answer> answer =
      AnswerOf(snapshot, *ready, statement_, clock.Told(kept), text_, options);
  GiveBack(snapshot, std::move(ready));
  return answer;
}

absl::StatusOr<Answer> RunReading(const Snapshot& snapshot,
                                  const Statement& statement,
                                  absl::string_view text,
                                  const QueryOptions& options) {
  return WithLatency(snapshot, text, [&]() -> absl::StatusOr<Answer> {
    FOOTFALL_RETURN_IF_ERROR(snapshot.CheckOpen());
    if (std::holds_alternative<Show>(statement.node)) {
      return ShowWith(snapshot, statement, text, options, options);
    }
    FOOTFALL_RETURN_IF_ERROR(CheckTreeSize(statement, options.limits));
    const BindingClock clock(statement);
    FOOTFALL_ASSIGN_OR_RETURN(
        const auto ready,
        Ready::Make(snapshot, statement, text, options, options.now));
    return AnswerOf(snapshot, *ready, statement, clock.Told(/*kept=*/false),
                    text, options);
  });
}

absl::StatusOr<std::vector<std::string>> StreamReading(
    const Snapshot& snapshot, const Statement& statement,
    absl::string_view text, const QueryOptions& options, const PartSizes& sizes,
    TakePart take) {
  FOOTFALL_RETURN_IF_ERROR(snapshot.CheckOpen());
  FOOTFALL_RETURN_IF_ERROR(CheckTreeSize(statement, options.limits));
  FOOTFALL_ASSIGN_OR_RETURN(
      const auto ready,
      Ready::Make(snapshot, statement, text, options, options.now));
  Binding binding;
  binding.tree_bytes = BytesOfTrees(std::get<Select>(statement.node));
  auto notes = StreamSelect(snapshot, ready->plan(), binding, text, options,
                            sizes, take);
  if (!notes.ok()) return AtStatement(notes.status(), statement, text);
  return notes;
}

uint64_t Compiled::size_bytes() const {
  const uint64_t statement =
      kBytesOfStatement + kBytesOfCharacter * text_.size();
  uint64_t largest = 0;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& ready : ready_) {
    largest = std::max(largest, ready->size_bytes());
  }
  return sizeof(Compiled) + statement + kMostReady * (statement + largest);
}

}  // namespace footfall::query
