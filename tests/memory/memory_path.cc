// One way through a database, in a process of its own, which tells how much
// memory it took.
//
//   memory_path PATH BUDGET_MIB COUNT DIR
//
// The database is DIR/db; COUNT is of rows, or of series. Prints "OPENED PEAK",
// resident KiB: once the database was open, and at most.

#include <sys/prctl.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "tests/memory/resident.h"

namespace footfall::testing {
namespace {

constexpr uint64_t kSeries = 20'000;
constexpr uint64_t kRowsOfBatch = 10'000;

MetricSpec Users() {
  MetricSpec spec;
  spec.name = "users";
  spec.dimensions = {{"app", Additivity::kAdds}};
  return spec;
}

// Row `i` of many: steps go round all series in turn, so that rows need
// sorting; values vary as counts do.
struct Row {
  int64_t step;
  std::string app;
  int64_t value;
};
Row RowAt(uint64_t i, uint64_t series) {
  const uint64_t mixed = i * 0x9E3779B97F4A7C15ull;
  return {18'000 + static_cast<int64_t>(i / series),
          absl::StrCat("app-", i % series),
          static_cast<int64_t>(100'000 + (mixed >> 48))};
}

class Path {
 public:
  Path(uint64_t budget_bytes, uint64_t count, std::string folder)
      : budget_bytes_(budget_bytes),
        count_(count),
        folder_(std::move(folder)) {}

  // Answers the resident memory after opening.
  uint64_t Run(absl::string_view path) {
    const uint64_t opened = Open();
    if (path == "open") {
      // That was it.
    } else if (path == "series") {
      Load(count_, count_, uint64_t{256} << 20);
    } else if (path == "batch") {
      Write(count_);
    } else if (path == "batches") {
      Write(kRowsOfBatch);
    } else if (path == "load") {
      Load(count_, kSeries, budget_bytes_);
    } else if (path == "file") {
      WriteFile();
    } else if (path == "import") {
      Import();
    } else if (path == "fold") {
      Write(kRowsOfBatch);
      Require(database_->RunUpkeep());
    } else if (path == "compact") {
      Require(database_->Compact());
    } else if (path == "ask") {
      Ask();
    } else if (path == "ask and import") {
      Ask();
      Import();
    } else {
      Require(absl::InvalidArgumentError(path));
    }
    Require(database_->Close());
    return opened;
  }

 private:
  uint64_t Open() {
    DatabaseOptions options;
    options.memory_budget_bytes = budget_bytes_;
    options.background_upkeep = false;
    auto database = Database::Open(folder_ + "/db", options);
    Require(database.status());
    database_ = *std::move(database);
    const auto metric = database_->Define(Users());
    Require(metric.status());
    metric_ = *metric;
    return ResidentKib("VmRSS:");
  }

  void Load(uint64_t rows, uint64_t series, uint64_t memory_bytes) {
    auto loader = database_->NewBulkLoader(metric_, memory_bytes);
    Require(loader.status());
    for (uint64_t i = 0; i < rows; ++i) {
      const Row row = RowAt(i, series);
      Require((*loader)->Add(row.step, {{row.app}}, row.value));
    }
    Require((*loader)->Finish().status());
  }

  // The same rows each time.
  void Write(uint64_t rows_of_batch) {
    for (uint64_t i = 0; i < count_; i += rows_of_batch) {
      SampleBatch batch;
      SampleRows& rows = batch.RowsOf(metric_);
      for (uint64_t j = i; j < i + rows_of_batch; ++j) {
        const Row row = RowAt(j, kSeries);
        rows.AddStep(row.step, {row.app}, row.value);
      }
      WriteOptions options;
      options.durability = Durability::kProcessCrash;
      Require(database_->Write(batch, options).status());
    }
  }

  std::string FileName() const { return folder_ + "/rows.csv"; }

  void WriteFile() const {
    std::ofstream file(FileName(), std::ios::binary);
    file << "date,app,users\n";
    for (uint64_t i = 0; i < count_; ++i) {
      const Row row = RowAt(i, kSeries);
      file << absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + row.step)
           << "," << row.app << "," << row.value << "\n";
    }
  }

  void Import() {
    Require(Execute(*database_,
                    absl::StrCat("IMPORT '", FileName(),
                                 "' INTO users (TIME date, VALUE users, app)"),
                    {}, {}));
  }

  // All samples pass by; the answer is small.
  void Ask() {
    const auto answer =
        Query(*database_->TakeSnapshot(),
              "SELECT sum(users) DURING 2019..2029 EVERY year", {});
    Require(answer.status());
  }

  const uint64_t budget_bytes_;
  const uint64_t count_;
  const std::string folder_;
  std::unique_ptr<Database> database_;
  std::shared_ptr<const Metric> metric_;
};

int Main(int argc, char** argv) {
  // Where the kernel gives huge pages to everybody, it is their number that
  // would be told.
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  uint64_t budget_mib = 0;
  uint64_t count = 0;
  if (argc != 5 || !absl::SimpleAtoi(argv[2], &budget_mib) ||
      !absl::SimpleAtoi(argv[3], &count)) {
    return 2;
  }
  Path path(budget_mib << 20, count, argv[4]);
  const uint64_t opened = path.Run(argv[1]);
  std::printf("%llu %llu\n", static_cast<unsigned long long>(opened),
              static_cast<unsigned long long>(ResidentKib("VmHWM:")));
  return 0;
}

}  // namespace
}  // namespace footfall::testing

int main(int argc, char** argv) { return footfall::testing::Main(argc, argv); }
