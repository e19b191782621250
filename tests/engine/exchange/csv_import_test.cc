// Whole imports: what is stored, what is counted, and that a file with one bad
// row leaves nothing.

#include "footfall/csv_import.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/engine/exchange/text_files.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using Role = ImportColumn::Role;
using testing::DatabaseHome;
using testing::Gzip;
using testing::Home;
using testing::ReadFile;
using testing::ReadSamples;
using testing::Samples;
using testing::TempDir;
using testing::WriteFile;

MetricSpec Spec(absl::string_view name, const Period& period,
                ValueType type = ValueType::kInteger) {
  MetricSpec spec;
  spec.name = std::string(name);
  spec.value_type = type;
  spec.period = period;
  spec.dimensions = {{"app", Additivity::kAdds},
                     {"platform", Additivity::kAdds}};
  return spec;
}

// A database with one metric, and files beside it.
class Bench {
 public:
  explicit Bench(const MetricSpec& spec, Home home = Home::kMemory)
      : home_(home), database_(home_.Open()) {
    const auto metric = database_->Define(spec);
    REQUIRE(metric.status() == absl::OkStatus());
    metric_ = *metric;
    import_.metric = spec.name;
    import_.path = folder_ / "in.csv";
    import_.columns = {{.role = Role::kTime, .header = "date"},
                       {.role = Role::kValue, .header = "value"},
                       {.header = "app", .dimension = "app"},
                       {.header = "platform", .dimension = "platform"}};
  }

  absl::StatusOr<ImportReport> Import(absl::string_view text) {
    WriteFile(import_.path, text);
    return ImportCsv(*database_, import_, options_);
  }

  Samples State() const {
    return ReadSamples(*database_->TakeSnapshot(), *metric_);
  }
  int64_t Step(absl::string_view date) const {
    return metric_->grid.StepNamed(*ParseDate(date)).value();
  }

  DatabaseHome home_;
  TempDir folder_;
  std::unique_ptr<Database> database_;
  std::shared_ptr<const Metric> metric_;
  ImportSpec import_;
  ImportOptions options_;
};

const Period kDay = {Unit::kDay, 1};

TEST_CASE("a file becomes samples", "[import]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  Bench bench(Spec("dau", kDay), home);
  const std::string text =
      "date,app,platform,value\n"
      "2025-02-08,DeepSeek,app,71790000\n"
      "2025-02-08,DeepSeek,web,48000000\n"
      "2025-02-07,DeepSeek,app,7\n"
      "2025-02-08,\"Wen, \"\"xin\"\"\",,12\r\n"
      "\n"
      "2025-02-08,DeepSeek,web,48000001\n"
      "1969-12-31,文小言,app,-3";
  bench.import_.same_sample = SameSample::kLast;
  const bool packed = GENERATE(false, true);
  CAPTURE(packed);
  const auto report = bench.Import(packed ? Gzip(text) : text);
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(report->rows == 6);
  CHECK(report->series == 4);
  CHECK(report->new_series == 4);
  CHECK(report->samples == 5);
  CHECK(report->merged == 1);
  CHECK(report->rejected == 0);
  CHECK(report->problems.empty());
  const Samples expected = {
      {{"DeepSeek/app", bench.Step("2025-02-08")}, 71'790'000},
      {{"DeepSeek/web", bench.Step("2025-02-08")}, 48'000'001},
      {{"DeepSeek/app", bench.Step("2025-02-07")}, 7},
      {{"Wen, \"xin\"/", bench.Step("2025-02-08")}, 12},
      {{"文小言/app", -1}, -3},
  };
  CHECK(bench.State() == expected);

  // The same again changes nothing.
  const auto again = bench.Import(text);
  REQUIRE(again.status() == absl::OkStatus());
  CHECK(again->new_series == 0);
  CHECK(again->series == 4);
  CHECK(bench.State() == expected);
}

