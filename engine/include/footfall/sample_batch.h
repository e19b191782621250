// Samples on their way in, as columns, and events, aliases and attributes
// beside them.

#ifndef FOOTFALL_SAMPLE_BATCH_H_
#define FOOTFALL_SAMPLE_BATCH_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/base/casts.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "footfall/event.h"
#include "footfall/hash_table.h"
#include "footfall/metric.h"

#pragma GCC visibility push(default)
namespace footfall {

// A sample's value: any integer, signed or not, or any floating-point number.
// An unsigned one beyond int64 is refused when it is written.
class SampleValue {
 public:
  template <typename T>
  requires(std::integral<T> && !std::same_as<T, bool>)
      SampleValue(T value)  // NOLINT: meant to convert
      : bits_(static_cast<int64_t>(value)),
        is_too_large_(std::unsigned_integral<T> && bits_ < 0) {}
  template <std::floating_point T>
  SampleValue(T value)  // NOLINT: meant to convert
      : bits_(absl::bit_cast<int64_t>(static_cast<double>(value))),
        is_decimal_(true) {}

  int64_t bits() const { return bits_; }  // of the double, if decimal
  bool is_decimal() const { return is_decimal_; }
  // Above int64: bits() are those of a uint64_t.
  bool is_too_large() const { return is_too_large_; }

 private:
  int64_t bits_;
  bool is_decimal_ = false;
  bool is_too_large_ = false;
};

// The members of one row, for the length of a call: a braced list, or any range
// of what converts to absl::string_view, such as std::vector<std::string>.
class RowMembers {
 public:
  RowMembers() = default;  // of a metric without dimensions
  RowMembers(std::initializer_list<absl::string_view> members)
      : span_(members.begin(), members.size()) {}
  template <typename Range>
  requires(!std::same_as<Range, RowMembers> &&
           std::convertible_to<const Range&,
                               absl::Span<const absl::string_view>>)
      RowMembers(const Range& members)  // NOLINT: meant to convert
      : span_(members) {}
  template <typename Range>
  requires(
      !std::convertible_to<const Range&, absl::Span<const absl::string_view>> &&
      requires(const Range& range) {
        { *std::begin(range) } -> std::convertible_to<absl::string_view>;
        // A text that the range makes would be gone before it is read.
        requires std::is_reference_v<decltype(*std::begin(range))>;
        std::end(range);
      }) RowMembers(const Range& members)  // NOLINT: meant to convert
      : views_(std::begin(members), std::end(members)), span_(views_) {}
  RowMembers(const RowMembers&) = delete;
  RowMembers& operator=(const RowMembers&) = delete;

  absl::Span<const absl::string_view> span() const { return span_; }

 private:
  absl::InlinedVector<absl::string_view, kMaxDimensions> views_;
  absl::Span<const absl::string_view> span_;
};

// What a row does.
enum class RowKind : uint8_t {
  kInteger = 0,  // writes; the value was given as an integer
  kDecimal = 1,  // writes; the value was given as a double
  kDelete = 2,   // removes
};

// Rows as columns, for callers who have them so. The spans stay the caller's.
struct SampleColumns {
  // One dimension: row i is of member names[codes[i]]. Names may repeat, and
  // need not all be used.
  struct Members {
    absl::Span<const absl::string_view> names = {};
    absl::Span<const uint32_t> codes = {};  // [rows]
  };

  absl::Span<const int64_t> steps = {};  // [rows] steps of the metric's grid
  // [rows] One of the two is given; the other is empty.
  absl::Span<const int64_t> integers = {};
  absl::Span<const double> decimals = {};
  absl::Span<const Members> members =
      {};  // [dimensions], as the metric has them

  size_t size() const { return steps.size(); }
  RowKind kind() const {
    return decimals.empty() ? RowKind::kInteger : RowKind::kDecimal;
  }
  // INVALID_ARGUMENT where columns differ in length, a code has no name, or
  // there are other than `dimensions` of them.
  absl::Status Check(size_t dimensions) const;
};

// One dimension of some rows: members by number, numbers in order of first
// appearance. 0 is the empty member.
class MemberColumn {
 public:
  MemberColumn();

  void Add(absl::string_view member);
  // Add() in two halves: the number of a member, which it gets if it has none;
  // and a row of such a number.
  uint32_t NumberOf(absl::string_view member);
  void AddNumber(uint32_t number) { rows_.push_back(number); }
  // Requires: each code has a name.
  void AddCodes(const SampleColumns::Members& members);

  absl::Span<const uint32_t> rows() const { return rows_; }  // [rows]
  absl::Span<const std::string> names() const { return names_; }

