// One hostile question in a process of its own, which tells how much memory it
// took.
//
//   question_path make APPS DAYS DIR       writes the database DIR/db
//   question_path NAME LIMIT_MIB DIR       asks question NAME of it
//   question_path names                    the names, one a line
//
// A question prints "BEFORE PEAK CODE", in KiB and as absl::StatusCode; with a
// fourth argument also its processor time and longest way between two looks,
// for people.

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "footfall/ask.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "query/lang/look.h"
#include "tests/memory/resident.h"

namespace footfall::testing {
namespace {

constexpr int64_t kFirst = 18'000;  // in 2019

std::string Repeat(int count, absl::string_view between,
                   const std::function<std::string(int)>& part) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : between, part(i));
  }
  return text;
}

std::string Same(int count, absl::string_view between, std::string part) {
  return Repeat(count, between, [&part](int) { return part; });
}

std::string Nested(int depth, absl::string_view open, absl::string_view x,
                   absl::string_view close) {
  return absl::StrCat(Same(depth, "", std::string(open)), x,
                      Same(depth, "", std::string(close)));
}

// A sum of 2^levels means, as deep as it has levels.
ask::Value WideSum(int levels) {
  if (levels == 0) return ask::Avg("dau");
  return WideSum(levels - 1) + WideSum(levels - 1);
}

struct Question {
  std::string name;
  std::string text;
  int tree_levels = 0;  // a tree instead of a text
};

