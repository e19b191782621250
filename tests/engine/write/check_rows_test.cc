// What a row must be, and what is said of one that is not.

#include "engine/write/check_rows.h"

#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using testing::DatabaseHome;
using testing::Home;

MetricSpec Spec(ValueType type, Additivity over_time) {
  MetricSpec spec;
  spec.name = "dau";
  spec.value_type = type;
  spec.dimensions = {{"app"}, {"platform"}};
  spec.over_time = over_time;
  return spec;
}

struct Case {
  const char* why;
  ValueType type;
  Additivity over_time;
  std::function<void(SampleRows*)> add;
  std::vector<const char*> says;
};

TEST_CASE("a row that does not fit rejects the batch and is named", "[write]") {
  constexpr auto kInteger = ValueType::kInteger;
  constexpr auto kDecimal = ValueType::kDecimal;
  constexpr auto kAdds = Additivity::kAdds;
  constexpr auto kOverlaps = Additivity::kOverlaps;
  const Case cases[] = {
      {"a day after the last",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->AddStep(2932897, {"a", "b"}, 1);
       },
       {"metric dau", "row 2, from 0", "column time", "2932897",
        "years 1 to 9999"}},
      {"a day before the first",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->Delete(-719163, {"a", "b"});
       },
       {"row 2", "column time", "-719163"}},
      {"a member too few",
       kInteger,
       kAdds,
       [](SampleRows* rows) { rows->AddStep(1, {"a"}, 1); },
       {"row 2", "1 members", "2 dimensions (app, platform)"}},
      {"a member too many",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->AddStep(1, {"a", "b", "c"}, 1);
       },
       {"row 2", "3 members", "2 dimensions"}},
      {"a control character",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->AddStep(1, {"a", "b\n"}, 1);
       },
       {"row 2", "column platform"}},
      {"bytes that are no UTF-8",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->AddStep(1, {"\xff", "b"}, 1);
       },
       {"row 2", "column app"}},
      {"a member too long",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->AddStep(1, {std::string(256, 'x'), "b"}, 1);
       },
       {"row 2", "column app", "255"}},
      {"a decimal for an integer",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->AddStep(1, {"a", "b"}, 1.5);
       },
       {"row 2", "column value", "1.5", "INTEGER"}},
      {"an unsigned integer beyond int64",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->AddStep(1, {"a", "b"}, ~uint64_t{0});
       },
       {"row 2", "column value", "18446744073709551615 is too large",
        "9223372036854775807"}},
      {"a text that is no date",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->Add("08.02.2025", {"a", "b"}, 1);
       },
       {"row 2", "column time", "\"08.02.2025\"", "2025-02-08"}},
      {"a month for a day",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->Add("2025-02", {"a", "b"}, 1);
       },
       {"row 2", "column time", "2025-02 is longer than one step of day",
        "2025-02-01"}},
      {"an integer that no double holds",
       kDecimal,
       kAdds,
       [](SampleRows* rows) {
         rows->AddStep(1, {"a", "b"}, (int64_t{1} << 53) + 1);
       },
       {"row 2", "column value", "9007199254740993", "DECIMAL"}},
      {"fewer than no users",
       kInteger,
       kOverlaps,
       [](SampleRows* rows) {
         rows->AddStep(1, {"a", "b"}, -5);
       },
       {"row 2", "column value", "-5", "OVERLAPS"}},
      {"fewer than no users, as a decimal",
       kDecimal,
       kOverlaps,
       [](SampleRows* rows) {
         rows->AddStep(1, {"a", "b"}, -0.5);
       },
       {"row 2", "-0.5", "OVERLAPS"}},
      {"the first of two",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->AddStep(1, {"a", "b"}, 1.5);
         rows->AddStep(1, {"a"}, 1);
         rows->AddStep(1, {"a", "\x01"}, 1);
       },
       {"row 2", "1.5"}},
      {"the first of two, the other way round",
       kInteger,
       kAdds,
       [](SampleRows* rows) {
         rows->AddStep(1, {"a", "\x01"}, 1);
         rows->AddStep(9999999, {"a", "b"}, 1);
       },
       {"row 2", "column platform"}},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    DatabaseHome at(Home::kMemory);
    const auto database = at.Open();
    const auto metric = *database->Define(Spec(test.type, test.over_time));
    SampleBatch batch;
    SampleRows& rows = batch.RowsOf(metric);
    rows.AddStep(0, {"fits", ""}, 1);
    rows.AddStep(0, {"fits", "too"}, 2);
    test.add(&rows);
    const auto result = database->Write(batch, {});
    CHECK(absl::IsInvalidArgument(result.status()));
    for (const char* const says : test.says) {
      CHECK_THAT(std::string(result.status().message()),
                 ContainsSubstring(says));
    }
    // All or nothing.
    CHECK(database->TakeSnapshot()->Series(metric->id).count() == 0);
    CHECK(database->TakeSnapshot()->commit() == 1);
  }
}

TEST_CASE("what looks odd but fits is taken", "[write]") {
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  const auto users =
      *database->Define(Spec(ValueType::kDecimal, Additivity::kOverlaps));
  MetricSpec spec = Spec(ValueType::kInteger, Additivity::kAdds);
  spec.name = "change";
  const auto change = *database->Define(spec);
  SampleBatch batch;
  batch.RowsOf(users).AddStep(0, {"", ""}, -0.0);  // not below 0
  batch.RowsOf(users).AddStep(1, {"", ""},
                              std::numeric_limits<double>::quiet_NaN());
  batch.RowsOf(users).AddStep(2, {"", ""}, 7);
  batch.RowsOf(users).AddStep(3, {std::string(255, 'x'), "文心一言"}, 1.0);
  batch.RowsOf(change).AddStep(0, {"a'b\"c", " "},
                               std::numeric_limits<int64_t>::min());
  const auto result = database->Write(batch, {});
  REQUIRE(result.status() == absl::OkStatus());
  CHECK(result->samples == 5);
  const auto samples = testing::ReadSamples(*database->TakeSnapshot(), *users);
  CHECK(std::signbit(absl::bit_cast<double>(samples.at({"/", 0}))));
  CHECK(std::isnan(absl::bit_cast<double>(samples.at({"/", 1}))));
}

TEST_CASE("a metric of another database is not written to", "[write]") {
  DatabaseHome here(Home::kMemory);
  DatabaseHome there(Home::kMemory);
  const auto database = here.Open();
  const auto other = there.Open();
  const auto spec = Spec(ValueType::kInteger, Additivity::kAdds);
  MetricSpec differs = spec;
  differs.dimensions = {{"app"}};
  *database->Define(spec);
  const auto metric = *other->Define(differs);
  SampleBatch batch;
  batch.RowsOf(metric).AddStep(0, {"a"}, 1);
  CHECK(absl::IsNotFound(database->Write(batch, {}).status()));
}

TEST_CASE("a batch of more rows than allowed is refused", "[write]") {
  DatabaseHome at(Home::kMemory);
  DatabaseOptions options;
  options.max_batch_rows = 2;
  options.background_upkeep = false;
  const auto database = *at.TryOpen(options);
  const auto metric =
      *database->Define(Spec(ValueType::kInteger, Additivity::kAdds));
  SampleBatch batch;
  for (int i = 0; i < 3; ++i) {
    batch.RowsOf(metric).AddStep(i, {"a", "b"}, 1);
  }
  const auto result = database->Write(batch, {});
  CHECK(absl::IsResourceExhausted(result.status()));
  CHECK_THAT(std::string(result.status().message()),
             ContainsSubstring("max_batch_rows"));
}

}  // namespace
}  // namespace footfall
