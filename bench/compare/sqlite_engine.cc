// SQLite: WITHOUT ROWID, keyed by app, platform and time; names in tables of
// their own, so that a row holds small integers. A database a set.

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "bench/compare/engine.h"
#include "bench/compare/sql_questions.h"

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
    const SqlQuestion sql = SqlOf(question);
    return Run(IsMinutely(question) ? 1 : 0, sql.keys, sql.text);
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
          "CREATE TABLE days (time INTEGER PRIMARY KEY, month INTEGER)",
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
    absl::Status status = FillDays(set, data);
    if (!status.ok()) return status;
    status = Execute(set, "COMMIT");
    return status.ok() ? Execute(set, "ANALYZE") : status;
  }

  // The daily set's calendar.
  absl::Status FillDays(int set, absl::Span<const SeriesData> data) {
    if (set != 0) return absl::OkStatus();
    constexpr absl::CivilDay kEpoch(1970, 1, 1);
    for (size_t i = 0; i < data[0].values.size(); ++i) {
      const int64_t day = data[0].first_step + static_cast<int64_t>(i);
      absl::Status status =
          Execute(set, absl::StrCat("INSERT INTO days VALUES (", day, ", ",
                                    absl::CivilMonth(kEpoch + day) -
                                        absl::CivilMonth(kEpoch),
                                    ")"));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
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
