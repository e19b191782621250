#include "tests/model/course.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "footfall/database.h"
#include "footfall/verify.h"
#include "storage/store/memory_store.h"
#include "tests/model/first_wrong.h"
#include "tests/model/history.h"
#include "tests/model/model_keeper.h"
#include "tests/model/model_writer.h"
#include "tests/model/plain_database.h"
#include "tests/model/readers.h"
#include "tests/support/lent_store.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

constexpr size_t kWholeEvery = 200;  // operations
constexpr size_t kMaxKept = 2;

class Course {
 public:
  Course(absl::Span<const Operation> operations, const CourseOptions& options,
         std::vector<std::string>* notes)
      : operations_(operations),
        options_(options),
        found_(notes),
        memory_(storage::NewMemoryStore()),
        keeper_(&history_, &found_),
        writer_(folder_ / "rows.csv", &history_, &keeper_, &found_),
        readers_(options.readers, operations.size(), &history_) {}

  std::optional<CourseFailure> Run() {
    size_t i = 0;
    const MetricSpec clocked = RandomSpecs()[options_.clock_of];
    clock_grid_ = *Grid::Create(clocked.period, clocked.zone);
    Open(options_.background_upkeep);
    for (; i < operations_.size() && !found_; ++i) {
      const Operation& operation = operations_[i];
      random_.seed(operation.seed ^ 0x5851F42D4C957F2Dull);
      found_.Note(Describe(operation));
      MoveClock(NowOf(clocked, operation.clock));
      Do(operation);
      if (!found_) history_.Reach(database_->TakeSnapshot()->commit());
      CheckSome();
      if (i % kWholeEvery == kWholeEvery - 1) CheckWhole();
    }
    if (!found_) {
      CheckKept();
      CheckWhole();
      keeper_.SettleAll();
      CheckWhole();
      Reopen(/*verify=*/options_.on_disk);
    }
    readers_.Finish();
    found_.Same(readers_.failure());
    if (!found_) return std::nullopt;
    return CourseFailure{std::max<size_t>(i, 1) - 1, found_.text()};
  }

 private:
  struct Kept {
    std::shared_ptr<const Snapshot> snapshot;
    PlainDatabase expected;
  };

