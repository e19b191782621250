// Records of CSV text, good and bad, in pieces of any size.

#include "engine/exchange/csv_reader.h"

#include <random>
#include <vector>

#include "tests/engine/exchange/text_files.h"

namespace footfall::engine {
namespace {

using testing::PieceSource;

struct Read {
  uint64_t line;
  std::vector<std::string> fields;
  std::string problem;

  friend bool operator==(const Read&, const Read&) = default;
};

std::ostream& operator<<(std::ostream& out, const Read& read) {
  out << "line " << read.line << ":";
  for (const std::string& field : read.fields) out << " [" << field << "]";
  return out << " " << read.problem;
}

Read Copy(const CsvRecord& record) {
  Read read;
  read.line = record.line;
  for (const absl::string_view field : record.fields) {
    read.fields.emplace_back(field);
  }
  read.problem = std::string(record.problem);
  return read;
}

// Record by record, and in batches, which must come to the same.
std::vector<Read> ReadAll(const std::string& text, size_t piece) {
  CsvReader reader(std::make_unique<PieceSource>(text, piece));
  std::vector<Read> all;
  while (true) {
    const auto more = reader.Next();
    REQUIRE(more.status() == absl::OkStatus());
    if (!*more) break;
    all.push_back(Copy(reader.record()));
  }
  CsvReader batches(std::make_unique<PieceSource>(text, piece));
  // Two in turn, so that one stays while the next is read.
  CsvBatch two[2];
  std::vector<Read> again;
  for (size_t i = 0;; ++i) {
    CsvBatch& batch = two[i % 2];
    REQUIRE(batches.NextBatch(&batch) == absl::OkStatus());
    for (const CsvRecord& record : two[(i + 1) % 2].records) {
      again.push_back(Copy(record));
    }
    if (batch.records.empty()) break;
  }
  CHECK(again == all);
  return all;
}

using Text = std::string;

const char kNeverClosed[] = "a quote that is never closed";
const char kAfterQuote[] = "text between a closing quote and the comma";
const char kInside[] =
    "a quote inside a field that does not begin with one; such a field is "
    "written in quotes, each quote inside doubled";

TEST_CASE("records come out as RFC 4180 has them", "[import]") {
  struct Case {
    const char* why;
    std::string text;
    std::vector<Read> records;
  };
  const Case cases[] = {
      {"nothing", "", {}},
      {"only a line end", "\n", {}},
      {"one field", "a\n", {{1, {"a"}, ""}}},
      {"no line end at the end", "a,b", {{1, {"a", "b"}, ""}}},
      {"empty fields", ",,\n", {{1, {"", "", ""}, ""}}},
      {"CRLF", "a,b\r\nc,d\r\n", {{1, {"a", "b"}, ""}, {2, {"c", "d"}, ""}}},
      {"a return at the very end", "a,b\r", {{1, {"a", "b"}, ""}}},
      {"a return inside", "a\rb,c\n", {{1, {"a\rb", "c"}, ""}}},
      {"empty lines", "\na\n\r\n\nb\n", {{2, {"a"}, ""}, {5, {"b"}, ""}}},
      {"spaces belong to fields", " a , b\n", {{1, {" a ", " b"}, ""}}},
      {"a byte order mark",
       "\xef\xbb\xbf"
       "a,b\n",
       {{1, {"a", "b"}, ""}}},
      {"a mark before a quote", "\xef\xbb\xbf\"a\",b\n", {{1, {"a", "b"}, ""}}},
      {"quotes", "\"a\",\"b\"\n", {{1, {"a", "b"}, ""}}},
      {"quotes, CRLF",
       "\"a\",\"b\"\r\n\"c\",d\r\n",
       {{1, {"a", "b"}, ""}, {2, {"c", "d"}, ""}}},
      {"quotes, no line end", "\"a\",\"b\"", {{1, {"a", "b"}, ""}}},
      {"quotes, a return at the very end", "a,\"b\"\r", {{1, {"a", "b"}, ""}}},
      {"an empty field in quotes", "\"\",x\n", {{1, {"", "x"}, ""}}},
      {"a comma in quotes", "\"a,b\",c\n", {{1, {"a,b", "c"}, ""}}},
      {"doubled quotes", "\"a\"\"b\",\"\"\"\"\n", {{1, {"a\"b", "\""}, ""}}},
      {"doubled quotes in a row",
       "\"\"\"x\"\"\"\"y\"\"\",z\n",
       {{1, {"\"x\"\"y\"", "z"}, ""}}},
      {"line ends in quotes",
       "\"a\nb\r\nc\",d\ne,f\n",
       {{1, {"a\nb\r\nc", "d"}, ""}, {4, {"e", "f"}, ""}}},
      {"a plain record after one with quotes",
       "\"a\"\nb,c\n",
       {{1, {"a"}, ""}, {2, {"b", "c"}, ""}}},
      {"a comma last", "\"a\",\n", {{1, {"a", ""}, ""}}},
      {"a comma last of all", "\"a\",", {{1, {"a", ""}, ""}}},
      {"NUL bytes", Text("a\0b,c\n", 6), {{1, {Text("a\0b", 3), "c"}, ""}}},
      {"bytes that are no UTF-8", "\xff,\x80\n", {{1, {"\xff", "\x80"}, ""}}},
      {"a quote that is never closed",
       "a,b\n\"c,d\ne,f\n",
       {{1, {"a", "b"}, ""}, {2, {}, kNeverClosed}, {3, {"e", "f"}, ""}}},
      {"a quote opened at the very end", "a,\"", {{1, {}, kNeverClosed}}},
      {"text after a quote",
       "\"a\"b,c\nd,e\n",
       {{1, {}, kAfterQuote}, {2, {"d", "e"}, ""}}},
      {"a space after a quote", "\"a\" ,b\n", {{1, {}, kAfterQuote}}},
      {"a return after a quote", "\"a\"\rb\n", {{1, {}, kAfterQuote}}},
      {"a quote inside a field",
       "5\" disk,b\nc,d\n",
       {{1, {}, kInside}, {2, {"c", "d"}, ""}}},
      {"a quote in the second field",
       "a,b\"c\"\nd,e\n",
       {{1, {}, kInside}, {2, {"d", "e"}, ""}}},
  };
  for (const Case& c : cases) {
    INFO(c.why);
    for (const size_t piece : {1u, 2u, 3u, 1u << 20}) {
      CAPTURE(piece);
      CHECK(ReadAll(c.text, piece) == c.records);
    }
  }
}

TEST_CASE("a broken record shows its text", "[import]") {
  CsvReader reader(
      std::make_unique<PieceSource>("5\" disk,b\r\nx,y\n", 1 << 20));
  REQUIRE(reader.Next().value());
  CHECK(reader.record().text == "5\" disk,b");
  CHECK(reader.record().fields.empty());
}

TEST_CASE("records without end are given up at 1 MiB", "[import]") {
  const std::string rest(3 << 20, 'x');
  const std::string good = "a,b\nc,d\n";
  struct Case {
    const char* why;
    std::string text;
    const char* problem;
  };
  const Case cases[] = {
      {"a line", "long" + rest + "\n", "a line of more than 1 MiB"},
      {"a quote", "\"long" + rest + "\n",
       "a quote that is not closed within 1 MiB"},
  };
  for (const Case& c : cases) {
    INFO(c.why);
    for (const size_t piece : {size_t{1} << 16, size_t{1} << 24}) {
      const std::vector<Read> all = ReadAll("h\n" + c.text + good, piece);
      REQUIRE(all.size() == 4);
      CHECK(all[1].line == 2);
      CHECK(all[1].problem == c.problem);
      CHECK(all[2] == Read{3, {"a", "b"}, ""});
      CHECK(all[3] == Read{4, {"c", "d"}, ""});
    }
  }
}

TEST_CASE("UTF-16 is refused by name", "[import]") {
  for (const char* mark : {"\xff\xfe", "\xfe\xff"}) {
    CsvReader reader(
        std::make_unique<PieceSource>(std::string(mark) + "a", 1 << 20));
    CHECK(reader.Next().status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("random fields come back from what is written", "[import]") {
  const uint32_t seed = 4180;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const char alphabet[] = {'a', 'b', ',', '"', '\n', '\r', ' ', '0'};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    std::vector<std::vector<std::string>> rows;
    uint64_t lines = 1;
    std::vector<uint64_t> begins;
    for (uint32_t r = random() % 20; r > 0; --r) {
      std::vector<std::string> row(1 + random() % 5);
      for (std::string& field : row) {
        for (uint32_t n = random() % 6; n > 0; --n) {
          field.push_back(alphabet[random() % sizeof(alphabet)]);
        }
      }
      if (row.size() == 1 && row[0].empty()) row[0] = "x";  // not a blank line
      begins.push_back(lines);
      for (size_t i = 0; i < row.size(); ++i) {
        if (i > 0) text.push_back(',');
        AppendCsvField(row[i], &text);
        for (const char c : row[i]) lines += c == '\n';
      }
      text += random() % 2 == 0 ? "\n" : "\r\n";
      ++lines;
      rows.push_back(std::move(row));
    }
    const std::vector<Read> all = ReadAll(text, 1 + random() % 9);
    REQUIRE(all.size() == rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      CHECK(all[i] == Read{begins[i], rows[i], ""});
    }
  }
}

TEST_CASE("random bytes never confuse the reader", "[import]") {
  const uint32_t seed = 17;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const char alphabet[] = {'a', ',', '"', '"', '\n', '\r', '\0', '\xff'};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (uint32_t n = random() % 60; n > 0; --n) {
      text.push_back(alphabet[random() % sizeof(alphabet)]);
    }
    if (text.substr(0, 2) == "\xff\xfe") continue;
    const std::vector<Read> whole = ReadAll(text, 1 << 20);
    CHECK(ReadAll(text, 1) == whole);
    uint64_t line = 0;
    for (const Read& read : whole) {
      CHECK(read.line > line);
      line = read.line;
    }
  }
}

}  // namespace
}  // namespace footfall::engine
