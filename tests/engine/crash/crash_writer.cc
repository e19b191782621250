// The process that crash_test kills: writes numbered batches until then.
//
//   crash_writer DIR SHARED SCENARIO DURABILITY
//
// Goes on after the last batch begun in the file SHARED.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"
#include "tests/engine/crash/crash_batch.h"

namespace footfall::testing {
namespace {

// Ends the process: the test sees that it ended by itself.
void Require(const absl::Status& status, Shared* shared) {
  if (status.ok()) return;
  shared->failed = 1;
  std::fprintf(stderr, "crash_writer: %s\n", status.ToString().c_str());
  _exit(1);
}

class Writer {
 public:
  Writer(Database* database, Shared* shared, Scenario scenario,
         Durability durability, std::string folder)
      : database_(database),
        shared_(shared),
        scenario_(scenario),
        durability_(durability),
        folder_(std::move(folder)) {
    for (int i = 0; i < 2; ++i) {
      auto metric = Find(CrashSpec(i));
      Require(metric.status(), shared_);
      metrics_.push_back(*metric);
    }
    if (scenario_ == Scenario::kKeep) KeepAndAlter();
  }

  // Never returns.
  void Run() {
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back([this, writer] { WriteForever(writer); });
    }
    if (scenario_ == Scenario::kFold) {
      Repeat([this] { return database_->RunUpkeep(); });
    } else if (scenario_ == Scenario::kCompact ||
               scenario_ == Scenario::kDelete) {
      Repeat([this] { return database_->Compact(); });
    } else if (scenario_ == Scenario::kKeep) {
      while (true) {
        Alter();
        RemoveOld();
      }
    }
    for (std::thread& thread : threads) thread.join();
  }

 private:
  // As it is declared by now.
  absl::StatusOr<std::shared_ptr<const Metric>> Find(const MetricSpec& spec) {
    auto metric = database_->TakeSnapshot()->FindMetric(spec.name);
    if (metric != nullptr) return metric;
    return database_->Define(spec);
  }

  void Repeat(const std::function<absl::Status()>& work) {
    while (true) {
      shared_->working = Work::kFolding;
      Require(work(), shared_);
      shared_->working = Work::kNone;
    }
  }

  void KeepAndAlter() {
    const MetricChanges keep = {.keep = Period{Unit::kDay, kKeptDays}};
    Require(database_->AlterMetric("daily", keep, StopCheck()).status(),
            shared_);
    for (const auto& metric : database_->TakeSnapshot()->Metrics()) {
      if (absl::StartsWith(metric->spec.name, kAltered)) altered_ = metric;
    }
    if (altered_ == nullptr) {
      const auto metric = database_->Define(AlteredSpec(0));
      Require(metric.status(), shared_);
      altered_ = *metric;
    }
    if (shared_->has_rows != 0) return;
    SampleBatch rows;
    for (int64_t i = 0; i < kAlteredRows; ++i) {
      rows.RowsOf(altered_).AddStep(i, {absl::StrCat("row-", i)}, i);
    }
    Require(database_->Write(rows, {}).status(), shared_);
    shared_->has_rows = 1;
  }

  void Alter() {
    const uint64_t time = ++shared_->altering;
    const MetricSpec spec = AlteredSpec(time);
    shared_->working = Work::kAltering;
    const auto altered = database_->AlterMetric(altered_->spec.name,
                                                {.name = spec.name,
                                                 .unit = spec.unit,
                                                 .over_time = spec.over_time,
                                                 .rules = spec.dimensions,
                                                 .late = spec.late,
                                                 .keep = spec.keep},
                                                StopCheck());
    Require(altered.status(), shared_);
    shared_->altered = time;
    shared_->working = Work::kNone;
    altered_ = *altered;
  }

  // Days pass with the batches; those that are being written stay.
  void RemoveOld() {
    const uint64_t batch =
        std::min(shared_->acknowledged[0], shared_->acknowledged[1]);
    const int64_t first = DailyStepOf(batch) - kKeptDays;
    shared_->keeping = first;
    shared_->working = Work::kRemoving;
    Require(database_->RunUpkeep("daily", StopCheck()), shared_);
    shared_->kept = first;
    shared_->working = Work::kNone;
  }

  void WriteForever(int writer) {
    while (true) {
      const uint64_t batch = ++shared_->started[writer];
      // The second thread always writes through the log.
      if (writer == 0 && scenario_ == Scenario::kBulkLoad) {
        BulkLoad(writer, batch);
      } else if (writer == 0 && scenario_ == Scenario::kImport) {
        Import(writer, batch);
      } else {
        Write(writer, batch);
      }
      shared_->inside[writer] = 0;
      shared_->acknowledged[writer] = batch;
      if (scenario_ != Scenario::kDelete) continue;
      if (IsDeletedLater(batch - 1)) Delete(writer, batch - 1);
      if (writer == 0 && batch % 8 == 0) UseScratch();
    }
  }

  void Write(int writer, uint64_t batch) {
    SampleBatch rows;
    for (const CrashCell& cell : CellsOf(writer, batch, false)) {
      rows.RowsOf(metrics_[cell.metric])
          .AddStep(cell.step, {cell.app}, cell.value);
    }
    rows.AddEvent({.kind = "batch",
                   .name = absl::StrCat(writer, "-", batch),
                   .date = *ParseDate("2025")});
    rows.AddAlias({.dimension = "app",
                   .old_name = absl::StrCat("alias-", writer),
                   .new_name = absl::StrCat("batch-", batch)});
    WriteOptions options;
    options.durability = durability_;
    shared_->inside[writer] = 1;
    Require(database_->Write(rows, options).status(), shared_);
  }

