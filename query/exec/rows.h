// Rows: arithmetic and transforms of leaves, and which rows an answer has.

#ifndef FOOTFALL_QUERY_EXEC_ROWS_H_
#define FOOTFALL_QUERY_EXEC_ROWS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/cell/cell.h"
#include "query/exec/leaves.h"
#include "query/exec/row_events.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

struct RowId {
  uint32_t group = 0;
  uint32_t bucket = 0;  // a slot of the timeline
};

// Cells of any row, worked out when asked; those of transforms beforehand.
class Rows {
 public:
  // All must outlive it.
  Rows(Run& run, const Plan& plan, const Results& results, RowEvents* events);
  ~Rows();

  // Call it once, first.
  absl::Status WorkOutTransforms();
  // Of one expression alone, in place of that; none that compares groups.
  absl::Status WorkOutFor(const RowExpr& expr);
  // Finds out which rows there are, and fills the cells of items where FILL is
  // said; after the transforms.
  absl::Status Fill();
  // Works out the group that was appended to the results. It has no rank, and
  // its shares are of the totals that were there without it.
  absl::Status AddGroup();

  // A date is its number (PackDate).
  absl::StatusOr<Cell> Evaluate(const RowExpr& expr, RowId row) const;
  // Of an expression that is a text; empty where there is none. Its cell has a
  // value where there is one, and no number.
  std::string TextOf(const RowExpr& expr, RowId row) const;

  // Item `item` as it is printed.
  absl::StatusOr<Cell> Finished(size_t item, RowId row) const;

  // Whether the group has a sample of its own behind the row.
  bool HasSteps(RowId row) const;
  // Whether windows alone have a value there, and so no row stands there.
  bool LiesBetweenRows(RowId row) const {
    return !plan_.windows.empty() && !HasSteps(row);
  }
  // Whether the row is there, before HAVING: its group has samples in it and
  // some item something to say; or FILL puts it there.
  absl::StatusOr<bool> Exists(RowId row) const;

  // The buckets of the range, [begin, end): where DURING does not say one of
  // its ends, to the first or the last sample of any group. After the
  // transforms.
  struct Stretch {
    uint32_t begin = 0;
    uint32_t end = 0;
  };
  const Stretch& Range() const { return *range_; }

  // What is to be told of what was worked out.
  std::vector<std::string> Notes() const;

 private:
  // The sum of x over groups, behind a share(), and what bounds are made of
  // (row_shares.cc).
  struct Total {
    bool has_value = false;
    bool exact = true;
    bool twice = false;      // people may be in several groups
    bool lacks = false;      // more people than were counted may be in it
    bool hides = false;      // some of them in a whole beside the groups
    bool outside = false;    // some of them in groups of other totals
    bool negative = false;   // some value is
    bool not_split = false;  // some group is
    bool uniform = true;     // what those hold is in no other group
    double value = 0;
    __extension__ __int128 integer = 0;
    bool overlaps = false;  // some are in several groups
    Coverage coverage;      // the least
    long double low = 0;    // of the groups, added up
    size_t open_lows = 0;
    long double high = 0;         // likewise
    long double fewest = 0;       // people of all groups but those not split
    long double excess = 0;       // the lows of those, added up
    long double most_excess = 0;  // the largest of them
    size_t open_highs = 0;
    size_t groups = 0;
    uint32_t first_group = 0;
  };
  // Groups of a total that may be the same people: the largest lows.
  struct ClassOfGroups {
    long double most = 0;
    long double second = 0;
    uint32_t largest = UINT32_MAX;
    uint32_t first = 0;
    size_t groups = 0;
  };
  // Of one share(): which total and class each group belongs to, and those by
  // slot.
  struct Totals {
    std::vector<uint32_t> of_group;
    std::vector<Total> totals;
    std::vector<uint32_t> class_of;
    std::vector<ClassOfGroups> classes;
  };
  absl::Status SortIntoTotals(size_t transform, uint32_t first_group);
  absl::Status SumTotals(size_t transform, uint32_t first_group);
  // What notes say of totals.
  struct TotalNotes {
    bool inexact = false;
    bool lacks = false;
    // Groups that count as 0 on one side of a change.
    std::vector<uint32_t> came;
    std::vector<uint32_t> left;
  };
  absl::Status NoteChanged(const RowExpr& expr, RowId row, TotalNotes* notes);
  std::string NamesOf(const std::vector<uint32_t>& groups) const;
  bool IsNotSplit(const Transform& share, uint32_t group) const;
  absl::Status FindOutside(size_t transform);
  absl::StatusOr<Cell> EvaluateShare(size_t transform, RowId row) const;
  const Total& TotalBehind(size_t share, RowId row) const;