TEST_CASE("columns go where the spec sends them", "[import]") {
  Bench bench(Spec("dau", kDay));
  bench.import_.columns = {
      {.role = Role::kValue, .header = "Daily users"},
      {.role = Role::kConstant, .dimension = "platform", .member = "web"},
      {.role = Role::kTime, .header = "day"},
      {.header = "product", .dimension = "app", .member = "unknown"}};
  const auto report = bench.Import(
      "product,extra,day,Daily users\n"
      "A,x,2025-01-01,1\n"
      ",y,2025-01-01,2\n");
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(bench.State() ==
        Samples{{{"A/web", bench.Step("2025-01-01")}, 1},
                {{"unknown/web", bench.Step("2025-01-01")}, 2}});
}

TEST_CASE("a dimension that is not given is empty", "[import]") {
  Bench bench(Spec("dau", kDay));
  bench.import_.columns.pop_back();
  REQUIRE(bench.Import("date,app,value\n2025-01-01,A,1\n").ok());
  CHECK(bench.State() == Samples{{{"A/", bench.Step("2025-01-01")}, 1}});
}

TEST_CASE("a row that does not fit is named, and nothing is imported",
          "[import]") {
  struct Case {
    const char* why;
    std::string row;
    const char* problem;
  };
  const Case cases[] = {
      {"a date", "2025-13-01,A,x,1",
       "line 4, column \"date\": \"2025-13-01\" is not a date: found month 13"},
      {"an empty date", ",A,x,1",
       "line 4, column \"date\": \"\" is not a date"},
      {"a date too long", "2025-01,A,x,1",
       "line 4, column \"date\": 2025-01 is longer than one step of day"},
      {"a decimal", "2025-01-01,A,x,1.5",
       "line 4, column \"value\": \"1.5\" is a decimal; the metric is INTEGER"},
      {"overflow", "2025-01-01,A,x,99999999999999999999",
       "line 4, column \"value\": \"99999999999999999999\" is beyond 64 bits"},
      {"text", "2025-01-01,A,x,many",
       "line 4, column \"value\": \"many\" is not a number"},
      {"few fields", "2025-01-01,A,1",
       "line 4: found 3 fields; the header has 4"},
      {"many fields", "2025-01-01,A,x,1,2",
       "line 4: found 5 fields; the header has 4"},
      {"one field", "2025-01-01", "line 4: found 1 field; the header has 4"},
      {"NUL", std::string("2025-01-01,A\0,x,1", 17),
       "line 4, column \"app\": \"A\\x00\" is no member: byte 1 of the text is "
       "the control character U+0000"},
      {"a control character", "2025-01-01,A,x\ty,1",
       "line 4, column \"platform\": \"x\\ty\" is no member: byte 1"},
      {"a line end in a member", "2025-01-01,\"A\nB\",x,1",
       "line 4, column \"app\": \"A\\nB\" is no member"},
      {"no UTF-8", "2025-01-01,\xff,x,1",
       "is no member: byte 0 of the text, 0xff, is not UTF-8"},
      {"a long member", "2025-01-01," + std::string(256, 'm') + ",x,1",
       "is no member: text of 256 bytes; at most 255"},
      {"a quote inside", "2025-01-01,5\" disk,x,1",
       "line 4: a quote inside a field"},
      {"text after a quote", "2025-01-01,\"A\"B,x,1",
       "line 4: text between a closing quote and the comma"},
      {"a quote never closed", "2025-01-01,\"A,x,1",
       "line 4: a quote that is never closed"},
  };
  for (const Case& c : cases) {
    INFO(c.why);
    Bench bench(Spec("dau", kDay));
    REQUIRE(bench.Import("date,app,platform,value\n2024-01-01,A,x,5\n").ok());
    const Samples before = bench.State();
    const uint64_t commit = bench.database_->Stats().commit;
    const std::string text = absl::StrCat(
        "date,app,platform,value\n2024-01-01,A,x,6\n2024-01-02,New,x,7\n",
        c.row, "\n2024-01-03,A,x,8\n");
    const auto report = bench.Import(text);
    REQUIRE(report.status().code() == absl::StatusCode::kInvalidArgument);
    const std::string message(report.status().message());
    CHECK_THAT(message, ContainsSubstring(c.problem));
    CHECK_THAT(message,
               ContainsSubstring(": 1 of 4 rows does not fit; nothing was "
                                 "imported"));
    CHECK(bench.State() == before);
    CHECK(bench.database_->Stats().commit == commit);
    CHECK(bench.database_->Stats().series_count == 1);

    // With a rejects file, the others are imported, and the file tells.
    bench.import_.rejects_path = bench.folder_ / "rejects.csv";
    const auto rest = bench.Import(text);
    REQUIRE(rest.status() == absl::OkStatus());
    CHECK(rest->rejected == 1);
    CHECK(rest->rows == 4);
    CHECK(rest->samples == 3);
    REQUIRE(rest->problems.size() == 1);
    CHECK_THAT(rest->problems[0], ContainsSubstring(c.problem));
    CHECK(bench.State() == Samples{{{"A/x", bench.Step("2024-01-01")}, 6},
                                   {{"New/x", bench.Step("2024-01-02")}, 7},
                                   {{"A/x", bench.Step("2024-01-03")}, 8}});
    const std::string rejects = ReadFile(*bench.import_.rejects_path);
    CHECK_THAT(rejects, StartsWith("line,reason,date,app,platform,value\n4,"));
  }
}

