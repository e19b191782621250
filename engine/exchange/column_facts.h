// What the fields of a CSV column look like, gathered row by row.

#ifndef FOOTFALL_ENGINE_EXCHANGE_COLUMN_FACTS_H_
#define FOOTFALL_ENGINE_EXCHANGE_COLUMN_FACTS_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "footfall/period.h"

namespace footfall::engine {

// Memory is bounded: of dates the first kMaxDates different ones are kept.
class ColumnFacts {
 public:
  static constexpr size_t kMaxDates = 20'000;

  void Add(absl::string_view field);

  uint64_t filled() const { return filled_; }  // fields that are not empty
  uint64_t empty() const { return empty_; }
  // All filled fields are; requires at least one.
  bool all_dates() const { return filled_ > 0 && dates_ == filled_; }
  bool all_numbers() const { return filled_ > 0 && numbers_ == filled_; }
  bool all_whole() const { return filled_ > 0 && whole_ == filled_; }
  bool has_negative() const { return negative_; }
  bool has_offset() const { return offset_; }  // some date carries one
  // Dates are years only: they look like numbers.
  bool only_years() const { return all_dates() && finest_ == Unit::kYear; }

  // The longest period on whose steps all dates begin: from the way they are
  // written, and from what they have in common. Requires: all_dates().
  Period GuessPeriod() const;

 private:
  Period GuessBelowDay() const;

  uint64_t filled_ = 0;
  uint64_t empty_ = 0;
  uint64_t dates_ = 0;
  uint64_t numbers_ = 0;
  uint64_t whole_ = 0;
  bool negative_ = false;
  bool offset_ = false;
  Unit finest_ = Unit::kYear;  // of the dates as written
  std::set<absl::CivilSecond> starts_;
  std::string last_;  // a date that was seen
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_COLUMN_FACTS_H_
