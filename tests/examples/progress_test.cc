// How far an import is, in words.

#include "examples/repl/progress.h"

#include "tests/support/catch.h"

namespace footfall::repl {
namespace {

TEST_CASE("progress tells part, rows, rate and time left", "[import]") {
  struct Case {
    ImportProgress progress;
    double seconds;
    const char* text;
  };
  constexpr uint64_t kM = 1'000'000;
  const Case cases[] = {
      {{.rows = 0, .bytes_read = 0, .bytes_total = 100},
       2,
       "importing: 0 %, 0.0 M rows, 0.0 M rows/s, 2 s"},
      {{.rows = 3 * kM, .bytes_read = 40, .bytes_total = 100},
       3,
       "importing: 32 %, 3.0 M rows, 1.0 M rows/s, 6 s left"},
      // A pipe, whose end nobody knows.
      {{.rows = 3 * kM, .bytes_read = 40},
       2,
       "importing: 3.0 M rows, 1.5 M rows/s, 2 s"},
      {{.rows = 8 * kM, .storing = true, .rows_stored = 2 * kM},
       13,
       "storing: 85 %, 8.0 M rows, 2 s left"},
      {{.rows = 8 * kM, .storing = true, .rows_stored = 8 * kM},
       16,
       "storing: 100 %, 8.0 M rows, 0 s left"},
      {{.rows = 0, .storing = true}, 1, "storing: 80 %, 0.0 M rows, 0 s left"},
  };
  for (const Case& one : cases) {
    CHECK(ProgressText(one.progress, absl::Seconds(one.seconds)) == one.text);
  }
}

}  // namespace
}  // namespace footfall::repl
