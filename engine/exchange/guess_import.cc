// A first guess at an unknown file: statements for a person to read, correct
// and run. What the columns are for is decided in column_class.h; here it
// becomes metrics, an import and their text.

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "engine/exchange/column_class.h"
#include "engine/exchange/column_words.h"
#include "engine/exchange/csv_fields.h"
#include "engine/exchange/csv_reader.h"
#include "engine/exchange/guess_script.h"
#include "engine/exchange/table_sample.h"
#include "footfall/csv_import.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall {
namespace {

using engine::ColumnRole;
using engine::HasWord;
using engine::NameFrom;
using engine::TableClass;
using engine::TableSample;
using engine::WordKind;
using Role = ImportColumn::Role;

class Guess {
 public:
  Guess(const TableSample& sample, const TableClass& found)
      : sample_(sample), class_(found) {}

  absl::StatusOr<ImportGuess> Make();

 private:
  // `wanted`, or with a number behind it where that is taken.
  std::string Unique(std::string wanted, absl::string_view instead);
  void AddTimes();
  void AddMeasures();
  void AddWide();
  void AddMembers();
  void AddEventParts();
  std::vector<size_t> ColumnsOf(ColumnRole role) const;
  Additivity RuleOf(size_t column) const;

  const TableSample& sample_;
  const TableClass& class_;
  ImportGuess guess_;
  std::vector<std::string> names_;  // that are taken
};

std::vector<size_t> Guess::ColumnsOf(ColumnRole role) const {
  std::vector<size_t> columns;
  for (size_t i = 0; i < class_.roles.size(); ++i) {
    if (class_.roles[i] == role) columns.push_back(i);
  }
  return columns;
}

std::string Guess::Unique(std::string wanted, absl::string_view instead) {
  if (wanted.empty()) wanted = std::string(instead);
  std::string name = wanted;
  for (int n = 2; std::find(names_.begin(), names_.end(), name) != names_.end();
       ++n) {
    name = absl::StrCat(wanted.substr(0, 56), "_", n);
  }
  names_.push_back(name);
  return name;
}

Additivity Guess::RuleOf(size_t column) const {
  if (class_.never_falls[column]) return Additivity::kLevel;
  bool negative = false;
  for (size_t f = 0; f < engine::NumberFormats().size(); ++f) {
    const auto& numbers = sample_.facts[column].numbers(f);
    negative = negative || (numbers.count > 0 && numbers.negative);
  }
  return engine::GuessRule(sample_.header(column), sample_.Stem(), negative);
}

void Guess::AddTimes() {
  for (const size_t column : class_.times) {
    guess_.import.columns.push_back(
        {.role = Role::kTime, .header = sample_.header(column)});
  }
}

// Whether the values of a column are whole numbers.
bool IsWhole(const TableSample& sample, const TableClass& found,
             size_t column) {
  const auto& formats = engine::NumberFormats();
  for (size_t f = 0; f < formats.size(); ++f) {
    const engine::ColumnFacts::Numbers& numbers =
        sample.facts[column].numbers(f);
    const bool chosen = formats[f].decimal == found.numbers.decimal &&
                        formats[f].thousands == found.numbers.thousands;
    if (chosen) return numbers.whole == numbers.count;
  }
  return false;
}

void Guess::AddMeasures() {
  std::string stem = NameFrom(sample_.Stem());
  if (stem.empty()) stem = "metric";
  const std::vector<size_t> measures = ColumnsOf(ColumnRole::kMeasure);
  for (const size_t column : measures) {
    const std::string& header = sample_.header(column);
    MetricSpec metric;
    const bool says_nothing = engine::IsWord(header, WordKind::kValue);
    metric.name = Unique(
        says_nothing && measures.size() == 1 ? stem : NameFrom(header), stem);
    metric.value_type = IsWhole(sample_, class_, column) ? ValueType::kInteger
                                                         : ValueType::kDecimal;
    metric.period = class_.period;
    metric.over_time = RuleOf(column);
    guess_.import.columns.push_back(
        {.role = Role::kValue,
         .header = header,
         .metric = measures.size() == 1 ? "" : metric.name});
    guess_.metrics.push_back(std::move(metric));
  }
  if (measures.size() == 1) guess_.import.metric = guess_.metrics[0].name;
}

void Guess::AddWide() {
  std::string stem = NameFrom(sample_.Stem());
  MetricSpec metric;
  metric.name = Unique(stem, "metric");
  metric.period = class_.period;
  bool level = false;
  for (const size_t column : ColumnsOf(ColumnRole::kMeasure)) {
    if (!IsWhole(sample_, class_, column)) {
      metric.value_type = ValueType::kDecimal;
    }
    level = level || RuleOf(column) == Additivity::kLevel;
  }
  metric.over_time = engine::GuessRule(sample_.Stem(), "", level);
  metric.dimensions.push_back({Unique("item", ""), metric.over_time});
  ImportColumn& values = guess_.import.columns.emplace_back();
  values.role = Role::kValuesOf;
  values.dimension = metric.dimensions[0].name;
  values.all_others = true;
  for (const size_t column : ColumnsOf(ColumnRole::kLeftOut)) {
    if (!sample_.header(column).empty()) {
      values.headers.push_back(sample_.header(column));
    }
  }
  guess_.import.metric = metric.name;
  guess_.metrics.push_back(std::move(metric));
}

void Guess::AddMembers() {
  const std::vector<std::string> metric_names = std::move(names_);
  names_.clear();
  size_t unnamed = 0;
  for (const size_t column : ColumnsOf(ColumnRole::kDimension)) {
    const std::string& header = sample_.header(column);
    const std::string name =
        Unique(NameFrom(header), absl::StrCat("column_", ++unnamed));
    // A row that is an event is never the whole of others.
    const bool unknown = class_.sums && sample_.facts[column].empty() > 0;
    guess_.import.columns.push_back({.role = Role::kDimension,
                                     .header = header,
                                     .dimension = name,
                                     .member = unknown ? "unknown" : ""});
    for (MetricSpec& metric : guess_.metrics) {
      metric.dimensions.push_back({name, metric.over_time});
    }
  }
}

void Guess::AddEventParts() {
  static constexpr struct {
    ColumnRole from;
    Role to;
  } kParts[] = {{ColumnRole::kKind, Role::kKind},
                {ColumnRole::kName, Role::kName},
                {ColumnRole::kNote, Role::kNote},
                {ColumnRole::kSource, Role::kSource}};
  for (const auto& part : kParts) {
    for (const size_t column : ColumnsOf(part.from)) {
      guess_.import.columns.push_back(
          {.role = part.to, .header = sample_.header(column)});
    }
  }
  guess_.import.events = true;
}

// Whether a statement can name a column or a file so.
absl::Status CheckName(absl::string_view what, absl::string_view text) {
  const absl::Status valid = ValidateText(text, 4096);
  if (valid.ok() && !text.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "no statement can name ", what, " ", engine::QuoteField(text), ": ",
      text.empty() ? "it is empty" : valid.message()));
}

