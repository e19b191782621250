// SQLite: WITHOUT ROWID, keyed by app, platform and time; names in tables of
// their own, so that a row holds small integers. A database a set.

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/compare/engine.h"

namespace footfall::bench {
namespace {

class SqliteEngine final : public Engine {
 public:
  explicit SqliteEngine(const std::string& folder)
      : files_{folder + "/daily.db", folder + "/minutely.db"} {}
  ~SqliteEngine() override {
    for (sqlite3* database : databases_) sqlite3_close(database);
  }

  std::string name() const override {
    return absl::StrCat("SQLite ", sqlite3_libversion());
  }
  absl::Status LoadDaily(absl::Span<const SeriesData> data) override {
    return Load(0, data);
  }
  absl::Status LoadMinutely(absl::Span<const SeriesData> data) override {
    return Load(1, data);
  }
  uint64_t DailyBytes() const override {
    return std::filesystem::file_size(files_[0]);
  }
  uint64_t MinutelyBytes() const override {
    return std::filesystem::file_size(files_[1]);
  }

  absl::StatusOr<Rows> Ask(Question question) override {
    const std::string one_app =
        absl::StrCat("app = (SELECT id FROM apps WHERE name = '", kApp, "')");
    const std::string one_series =
        absl::StrCat(one_app,
                     " AND platform = (SELECT id FROM platforms "
                     "WHERE name = '",
                     kPlatform, "')");
    const auto during = [](DayRange range) {
      return absl::StrCat("time >= ", range.begin, " AND time < ", range.end);
    };
    // Months since 1970-01 of a day.
    const std::string month =
        "(strftime('%Y', time * 86400, 'unixepoch') - 1970) * 12 + "
        "strftime('%m', time * 86400, 'unixepoch') - 1";
    switch (question) {
      case Question::kMonthOfSeries:
        return Run(0, 1,
                   absl::StrCat("SELECT time, value FROM samples WHERE ",
                                one_series, " AND ", during(kMonth)));
      case Question::kMonthOfApp:
        // A range of time behind every platform of the key.
        return Run(
            0, 1,
            absl::StrCat("SELECT time, sum(value) FROM samples WHERE ", one_app,
                         " AND platform IN (SELECT id FROM platforms) AND ",
                         during(kMonth), " GROUP BY time"));
      case Question::kTop50:
        return Run(
            0, 1,
            absl::StrCat(
                "SELECT name, a FROM (SELECT app, avg(total) AS a FROM (SELECT "
                "app, time, sum(value) AS total FROM samples WHERE app IN "
                "(SELECT "
                "id FROM apps) AND platform IN (SELECT id FROM platforms) AND ",
                during(kMonth),
                " GROUP BY app, time) GROUP BY app ORDER BY a DESC "
                "LIMIT 50) JOIN apps ON app = id"));
      case Question::kMonthlyOfAll:
        return Run(
            0, 2,
            absl::StrCat(
                "SELECT name, month, a, m FROM (SELECT app, ", month,
                " AS month, "
                "avg(total) AS a, max(total) AS m FROM (SELECT app, time, "
                "sum(value) AS total FROM samples GROUP BY app, time) GROUP BY "
                "app, month ORDER BY a DESC LIMIT 20) JOIN apps ON app = id"));
      case Question::kShareOfPlatform:
        return Run(
            0, 2,
            absl::StrCat(
                "WITH months AS (SELECT platform, ", month,
                " AS month, "
                "sum(value) AS total FROM samples GROUP BY platform, month), "
                "whole AS (SELECT month, sum(total) AS whole FROM months GROUP "
                "BY "
                "month) SELECT name, month, total * 1.0 / whole FROM months "
                "JOIN whole USING (month) JOIN platforms ON platform = id"));
      case Question::kWeekMoves: {
        const auto week = [&](DayRange range, absl::string_view sign) {
          return absl::StrCat(
              "SELECT app, ", sign,
              "sum(value) AS d FROM samples WHERE app IN "
              "(SELECT id FROM apps) AND platform IN (SELECT id FROM "
              "platforms) AND ",
              during(range), " GROUP BY app");
        };
        return Run(
            0, 1,
            absl::StrCat("SELECT name, d FROM (SELECT app, sum(d) AS d FROM (",
                         week(kWeek, ""), " UNION ALL ", week(kWeekBefore, "-"),
                         ") GROUP BY app ORDER BY abs(sum(d)) DESC LIMIT 20) "
                         "JOIN apps ON app = id"));
      }
      case Question::kFirstMillion:
        return Run(
            0, 1,
            absl::StrCat(
                "SELECT name, first FROM (SELECT app, min(time) AS first FROM "
                "(SELECT app, time, sum(value) AS total FROM samples GROUP BY "
                "app, "
                "time HAVING total >= ",
                kMillion, ") GROUP BY app) JOIN apps ON app = id"));
      case Question::kHourly:
        return Run(
            1, 1,
            absl::StrCat(
                "SELECT time / 60 AS hour, avg(value) FROM samples WHERE ",
                one_series, " GROUP BY hour"));
      case Question::kDailyMax:
        return Run(1, 3,
                   "SELECT a.name, p.name, day, m FROM (SELECT app, platform, "
                   "time / 1440 AS day, max(value) AS m FROM samples GROUP BY "
                   "app, platform, day) JOIN apps a ON app = a.id "
                   "JOIN platforms p ON platform = p.id");
    }
    return absl::InternalError("no such question");
  }

