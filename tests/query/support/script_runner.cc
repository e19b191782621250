#include "tests/query/support/script_runner.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "footfall/refusal.h"
#include "query/lang/refusals.h"
#include "query/run/run.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

// `now` is written like a date of the language.
absl::Time NowOf(absl::string_view text) {
  const absl::StatusOr<Date> date = ParseDate(text);
  if (!date.ok()) FAIL("now: " << date.status().message());
  const absl::Time civil = absl::FromCivil(date->start, absl::UTCTimeZone());
  return civil - absl::Seconds(date->utc_offset_s.value_or(0));
}

ParameterValue ParameterOf(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(' ', 1));
  const std::string value(parts.second);
  int64_t whole = 0;
  double decimal = 0;
  if (parts.first == "text") return value;
  if (parts.first == "number" && absl::SimpleAtoi(value, &whole)) return whole;
  if (parts.first == "number" && absl::SimpleAtod(value, &decimal)) {
    return decimal;
  }
  if (parts.first == "date") {
    const absl::StatusOr<Date> date = ParseDate(value);
    if (!date.ok()) FAIL("parameter: " << date.status().message());
    return *date;
  }
  if (parts.first == "range") {
    const auto parsed = Parse(absl::StrCat("SELECT a DURING ", value));
    if (!parsed.ok()) FAIL("parameter: " << parsed.status().message());
    return *std::get<Select>(parsed->front().node).during;
  }
  FAIL("a parameter is `text`, `number`, `date` or `range`: " << text);
  return value;
}

// As Prepared::RunInBlocks() hands it on, two rows at a time.
std::string CsvOfBlocks(const Snapshot& snapshot, absl::string_view text,
                        const QueryOptions& options) {
  const auto prepared = Prepare(snapshot, text, options.limits);
  if (!prepared.ok()) return std::string(prepared.status().message());
  std::string csv;
  const auto notes =
      prepared->RunInBlocks(snapshot, options, 2, [&csv](const Answer& block) {
        CHECK(block.row_count() <= 2);
        CHECK(block.notes.empty());
        csv += FormatCsv(block, /*with_header=*/csv.empty());
        return absl::OkStatus();
      });
  return notes.ok() ? csv : std::string(notes.status().message());
}

}  // namespace

ScriptRunner::ScriptRunner() {
  DatabaseOptions options;
  options.background_upkeep = false;
  options.clock = [this] { return options_.now; };
  auto database = Database::Open(storage::NewMemoryStore(), options);
  if (!database.ok()) FAIL(database.status().message());
  database_ = *std::move(database);
}

ScriptRunner::~ScriptRunner() = default;

