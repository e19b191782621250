// Tests of the forms of an answer: CSV, JSON, table.

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "footfall/answer.h"
#include "query/answer/block_of.h"
#include "query/answer/display_width.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

Column Texts(std::string name, std::vector<std::string> texts,
             Column::Role role = Column::Role::kMember) {
  Column column;
  column.name = std::move(name);
  column.role = role;
  column.type = ColumnType::kText;
  column.texts = std::move(texts);
  return column;
}

Column Integers(std::string name, std::vector<int64_t> integers,
                Column::Role role) {
  Column column;
  column.name = std::move(name);
  column.role = role;
  column.type = ColumnType::kInteger;
  column.integers = std::move(integers);
  return column;
}

Column Partial(std::vector<int64_t> flags) {
  Column column = Integers("partial", std::move(flags), Column::Role::kPartial);
  column.type = ColumnType::kBoolean;
  return column;
}

// One item's four columns, exact.
void AddItem(Column value, std::vector<int64_t> present,
             std::vector<int64_t> expected, Answer* answer) {
  const std::string name = value.name;
  const size_t rows = present.size();
  value.role = Column::Role::kValue;
  if (value.kinds.empty()) value.kinds.assign(rows, CellKind::kExact);
  value.missing.assign(rows, false);
  Column kinds = Texts(name + "_kind", {}, Column::Role::kKind);
  kinds.dictionary = CellKindNames();
  for (size_t i = 0; i < rows; ++i) {
    value.missing[i] = value.kinds[i] == CellKind::kNone;
    kinds.codes.push_back(static_cast<uint32_t>(value.kinds[i]));
  }
  answer->columns.push_back(std::move(value));
  answer->columns.push_back(std::move(kinds));
  answer->columns.push_back(
      Integers(name + "_present", std::move(present), Column::Role::kPresent));
  answer->columns.push_back(Integers(name + "_expected", std::move(expected),
                                     Column::Role::kExpected));
}

// The DeepSeek facts by platform, an upper bound, a missing value.
Answer Users() {
  Answer answer;
  answer.columns.push_back(Texts("platform", {"app", "", "web"}));
  answer.columns.push_back(Texts(
      "time", {"2025-02-08", "2025-02-08", "2025-02-09"}, Column::Role::kTime));
  Column value =
      Integers("dau", {71'790'000, 119'790'000, 0}, Column::Role::kValue);
  value.unit = "users";
  value.kinds = {CellKind::kExact, CellKind::kUpper, CellKind::kNone};
  value.low_integers = {71'790'000, 71'790'000, 0};
  value.high_integers = {71'790'000, 119'790'000, 0};
  value.low = {71'790'000, 71'790'000, 0};
  value.high = {71'790'000, 119'790'000, 0};
  AddItem(std::move(value), {1, 1, 0}, {1, 1, 1}, &answer);
  answer.columns.push_back(Partial({0, 0, 1}));
  answer.set_row_count(3);
  return answer;
}

TEST_CASE("csv has a header line and a line a row", "[answer]") {
  CHECK(FormatCsv(Users()) ==
        "platform,time,dau,dau_kind,dau_present,dau_expected,partial\n"
        "app,2025-02-08,71790000,exact,1,1,false\n"
        ",2025-02-08,119790000,upper,1,1,false\n"
        "web,2025-02-09,,none,0,1,true\n");
}

TEST_CASE("json has an object a row", "[answer]") {
  CHECK(FormatJson(Users()) ==
        "[{\"platform\":\"app\",\"time\":\"2025-02-08\",\"dau\":71790000,"
        "\"dau_kind\":\"exact\",\"dau_present\":1,\"dau_expected\":1,"
        "\"partial\":false},\n"
        "{\"platform\":\"\",\"time\":\"2025-02-08\",\"dau\":119790000,"
        "\"dau_kind\":\"upper\",\"dau_present\":1,\"dau_expected\":1,"
        "\"partial\":false},\n"
        "{\"platform\":\"web\",\"time\":\"2025-02-09\",\"dau\":null,"
        "\"dau_kind\":\"none\",\"dau_present\":0,\"dau_expected\":1,"
        "\"partial\":true}]\n");
}

