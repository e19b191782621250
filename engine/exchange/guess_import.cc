// A first guess at an unknown CSV file: DEFINE and IMPORT for a person to read,
// correct and run.

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "engine/exchange/byte_source.h"
#include "engine/exchange/column_facts.h"
#include "engine/exchange/csv_fields.h"
#include "engine/exchange/csv_reader.h"
#include "footfall/csv_import.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall {
namespace {

using engine::ColumnFacts;
using Role = ImportColumn::Role;

// Rows that are looked at.
constexpr uint64_t kMaxRows = 200'000;

constexpr absl::string_view kTimeWords[] = {
    "date",  "day",     "time", "timestamp", "week",
    "month", "quarter", "year", "ds",        "dt"};
constexpr absl::string_view kValueWords[] = {"value", "count", "total"};
// Counts of people: the same person is in many steps.
constexpr absl::string_view kUserWords[] = {
    "dau",      "wau",      "mau",         "users",    "user",
    "visitors", "clients",  "developers",  "accounts", "installations",
    "installs", "audience", "subscribers", "members",  "uv",
    "players",  "customers"};
constexpr absl::string_view kLevelWords[] = {
    "price", "rank", "rate",  "ratio",   "share", "score",       "avg",
    "mean",  "size", "stock", "balance", "index", "temperature", "percent"};

template <size_t N>
bool IsOneOf(absl::string_view word, const absl::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// "Daily users" is daily_users.
std::string NameFrom(absl::string_view text) {
  std::string name;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      name.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
    } else if (!name.empty() && name.back() != '_') {
      name.push_back('_');
    }
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty() ||
      !absl::ascii_islower(static_cast<unsigned char>(name[0]))) {
    name.insert(0, name.empty() ? "x" : "x_");
  }
  if (name == "time" || name == "offset" || name == "partial") name += "_";
  return name.substr(0, 63);
}

template <size_t N>
bool HasWord(absl::string_view name, const absl::string_view (&words)[N]) {
  for (const absl::string_view part : absl::StrSplit(name, '_')) {
    if (IsOneOf(part, words)) return true;
  }
  return false;
}

std::string TextInQuotes(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

// In quotes where it is no name, or `is_word`: it would be read as a word.
std::string HeaderInStatement(absl::string_view header, bool is_word) {
  if (IsValidName(header) && !is_word) return std::string(header);
  return absl::StrCat("\"", absl::StrReplaceAll(header, {{"\"", "\"\""}}),
                      "\"");
}

// Whether a statement can name a column or a file so.
absl::Status CheckText(absl::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("no name");
  return ValidateText(text, engine::kMaxRecordBytes);
}

// The name of the file without folders and endings.
absl::string_view StemOf(absl::string_view path) {
  path = path.substr(path.rfind('/') + 1);
  return path.substr(0, path.find('.', 1));
}

// A line of a statement with what a person should check.
struct Line {
  std::string text;
  std::string check;
};

std::string Join(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", line.text,
                    line.check.empty() ? "" : "  -- check: ", line.check);
  }
  return text;
}

// What the first rows of a file say.
class Guess {
 public:
  explicit Guess(absl::string_view path) : path_(path) {}

  absl::Status Read();
  absl::StatusOr<ImportGuess> Make();

 private:
  absl::StatusOr<size_t> FindTime() const;
  absl::StatusOr<size_t> FindValue(size_t time) const;
  void GuessMetric(size_t time, size_t value);
  void GuessDimensions(size_t time, size_t value);
  std::string DefineText(size_t time) const;
  std::string ImportText() const;

  const std::string path_;
  std::vector<std::string> header_;
  std::vector<ColumnFacts> facts_;
  ImportGuess guess_;
  std::vector<std::string> left_out_;  // columns, with the reason
  std::vector<std::string> mixed_;     // dimensions with empty fields
};

