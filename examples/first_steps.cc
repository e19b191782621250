// The library in one page: declare a metric, write samples, ask, print.
//
//   first_steps DIR

#include <cstdio>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "footfall/ask.h"
#include "footfall/database.h"
#include "footfall/query.h"

// Prints what failed, for main to return.
int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

int main(int argc, char** argv) {
  auto database =
      footfall::Database::Open(argc > 1 ? argv[1] : "first_steps.db", {});
  if (!database.ok()) return Fail(database.status());

  // Daily users. One person may use two platforms, so platforms overlap, and
  // so do days; a person lives in one region, so regions add up.
  footfall::MetricSpec spec;
  spec.name = "dau";
  spec.unit = "users";
  spec.dimensions = {{"app", footfall::Additivity::kOverlaps},
                     {"platform", footfall::Additivity::kOverlaps},
                     {"region", footfall::Additivity::kAdds}};
  spec.over_time = footfall::Additivity::kOverlaps;
  auto dau = (*database)->Define(spec);
  if (!dau.ok()) return Fail(dau.status());

  footfall::SampleBatch batch;
  footfall::SampleRows& rows = batch.RowsOf(*dau);
  const absl::CivilDay day(2025, 2, 8);
  rows.Add(day, {"DeepSeek", "app", "cn"}, int64_t{34'940'000});
  rows.Add(day, {"DeepSeek", "app", "overseas"}, int64_t{36'850'000});
  rows.Add(day, {"DeepSeek", "web", ""}, int64_t{48'000'000});  // not split
  auto written = (*database)->Write(batch, {});
  if (!written.ok()) return Fail(written.status());

  footfall::QueryOptions options;
  options.now = absl::Now();
  options.parameters["app"] = std::string("DeepSeek");
  auto answer =
      footfall::Query(*(*database)->TakeSnapshot(),
                      "SELECT dau WHERE app = $app DURING 2025-02-08", options);
  if (!answer.ok()) return Fail(answer.status());
  std::fputs(footfall::FormatTable(*answer, {}).c_str(),
             stdout);  // <= 119,790,000

  // The same language in C++, where the compiler checks the grammar:
  // SELECT dau, share(dau) DURING 2025-02-08 BY platform
  using footfall::ask::Ask;
  using footfall::ask::Share;
  answer = footfall::Query(*(*database)->TakeSnapshot(),
                           Ask("dau", Share("dau")).During(day).By("platform"),
                           options);
  if (!answer.ok()) return Fail(answer.status());
  std::fputs(footfall::FormatTable(*answer, {}).c_str(), stdout);
  return 0;
}
