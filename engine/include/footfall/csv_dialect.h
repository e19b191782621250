// How the text of a table is written: what a statement declares about it, and
// what its first bytes show.

#ifndef FOOTFALL_CSV_DIALECT_H_
#define FOOTFALL_CSV_DIALECT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#pragma GCC visibility push(default)
namespace footfall {

// What is not set is found out from the file.
struct CsvDialect {
  enum class Encoding : uint8_t { kUtf8, kUtf16Le, kUtf16Be, kLatin1 };
  std::optional<Encoding> encoding = {};
  std::optional<char> delimiter = {};  // an ASCII character
  std::optional<char> quote = {};      // likewise; '\0': none
  std::optional<uint32_t> skip = {};   // lines before the header

  friend bool operator==(const CsvDialect&, const CsvDialect&) = default;
};

// "UTF-8", "UTF-16LE", "UTF-16BE", "Latin-1".
absl::string_view EncodingName(CsvDialect::Encoding encoding);
// Of such a name in any case, with or without its dash; "UTF-16" is nullopt
// unless a byte order is given. nullopt for others.
std::optional<CsvDialect::Encoding> ParseEncoding(absl::string_view name);

// What was found out about a file.
struct SniffedCsv {
  CsvDialect dialect = {};    // every part is set
  bool cr_lines = false;      // lines end in '\r' alone
  bool trims_blanks = false;  // every delimiter is followed by a blank
  // What is not as RFC 4180 has it and was not declared, for people:
  // "delimiter ';'".
  std::vector<std::string> findings = {};
  std::vector<std::string> header = {};
};

// Reads the first 256 KiB of a file, unpacked where they are gzip, and finds
// out what `declared` leaves open. "-" is the standard input, of which they are
// then gone.
//
//   INVALID_ARGUMENT  no table: empty, HTML, JSON, a zip archive, a workbook, a
//                     PDF or a database
//   else              as ImportCsv() where the file cannot be read
absl::StatusOr<SniffedCsv> SniffCsv(const std::string& path,
                                    const CsvDialect& declared);

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_CSV_DIALECT_H_