TEST_CASE("one row of json is one line", "[answer]") {
  Answer answer;
  AddItem(Integers("n", {20}, Column::Role::kValue), {20}, {30}, &answer);
  answer.columns.push_back(Partial({0}));
  answer.set_row_count(1);
  const std::string row =
      "{\"n\":20,\"n_kind\":\"exact\",\"n_present\":20,\"n_expected\":30,"
      "\"partial\":false}";
  CHECK(FormatJson(answer) == "[" + row + "]\n");
  CHECK(FormatJsonLines(answer) == row + "\n");
}

TEST_CASE("an answer without rows keeps its columns", "[answer]") {
  Answer answer;
  answer.columns.push_back(Texts("member", {}));
  CHECK(FormatCsv(answer) == "member\n");
  CHECK(FormatJson(answer) == "[]\n");
  CHECK(FormatJsonLines(answer).empty());
  CHECK(FormatTable(answer, {}) == "member\n------\n(no rows)\n");
}

TEST_CASE("csv quotes only where it must", "[answer]") {
  struct Case {
    const char* text;
    const char* field;
  };
  const auto c = GENERATE(values<Case>({
      {"DeepSeek", "DeepSeek"},
      {"it's", "it's"},
      {" a b ", " a b "},
      {"a,b", "\"a,b\""},
      {"say \"hi\"", "\"say \"\"hi\"\"\""},
      {"two\nlines", "\"two\nlines\""},
      {"cr\r", "\"cr\r\""},
      {"文心一言", "文心一言"},
      {"", "\"\""},  // alone on its line: else the row would be gone
  }));
  Answer answer;
  answer.columns.push_back(Texts("m", {c.text}));
  answer.set_row_count(1);
  CHECK(FormatCsv(answer) == std::string("m\n") + c.field + "\n");
}

TEST_CASE("json escapes what it must", "[answer]") {
  Answer answer;
  answer.columns.push_back(
      Texts("a\"b", {"quote \" slash \\ / tab \t line \n \x01 文"}));
  answer.set_row_count(1);
  CHECK(FormatJson(answer) ==
        "[{\"a\\\"b\":\"quote \\\" slash \\\\ / tab \\t line \\n \\u0001 "
        "文\"}]\n");
}

TEST_CASE("decimals that are no numbers are words", "[answer]") {
  Answer answer;
  Column column;
  column.name = "x";
  column.type = ColumnType::kDecimal;
  column.decimals = {std::nan(""), kInf, -kInf, -0.0, 0.1};
  answer.columns.push_back(column);
  answer.set_row_count(5);
  CHECK(FormatCsv(answer) == "x\nnan\ninf\n-inf\n-0\n0.1\n");
  CHECK(FormatJsonLines(answer) ==
        "{\"x\":\"nan\"}\n{\"x\":\"inf\"}\n{\"x\":\"-inf\"}\n{\"x\":-0}\n"
        "{\"x\":0.1}\n");
}

TEST_CASE("integers keep all their digits", "[answer]") {
  Answer answer;
  answer.columns.push_back(Integers("x",
                                    {std::numeric_limits<int64_t>::min(),
                                     std::numeric_limits<int64_t>::max()},
                                    Column::Role::kPlain));
  answer.set_row_count(2);
  CHECK(FormatCsv(answer) == "x\n-9223372036854775808\n9223372036854775807\n");
}

TEST_CASE("the table shows what is known about a value", "[answer]") {
  CHECK(FormatTable(Users(), {}) ==
        "platform     time           dau (users)  coverage  partial\n"
        "-----------  ----------  --------------  --------  -------\n"
        "app          2025-02-08      71,790,000       1/1\n"
        "(not split)  2025-02-08  <= 119,790,000       1/1\n"
        "web          2025-02-09               -       0/1  partial\n");
}

TEST_CASE("the table leaves out what no row needs", "[answer]") {
  Answer answer = Users();
  TableOptions options;
  options.max_rows = 2;
  CHECK(FormatTable(answer, options) ==
        "platform     time           dau (users)\n"
        "-----------  ----------  --------------\n"
        "app          2025-02-08      71,790,000\n"
        "(not split)  2025-02-08  <= 119,790,000\n"
        "... 1 more of 3 rows\n");
}

