// Writes and asks, and hands over what headers and library must agree about:
// hash tables, zones, functions, virtual tables.

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "footfall/ask.h"
#include "footfall/database.h"
#include "footfall/listener.h"
#include "footfall/query.h"
#include "footfall/version.h"

namespace footfall {
class Database;  // may be declared without its header
}  // namespace footfall

namespace {

int Fail(const char* what, const absl::Status& status) {
  std::fprintf(stderr, "%s: %s\n", what, status.ToString().c_str());
  return 1;
}

class Silent : public footfall::EventListener {};

}  // namespace

int main() {
  if (std::strcmp(footfall::Version(), FOOTFALL_VERSION) != 0) {
    return Fail("version", absl::InternalError(footfall::Version()));
  }
  footfall::DatabaseOptions database_options;
  database_options.listener = std::make_shared<Silent>();
  auto database = footfall::Database::OpenInMemory(database_options);
  if (!database.ok()) return Fail("open", database.status());

  footfall::MetricSpec spec;
  spec.name = "dau";
  spec.dimensions = {{"app", footfall::Additivity::kOverlaps}};
  spec.over_time = footfall::Additivity::kOverlaps;
  auto dau = (*database)->Define(spec);
  if (!dau.ok()) return Fail("define", dau.status());
  if ((*dau)->grid.zone() != absl::UTCTimeZone()) {
    return Fail("zone", absl::InternalError("UTC is not UTC"));
  }
  footfall::SampleBatch batch;
  batch.RowsOf(*dau).Add(absl::CivilDay(2025, 2, 8), {"DeepSeek"}, 119790000);
  auto written = (*database)->Write(batch, {});
  if (!written.ok()) return Fail("write", written.status());

  footfall::QueryOptions options;
  options.parameters["app"] = std::string("DeepSeek");
  const auto snapshot = (*database)->TakeSnapshot();
  auto answer =
      footfall::Query(*snapshot, "SELECT dau WHERE app = $app", options);
  if (!answer.ok()) return Fail("question", answer.status());
  std::fputs(footfall::FormatCsv(*answer).c_str(), stdout);

  answer =
      footfall::Query(*snapshot, footfall::ask::Ask("dau").By("app"), options);
  if (!answer.ok()) return Fail("tree", answer.status());
  return answer->row_count() == 1 ? 0 : 1;
}
