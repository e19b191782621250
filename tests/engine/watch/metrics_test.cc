// What a database counts, and its text for a monitor.

#include "footfall/metrics.h"

#include <cctype>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "footfall/database.h"
#include "footfall/question_log.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/one_budget.h"

namespace footfall {
namespace {

using testing::DatabaseHome;
using testing::Home;

// A family of OpenMetrics 1.0 text.
struct Family {
  std::string type;
  std::string unit;
  bool has_help = false;
  std::vector<std::pair<std::string, double>> samples;  // name and labels
};

bool IsName(absl::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) {
    return false;
  }
  for (const char c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  }
  return true;
}

// Reads the text by the rules of the format; "" in *error where it keeps them:
// metadata of a family before its samples, each once, families not mixed, the
// unit at the end of the name, counters that end in _total and are not below 0,
// buckets that rise up to +Inf, which is the count, and "# EOF" at the end.
std::map<std::string, Family> ReadOpenMetrics(const std::string& text,
                                              std::string* error) {
  std::map<std::string, Family> families;
  const auto fail = [&](absl::string_view what, absl::string_view line) {
    if (error->empty()) *error = absl::StrCat(what, ": ", line);
  };
  std::string current;
  bool ended = false;
  if (text.empty() || text.back() != '\n') fail("no end of line", "");
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  lines.pop_back();
  for (const std::string& line : lines) {
    if (ended) fail("after # EOF", line);
    if (line == "# EOF") {
      ended = true;
      continue;
    }
    if (line.empty()) {
      fail("an empty line", line);
      continue;
    }
    if (line[0] == '#') {
      const std::vector<std::string> parts =
          absl::StrSplit(line, absl::MaxSplits(' ', 3));
      if (parts.size() != 4 || parts[0] != "#" || !IsName(parts[2])) {
        fail("no metadata", line);
        continue;
      }
      if (parts[2] != current) {
        if (families.contains(parts[2])) fail("families are mixed", line);
        current = parts[2];
      }
      Family& family = families[current];
      if (!family.samples.empty()) fail("metadata after a sample", line);
      if (parts[1] == "TYPE") {
        static const auto* const types =
            new std::set<std::string>{"counter", "gauge", "histogram"};
        if (!family.type.empty() || !types->contains(parts[3])) {
          fail("type", line);
        }
        family.type = parts[3];
      } else if (parts[1] == "UNIT") {
        if (!family.unit.empty() ||
            !absl::EndsWith(current, absl::StrCat("_", parts[3]))) {
          fail("unit", line);
        }
        family.unit = parts[3];
      } else if (parts[1] == "HELP") {
        if (family.has_help) fail("help twice", line);
        // Only these are escapes.
        for (size_t i = 0; i < parts[3].size(); ++i) {
          if (parts[3][i] == '"') fail("a quote that is not escaped", line);
          if (parts[3][i] != '\\') continue;
          if (++i == parts[3].size() ||
              !absl::StrContains("n\\\"", parts[3].substr(i, 1))) {
            fail("escape", line);
          }
        }
        family.has_help = true;
      } else {
        fail("no such metadata", line);
      }
      continue;
    }
    const std::vector<std::string> parts = absl::StrSplit(line, ' ');
    double value = 0;
    if (parts.size() != 2 || !absl::SimpleAtod(parts[1], &value)) {
      fail("a sample is a name and a number", line);
      continue;
    }
    const std::string name = parts[0].substr(0, parts[0].find('{'));
    Family& family = families[current];
    const std::string suffix =
        absl::StartsWith(name, current) ? name.substr(current.size()) : "?";
    if (!IsName(name) || family.type.empty()) fail("sample", line);
    const bool fits =
        family.type == "counter" ? suffix == "_total" && value >= 0
        : family.type == "gauge" ? suffix.empty()
        : family.type == "histogram"
            ? suffix == "_bucket" || suffix == "_count" || suffix == "_sum"
            : false;
    if (!fits) fail("suffix or value", line);
    if ((suffix == "_bucket") != absl::StrContains(parts[0], "{le=\"")) {
      fail("labels", line);
    }
    family.samples.emplace_back(parts[0], value);
  }
  if (!ended) fail("no # EOF", "");
  for (const auto& [name, family] : families) {
    if (family.samples.empty()) fail("no sample", name);
    if (family.type != "histogram") {
      if (family.samples.size() != 1) fail("more than one sample", name);
      continue;
    }
    double bound = -1;
    double count = 0;
    std::optional<double> infinite;
    for (const auto& [sample, value] : family.samples) {
      const size_t quote = sample.find('"');
      if (quote == std::string::npos) {
        if (absl::EndsWith(sample, "_count") && infinite != value) {
          fail("+Inf is not the count", name);
        }
        continue;
      }
      const std::string le =
          sample.substr(quote + 1, sample.size() - quote - 3);
      double next = 0;
      if (value < count) fail("buckets fall", name);
      count = value;
      if (le == "+Inf") {
        infinite = value;
      } else if (infinite.has_value() || !absl::SimpleAtod(le, &next) ||
                 next <= bound) {
        fail("bounds do not rise", name);
      }
      bound = next;
    }
    if (!infinite.has_value()) fail("no +Inf", name);
  }
  return families;
}

TEST_CASE("the reader of OpenMetrics refuses what is none", "[metrics]") {
  const auto text = GENERATE(values<std::string>({
      "",
      "# TYPE a counter\na_total 1\n",                 // no end
      "# TYPE a counter\na 1\n# EOF\n",                // no _total
      "# TYPE a counter\na_total -1\n# EOF\n",         // below 0
      "# TYPE a gauge\n# TYPE a gauge\na 1\n# EOF\n",  // twice
      "# TYPE a gauge\na 1\n# HELP a b\n# EOF\n",      // after the sample
      "# TYPE a gauge\n# UNIT a bytes\na 1\n# EOF\n",  // not in its name
      "# TYPE a gauge\n# HELP a \\t\na 1\n# EOF\n",    // no such escape
      "# TYPE a gauge\na 1\n\n# EOF\n",                // an empty line
      "# TYPE a gauge\na 1\n# EOF\nb 1\n",             // after the end
      "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n"
      "a_count 1\na_sum 1\n# EOF\n",  // falls
      "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_count 2\na_sum 1\n"
      "# EOF\n",  // no +Inf
  }));
  CAPTURE(text);
  std::string error;
  ReadOpenMetrics(text, &error);
  CHECK(!error.empty());
}

TEST_CASE("metrics are written as OpenMetrics has it", "[metrics]") {
  DatabaseMetrics metrics;
  metrics.writes = 3;
  metrics.write_bytes = uint64_t{1} << 62;
  metrics.questions.counts = {5, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
  metrics.questions.sum_seconds = 1'234'567.000000125;
  metrics.takes_writes = true;
  std::string error;
  auto families = ReadOpenMetrics(OpenMetricsText(metrics), &error);
  CHECK(error.empty());
  INFO(error);
  for (const auto& [name, family] : families) {
    CAPTURE(name);
    CHECK(absl::StartsWith(name, "footfall_"));
    CHECK(family.has_help);
  }
  CHECK(families["footfall_writes"].samples[0].second == 3);
  CHECK(families["footfall_write_bytes"].unit == "bytes");
  CHECK(absl::StrContains(OpenMetricsText(metrics),
                          "footfall_write_bytes_total 4611686018427387904\n"));
  const Family& questions = families["footfall_question_seconds"];
  CHECK(questions.unit == "seconds");
  CHECK(
      questions.samples[2] ==
      std::make_pair(
          std::string("footfall_question_seconds_bucket{le=\"0.001\"}"), 6.0));
  CHECK(questions.samples.back().second == 1'234'567.000000125);
  CHECK(families["footfall_takes_writes"].samples[0].second == 1);
}

TEST_CASE("a database counts what it does", "[metrics]") {
  DatabaseHome at(Home::kDisk);
  const auto database = at.Open();
  MetricSpec spec;
  spec.name = "dau";
  spec.dimensions = {{"app"}};
  const auto metric = *database->Define(spec);
  for (int64_t day = 0; day < 40; ++day) {
    SampleBatch batch;
    batch.RowsOf(metric).AddStep(day, {"A"}, day);
    batch.RowsOf(metric).AddStep(day, {"B"}, day);
    REQUIRE(database->Write(batch, {Durability::kProcessCrash}).ok());
  }
  SampleBatch wrong;
  wrong.RowsOf(metric).AddStep(0, {"A", "B"}, int64_t{1});
  REQUIRE(!database->Write(wrong, {}).ok());
  DatabaseMetrics now = database->Metrics();
  CHECK(now.writes == 40);
  CHECK(now.samples == 80);
  CHECK(now.patches == 40);
  CHECK(now.write_bytes > 40 * 10);
  CHECK(now.folded_tiles == 0);
  CHECK(now.upkeep_tiles + now.upkeep_metrics > 0);
  CHECK(now.commit == 41);
  CHECK(now.metrics == 1);
  CHECK(now.series == 2);
  CHECK(now.log_bytes > 0);
  CHECK(now.takes_writes);
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  const auto loader = *database->NewBulkLoader(metric, 8 << 20);
  REQUIRE(loader->Add(300, {"C"}, 1).ok());
  REQUIRE(loader->Finish().ok());
  REQUIRE(*database->Delete(*metric, std::vector<SeriesId>{0}, {0, 5}, {}) ==
          5);
  REQUIRE(database->Compact() == absl::OkStatus());
  REQUIRE(database->RunUpkeep() == absl::OkStatus());
  now = database->Metrics();
  CHECK(now.folded_tiles > 0);
  CHECK(now.upkeep_tiles + now.upkeep_metrics == 0);
  CHECK(now.loads == 1);
  CHECK(now.loaded_samples == 1);
  CHECK(now.deleted_samples == 5);
  CHECK(now.table_bytes > now.catalog_bytes);
  CHECK(now.catalog_bytes > 0);
  CHECK(now.tables > 0);
  testing::ReadSamples(*database->TakeSnapshot(), *metric);
  testing::ReadSamples(*database->TakeSnapshot(), *metric);
  now = database->Metrics();
  CHECK(now.cache_hits + now.cache_misses > 0);
  std::string error;
  ReadOpenMetrics(OpenMetricsText(now), &error);
  CHECK(error.empty());
  REQUIRE(database->Close() == absl::OkStatus());
  CHECK(database->Metrics().writes == 0);
}

TEST_CASE("databases that share a cache report the same memory", "[metrics]") {
  const DatabaseHome homes[] = {DatabaseHome(Home::kDisk),
                                DatabaseHome(Home::kDisk)};
  DatabaseOptions options;
  options.background_upkeep = false;
  options.shared =
      *SharedResources::New({.max_background_bytes_per_second = 1 << 30});
  const auto first = *Database::Open(homes[0].path(), options);
  const auto second = *Database::Open(homes[1].path(), options);
  MetricSpec spec;
  spec.name = "dau";
  const uint64_t before = options.shared->background_bytes();
  REQUIRE(first->Define(spec).ok());
  REQUIRE(first->Compact() == absl::OkStatus());
  CHECK(options.shared->background_bytes() > before);
  CHECK(options.shared->memory_bytes() > 0);
  testing::CheckOneBudget(*options.shared,
                          {
                              [&] { return first->Metrics().memory_bytes; },
                              [&] { return second->Metrics().memory_bytes; },
                          });
}

TEST_CASE("questions are counted by how long they took", "[metrics]") {
  DatabaseHome at(Home::kMemory);
  auto database = at.Open();
  const auto snapshot = database->TakeSnapshot();
  QuestionLog* const log = snapshot->questions();
  REQUIRE(log != nullptr);
  log->Note("a", absl::Microseconds(10), absl::OkStatus(), 1);  // at a bound
  log->Note("a", absl::Microseconds(11), absl::OkStatus(), 1);
  log->Note("a", absl::Seconds(61), absl::CancelledError(), 0);
  log->Note("a", -absl::Seconds(1), absl::OkStatus(), 0);  // the clock was set
  const DatabaseMetrics now = database->Metrics();
  CHECK(now.questions.counts[0] == 2);
  CHECK(now.questions.counts[1] == 1);
  CHECK(now.questions.counts.back() == 1);
  CHECK(now.questions.sum_seconds == Approx(61.000021));
  CHECK(now.failed_questions == 1);
  CHECK(now.slow_questions == 0);
  // A snapshot may outlive its database.
  database.reset();
  snapshot->questions()->Note("a", absl::Seconds(1), absl::OkStatus(), 1);
}

}  // namespace
}  // namespace footfall