std::vector<Question> Questions() {
  const std::string centuries = " DURING 0001..2700 EVERY day FILL null ";
  return {
      {"20,000 keys", absl::StrCat("SELECT max(dau) AS a", centuries,
                                   "ORDER BY ", Same(20'000, ",", "a"))},
      {"keys that differ",
       absl::StrCat(
           "SELECT max(dau) AS a", centuries, "ORDER BY ",
           Repeat(5'000, ",", [](int i) { return absl::StrCat("a+", i); }))},
      {"300 tests",
       absl::StrCat(
           "SELECT max(dau)", centuries, "HAVING ",
           Repeat(300, " AND ",
                  [](int i) { return absl::StrCat("max(dau) != ", i); }))},
      {"300 tests by app",
       absl::StrCat("SELECT dau BY app DURING 2019-05-01..2019-05-07 HAVING ",
                    Same(300, " AND ", "dau >= 0"), " LIMIT 5")},
      {"ma nested",
       absl::StrCat("SELECT ", Nested(60, "ma(", "dau", ", 7)"),
                    " BY app DURING 2019-06-01..2019-06-07 LIMIT 5")},
      {"lags nested",
       absl::StrCat("SELECT ", Nested(60, "lag(", "max(hits)", ", 1 day)"),
                    centuries, "LIMIT 5")},
      {"changepoints", "SELECT changepoints(hits, 2000)"},
      {"changepoints by app", "SELECT changepoints(dau, 50) BY app"},
      {"far ranking", "SELECT avg(far) BY app TOP 5"},
      {"far tops", "SELECT far BY app TOP 5"},
      {"far months", "SELECT max(far) EVERY month"},
      {"far days", "SELECT max(far) EVERY day FILL null"},
      {"wide top", "SELECT dau BY app TOP 10"},
      {"wide top of means", "SELECT dau, ma(dau, 7) AS m BY app TOP 10"},
      {"wide top, most",
       "SELECT dau, ma(dau, 7) AS m BY app TOP 1000000 LIMIT 10"},
      {"four keys",
       "SELECT dau, dau + 1 AS b BY app ORDER BY dau DESC, b, time, app "
       "LIMIT 10"},
      {"all rows", "SELECT dau BY app"},
      {"all rows of a year", "SELECT dau BY app DURING 2020-01..2020-02"},
      {"shares", "SELECT share(dau) BY app LIMIT 10"},
      {"ranks", "SELECT rank(dau) BY app LIMIT 10"},
      {"rank deltas",
       "SELECT rank_delta(dau, 1 week) BY app EVERY day LIMIT 10"},
      {"places", "SELECT count_in_top(dau, 10) BY app LIMIT 10"},
      {"wholes", "SELECT avg(users) WHERE app LIKE '%' BY app LIMIT 10"},
      {"wholes by day", "SELECT users WHERE app != 'app-1' BY app LIMIT 10"},
      {"shares of wholes", "SELECT share(avg(users)) BY app, region LIMIT 10"},
      {"2,500 LIKEs", absl::StrCat("SELECT avg(dau) WHERE ",
                                   Repeat(2'500, " AND ",
                                          [](int i) {
                                            return absl::StrCat("app LIKE '%p%",
                                                                i % 10, "%'");
                                          }))},
      {"2,500 NOT LIKEs", absl::StrCat("SELECT avg(dau) WHERE ",
                                       Repeat(2'500, " AND ",
                                              [](int i) {
                                                return absl::StrCat(
                                                    "app NOT LIKE '%z", i, "'");
                                              }))},
      {"slow LIKE", absl::StrCat("SELECT avg(dau) WHERE app LIKE '",
                                 Same(120, "", "%p"), "'")},
      {"long IN",
       absl::StrCat(
           "SELECT avg(dau) WHERE app IN (",
           Repeat(4'500, ",",
                  [](int i) { return absl::StrCat("'app-", i % 100, "'"); }),
           ")")},
      {"many items", absl::StrCat("SELECT ",
                                  Repeat(2'500, ", ",
                                         [](int i) {
                                           return absl::StrCat("max(dau)+", i,
                                                               " AS a", i);
                                         }),
                                  " BY app")},
      {"many operands", absl::StrCat("SELECT ",
                                     Repeat(1'000, ", ",
                                            [](int i) {
                                              return absl::StrCat(
                                                  "max(dau{app='app-", i % 500,
                                                  "'}) AS a", i);
                                            }),
                                     " EVERY day")},
      {"many leaves", absl::StrCat("SELECT ",
                                   Repeat(700, ", ",
                                          [](int i) {
                                            return absl::StrCat("avg(dau*", i,
                                                                ") AS a", i);
                                          }),
                                   " DURING 2019-05-01..2019-05-03 BY app")},
      {"wide tree", "", 16},
      {"unclosed", absl::StrCat("SELECT ", Same(60'000, "", "("))},
  };
}

std::unique_ptr<Database> Open(const std::string& folder, bool read_only) {
  DatabaseOptions options;
  options.memory_budget_bytes = read_only ? uint64_t{8} << 20 : 0;
  if (!read_only) options.memory_budget_bytes = uint64_t{128} << 20;
  options.background_upkeep = false;
  options.read_only = read_only;
  auto database = Database::Open(folder + "/db", options);
  Require(database.status());
  return *std::move(database);
}

// dau: every app on every day. far: the same for a tenth of the apps and a
// stray sample at the end of time. users: each app in a region, and 43 regions
// beside them that are not split by app. hits: one series that adds.
void Make(uint64_t apps, uint64_t days, const std::string& folder) {
  const auto database = Open(folder, /*read_only=*/false);
  Require(Execute(
      *database,
      "DEFINE METRIC dau INTEGER EVERY day OVER TIME OVERLAPS BY app ADDS;"
      "DEFINE METRIC far INTEGER EVERY day OVER TIME OVERLAPS BY app ADDS;"
      "DEFINE METRIC users INTEGER EVERY day OVER TIME OVERLAPS "
      "  BY app ADDS, region OVERLAPS;"
      "DEFINE METRIC hits INTEGER EVERY day OVER TIME ADDS BY app;"
      "INSERT INTO far (TIME, VALUE, app) VALUES (9999-12-31, 1, 'app-1')",
      {}, {}));
  constexpr uint64_t kRegions = 43;
  const auto snapshot = database->TakeSnapshot();
  const auto load = [&](absl::string_view metric, uint64_t series,
                        uint64_t steps, const auto& members_of,
                        int64_t first = kFirst) {
    auto loader = database->NewBulkLoader(snapshot->FindMetric(metric),
                                          uint64_t{64} << 20);
    Require(loader.status());
    std::vector<BulkLoader::Row> rows(steps);
    for (uint64_t s = 0; s < series; ++s) {
      const std::vector<std::string> members = members_of(s);
      const std::vector<absl::string_view> views(members.begin(),
                                                 members.end());
      const auto id = (*loader)->SeriesOf(views);
      Require(id.status());
      for (uint64_t i = 0; i < steps; ++i) {
        const uint64_t mixed = (s * steps + i) * 0x9E3779B97F4A7C15ull;
        rows[i] = {first + static_cast<int64_t>(i),
                   static_cast<int64_t>(100'000 + (mixed >> 48)), *id};
      }
      Require((*loader)->AddRows(rows));
    }
    Require((*loader)->Finish().status());
  };
  const auto app = [](uint64_t s) {
    return std::vector<std::string>{absl::StrCat("app-", s)};
  };
  load("dau", apps, days, app);
  load("hits", 1, 5'000, app, kFirst - 5'000);
  load("far", apps / 10, days, app);
  load("users", apps + kRegions, 30, [apps](uint64_t s) {
    return std::vector<std::string>{s < apps ? absl::StrCat("app-", s) : "",
                                    absl::StrCat("region-", s % kRegions)};
  });
  Require(database->Compact());
  Require(database->Close());
}

double ProcessorSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) *
             1e-6;
}

// The most processor time of a thread between two looks.
class LookTimes : public query::LookObserver {
 public:
  absl::Status OnLook(uint64_t work) override {
    thread_local double before = 0;
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    const double now = static_cast<double>(time.tv_sec) +
                       static_cast<double>(time.tv_nsec) * 1e-9;
    if (looks_++ > 0 && now - before > longest_) {
      longest_ = now - before;
      work_ = work;
    }
    before = now;
    return absl::OkStatus();
  }
  std::string Told() const {
    return absl::StrCat(looks_, " looks, at most ",
                        static_cast<int64_t>(longest_ * 1e6), " us and ", work_,
                        " cells apart");
  }

 private:
  uint64_t looks_ = 0;
  double longest_ = 0;
  uint64_t work_ = 0;  // in that time
};

int AskOne(const Question& question, uint64_t limit_mib,
           const std::string& folder, bool tell_more) {
  const auto database = Open(folder, /*read_only=*/true);
  const auto snapshot = database->TakeSnapshot();
  // What the database keeps of what was read is not the question's.
  Require(Query(*snapshot, "SELECT avg(dau) BY app TOP 1", {}).status());
  Require(Query(*snapshot, "SELECT max(far) EVERY year", {}).status());
  Statement tree;
  if (question.tree_levels > 0) tree = ask::Ask(WideSum(question.tree_levels));
  malloc_trim(0);
  // The peak begins anew, where the kernel can do that.
  std::ofstream("/proc/self/clear_refs") << "5";
  const uint64_t before = ResidentKib("VmRSS:");
  LookTimes looks;
  if (tell_more) query::ObserveLooks(&looks);
  static_cast<void>(query::CheckStop({}));
  const double began = ProcessorSeconds();
  QueryOptions options;
  options.limits.max_memory_bytes = limit_mib << 20;
  const absl::StatusOr<Answer> answer =
      question.tree_levels > 0 ? Query(*snapshot, tree, options)
                               : Query(*snapshot, question.text, options);
  const uint64_t peak = ResidentKib("VmHWM:");
  std::printf("%llu %llu %d\n", static_cast<unsigned long long>(before),
              static_cast<unsigned long long>(peak),
              static_cast<int>(answer.status().code()));
  if (tell_more) {
    static_cast<void>(query::CheckStop({}));
    std::printf(
        "  %.3f s, %s; %s\n", ProcessorSeconds() - began, looks.Told().c_str(),
        answer.ok() ? absl::StrCat(answer->row_count(), " rows").c_str()
                    : answer.status().ToString().substr(0, 160).c_str());
  }
  return 0;
}

int Main(int argc, char** argv) {
  // Where the kernel gives huge pages to everybody, it is their number that
  // would be told.
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  const std::string name = argc > 1 ? argv[1] : "";
  if (name == "names") {
    for (const Question& question : Questions()) {
      std::printf("%s\n", question.name.c_str());
    }
    return 0;
  }
  uint64_t first = 0;
  uint64_t second = 0;
  if (argc < 4 || !absl::SimpleAtoi(argv[2], &first)) return 2;
  if (name == "make") {
    if (argc != 5 || !absl::SimpleAtoi(argv[3], &second)) return 2;
    Make(first, second, argv[4]);
    return 0;
  }
  for (const Question& question : Questions()) {
    if (question.name == name) {
      return AskOne(question, first, argv[3], argc > 4);
    }
  }
  return 2;
}

}  // namespace
}  // namespace footfall::testing

int main(int argc, char** argv) { return footfall::testing::Main(argc, argv); }
