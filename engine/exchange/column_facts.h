// What the fields of one column of an unknown file have in common.

#ifndef FOOTFALL_ENGINE_EXCHANGE_COLUMN_FACTS_H_
#define FOOTFALL_ENGINE_EXCHANGE_COLUMN_FACTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "engine/exchange/file_dates.h"
#include "engine/exchange/numbers.h"
#include "footfall/period.h"

namespace footfall::engine {

// The formats of numbers that are tried, the plain one first: a point or comma
// before decimals, the other, a blank or ' between thousands.
const std::vector<NumberFormat>& NumberFormats();

// The formats of dates that are tried where a column is not ISO 8601.
const std::vector<DateFormat>& DateFormats();

// Whether a field is one of the words for "no value": NA, N/A, -, null, NaN ...
bool IsNullWord(absl::string_view field);

class ColumnFacts {
 public:
  ColumnFacts();

  // A field of the next row, on that line.
  void Add(absl::string_view field, uint64_t line);

  // A field that does not fit, and where.
  struct Place {
    uint64_t line = 0;
    std::string field;
  };

  uint64_t empty() const { return empty_; }
  uint64_t filled() const { return filled_; }  // null words included
  uint64_t text_bytes() const { return text_bytes_; }
  // Different fields, counted up to kMaxDistinct.
  static constexpr size_t kMaxDistinct = 20'000;
  size_t distinct() const { return distinct_.size(); }
  // How often a field occurs; 0 where it is not among those that were counted.
  uint64_t CountOf(const std::string& field) const;
  const std::map<std::string, uint64_t>& fields() const { return distinct_; }

  // --- Numbers
  struct Numbers {
    uint64_t count = 0;  // fields that are numbers in this format
    uint64_t whole = 0;
    uint64_t doubtful = 0;    // decimals that may have marks between thousands
    uint64_t marked = 0;      // with marks between thousands
    uint64_t long_plain = 0;  // four digits or more before the decimal mark,
                              // and no mark between them
    bool negative = false;
    Place first_other;  // the first field that is no number
    std::string first_marked;
  };
  const std::set<std::string>& null_words() const { return null_words_; }
  // Fields that are neither empty nor null words.
  uint64_t values() const { return filled_ - null_; }
  const Numbers& numbers(size_t format) const { return numbers_[format]; }
  bool all_numbers(size_t format) const {
    return values() > 0 && numbers_[format].count == values();
  }
  // Each is one more than the field before: it counts the rows.
  bool counts_rows() const { return counts_rows_ && values() > 1; }
  bool all_percents() const { return values() > 0 && percents_ == values(); }
  bool all_durations() const { return values() > 0 && durations_ == values(); }

  // --- Dates, without null words: they are no dates
  struct Dates {
    uint64_t count = 0;  // fields that are dates in this format
    Unit finest = Unit::kYear;
    bool offset = false;
    bool only_digits = true;             // 20250102, 1735776000: may be numbers
    bool plausible = true;               // all in the years 1900 to 2100
    Place first_other;                   // the first field that is none
    std::set<absl::CivilSecond> starts;  // the first kMaxDates different ones
  };
  static constexpr size_t kMaxDates = 10'000;
  // Format 0 is ISO 8601; the others are DateFormats(), counted from 1.
  size_t date_formats() const { return dates_.size(); }
  const Dates& dates(size_t format) const { return dates_[format]; }
  bool all_dates(size_t format) const {
    return filled_ > 0 && dates_[format].count == filled_;
  }

 private:
  void AddNumber(absl::string_view field, uint64_t line);
  void AddDate(absl::string_view field, uint64_t line);

  uint64_t filled_ = 0;
  uint64_t empty_ = 0;
  uint64_t null_ = 0;
  uint64_t text_bytes_ = 0;
  uint64_t percents_ = 0;
  uint64_t durations_ = 0;
  bool counts_rows_ = true;
  std::optional<int64_t> last_number_;
  std::set<std::string> null_words_;
  std::map<std::string, uint64_t> distinct_;
  std::vector<Numbers> numbers_;  // [NumberFormats()]
  std::vector<Dates> dates_;      // [1 + DateFormats()]
  std::string last_date_;         // the field before
  std::vector<bool> last_was_date_;
};

// The longest period on whose steps dates begin (months: begin or end), from
// the way they are written and from what they have in common. Where all are of
// one weekday, weeks that begin on it; other weekdays than Monday have to show
// that weeks are meant: three dates, and two of them one week apart.
Period GuessPeriod(const ColumnFacts::Dates& dates);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_COLUMN_FACTS_H_
