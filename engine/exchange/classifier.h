// The steps of ClassifyTable(); column_class.h has the rules.

#ifndef FOOTFALL_ENGINE_EXCHANGE_CLASSIFIER_H_
#define FOOTFALL_ENGINE_EXCHANGE_CLASSIFIER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/exchange/column_class.h"

namespace footfall::engine {

class Classifier {
 public:
  explicit Classifier(const TableSample& sample);

  absl::StatusOr<TableClass> Classify();

 private:
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
  bool FindEvents();
  void FindWide();
  absl::Status TellRowsApart();
  bool FollowsFromTime(size_t column) const;
  void DropTotalMembers();
  // The rows of the sample that name the same sample with different values:
  // how many, and the first two.
  struct Clashes {
    size_t count = 0;
    size_t first = 0;
    size_t second = 0;
    size_t measure = 0;
  };
  Clashes CountClashes(const std::vector<size_t>& keys) const;
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
  std::vector<size_t> ColumnsOf(ColumnRole role) const;

  const TableSample& sample_;
  TableClass class_;
  std::vector<size_t> formats_;  // [column] of numbers
  size_t time_format_ = 0;       // of the first time column
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_CLASSIFIER_H_
