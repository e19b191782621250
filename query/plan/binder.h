// The state of one binding. bind.cc does the clauses, bind_operand.cc the
// operands, bind_expr.cc the expressions, and those of functions over time and
// of transforms the files named after them.

#ifndef FOOTFALL_QUERY_PLAN_BINDER_H_
#define FOOTFALL_QUERY_PLAN_BINDER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"
#include "query/lang/refusals.h"
#include "query/plan/attributes.h"
#include "query/plan/plan.h"

namespace footfall::query {

class Binder {
 public:
  Binder(const Snapshot& snapshot, const Select& select, absl::string_view text,
         const QueryOptions& options, absl::Time now)
      : snapshot_(snapshot),
        select_(select),
        text_(text),
        options_(options),
        now_(now) {}

  absl::StatusOr<Plan> Run();

 private:
  // Where an expression stands.
  struct Place {
    bool in_bounds = false;    // inside bounds(): sums of users have a meaning
    bool in_share = false;     // or in another sum over groups
    bool whole_range = false;  // what TOP judges
    std::optional<Duration> back;  // that range so much earlier
    // Inside a call with an EVERY of its own: index into Plan::inner.
    std::optional<size_t> inner;
    TotalRole total;
  };

  // ---- Clauses (bind.cc)
  absl::Status BindZone();
  absl::Status BindBy();
  absl::Status BindGroupTotal();  // (bind_groups.cc) BY .. TOTAL
  absl::Status DecideEvery();
  // Whether something looks at the range that much earlier, as lag() does
  // without EVERY.
  bool LooksBackAtRange() const;
  // (bind_begins.cc) Where the weeks, quarters and years of the question begin.
  absl::Status DecideBegins();
  absl::Status RefuseQuarters() const;
  // (bind_align.cc)
  absl::Status BindAlign();
  absl::Status BindAlignStart(const Align& said, BoundAlign align);
  absl::Status AlignOperand(BoundOperand* bound);
  absl::Status CheckOffsets(const Range::Offsets& offsets,
                            footfall::Source source) const;
  // (bind_operand.cc) DURING in braces, where it is of offsets.
  absl::Status TakeOffsets(const Operand& operand, footfall::Source source,
                           BoundOperand* bound);
  absl::Status CheckAlignedLookBack(footfall::Source source,
                                    const Duration& back);
  // OK without ALIGN. `why` it cannot be, and what to say `instead`.
  absl::Status RefuseBesideAlign(footfall::Source where, absl::string_view what,
                                 absl::string_view why,
                                 absl::string_view instead) const;
  // (bind_parts.cc) Parts of the calendar: that each step of an operand lies in
  // one, each inner bucket too, and what they cannot stand beside.
  absl::Status BindParts(const Operand& operand, BoundOperand* bound);
  absl::Status CheckSteps(const BoundOperand& operand, TimePart part,
                          footfall::Source source) const;
  absl::Status CheckInnerParts(const Period& inner,
                               footfall::Source source) const;
  absl::Status RefuseBareByPart(const Expr& bare, const Metric& metric) const;
  absl::Status CheckShareOverParts(const Expr& expr, const Expr& argument,
                                   const Transform& share) const;
  absl::Status CheckParts() const;
  absl::Status CheckItemsAreNoParts() const;
  absl::Status CheckPartZones(footfall::Source source) const;
  absl::Status BindItems();
  absl::Status BindHaving();
  absl::Status BindOrder();
  bool NamesOffset(const Expr& expr) const;
  absl::Status BindTop();
  absl::Status CheckSplit();
  void KeepHidden();
  std::string UnitOfRow(const Expr& expr, const RowExpr& row) const;
  static bool IsRatio(const Expr& expr);
  absl::Status CheckNames();
  void UseFinished(RowExpr* expr) const;
  // The expression behind a key or a test, in which items may stand by their
  // names.
  absl::StatusOr<RowExpr> BindNamed(const Expr& expr, const Place& place);
  // The item that is named there, in `place`; nullopt: none is.
  absl::StatusOr<std::optional<RowExpr>> BindItemName(const Expr& expr,
                                                      const Place& place);

