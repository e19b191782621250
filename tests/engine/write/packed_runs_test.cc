// Rows and cells of temporary files come back as they were; other bytes are
// refused.

#include "engine/write/packed_runs.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

using Row = BulkLoader::Row;

// Small mostly, and now and then anything.
int64_t AnyNumber(std::mt19937_64* random) {
  switch ((*random)() % 8) {
    case 0:
      return static_cast<int64_t>((*random)());
    case 1:
      return std::numeric_limits<int64_t>::min();
    case 2:
      return std::numeric_limits<int64_t>::max();
    default:
      return static_cast<int64_t>((*random)() % 2000) - 1000;
  }
}

TEST_CASE("packed rows and cells come back as they were", "[bulk]") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Row> rows(random() % 300);
    std::vector<Cell> cells(rows.size());
    uint64_t key = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      rows[i] = {AnyNumber(&random), AnyNumber(&random),
                 static_cast<uint32_t>(AnyNumber(&random))};
      // Rising, also over all of 64 bits.
      key += random() % 4 == 0 ? (~uint64_t{0} - key) / 2 : random() % 3;
      cells[i] = {key, AnyNumber(&random)};
    }
    std::string packed_rows;
    PackRows(rows, &packed_rows);
    std::vector<Row> rows_again(rows.size());
    REQUIRE(UnpackRows(packed_rows, absl::MakeSpan(rows_again)).ok());
    std::string packed_cells = "before";
    PackCells(cells, &packed_cells);
    packed_cells.erase(0, 6);
    std::vector<Cell> cells_again(cells.size());
    REQUIRE(UnpackCells(packed_cells, absl::MakeSpan(cells_again)).ok());
    bool same = true;
    for (size_t i = 0; i < rows.size(); ++i) {
      same = same && rows[i].step == rows_again[i].step &&
             rows[i].value == rows_again[i].value &&
             rows[i].series == rows_again[i].series &&
             cells[i].key == cells_again[i].key &&
             cells[i].value == cells_again[i].value;
    }
    CHECK(same);
  }
}

TEST_CASE("daily rows of one series take few bytes", "[bulk]") {
  std::vector<Row> rows;
  for (int day = 0; day < 1000; ++day)
    rows.push_back({20'000 + day, day % 50, 7});
  std::string packed;
  PackRows(rows, &packed);
  CHECK(packed.size() < 3 * rows.size() + 30);
}

TEST_CASE(
    "bytes of a block that were changed are refused or others, and no more "
    "is read",
    "[bulk]") {
  std::vector<Row> rows(20, Row{5, 6, 7});
  std::vector<Cell> cells(20, Cell{5, 6});
  std::string packed_rows;
  std::string packed_cells;
  PackRows(rows, &packed_rows);
  PackCells(cells, &packed_cells);
  for (size_t size = 0; size < packed_rows.size(); ++size) {
    CHECK(absl::IsUnavailable(
        UnpackRows(packed_rows.substr(0, size), absl::MakeSpan(rows))));
  }
  for (size_t size = 0; size < packed_cells.size(); ++size) {
    CHECK(absl::IsUnavailable(
        UnpackCells(packed_cells.substr(0, size), absl::MakeSpan(cells))));
  }
  CHECK(
      absl::IsUnavailable(UnpackRows(packed_rows + "x", absl::MakeSpan(rows))));
  CHECK(absl::IsUnavailable(
      UnpackCells(std::string(400, '\xff'), absl::MakeSpan(cells))));
}

}  // namespace
}  // namespace footfall::engine
