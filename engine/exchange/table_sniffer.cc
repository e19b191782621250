#include "engine/exchange/table_sniffer.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "engine/exchange/csv_fields.h"
#include "engine/exchange/text_source.h"

namespace footfall::engine {
namespace {

using Encoding = CsvDialect::Encoding;

constexpr size_t kEncodingBytes = 4096;
constexpr size_t kMaxRecords = 500;
constexpr size_t kMaxPreamble = 20;
constexpr std::array<char, 4> kDelimiters = {',', '\t', ';', '|'};

struct Magic {
  absl::string_view bytes;
  absl::string_view what;
};
constexpr Magic kMagics[] = {
    {"PK\x03\x04",
     "is a zip archive (a workbook is one, too): unpack it, and import a file "
     "that is in it"},
    {"\xD0\xCF\x11\xE0", "is an Excel workbook: save its sheet as CSV"},
    {"%PDF", "is a PDF"},
    {"PAR1", "is a Parquet file: write it out as CSV"},
    {absl::string_view("SQLite format 3\0", 16), "is a SQLite database"},
    {"7z\xBC\xAF", "is a 7z archive: unpack it"},
    {"BZh", "is packed by bzip2: unpack it"},
    {"\xFD"
     "7zXZ",
     "is packed by xz: unpack it"},
};

absl::string_view WhatElse(absl::string_view front) {
  for (const Magic& magic : kMagics) {
    if (absl::StartsWith(front, magic.bytes)) return magic.what;
  }
  absl::ConsumePrefix(&front, "\xEF\xBB\xBF");
  front = absl::StripLeadingAsciiWhitespace(front);
  for (const absl::string_view tag : {"<!doctype", "<html", "<head", "<body"}) {
    if (absl::StartsWithIgnoreCase(front, tag)) {
      return "is HTML, a page rather than a table: was it fetched without "
             "signing in?";
    }
  }
  if (absl::StartsWithIgnoreCase(front, "<?xml")) return "is XML, not a table";
  if (absl::StartsWith(front, "{\"") || absl::StartsWith(front, "[{") ||
      absl::StartsWith(front, "{\n")) {
    return "is JSON, not a table";
  }
  return "";
}

Encoding SniffEncoding(absl::string_view front) {
  if (absl::StartsWith(front, "\xFF\xFE")) return Encoding::kUtf16Le;
  if (absl::StartsWith(front, "\xFE\xFF")) return Encoding::kUtf16Be;
  front = front.substr(0, kEncodingBytes);
  if (front.size() < 4) return Encoding::kUtf8;
  size_t zeros[2] = {0, 0};
  for (size_t i = 0; i < front.size(); ++i) zeros[i % 2] += front[i] == '\0';
  const size_t half = front.size() / 2;
  // Text of any script has blanks, digits and line ends: 0 in one half.
  const auto many = [half](size_t count) { return count * 3 > half; };
  const auto few = [half](size_t count) { return count * 20 < half; };
  if (many(zeros[1]) && few(zeros[0])) return Encoding::kUtf16Le;
  if (many(zeros[0]) && few(zeros[1])) return Encoding::kUtf16Be;
  return Encoding::kUtf8;
}

// Records of the front, split by one pair of marks.
struct Records {
  struct Record {
    uint32_t line = 0;  // from 0
    std::vector<std::string> fields;
  };
  std::vector<Record> records;        // without empty lines
  std::vector<uint32_t> empty_lines;  // among the first
};

Records Split(absl::string_view text, char delimiter, char quote) {
  Records out;
  Records::Record record;
  std::string field;
  uint32_t line = 0;
  bool in_quotes = false;
  bool was_quoted = false;
  const auto end_record = [&] {
    if (!field.empty() && field.back() == '\r') field.pop_back();
    if (record.fields.empty() && field.empty() && !was_quoted) {
      out.empty_lines.push_back(line);
    } else {
      record.fields.push_back(std::exchange(field, {}));
      out.records.push_back(std::exchange(record, {}));
    }
    field.clear();
    was_quoted = false;
  };
  for (size_t i = 0; i < text.size() && out.records.size() < kMaxRecords; ++i) {
    const char c = text[i];
    if (in_quotes) {
      if (c == '\n') ++line;
      if (c != quote) {
        field.push_back(c);
      } else if (i + 1 < text.size() && text[i + 1] == quote) {
        field.push_back(text[++i]);
      } else {
        in_quotes = false;
      }
    } else if (quote != '\0' && c == quote &&
               absl::StripAsciiWhitespace(field).empty()) {
      in_quotes = true;
      was_quoted = true;
    } else if (c == delimiter) {
      record.fields.push_back(std::exchange(field, {}));
      was_quoted = false;
    } else if (c == '\n') {
      end_record();
      record.line = ++line;
    } else {
      field.push_back(c);
    }
  }
  if (out.records.size() < kMaxRecords &&
      (!field.empty() || !record.fields.empty())) {
    end_record();
  }
  return out;
}

// The commonest number of fields, and how many records have it.
struct Width {
  size_t fields = 0;
  size_t records = 0;
};
Width CommonWidth(const Records& split) {
  std::map<size_t, size_t> counts;
  for (const auto& record : split.records) ++counts[record.fields.size()];
  Width width;
  for (const auto& [fields, records] : counts) {
    if (records >= width.records) width = {fields, records};
  }
  return width;
}

char SniffDelimiter(absl::string_view text, char quote) {
  char best = ',';
  double best_share = 0;
  size_t best_fields = 0;
  for (const char delimiter : kDelimiters) {
    const Records split = Split(text, delimiter, quote);
    const Width width = CommonWidth(split);
    if (width.fields < 2) continue;
    const double share = static_cast<double>(width.records) /
                         static_cast<double>(split.records.size());
    if (share > best_share ||
        (share == best_share && width.fields > best_fields)) {
      best = delimiter;
      best_share = share;
      best_fields = width.fields;
    }
  }
  return best;
}

bool HoldsNumber(absl::string_view field) {
  return ReadNumber(field, NumberFormat()).kind != NumberKind::kNone ||
         ParseFileDate(field).ok();
}

bool LooksLikeHeader(const Records::Record& record) {
  return std::none_of(
      record.fields.begin(), record.fields.end(), [](const std::string& field) {
        return absl::StripAsciiWhitespace(field).empty() || HoldsNumber(field);
      });
}

bool HoldsNumbers(const Records::Record& record) {
  return std::any_of(record.fields.begin(), record.fields.end(), HoldsNumber);
}

// Lines before the header.
uint32_t SniffSkip(const Records& split) {
  const auto& records = split.records;
  const size_t width = CommonWidth(split).fields;
  if (records.empty()) return 0;
  // A block of other lines, then an empty one.
  for (size_t i = 1; i + 1 < records.size() && i < kMaxPreamble; ++i) {
    const bool after_empty =
        std::find(split.empty_lines.begin(), split.empty_lines.end(),
                  records[i].line - 1) != split.empty_lines.end();
    if (after_empty && LooksLikeHeader(records[i]) &&
        records[i + 1].fields.size() == records[i].fields.size() &&
        records[i].fields.size() >= 2 && HoldsNumbers(records[i + 1])) {
      return records[i].line;
    }
  }
  for (size_t i = 0; i < records.size() && i < kMaxPreamble; ++i) {
    const std::vector<std::string>& fields = records[i].fields;
    if (absl::StartsWith(fields[0], "#") && fields.size() != width) continue;
    if (fields.size() == 1 && width > 1) continue;
    return i == 0 ? 0 : records[i].line;
  }
  return 0;
}

bool SniffBlanks(const Records& split, uint32_t skip) {
  size_t fields = 0;
  for (const Records::Record& record : split.records) {
    if (record.line < skip) continue;
    for (size_t i = 1; i < record.fields.size(); ++i) {
      const std::string& field = record.fields[i];
      if (!field.empty() && field[0] != ' ') return false;
      fields += field.empty() ? 0 : 1;
    }
  }
  return fields > 0;
}

std::string Shown(char mark) {
  if (mark == '\t') return "TAB";
  if (mark == '\0') return "none";
  return absl::StrCat("'", absl::string_view(&mark, 1), "'");
}

bool IsSepLine(absl::string_view line, char* delimiter) {
  line = absl::StripTrailingAsciiWhitespace(line.substr(0, line.find('\n')));
  absl::ConsumePrefix(&line, "\"");
  absl::ConsumeSuffix(&line, "\"");
  if (line.size() != 5 || !absl::StartsWithIgnoreCase(line, "sep=")) {
    // `sep=` and a TAB lose it to the trimming above.
    if (!absl::EqualsIgnoreCase(line, "sep=")) return false;
    *delimiter = '\t';
    return true;
  }
  *delimiter = line[4];
  return true;
}

}  // namespace

absl::StatusOr<SniffedCsv> SniffTable(absl::string_view front, bool whole,
                                      const CsvDialect& declared) {
  if (const absl::string_view what = WhatElse(front); !what.empty()) {
    return absl::InvalidArgumentError(what);
  }
  SniffedCsv sniffed;
  CsvDialect& dialect = sniffed.dialect;
  dialect = declared;
  const auto find = [&sniffed](std::string finding) {
    sniffed.findings.push_back(std::move(finding));
  };
  if (!dialect.encoding.has_value()) {
    dialect.encoding = SniffEncoding(front);
    if (dialect.encoding != Encoding::kUtf8) {
      find(absl::StrCat("encoding ", EncodingName(*dialect.encoding)));
    }
  }
  std::string text = ToUtf8(front, *dialect.encoding, /*cr_lines=*/false);
  absl::string_view rest = text;
  absl::ConsumePrefix(&rest, "\xEF\xBB\xBF");
  if (const absl::string_view what = WhatElse(rest); !what.empty()) {
    return absl::InvalidArgumentError(what);
  }
  sniffed.cr_lines = rest.find('\n') == absl::string_view::npos &&
                     rest.find('\r') != absl::string_view::npos;
  if (sniffed.cr_lines) {
    find("lines that end in CR alone");
    absl::StrReplaceAll({{"\r", "\n"}}, &text);
    rest = absl::string_view(text).substr(
        absl::StartsWith(text, "\xEF\xBB\xBF") ? 3 : 0);
  }
  // A record that the front cuts off says nothing.
  if (!whole) rest = rest.substr(0, rest.rfind('\n') + 1);
  uint32_t sep_lines = 0;
  char sep = '\0';
  if (!dialect.skip.has_value() && IsSepLine(rest, &sep)) {
    sep_lines = 1;
    rest = rest.substr(std::min(rest.find('\n'), rest.size() - 1) + 1);
    find("a first line that names the delimiter");
    if (!dialect.delimiter.has_value()) dialect.delimiter = sep;
  } else if (dialect.skip.has_value()) {
    for (uint32_t i = 0; i < *dialect.skip && !rest.empty(); ++i) {
      rest = rest.substr(std::min(rest.find('\n'), rest.size() - 1) + 1);
    }
  }
  if (!dialect.quote.has_value()) {
    dialect.quote = '"';
    if (rest.find('"') == absl::string_view::npos &&
        absl::StartsWith(absl::StripLeadingAsciiWhitespace(rest), "'")) {
      const char delimiter = dialect.delimiter.has_value()
                                 ? *dialect.delimiter
                                 : SniffDelimiter(rest, '\'');
      // Two quotes for each field that is not empty, and no other.
      const Records split = Split(rest, delimiter, '\'');
      const absl::string_view line = rest.substr(0, rest.find('\n'));
      const auto quotes = std::count(line.begin(), line.end(), '\'');
      // None where the first quote is never closed.
      const std::vector<std::string> names = split.records.empty()
                                                 ? std::vector<std::string>()
                                                 : split.records[0].fields;
      const auto empty = std::count(names.begin(), names.end(), "");
      const bool all =
          !names.empty() &&
          quotes == 2 * (static_cast<std::ptrdiff_t>(names.size()) - empty);
      if (all) {
        dialect.quote = '\'';
        find("quote '");
      }
    }
  }
  if (!dialect.delimiter.has_value()) {
    dialect.delimiter = SniffDelimiter(rest, *dialect.quote);
    if (dialect.delimiter != ',') {
      find(absl::StrCat("delimiter ", Shown(*dialect.delimiter)));
    }
  }
  const Records split = Split(rest, *dialect.delimiter, *dialect.quote);
  uint32_t skip = 0;
  if (!dialect.skip.has_value()) {
    skip = SniffSkip(split);
    dialect.skip = sep_lines + skip;
    if (skip > 0) {
      find(absl::StrCat(skip, skip == 1 ? " line" : " lines",
                        " before the header"));
    }
  }
  sniffed.trims_blanks = SniffBlanks(split, skip);
  if (sniffed.trims_blanks) find("blanks after the delimiters");
  return sniffed;
}

}  // namespace footfall::engine
