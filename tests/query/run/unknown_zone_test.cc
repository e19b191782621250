// A metric whose zone this machine does not know.

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/lent_store.h"

namespace footfall {
namespace {

using testing::LentStore;

constexpr char kScript[] =
    "DEFINE METRIC far INTEGER EVERY day OVER TIME ADDS BY app"
    " IN ZONE 'Asia/Tokyo';"
    "DEFINE METRIC near INTEGER EVERY day OVER TIME ADDS BY app;"
    "INSERT INTO far (TIME, VALUE, app) VALUES (2024-01-01, 1, 'x');"
    "INSERT INTO near (TIME, VALUE, app) VALUES (2024-01-01, 2, 'x')";

std::unique_ptr<Database> Open(const std::shared_ptr<Store>& store) {
  DatabaseOptions options;
  options.background_upkeep = false;
  auto database = Database::Open(std::make_unique<LentStore>(store), options);
  REQUIRE(database.status() == absl::OkStatus());
  return *std::move(database);
}

// Writes `to` over `from`, as long, in every record of the catalog.
void Rename(Store* store, const std::string& from, const std::string& to) {
  StoreBatch batch;
  const auto view = store->TakeView();
  const auto iterator = view->Scan(Keyspace::kCatalog, "", "");
  while (*iterator->Next()) {
    std::string value(iterator->value());
    const size_t at = value.find(from);
    if (at == std::string::npos) continue;
    value.replace(at, from.size(), to);
    batch.Put(Keyspace::kCatalog, iterator->key(), value);
  }
  REQUIRE(!batch.empty());
  REQUIRE(store->Apply(batch, Durability::kPowerLoss) == absl::OkStatus());
}

absl::Status Run(Database* database, absl::string_view script) {
  return Execute(*database, script, {}, {});
}

std::string Ask(const Database& database, absl::string_view question) {
  const auto answer = Query(*database.TakeSnapshot(), question, {});
  return answer.ok() ? FormatCsv(*answer) : answer.status().ToString();
}

void SaysWhy(const absl::Status& status) {
  CAPTURE(status);
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(absl::StrContains(status.message(), "metric far"));
  CHECK(absl::StrContains(status.message(), "Mars/Tokyo"));
}

TEST_CASE("one metric of an unknown zone leaves the others alone", "[run]") {
  const std::shared_ptr<Store> store = storage::NewMemoryStore();
  REQUIRE(Run(Open(store).get(), kScript) == absl::OkStatus());
  Rename(store.get(), "Asia/Tokyo", "Mars/Tokyo");
  auto database = Open(store);

  // It is listed, with its members and series.
  CHECK(absl::StrContains(Ask(*database, "SHOW METRICS"), "Mars/Tokyo"));
  CHECK(absl::StrContains(Ask(*database, "SHOW SERIES far"), "x"));
  CHECK(absl::StrContains(Ask(*database, "SHOW MEMBERS OF app"), "x,2"));
  // The other is read and written.
  CHECK(
      Run(database.get(),
          "INSERT INTO near (TIME, VALUE, app) VALUES (2024-01-02, 3, 'y')") ==
      absl::OkStatus());
  CHECK(absl::StrContains(Ask(*database, "SELECT near"), ",3,"));

  for (const char* statement : {
           "SELECT sum(far)",
           "SELECT far DURING 2024",
           "SELECT near, far BY app",
           "SELECT cumulative(far) EVERY day",
           "EXPLAIN SELECT far",
           "INSERT INTO far (TIME, VALUE, app) VALUES (2024-01-02, 3, 'y')",
           "DELETE far DURING ..",
           "EXPLAIN DELETE far DURING ..",
           "IMPORT 'nothing.csv' INTO far (TIME date, VALUE v, app)",
       }) {
    CAPTURE(statement);
    SaysWhy(Run(database.get(), statement));
  }

  const auto snapshot = database->TakeSnapshot();
  const auto far = snapshot->FindMetric("far");
  SaysWhy(far->usable);
  const std::vector<SeriesId> series = {0};
  const ScanRequest request = {
      .metric = far->id, .series = series, .steps = far->grid.Limits()};
  SaysWhy(snapshot->StepBounds(far->id).status());
  SaysWhy(snapshot->CountTiles(request).status());
  SaysWhy(snapshot->Scan(request)->Next().status());
  SampleBatch batch;
  batch.RowsOf(far).AddStep(1, {"x"}, int64_t{1});
  SaysWhy(database->Write(batch, {}).status());
  SaysWhy(database->Delete(*far, series, request.steps, {}).status());
  SaysWhy(database->NewBulkLoader(far, 1 << 20).status());

  // Upkeep goes on; where the zone is known again, all is there.
  CHECK(database->Compact() == absl::OkStatus());
  database.reset();
  Rename(store.get(), "Mars/Tokyo", "Asia/Tokyo");
  database = Open(store);
  CHECK(absl::StrContains(Ask(*database, "SELECT far"), ",1,"));
  database.reset();
  Rename(store.get(), "Asia/Tokyo", "Mars/Tokyo");
  database = Open(store);
  CHECK(Run(database.get(), "DROP METRIC far") == absl::OkStatus());
  CHECK(!absl::StrContains(Ask(*database, "SHOW METRICS"), "far"));
}

}  // namespace
}  // namespace footfall
