// The example data answers its questions; so does the first program a newcomer
// reads.

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/examples/run_program.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

using absl::StrContains;

std::string Ask(const std::string& question) {
  const ProgramRun run =
      RunProgram({"--readonly", "--mode", "csv", "--now", "2025-02-11", "-c",
                  question, ExampleDatabase()});
  INFO(question);
  INFO(run.err);
  CHECK(run.exit_code == 0);
  return run.out;
}

TEST_CASE("every question of the demo has an answer", "[demo]") {
  const ProgramRun run =
      RunProgram({"--readonly", "--now", "2025-02-11", "-f",
                  "examples/data/questions.footfall", ExampleDatabase()});
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK(!StrContains(run.out, "no rows"));
  CHECK(StrContains(run.out, "119,790,000"));
  CHECK(StrContains(run.out, "71,790,000"));
  CHECK(StrContains(run.out, "20/30"));
}

TEST_CASE("the refused question of the demo is refused", "[demo]") {
  const ProgramRun run =
      RunProgram({"--readonly", "-f", "examples/data/refused.footfall",
                  ExampleDatabase()});
  CHECK(run.exit_code == 1);
  CHECK(run.out.empty());
  CHECK(absl::StartsWith(run.err,
                         "examples/data/refused.footfall:2:8: sum(dau) over a "
                         "month would be "
                         "user-days, not users\n"));
}

TEST_CASE("daily users by platform and region, and together", "[demo]") {
  const std::string split =
      Ask("SELECT dau WHERE app = 'DeepSeek' DURING 2025-01-10..2025-02-08 "
          "BY platform, region EVERY day");
  CHECK(StrContains(split, "\napp,cn,2025-02-08,34940000,exact,1,1,false\n"));
  CHECK(StrContains(split,
                    "\napp,overseas,2025-02-08,36850000,exact,1,1,false\n"));
  CHECK(StrContains(split, "\nweb,,2025-02-08,48000000,exact,1,1,false\n"));
  CHECK(!StrContains(split, "2025-01-19"));  // not launched: no row, no zero

  const std::string together =
      Ask("SELECT dau WHERE app = 'DeepSeek' DURING 2025-01-10..2025-02-08 "
          "EVERY day");
  CHECK(StrContains(together, "\n2025-02-08,119790000,upper,1,1,false\n"));
  CHECK(Ask("SELECT bounds(dau) WHERE app = 'DeepSeek' DURING 2025-02-08") ==
        "time,dau_low,dau_high,dau_present,dau_expected,partial\n"
        "2025-02-08,71790000,119790000,1,1,false\n");
}

TEST_CASE("an average says how many days it covers", "[demo]") {
  const std::string answer =
      Ask("SELECT avg(dau) AS a WHERE app = 'DeepSeek' AND platform = 'app' "
          "DURING 2025-01-10..2025-02-08");
  CHECK(StrContains(answer, ",exact,20,30,false\n"));
}

TEST_CASE("a share of what is not split is a range", "[demo]") {
  const std::string answer =
      Ask("SELECT bounds(share(dau)) AS s WHERE app = 'DeepSeek' "
          "DURING 2025-02-08 BY region");
  CHECK(StrContains(answer, "\noverseas,2025-02-08,0.3076"));
  CHECK(StrContains(answer, ",0.7083"));
}

TEST_CASE("a hundred million is reached on the last day at the earliest",
          "[demo]") {
  CHECK(StrContains(
      Ask("SELECT first_time(dau >= 1e8) AS d WHERE app = 'DeepSeek'"),
      "\n2025-02-08,lower,"));
}

TEST_CASE("days are counted from the releases of the file", "[demo]") {
  const std::string events = Ask("SHOW EVENTS 'release'");
  std::ifstream file("examples/data/deepseek_releases.csv");
  std::string line;
  std::getline(file, line);
  REQUIRE(line == "date,kind,app,name");
  const std::string gaps[] = {"",    "31", "35", "57", "41",
                              "122", "57", "13", "25", "7"};
  std::string expected = "time,kind,name,for,note,source,days_since_previous\n";
  for (const std::string& gap : gaps) {
    std::getline(file, line);
    const std::vector<std::string> fields = absl::StrSplit(line, ',');
    REQUIRE(fields.size() == 4);
    absl::StrAppend(&expected, fields[0], ",", fields[1], ",", fields[3],
                    ",app = '", fields[2], "',,,", gap, "\n");
  }
  CHECK(events == expected);
  CHECK(!std::getline(file, line));
  CHECK(StrContains(Ask("SELECT days_between(first_time(dau >= 1e8), "
                        "event('release', 'LLM')) AS d WHERE app = 'DeepSeek'"),
                    "\n400,lower,"));
}

TEST_CASE("a month's figure is one sample", "[demo]") {
  CHECK(StrContains(Ask("SELECT dau_monthly AS m WHERE app = 'DeepSeek' "
                        "AND platform = 'web' DURING 2024-12"),
                    "\n2024-12,347000,exact,1,1,false\n"));
}

TEST_CASE("Doubao stands on the last day alone", "[demo]") {
  CHECK(StrContains(Ask("SELECT dau WHERE app = 'Doubao'"),
                    "\n2025-02-08,25000000,exact,1,1,false\n"));
}

}  // namespace
}  // namespace footfall