TEST_CASE("rejected rows can be corrected and imported in turn", "[import]") {
  Bench bench(Spec("dau", kDay));
  bench.import_.rejects_path = bench.folder_ / "rejects.csv";
  const auto first = bench.Import(
      "date,app,platform,value\n2025-01-01,\"A,B\",x,1\n2025-01-02,\"A,B\",x,"
      "two\n");
  REQUIRE(first.status() == absl::OkStatus());
  CHECK(first->rejected == 1);
  std::string rejects = ReadFile(*bench.import_.rejects_path);
  REQUIRE_THAT(rejects, ContainsSubstring(",2025-01-02,\"A,B\",x,two\n"));
  rejects.replace(rejects.rfind("two"), 3, "2");
  const auto second = bench.Import(rejects);
  REQUIRE(second.status() == absl::OkStatus());
  CHECK(second->rejected == 0);
  CHECK(bench.State() == Samples{{{"A,B/x", bench.Step("2025-01-01")}, 1},
                                 {{"A,B/x", bench.Step("2025-01-02")}, 2}});
  // Nothing was rejected, and the file says so.
  CHECK(ReadFile(*bench.import_.rejects_path) ==
        "line,reason,line,reason,date,app,platform,value\n");
}

TEST_CASE("the first problems are told and the others counted", "[import]") {
  Bench bench(Spec("dau", kDay));
  std::string text = "date,app,platform,value\n";
  for (int i = 0; i < 25; ++i) absl::StrAppend(&text, "2025-01-01,A,x,-\n");
  const auto report = bench.Import(text);
  const std::string message(report.status().message());
  CHECK_THAT(message, ContainsSubstring("25 of 25 rows do not fit"));
  CHECK_THAT(message, ContainsSubstring("line 11, column"));
  CHECK_THAT(message, !ContainsSubstring("line 12, column"));
  CHECK_THAT(message, ContainsSubstring("and 15 more"));
}

TEST_CASE("a header that has not the columns is refused", "[import]") {
  struct Case {
    const char* text;
    const char* problem;
  };
  const Case cases[] = {
      {"", "is empty"},
      {"\n\n", "is empty"},
      {"day,app,platform,value\n",
       "the header has no column \"date\"; it has \"day\", \"app\""},
      {"date~app~platform~value\n", "the header has no column \"date\""},
      {"date,app,app,platform,value\n",
       "the header has column \"app\" twice, as number 2 and 3"},
      {"date,\"app,platform,value\n", "the header is broken: a quote that"},
  };
  for (const Case& c : cases) {
    INFO(c.problem);
    Bench bench(Spec("dau", kDay));
    const auto report = bench.Import(c.text);
    REQUIRE(report.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(report.status().message()),
               ContainsSubstring(c.problem));
  }
}

