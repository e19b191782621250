// Any text as a script. It parses, or is refused in words; what parses prints,
// and parses to the same again; each statement that reads is answered, or
// refused by one of the codes that footfall/query.h lists.

#include <memory>
#include <string>

#include "footfall/database.h"
#include "footfall/query.h"
#include "storage/store/memory_store.h"
#include "tests/fuzz/require.h"

namespace footfall {
namespace {

// Two metrics, some series, events and an alias. It lives as long as the
// program.
std::unique_ptr<Database> MakeDatabase() {
  DatabaseOptions options;
  options.background_upkeep = false;
  auto database = Database::Open(storage::NewMemoryStore(), options);
  FUZZ_REQUIRE(database.ok());
  const absl::Status made = Execute(
      **database,
      "DEFINE METRIC dau INTEGER UNIT 'users' EVERY day OVER TIME OVERLAPS "
      "BY app, region ADDS IN ZONE 'Asia/Shanghai';"
      "DEFINE METRIC price DECIMAL EVERY month OVER TIME LEVEL BY app LEVEL;"
      "INSERT INTO dau (TIME, VALUE, app, region) VALUES "
      "(2025-01-01, 10, 'A', 'cn'), (2025-01-02, 12, 'A', 'cn'),"
      "(2025-01-05, 7, 'A', 'us'), (2025-02-01, 3, 'B', 'cn'),"
      "(2025-02-02, 0, 'B', 'us'), (2024-12-31, 5, '', '');"
      "INSERT INTO price (TIME, VALUE, app) VALUES "
      "(2025-01, 1.5, 'A'), (2025-02, 2.25, 'B');"
      "ADD EVENT 'release' 'V3' ON 2025-01-20 FOR app = 'A';"
      "ALIAS app 'C' = 'A';",
      {}, {});
  if (!made.ok()) std::fprintf(stderr, "%s\n", made.ToString().c_str());
  FUZZ_REQUIRE(made.ok());
  return *std::move(database);
}

bool IsListed(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
         absl::IsOutOfRange(status) || absl::IsResourceExhausted(status);
}

void Check(absl::string_view text) {
  static const Database* const database = MakeDatabase().release();
  const auto statements = Parse(text);
  if (!statements.ok()) {
    FUZZ_REQUIRE(IsListed(statements.status()));
    FUZZ_REQUIRE(!statements.status().message().empty());
    return;
  }
  const auto snapshot = database->TakeSnapshot();
  QueryOptions options;
  options.now = absl::FromUnixSeconds(1'740'000'000);
  options.limits.max_rows = 2'000;
  options.limits.max_memory_bytes = 2 << 20;
  for (const Statement& statement : *statements) {
    const std::string printed = Print(statement);
    const auto again = Parse(printed);
    FUZZ_REQUIRE(again.ok() && again->size() == 1);
    FUZZ_REQUIRE(Print((*again)[0]) == printed);
    const auto answer = Query(*snapshot, printed, options);
    if (!answer.ok()) {
      FUZZ_REQUIRE(IsListed(answer.status()));
      FUZZ_REQUIRE(!answer.status().message().empty());
    }
  }
}

}  // namespace
}  // namespace footfall

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  footfall::Check(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