TEST_CASE("a table has four layouts", "[answer]") {
  Answer answer = Users();
  answer.columns[0].texts[2] = "we|b";
  TableOptions options;
  options.layout = TableOptions::Layout::kBox;
  CHECK(FormatTable(answer, options) ==
        "┌─────────────┬────────────┬────────────────┬──────────┬─────────┐\n"
        "│ platform    │ time       │    dau (users) │ coverage │ partial │\n"
        "├─────────────┼────────────┼────────────────┼──────────┼─────────┤\n"
        "│ app         │ 2025-02-08 │     71,790,000 │      1/1 │         │\n"
        "│ (not split) │ 2025-02-08 │ <= 119,790,000 │      1/1 │         │\n"
        "│ we|b        │ 2025-02-09 │              - │      0/1 │ partial │\n"
        "└─────────────┴────────────┴────────────────┴──────────┴─────────┘\n");
  options.layout = TableOptions::Layout::kMarkdown;
  CHECK(FormatTable(answer, options) ==
        "| platform | time | dau (users) | coverage | partial |\n"
        "| --- | --- | ---: | ---: | --- |\n"
        "| app | 2025-02-08 | 71,790,000 | 1/1 |  |\n"
        "| (not split) | 2025-02-08 | <= 119,790,000 | 1/1 |  |\n"
        "| we\\|b | 2025-02-09 | - | 0/1 | partial |\n");
  options.layout = TableOptions::Layout::kVertical;
  options.max_rows = 2;
  CHECK(FormatTable(answer, options) ==
        "-- row 1\n"
        "platform     app\n"
        "time         2025-02-08\n"
        "dau (users)  71,790,000\n"
        "-- row 2\n"
        "platform     (not split)\n"
        "time         2025-02-08\n"
        "dau (users)  <= 119,790,000\n"
        "... 1 more of 3 rows\n");
}

TEST_CASE("no layout invents rows", "[answer]") {
  Answer answer;
  answer.columns.push_back(Texts("member", {}));
  using Layout = TableOptions::Layout;
  for (const auto& [layout, text] : std::vector<std::pair<Layout, std::string>>{
           {Layout::kBox,
            "┌────────┐\n│ member │\n├────────┤\n└────────┘\n(no rows)\n"},
           {Layout::kMarkdown, "| member |\n| --- |\n"},
           {Layout::kVertical, "(no rows)\n"}}) {
    TableOptions options;
    options.layout = layout;
    CHECK(FormatTable(answer, options) == text);
  }
}

TEST_CASE(
    "values alone are one column an item, and still say that they are "
    "bounds",
    "[answer]") {
  const Answer answer = ValuesOnly(Users());
  CHECK(FormatCsv(answer) ==
        "platform,time,dau\n"
        "app,2025-02-08,71790000\n"
        ",2025-02-08,119790000\n"
        "web,2025-02-09,\n");
  CHECK(FormatTable(answer, {}) ==
        "platform     time           dau (users)\n"
        "-----------  ----------  --------------\n"
        "app          2025-02-08      71,790,000\n"
        "(not split)  2025-02-08  <= 119,790,000\n"
        "web          2025-02-09               -\n");
}

TEST_CASE("the header may be left out of later parts", "[answer]") {
  CHECK(FormatCsv(Users()) ==
        FormatCsv(Users()).substr(0, FormatCsv(Users()).find('\n') + 1) +
            FormatCsv(Users(), /*with_header=*/false));
  CHECK(FormatTsv(Users(), /*with_header=*/false) ==
        "app\t2025-02-08\t71790000\texact\t1\t1\tfalse\n"
        "\t2025-02-08\t119790000\tupper\t1\t1\tfalse\n"
        "web\t2025-02-09\t\tnone\t0\t1\ttrue\n");
}

