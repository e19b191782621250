// Events and aliases through the database's public face: in one batch with
// samples, in the snapshot after it, and there again after reopening.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/database.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using testing::DatabaseHome;
using testing::Home;

std::shared_ptr<const Metric> Define(Database* database) {
  MetricSpec spec;
  spec.name = "dau";
  spec.dimensions = {{"app", Additivity::kAdds}};
  const auto metric = database->Define(spec);
  REQUIRE(metric.status() == absl::OkStatus());
  return *metric;
}

Event Release(const std::string& name, const std::string& date,
              const std::string& note = "") {
  Event event;
  event.kind = "release";
  event.name = name;
  event.date = *ParseDate(date);
  event.note = note;
  return event;
}

Alias Renamed(const std::string& old_name, const std::string& new_name) {
  return {"app", old_name, new_name, std::nullopt};
}

// "2024-12-26 V3 note", one a line, "old = new" of aliases, and "category of A
// is chat from 2025" of attributes.
std::vector<std::string> Names(const Snapshot& snapshot) {
  std::vector<std::string> lines;
  for (const auto& event : snapshot.Events()) {
    lines.push_back(absl::StrCat(FormatDate(event->date), " ", event->name,
                                 event->note.empty() ? "" : " ", event->note));
  }
  for (const auto& alias : snapshot.Aliases()) {
    lines.push_back(absl::StrCat(alias->old_name, " = ", alias->new_name));
  }
  for (const auto& attribute : snapshot.Attributes()) {
    lines.push_back(absl::StrCat(
        attribute->name, " of ", attribute->member, " is ", attribute->value,
        attribute->from.has_value()
            ? absl::StrCat(" from ", FormatDate(*attribute->from))
            : ""));
  }
  return lines;
}
using Lines = std::vector<std::string>;

WriteResult Write(Database* database, const SampleBatch& batch) {
  const auto result = database->Write(batch, {});
  REQUIRE(result.status() == absl::OkStatus());
  return *result;
}

TEST_CASE("a snapshot sees the events and aliases of its commit", "[names]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome place(home);
  auto database = place.Open();
  const auto metric = Define(database.get());
  auto empty = database->TakeSnapshot();

  SampleBatch batch;
  batch.RowsOf(metric).AddStep(1, {"A"}, 5);
  batch.AddEvent(Release("R1", "2025-01-20"));
  batch.AddEvent(Release("V3", "2024-12-26"));
  batch.AddAlias(Renamed("A", "B"));
  const WriteResult first = Write(database.get(), batch);
  CHECK(first.samples == 1);
  CHECK(first.events == 2);
  CHECK(first.aliases == 1);
  auto before = database->TakeSnapshot();
  const Lines both = {"2024-12-26 V3", "2025-01-20 R1", "A = B"};
  CHECK(Names(*before) == both);
  CHECK(Names(*empty).empty());
  // Commits without events share the list of those before.
  Write(database.get(), [&] {
    SampleBatch rows;
    rows.RowsOf(metric).AddStep(2, {"C"}, 5);
    return rows;
  }());
  CHECK(database->TakeSnapshot()->Events().data() == before->Events().data());

  // Replaced, removed, and one that is there just so.
  batch.Clear();
  CHECK(batch.empty());
  batch.AddEvent(Release("R1", "2025-01-20", "free of charge"));
  batch.RemoveEvent("release", "V3", *ParseDate("2024-12-26"));
  batch.RemoveEvent("release", "V2", *ParseDate("2024-05-07"));  // not there
  batch.AddAlias(Renamed("A", "C"));
  batch.AddAlias(Renamed("A", "C"));
  const WriteResult second = Write(database.get(), batch);
  CHECK(second.events == 1);
  CHECK(second.removed_events == 1);
  CHECK(second.aliases == 1);
  CHECK(second.removed_aliases == 0);
  const Lines changed = {"2025-01-20 R1 free of charge", "A = C"};
  CHECK(Names(*database->TakeSnapshot()) == changed);
  CHECK(Names(*before) == both);

  // Nothing changes: no commit.
  batch.Clear();
  batch.AddEvent(Release("R1", "2025-01-20", "free of charge"));
  batch.RemoveAlias("app", "B");
  batch.RemoveAlias("nowhere", "B");
  CHECK(Write(database.get(), batch).commit == second.commit);

  REQUIRE(database->Compact().ok());
  empty.reset();  // snapshots go before their database
  before.reset();
  database.reset();
  database = place.Open();
  CHECK(Names(*database->TakeSnapshot()) == changed);
  // A number that is taken is not given again.
  batch.Clear();
  batch.AddEvent(Release("V4", "2025-03-01"));
  batch.RemoveAlias("app", "A");
  CHECK(Write(database.get(), batch).removed_aliases == 1);
  database.reset();
  DatabaseOptions options;
  options.read_only = true;
  const auto reader = place.TryOpen(options);
  REQUIRE(reader.ok());
  CHECK(Names(*(*reader)->TakeSnapshot()) ==
        Lines{"2025-01-20 R1 free of charge", "2025-03-01 V4"});
  CHECK(absl::IsFailedPrecondition((*reader)->Write(batch, {}).status()));
}

