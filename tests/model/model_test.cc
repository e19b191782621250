// Random operations on a database against plain maps.
//
// A failure prints its seed. To see it again, or to run longer:
//
//   FOOTFALL_MODEL_SEED=7 FOOTFALL_MODEL_OPERATIONS=1000 model_test

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "footfall/database.h"
#include "storage/store/memory_store.h"
#include "storage/store/rocksdb_store.h"
#include "tests/model/plain_database.h"
#include "tests/model/random_rows.h"
#include "tests/support/catch.h"
#include "tests/support/lent_store.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

std::optional<uint64_t> FromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  uint64_t number = 0;
  if (text == nullptr || !absl::SimpleAtoi(text, &number)) return std::nullopt;
  return number;
}

class ModelTest {
 public:
  ModelTest(uint64_t seed, bool on_disk) : random_(seed), on_disk_(on_disk) {
    if (!on_disk_) memory_ = storage::NewMemoryStore();
    Open();
    for (const MetricSpec& spec : RandomSpecs()) Define(spec);
  }

  void Step() {
    switch (random_() % 40) {
      case 0:
        Reopen();
        break;
      case 1:
        Note("compact");
        Succeeds(database_->Compact());
        break;
      case 2:
      case 3:
      case 4:
        Note("upkeep");
        Succeeds(database_->RunUpkeep());
        break;
      case 5:
        DropAndDefine();
        break;
      case 6:
      case 7:
        BulkLoad();
        break;
      case 8:
      case 9:
      case 10:
        DeleteRange();
        break;
      case 11:
        KeepSnapshot();
        break;
      case 12:
        CheckSnapshots();
        break;
      case 13:
        WriteWhatDoesNotFit();
        break;
      case 14:
      case 15:
      case 16:
        Write(/*names=*/1 + random_() % 6);
        break;
      case 17:
        CloseCircle();
        break;
      default:
        Write(/*names=*/0);
    }
  }

  // A part of what is there, chosen at random.
  void CheckSome() {
    const auto snapshot = database_->TakeSnapshot();
    const Metric& metric = *metrics_[random_() % metrics_.size()];
    const PlainMetric& all = expected_.metrics[metric.spec.name];
    std::vector<SeriesId> series;
    std::set<Members> asked;
    const uint64_t out_of = 1 + random_() % 20;
    for (SeriesId id = 0; id < snapshot->Series(metric.id).count(); ++id) {
      if (random_() % out_of != 0) continue;
      series.push_back(id);
      asked.insert(MembersOf(*snapshot, metric, id));
    }
    StepRange steps;
    steps.begin = RandomStep(metric.spec, &random_);
    steps.end = steps.begin + 1 + static_cast<int64_t>(random_() % 400);
    PlainMetric expected;
    for (const auto& [members, values] : all) {
      if (asked.count(members) == 0) continue;
      const auto begin = values.lower_bound(steps.begin);
      const auto end = values.lower_bound(steps.end);
      if (begin != end) expected[members] = Steps(begin, end);
    }
    const auto found = ReadSome(*snapshot, metric, series, steps);
    Succeeds(found.status());
    Same(Difference(expected, *found));
  }

  void CheckAll() {
    const auto found = ReadAll(*database_->TakeSnapshot());
    Succeeds(found.status());
    Same(Difference(expected_, *found));
  }

  void CheckSnapshots() {
    for (const auto& [snapshot, expected] : kept_) {
      const auto found = ReadAll(*snapshot);
      Succeeds(found.status());
      Same(Difference(expected, *found));
    }
    kept_.clear();
  }

  void Reopen() {
    Note("reopen");
    CheckSnapshots();
    Succeeds(database_->Close());
    Open();
    CheckAll();
  }

 private:
  struct Kept {
    std::shared_ptr<const Snapshot> snapshot;
    PlainDatabase expected;
  };

  void Note(std::string what) { trail_.push_back(std::move(what)); }
  std::string Trail() const {
    std::string text;
    const size_t first = trail_.size() > 12 ? trail_.size() - 12 : 0;
    for (size_t i = first; i < trail_.size(); ++i) {
      absl::StrAppend(&text, "  ", trail_[i], "\n");
    }
    return text;
  }
  void Succeeds(const absl::Status& status) {
    if (!status.ok()) FAIL(status << "\nafter\n" << Trail());
  }
  void Same(const std::optional<std::string>& difference) {
    if (difference) FAIL(*difference << "\nafter\n" << Trail());
  }