  // ---- Operands (bind_operand.cc)
  absl::StatusOr<std::shared_ptr<const Metric>> FindMetric(
      absl::string_view name, footfall::Source source);
  // The operand's index in the plan; equal operands are one.
  // With `across`, the call f(operand ACROSS ..) around it.
  absl::StatusOr<size_t> BindOperand(const Operand& operand,
                                     footfall::Source source,
                                     const Call* across = nullptr);
  // (bind_tiers.cc) The grid of a metric with tiers that its range is read on:
  // the metric, or one of its tiers. `during` is null for all there is.
  absl::StatusOr<std::shared_ptr<const Metric>> ChooseGrid(
      std::shared_ptr<const Metric> metric, const Range* during);
  // Buckets that are finer than a tier.
  absl::Status RefuseTierBucket(const Metric& tier,
                                footfall::Source source) const;
  // Refuses functions whose value is not known of a tier's longer steps.
  absl::Status CheckTiers() const;
  absl::Status CheckTierFunction(const TimeFunction& function,
                                 absl::string_view name,
                                 const StepExpr& steps) const;
  // (bind_across.cc)
  absl::Status BindAcrossDimensions(const Call& call, BoundOperand* bound);
  // What the call says: its function, and dimensions of the operand's metric.
  absl::StatusOr<Across> FindAcross(const Call& call, BoundOperand* bound);
  // The operand of f(expression ACROSS ..).
  absl::StatusOr<size_t> BindAcrossExpression(const Expr& expr,
                                              const Call& call);
  absl::StatusOr<StepExpr> BindAcrossPart(const Expr& expr, const Call& call,
                                          AcrossParts* parts);
  // The operand of f(operand ACROSS ..); null where an expression stands there.
  absl::StatusOr<const Operand*> AcrossOperand(const Expr& expr,
                                               const Call& call);
  // (bind_attributes.cc)
  absl::Status AddAttributes(BoundOperand* bound);
  absl::Status BindBuckets(footfall::Source source, BoundOperand* bound);
  // (bind_zones.cc) That buckets below a day, or of steps below a day, begin at
  // the same instants in all operands.
  absl::Status CheckZones() const;
  absl::Status CheckZones(const Period& bucket,
                          absl::Span<const size_t> operands,
                          footfall::Source source) const;