TEST_CASE("a removal takes an event for every member", "[names]") {
  DatabaseHome place(Home::kMemory);
  const auto database = place.Open();
  SampleBatch batch;
  for (const char* const app : {"A", "B", ""}) {
    Event event = Release("R1", "2025-01-20");
    if (*app != '\0') event.members = {{"region", "cn"}, {"app", app}};
    batch.AddEvent(event);
  }
  batch.AddEvent(Release("R1", "2025-01-21"));
  batch.AddEvent(Release("R10", "2025-01-20"));
  CHECK(Write(database.get(), batch).events == 5);
  // Members were put in order.
  CHECK(database->TakeSnapshot()->Events()[1]->members ==
        std::vector<DimensionMember>{{"app", "A"}, {"region", "cn"}});
  batch.Clear();
  batch.RemoveEvent("release", "R1", *ParseDate("2025-01-20"));
  CHECK(Write(database.get(), batch).removed_events == 3);
  CHECK(Names(*database->TakeSnapshot()) ==
        Lines{"2025-01-20 R10", "2025-01-21 R1"});
}

TEST_CASE("both names of an alias are members from then on", "[names]") {
  DatabaseHome place(Home::kMemory);
  auto database = place.Open();
  const auto metric = Define(database.get());
  SampleBatch batch;
  batch.AddAlias(Renamed("first", "second"));
  Write(database.get(), batch);
  batch.Clear();
  batch.RowsOf(metric).AddStep(1, {"second"}, 5);
  batch.RowsOf(metric).AddStep(1, {"third"}, 5);
  Write(database.get(), batch);
  for (int opened = 0; opened < 2; ++opened) {
    const auto snapshot = database->TakeSnapshot();
    CHECK(snapshot->FindMember("app", "first") == MemberId{1});
    CHECK(snapshot->FindMember("app", "second") == MemberId{2});
    CHECK(snapshot->FindMember("app", "third") == MemberId{3});
    database.reset();
    database = place.Open();
  }
}

Attribute CategoryOf(const std::string& app, const std::string& value,
                     const std::string& from = "") {
  Attribute attribute = {"app", app, "category", value, std::nullopt};
  if (!from.empty()) attribute.from = *ParseDate(from);
  return attribute;
}

TEST_CASE("a member has one attribute of a name from each date on", "[names]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome place(home);
  auto database = place.Open();
  Define(database.get());
  SampleBatch batch;
  batch.AddAttribute(CategoryOf("B", "game"));
  batch.AddAttribute(CategoryOf("A", "game", "2025-03"));
  batch.AddAttribute(CategoryOf("A", "chat"));
  batch.AddAttribute({"app", "A", "maker", "M", std::nullopt});
  batch.AddAttribute(CategoryOf("A", "", "2025-06"));
  CHECK(Write(database.get(), batch).attributes == 5);
  const Lines all = {"category of A is chat",
                     "category of A is game from "
                     "2025-03",
                     "category of A is  from 2025-06", "category of B is game",
                     "maker of A is M"};
  CHECK(Names(*database->TakeSnapshot()) == all);
  // Values are members of a dimension that has the attribute's name.
  for (int opened = 0; opened < 2; ++opened) {
    const auto snapshot = database->TakeSnapshot();
    CHECK(Names(*snapshot) == all);
    CHECK(snapshot->MemberCount("category") == 3);
    CHECK(snapshot->FindMember("category", "chat") == MemberId{2});
    CHECK(snapshot->FindMember("app", "A").has_value());
    CHECK(snapshot->MemberCount("nothing") == 0);
    database.reset();
    database = place.Open();
  }
  // A metric may take such a dimension for its own.
  MetricSpec spec;
  spec.name = "views";
  spec.dimensions = {{"category", Additivity::kAdds}};
  const auto views = database->Define(spec);
  REQUIRE(views.ok());
  batch.Clear();
  batch.RowsOf(*views).AddStep(1, {"chat"}, 5);
  batch.AddAttribute(CategoryOf("A", "chat"));             // there just so
  batch.AddAttribute(CategoryOf("A", "tool", "2025-03"));  // changed
  batch.RemoveAttribute("app", "B", "category");
  batch.RemoveAttribute("app", "B", "maker");     // not there
  batch.RemoveAttribute("region", "A", "maker");  // likewise
  const WriteResult second = Write(database.get(), batch);
  CHECK(second.attributes == 1);
  CHECK(second.removed_attributes == 1);
  CHECK(second.samples == 1);
  const Lines changed = {"category of A is chat",
                         "category of A is tool from "
                         "2025-03",
                         "category of A is  from 2025-06", "maker of A is M"};
  CHECK(Names(*database->TakeSnapshot()) == changed);
  batch.Clear();
  batch.RemoveAttribute("app", "A", "category");
  CHECK(Write(database.get(), batch).removed_attributes == 3);
  database.reset();
  database = place.Open();
  CHECK(Names(*database->TakeSnapshot()) == Lines{"maker of A is M"});
}

