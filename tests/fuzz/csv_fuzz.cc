// Any bytes as a CSV file. Its records are read the same again once they are
// written out; an import takes all of it or nothing, and is refused in words; a
// guess at it is made of statements that parse.
//
//   the file, gzip or not

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/exchange/byte_source.h"
#include "engine/exchange/csv_reader.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "storage/store/memory_store.h"
#include "tests/fuzz/require.h"
#include "tests/support/memory_file.h"

namespace footfall::engine {
namespace {

using Records = std::vector<std::vector<std::string>>;

// Whether a file may be refused so.
bool IsFileError(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsDataLoss(status) ||
         absl::IsUnimplemented(status) ||  // zstd, in a build without it
         absl::IsResourceExhausted(status);
}

// The records that are whole; false where reading ended with an error.
bool ReadRecords(const std::string& path, Records* records) {
  auto source = OpenByteSource(path);
  FUZZ_REQUIRE(source.ok());
  CsvReader reader(*std::move(source));
  uint64_t line = 0;
  while (true) {
    const auto more = reader.Next();
    if (!more.ok()) {
      FUZZ_REQUIRE(IsFileError(more.status()));
      return false;
    }
    if (!*more) {
      return true;
    }
    FUZZ_REQUIRE(reader.record().line > line);
    line = reader.record().line;
    FUZZ_REQUIRE(reader.record().fields.empty() !=
                 reader.record().problem.empty());
    if (!reader.record().fields.empty()) {
      records->emplace_back(reader.record().fields.begin(),
                            reader.record().fields.end());
    }
  }
}

void CheckRecords(const std::string& path) {
  Records records;
  if (!ReadRecords(path, &records)) {
    return;
  }
  std::string text;
  for (const std::vector<std::string>& record : records) {
    // A single empty field would be an empty line, which is passed over.
    if (record.size() == 1 && record[0].empty()) {
      text += "\"\"";
    }
    for (size_t i = 0; i < record.size(); ++i) {
      text += i == 0 ? "" : ",";
      AppendCsvField(record[i], &text);
    }
    text += "\n";
  }
  // No field is taken for what a file may begin with.
  const testing::MemoryFile written("\xEF\xBB\xBF" + text);
  Records again;
  FUZZ_REQUIRE(ReadRecords(written.path(), &again));
  FUZZ_REQUIRE(again == records);
}

void CheckImport(const std::string& path) {
  DatabaseOptions options;
  options.background_upkeep = false;
  const auto database = Database::Open(storage::NewMemoryStore(), options);
  FUZZ_REQUIRE(database.ok());
  MetricSpec spec;
  spec.name = "users";
  spec.period = {Unit::kWeek, 1};
  spec.dimensions = {{"app", Additivity::kAdds}};
  FUZZ_REQUIRE((*database)->Define(spec).ok());
  ImportSpec import;
  import.path = path;
  import.metric = "users";
  import.columns = {{ImportColumn::Role::kTime, "date", "", ""},
                    {ImportColumn::Role::kDimension, "app", "app", ""},
                    { ImportColumn::Role::kValue,
                      "value",
                      "",
                      "" }};
  const uint64_t before = (*database)->TakeSnapshot()->commit();
  const auto report = ImportCsv(**database, import, {});
  if (report.ok()) {
    FUZZ_REQUIRE(report->rejected == 0);
    FUZZ_REQUIRE(report->samples + report->equal + report->no_value ==
                 report->rows);
    return;
  }
  FUZZ_REQUIRE(IsFileError(report.status()));
  FUZZ_REQUIRE(!report.status().message().empty());
  FUZZ_REQUIRE((*database)->TakeSnapshot()->commit() == before);
}

// What is guessed runs as it is.
void CheckRuns(const ImportGuess& guess) {
  DatabaseOptions options;
  options.background_upkeep = false;
  const auto database = Database::Open(storage::NewMemoryStore(), options);
  FUZZ_REQUIRE(database.ok());
  for (const MetricSpec& spec : guess.metrics) {
    FUZZ_REQUIRE((*database)->Define(spec).ok());
  }
  const auto report = ImportCsv(**database, guess.import, {});
  if (!report.ok()) {
    std::fprintf(stderr, "%s\n%s\n", guess.import_text.c_str(),
                 report.status().ToString().c_str());
  }
  FUZZ_REQUIRE(report.ok());
  FUZZ_REQUIRE(report->rejected == 0);
}

void CheckGuess(const std::string& path) {
  const auto guess = GuessImport(path);
  if (!guess.ok()) {
    FUZZ_REQUIRE(IsFileError(guess.status()));
    return;
  }
  const auto define = Parse(guess->define_text);
  FUZZ_REQUIRE(define.ok() && define->size() == guess->metrics.size());
  const auto import = Parse(guess->import_text);
  if (!import.ok()) {
    std::fprintf(stderr, "%s\n", import.status().ToString().c_str());
  }
  FUZZ_REQUIRE(import.ok() && import->size() == 1);
  CheckRuns(*guess);
}

}  // namespace
}  // namespace footfall::engine

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const footfall::testing::MemoryFile file(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  footfall::engine::CheckRecords(file.path());
  footfall::engine::CheckImport(file.path());
  footfall::engine::CheckGuess(file.path());
  return 0;
}