  // By turns as a range of steps and as rows of a batch.
  void Delete(int writer, uint64_t batch) {
    const int64_t step = DailyStepOf(batch);
    WriteOptions options;
    options.durability = durability_;
    SampleBatch rows;
    std::vector<SeriesId> series;
    if (batch % 2 == 0) {
      for (const CrashCell& cell : CellsOf(writer, batch, false)) {
        if (cell.metric != 0 || cell.step != step) continue;
        rows.RowsOf(metrics_[0]).Delete(cell.step, {{cell.app}});
      }
    } else {
      series = SeriesOf(absl::StrCat("w", writer, "-"));
    }
    shared_->deleting[writer] = batch;
    shared_->inside[writer] = 1;
    if (batch % 2 == 0) {
      Require(database_->Write(rows, options).status(), shared_);
    } else {
      Require(database_
                  ->Delete(*metrics_[0], series,
                           {.begin = step, .end = step + 1}, options)
                  .status(),
              shared_);
    }
    shared_->inside[writer] = 0;
    shared_->deleted[writer] = batch;
  }

  // Series of the daily metric whose member begins so.
  std::vector<SeriesId> SeriesOf(const std::string& prefix) const {
    const auto snapshot = database_->TakeSnapshot();
    const SeriesTable& table = snapshot->Series(metrics_[0]->id);
    std::vector<SeriesId> series;
    for (SeriesId id = 0; id < table.count(); ++id) {
      MemberId member = 0;
      table.ReadMembers(0, id, absl::MakeSpan(&member, 1));
      if (absl::StartsWith(snapshot->MemberName("app", member), prefix)) {
        series.push_back(id);
      }
    }
    return series;
  }

  void UseScratch() {
    const uint64_t time = ++shared_->scratch_written;
    MetricSpec spec = CrashSpec(0);
    spec.name = kScratch;
    const auto metric = database_->Define(spec);
    Require(metric.status(), shared_);
    SampleBatch rows;
    for (int64_t i = 0; i < kScratchRows; ++i) {
      rows.RowsOf(*metric).AddStep(i * 100, {absl::StrCat("scratch-", i)},
                                   static_cast<int64_t>(time));
    }
    Require(database_->Write(rows, {}).status(), shared_);
    shared_->scratch_kept = time;
    shared_->inside[0] = 1;
    Require(database_->DropMetric(kScratch), shared_);
    shared_->inside[0] = 0;
    shared_->scratch_dropped = time;
  }

  // One metric only: a bulk load is of one.
  void BulkLoad(int writer, uint64_t batch) {
    auto loader = database_->NewBulkLoader(metrics_[0], 1 << 20);
    Require(loader.status(), shared_);
    for (const CrashCell& cell : CellsOf(writer, batch, true)) {
      if (cell.metric != 0) continue;
      Require((*loader)->Add(cell.step, {cell.app}, cell.value), shared_);
    }
    shared_->inside[writer] = 1;
    Require((*loader)->Finish().status(), shared_);
  }

  void Import(int writer, uint64_t batch) {
    ImportSpec spec;
    spec.path = folder_ + ".csv";
    spec.metric = "daily";
    spec.same_sample = SameSample::kLast;
    spec.columns = {{ImportColumn::Role::kTime, "date", "", ""},
                    {ImportColumn::Role::kDimension, "app", "app", ""},
                    {ImportColumn::Role::kValue, "users", "", ""}};
    {
      std::ofstream file(spec.path, std::ios::trunc);
      file << "date,app,users\n";
      for (const CrashCell& cell : CellsOf(writer, batch, true)) {
        if (cell.metric != 0) continue;
        file << absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + cell.step)
             << "," << cell.app << "," << cell.value << "\n";
      }
    }
    ImportOptions options;
    options.compact = batch % 4 == 0;
    shared_->inside[writer] = 1;
    Require(ImportCsv(*database_, spec, options).status(), shared_);
  }

  Database* const database_;
  Shared* const shared_;
  const Scenario scenario_;
  const Durability durability_;
  const std::string folder_;
  std::vector<std::shared_ptr<const Metric>> metrics_;
  std::shared_ptr<const Metric> altered_;
};

int Main(int argc, char** argv) {
  if (argc != 5) return 2;
  const int file = open(argv[2], O_RDWR);
  if (file < 0) return 2;
  void* mapped = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                      MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) return 2;
  auto* shared = static_cast<Shared*>(mapped);
  DatabaseOptions options;
  options.memory_budget_bytes = 4 << 20;  // so that tables are written, too
  options.clock = [shared] {
    return absl::UnixEpoch() +
           absl::Hours(24 * (shared->keeping + kKeptDays) + 12);
  };
  auto database = Database::Open(argv[1], options);
  Require(database.status(), shared);
  Writer writer(database->get(), shared,
                static_cast<Scenario>(std::atoi(argv[3])),
                static_cast<Durability>(std::atoi(argv[4])), argv[1]);
  shared->ready = 1;
  writer.Run();
  return 0;
}

}  // namespace
}  // namespace footfall::testing

int main(int argc, char** argv) { return footfall::testing::Main(argc, argv); }
