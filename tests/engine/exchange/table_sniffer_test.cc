// The rules of engine/exchange/table_sniffer.h, one row or more each.

#include "engine/exchange/table_sniffer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/engine/exchange/text_files.h"
#include "tests/support/temp_dir.h"

namespace footfall::engine {
namespace {

using testing::TempDir;
using testing::WriteFile;

// "; skip 2; cr" where not as usual.
std::string Shown(const SniffedCsv& sniffed) {
  const CsvDialect& dialect = sniffed.dialect;
  std::string text;
  if (dialect.encoding != CsvDialect::Encoding::kUtf8) {
    absl::StrAppend(&text, EncodingName(*dialect.encoding), " ");
  }
  if (dialect.delimiter != ',') {
    absl::StrAppend(&text, "delimiter ",
                    absl::string_view(&*dialect.delimiter, 1), " ");
  }
  if (dialect.quote != '"') text += "quote ' ";
  if (dialect.skip != 0) absl::StrAppend(&text, "skip ", *dialect.skip, " ");
  if (sniffed.cr_lines) text += "cr ";
  if (sniffed.trims_blanks) text += "blanks ";
  return text;
}

std::string Utf16(absl::string_view text, bool big_endian) {
  std::string out;
  for (const char c : text) {
    if (big_endian) out.push_back('\0');
    out.push_back(c);
    if (!big_endian) out.push_back('\0');
  }
  return out;
}

TEST_CASE("the first bytes show how a table is written", "[import]") {
  struct Case {
    const char* why;
    std::string front;
    const char* dialect;
  };
  const Case cases[] = {
      {"as RFC 4180", "a,b\n1,2\n", ""},
      {"a byte order mark",
       "\xEF\xBB\xBF"
       "a;b\n1;2\n",
       "delimiter ; "},
      {"one column", "a\n1\n2\n", ""},
      {"nothing", "", ""},
      {"commas within fields", "a;b\n1;2,5\n2;3,5\n", "delimiter ; "},
      {"semicolons within fields", "a,b\n1,x;y\n2,z\n", ""},
      {"quoted delimiters", "a,b\n\"1;2;3\",x\n\"4;5;6\",y\n", ""},
      {"TAB", "a\tb c, d\n1\t2\n", "delimiter \t "},
      {"bars", "a|b\n1|2\n", "delimiter | "},
      {"sep", "sep=|\na|b\n1|2\n", "delimiter | skip 1 "},
      {"sep in quotes", "\"sep=;\"\na;b\n1;2\n", "delimiter ; skip 1 "},
      {"single quotes", "'a','b,c'\n'1','2'\n", "quote ' "},
      {"an apostrophe", "'s,b\n1,2\n", ""},
      {"CR", "a,b\r1,2\r", "cr "},
      {"CR LF", "a,b\r\n1,2\r\n", ""},
      {"blanks", "a, b\n1, 2\n3, 4\n", "blanks "},
      {"blanks in some", "a, b\n1,2\n3, 4\n", ""},
      {"comment lines", "# x\n# y, z\na,b,c\n1,2,3\n", "skip 2 "},
      {"a title", "All users\na,b\n1,2\n", "skip 1 "},
      {"a block before an empty line",
       "Name,Shop\nFrom,1/1/25\n\nDate,Units\n1/1/25,5\n2/1/25,6\n", "skip 3 "},
      {"an empty line between rows", "a,b\n1,2\n\n3,4\n5,6\n", ""},
      {"rows wider than the header", "a,b,c\n1,2,3,4\n1,2,3,4\n", ""},
      {"UTF-16LE with a mark", "\xFF\xFE" + Utf16("a\tb\n1\t2\n", false),
       "UTF-16LE delimiter \t "},
      {"UTF-16BE with a mark", "\xFE\xFF" + Utf16("a,b\n1,2\n", true),
       "UTF-16BE "},
      {"UTF-16LE", Utf16("a,b\n1,2\n", false), "UTF-16LE "},
      {"UTF-16BE", Utf16("a,b\n1,2\n", true), "UTF-16BE "},
      {"a NUL is not UTF-16", std::string("a,b\n1,\0\n2,3\n4,5\n", 17), ""},
  };
  for (const Case& c : cases) {
    INFO(c.why);
    const auto sniffed = SniffTable(c.front, /*whole=*/true, {});
    REQUIRE(sniffed.status() == absl::OkStatus());
    CHECK(Shown(*sniffed) == c.dialect);
  }
}

TEST_CASE("what is declared is taken as it is, and not told", "[import]") {
  CsvDialect declared;
  declared.delimiter = ',';
  declared.skip = 0;
  declared.quote = '\0';
  declared.encoding = CsvDialect::Encoding::kLatin1;
  const auto sniffed = SniffTable("# x\na;b\n1;2\n", /*whole=*/true, declared);
  REQUIRE(sniffed.status() == absl::OkStatus());
  CHECK(sniffed->dialect == declared);
  CHECK(sniffed->findings.empty());
}

TEST_CASE("a record that is cut off decides nothing", "[import]") {
  const std::string front = "a;b\n1;2\n3,4,5,6,7,8";
  CHECK(Shown(*SniffTable(front, /*whole=*/false, {})) == "delimiter ; ");
}

TEST_CASE("what is no table is named", "[import]") {
  struct Case {
    std::string front;
    const char* reason;
  };
  const Case cases[] = {
      {"PK\x03\x04", "is a zip archive"},
      {"\xD0\xCF\x11\xE0\xA1", "is an Excel workbook"},
      {"%PDF-1.7", "is a PDF"},
      {"PAR1", "is a Parquet file"},
      {"\n <!doctype html>", "is HTML"},
      {"\xEF\xBB\xBF<HTML>", "is HTML"},
      {"<?xml version", "is XML"},
      {"{\"a\": 1}", "is JSON"},
      {Utf16("<html><body>", false), "is HTML"},
  };
  for (const Case& c : cases) {
    INFO(c.reason);
    const auto sniffed = SniffTable(c.front, /*whole=*/true, {});
    CHECK(sniffed.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(sniffed.status().message()),
               ContainsSubstring(c.reason));
  }
}

TEST_CASE("SniffCsv tells the header and what it found", "[import]") {
  const TempDir folder;
  WriteFile(folder / "f.csv", "# made by hand\n Day ;\"Users; all\"\n1;2\n");
  const auto sniffed = SniffCsv(folder / "f.csv", {});
  REQUIRE(sniffed.status() == absl::OkStatus());
  CHECK(sniffed->header == std::vector<std::string>{"Day", "Users; all"});
  CHECK(absl::StrJoin(sniffed->findings, ", ") ==
        "delimiter ';', 1 line before the header");
  CHECK(SniffCsv(folder / "absent", {}).status().code() ==
        absl::StatusCode::kNotFound);
}

TEST_CASE("names of encodings", "[import]") {
  using Encoding = CsvDialect::Encoding;
  CHECK(ParseEncoding("utf-8") == Encoding::kUtf8);
  CHECK(ParseEncoding("UTF-16LE") == Encoding::kUtf16Le);
  CHECK(ParseEncoding("utf16be") == Encoding::kUtf16Be);
  CHECK(ParseEncoding("ISO-8859-1") == Encoding::kLatin1);
  CHECK(ParseEncoding("latin1") == Encoding::kLatin1);
  CHECK(ParseEncoding("klingon") == std::nullopt);
}

TEST_CASE("a quote that is never closed leaves nothing to look at",
          "[import]") {
  for (const char* const text : {"'", "'a", "'a,b\n1,2\n", "\"", "\"a", "''"}) {
    for (const bool whole : {true, false}) {
      INFO(text << ", whole: " << whole);
      const auto sniffed = SniffTable(text, whole, {});
      REQUIRE(sniffed.status() == absl::OkStatus());
      CHECK(sniffed->dialect.skip == 0);
    }
  }
}

}  // namespace
}  // namespace footfall::engine