TEST_CASE("a spec that does not fit the metric is refused", "[import]") {
  struct Case {
    const char* problem;
    std::function<void(ImportSpec*)> spoil;
  };
  const Case cases[] = {
      {"there is no metric \"mau\"", [](auto* s) { s->metric = "mau"; }},
      {"the TIME column is not given",
       [](auto* s) { s->columns.erase(s->columns.begin()); }},
      {"the VALUE column is not given",
       [](auto* s) { s->columns.erase(s->columns.begin() + 1); }},
      {"TIME is given twice",
       [](auto* s) { s->columns.push_back(s->columns[0]); }},
      {"VALUE is given twice",
       [](auto* s) { s->columns.push_back(s->columns[1]); }},
      {"app is given twice",
       [](auto* s) { s->columns.push_back(s->columns[2]); }},
      {"it has no dimension region; it has app, platform",
       [](auto* s) { s->columns[2].dimension = "region"; }},
      {"column app: byte 0 of the text",
       [](auto* s) { s->columns[2].member = "\n"; }},
      {"zone \"Nowhere\"", [](auto* s) { s->zone = "Nowhere"; }},
      {"is the file to import itself",
       [](auto* s) { s->rejects_path = s->path; }},
      {"rejects: ",
       [](auto* s) { s->rejects_path = s->path + "/no/such/folder"; }},
  };
  for (const Case& c : cases) {
    INFO(c.problem);
    Bench bench(Spec("dau", kDay));
    c.spoil(&bench.import_);
    const auto report =
        bench.Import("date,app,platform,value\n2025-01-01,A,x,1\n");
    REQUIRE_FALSE(report.ok());
    CHECK_THAT(std::string(report.status().message()),
               ContainsSubstring(c.problem));
    CHECK(bench.State().empty());
    CHECK_THAT(ReadFile(bench.import_.path), StartsWith("date,app"));
  }
}

