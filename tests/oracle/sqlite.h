// SQLite, the other opinion: just enough of it to load tables and ask them.

#ifndef FOOTFALL_TESTS_ORACLE_SQLITE_H_
#define FOOTFALL_TESTS_ORACLE_SQLITE_H_

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/types/span.h"

namespace footfall::oracle {

// NULL, an integer, a real or a text.
using SqlValue = std::variant<std::monostate, int64_t, double, std::string>;
using SqlRow = std::vector<SqlValue>;

// A database in memory. Errors fail the running test and name the statement.
class Sqlite {
 public:
  Sqlite();

  void Run(const std::string& sql);
  std::vector<SqlRow> Ask(const std::string& sql);
  // The first cell of the first row; NULL where there is none.
  SqlValue AskOne(const std::string& sql);
  // Runs `sql` once for each row that `next` fills in, in one transaction.
  void Insert(const std::string& sql, const std::function<bool(SqlRow*)>& next);

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close(db); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const {
      sqlite3_finalize(statement);
    }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  Statement Prepare(const std::string& sql);

  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_ORACLE_SQLITE_H_