  void Open() {
    DatabaseOptions options;
    options.background_upkeep = random_() % 2 == 0;
    auto opened = on_disk_ ? Database::Open(folder_.path(), options)
                           : Database::Open(
                                 std::make_unique<LentStore>(memory_), options);
    Succeeds(opened.status());
    database_ = *std::move(opened);
    // Metrics come from the snapshot that is there now.
    const auto snapshot = database_->TakeSnapshot();
    for (auto& metric : metrics_) {
      metric = snapshot->FindMetric(metric->spec.name);
      REQUIRE(metric != nullptr);
    }
  }

  void Define(const MetricSpec& spec) {
    const auto metric = database_->Define(spec);
    Succeeds(metric.status());
    metrics_.push_back(*metric);
    expected_.metrics[spec.name];
  }

  void DropAndDefine() {
    const size_t at = random_() % metrics_.size();
    const MetricSpec spec = metrics_[at]->spec;
    Note(absl::StrCat("drop ", spec.name));
    Succeeds(database_->DropMetric(spec.name));
    metrics_.erase(metrics_.begin() + static_cast<ptrdiff_t>(at));
    expected_.metrics.erase(spec.name);
    if (random_() % 2 == 0) CheckAll();
    Define(spec);
  }

  uint64_t SeriesCount() const { return database_->Stats().series_count; }

  // Rows, and as many events and aliases.
  void Write(uint64_t names) {
    SampleBatch batch;
    std::set<std::pair<std::string, std::pair<Members, int64_t>>> cells;
    uint64_t written = 0;
    bool deletes = false;
    const uint64_t rows =
        random_() % 5 == 0 ? 1 + random_() % 400 : 1 + random_() % 30;
    for (uint64_t i = 0; i < rows; ++i) {
      const auto& metric = metrics_[random_() % metrics_.size()];
      Row row = RandomRow(metric->spec, &random_);
      row.deletes = random_() % 6 == 0;
      deletes |= row.deletes;
      AddRow(row, &batch.RowsOf(metric));
      Apply(row, &expected_.metrics[metric->spec.name]);
      cells.insert({metric->spec.name, {row.members, row.step}});
      ++written;
    }
    for (uint64_t i = 0; i < names; ++i) {
      const EventChange event = RandomEventChange(&random_);
      AddChange(event, &batch);
      Apply(event, &expected_.events);
      const AliasChange alias = RandomAliasChange(&random_);
      if (ClosesCircle(alias, expected_.aliases)) continue;
      AddChange(alias, &batch);
      Apply(alias, &expected_.aliases);
    }
    Note(absl::StrCat("write ", rows, " and ", names, " names"));
    const uint64_t before = SeriesCount();
    WriteOptions options;
    if (random_() % 4 != 0) options.durability = Durability::kProcessCrash;
    const auto result = database_->Write(batch, options);
    Succeeds(result.status());
    CHECK(result->new_series == SeriesCount() - before);
    if (!deletes) {
      CHECK(result->samples == cells.size());
      CHECK(result->replaced_in_batch == written - cells.size());
    }
  }

