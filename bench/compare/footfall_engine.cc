// Footfall: one database a set, questions as text.

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/compare/engine.h"
#include "bench/compare/footfall_questions.h"
#include "footfall/database.h"
#include "footfall/query.h"

namespace footfall::bench {
namespace {

double NumberAt(const Column& column, size_t row) {
  return column.type == ColumnType::kDecimal
             ? column.decimals[row]
             : static_cast<double>(column.integers[row]);
}

// What a bucket or a date is called in AnswerRow.
enum class TimeKey { kDay, kMonth, kHour };

TimeKey TimeKeyOf(Question question) {
  switch (question) {
    case Question::kMonthlyOfAll:
    case Question::kShareOfPlatform:
      return TimeKey::kMonth;
    case Question::kHourly:
      return TimeKey::kHour;
    default:
      return TimeKey::kDay;
  }
}

int64_t TimeNumber(TimeKey form, absl::CivilSecond start) {
  switch (form) {
    case TimeKey::kDay:
      return absl::CivilDay(start) - absl::CivilDay(1970, 1, 1);
    case TimeKey::kMonth:
      return absl::CivilMonth(start) - absl::CivilMonth(1970, 1);
    case TimeKey::kHour:
      return absl::CivilHour(start) - absl::CivilHour(1970, 1, 1);
  }
  return 0;
}

class FootfallEngine final : public Engine {
 public:
  explicit FootfallEngine(const std::string& folder)
      : folders_{folder + "/daily", folder + "/minutely"} {}

  std::string name() const override { return "Footfall"; }

  absl::Status LoadDaily(absl::Span<const SeriesData> data) override {
    return Load(0, DailyMetric(), data);
  }
  absl::Status LoadMinutely(absl::Span<const SeriesData> data) override {
    return Load(1, MinutelyMetric(), data);
  }
  uint64_t DailyBytes() const override { return FolderBytes(folders_[0]); }
  uint64_t MinutelyBytes() const override { return FolderBytes(folders_[1]); }

  absl::StatusOr<Rows> Ask(Question question) override {
    const int set = IsMinutely(question) ? 1 : 0;
    const std::vector<std::string> texts = FootfallTexts(question);
    absl::StatusOr<Rows> rows = Ask(set, texts[0], TimeKeyOf(question));
    if (!rows.ok() || question != Question::kWeekMoves) return rows;
    const absl::StatusOr<Rows> before = Ask(set, texts[1], TimeKeyOf(question));
    if (!before.ok()) return before.status();
    return LargestMoves(*rows, *before);
  }

 private:
  absl::Status Load(int set, const MetricSpec& spec,
                    absl::Span<const SeriesData> data) {
    DatabaseOptions options;
    options.memory_budget_bytes = uint64_t{512} << 20;
    auto database = Database::Open(folders_[set], options);
    if (!database.ok()) return database.status();
    databases_[set] = *std::move(database);
    return BulkLoad(databases_[set].get(), spec, data);
  }

  absl::StatusOr<Rows> Ask(int set, const std::string& text, TimeKey form) {
    const auto answer = Query(*databases_[set]->TakeSnapshot(), text, {});
    if (!answer.ok()) return answer.status();
    Rows rows;
    for (size_t i = 0; i < answer->row_count(); ++i) {
      AnswerRow row;
      bool missing = false;
      for (const Column& column : answer->columns) {
        if (column.role == Column::Role::kMember) {
          row.keys.emplace_back(column.text(i));
        } else if (column.role == Column::Role::kTime) {
          row.keys.push_back(absl::StrCat(TimeNumber(form, column.start(i))));
        } else if (column.role == Column::Role::kValue) {
          missing |= column.is_missing(i);
          if (missing) continue;
          row.values.push_back(
              column.type == ColumnType::kText
                  ? static_cast<double>(TimeNumber(form, column.start(i)))
                  : NumberAt(column, i));
        }
      }
      // SQL has no row where Footfall says that there is no value.
      if (!missing) rows.push_back(std::move(row));
    }
    return rows;
  }

  // The difference of two weeks, until `delta` tells it.
  static Rows LargestMoves(const Rows& week, const Rows& before) {
    std::map<std::string, double> moves;
    for (const AnswerRow& row : week) moves[row.keys[0]] += row.values[0];
    for (const AnswerRow& row : before) moves[row.keys[0]] -= row.values[0];
    Rows rows;
    for (const auto& [app, move] : moves) rows.push_back({{app}, {move}});
    std::sort(rows.begin(), rows.end(),
              [](const AnswerRow& a, const AnswerRow& b) {
                return std::abs(a.values[0]) > std::abs(b.values[0]);
              });
    if (rows.size() > 20) rows.resize(20);
    return rows;
  }

  const std::string folders_[2];
  std::unique_ptr<Database> databases_[2];
};

}  // namespace

std::unique_ptr<Engine> NewFootfallEngine(const std::string& folder) {
  return std::make_unique<FootfallEngine>(folder);
}

}  // namespace footfall::bench