TEST_CASE("the table shortens numbers as it is told", "[answer]") {
  Answer answer = Users();
  // A range whose ends would be wrong if they were rounded inwards.
  for (Column& column : answer.columns) {
    if (column.name != "dau") continue;
    column.kinds[0] = CellKind::kRange;
    column.low[0] = 71'796'000;
    column.low_integers[0] = 71'796'000;
    column.high[0] = 119'790'000;
    column.high_integers[0] = 119'790'000;
  }
  TableOptions options;
  options.max_rows = 2;
  options.numbers.scale = NumberStyle::Scale::kWan;
  options.numbers.fraction_digits = 2;
  CHECK(FormatTable(answer, options) ==
        "platform     time                           dau (users)\n"
        "-----------  ----------  ------------------------------\n"
        "app          2025-02-08     7179万 [7179.6万 .. 1.20亿]\n"
        "(not split)  2025-02-08  <= 1.20亿\n"
        "... 1 more of 3 rows\n");
  options.numbers.cut = true;
  options.numbers.fraction_digits = 0;
  CHECK(FormatTable(answer, options) ==
        "platform     time                   dau (users)\n"
        "-----------  ----------  ----------------------\n"
        "app          2025-02-08  7179万 [7179万 .. 2亿]\n"
        "(not split)  2025-02-08  <= 1亿\n"
        "... 1 more of 3 rows\n");
  const std::string csv = FormatCsv(answer);
  CHECK(csv.find("119790000") != std::string::npos);
}

TEST_CASE("the table writes every kind of cell", "[answer]") {
  Answer answer;
  Column value;
  value.name = "share";
  value.type = ColumnType::kDecimal;
  value.decimals = {0.25, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0};
  value.low = {0.25, 0.1, 0.5, 0.30763, -kInf, 0.8, -kInf, 0};
  value.high = {0.25, 0.3, kInf, 0.70833, 0.75, 0.8, kInf, 0};
  value.kinds = {CellKind::kExact, CellKind::kUpper, CellKind::kLower,
                 CellKind::kRange, CellKind::kRange, CellKind::kFilled,
                 CellKind::kRange, CellKind::kNone};
  AddItem(value, std::vector<int64_t>(8, 1), std::vector<int64_t>(8, 1),
          &answer);
  answer.set_row_count(8);
  CHECK(FormatTable(answer, {}) ==
        "                          share\n"
        "-------------------------------\n"
        "   0.25000\n"
        "<= 0.30000\n"
        ">= 0.50000\n"
        "   0.60000 [0.30763 .. 0.70833]\n"
        "   0.70000 [.. 0.75000]\n"
        "  ~0.80000\n"
        "   0.90000 [..]\n"
        "         -\n");
}

TEST_CASE("the table rounds a range outwards", "[answer]") {
  Answer answer;
  Column value;
  value.name = "share";
  value.type = ColumnType::kDecimal;
  value.decimals = {0.7, 2.0 / 3, 1e6 + 2.0 / 3};
  value.low = {2.0 / 3, 1.0 / 3, 1e6 + 2.0 / 3 - 0.5};
  value.high = {0.8, 1.0 / 1.5 + 1e-9, 1e6 + 1.0 / 3 + 0.5};
  value.kinds = {CellKind::kRange, CellKind::kRange, CellKind::kRange};
  AddItem(value, {1, 1, 1}, {1, 1, 1}, &answer);
  answer.set_row_count(3);
  const std::string table = FormatTable(answer, {});
  INFO(table);
  size_t rows = 0;
  for (const absl::string_view line : absl::StrSplit(table, '\n')) {
    const std::vector<std::string> ends = absl::StrSplit(
        absl::StripSuffix(
            absl::StripAsciiWhitespace(line.substr(line.find('[') + 1)), "]"),
        " .. ");
    double low = 0;
    double high = 0;
    if (ends.size() != 2 ||
        !absl::SimpleAtod(absl::StrReplaceAll(ends[0], {{",", ""}}), &low) ||
        !absl::SimpleAtod(absl::StrReplaceAll(ends[1], {{",", ""}}), &high)) {
      continue;
    }
    CHECK(low <= value.low[rows]);
    CHECK(high >= value.high[rows]);
    CHECK(value.low[rows] - low < 0.1);
    ++rows;
  }
  CHECK(rows == 3);
}

