// A loader's own numbers of the series that it was asked for.

#ifndef FOOTFALL_ENGINE_WRITE_LOCAL_SERIES_H_
#define FOOTFALL_ENGINE_WRITE_LOCAL_SERIES_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/catalog/members.h"
#include "engine/write/check_rows.h"
#include "footfall/hash_table.h"
#include "footfall/metric.h"
#include "footfall/sample_batch.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

// The distinct member tuples that were asked for, numbered in that order.
class LocalSeries {
 public:
  explicit LocalSeries(std::shared_ptr<const Metric> metric)
      : metric_(std::move(metric)),
        columns_(metric_->spec.dimensions.size()),
        valid_(columns_.size(), {true}),
        numbers_(columns_.size()),
        index_(Hash{&columns_}, Equal{&columns_}) {}

  // Pointers into this object are in its index.
  LocalSeries(const LocalSeries&) = delete;
  LocalSeries& operator=(const LocalSeries&) = delete;

  uint32_t count() const { return count_; }
  absl::Span<const MemberColumn> columns() const { return columns_; }

  absl::StatusOr<uint32_t> NumberOf(
      absl::Span<const absl::string_view> members) {
    if (members.size() != columns_.size()) {
      return CheckMemberCount(*metric_, members.size());
    }
    // Files repeat the order of their series from day to day.
    if (last_ < count_ && HasNames(next_[last_], members)) {
      return last_ = next_[last_];
    }
    for (size_t d = 0; d < columns_.size(); ++d) {
      FOOTFALL_ASSIGN_OR_RETURN(numbers_[d], MemberNumber(d, members[d]));
    }
    return FindNumbers();
  }

  // Replaces *series by that of each row. Requires: columns.Check() is OK. The
  // message names the row.
  absl::Status NumbersOf(const SampleColumns& columns,
                         std::vector<uint32_t>* series) {
    series->clear();
    std::vector<std::vector<uint32_t>> known(columns_.size());
    for (size_t d = 0; d < known.size(); ++d) {
      known[d].resize(columns.members[d].names.size(), kUnknownId);
    }
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0 && HasCodesOfRowBefore(columns, i)) {
        series->push_back(series->back());
        continue;
      }
      for (size_t d = 0; d < known.size(); ++d) {
        const uint32_t code = columns.members[d].codes[i];
        uint32_t& number = known[d][code];
        if (number == kUnknownId) {
          const auto found = MemberNumber(d, columns.members[d].names[code]);
          if (!found.ok()) return InRow(found.status(), i);
          number = *found;
        }
        numbers_[d] = number;
      }
      FOOTFALL_ASSIGN_OR_RETURN(const uint32_t found, FindNumbers());
      series->push_back(found);
    }
    return absl::OkStatus();
  }

 private:
  static bool HasCodesOfRowBefore(const SampleColumns& columns, size_t row) {
    for (const SampleColumns::Members& members : columns.members) {
      if (members.codes[row] != members.codes[row - 1]) return false;
    }
    return true;
  }

  bool HasNames(uint32_t series,
                absl::Span<const absl::string_view> members) const {
    for (size_t d = 0; d < columns_.size(); ++d) {
      if (columns_[d].names()[columns_[d].rows()[series]] != members[d]) {
        return false;
      }
    }
    return true;
  }

  // The number of a member, which is checked when it is first seen.
  absl::StatusOr<uint32_t> MemberNumber(size_t dimension,
                                        absl::string_view member) {
    const uint32_t number = columns_[dimension].NumberOf(member);
    std::vector<bool>& valid = valid_[dimension];
    if (valid.size() == number) {
      valid.push_back(CheckMember(*metric_, dimension, member).ok());
    }
    if (!valid[number]) return CheckMember(*metric_, dimension, member);
    return number;
  }

  // The series of the members in numbers_.
  absl::StatusOr<uint32_t> FindNumbers() {
    const Tuple tuple{numbers_.data()};
    if (last_ < count_ && Equal{&columns_}(next_[last_], tuple)) {
      return last_ = next_[last_];
    }
    const auto found = index_.find(tuple);
    uint32_t series = count_;
    if (found != index_.end()) {
      series = *found;
    } else if (count_ == kUnknownId) {
      return absl::ResourceExhaustedError("a loader takes 2^32 - 1 series");
    } else {
      for (size_t d = 0; d < columns_.size(); ++d) {
        columns_[d].AddNumber(numbers_[d]);
      }
      index_.insert(count_++);
      next_.push_back(0);
    }
    if (last_ < count_) next_[last_] = series;
    return last_ = series;
  }

  struct Tuple {
    const uint32_t* members;
  };
  struct Hash {
    using is_transparent = void;
    const std::vector<MemberColumn>* columns;
    size_t operator()(Tuple tuple) const {
      uint64_t state = 0;
      for (size_t d = 0; d < columns->size(); ++d) {
        state = absl::HashOf(state, tuple.members[d]);
      }
      return state;
    }
    size_t operator()(uint32_t series) const {
      uint64_t state = 0;
      for (const MemberColumn& column : *columns) {
        state = absl::HashOf(state, column.rows()[series]);
      }
      return state;
    }
  };
  struct Equal {
    using is_transparent = void;
    const std::vector<MemberColumn>* columns;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(Tuple a, uint32_t b) const { return (*this)(b, a); }
    bool operator()(uint32_t a, Tuple b) const {
      for (size_t d = 0; d < columns->size(); ++d) {
        if ((*columns)[d].rows()[a] != b.members[d]) return false;
      }
      return true;
    }
  };

  const std::shared_ptr<const Metric> metric_;
  std::vector<MemberColumn> columns_;     // [dimension]
  std::vector<std::vector<bool>> valid_;  // [dimension][member]
  std::vector<uint32_t> numbers_;         // of the tuple at hand
  uint32_t count_ = 0;
  uint32_t last_ = 0;           // that was asked for
  std::vector<uint32_t> next_;  // [series] asked for after it, the last time
  FlatHashSet<uint32_t, Hash, Equal> index_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_LOCAL_SERIES_H_
