// What an engine has to do to be compared: load two sets, answer nine
// questions. An adapter is one file, and compare.cc lists it. One for an engine
// of SQL takes the questions from sql_questions.h; one for a store of keys is a
// LoopEngine, and only walks its samples.

#ifndef FOOTFALL_BENCH_COMPARE_ENGINE_H_
#define FOOTFALL_BENCH_COMPARE_ENGINE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bench/support/workload.h"

namespace footfall::bench {

// The questions, with the days that they are about.
enum class Question {
  kMonthOfSeries,    // Q1: 30 days of one app and platform
  kMonthOfApp,       // Q2: the same, platforms added up
  kTop50,            // Q3: 50 largest by average of the daily total, 30 days
  kMonthlyOfAll,     // Q4: app and month with the 20 largest averages, and max
  kShareOfPlatform,  // Q5: each platform's part of each month's user-days
  kWeekMoves,        // Q6: 20 largest changes of user-days, week over week
  kFirstMillion,     // Q7: first day with a total of at least 1,000,000
  kHourly,           // Q8: hourly average of one minutely series, 30 days
  kDailyMax,         // Q9: daily maximum of every minutely series
};
inline constexpr int kQuestionCount = 9;
// Which of the two sets a question is about.
constexpr bool IsMinutely(Question question) {
  return question == Question::kHourly || question == Question::kDailyMax;
}

inline constexpr char kApp[] = "app-00003";
inline constexpr char kPlatform[] = "ios";
// Days since 1970-01-01, half-open.
struct DayRange {
  int64_t begin;
  int64_t end;
};
inline constexpr DayRange kMonth = {18'414, 18'444};  // 2020-06-01..06-30
inline constexpr DayRange kWeek = {18'421, 18'428};   // 2020-06-08..06-14
inline constexpr DayRange kWeekBefore = {18'414, 18'421};
inline constexpr int64_t kMillion = 1'000'000;

// A row of an answer. Keys are members, and days, months or hours as numbers:
// days since 1970-01-01, months since 1970-01, hours since the epoch.
struct AnswerRow {
  std::vector<std::string> keys;
  std::vector<double> values;
};
using Rows = std::vector<AnswerRow>;

struct DataSet {
  std::vector<SeriesData> daily;
  std::vector<SeriesData> minutely;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string name() const = 0;
  // Each loads one set as fast as it can, and leaves it as it would be read
  // for years: sorted, compacted, on disk.
  virtual absl::Status LoadDaily(absl::Span<const SeriesData> data) = 0;
  virtual absl::Status LoadMinutely(absl::Span<const SeriesData> data) = 0;
  // Bytes on disk.
  virtual uint64_t DailyBytes() const = 0;
  virtual uint64_t MinutelyBytes() const = 0;
  // Rows in any order.
  virtual absl::StatusOr<Rows> Ask(Question question) = 0;
};

// Each keeps its files in `folder`, which exists and is its own.
std::unique_ptr<Engine> NewFootfallEngine(const std::string& folder);
std::unique_ptr<Engine> NewSqliteEngine(const std::string& folder);
std::unique_ptr<Engine> NewRocksdbEngine(const std::string& folder);

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_COMPARE_ENGINE_H_
