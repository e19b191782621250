// Footfall: one database a set, questions as text.

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/compare/engine.h"
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
    switch (question) {
      case Question::kMonthOfSeries:
        return Ask(
            0,
            absl::StrCat("SELECT dau WHERE app = '", kApp, "' AND platform = '",
                         kPlatform, "' DURING 2020-06-01..2020-06-30"),
            TimeKey::kDay);
      case Question::kMonthOfApp:
        return Ask(0,
                   absl::StrCat("SELECT dau WHERE app = '", kApp,
                                "' DURING 2020-06-01..2020-06-30"),
                   TimeKey::kDay);
      case Question::kTop50:
        return Ask(0,
                   "SELECT avg(dau) BY app DURING 2020-06-01..2020-06-30 "
                   "TOP 50",
                   TimeKey::kDay);
      case Question::kMonthlyOfAll:
        return Ask(0,
                   "SELECT avg(dau) AS a, max(dau) AS m BY app EVERY month "
                   "ORDER BY a DESC LIMIT 20",
                   TimeKey::kMonth);
      case Question::kShareOfPlatform:
        return Ask(0, "SELECT share(user_days(dau)) BY platform EVERY month",
                   TimeKey::kMonth);
      case Question::kWeekMoves:
        return AskWeekMoves();
      case Question::kFirstMillion:
        return Ask(0, "SELECT first_time(dau >= 1000000) BY app",
                   TimeKey::kDay);
      case Question::kHourly:
        return Ask(
            1,
            absl::StrCat("SELECT avg(active) WHERE app = '", kApp,
                         "' AND platform = '", kPlatform, "' EVERY hour"),
            TimeKey::kHour);
      case Question::kDailyMax:
        return Ask(1, "SELECT max(active) BY app, platform EVERY day",
                   TimeKey::kDay);
    }
    return absl::InternalError("no such question");
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
          row.keys.push_back(column.texts[i]);
        } else if (column.role == Column::Role::kTime) {
          row.keys.push_back(absl::StrCat(TimeNumber(form, column.starts[i])));
        } else if (column.role == Column::Role::kValue) {
          missing |= column.is_missing(i);
          if (missing) continue;
          row.values.push_back(
              column.type == ColumnType::kText
                  ? static_cast<double>(TimeNumber(form, column.starts[i]))
                  : NumberAt(column, i));
        }
      }
      // SQL has no row where Footfall says that there is no value.
      if (!missing) rows.push_back(std::move(row));
    }
    return rows;
  }

  // Two questions, and their difference here.
  absl::StatusOr<Rows> AskWeekMoves() {
    std::map<std::string, double> moves;
    for (const auto& [range, sign] :
         {std::pair{"2020-06-08..2020-06-14", 1.0},
          std::pair{"2020-06-01..2020-06-07", -1.0}}) {
      absl::StatusOr<Rows> rows = Ask(
          0, absl::StrCat("SELECT user_days(dau) AS d BY app DURING ", range),
          TimeKey::kDay);
      if (!rows.ok()) return rows.status();
      for (const AnswerRow& row : *rows) {
        moves[row.keys[0]] += sign * row.values[0];
      }
    }
    return LargestMoves(moves);
  }

  static Rows LargestMoves(const std::map<std::string, double>& moves) {
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