  // One row of many does not fit: nothing of the batch is there.
  void WriteWhatDoesNotFit() {
    SampleBatch batch;
    for (int i = 0; i < 20; ++i) {
      const auto& metric = metrics_[random_() % metrics_.size()];
      AddRow(RandomRow(metric->spec, &random_), &batch.RowsOf(metric));
    }
    const auto& metric = metrics_[random_() % metrics_.size()];
    Row row = RandomRow(metric->spec, &random_);
    row.step = metric->grid.Limits().end;
    AddRow(row, &batch.RowsOf(metric));
    Note("write what does not fit");
    CHECK(database_->Write(batch, {}).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }

  // An alias leads back to where it began, or an event has no name: nothing of
  // the batch is there.
  void CloseCircle() {
    SampleBatch batch;
    const auto& metric = metrics_[random_() % metrics_.size()];
    AddRow(RandomRow(metric->spec, &random_), &batch.RowsOf(metric));
    AddChange(RandomEventChange(&random_), &batch);
    AliasChange alias = RandomAliasChange(&random_);
    alias.removes = false;
    AddChange(alias, &batch);
    const bool circle = random_() % 2 == 0;
    if (circle) {
      std::swap(alias.alias.old_name, alias.alias.new_name);
      AddChange(alias, &batch);
    } else {
      batch.AddEvent(
          {.kind = "release", .name = "", .date = *ParseDate("2025")});
    }
    Note("write names that do not fit");
    CHECK(database_->Write(batch, {}).status().code() ==
          (circle ? absl::StatusCode::kFailedPrecondition
                  : absl::StatusCode::kInvalidArgument));
  }

  void DeleteRange() {
    const auto& metric = metrics_[random_() % metrics_.size()];
    const auto snapshot = database_->TakeSnapshot();
    PlainMetric& samples = expected_.metrics[metric->spec.name];
    StepRange steps;
    steps.begin = RandomStep(metric->spec, &random_);
    steps.end = steps.begin + static_cast<int64_t>(random_() % 200);
    std::vector<SeriesId> series;
    uint64_t count = 0;
    for (SeriesId id = 0; id < snapshot->Series(metric->id).count(); ++id) {
      if (random_() % 3 != 0) continue;
      series.push_back(id);
      const auto found = samples.find(MembersOf(*snapshot, *metric, id));
      if (found == samples.end()) continue;
      Steps& values = found->second;
      const auto begin = values.lower_bound(steps.begin);
      const auto end = values.lower_bound(steps.end);
      count += static_cast<uint64_t>(std::distance(begin, end));
      values.erase(begin, end);
      if (values.empty()) samples.erase(found);
    }
    Note(absl::StrCat("delete ", count, " of ", metric->spec.name));
    const auto deleted = database_->Delete(*metric, series, steps, {});
    Succeeds(deleted.status());
    CHECK(*deleted == count);
  }

  void BulkLoad() {
    const auto& metric = metrics_[random_() % metrics_.size()];
    // Sometimes so little memory that it must spill.
    const uint64_t memory_bytes = random_() % 2 == 0 ? 4 << 10 : 64 << 20;
    const bool finishes = random_() % 5 != 0;
    auto loader = database_->NewBulkLoader(metric, memory_bytes);
    Succeeds(loader.status());
    PlainMetric loaded;
    const uint64_t rows = random_() % 2000;
    Note(absl::StrCat("bulk load ", rows, " of ", metric->spec.name,
                      finishes ? "" : ", dropped"));
    for (uint64_t i = 0; i < rows; ++i) {
      const Row row = RandomRow(metric->spec, &random_);
      Succeeds((*loader)->Add(row.step, Views(row.members), row.bits));
      Apply(row, &loaded);
      if (random_() % 500 == 0) {
        CHECK((*loader)
                  ->Add(metric->grid.Limits().end, Views(row.members), 1)
                  .code() == absl::StatusCode::kInvalidArgument);
      }
    }
    if (!finishes) return;
    const uint64_t before = SeriesCount();
    const auto result = (*loader)->Finish();
    Succeeds(result.status());
    uint64_t samples = 0;
    for (const auto& [members, steps] : loaded) {
      samples += steps.size();
      for (const auto& [step, value] : steps) {
        expected_.metrics[metric->spec.name][members][step] = value;
      }
    }
    CHECK(result->samples == samples);
    CHECK(result->replaced_in_batch == rows - samples);
    CHECK(result->new_series == SeriesCount() - before);
  }

  void KeepSnapshot() {
    if (kept_.size() < 2) {
      kept_.push_back({database_->TakeSnapshot(), expected_});
    }
  }

  Random random_;
  const bool on_disk_;
  TempDir folder_;
  std::shared_ptr<Store> memory_;
  std::unique_ptr<Database> database_;
  std::vector<std::shared_ptr<const Metric>> metrics_;
  PlainDatabase expected_;
  std::vector<Kept> kept_;  // goes before the database
  std::vector<std::string> trail_;
};

TEST_CASE("a database is a map from samples, events and aliases", "[model]") {
  const bool on_disk = GENERATE(false, true);
  const std::optional<uint64_t> given = FromEnvironment("FOOTFALL_MODEL_SEED");
  std::vector<uint64_t> seeds = {1, 2, 3, 4, 5, 6};
  if (on_disk) seeds.resize(3);
  if (given) seeds = {*given};
  const uint64_t operations =
      FromEnvironment("FOOTFALL_MODEL_OPERATIONS").value_or(120);
  for (const uint64_t seed : seeds) {
    CAPTURE(seed, on_disk, operations);
    ModelTest test(seed, on_disk);
    for (uint64_t i = 1; i <= operations; ++i) {
      test.Step();
      test.CheckSome();
      if (i % 20 == 0) test.CheckAll();
    }
    test.Reopen();
  }
}

}  // namespace
}  // namespace footfall::testing
