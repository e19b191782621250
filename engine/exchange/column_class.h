// What the columns of an unknown file are for.
//
// Rules, in this order. A rule that cannot decide refuses, with file, line,
// column and value: nothing is guessed that may be a lie.
//
//   Time       The column all of whose fields are dates in one format: ISO 8601
//              first, else one of DateFormats(). Of several the best: named for
//              time, then not of digits alone, then the first. Digits alone are
//              dates only in the years 1900 to 2100 and under a name for time;
//              four of them are years only under a name for years, or in a
//              first column beside no other dates, and never 0502. Two formats
//              that read a column differently are refused. A column at least
//              half of which are dates counts, too, where all other fields are
//              words for sums, such as Total: those rows are left out by WHERE.
//              Otherwise the first other field is refused. Without any such
//              column: a year with a month or a quarter, or a year alone, if no
//              column beside it is named for a part of one, such as its week.
//              Day and month that are equal in all dates do not say which is
//              first: refused as well.
//   Hour       Of a day per row several hours: TIME (date, hour).
//   Answers    x_kind, x_present, x_expected beside x, and `partial` beside
//              those: columns of Footfall's own answers, left out.
//   Numbers    A column all of whose fields that are not empty or null words
//   are
//              numbers in one format, the same for all columns. Marks before
//              three digits are between thousands where a field has two of
//              them, or where no whole number of four digits or more stands
//              without (comma in a file with commas, or a name for people or
//              events); before decimals where a field proves it, or a name says
//              that it is a level and the mark is a point in a file with
//              commas; else refused.
//   Left out   No name, always empty, counts the rows (named so, or "#"),
//              percentages and shares beside other numbers, sums of another
//              column so far, durations, second dates, what follows from the
//              date (its weekday), ids.
//   Measures   The other columns of numbers. What a header names is its last
//              word: os_version is a code and no measure, order_id an id;
//              version_downloads, ids_created, customer_ids and "Watch time
//              (hours)" are measures. An hour is one where rows of a day need
//              it, and all are 0 to 23.
//   Wide       Three or more measures, no column of text, and none of them
//   named
//              for what is measured: each is a member.
//   Dimensions Columns of text. A note is left out: named so, mostly empty, or
//              a different long text in most rows, where no two rows need it to
//              be told apart; and texts too long for a member.
//   Collisions Rows of one time and the same members collide where a measure
//              differs, and where all are equal but a column that is left out
//              differs, such as an id: two orders of 9.99 are two orders. A
//              column that counts the rows from 0 or 1 tells none apart. Where
//              rows collide, a column of numbers that is not named for a
//              measure, and has about the same ones on each date, joins the
//              dimensions, and so does one that was left out. If rows
//              still collide: SUM where all measures add; else refused, with
//              both lines. Rows that are equal in all columns are one row that
//              was written twice, and count once; a comment says so. Under SUM
//              they are added, which a comment says, or refused where an id of
//              each row shows that they are the same. An id of each row is
//              left out where all measures add, and under SUM a note. An empty
//              member is the whole, but under SUM unknown: an event is not the
//              whole of others.
//   So far     A measure that adds by its name, and does not fall from one time
//              to the next in any series though it rises 10 times, is taken
//              for a sum so far: a level, which a comment says. Downloads of a
//              release are counted so.
//   Events     No measures, but columns named for a kind and a name: an event a
//              row.
//   Totals     A row whose member is a word for sums is left out by WHERE where
//              its value is the sum of the others of its date.

#ifndef FOOTFALL_ENGINE_EXCHANGE_COLUMN_CLASS_H_
#define FOOTFALL_ENGINE_EXCHANGE_COLUMN_CLASS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/exchange/table_sample.h"
#include "footfall/csv_import.h"
#include "footfall/metric.h"

namespace footfall::engine {

enum class ColumnRole : uint8_t {
  kOpen,  // while it is not decided
  kTime,
  kMeasure,
  kDimension,
  kLeftOut,
  kKind,
  kName,
  kNote,
  kSource,
};

struct TableClass {
  std::vector<ColumnRole> roles;     // [column]
  std::vector<std::string> reasons;  // [column] why one is left out
  std::vector<size_t> times;         // columns, in order
  std::optional<std::string> time_format;
  std::vector<std::string> time_checks;  // what only a person can know
  Period period;
  bool has_offset = false;
  NumberFormat numbers;
  std::vector<std::string> number_checks;
  bool wide = false;
  bool events = false;
  std::vector<ImportCondition> where;
  bool sums = false;  // rows of one sample are added up
  // Rows that differ in nothing from one before, and the lines of two of them.
  size_t equal_rows = 0;
  std::pair<uint64_t, uint64_t> equal_lines;
  std::vector<std::string> null_words;
  std::vector<bool>
      never_falls;  // [column] see below: LEVEL, whatever its name
};

// INVALID_ARGUMENT as the rules say.
absl::StatusOr<TableClass> ClassifyTable(const TableSample& sample);

// How a measure of that name combines over time: ADDS, OVERLAPS or LEVEL.
//
//   LEVEL     a value below zero, or a word for a level (price, rate, avg), a
//             share, one number by another (per, speed, growth, "a/b") or a sum
//             so far (cumulative, to date, lifetime, ytd)
//   OVERLAPS  a word for people, for totals, for what is there (current, open,
//             pending, backlog, base), for another stretch of time than the
//             row's (last 30 days, 7d, ma7, rolling, previous) or for what was
//             not counted (forecast, target)
//   ADDS      none of these, and a word for events (CountsEvents())
//   OVERLAPS  everything else
//
// A header that is nothing but "value" or the like leaves it to the file's name
// without folder and ending. A word too many costs a sum that a person can
// allow; one too few would be a wrong sum.
Additivity GuessRule(absl::string_view header, absl::string_view file,
                     bool negative);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_COLUMN_CLASS_H_
