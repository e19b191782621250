#include "tests/exhaustion/workload.h"

#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/query.h"

namespace footfall::testing {
namespace {

constexpr char kDefine[] =
    "DEFINE METRIC m INTEGER EVERY day OVER TIME ADDS BY app, region";
constexpr char kInsert[] =
    "INSERT INTO m (TIME, VALUE, app, region) VALUES"
    " (2024-01-01, 5, 'a', 'x'), (2024-01-02, 6, 'b', 'x'),"
    " (2024-01-02, 7, 'a', 'y'), (2025-03-01, 8, 'c', 'y')";
constexpr char kNames[] =
    "ADD EVENT 'release' 'two' ON 2024-01-02 NOTE 'a note long enough for the "
    "heap'";
constexpr char kAlias[] = "ALIAS app 'a' = 'an app with a name of some length'";
constexpr char kDelete[] = "DELETE m WHERE app = 'b' DURING ..";
constexpr const char* kQuestions[] = {
    "SELECT sum(m) BY app, region EVERY month",
    "SELECT m WHERE region = 'x' DURING 2024-01",
    "SHOW SERIES m",
    "SHOW EVENTS",
};

class Workload {
 public:
  Workload(const WorkloadHooks& hooks, const std::string& csv)
      : hooks_(hooks),
        import_(absl::StrCat("IMPORT '", csv,
                             "' INTO m (TIME date, VALUE v, app, region)")) {}

  std::string Run() {
    Step("open", [&] { return Open(); });
    Step("define", [&] { return Change(kDefine); });
    Step("insert", [&] { return Change(kInsert); });
    Step("ask", [&] { return Ask(); });
    Step("event", [&] { return Change(kNames); });
    Step("alias", [&] { return Change(kAlias); });
    Step("write", [&] { return Write(); });
    Step("load", [&] { return Load(); });
    Step("import", [&] { return Import(); });
    Step("delete", [&] { return Change(kDelete); });
    Step("upkeep", [&] { return database_->RunUpkeep(); });
    Step("ask again", [&] { return Ask(); });
    Step("compact", [&] { return database_->Compact(); });
    Step("close", [&] { return database_->Close(); });
    Step("open again", [&] { return Open(); });
    std::string held = wrong_.empty() ? Dump() : std::string();
    Step("close again", [&] { return database_->Close(); });
    return wrong_.empty() ? held : wrong_;
  }

 private:
  void Step(const std::string& name,
            const std::function<absl::Status()>& attempt) {
    if (!wrong_.empty()) return;
    hooks_.before_step();
    absl::Status status = attempt();
    hooks_.after_step();
    if (status.ok()) return;
    if (!absl::IsResourceExhausted(status) && !absl::IsUnavailable(status)) {
      Wrong(name, "answered", status);
      return;
    }
    const absl::Status first = status;
    status = attempt();
    if ((absl::IsFailedPrecondition(status) || absl::IsUnavailable(status)) &&
        name != "open" && name != "close") {
      // The outcome was unknown: it is seen after opening again.
      if (absl::IsFailedPrecondition(status) && !absl::IsUnavailable(first)) {
        Wrong(name, absl::StrCat("latched after ", first.ToString()), status);
        return;
      }
      database_->Close().IgnoreError();
      status = Open();
      if (status.ok()) status = attempt();
    }
    if (!status.ok()) {
      Wrong(name, absl::StrCat("failed again after ", first.ToString()),
            status);
    }
  }

  void Wrong(const std::string& step, const std::string& how,
             const absl::Status& status) {
    wrong_ =
        absl::StrCat("WRONG step ", step, " ", how, ": ", status.ToString());
  }

  absl::Status Open() {
    database_ = nullptr;
    auto database = hooks_.open();
    if (!database.ok()) return database.status();
    database_ = *std::move(database);
    return absl::OkStatus();
  }

  absl::Status Change(const char* script) {
    return Execute(*database_, script, {}, {});
  }

  // What was acknowledged is seen, by every question.
  absl::Status Ask() {
    const auto snapshot = database_->TakeSnapshot();
    for (const char* question : kQuestions) {
      const auto answer = Query(*snapshot, question, {});
      if (!answer.ok()) return answer.status();
    }
    return absl::OkStatus();
  }

  absl::Status Write() {
    return Execute(*database_,
                   "INSERT INTO m (TIME, VALUE, app, region) VALUES"
                   " (2024-01-03, 1, 'new', 'z'), (2024-01-03, 2, 'a', 'x')",
                   {}, {});
  }

  absl::Status Load() {
    const auto metric = database_->TakeSnapshot()->FindMetric("m");
    auto loader = database_->NewBulkLoader(metric, uint64_t{1} << 20);
    if (!loader.ok()) return loader.status();
    for (int64_t step = 19000; step < 19040; ++step) {
      const absl::string_view members[] = {step % 2 == 0 ? "even" : "odd", "z"};
      if (absl::Status status = (*loader)->Add(step, members, step);
          !status.ok()) {
        return status;
      }
    }
    return (*loader)->Finish().status();
  }

  absl::Status Import() { return Execute(*database_, import_, {}, {}); }

  std::string Dump() {
    const auto snapshot = database_->TakeSnapshot();
    std::string held;
    for (const char* question : kQuestions) {
      const auto answer = Query(*snapshot, question, {});
      absl::StrAppend(
          &held, answer.ok() ? FormatCsv(*answer) : answer.status().ToString(),
          "\n");
    }
    return held;
  }

  const WorkloadHooks& hooks_;
  const std::string import_;
  std::unique_ptr<Database> database_;
  std::string wrong_;
};

}  // namespace

void WriteImportFile(const std::string& path) {
  std::ofstream file(path);
  file << "date,v,app,region\n";
  for (int day = 1; day <= 28; ++day) {
    file << "2024-02-" << (day < 10 ? "0" : "") << day << "," << day * 3
         << ",app number " << day % 5 << ",x\n";
  }
}

std::string RunWorkload(const WorkloadHooks& hooks, const std::string& csv) {
  return Workload(hooks, csv).Run();
}

}  // namespace footfall::testing