 private:
  std::vector<uint32_t> rows_;
  std::vector<std::string> names_;
  std::vector<uint32_t> next_;  // [member] which came after it last
  FlatHashMap<std::string, uint32_t> numbers_;
  uint32_t last_ = 0;
};

// The rows of one metric in a batch.
class SampleRows {
 public:
  // One row: a value for the step that holds `day` (its first second) or
  // `time`, that `date` names ("2025-02-08", as ParseDate() and
  // Grid::StepNamed() take it), or that is numbered `step`. One member per
  // dimension of the metric, in its order; "" leaves a dimension unsplit. A
  // later row for the same sample wins. What does not fit, Database::Write
  // refuses: see unfit().
  void Add(absl::CivilDay day, const RowMembers& members, SampleValue value);
  void Add(absl::Time time, const RowMembers& members, SampleValue value);
  void Add(absl::string_view date, const RowMembers& members,
           SampleValue value);
  void Add(std::nullptr_t, const RowMembers&, SampleValue) = delete;
  void AddStep(int64_t step, const RowMembers& members, SampleValue value);
  // Many rows. INVALID_ARGUMENT as SampleColumns::Check(); then none is added.
  absl::Status AddColumns(const SampleColumns& columns);
  // A row that removes a sample; no error where there is none.
  void Delete(int64_t step, const RowMembers& members);

  const std::shared_ptr<const Metric>& metric() const { return metric_; }
  size_t size() const { return steps_.size(); }

  // The columns, [size()] each; one MemberColumn per dimension of the metric.
  absl::Span<const int64_t> steps() const { return steps_; }
  // Or bits of a double.
  absl::Span<const int64_t> values() const { return values_; }
  absl::Span<const RowKind> kinds() const { return kinds_; }
  absl::Span<const MemberColumn> columns() const { return columns_; }

  // Why a row cannot be written as it was given. The columns hold 0 and ""
  // where it has nothing better.
  struct Unfit {
    size_t row = 0;
    // "time" or "value" does not fit, and why; or "": the metric has other than
    // this number of dimensions.
    std::string column = {};
    std::string why = {};
    size_t members = 0;
  };
  // The first such row.
  const std::optional<Unfit>& unfit() const { return unfit_; }

 private:
  friend class SampleBatch;
  explicit SampleRows(std::shared_ptr<const Metric> metric);
  void AddRow(int64_t step, absl::Span<const absl::string_view> members,
              SampleValue value, std::optional<RowKind> kind = std::nullopt);

  std::shared_ptr<const Metric> metric_;
  std::vector<int64_t> steps_;
  std::vector<int64_t> values_;
  std::vector<RowKind> kinds_;
  std::vector<MemberColumn> columns_;
  std::optional<Unfit> unfit_;
};

// What a batch does to an event. A removal takes every event of this kind,
// name and date, whatever its members; no error where there is none.
struct EventChange {
  bool removes = false;
  Event event = {};
};

// What a batch does to an alias. One is there for each old name of a dimension:
// a later one takes its place. A removal heeds dimension and old name alone; no
// error where there is none.
struct AliasChange {
  bool removes = false;
  Alias alias = {};
};

// What a batch does to an attribute. One is there for each name, member and
// beginning: a later one takes its place. A removal takes all that the member
// has of that name, whenever they begin; no error where there is none.
struct AttributeChange {
  bool removes = false;
  Attribute attribute = {};
};

// Rows of any number of metrics, events, aliases and attributes that are
// written all or not at all.
//
//   SampleBatch batch;
//   SampleRows& dau = batch.RowsOf(metric);        // shared_ptr<const Metric>
//   dau.Add(absl::CivilDay(2025, 2, 8), {"DeepSeek", "app", "cn"}, 34'940'000);
//   dau.Add("2025-02-08", members, users);  // std::vector<std::string>, size_t
//   batch.AddEvent({.kind = "release", .name = "V3",
//                   .date = *ParseDate("2024-12-26")});
//
// Nothing is checked here: Database::Write checks all of it and names the first
// that does not fit. Threads: one at a time.
class SampleBatch {
 public:
  // The rows of a metric, made empty at the first call. The reference stays
  // valid until Clear().
  SampleRows& RowsOf(std::shared_ptr<const Metric> metric);

  // In order of the first call of RowsOf().
  const std::deque<SampleRows>& rows() const { return rows_; }

  // Adds an event, or replaces note and source of the one that is there. Its
  // members are put in order of their dimensions.
  void AddEvent(Event event);
  void RemoveEvent(absl::string_view kind, absl::string_view name,
                   const Date& date);
  void AddAlias(Alias alias);
  void RemoveAlias(absl::string_view dimension, absl::string_view old_name);
  void AddAttribute(Attribute attribute);
  void RemoveAttribute(absl::string_view dimension, absl::string_view member,
                       absl::string_view name);

  // In the order of the calls; of changes to the same, the last wins.
  absl::Span<const EventChange> event_changes() const { return events_; }
  absl::Span<const AliasChange> alias_changes() const { return aliases_; }
  absl::Span<const AttributeChange> attribute_changes() const {
    return attributes_;
  }

  bool empty() const;        // nothing to write
  size_t row_count() const;  // of samples
  void Clear();

 private:
  std::deque<SampleRows> rows_;
  std::vector<EventChange> events_;
  std::vector<AliasChange> aliases_;
  std::vector<AttributeChange> attributes_;
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_SAMPLE_BATCH_H_