absl::Status Guess::Read() {
  FOOTFALL_ASSIGN_OR_RETURN(auto source, engine::OpenByteSource(path_));
  engine::CsvReader reader(std::move(source));
  FOOTFALL_ASSIGN_OR_RETURN(bool more, reader.Next());
  if (!more || !reader.record().problem.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, more ? ": the header is broken: " : " is empty",
                     more ? reader.record().problem : absl::string_view()));
  }
  for (const absl::string_view name : reader.record().fields) {
    header_.emplace_back(name);
  }
  facts_.resize(header_.size());
  for (uint64_t row = 0; row < kMaxRows; ++row) {
    FOOTFALL_ASSIGN_OR_RETURN(more, reader.Next());
    if (!more) break;
    // What does not fit is the import's business.
    const auto& fields = reader.record().fields;
    if (fields.size() != header_.size()) continue;
    for (size_t i = 0; i < fields.size(); ++i) facts_[i].Add(fields[i]);
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> Guess::FindTime() const {
  std::optional<size_t> best;
  int best_score = 0;
  for (size_t i = 0; i < header_.size(); ++i) {
    if (!facts_[i].all_dates()) continue;
    const bool named = HasWord(NameFrom(header_[i]), kTimeWords);
    // Four digits alone may be any number.
    const int score = named ? 3 : facts_[i].only_years() ? 1 : 2;
    if (score > best_score) {
      best = i;
      best_score = score;
    }
  }
  if (best.has_value()) return *best;
  std::string message = absl::StrCat(
      path_,
      ": no column holds dates; one is written 2025-02-08, 2025-02, "
      "2025-Q1, 2025-W06 or 2025-02-08T13:05:30");
  if (header_.size() == 1 &&
      header_[0].find_first_of(";\t|") != std::string::npos) {
    absl::StrAppend(&message, "; fields must be separated by commas");
  }
  return absl::InvalidArgumentError(message);
}

absl::StatusOr<size_t> Guess::FindValue(size_t time) const {
  std::optional<size_t> best;
  int best_score = 0;
  for (size_t i = 0; i < header_.size(); ++i) {
    if (i == time || !facts_[i].all_numbers()) continue;
    const std::string name = NameFrom(header_[i]);
    const int score = IsOneOf(name, kValueWords) ? 3
                      : HasWord(name, kUserWords) ||
                              HasWord(name, kValueWords) ||
                              HasWord(name, kLevelWords)
                          ? 2
                          : 1;
    // The last of the best.
    if (score >= best_score) {
      best = i;
      best_score = score;
    }
  }
  if (best.has_value()) return *best;
  return absl::InvalidArgumentError(
      absl::StrCat(path_, ": no column but ", engine::QuoteField(header_[time]),
                   " holds numbers; one value a row is wanted"));
}

void Guess::GuessMetric(size_t time, size_t value) {
  MetricSpec& metric = guess_.metric;
  const std::string value_name = NameFrom(header_[value]);
  metric.name =
      IsOneOf(value_name, kValueWords) ? NameFrom(StemOf(path_)) : value_name;
  metric.value_type =
      facts_[value].all_whole() ? ValueType::kInteger : ValueType::kDecimal;
  metric.period = facts_[time].GuessPeriod();
  // The file's name may tell what a column named "value" does not.
  const std::string names =
      absl::StrCat(value_name, "_", NameFrom(StemOf(path_)));
  if (HasWord(names, kLevelWords) || facts_[value].has_negative()) {
    metric.over_time = Additivity::kLevel;
  } else if (HasWord(names, kUserWords)) {
    metric.over_time = Additivity::kOverlaps;
  }
}

void Guess::GuessDimensions(size_t time, size_t value) {
  ImportSpec& import = guess_.import;
  import.path = path_;
  import.metric = guess_.metric.name;
  import.columns.push_back({.role = Role::kTime, .header = header_[time]});
  import.columns.push_back({.role = Role::kValue, .header = header_[value]});
  for (size_t i = 0; i < header_.size(); ++i) {
    if (i == time || i == value) continue;
    if (const absl::Status text = CheckText(header_[i]); !text.ok()) {
      left_out_.push_back(absl::StrCat("\"", absl::CHexEscape(header_[i]),
                                       "\" (", text.message(), ")"));
      continue;
    }
    const std::string shown = HeaderInStatement(header_[i], false);
    if (facts_[i].filled() == 0) {
      left_out_.push_back(absl::StrCat(shown, " (always empty)"));
      continue;
    }
    if (facts_[i].all_numbers() && !facts_[i].all_whole()) {
      left_out_.push_back(absl::StrCat(shown, " (numbers: another metric?)"));
      continue;
    }
    if (std::count(header_.begin(), header_.end(), header_[i]) > 1) {
      left_out_.push_back(absl::StrCat(shown, " (there twice)"));
      continue;
    }
    std::string name = NameFrom(header_[i]);
    std::vector<Dimension>& dimensions = guess_.metric.dimensions;
    const auto taken = [&](const std::string& wanted) {
      return std::any_of(dimensions.begin(), dimensions.end(),
                         [&](const auto& d) { return d.name == wanted; });
    };
    for (int n = 2; taken(name); ++n) {
      name = absl::StrCat(NameFrom(header_[i]).substr(0, 58), "_", n);
    }
    if (dimensions.size() == kMaxDimensions) {
      left_out_.push_back(
          absl::StrCat(shown, " (more than ", kMaxDimensions, " dimensions)"));
      continue;
    }
    dimensions.push_back({name, guess_.metric.over_time});
    import.columns.push_back(
        {.role = Role::kDimension, .header = header_[i], .dimension = name});
    if (facts_[i].empty() > 0) mixed_.push_back(name);
  }
}

std::string Guess::DefineText(size_t time) const {
  const MetricSpec& metric = guess_.metric;
  const absl::string_view rule = AdditivityName(metric.over_time);
  std::vector<Line> lines;
  lines.push_back(
      {absl::StrCat(
           "DEFINE METRIC ", metric.name, " ",
           metric.value_type == ValueType::kInteger ? "INTEGER" : "DECIMAL"),
       ""});
  std::string every = FormatPeriod(metric.period);
  lines.push_back({absl::StrCat("  EVERY ", every), ""});
  lines.push_back({absl::StrCat("  OVER TIME ", rule),
                   "ADDS for counts of events, OVERLAPS for users, LEVEL for "
                   "prices and ranks"});
  std::vector<std::string> names;
  for (const Dimension& dimension : metric.dimensions) {
    names.push_back(dimension.name);
  }
  if (!names.empty()) {
    const absl::string_view other =
        metric.over_time == Additivity::kAdds
            ? "OVERLAPS after one whose members overlap, as EU and its states"
            : "ADDS after one whose members sum to the whole";
    lines.push_back({absl::StrCat("  BY ", absl::StrJoin(names, ", ")),
                     absl::StrCat("each is ", rule, "; write ", other)});
  }
  lines.push_back(
      {"  IN ZONE 'UTC';", facts_[time].has_offset()
                               ? "the file's times carry their own offsets"
                               : "whose days are they?"});
  return Join(lines);
}

std::string Guess::ImportText() const {
  std::vector<Line> lines;
  lines.push_back({absl::StrCat("IMPORT ", TextInQuotes(path_), " INTO ",
                                guess_.import.metric),
                   ""});
  std::vector<std::string> columns;
  for (const ImportColumn& column : guess_.import.columns) {
    // VALUE and TIME begin a column, unless AS follows; AS and EMPTY end one.
    const bool is_word =
        column.role == Role::kDimension
            ? column.header == column.dimension && column.header == "value"
            : column.header == "as" || column.header == "empty";
    const std::string header = HeaderInStatement(column.header, is_word);
    if (column.role == Role::kTime) {
      columns.push_back(absl::StrCat("TIME ", header));
    } else if (column.role == Role::kValue) {
      columns.push_back(absl::StrCat("VALUE ", header));
    } else if (column.header == column.dimension) {
      columns.push_back(header);
    } else {
      columns.push_back(absl::StrCat(header, " AS ", column.dimension));
    }
  }
  std::string check;
  if (!mixed_.empty()) {
    check = absl::StrCat("an empty ", absl::StrJoin(mixed_, " or "),
                         " means the whole; if it means unknown, write ",
                         mixed_[0], " EMPTY 'unknown'");
  }
  lines.push_back(
      {absl::StrCat("  (", absl::StrJoin(columns, ", "), ");"), check});
  if (!left_out_.empty()) {
    lines.push_back(
        {absl::StrCat("-- left out: ", absl::StrJoin(left_out_, ", ")), ""});
  }
  return Join(lines);
}

absl::StatusOr<ImportGuess> Guess::Make() {
  FOOTFALL_ASSIGN_OR_RETURN(const size_t time, FindTime());
  FOOTFALL_ASSIGN_OR_RETURN(const size_t value, FindValue(time));
  for (const size_t column : {time, value}) {
    const absl::Status text = CheckText(header_[column]);
    if (text.ok()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        path_, ": no statement can name column ", column + 1, ", \"",
        absl::CHexEscape(header_[column]), "\": ", text.message()));
  }
  if (const absl::Status text = CheckText(path_); !text.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no statement can name the file \"",
                     absl::CHexEscape(path_), "\": ", text.message()));
  }
  GuessMetric(time, value);
  GuessDimensions(time, value);
  guess_.define_text = DefineText(time);
  guess_.import_text = ImportText();
  return guess_;
}

}  // namespace

absl::StatusOr<ImportGuess> GuessImport(absl::string_view path) {
  return Guarded([&]() -> absl::StatusOr<ImportGuess> {
    Guess guess(path);
    FOOTFALL_RETURN_IF_ERROR(guess.Read());
    return guess.Make();
  });
}

}  // namespace footfall
