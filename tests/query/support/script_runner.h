// Runs scripts of the language against a database in memory and writes down
// what comes out, as the cases of tests/query/cases and the examples of
// query/LANGUAGE.md show it.

#ifndef FOOTFALL_TESTS_QUERY_SUPPORT_SCRIPT_RUNNER_H_
#define FOOTFALL_TESTS_QUERY_SUPPORT_SCRIPT_RUNNER_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "footfall/database.h"
#include "footfall/prepared.h"
#include "footfall/query.h"

namespace footfall {

class ScriptRunner {
 public:
  // An empty database in memory.
  ScriptRunner();
  ~ScriptRunner();

  // What the statements of `script` put out, one after the other with an empty
  // line between:
  //   an answer     as csv (or json, table), then `note: ...` lines
  //   a change      `ok: ` and what it did, then `note: ...` lines
  //   an error      its message, and the script ends
  std::string Run(absl::string_view script);

  // The same for a tree, through Query().
  std::string RunTree(const Statement& statement);

  // A line `-- NAME: VALUE` that changes how later scripts run:
  //   now: 2025-02-11T00:00Z     what LAST counts from
  //   mode: csv | json | table
  //   door: execute | query      Query() takes one statement that reads
  //   threads: 4
  //   max_rows: 10               and the other limits of QueryLimits
  //   $app: text DeepSeek        a parameter; also number, date, range
  //   fill: ticks 5001           a sample, 1, at each of the first steps from
  //                              1970 of a metric without dimensions
  //   folded: yes                rewrites all tiles before each script
  // Returns false where the line is no setting.
  bool Set(absl::string_view line);

  // Every statement of `script` that reads is prepared and run, as are those of
  // earlier scripts again: on the database as it is by now, with the settings
  // of now. What comes out otherwise than a question that nothing was kept of:
  // lines for a test to show; empty where nothing does.
  std::string CheckPrepared(absl::string_view script);
  // Comparisons that CheckPrepared() has made.
  int prepared_runs() const { return prepared_runs_; }

  // Every SELECT of `script` that has an answer comes out the same in parts, as
  // EXPORT writes it: groups and rows one at a time. Lines for a test to show;
  // empty where all do. Only the words of notes may differ there.
  std::string CheckInParts(absl::string_view script);
  // Answers that CheckInParts() has compared, and parts that it was handed.
  int in_parts() const { return in_parts_; }
  int parts() const { return parts_; }

  // Ids of the refusals met so far.
  const std::set<std::string>& refusals() const { return refusals_; }

 private:
  std::string RunQuery(absl::string_view script);
  std::string ShowResult(const absl::StatusOr<Answer>& answer);
  std::string Show(const Answer& answer) const;

  std::unique_ptr<Database> database_;
  QueryOptions options_;
  std::string mode_ = "csv";
  bool through_query_ = false;
  bool folded_ = false;
  std::set<std::string> refusals_;
  struct PreparedCase {
    Statement statement;
    Prepared prepared;
  };
  std::map<std::string, PreparedCase> prepared_;  // by text
  int prepared_runs_ = 0;
  int in_parts_ = 0;
  int parts_ = 0;
};

// The lines in which two texts differ, `-` for expected and `+` for found,
// with the lines around them; empty where they are equal.
std::string Difference(absl::string_view expected, absl::string_view found);

// Everything in a file; fails the test where it cannot be read.
std::string ReadWholeFile(const std::string& path);

}  // namespace footfall

#endif  // FOOTFALL_TESTS_QUERY_SUPPORT_SCRIPT_RUNNER_H_
