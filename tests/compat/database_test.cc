// A whole database that an earlier release wrote opens, answers, takes changes
// and is folded; database/README.md tells how it came to be. Every answer is
// compared with a plain map that made the same changes.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/query.h"
#include "tests/compat/database/history.h"
#include "tests/compat/tile_survey.h"
#include "tests/model/plain_database.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

namespace fs = std::filesystem;
using storage::TileForm;

constexpr char kBeforeSealedTiles[] = "before_sealed_tiles";

// A stored database, in a folder that may be written to.
class Copy {
 public:
  explicit Copy(const std::string& stored) {
    fs::create_directory(path());
    fs::copy(absl::StrCat("tests/compat/database/", stored), path());
  }
  std::string path() const { return folder_ / "database"; }

 private:
  TempDir folder_;
};

std::unique_ptr<Database> Open(const std::string& path,
                               bool read_only = false) {
  DatabaseOptions options;
  options.create_if_missing = false;
  options.read_only = read_only;
  options.background_upkeep = false;
  auto database = Database::Open(path, options);
  REQUIRE(database.status() == absl::OkStatus());
  return *std::move(database);
}

std::map<std::string, std::string> FilesOf(const std::string& path) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename().string()] = std::string(
        std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

// --- The model -------------------------------------------------------------

void ApplyToModel(const Change& change, PlainDatabase* model) {
  using enum Change::Kind;
  if (change.kind == kDrop) model->metrics.erase(change.metric);
  if (change.metric.empty() || change.kind == kDrop) return;
  PlainMetric& metric = model->metrics.at(change.metric);
  if (change.kind == kForget) {
    Steps& steps = metric[change.rows.front().members];
    steps.erase(steps.lower_bound(change.rows.front().step),
                steps.upper_bound(change.rows.back().step));
  }
  for (const HistoryRow& row : change.rows) {
    if (change.kind == kForget) continue;
    if (row.value.has_value()) {
      metric[row.members][row.step] = *row.value;
    } else {
      metric[row.members].erase(row.step);
    }
  }
  std::erase_if(metric,
                [](const auto& series) { return series.second.empty(); });
}

PlainDatabase Model() {
  PlainDatabase model;
  for (const MetricSpec& spec : HistoryMetrics()) model.metrics[spec.name] = {};
  for (const Change& change : History()) ApplyToModel(change, &model);
  return model;
}

// --- Questions -------------------------------------------------------------

struct Question {
  std::string metric;
  std::string function;
  std::vector<std::string> by;
  std::string every;
  std::string account = {};  // of `ledger`, the only one asked for
};

const std::vector<Question>& Questions() {
  static const auto* const questions = new std::vector<Question>{
      {"users", "max", {"app", "region"}, "month"},
      {"users", "user_days", {"region"}, "quarter"},  // several series a value
      {"users", "last", {"app"}, "year"},
      {"users", "count", {"app", "region"}, "week"},
      {"users", "min", {}, "day"},
      {"ledger", "min", {"account"}, "month"},
      {"ledger", "last", {"account"}, "week"},
      {"ledger", "sum", {"account"}, "month", "debts"},
      {"ledger", "sum", {}, "year", "falls"},
      {"price", "min", {"product"}, "week"},
      {"price", "max", {"product"}, "quarter"},
      {"price", "last", {"product"}, "day"},
      {"visits", "sum", {"site"}, "day"},  // of 23 hours, once
      {"visits", "max", {"site"}, "week"},
      {"load", "sum", {}, "hour"},
      {"load", "count", {}, "day"},
      {"pulse", "sum", {"site"}, "minute"},
      {"pulse", "count", {}, "hour"},
      {"users_monthly", "max", {"app"}, "quarter"},
      {"users_monthly", "first", {"app"}, "year"},
  };
  return *questions;
}

std::string TextOf(const Question& question) {
  return absl::StrCat(
      "SELECT ", question.function, "(", question.metric, ") AS value",
      question.account.empty()
          ? ""
          : absl::StrCat(" WHERE account = '", question.account, "'"),
      question.by.empty() ? "" : " BY ", absl::StrJoin(question.by, ", "),
      " EVERY ", question.every);
}

// Values, or bits of doubles (0 for -0: they are equal), by group and bucket.
using Values = std::map<std::pair<Members, absl::CivilSecond>, int64_t>;
int64_t BitsOf(double value) { return DoubleBits(value == 0 ? 0 : value); }

Values Ask(const Snapshot& snapshot, const Question& question) {
  const auto answer = Query(snapshot, TextOf(question), {});
  REQUIRE(answer.status() == absl::OkStatus());
  const Column& value = *answer->Find("value");
  const Column& time = *answer->Find("time");
  Values values;
  for (size_t row = 0; row < answer->row_count(); ++row) {
    if (value.is_missing(row)) continue;
    Members group;
    for (size_t i = 0; i < question.by.size(); ++i) {
      group.emplace_back(answer->columns[i].text(row));
    }
    values[{group, time.start(row)}] = value.type == ColumnType::kInteger
                                           ? value.integers[row]
                                           : BitsOf(value.decimals[row]);
  }
  // A count is 0 where there is no sample; the model has nothing there.
  if (question.function == "count") {
    std::erase_if(values, [](const auto& cell) { return cell.second == 0; });
  }
  return values;
}

absl::CivilSecond StartOfStep(Unit unit, const absl::TimeZone& zone,
                              int64_t step) {
  const auto at = [&](int64_t seconds) {
    return absl::ToCivilSecond(absl::FromUnixSeconds(seconds), zone);
  };
  switch (unit) {
    case Unit::kSecond:
      return at(step);
    case Unit::kMinute:
      return at(step * 60);
    case Unit::kHour:
      return at(step * 3600);
    case Unit::kDay:
      return absl::CivilSecond(absl::CivilDay(1970, 1, 1) + step);
    default:
      return absl::CivilSecond(absl::CivilMonth(1970, 1) + step);
  }
}

absl::CivilSecond StartOfBucket(const std::string& every,
                                absl::CivilSecond at) {
  const absl::CivilDay day(at);
  if (every == "minute") return absl::CivilSecond(absl::CivilMinute(at));
  if (every == "hour") return absl::CivilSecond(absl::CivilHour(at));
  if (every == "day") return absl::CivilSecond(day);
  if (every == "week") {
    return absl::CivilSecond(absl::PrevWeekday(day + 1, absl::Weekday::monday));
  }
  if (every == "month") return absl::CivilSecond(absl::CivilMonth(at));
  if (every == "quarter") {
    return absl::CivilSecond(at.year(), (at.month() - 1) / 3 * 3 + 1);
  }
  return absl::CivilSecond(at.year());
}

// What `function` makes of values in the order of time.
int64_t Aggregate(const std::string& function, const std::vector<int64_t>& of,
                  bool decimal) {
  if (function == "count") return static_cast<int64_t>(of.size());
  if (function == "first") return of.front();
  if (function == "last") return of.back();
  const auto less = [decimal](int64_t a, int64_t b) {
    return decimal ? absl::bit_cast<double>(a) < absl::bit_cast<double>(b)
                   : a < b;
  };
  if (function == "min") return *std::min_element(of.begin(), of.end(), less);
  if (function == "max") return *std::max_element(of.begin(), of.end(), less);
  int64_t sum = 0;  // or user_days: of integers
  for (const int64_t value : of) sum += value;
  return sum;
}

Values Expected(const PlainDatabase& model, const Question& question) {
  const auto specs = HistoryMetrics();
  const MetricSpec& spec = *std::find_if(
      specs.begin(), specs.end(),
      [&](const MetricSpec& metric) { return metric.name == question.metric; });
  const bool decimal = spec.value_type == ValueType::kDecimal;
  std::map<Members, Steps> groups;  // series of a group added up, by step
  for (const auto& [members, steps] : model.metrics.at(spec.name)) {
    if (!question.account.empty() && members[0] != question.account) continue;
    Members group;
    for (size_t d = 0; d < members.size(); ++d) {
      const std::string& name = spec.dimensions[d].name;
      if (std::count(question.by.begin(), question.by.end(), name) != 0)
        group.push_back(members[d]);
    }
    for (const auto& [step, value] : steps) {
      groups[group][step] +=
          decimal ? BitsOf(absl::bit_cast<double>(value)) : value;
    }
  }
  absl::TimeZone zone;
  REQUIRE(absl::LoadTimeZone(spec.zone, &zone));
  Values values;
  for (const auto& [group, steps] : groups) {
    std::map<absl::CivilSecond, std::vector<int64_t>> buckets;
    for (const auto& [step, value] : steps) {
      buckets[StartOfBucket(question.every,
                            StartOfStep(spec.period.unit, zone, step))]
          .push_back(value);
    }
    for (const auto& [start, of] : buckets) {
      values[{group, start}] = Aggregate(question.function, of, decimal);
    }
  }
  return values;
}

// The samples of a stretch that begins and ends within tiles.
void CheckPart(const PlainMetric& model, const Snapshot& snapshot,
               const Metric& metric) {
  StepRange all = {std::numeric_limits<int64_t>::max(), 0};
  for (const auto& [members, steps] : model) {
    all.begin = std::min(all.begin, steps.begin()->first);
    all.end = std::max(all.end, steps.rbegin()->first + 1);
  }
  const StepRange part = {all.begin + all.size() / 7, all.end - all.size() / 5};
  PlainMetric expected;
  for (const auto& [members, steps] : model) {
    const Steps within(steps.lower_bound(part.begin),
                       steps.lower_bound(part.end));
    if (!within.empty()) expected[members] = within;
  }
  std::vector<SeriesId> series(snapshot.Series(metric.id).count());
  std::iota(series.begin(), series.end(), 0);
  const auto found = ReadSome(snapshot, metric, series, part);
  REQUIRE(found.status() == absl::OkStatus());
  CHECK(Difference(expected, *found).value_or("none") == "none");
}

// Every sample and every question.
void CheckAgainst(const PlainDatabase& model, const Database& database) {
  const auto snapshot = database.TakeSnapshot();
  const auto found = ReadAll(*snapshot);
  REQUIRE(found.status() == absl::OkStatus());
  CHECK(Difference(model, *found).value_or("none") == "none");
  for (const auto& metric : snapshot->Metrics()) {
    CAPTURE(metric->spec.name);
    const PlainMetric& samples = model.metrics.at(metric->spec.name);
    if (!samples.empty()) CheckPart(samples, *snapshot, *metric);
  }
  for (const Question& question : Questions()) {
    const Values expected = Expected(model, question);
    const Values values = Ask(*snapshot, question);
    CAPTURE(TextOf(question));
    CHECK(!expected.empty());
    CHECK((values == expected));
  }
}

TEST_CASE("the stored database is of the form before sealed tiles",
          "[compat]") {
  const Copy copy(kBeforeSealedTiles);
  const TileSurvey survey = SurveyTiles(copy.path());
  CHECK(survey.forms == std::set{TileForm::kLanes, TileForm::kColumn});
  // Of the codecs there were then each, and no other.
  CHECK(survey.codecs ==
        std::set<std::string>{"none", "constant", "raw", "frame", "delta",
                              "decimal 2 constant", "decimal 2 frame",
                              "decimal 3 delta"});
  CHECK(survey.shapes == std::set<std::pair<uint32_t, uint32_t>>{
                             {64, 256}, {16, 1024}, {4, 4096}});
  CHECK(survey.deleting > 0);
  CHECK(survey.patched > 0);
  size_t log_bytes = 0;
  for (const auto& [name, bytes] : FilesOf(copy.path())) {
    if (absl::EndsWith(name, ".log")) log_bytes += bytes.size();
  }
  CHECK(log_bytes > 0);
}

// Of each test: one of each RocksDB that we support, the other's too.
std::string Stored() {
  return GENERATE(as<std::string>(), kBeforeSealedTiles, "rocksdb_7_8",
                  "rocksdb_9_10");
}

TEST_CASE("a stored database opens read-only and answers", "[compat]") {
  const std::string stored = Stored();
  CAPTURE(stored);
  const Copy copy(stored);
  const auto before = FilesOf(copy.path());
  {
    const auto database = Open(copy.path(), /*read_only=*/true);
    CheckAgainst(Model(), *database);
    CHECK(absl::IsFailedPrecondition(
        Apply({Change::Kind::kWrite, "load", {{0, {}, 1}}}, database.get())));
  }
  CHECK((FilesOf(copy.path()) == before));
}

TEST_CASE("a stored database takes changes and is folded", "[compat]") {
  using enum Change::Kind;
  PlainDatabase model = Model();
  std::vector<HistoryRow> days;
  AddUsers(kLastDay + 6, kLastDay + 300, &days);  // on into a new era
  const std::vector<Change> changes = {
      {kWrite, "users", days},
      {kWrite, "users", {{kFirstDay + 1, UserMembers(2), 4}}},
      {kWrite, "users", {{kFirstDay + 2, UserMembers(2), std::nullopt}}},
      {kForget,
       "users",
       {{kFirstDay + 250, UserMembers(3), 0},
        {kLastDay + 20, UserMembers(3), 0}}},
      {kForget, "ledger", {{0, {"edges"}, 0}, {kLastDay, {"edges"}, 0}}},
      {kWrite, "price", {{kFirstDay + 12, {"cents"}, DoubleBits(0.1 + 0.2)}}},
      {kLoad, "visits", VisitRows(kFirstHour + 1400, kFirstHour + 2100)},
      {kLoad, "load", {{kFirstHour * 60 + 2, {}, 1000}}},
      {kWrite, "pulse", {{kFirstHour * 3600, {"site 2"}, std::nullopt}}},
      {kWrite, "users_monthly", {{-119, {"new"}, 1}, {640, {"app 0"}, 2}}},
  };
  const std::string stored = Stored();
  CAPTURE(stored);
  const Copy copy(stored);
  auto database = Open(copy.path());
  CheckAgainst(model, *database);
  CHECK(database->TakeSnapshot()->FindMetric("dropped") == nullptr);
  for (const MetricSpec& spec : HistoryMetrics()) {
    CHECK(database->Define(spec).status() == absl::OkStatus());  // as it is
  }
  model.metrics["dropped"] = {};  // again, empty

  for (const Change& change : changes) {
    REQUIRE(Apply(change, database.get()) == absl::OkStatus());
    ApplyToModel(change, &model);
  }
  CheckAgainst(model, *database);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  CheckAgainst(model, *database);
  REQUIRE(database->Close() == absl::OkStatus());
  database = Open(copy.path());
  CheckAgainst(model, *database);
  REQUIRE(database->Compact() == absl::OkStatus());
  CheckAgainst(model, *database);
  REQUIRE(database->Close() == absl::OkStatus());

  const TileSurvey survey = SurveyTiles(copy.path());
  // What has one step stays a column.
  CHECK(survey.forms.contains(TileForm::kColumn));
  CHECK_FALSE(survey.forms.contains(TileForm::kLanes));
  CHECK(survey.patched == 0);
  CHECK(survey.deleting == 0);
  database = Open(copy.path());
  CheckAgainst(model, *database);
}

}  // namespace
}  // namespace footfall::testing