absl::StatusOr<ImportGuess> Guess::Make() {
  ImportSpec& import = guess_.import;
  import.path = sample_.path;
  AddTimes();
  if (class_.events) {
    AddEventParts();
  } else if (class_.wide) {
    AddWide();
  } else {
    AddMeasures();
  }
  if (!class_.wide) AddMembers();
  for (const ImportColumn& column : import.columns) {
    std::vector<std::string> headers = column.headers;
    headers.push_back(column.header);
    for (const std::string& header : headers) {
      if (header.empty()) continue;  // "" names it
      FOOTFALL_RETURN_IF_ERROR(CheckName("the column", header));
    }
  }
  if (!guess_.metrics.empty() &&
      guess_.metrics[0].dimensions.size() > kMaxDimensions) {
    return absl::InvalidArgumentError(absl::StrCat(
        sample_.path, ": ", guess_.metrics[0].dimensions.size(),
        " columns look like dimensions; a metric has ", kMaxDimensions,
        " at most: write the IMPORT with those that matter"));
  }
  const CsvDialect& dialect = sample_.sniffed.dialect;
  const CsvDialect plain = {.encoding = CsvDialect::Encoding::kUtf8,
                            .delimiter = ',',
                            .quote = '"',
                            .skip = 0};
  // Only what is not as usual is written down.
  if (dialect.encoding != plain.encoding) {
    import.dialect.encoding = dialect.encoding;
  }
  if (dialect.delimiter != plain.delimiter) {
    import.dialect.delimiter = dialect.delimiter;
  }
  if (dialect.quote != plain.quote) import.dialect.quote = dialect.quote;
  if (dialect.skip != plain.skip) import.dialect.skip = dialect.skip;
  import.time_format = class_.time_format;
  import.decimal = class_.numbers.decimal;
  import.thousands = class_.numbers.thousands;
  import.null_words = class_.null_words;
  import.where = class_.where;
  if (class_.sums) import.same_sample = SameSample::kSum;
  guess_.define_text = engine::DefineText(sample_, class_, guess_);
  guess_.import_text = engine::ImportText(sample_, class_, guess_);
  return std::move(guess_);
}

// Runs a guess in a database of its own, in memory: what does not run as it is
// is no guess. INVALID_ARGUMENT as ImportCsv(): the message names the rows.
absl::Status TryOut(const ImportGuess& guess) {
  DatabaseOptions options;
  options.background_upkeep = false;
  FOOTFALL_ASSIGN_OR_RETURN(const std::unique_ptr<Database> database,
                            Database::OpenInMemory(options));
  for (const MetricSpec& metric : guess.metrics) {
    FOOTFALL_RETURN_IF_ERROR(database->Define(metric).status());
  }
  ImportOptions import_options;
  import_options.compact = false;
  return ImportCsv(*database, guess.import, import_options).status();
}

}  // namespace

absl::StatusOr<ImportGuess> GuessImport(absl::string_view path) {
  return Guarded([&]() -> absl::StatusOr<ImportGuess> {
    FOOTFALL_RETURN_IF_ERROR(CheckName("the file", path));
    FOOTFALL_ASSIGN_OR_RETURN(const TableSample sample,
                              engine::ReadTableSample(std::string(path)));
    FOOTFALL_ASSIGN_OR_RETURN(const TableClass found,
                              engine::ClassifyTable(sample));
    FOOTFALL_ASSIGN_OR_RETURN(ImportGuess guess, Guess(sample, found).Make());
    if (sample.is_whole) FOOTFALL_RETURN_IF_ERROR(TryOut(guess));
    return guess;
  });
}

}  // namespace footfall