TEST_CASE("names that do not fit leave nothing of their batch", "[names]") {
  DatabaseHome place(Home::kMemory);
  const auto database = place.Open();
  const auto metric = Define(database.get());
  MetricSpec by_region;
  by_region.name = "by_region";
  by_region.dimensions = {{"region", Additivity::kAdds}};
  REQUIRE(database->Define(by_region).ok());
  SampleBatch batch;
  batch.AddAlias(Renamed("A", "B"));
  batch.AddAlias(Renamed("B", "C"));
  const uint64_t commit = Write(database.get(), batch).commit;
  struct Case {
    std::string why;
    void (*add)(SampleBatch*);
    absl::StatusCode code;
    std::string message;
  };
  const Case cases[] = {
      {"an event without a name",
       [](SampleBatch* b) {
         b->AddEvent(Release("V3", "2025"));
         b->AddEvent(Release("", "2025"));
       },
       absl::StatusCode::kInvalidArgument,
       "event 1, from 0: event of kind release, name: it is empty"},
      {"an alias of itself",
       [](SampleBatch* b) { b->AddAlias(Renamed("A", "A")); },
       absl::StatusCode::kInvalidArgument, "alias 0, from 0: "},
      {"a circle through what is there",
       [](SampleBatch* b) { b->AddAlias(Renamed("C", "A")); },
       absl::StatusCode::kFailedPrecondition,
       "aliases of app would go in a circle: 'C' = 'A' = 'B' = 'C'"},
      {"a circle within the batch",
       [](SampleBatch* b) {
         b->AddAlias(Renamed("X", "Y"));
         b->AddAlias(Renamed("Y", "X"));
       },
       absl::StatusCode::kFailedPrecondition, "'Y' = 'X' = 'Y'"},
      {"a dimension that no metric has",
       [](SampleBatch* b) {
         b->AddAlias({"zone", "a", "b", std::nullopt});
       },
       absl::StatusCode::kNotFound, "no metric has this dimension"},
      {"an attribute of a dimension that no metric has",
       [](SampleBatch* b) {
         b->AddAttribute({"zone", "a", "kind", "b", std::nullopt});
       },
       absl::StatusCode::kNotFound, "no metric has this dimension"},
      {"an attribute of two dimensions",
       [](SampleBatch* b) {
         b->AddAttribute(CategoryOf("A", "chat"));
         b->AddAttribute({"region", "A", "category", "b", std::nullopt});
       },
       absl::StatusCode::kFailedPrecondition,
       "category is an attribute of app"},
      {"too many attributes",
       [](SampleBatch* b) {
         for (size_t i = 0; i <= kMaxAttributes; ++i) {
           b->AddAttribute(CategoryOf(absl::StrCat(i), "one"));
         }
       },
       absl::StatusCode::kResourceExhausted, "kMaxAttributes"},
      {"too many events",
       [](SampleBatch* b) {
         for (size_t i = 0; i <= kMaxEvents; ++i) {
           b->AddEvent(Release(absl::StrCat(i), "2025"));
         }
       },
       absl::StatusCode::kResourceExhausted, "kMaxEvents"},
      {"too many aliases",
       [](SampleBatch* b) {
         for (size_t i = 0; i <= kMaxAliases; ++i) {
           b->AddAlias(Renamed(absl::StrCat(i), "one"));
         }
       },
       absl::StatusCode::kResourceExhausted, "kMaxAliases"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    batch.Clear();
    batch.RowsOf(metric).AddStep(1, {"new"}, 5);
    test.add(&batch);
    const absl::Status status = database->Write(batch, {}).status();
    CAPTURE(status);
    CHECK(status.code() == test.code);
    CHECK(absl::StrContains(status.message(), test.message));
    const auto snapshot = database->TakeSnapshot();
    CHECK(snapshot->commit() == commit);
    CHECK(snapshot->Series(metric->id).count() == 0);
    CHECK(Names(*snapshot) == Lines{"A = B", "B = C"});
  }
  // Turned around in one batch, there is no circle.
  batch.Clear();
  batch.RemoveAlias("app", "A");
  batch.AddAlias(Renamed("C", "A"));
  Write(database.get(), batch);
  CHECK(Names(*database->TakeSnapshot()) == Lines{"B = C", "C = A"});
  // They count as rows of the batch.
  DatabaseOptions options;
  options.max_batch_rows = 2;
  const auto small = place.TryOpen(options);
  REQUIRE(small.ok());
  batch.AddEvent(Release("V3", "2025"));
  CHECK(absl::IsResourceExhausted((*small)->Write(batch, {}).status()));
}

}  // namespace
}  // namespace footfall
