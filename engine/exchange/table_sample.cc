#include "engine/exchange/table_sample.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/csv_fields.h"
#include "engine/exchange/table_sniffer.h"
#include "footfall/metric.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr uint64_t kMaxRows = 200'000;
constexpr uint64_t kMaxSampleBytes = uint64_t{64} << 20;
constexpr size_t kMaxColumns = 2'000;

bool IsUtf8(absl::string_view text) {
  const absl::Status valid = ValidateText(text, kMaxSampleBytes);
  return valid.ok() || valid.message().find("UTF-8") == absl::string_view::npos;
}

bool IsUtf8(const TableSample& sample) {
  const auto all = [](const std::vector<std::string>& texts) {
    return std::all_of(texts.begin(), texts.end(),
                       [](const std::string& text) { return IsUtf8(text); });
  };
  return all(sample.sniffed.header) &&
         std::all_of(sample.rows.begin(), sample.rows.end(), all);
}

absl::Status CheckHeader(const TableSample& sample) {
  const std::vector<std::string>& header = sample.sniffed.header;
  if (header.size() > kMaxColumns) {
    return absl::InvalidArgumentError(
        absl::StrCat(sample.path, ": the header has ", header.size(),
                     " columns; at most ", kMaxColumns, " are looked at"));
  }
  for (size_t i = 0; i < header.size(); ++i) {
    for (size_t j = 0; j < i && !header[i].empty(); ++j) {
      if (header[i] != header[j]) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(sample.path, ": the header has column ",
                       QuoteField(header[i]), " twice, as number ", j + 1,
                       " and ", i + 1, "; give one of them another name"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<TableSample> ReadOnce(const std::string& path,
                                     const CsvDialect& declared) {
  TableSample sample;
  sample.path = path;
  FOOTFALL_ASSIGN_OR_RETURN(TableFile file, OpenTable(path, declared));
  sample.sniffed = std::move(file.sniffed);
  FOOTFALL_RETURN_IF_ERROR(CheckHeader(sample));
  const size_t width = sample.columns();
  uint64_t rows = 0;
  uint64_t bytes = 0;
  uint64_t misfits = 0;
  std::string problem;  // of the first row that does not fit
  while (rows < kMaxRows && bytes < kMaxSampleBytes) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, file.reader->Next());
    sample.has_all_rows = !more;
    sample.is_whole = !more && file.reader->bytes_total() > 0;
    if (!more) break;
    const CsvRecord& record = file.reader->record();
    const bool is_empty = std::all_of(
        record.fields.begin(), record.fields.end(), [](absl::string_view f) {
          return absl::StripAsciiWhitespace(f).empty();
        });
    if (is_empty && record.problem.empty()) continue;
    ++rows;
    if (!record.problem.empty() || record.fields.size() != width) {
      ++misfits;
      if (problem.empty()) {
        problem = absl::StrCat(
            "line ", record.line, ": ",
            record.problem.empty()
                ? absl::StrCat("found ", record.fields.size(),
                               record.fields.size() == 1 ? " field" : " fields",
                               "; the header has ", width)
                : std::string(record.problem));
      }
      continue;
    }
    std::vector<std::string>& row = sample.rows.emplace_back();
    for (const absl::string_view field : record.fields) {
      row.emplace_back(field);
      bytes += field.size() + sizeof(std::string);
    }
    sample.lines.push_back(record.line);
  }
  if (misfits > 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": ", misfits, " of ", rows,
        misfits == 1 ? " rows does not fit; " : " rows do not fit; ", problem));
  }
  return sample;
}

}  // namespace

absl::string_view TableSample::Stem() const {
  const absl::string_view name =
      absl::string_view(path).substr(path.rfind('/') + 1);
  return name.substr(0, name.find('.', 1));
}

std::string TableSample::Place(uint64_t line, size_t column) const {
  return absl::StrCat(path == "-" ? "stdin" : path, ": line ", line,
                      ", column ", QuoteField(header(column)));
}

absl::StatusOr<TableSample> ReadTableSample(const std::string& path) {
  FOOTFALL_ASSIGN_OR_RETURN(TableSample sample, ReadOnce(path, CsvDialect()));
  if (!IsUtf8(sample) && path != "-") {
    CsvDialect latin1;
    latin1.encoding = CsvDialect::Encoding::kLatin1;
    FOOTFALL_ASSIGN_OR_RETURN(sample, ReadOnce(path, latin1));
    sample.is_latin1 = true;
  }
  if (sample.rows.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " has a header and no rows"));
  }
  sample.facts.resize(sample.columns());
  for (size_t row = 0; row < sample.rows.size(); ++row) {
    for (size_t i = 0; i < sample.columns(); ++i) {
      sample.facts[i].Add(sample.rows[row][i], sample.lines[row]);
    }
  }
  for (size_t i = 0; i < sample.columns(); ++i) {
    if (!ParseFileDate(sample.header(i)).ok() ||
        !sample.facts[i].all_dates(0)) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": the first line holds a row, such as ",
        QuoteField(sample.header(i)),
        ", where the names of the columns should stand; write them before it"));
  }
  return sample;
}

}  // namespace footfall::engine