 private:
  absl::Status Error(int set, const std::string& what) const {
    return absl::InternalError(
        absl::StrCat("sqlite: ", sqlite3_errmsg(databases_[set]), ": ", what));
  }

  absl::Status Execute(int set, const std::string& sql) {
    if (sqlite3_exec(databases_[set], sql.c_str(), nullptr, nullptr, nullptr) !=
        SQLITE_OK) {
      return Error(set, sql);
    }
    return absl::OkStatus();
  }

  // The number of a name, given as they come.
  absl::StatusOr<int64_t> Number(int set, const char* table,
                                 const std::string& name,
                                 std::map<std::string, int64_t>* numbers) {
    const auto [at, is_new] =
        numbers->try_emplace(name, static_cast<int64_t>(numbers->size()) + 1);
    if (is_new) {
      absl::Status status =
          Execute(set, absl::StrCat("INSERT INTO ", table, " VALUES (",
                                    at->second, ", '", name, "')"));
      if (!status.ok()) return status;
    }
    return at->second;
  }

  absl::Status Load(int set, absl::Span<const SeriesData> data) {
    if (sqlite3_open(files_[set].c_str(), &databases_[set]) != SQLITE_OK) {
      return Error(set, files_[set]);
    }
    for (const char* sql :
         {"PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF",
          "PRAGMA cache_size = -524288",
          "CREATE TABLE apps (id INTEGER PRIMARY KEY, name TEXT)",
          "CREATE TABLE platforms (id INTEGER PRIMARY KEY, name TEXT)",
          "CREATE TABLE samples (app INTEGER, platform INTEGER, time INTEGER, "
          "value INTEGER, PRIMARY KEY (app, platform, time)) WITHOUT ROWID",
          "BEGIN"}) {
      absl::Status status = Execute(set, sql);
      if (!status.ok()) return status;
    }
    sqlite3_stmt* insert = nullptr;
    if (sqlite3_prepare_v2(databases_[set],
                           "INSERT INTO samples VALUES (?, ?, ?, ?)", -1,
                           &insert, nullptr) != SQLITE_OK) {
      return Error(set, "prepare");
    }
    std::map<std::string, int64_t> apps, platforms;
    for (const SeriesData& series : data) {
      const auto app = Number(set, "apps", series.app, &apps);
      if (!app.ok()) return app.status();
      const auto platform =
          Number(set, "platforms", series.platform, &platforms);
      if (!platform.ok()) return platform.status();
      for (size_t i = 0; i < series.values.size(); ++i) {
        if (series.present[i] == 0) continue;
        sqlite3_bind_int64(insert, 1, *app);
        sqlite3_bind_int64(insert, 2, *platform);
        sqlite3_bind_int64(insert, 3,
                           series.first_step + static_cast<int64_t>(i));
        sqlite3_bind_int64(insert, 4, series.values[i]);
        if (sqlite3_step(insert) != SQLITE_DONE) return Error(set, "insert");
        sqlite3_reset(insert);
      }
    }
    sqlite3_finalize(insert);
    absl::Status status = Execute(set, "COMMIT");
    return status.ok() ? Execute(set, "ANALYZE") : status;
  }

  // The first `keys` columns are keys.
  absl::StatusOr<Rows> Run(int set, int keys, const std::string& sql) {
    sqlite3_stmt* select = nullptr;
    if (sqlite3_prepare_v2(databases_[set], sql.c_str(), -1, &select,
                           nullptr) != SQLITE_OK) {
      return Error(set, sql);
    }
    Rows rows;
    int code;
    while ((code = sqlite3_step(select)) == SQLITE_ROW) {
      AnswerRow& row = rows.emplace_back();
      for (int i = 0; i < sqlite3_column_count(select); ++i) {
        if (i < keys) {
          const unsigned char* text = sqlite3_column_text(select, i);
          row.keys.emplace_back(reinterpret_cast<const char*>(text));
        } else {
          row.values.push_back(sqlite3_column_double(select, i));
        }
      }
    }
    sqlite3_finalize(select);
    if (code != SQLITE_DONE) return Error(set, sql);
    return rows;
  }

  const std::string files_[2];
  sqlite3* databases_[2] = {nullptr, nullptr};
};

}  // namespace

std::unique_ptr<Engine> NewSqliteEngine(const std::string& folder) {
  return std::make_unique<SqliteEngine>(folder);
}

}  // namespace footfall::bench
