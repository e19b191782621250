#include "tests/oracle/sqlite.h"
#include "tests/support/catch.h"

namespace footfall::oracle {
namespace {

void Bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    sqlite3_bind_int64(statement, index, *integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    sqlite3_bind_double(statement, index, *real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text(statement, index, text->data(),
                      static_cast<int>(text->size()), SQLITE_TRANSIENT);
  } else {
    sqlite3_bind_null(statement, index);
  }
}

SqlValue CellOf(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return static_cast<int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_TEXT: {
      const void* text = sqlite3_column_blob(statement, column);
      const int size = sqlite3_column_bytes(statement, column);
      return std::string(static_cast<const char*>(text),
                         static_cast<size_t>(size));
    }
    default:
      return std::monostate();
  }
}

}  // namespace

Sqlite::Sqlite() {
  sqlite3* db = nullptr;
  const int code = sqlite3_open(":memory:", &db);
  db_.reset(db);
  REQUIRE(code == SQLITE_OK);
  Run("PRAGMA case_sensitive_like = ON");
  Run("PRAGMA temp_store = MEMORY");
  // Nothing of it is ever taken back.
  Run("PRAGMA journal_mode = OFF");
  Run("PRAGMA secure_delete = OFF");
}

void Sqlite::Run(const std::string& sql) {
  char* message = nullptr;
  const int code =
      sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, &message);
  const std::string error = message != nullptr ? message : "";
  sqlite3_free(message);
  CAPTURE(sql, error);
  REQUIRE(code == SQLITE_OK);
}

Sqlite::Statement Sqlite::Prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &statement, nullptr);
  const std::string error = sqlite3_errmsg(db_.get());
  CAPTURE(sql, error);
  REQUIRE(code == SQLITE_OK);
  return Statement(statement);
}

std::vector<SqlRow> Sqlite::Ask(const std::string& sql) {
  const Statement statement = Prepare(sql);
  std::vector<SqlRow> rows;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement.get())) == SQLITE_ROW) {
    SqlRow row;
    for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) {
      row.push_back(CellOf(statement.get(), i));
    }
    rows.push_back(std::move(row));
  }
  CAPTURE(sql, sqlite3_errmsg(db_.get()));
  REQUIRE(code == SQLITE_DONE);
  return rows;
}

SqlValue Sqlite::AskOne(const std::string& sql) {
  const std::vector<SqlRow> rows = Ask(sql);
  return rows.empty() ? SqlValue() : rows[0][0];
}

void Sqlite::Insert(const std::string& sql,
                    const std::function<bool(SqlRow*)>& next) {
  Run("BEGIN");
  const Statement statement = Prepare(sql);
  SqlRow row;
  while (next(&row)) {
    for (size_t i = 0; i < row.size(); ++i) {
      Bind(statement.get(), static_cast<int>(i + 1), row[i]);
    }
    if (sqlite3_step(statement.get()) != SQLITE_DONE) {
      FAIL(sql << ": " << sqlite3_errmsg(db_.get()));
    }
    sqlite3_reset(statement.get());
  }
  Run("COMMIT");
}

}  // namespace footfall::oracle