TEST_CASE("shares and growth are percent for people alone", "[answer]") {
  Answer answer;
  Column value;
  value.name = "growth";
  value.type = ColumnType::kDecimal;
  value.ratio = true;
  value.decimals = {-0.0021, 0.134, 0, 0.5, -0.1};
  value.low = {-0.55, 0.134, 0, 0.5, -kInf};
  value.high = {1.21, 0.134, 0, 0.75, 0};
  value.kinds = {CellKind::kRange, CellKind::kExact, CellKind::kNone,
                 CellKind::kRange, CellKind::kRange};
  AddItem(value, std::vector<int64_t>(5, 1), std::vector<int64_t>(5, 1),
          &answer);
  answer.set_row_count(5);
  CHECK(FormatTable(answer, {}) ==
        "                      growth\n"
        "----------------------------\n"
        " -0.21 % [-55.00 .. +121.00]\n"
        " 13.40 %\n"
        "       -\n"
        " 50.00 % [50.00 .. 75.00]\n"
        "-10.00 % [.. 0.00]\n");
  CHECK(absl::StartsWith(FormatCsv(ValuesOnly(answer)),
                         "growth\n-0.0021\n0.134\n"));
}

TEST_CASE("a block of an answer looks as it does in the whole", "[answer]") {
  Answer answer = Users();
  for (Column& column : answer.columns) column.ratio = column.name == "dau";
  REQUIRE(answer.columns[2].name == "dau");
  answer.columns[2].type = ColumnType::kDecimal;
  answer.columns[2].decimals = {0.25, 0.5, 0.75};
  const size_t rows = answer.row_count();
  CHECK(FormatTable(query::BlockOf(answer, 0, rows), {}) ==
        FormatTable(answer, {}));
  CHECK(
      absl::StrContains(FormatTable(query::BlockOf(answer, 0, 1), {}), "25 %"));
}

TEST_CASE("a table fits the window and says what is cut", "[answer]") {
  Answer answer;
  answer.columns.push_back(
      Texts("note", {"a long remark about nothing much", "文文文文文文文文"}));
  answer.columns.push_back(Integers("a", {1, 2}, Column::Role::kPlain));
  answer.columns.push_back(Texts("kind", {"exact", "exact"}));
  answer.set_row_count(2);
  TableOptions options;
  const std::string whole = FormatTable(answer, options);
  options.max_width = 42;
  CHECK(FormatTable(answer, options) == whole);
  options.max_width = 25;
  CHECK(FormatTable(answer, options) ==
        "note             a  kind\n"
        "---------------  -  -----\n"
        "a long remark …  1  exact\n"
        "文文文文文文文…  2  exact\n"
        "... 2 texts are cut\n");
  options.max_width = 17;
  CHECK(FormatTable(answer, options) ==
        "note          a\n"
        "------------  -\n"
        "a long rema…  1\n"
        "文文文文文…   2\n"
        "... not shown, for the width: kind\n"
        "... 2 texts are cut\n");
  // The first column stays.
  options.max_width = 1;
  CHECK(absl::StartsWith(FormatTable(answer, options), "note\n"));
  options.max_width = 25;
  options.layout = TableOptions::Layout::kBox;
  for (const absl::string_view line :
       absl::StrSplit(FormatTable(answer, options), '\n')) {
    CHECK((absl::StartsWith(line, "...") || query::DisplayWidth(line) <= 25));
  }
  options.layout = TableOptions::Layout::kVertical;
  CHECK(absl::StrContains(FormatTable(answer, options), "nothing much"));
}