  // ---- Expressions (bind_expr.cc)
  absl::StatusOr<RowExpr> BindRow(const Expr& expr, const Place& place);
  absl::StatusOr<RowExpr> BindCall(const Expr& expr, const Call& call,
                                   const Place& place);
  absl::Status RefuseUnknown(const Call& call) const;
  absl::StatusOr<RowExpr> BindBare(const Expr& expr, const Place& place);
  // (bind_over_time.cc)
  absl::StatusOr<RowExpr> BindOverTime(const Expr& expr, const Call& call,
                                       const Place& place);
  absl::Status BindFunction(const Expr& expr, const Call& call,
                            const Place& place, Leaf* leaf);
  absl::Status BindWhen(const Expr& expr, const Call& call, const Place& place,
                        Leaf* leaf);
  absl::Status BindCallOf(const Expr& expr, const Call& call,
                          const Place& place, Leaf* leaf);
  // What stands in the parenthesis: the steps, a test, a second operand.
  absl::Status BindArguments(const Expr& expr, const Call& call,
                             const Place& place, Leaf* leaf);
  absl::Status BindTest(const Expr& expr, const Call& call, const Place& place,
                        Leaf* leaf);
  absl::Status BindTwoValues(const Expr& expr, const Call& call,
                             const Place& place, Leaf* leaf);
  absl::Status BindPlaces(const Expr& expr, const Call& call,
                          const Place& place, Leaf* leaf);
  // (bind_window.cc) OVER: sets leaf->window.
  absl::Status BindWindow(const Expr& expr, const Call& call,
                          const Place& place, Leaf* leaf);
  absl::Status CheckWindowSteps(const Over& over, const Leaf& leaf);
  // OK where `call`, which is none, says no OVER.
  absl::Status RefuseOver(const Call& call) const;
  absl::Status CheckInnerSum(const Expr& expr, const Call& call,
                             const Place& place, const Leaf& leaf);
  // Of an item that is one leaf.
  std::string UnitOf(const Leaf& leaf) const;
  // (bind_transform.cc)
  absl::StatusOr<RowExpr> BindTransform(const Expr& expr, const Call& call,
                                        const Place& place);
  // (bind_top_shift.cc) lag, delta or growth of the whole range.
  absl::StatusOr<RowExpr> BindTopShift(const Expr& expr, const Call& call,
                                       const Place& place);
  absl::Status CheckLookBack(footfall::Source source, const Call& call,
                             const RowExpr& x, const Duration& back);
  absl::Status CheckRunningSum(const Expr& expr, const Expr& argument,
                               const RowExpr& x);
  std::string SomeDimension(const Expr& expr) const;
  RowExpr AddTransform(Transform transform);
  absl::Status CheckMoves(const Expr& expr, const Expr& argument,
                          const RowExpr& x) const;
  void NameSums(const Expr& expr, const RowExpr& x, Transform* shift) const;
  // (bind_groups.cc)
  absl::StatusOr<RowExpr> BindShare(const Expr& expr, const Call& call,
                                    const Place& place);
  absl::StatusOr<RowExpr> BindContribution(const Expr& expr, const Call& call,
                                           const Expr& argument,
                                           const Duration& back,
                                           const Place& place);
  absl::Status BindTotal(const Expr& expr, const Expr& argument,
                         const Place& place, Transform* total);
  absl::Status CheckTotal(const Expr& expr, const Expr& argument,
                          const RowExpr& x, const std::vector<bool>& within);
  // (bind_within.cc)
  absl::StatusOr<RowExpr> BindWithin(const Expr& expr, const Call& call,
                                     const Place& place);
  absl::StatusOr<RowExpr> BindTopShare(const Expr& expr, const Call& call,
                                       const Place& place);
  absl::StatusOr<std::vector<bool>> WithinOf(const Expr& expr,
                                             const Call& call) const;
  absl::Status CheckGroups(const Expr& expr, const Call& call,
                           const Expr& argument, const Place& place) const;
  absl::Status CheckNumber(const Expr& where, const RowExpr& x,
                           absl::string_view function) const;
  // (bind_events.cc)
  absl::StatusOr<RowExpr> BindEvent(const Expr& expr);
  absl::StatusOr<RowExpr> BindEventNames(const Expr& expr, const Call& call);
  absl::StatusOr<RowExpr> BindDaysBetween(const Expr& expr, const Call& call,
                                          const Place& place);
  // (bind_changepoints.cc)
  absl::Status BindWholeAnswer(const Expr& expr, const Call& call);
  absl::Status BindChangepoints(const Expr& expr, const Call& call);
  // (bind_runs.cc)
  absl::Status BindRuns(const Expr& expr, const Call& call);
  std::optional<std::string> BesideWholeAnswer() const;
  absl::StatusOr<size_t> AddEvents(footfall::Source source, BoundEvents events);
  void PlaceEvents();
  absl::Status CheckEventNames(footfall::Source source,
                               const BoundEvents& events);
  // `place` is that of what stands in the parenthesis of `around`.
  absl::StatusOr<StepExpr> BindSteps(const Expr& expr, const Call& around,
                                     const Place& place);
  // (bind_inner.cc) Where an EVERY inside a call stands.
  absl::StatusOr<Place> EnterInner(const Call& call, const Place& place);
  absl::StatusOr<StepExpr> BindInnerCall(const Expr& expr, const Call& call,
                                         const Call& around,
                                         const Place& place);
  // (bind_inner_shift.cc) lag, delta and growth of inner buckets.
  absl::StatusOr<StepExpr> BindInnerShift(const Expr& expr, const Call& call,
                                          const Call& around,
                                          const Place& place);
  // `around` with an EVERY of the metric's own period, as text.
  std::string WithOwnEvery(const Expr& expr, const Call& around) const;
  absl::StatusOr<StepExpr> BindInnerBare(const Expr& expr, const Place& place);
  // A metric, or f(metric ACROSS ..), as a value of each of its steps.
  absl::StatusOr<StepExpr> BindOwnSteps(const Expr& expr);
  // (bind_correlogram.cc) corr(x, y, a..b) as the whole answer.
  static const OffsetRange* LagsOf(const Item& item);
  absl::Status BindCorrelogram(const Item& item);
  absl::Status CutByInner(const Call& call, size_t inner,
                          const std::vector<size_t>& operands);
  // Sets leaf->operand, and checks that its operands meet at each step.
  absl::Status AlignSteps(const Expr& expr, Leaf* leaf);
  // Refuses a sum over time that would be false.
  absl::Status CheckSum(const Expr& expr, const Call& call, const Place& place,
                        Leaf* leaf);
  // The one argument of a call, as an expression.
  absl::StatusOr<const Expr*> OnlyArgument(const Expr& expr, const Call& call);
  absl::Status CheckNoDates(const Expr& where, const RowExpr& side, char op);
  RowExpr AddLeaf(Leaf leaf);
  // Of what the statement alone says of its answer; each once.
  void AddNote(std::string note);
  void NoteRelated(const Expr& expr, Related related);
  // Of rows, or inner buckets, of that period.
  void NoteWeekdays(const Expr& expr, const Duration& back,
                    const std::optional<Period>& period);
  // Whether a row is shorter than a week, whose days differ.
  bool RowsWithinWeek() const;
  void NoteRatioOfRatios(const Expr& expr, absl::string_view name,
                         const Expr& x);
  void NoteMeanOfRatios(const Expr& expr, const Call& call, const Leaf& leaf);
  // What the steps there are gathered into; nullopt: the range.
  std::optional<Period> BucketOf(const Place& place) const;
  // Whether a bucket of the operand may hold more than one step.
  bool ManySteps(const BoundOperand& operand, const Place& place) const;
  // "a month", "the range": what a bucket is called.
  std::string BucketPhrase(const Place& place) const;
  // The statement with `call` put in another way, and where that is not enough
  // all sums, to be pasted: a line of a hint. Empty where neither would be
  // answered.
  std::string StatementWith(const Call& call, absl::string_view function) const;

