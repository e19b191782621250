#include "tests/model/changes.h"

#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/model/random_rows.h"

namespace footfall::testing {
namespace {

std::shared_ptr<const Metric> Find(Database* database,
                                   const std::string& name) {
  return database->TakeSnapshot()->FindMetric(name);
}

Change DefineOf(const MetricSpec& spec) {
  return {absl::StrCat("define ", spec.name),
          [spec](Database* database, PlainDatabase* expected) {
            expected->metrics[spec.name];
            return database->Define(spec).status();
          }};
}

Change WriteOf(std::vector<std::string> metrics, uint64_t seed, int rows,
               bool deletes) {
  const bool synced = seed % 2 == 0;
  return {absl::StrCat("write ", seed),
          [=](Database* database, PlainDatabase* expected) {
            Random random(seed);
            SampleBatch batch;
            for (int i = 0; i < rows; ++i) {
              const std::string& name = metrics[random() % metrics.size()];
              const auto metric = Find(database, name);
              Row row = RandomRow(metric->spec, &random);
              row.deletes = deletes && random() % 3 == 0;
              AddRow(row, &batch.RowsOf(metric));
              Apply(row, &expected->metrics[name]);
            }
            WriteOptions options;
            if (!synced) options.durability = Durability::kProcessCrash;
            return database->Write(batch, options).status();
          },
          synced};
}

Change DeleteOf(const std::string& name) {
  return {absl::StrCat("delete from ", name),
          [=](Database* database, PlainDatabase* expected) {
            const auto metric = Find(database, name);
            std::vector<SeriesId> all(
                database->TakeSnapshot()->Series(metric->id).count());
            std::iota(all.begin(), all.end(), SeriesId{0});
            for (auto& [members, steps] : expected->metrics[name]) {
              steps.erase(steps.lower_bound(20'000), steps.lower_bound(20'030));
            }
            return database
                ->Delete(*metric, all, {.begin = 20'000, .end = 20'030}, {})
                .status();
          }};
}

Change BulkLoadOf(const std::string& name, uint64_t seed) {
  return {absl::StrCat("bulk load into ", name),
          [=](Database* database, PlainDatabase* expected) {
            const auto metric = Find(database, name);
            auto loader = database->NewBulkLoader(metric, 1 << 20);
            if (!loader.ok()) return loader.status();
            Random random(seed);
            for (int i = 0; i < 60; ++i) {
              const Row row = RandomRow(metric->spec, &random);
              Apply(row, &expected->metrics[name]);
              absl::Status status =
                  (*loader)->Add(row.step, Views(row.members), row.bits);
              if (!status.ok()) return status;
            }
            return (*loader)->Finish().status();
          }};
}

// Rows, events and aliases in one batch.
Change NamesOf(const std::string& metric, uint64_t seed) {
  return {absl::StrCat("names ", seed),
          [=](Database* database, PlainDatabase* expected) {
            Random random(seed);
            SampleBatch batch;
            const auto found = Find(database, metric);
            const Row row = RandomRow(found->spec, &random);
            AddRow(row, &batch.RowsOf(found));
            Apply(row, &expected->metrics[metric]);
            for (int i = 0; i < 8; ++i) {
              const EventChange event = RandomEventChange(&random);
              AddChange(event, &batch);
              Apply(event, &expected->events);
              const AliasChange alias = RandomAliasChange(&random);
              if (ClosesCircle(alias, expected->aliases)) continue;
              AddChange(alias, &batch);
              Apply(alias, &expected->aliases);
            }
            return database->Write(batch, {}).status();
          }};
}

// Its declaration, whole.
Change AlterOf(const std::string& name, const MetricChanges& changes) {
  return {absl::StrCat("alter ", name),
          [=](Database* database, PlainDatabase* expected) -> absl::Status {
            const auto after = WithChanges(Find(database, name)->spec, changes);
            if (!after.ok()) return after.status();
            expected->declared[name] = *after;
            return database->AlterMetric(name, changes, StopCheck()).status();
          }};
}

// What is older than KEEP. Requires: this is all that upkeep has to do.
Change RemoveOldOf(const std::string& name) {
  return {absl::StrCat("remove what is old of ", name),
          [=](Database* database, PlainDatabase* expected) {
            LetGoOfOld(expected);
            return database->RunUpkeep(name, StopCheck());
          }};
}

Change DropOf(const std::string& name) {
  return {absl::StrCat("drop ", name),
          [=](Database* database, PlainDatabase* expected) {
            expected->metrics.erase(name);
            return database->DropMetric(name);
          }};
}

}  // namespace

void LetGoOfOld(PlainDatabase* database) {
  for (const auto& [name, spec] : database->declared) {
    if (!spec.keep.has_value()) continue;
    PlainMetric kept;
    for (auto& [members, steps] : database->metrics[name]) {
      // Samples are of before 1975 or after 2020, and the clock is the host's.
      steps.erase(steps.begin(), steps.lower_bound(10'000));
      if (!steps.empty()) kept[members] = steps;
    }
    database->metrics[name] = std::move(kept);
  }
}

Change MarkerOf() {
  return {"marker", [](Database* database, PlainDatabase* expected) {
            MetricSpec spec;
            spec.name = "marker";
            spec.dimensions = {{"app"}};
            const auto metric = database->Define(spec);
            if (!metric.ok()) return metric.status();
            SampleBatch batch;
            batch.RowsOf(*metric).AddStep(20'000, {"a"}, int64_t{1});
            expected->metrics["marker"][{"a"}][20'000] = 1;
            return database->Write(batch, {}).status();
          }};
}

std::vector<Change> AllChanges() {
  const std::vector<MetricSpec> specs = RandomSpecs();
  const std::string mentions = specs[0].name;
  const std::string price = specs[1].name;
  std::vector<Change> changes = {
      DefineOf(specs[0]),
      DefineOf(specs[1]),
      WriteOf({mentions, price}, 1, 30, false),
      WriteOf({mentions, price}, 1, 30, true),  // the same series
      DeleteOf(mentions),
      NamesOf(mentions, 3),
  };
  // So many patches that upkeep has something to do.
  for (uint64_t seed = 10; seed < 22; ++seed) {
    changes.push_back(WriteOf({mentions}, seed, 40, seed % 4 == 0));
  }
  changes.push_back(
      {"upkeep",
       [](Database* database, PlainDatabase*) { return database->RunUpkeep(); },
       /*synced=*/false});
  changes.push_back(BulkLoadOf(mentions, 30));
  changes.push_back(BulkLoadOf(price, 31));
  changes.push_back(WriteOf({mentions, price}, 32, 20, true));
  changes.push_back({"compact", [](Database* database, PlainDatabase*) {
                       return database->Compact();
                     }});
  changes.push_back(AlterOf(mentions, {.unit = "posts",
                                       .over_time = Additivity::kLevel,
                                       .rules = {{"app", Additivity::kLevel}},
                                       .keep = Period{Unit::kYear, 20}}));
  changes.push_back(RemoveOldOf(mentions));
  // As it is defined.
  changes.push_back(AlterOf(mentions, {.unit = specs[0].unit,
                                       .over_time = specs[0].over_time,
                                       .rules = {specs[0].dimensions[0]},
                                       .keep = std::optional<Period>()}));
  changes.push_back(NamesOf(price, 34));
  changes.push_back(DropOf(price));
  changes.push_back(DefineOf(specs[1]));
  changes.push_back(WriteOf({mentions, price}, 33, 20, false));
  return changes;
}

}  // namespace footfall::testing