TEST_CASE("styles are escape sequences around the same text", "[answer]") {
  TableOptions options;
  for (const auto layout :
       {TableOptions::Layout::kPlain, TableOptions::Layout::kBox,
        TableOptions::Layout::kVertical}) {
    options.layout = layout;
    options.styled = false;
    const std::string plain = FormatTable(Users(), options);
    options.styled = true;
    std::string styled = FormatTable(Users(), options);
    CHECK(absl::StrContains(styled, "\x1b[1mplatform"));
    CHECK(absl::StrContains(styled, "\x1b[2m"));
    absl::StrReplaceAll({{"\x1b[1m", ""}, {"\x1b[2m", ""}, {"\x1b[0m", ""}},
                        &styled);
    // Blanks at the end of a styled cell stay.
    std::vector<std::string> lines = absl::StrSplit(styled, '\n');
    for (std::string& line : lines) absl::StripTrailingAsciiWhitespace(&line);
    CHECK(absl::StrJoin(lines, "\n") == plain);
  }
}

TEST_CASE("dates have bounds too", "[answer]") {
  Answer answer;
  Column value = Texts("first", {"2025-02-08", "2025-02-08"});
  value.kinds = {CellKind::kRange, CellKind::kLower};
  value.low_texts = {"2025-02-01", "2025-02-08"};
  value.high_texts = {"", ""};
  AddItem(value, {9, 9}, {9, 9}, &answer);
  answer.set_row_count(2);
  CHECK(FormatTable(answer, {}) ==
        "first\n"
        "--------------------------\n"
        "2025-02-08 [2025-02-01 ..]\n"
        ">= 2025-02-08\n");
}

TEST_CASE("items of different coverage have a column each", "[answer]") {
  Answer answer;
  AddItem(Integers("a", {1000}, Column::Role::kValue), {20}, {30}, &answer);
  AddItem(Integers("b", {2}, Column::Role::kValue), {29}, {30}, &answer);
  answer.set_row_count(1);
  CHECK(FormatTable(answer, {}) ==
        "    a  b  a coverage  b coverage\n"
        "-----  -  ----------  ----------\n"
        "1,000  2       20/30       29/30\n");
}

TEST_CASE("columns align by the width of their characters", "[answer]") {
  Answer answer;
  answer.columns.push_back(Texts("app", {"文心一言", "ChatGPT", "e\u0301"}));
  AddItem(Integers("n", {1, 22, 333}, Column::Role::kValue), {1, 1, 1},
          {1, 1, 1}, &answer);
  answer.set_row_count(3);
  CHECK(FormatTable(answer, {}) ==
        "app         n\n"
        "--------  ---\n"
        "文心一言    1\n"
        "ChatGPT    22\n"
        "e\u0301         333\n");
}

TEST_CASE("decimals of a column have their points below each other",
          "[answer]") {
  Answer answer;
  Column value;
  value.name = "avg(dau)";
  value.type = ColumnType::kDecimal;
  value.decimals = {59'895'000.333333, 12, 0.012345};
  AddItem(value, {1, 1, 1}, {1, 1, 1}, &answer);
  answer.set_row_count(3);
  CHECK(FormatTable(answer, {}) ==
        "    avg(dau)\n"
        "------------\n"
        "59,895,000.3\n"
        "        12.0\n"
        "      0.0123\n");
}

TEST_CASE("bounds() fills two columns, open sides stay empty", "[answer]") {
  Answer answer;
  Column low = Integers("sum(dau)_low", {1000}, Column::Role::kLow);
  Column high = Integers("sum(dau)_high", {0}, Column::Role::kHigh);
  high.missing = {true};
  answer.columns = {
      low, high, Integers("sum(dau)_present", {20}, Column::Role::kPresent),
      Integers("sum(dau)_expected", {30}, Column::Role::kExpected)};
  answer.set_row_count(1);
  CHECK(FormatCsv(answer) ==
        "sum(dau)_low,sum(dau)_high,sum(dau)_present,sum(dau)_expected\n"
        "1000,,20,30\n");
  CHECK(FormatTable(answer, {}) ==
        "sum(dau)_low  sum(dau)_high  coverage\n"
        "------------  -------------  --------\n"
        "       1,000              -     20/30\n");
}

TEST_CASE("a column is found by its name", "[answer]") {
  const Answer answer = Users();
  REQUIRE(answer.Find("dau_kind") != nullptr);
  CHECK(answer.Find("dau_kind")->text(1) == "upper");
  CHECK(answer.Find("nothing") == nullptr);
}

}  // namespace
}  // namespace footfall
