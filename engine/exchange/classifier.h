// The steps of ClassifyTable(); column_class.h has the rules.

#ifndef FOOTFALL_ENGINE_EXCHANGE_CLASSIFIER_H_
#define FOOTFALL_ENGINE_EXCHANGE_CLASSIFIER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/exchange/column_class.h"

namespace footfall::engine {

class Classifier {
 public:
  explicit Classifier(const TableSample& sample);

  absl::StatusOr<TableClass> Classify();

 private:
  // Rows in which columns that tell others apart are looked for first.
  static constexpr size_t kComparedRows = 20'000;

  // --- classify_time.cc
  struct TimeChoice {
    size_t column = 0;
    size_t format = 0;  // of ColumnFacts::dates()
    int score = 0;
  };
  absl::Status FindTime();
  std::optional<TimeChoice> BestTime(bool whole) const;
  int TimeScore(size_t column, size_t format, bool whole) const;
  absl::Status TakeTime(const TimeChoice& choice);
  absl::Status CheckOneReading(size_t column, size_t format) const;
  // Rows whose time is a word for sums; the first other one is refused.
  absl::Status DropTotals(size_t column, size_t format);
  void DropLastWithout(size_t column);
  bool TakeYearAndMonth();
  bool TakeYearAndQuarter(size_t year, size_t quarter);
  // A year beside a week or another part of it, which is no date.
  absl::Status RefuseYearAlone(size_t year) const;
  // Whether all fields of a column are whole numbers from low to high.
  bool IsWithin(size_t column, int64_t low, int64_t high) const;
  void FindPeriod();
  absl::Status NoTime() const;

  // --- classify_numbers.cc
  absl::Status FindNumbers();
  bool IsNumeric(size_t column) const;
  absl::Status ChooseMarks(size_t column, size_t* format, std::string* check);
  void LeaveOutNumbers();
  bool IsRunningSum(size_t column, size_t of) const;
  std::optional<double> NumberAt(size_t row, size_t column) const;
  absl::Status NoNumbers() const;

  // --- classify_texts.cc
  void FindTexts();
  bool LooksLikeNote(size_t column) const;
  void TakeHour();
  bool NamesHour(size_t column) const;
  bool AreHours(size_t column) const;             // 0 to 23, or times of day
  absl::StatusOr<Date> DateAt(size_t row) const;  // of the first time column
  bool IsPartOfTime(size_t column) const;
  bool FindEvents();
  void FindWide();
  bool FollowsFromTime(size_t column) const;
  void DropTotalMembers();

  // --- classify_rows.cc
  absl::Status TellRowsApart();
  // The rows of the file that name the same sample as one before, and are not
  // the same: how many, and the first two. Either a measure differs, or a
  // column `apart` that is neither key nor measure.
  struct Clashes {
    size_t count = 0;
    size_t first = 0;
    size_t second = 0;
    size_t measure = 0;
    std::optional<size_t> apart;
    // Rows that differ from the first of their sample in nothing.
    size_t equal = 0;
    size_t equal_first = 0;
    size_t equal_second = 0;
  };
  Clashes CountClashes(const std::vector<size_t>& keys,
                       size_t rows = kComparedRows) const;
  absl::Status RefuseClash(const Clashes& clashes) const;
  bool Adds(size_t measure) const;  // by its name
  // A measure that is not known to add.
  std::optional<size_t> NotAdding() const;
  // Fills never_falls.
  void FindSumsSoFar();
  bool NeverFalls(size_t column, const std::vector<size_t>& rows) const;
  // The rows that WHERE leaves, in order of time as far as columns of one date
  // and of numbers tell it, and of equal times as the file has them.
  std::vector<size_t> RowsByTime() const;
  // The dimension columns' fields of a row.
  std::string MembersAt(size_t row, const std::vector<size_t>& columns) const;
  // Counts rows that are there twice, where rows of one sample are added up.
  // Refused where a column left out is an id of each row: such a row is no
  // other event.
  absl::Status CheckSums();
  // Numbers its rows, and so tells none apart.
  bool IsLineNumber(size_t column) const;
  bool HasLongText(size_t column) const;  // longer than a member may be
  // Whether about the same numbers are there on each date, as of codes.
  bool RepeatsByDate(size_t column) const;
  // Makes dimensions of columns while they tell more rows apart.
  Clashes AddKeys(size_t rows);
  std::vector<size_t> KeyColumns() const;  // times and dimensions
  bool IsDropped(size_t row) const;        // by WHERE

  void LeaveOut(size_t column, absl::string_view reason);
  bool IsOpen(size_t column) const {
    return class_.roles[column] == ColumnRole::kOpen;
  }
  const ColumnFacts& facts(size_t column) const {
    return sample_.facts[column];
  }
  const std::string& header(size_t column) const {
    return sample_.header(column);
  }
  // Whether no field of a column is there twice or empty.
  bool IsUnique(size_t column) const;
  std::vector<size_t> ColumnsOf(ColumnRole role) const;

  const TableSample& sample_;
  TableClass class_;
  std::vector<size_t> formats_;  // [column] of numbers
  size_t time_format_ = 0;       // of the first time column
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_CLASSIFIER_H_