  // The first metric that an expression reads; null where there is none.
  static const Operand* FirstOperand(const Expr& expr);
  // The first bare metric outside every function over time.
  static const Expr* FirstBare(const Expr& expr);
  static bool HasAggregate(const Expr& expr);
  // Whether event() or events() stands in it.
  static bool NamesEvent(const Expr& expr);

  absl::Status Refuse(
      Refusal refusal, footfall::Source where,
      std::initializer_list<absl::string_view> arguments) const {
    return query::Refuse(refusal, text_, where, arguments);
  }

  const Snapshot& snapshot_;
  const Select& select_;
  const absl::string_view text_;
  const QueryOptions& options_;
  const absl::Time now_;
  Plan plan_;
  NamedAttributes attributes_;
  footfall::Source every_source_;
  UnitBegins begins_;
  bool suggests_ = true;
  class Product;
  int products_ = 0;           // that stand around what is being bound
  bool names_items_ = false;   // HAVING, ORDER BY
  bool ends_to_date_ = false;  // of ranges with an open end
};

// "avg(dau)" as the language prints it.
std::string Printed(const Expr& expr);
// Whether it is f(x WITHIN ALL). A dimension that is called `all`, and stands
// in BY, is meant before that.
bool IsAll(const Call& call);
// Whether it is f(metric ACROSS dim, ...), which has a value at each step.
bool IsAcross(const Expr& expr);
// Functions over time, by name: avg, p95, first_time, ...
std::optional<TimeFunction> FindTimeFunction(absl::string_view name);
// Functions between rows: share, lag, ... Null where there is none.
const Function* FindTransform(absl::string_view name);
// (bind_inner.cc) Whether buckets of `outer` are made of whole ones of `inner`.
bool IsMadeOf(const Period& inner, const Period& outer);
// "a month", "2 weeks".
std::string PeriodPhrase(const Period& period);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_BINDER_H_