  // To the middle of a step. Of seconds to an hour later, about: that is the
  // least that they are kept for, and so it ends where they are written.
  void MoveClock(int64_t step) {
    const absl::Time now =
        clock_grid_.Start(step) +
        (clock_grid_.step_seconds() == 1
             ? absl::Seconds(3'570)
             : (clock_grid_.Start(step + 1) - clock_grid_.Start(step)) / 2);
    keeper_.Use(database_, now, in_background_);
    *clock_s_ = absl::ToUnixSeconds(now);
  }

  void Do(const Operation& operation) {
    const uint64_t before = database_->TakeSnapshot()->commit();
    switch (operation.act) {
      case Act::kFold:
        if (Chance(3)) return FoldOne(&Database::RunUpkeep);
        found_.Succeeds(database_->RunUpkeep());
        return keeper_.AllRemoved(before);
      case Act::kCompact:
        if (Chance(3)) return FoldOne(&Database::CompactMetric);
        found_.Succeeds(database_->Compact());
        return keeper_.AllRemoved(before);
      case Act::kReopen:
        return Reopen(options_.on_disk && Chance(5));
      case Act::kReadBeside:
        return ReadBeside();
      case Act::kKeep:
        if (kept_.size() < kMaxKept) {
          keeper_.SettleAll();
          kept_.push_back({database_->TakeSnapshot(), history_.now()});
        }
        return;
      case Act::kCheckKept:
        return CheckKept();
      default:
        return writer_.Do(database_.get(), operation);
    }
  }

  // A metric of RandomSpecs(), which may not be there.
  void FoldOne(absl::Status (Database::*fold)(absl::string_view,
                                              const StopCheck&)) {
    const std::vector<MetricSpec>& specs = writer_.specs();
    const std::string& name = specs[random_() % specs.size()].name;
    const uint64_t before = database_->TakeSnapshot()->commit();
    const absl::Status status = (*database_.*fold)(name, {});
    if (!history_.now().metrics.contains(name)) {
      return found_.Refused(status, absl::StatusCode::kNotFound);
    }
    found_.Succeeds(status);
    keeper_.Removed({name}, before);
  }

  bool Chance(uint64_t out_of) { return random_() % out_of == 0; }

  void Open(bool background_upkeep) {
    DatabaseOptions options;
    options.background_upkeep = background_upkeep;
    options.clock = [clock_s = clock_s_] {
      return absl::FromUnixSeconds(*clock_s);
    };
    options.memory_budget_bytes = 8 << 20;
    auto opened = [&] {
      if (options_.on_disk) return Database::Open(folder_ / "db", options);
      std::unique_ptr<Store> store = std::make_unique<LentStore>(memory_);
      if (options_.wrap) store = options_.wrap(std::move(store));
      return Database::Open(std::move(store), options);
    }();
    found_.Succeeds(opened.status());
    if (!opened.ok()) return;
    database_ = *std::move(opened);
    in_background_ = background_upkeep;
    keeper_.Use(database_, absl::FromUnixSeconds(*clock_s_), in_background_);
    readers_.Use(database_);
  }

  void Reopen(bool verify) {
    CheckKept();
    keeper_.SettleAll();
    if (found_) return;
    // Whoever reads still holds the database: closing does not wait for that.
    readers_.Use(nullptr);
    found_.Succeeds(database_->Close());
    database_.reset();
    if (verify && !found_) {
      const auto report = VerifyDatabase(folder_ / "db");
      found_.Succeeds(report.status());
      if (report.ok() && !report->findings.empty()) {
        found_.Wrong(FormatFinding(report->findings[0]));
      }
    }
    Open(Chance(2) && options_.background_upkeep);
    if (!found_) CheckWhole();
  }

  void ReadBeside() {
    if (!options_.on_disk) return;
    keeper_.SettleAll();
    DatabaseOptions options;
    options.read_only = true;
    const auto beside = Database::Open(folder_ / "db", options);
    found_.Succeeds(beside.status());
    if (!beside.ok()) return;
    const auto found = ReadAll(*(*beside)->TakeSnapshot());
    found_.Succeeds(found.status());
    if (found.ok()) found_.Same(Difference(history_.now(), *found));
  }

  void CheckSome() {
    if (found_) return;
    if (database_->Health().state != DatabaseHealth::State::kGood) {
      return found_.Succeeds(database_->Health().cause);
    }
    const auto snapshot = database_->TakeSnapshot();
    const std::vector<MetricSpec>& specs = writer_.specs();
    const MetricSpec& spec = specs[random_() % specs.size()];
    const auto metric = snapshot->FindMetric(spec.name);
    const auto all = history_.now().metrics.find(spec.name);
    const bool is_there = all != history_.now().metrics.end();
    found_.Equal(absl::StrCat("metrics named ", spec.name), is_there ? 1 : 0,
                 metric != nullptr ? 1 : 0);
    if (found_ || metric == nullptr) return;
    if (!(metric->spec == spec)) found_.Wrong("declared otherwise");
    std::vector<SeriesId> series;
    PlainMetric expected;
    StepRange steps;
    steps.begin = RandomStep(spec, &random_);
    steps.end = steps.begin + 1 + static_cast<int64_t>(random_() % 400);
    const uint64_t out_of = 1 + random_() % 20;
    for (SeriesId id = 0; id < snapshot->Series(metric->id).count(); ++id) {
      if (!Chance(out_of)) continue;
      series.push_back(id);
      const auto found = all->second.find(MembersOf(*snapshot, *metric, id));
      if (found == all->second.end()) continue;
      const auto begin = found->second.lower_bound(steps.begin);
      const auto end = found->second.lower_bound(steps.end);
      if (begin != end) expected[found->first] = Steps(begin, end);
    }
    const auto found = ReadSome(*snapshot, *metric, series, steps);
    found_.Succeeds(found.status());
    if (found.ok()) {
      found_.Same(
          Difference(expected, *found, StepOf(history_.may_lack(), spec.name)));
    }
    found_.Same(readers_.failure());
  }

  void CheckWhole() {
    if (found_) return;
    const auto found = ReadAll(*database_->TakeSnapshot());
    found_.Succeeds(found.status());
    if (found.ok()) {
      found_.Same(Difference(history_.now(), *found, history_.may_lack()));
    }
  }

  void CheckKept() {
    for (const auto& [snapshot, expected] : kept_) {
      const auto found = ReadAll(*snapshot);
      found_.Succeeds(found.status());
      if (found.ok()) found_.Same(Difference(expected, *found));
    }
    kept_.clear();
  }

  const absl::Span<const Operation> operations_;
  const CourseOptions& options_;
  FirstWrong found_;
  TempDir folder_;
  const std::shared_ptr<Store> memory_;
  Random random_;
  History history_;
  Grid clock_grid_;
  const std::shared_ptr<std::atomic<int64_t>> clock_s_ =
      std::make_shared<std::atomic<int64_t>>(0);
  bool in_background_ = false;
  std::shared_ptr<Database> database_;
  ModelKeeper keeper_;
  ModelWriter writer_;
  Readers readers_;
  std::vector<Kept> kept_;
};

}  // namespace

std::optional<CourseFailure> RunCourse(absl::Span<const Operation> operations,
                                       const CourseOptions& options,
                                       std::vector<std::string>* notes) {
  return Course(operations, options, notes).Run();
}

}  // namespace footfall::testing