  // (row_within.cc) Groups that are compared with each other.
  struct Outside {
    uint32_t whole = 0;  // a group that is not split by WITHIN
    uint32_t scope = 0;
    std::optional<uint32_t> group;  // that has the whole's people of that scope
  };
  struct Scopes {
    explicit Scopes(Run& run) : memory(run) {}
    Reservation memory;
    std::vector<uint32_t> of_group;
    std::vector<std::vector<uint32_t>> groups;  // [scopes]
    std::vector<std::vector<Outside>> outside;  // [scopes]
  };
  absl::StatusOr<Scopes> FindScopes(size_t transform);
  absl::StatusOr<std::vector<Outside>> FindWholesOutside(
      const std::vector<bool>& within, const std::vector<uint32_t>& of_group,
      size_t scopes, Reservation* memory) const;
  absl::Status AddOutside(const RowExpr& x, const std::vector<Outside>& outside,
                          uint32_t slot, std::vector<Cell>* cells) const;
  absl::StatusOr<bool> IsLeftOut(const Transform& within, const Cell& cell,
                                 uint32_t group);
  absl::StatusOr<Cell> OfScope(const Transform& within, const Scopes& scopes,
                               size_t scope, uint32_t slot);
  absl::StatusOr<Cell> CountHolding(const Transform& within,
                                    const Scopes& scopes, size_t scope,
                                    uint32_t slot);
  absl::StatusOr<Cell> CellOf(const Total& total, bool is_decimal) const;
  absl::Status SetTotals(size_t transform, uint32_t first_group);
  // (row_top_shares.cc)
  absl::Status AddUpShares(size_t share, uint32_t slot,
                           const std::vector<uint32_t>& groups,
                           std::vector<Cell>* cells) const;
  // As Evaluate(); of a sum or difference with a row that is looked back at,
  // where a side has no sample it counts as 0: the change of a total is made of
  // who came and who left, too.
  absl::StatusOr<Cell> EvaluateChange(const RowExpr& expr, RowId row) const;
  bool LooksBack(const RowExpr& expr) const;
  bool LeftOut(const RowExpr& expr, RowId row) const;
  // Whether two groups, each exact, may hold the same people.
  bool MayShare(const std::vector<size_t>& operands, uint32_t a,
                uint32_t b) const;

  // (row_contributions.cc) All groups as one.
  struct Whole;
  absl::Status ReadWhole();
  void NoteContribution(bool now, bool then, uint32_t group);

  // Of each kind: the cells of the groups from `first_group` on, where they are
  // asked for.
  absl::Status WorkOut(size_t transform, uint32_t first_group);
  absl::Status Lag(size_t transform, uint32_t first_group);
  void NoteLengths(const Transform& lag, RowId row, uint32_t earlier);
  absl::Status MovingAverage(size_t transform, uint32_t first_group);
  absl::Status Cumulative(size_t transform, uint32_t first_group);
  absl::Status Rank(size_t transform);
  absl::Status Contribute(size_t transform, uint32_t first_group);
  absl::Status Within(size_t transform, uint32_t first_group);
  absl::Status TopShare(size_t transform);
  absl::Status FillGroup(uint32_t group);
  bool WasRemoved(const BoundItem& item, uint32_t group, size_t slot) const;
  bool HasSamples(uint32_t group);
  bool SaysSomething(size_t item, const Cell& cell) const;
  // Whether a row is there without FILL.
  absl::StatusOr<bool> Says(RowId row) const;
  absl::Status FindRange();
  absl::Status AddTable(size_t t);
  // [transforms] The last transform that reads its cells; kAlways where rows
  // do.
  std::vector<size_t> LastUses() const;
  static constexpr size_t kAlways = SIZE_MAX;
  // Whether the buckets from slot `first` to slot `last` lie within the data.
  bool WithinData(const std::vector<size_t>& operands, uint32_t group,
                  uint32_t first, uint32_t last) const;

  // A leaf whose cells tell of samples in a row's bucket; of a window marks do.
  struct OfBucket {
    size_t leaf = 0;
    bool by_marks = false;
  };

  Run& run_;
  const Plan& plan_;
  const Results& results_;
  RowEvents* const events_;
  absl::InlinedVector<OfBucket, 4> of_buckets_;
  Reservation memory_;
  // [transforms] one of them is in use.
  std::vector<Totals> totals_;
  std::vector<LeafTable> cells_;
  std::optional<Stretch> range_;
  // FILL: the items' cells, [items]; and [groups] whether a value is there that
  // was not filled.
  std::vector<LeafTable> finished_;
  std::vector<bool> has_values_;
  // [items] whether it has a value of a bucket without samples; and, where some
  // has, [groups] whether the group has rows of such buckets.
  std::vector<bool> of_nothing_;
  std::vector<bool> of_group_;  // [items] it reads samples of the row's group
  bool some_of_nothing_ = false;
  // Some item has a value of a group that has left.
  bool some_of_who_left_ = false;
  std::vector<bool> has_samples_;
  TotalNotes of_shares_;
  TotalNotes of_sums_;
  std::set<std::string> without_whole_;  // names of functions WITHIN
  // Groups that a contribution counts as 0 on one side; and whether a total
  // then is not exact.
  std::vector<uint32_t> entered_;
  std::vector<uint32_t> gone_;
  bool inexact_growth_ = false;
  std::unique_ptr<Whole> whole_;
  std::map<std::string, std::string> lengths_;  // notes, by what they are of
};

// The rows of the answer, in its order: those with a value, after HAVING, TOP,
// ORDER BY and LIMIT.
//   RESOURCE_EXHAUSTED  more than QueryLimits::max_rows
// TOP .. OTHERS appends a group to `results`, and to `rows`, which are theirs.
// nullopt where TOP has too few groups with rows, and groups were left out that
// may take their places: the question must be evaluated for all groups.
absl::StatusOr<std::optional<std::vector<RowId>>> ChooseRows(Run& run,
                                                             const Plan& plan,
                                                             Results* results,
                                                             Rows* rows);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_ROWS_H_
