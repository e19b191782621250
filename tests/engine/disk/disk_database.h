// A database whose files fail, fill up or lose power, and what it must hold.

#ifndef FOOTFALL_TESTS_ENGINE_DISK_DISK_DATABASE_H_
#define FOOTFALL_TESTS_ENGINE_DISK_DISK_DATABASE_H_

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "engine/open_database.h"
#include "footfall/database.h"
#include "storage/store/rocksdb_store.h"
#include "tests/model/plain_database.h"
#include "tests/support/catch.h"
#include "tests/support/test_file_system.h"

namespace footfall::testing {

// Every case is tried, and not only some of them: takes minutes.
inline bool TriesAll() { return std::getenv("FOOTFALL_LONG") != nullptr; }

// Opens the database in `path` on `files`, or on the machine's where null.
inline absl::StatusOr<std::unique_ptr<Database>> OpenOn(
    TestFileSystem* files, const std::string& path) {
  auto store = storage::OpenRocksdbStore(
      path, {.memory_budget_bytes = 4 << 20,
             .env = files == nullptr ? nullptr : files->env()});
  if (!store.ok()) return store.status();
  DatabaseOptions options;
  options.background_upkeep = false;
  return engine::OpenDatabase(
      *std::move(store), options,
      {.tile_shape = std::nullopt, .spill_folder = path});
}

inline PlainDatabase ReadAllOf(const Database& database) {
  const auto found = ReadAll(*database.TakeSnapshot());
  INFO(found.status());
  REQUIRE(found.ok());
  return *found;
}

inline void CheckSame(const PlainDatabase& expected,
                      const PlainDatabase& found) {
  const auto difference = Difference(expected, found);
  if (difference) FAIL(*difference);
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_ENGINE_DISK_DISK_DATABASE_H_
