// Samples on their way in, as columns, and events and aliases beside them.

#ifndef FOOTFALL_SAMPLE_BATCH_H_
#define FOOTFALL_SAMPLE_BATCH_H_

#include <concepts>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/casts.h"
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

// A sample's value: any whole number of at most 63 bits, or any floating-point
// number.
class SampleValue {
 public:
  template <typename T>
  requires(std::integral<T> && !std::same_as<T, bool> &&
           (std::signed_integral<T> || sizeof(T) < sizeof(int64_t)))
      SampleValue(T value)  // NOLINT: meant to convert
      : bits_(static_cast<int64_t>(value)), is_decimal_(false) {}
  template <std::floating_point T>
  SampleValue(T value)  // NOLINT: meant to convert
      : bits_(absl::bit_cast<int64_t>(static_cast<double>(value))),
        is_decimal_(true) {}

  int64_t bits() const { return bits_; }  // of the double, if decimal
  bool is_decimal() const { return is_decimal_; }

 private:
  int64_t bits_;
  bool is_decimal_;
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
    absl::Span<const absl::string_view> names;
    absl::Span<const uint32_t> codes;  // [rows]
  };

  absl::Span<const int64_t> steps;  // [rows] steps of the metric's grid
  // [rows] One of the two is given; the other is empty.
  absl::Span<const int64_t> integers;
  absl::Span<const double> decimals;
  absl::Span<const Members> members;  // [dimensions], as the metric has them

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
  // `time`, or that is numbered `step`. One member per dimension of the metric,
  // in its order; "" leaves a dimension unsplit. A later row for the same
  // sample wins.
  void Add(absl::CivilDay day, absl::Span<const absl::string_view> members,
           SampleValue value);
  void Add(absl::Time time, absl::Span<const absl::string_view> members,
           SampleValue value);
  void AddStep(int64_t step, absl::Span<const absl::string_view> members,
               SampleValue value);
  // Many rows. INVALID_ARGUMENT as SampleColumns::Check(); then none is added.
  absl::Status AddColumns(const SampleColumns& columns);
  // A row that removes a sample; no error where there is none.
  void Delete(int64_t step, absl::Span<const absl::string_view> members);

  const std::shared_ptr<const Metric>& metric() const { return metric_; }
  size_t size() const { return steps_.size(); }

  // The columns, [size()] each; one MemberColumn per dimension of the metric.
  absl::Span<const int64_t> steps() const { return steps_; }
  absl::Span<const int64_t> values() const {
    return values_;
  }  // or bits of a
     // double
  absl::Span<const RowKind> kinds() const { return kinds_; }
  absl::Span<const MemberColumn> columns() const { return columns_; }

  // Rows that came with another number of members than the metric has
  // dimensions, in order; their missing members are empty.
  struct WrongCount {
    size_t row;
    size_t members;
  };
  absl::Span<const WrongCount> wrong_counts() const { return wrong_counts_; }

 private:
  friend class SampleBatch;
  explicit SampleRows(std::shared_ptr<const Metric> metric);
  void AddRow(int64_t step, absl::Span<const absl::string_view> members,
              int64_t bits, RowKind kind);

  std::shared_ptr<const Metric> metric_;
  std::vector<int64_t> steps_;
  std::vector<int64_t> values_;
  std::vector<RowKind> kinds_;
  std::vector<MemberColumn> columns_;
  std::vector<WrongCount> wrong_counts_;
};

// What a batch does to an event. A removal takes every event of this kind,
// name and date, whatever its members; no error where there is none.
struct EventChange {
  bool removes = false;
  Event event;
};

// What a batch does to an alias. One is there for each old name of a dimension:
// a later one takes its place. A removal heeds dimension and old name alone; no
// error where there is none.
struct AliasChange {
  bool removes = false;
  Alias alias;
};

// Rows of any number of metrics, events and aliases that are written all or not
// at all.
//
//   SampleBatch batch;
//   SampleRows& dau = batch.RowsOf(metric);        // shared_ptr<const Metric>
//   dau.Add(absl::CivilDay(2025, 2, 8), {"DeepSeek", "app", "cn"}, 34'940'000);
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

  // In the order of the calls; of changes to the same, the last wins.
  absl::Span<const EventChange> event_changes() const { return events_; }
  absl::Span<const AliasChange> alias_changes() const { return aliases_; }

  bool empty() const;        // nothing to write
  size_t row_count() const;  // of samples
  void Clear();

 private:
  std::deque<SampleRows> rows_;
  std::vector<EventChange> events_;
  std::vector<AliasChange> aliases_;
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_SAMPLE_BATCH_H_