TEST_CASE("rejects that find no room leave nothing", "[import]") {
  Bench bench(Spec("dau", kDay));
  bench.import_.rejects_path = "/dev/full";
  // As many as are noticed when the file is closed, and before.
  const int rejects = GENERATE(0, 1, 10'000);
  CAPTURE(rejects);
  std::string text = "date,app,platform,value\n2025-01-01,A,x,1\n";
  for (int i = 0; i < rejects; ++i) text += "2025-01-32,A,x,1\n";
  const auto report = bench.Import(text);
  CHECK(report.status().code() == absl::StatusCode::kResourceExhausted);
  CHECK_THAT(
      std::string(report.status().message()),
      ContainsSubstring("rejects: /dev/full cannot be written: No space"));
  CHECK(bench.State().empty());
}

TEST_CASE("rejects whose reader goes away are an error, and no signal",
          "[import]") {
  Bench bench(Spec("dau", kDay));
  const std::string path = bench.folder_ / "pipe";
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  bench.import_.rejects_path = path;
  // Few at first, so that none waits for a reader that is there.
  std::string text = "date,app,platform,value\n";
  for (int i = 0; i < 20'000; ++i) {
    absl::StrAppend(&text, "2025-01-01,A", i, ",x,1\n");
  }
  for (int i = 0; i < 1'000; ++i) text += "2025-01-32,A,x,1\n";
  bench.options_.progress = [&](const ImportProgress&) {
    if (reader >= 0) close(std::exchange(reader, -1));
    return true;
  };
  CHECK(absl::IsUnavailable(bench.Import(text).status()));
  CHECK(reader == -1);
  CHECK(bench.State().empty());
}

TEST_CASE("rejects that nobody reads do not hold an import up", "[import]") {
  Bench bench(Spec("dau", kDay));
  bench.import_.rejects_path = bench.folder_ / "fifo";
  REQUIRE(mkfifo(bench.import_.rejects_path->c_str(), 0600) == 0);
  const auto report =
      bench.Import("date,app,platform,value\n2025-01-01,A,x,1\n");
  CHECK(report.status().code() == absl::StatusCode::kUnavailable);
  CHECK(bench.State().empty());
}

TEST_CASE("files that cannot be read to their end leave nothing", "[import]") {
  Bench bench(Spec("dau", kDay));
  std::string text = "date,app,platform,value\n";
  for (int i = 0; i < 2000; ++i) {
    absl::StrAppend(&text, "2025-01-01,A", i, ",x,", i * 7919 % 1000, "\n");
  }
  const std::string packed = Gzip(text);
  bench.import_.rejects_path = bench.folder_ / "rejects.csv";
  const auto cut = bench.Import(packed.substr(0, packed.size() - 9));
  CHECK(cut.status().code() == absl::StatusCode::kDataLoss);
  CHECK(bench.State().empty());
  CHECK(bench.database_->Stats().series_count == 0);
  bench.import_.path = bench.folder_ / "absent.csv";
  CHECK(ImportCsv(*bench.database_, bench.import_, {}).status().code() ==
        absl::StatusCode::kNotFound);
}

TEST_CASE("different dates of one step do not fit", "[import]") {
  Bench bench(Spec("mau", {Unit::kMonth, 1}));
  std::string text = "date,app,platform,value\n";
  for (int day = 1; day <= 31; ++day) {
    absl::StrAppend(&text, "2025-01-", day < 10 ? "0" : "", day, ",A,x,", day,
                    "\n");
  }
  const auto report = bench.Import(text);
  REQUIRE(report.status().code() == absl::StatusCode::kInvalidArgument);
  const std::string message(report.status().message());
  CHECK_THAT(message, ContainsSubstring("30 of 31 rows do not fit"));
  CHECK_THAT(message,
             ContainsSubstring(
                 "line 3, column \"date\": its step, 2025-01, has another "
                 "date of the same series on line 2"));
  CHECK(bench.State().empty());

  bench.import_.rejects_path = bench.folder_ / "rejects.csv";
  const auto rest = bench.Import(text);
  REQUIRE(rest.status() == absl::OkStatus());
  CHECK(rest->rejected == 30);
  CHECK(bench.State() == Samples{{{"A/x", bench.Step("2025-01")}, 1}});
}

TEST_CASE("dates that differ by parts of a second are different dates",
          "[import]") {
  for (const Unit unit : {Unit::kDay, Unit::kHour, Unit::kSecond}) {
    CAPTURE(static_cast<int>(unit));
    Bench bench(Spec("hits", {unit, 1}));
    const auto report = bench.Import(
        "date,app,platform,value\n"
        "2025-01-01 05:00:00.100Z,A,x,7\n"
        "2025-01-01 05:00:00.900Z,A,x,7\n");
    CHECK_THAT(std::string(report.status().message()),
               ContainsSubstring("has another date of the same series"));
    bench.import_.time_format = "epoch_ms";
    const auto epochs = bench.Import(
        "date,app,platform,value\n"
        "1735707600100,A,x,7\n"
        "1735707600900,A,x,7\n");
    CHECK(epochs.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(bench.State().empty());
  }
}

TEST_CASE(
    "equal dates within a step are one sample, other series have their "
    "own",
    "[import]") {
  Bench bench(Spec("wau", {Unit::kWeek, 1}));
  // Sundays; one series on a Saturday, which begins the reading anew.
  const auto report = bench.Import(
      "date,app,platform,value\n"
      "2025-02-09,A,x,1\n"
      "2025-02-16,A,x,2\n"
      "2025-02-09,A,x,1\n"
      "2025-02-08,B,x,4\n"
      "2025-02-15,B,x,5\n");
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(report->rows == 5);
  CHECK(report->equal == 1);
  CHECK(report->merged == 0);
  CHECK(bench.State() == Samples{{{"A/x", bench.Step("2025-W06")}, 1},
                                 {{"A/x", bench.Step("2025-W07")}, 2},
                                 {{"B/x", bench.Step("2025-W06")}, 4},
                                 {{"B/x", bench.Step("2025-W07")}, 5}});
  // Comparing dates is bounded like the rest.
  bench.options_.memory_bytes = 200;
  CHECK(bench
            .Import("date,app,platform,value\n2025-02-09,A,x,1\n2025-02-08,B,"
                    "x,1\n2025-02-08,C,x,1\n")
            .status()
            .code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("times below a day are read in the zone that is said", "[import]") {
  Bench bench(Spec("hits", {Unit::kHour, 1}));
  bench.import_.zone = "Asia/Shanghai";
  const auto report = bench.Import(
      "date,app,platform,value\n"
      "2025-02-08 13:00:00,A,x,1\n"
      "2025-02-08T13:00:00Z,A,x,2\n");
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(bench.State() == Samples{{{"A/x", bench.Step("2025-02-08T05")}, 1},
                                 {{"A/x", bench.Step("2025-02-08T13")}, 2}});
}

TEST_CASE("an import larger than its memory gives the same state", "[import]") {
  Bench small(Spec("dau", kDay));
  Bench large(Spec("dau", kDay));
  small.import_.same_sample = SameSample::kLast;
  large.import_.same_sample = SameSample::kLast;
  std::string text = "date,app,platform,value\n";
  uint64_t x = 88172645463325252;
  CAPTURE(x);
  for (int i = 0; i < 150'000; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    absl::StrAppend(&text, 2000 + x % 20, "-0", 1 + x % 9, "-1", x % 8, ",a",
                    x % 31, ",p", x % 3, ",", x % 1'000'000, "\n");
  }
  small.options_.memory_bytes = 1;  // the least: a block of rows
  small.options_.compact = false;
  const auto spilled = small.Import(text);
  const auto direct = large.Import(text);
  REQUIRE(spilled.status() == absl::OkStatus());
  REQUIRE(direct.status() == absl::OkStatus());
  CHECK(spilled->samples == direct->samples);
  CHECK(spilled->merged == direct->merged);
  CHECK(spilled->equal == direct->equal);
  CHECK(spilled->merged > 0);
  CHECK(spilled->samples + spilled->merged + spilled->equal == spilled->rows);
  CHECK((small.State() == large.State()));
  CHECK(small.State().size() == spilled->samples);
}

TEST_CASE("progress is told, and can call the import off", "[import]") {
  Bench bench(Spec("dau", kDay));
  std::string text = "date,app,platform,value\n";
  for (int i = 0; i < 50'000; ++i) {
    absl::StrAppend(&text, "2025-01-01,A", i, ",x,1\n");
  }
  std::vector<ImportProgress> seen;
  bench.options_.progress = [&](const ImportProgress& progress) {
    seen.push_back(progress);
    return true;
  };
  REQUIRE(bench.Import(text).status() == absl::OkStatus());
  REQUIRE(seen.size() > 5);
  CHECK(seen[0].rows < seen[1].rows);
  CHECK_FALSE(seen[2].storing);
  for (size_t i = 3; i < seen.size(); ++i) {
    CAPTURE(i);
    CHECK(seen[i].storing);
    CHECK(seen[i].rows == 50'000);
    CHECK(seen[i].bytes_read == text.size());
    CHECK(seen[i].bytes_total == text.size());
    CHECK(seen[i].rows_stored >= seen[i - 1].rows_stored);
    CHECK(seen[i].rows_stored <= 50'000);
  }
  CHECK(seen.back().rows_stored > 25'000);

  const Samples before = bench.State();
  bench.options_.progress = [](const ImportProgress& progress) {
    return progress.rows < 20'000;
  };
  for (size_t at = text.find(",1\n"); at != std::string::npos;
       at = text.find(",1\n", at + 1)) {
    text[at + 1] = '2';
  }
  CHECK(bench.Import(text).status().code() == absl::StatusCode::kCancelled);
  CHECK((bench.State() == before));
}

TEST_CASE("a read-only database takes no import", "[import]") {
  DatabaseHome home(Home::kDisk);
  {
    auto database = home.Open();
    REQUIRE(database->Define(Spec("dau", kDay)).ok());
  }
  DatabaseOptions options;
  options.read_only = true;
  auto database = home.TryOpen(options);
  REQUIRE(database.ok());
  const TempDir folder;
  WriteFile(folder / "in.csv", "date,value\n2025-01-01,1\n");
  ImportSpec spec;
  spec.path = folder / "in.csv";
  spec.metric = "dau";
  spec.columns = {{.role = Role::kTime, .header = "date"},
                  {.role = Role::kValue, .header = "value"}};
  CHECK(ImportCsv(**database, spec, {}).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace footfall