namespace {

// EXPLAIN ANALYZE's times, which no two runs share: "0.123 ms" is "# ms".
std::string MaskTimes(absl::string_view text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (std::string& line : lines) {
    const size_t colon = line.find(": ");
    double time = 0;
    if (absl::StartsWith(line, "  time to ") && colon != std::string::npos &&
        absl::EndsWith(line, " ms") &&
        absl::SimpleAtod(line.substr(colon + 2, line.size() - colon - 5),
                         &time) &&
        time >= 0) {
      line = absl::StrCat(line.substr(0, colon), ": # ms");
    }
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace

std::string ScriptRunner::Run(absl::string_view script) {
  if (folded_) {
    const absl::Status status = database_->Compact();
    if (!status.ok()) FAIL(status.message());
  }
  if (through_query_) return RunQuery(script);
  std::vector<std::string> results;
  ExecuteHooks hooks;
  hooks.on_outcome = [&](const Outcome& outcome) {
    if (outcome.has_answer) {
      results.push_back(Show(outcome.answer));
      return absl::OkStatus();
    }
    std::string& result =
        results.emplace_back(absl::StrCat("ok: ", outcome.summary, "\n"));
    for (const std::string& note : outcome.answer.notes) {
      absl::StrAppend(&result, "note: ", note, "\n");
    }
    return absl::OkStatus();
  };
  const absl::Status status = Execute(*database_, script, options_, hooks);
  if (!status.ok()) {
    results.push_back(absl::StrCat(status.message(), "\n"));
    refusals_.insert(RefusalCode(status));
  }
  return absl::StrJoin(results, "\n");
}

std::string ScriptRunner::RunQuery(absl::string_view script) {
  return ShowResult(Query(*database_->TakeSnapshot(), script, options_));
}

std::string ScriptRunner::RunTree(const Statement& statement) {
  return ShowResult(Query(*database_->TakeSnapshot(), statement, options_));
}

std::string ScriptRunner::ShowResult(const absl::StatusOr<Answer>& answer) {
  if (answer.ok()) return Show(*answer);
  refusals_.insert(RefusalCode(answer.status()));
  return absl::StrCat(answer.status().message(), "\n");
}

std::string ScriptRunner::CheckPrepared(absl::string_view script) {
  std::string wrong;
  const auto snapshot = database_->TakeSnapshot();
  const auto statements = Parse(script, options_.limits);
  if (statements.ok()) {
    for (const Statement& statement : *statements) {
      const bool reads = std::holds_alternative<Select>(statement.node) ||
                         std::holds_alternative<footfall::Show>(statement.node);
      // Times and counts of a run differ.
      if (!reads || statement.explain == Statement::Explain::kAnalyze) continue;
      std::string text = Print(statement);
      auto prepared = Prepare(*snapshot, text, options_.limits);
      if (prepared.ok()) {
        prepared_.emplace(std::move(text),
                          PreparedCase{statement, *std::move(prepared)});
        continue;
      }
      const auto plain = Query(*snapshot, statement, options_);
      // Prepare() needs no values, and may find more.
      const bool values = absl::StrContains(text, "$") && !plain.ok();
      if (!values && plain.status() != prepared.status()) {
        absl::StrAppend(&wrong, "Prepare: ", prepared.status().message(),
                        "\nQuery: ", plain.status().message(), "\n");
      }
    }
  }
  for (const auto& [text, one] : prepared_) {
    const std::string fresh =
        ShowResult(Query(*snapshot, one.statement, options_));
    // The second run finds what the first has left.
    for (int run = 0; run < 2; ++run) {
      const std::string found =
          ShowResult(one.prepared.Run(*snapshot, options_));
      ++prepared_runs_;
      if (found == fresh) continue;
      absl::StrAppend(&wrong, text, "\n", Difference(fresh, found));
    }
  }
  return wrong;
}

std::string ScriptRunner::CheckInParts(absl::string_view script) {
  const auto statements = Parse(script, options_.limits);
  if (!statements.ok()) return "";
  const auto snapshot = database_->TakeSnapshot();
  std::string wrong;
  for (const Statement& statement : *statements) {
    if (!std::holds_alternative<Select>(statement.node) ||
        statement.explain != Statement::Explain::kNo) {
      continue;
    }
    const auto whole = Query(*snapshot, statement, options_);
    if (!whole.ok()) continue;
    const std::string text = Print(statement);
    const auto parsed = Parse(text, options_.limits);
    if (!parsed.ok()) FAIL(parsed.status().message());
    query::PartSizes sizes;
    sizes.slice_bytes = 1;
    sizes.rows = 1;
    std::string found;
    const auto notes = query::StreamReading(
        *snapshot, parsed->front(), text, query::WithNow(options_), sizes,
        [&](const Answer& part) {
          ++parts_;
          found += FormatCsv(part, /*with_header=*/found.empty());
          return absl::OkStatus();
        });
    ++in_parts_;
    if (!notes.ok()) {
      absl::StrAppend(&wrong, text, "\n", notes.status().message(), "\n");
      continue;
    }
    const std::string blocks = CsvOfBlocks(*snapshot, text, options_);
    if (blocks != FormatCsv(*whole)) {
      absl::StrAppend(&wrong, text, "\nin blocks:\n",
                      Difference(FormatCsv(*whole), blocks));
    }
    if (found != FormatCsv(*whole)) {
      absl::StrAppend(&wrong, text, "\n", Difference(FormatCsv(*whole), found));
    }
    if (notes->empty() != whole->notes.empty()) {
      absl::StrAppend(&wrong, text, "\n  notes: ", absl::StrJoin(*notes, "; "),
                      "\n  whole: ", absl::StrJoin(whole->notes, "; "), "\n");
    }
  }
  return wrong;
}

std::string ScriptRunner::Show(const Answer& answer) const {
  std::string out = mode_ == "json"    ? FormatJson(answer)
                    : mode_ == "table" ? FormatTable(answer, TableOptions())
                                       : FormatCsv(answer);
  out = MaskTimes(out);
  for (const std::string& note : answer.notes) {
    absl::StrAppend(&out, "note: ", note, "\n");
  }
  return out;
}

bool ScriptRunner::Set(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "-- ")) return false;
  const std::vector<std::string> parts =
      absl::StrSplit(line, absl::MaxSplits(": ", 1));
  if (parts.size() != 2) return false;
  const std::string& name = parts[0];
  const std::string& value = parts[1];
  uint64_t number = 0;
  const bool numeric = absl::SimpleAtoi(value, &number);
  if (name == "now") {
    options_.now = NowOf(value);
  } else if (name == "mode") {
    mode_ = value;
  } else if (name == "door") {
    through_query_ = value == "query";
  } else if (name == "fill") {
    const std::vector<std::string> words = absl::StrSplit(value, ' ');
    int64_t count = 0;
    if (words.size() != 2 || !absl::SimpleAtoi(words[1], &count)) return false;
    SampleBatch batch;
    SampleRows& rows =
        batch.RowsOf(database_->TakeSnapshot()->FindMetric(words[0]));
    for (int64_t step = 0; step < count; ++step) rows.AddStep(step, {}, 1);
    const absl::Status status = database_->Write(batch, {}).status();
    if (!status.ok()) FAIL(status.message());
  } else if (name == "folded") {
    folded_ = value == "yes";
  } else if (absl::StartsWith(name, "$")) {
    options_.parameters[name.substr(1)] = ParameterOf(value);
  } else if (!numeric) {
    return false;
  } else if (name == "threads") {
    options_.threads = static_cast<int>(number);
  } else if (name == "max_text_bytes") {
    options_.limits.max_text_bytes = number;
  } else if (name == "max_nesting") {
    options_.limits.max_nesting = number;
  } else if (name == "max_list") {
    options_.limits.max_list = number;
  } else if (name == "max_rows") {
    options_.limits.max_rows = number;
  } else if (name == "max_memory_bytes") {
    options_.limits.max_memory_bytes = number;
  } else {
    return false;
  }
  return true;
}

std::string Difference(absl::string_view expected, absl::string_view found) {
  if (expected == found) return "";
  const std::vector<absl::string_view> a = absl::StrSplit(expected, '\n');
  const std::vector<absl::string_view> b = absl::StrSplit(found, '\n');
  // Longest common subsequence, from the back.
  std::vector<std::vector<size_t>> common(a.size() + 1,
                                          std::vector<size_t>(b.size() + 1, 0));
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      common[i][j] = a[i] == b[j]
                         ? common[i + 1][j + 1] + 1
                         : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::string out;
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      absl::StrAppend(&out, "  ", a[i], "\n");
      ++i;
      ++j;
    } else if (j == b.size() ||
               (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
      absl::StrAppend(&out, "- ", a[i], "\n");
      ++i;
    } else {
      absl::StrAppend(&out, "+ ", b[j], "\n");
      ++j;
    }
  }
  return out;
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) FAIL("cannot read " << path);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace footfall
