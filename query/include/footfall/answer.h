// What a question comes back with: a table of typed columns, and its forms.
//
// An Answer is a plain value that owns all it holds; threads may read one at
// once. The functions here are pure and cannot fail.

#ifndef FOOTFALL_ANSWER_H_
#define FOOTFALL_ANSWER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "footfall/period.h"

#pragma GCC visibility push(default)
namespace footfall {

// How a cell's value relates to the truth: the first that holds.
enum class CellKind : uint8_t {
  kNone,    // no value
  kFilled,  // put there by FILL
  kExact,   // low = high
  kUpper,   // value = high: the truth is at most this
  kLower,   // value = low: at least this
  kRange,   // anything else
};
// "none" .. "range", as csv prints it.
absl::string_view CellKindName(CellKind kind);
// The dictionary of columns of kinds: a code is a CellKind.
const std::shared_ptr<const std::vector<std::string>>& CellKindNames();

// What the cells of a column are, and where they stand.
enum class ColumnType : uint8_t {
  kInteger,  // `integers`
  kDecimal,  // `decimals`
  kText,     // text(row): members, kinds, plans; also times and dates as
             // printed
  kBoolean,  // `integers`, 0 or 1
};

// One column; all of an answer have row_count() cells.
//
// The flat vectors are what CSV and JSON print: item N comes as the columns
// N, N_kind, N_present, N_expected, side by side and in this order; bounds(x)
// as N_low, N_high, N_present, N_expected. `kinds`, `low` and `high` ride along
// with N itself.
struct Column {
  enum class Role : uint8_t {
    kMember,    // a BY dimension
    kTime,      // a bucket; text as printed, start(row) beside it
    kOffset,    // under ALIGN: a bucket, in units since the group's event
    kValue,     // an item's value
    kLow,       // of bounds(x)
    kHigh,      // of bounds(x); its kLow stands before it
    kKind,      // its CellKind, as text
    kPresent,   // steps present
    kExpected,  // steps expected
    kPartial,   // part of the bucket is outside DURING or not over
    kPlain,     // of SHOW and EXPLAIN
  };

  std::string name = {};
  Role role = Role::kPlain;
  ColumnType type = ColumnType::kText;
  std::string unit = {};  // of a value, for people
  bool ratio = false;     // a share or growth: tables write 0.134 as 13.4 %

  std::vector<bool> missing = {};  // [rows] no value; empty: none is missing
  std::vector<int64_t> integers = {};
  std::vector<double> decimals = {};

  // Of type kText: text(row). Members, times and kinds are codes: row r has the
  // text dictionary[codes[r]]. A dictionary holds each text once, in no
  // particular order, and perhaps some that no row has; copies of a column
  // share it. Other columns have `texts` instead, [rows], and no codes.
  std::vector<uint32_t> codes = {};
  std::shared_ptr<const std::vector<std::string>> dictionary = {};
  std::vector<std::string> texts = {};

  // For kValue, else empty; [rows]. low and high as decimals are for people
  // and interval arithmetic; the exact integers stand in low_integers and
  // high_integers when `type` is kInteger. -inf and +inf: open. A value that is
  // a date (type kText) has low_texts and high_texts instead, as printed;
  // empty: open. All are unspecified where the value is missing.
  std::vector<CellKind> kinds = {};
  std::vector<double> low = {};
  std::vector<double> high = {};
  std::vector<int64_t> low_integers = {};
  std::vector<int64_t> high_integers = {};
  std::vector<std::string> low_texts = {};
  std::vector<std::string> high_texts = {};

  // For kTime, and values that are dates: the first civil second. Beside codes
  // it is [dictionary], else [rows].
  std::vector<absl::CivilSecond> starts = {};

  bool is_missing(size_t row) const { return !missing.empty() && missing[row]; }
  // Of type kText; valid as long as the column is neither changed nor gone.
  absl::string_view text(size_t row) const {
    return dictionary != nullptr ? (*dictionary)[codes[row]] : texts[row];
  }
  // Where there are `starts`.
  absl::CivilSecond start(size_t row) const {
    return starts[dictionary != nullptr ? codes[row] : row];
  }
};

// A table: columns, and what a reader should know of them.
class Answer {
 public:
  std::vector<Column> columns;
  // What a reader should know: "note: ..." lines on the program's stderr.
  std::vector<std::string> notes;

  size_t row_count() const { return row_count_; }
  void set_row_count(size_t n) { row_count_ = n; }

  // Null where there is no column of that name.
  const Column* Find(absl::string_view name) const;

 private:
  size_t row_count_ = 0;
};

// The answer without the columns that say how values relate to the truth and to
// the steps asked for (kKind, kPresent, kExpected, kPartial): one column an
// item, two where it is bounds(x). Tables of it still mark values that are
// bounds.
Answer ValuesOnly(Answer answer);

// RFC 4180 with \n, a header line; section 6 of the language.
std::string FormatCsv(const Answer& answer, bool with_header = true);
// The same with a TAB for the comma.
std::string FormatTsv(const Answer& answer, bool with_header = true);
// One array on its own lines, an object a row.
std::string FormatJson(const Answer& answer);
// The same objects, one a line, without the array.
std::string FormatJsonLines(const Answer& answer);

// How a table writes large numbers: 119,790,000 is 1.1979亿 in kWan and 119.8 M
// in kSi. CSV and JSON have all digits, whatever is said here.
struct NumberStyle {
  enum class Scale : uint8_t {
    kRaw,  // all digits before the point, with thousands marks
    kWan,  // 万 from 10^4, 亿 from 10^8, 万亿 from 10^12
    kSi,   // k, M, G, T, P, E, from 10^3
  };
  Scale scale = Scale::kRaw;
  // Digits behind the point at most; -1: 4 in kWan, 1 in kSi. Zeros at the end
  // are left out where the number is exact; where it is not they say how far it
  // was shortened: 1.20亿.
  int fraction_digits = -1;
  // Towards zero, instead of to the nearest with halves away from zero. Either
  // holds for values, also behind `<=` and `>=`, which speak of the number
  // itself; the ends of a range `[low..high]` go outwards, so that it stays
  // true.
  bool cut = false;
};

// How FormatTable() lays an answer out.
struct TableOptions {
  enum class Layout : uint8_t {
    kPlain,     // aligned columns
    kBox,       // with lines around them
    kMarkdown,  // a table to paste into a text
    kVertical,  // a value a line, for rows that are wider than the page
  };
  Layout layout = Layout::kPlain;
  // Rows shown at most, the rest is counted; 0: all.
  size_t max_rows = 0;
  // Columns of a terminal that a line may take, in kPlain and kBox; 0: any.
  // Texts are cut first, with a sign for it; then columns are left out from the
  // right, and named under the table.
  size_t max_width = 0;
  // What stands where there is no value.
  std::string missing = "-";
  // With the escape sequences of a terminal: headers are bold; coverage and
  // `partial` dim.
  bool styled = false;
  // Of values and bounds; counts of steps have all digits.
  NumberStyle numbers = {};
};
// How many columns of a terminal a text takes: wide characters two, combining
// marks none.
size_t DisplayWidth(absl::string_view text);

// For people; its exact form may change.
std::string FormatTable(const Answer& answer, const TableOptions& options);

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_ANSWER_H_
