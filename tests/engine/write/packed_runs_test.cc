// Cells and numbers of temporary files come back as they were; other bytes are
// refused.

#include "engine/write/packed_runs.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

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

TEST_CASE("packed cells and numbers come back as they were", "[bulk]") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Cell> cells(random() % 300);
    std::vector<uint32_t> numbers(cells.size());
    uint64_t key = 0;
    for (size_t i = 0; i < cells.size(); ++i) {
      numbers[i] = static_cast<uint32_t>(AnyNumber(&random));
      // Rising, also over all of 64 bits.
      key += random() % 4 == 0 ? (~uint64_t{0} - key) / 2 : random() % 3;
      cells[i] = {key, AnyNumber(&random)};
    }
    std::string packed_numbers;
    PackNumbers(numbers, &packed_numbers);
    std::vector<uint32_t> numbers_again(numbers.size());
    REQUIRE(UnpackNumbers(packed_numbers, absl::MakeSpan(numbers_again)).ok());
    CHECK(numbers_again == numbers);
    std::string packed_cells = "before";
    PackCells(cells, &packed_cells);
    packed_cells.erase(0, 6);
    std::vector<Cell> cells_again(cells.size());
    REQUIRE(UnpackCells(packed_cells, absl::MakeSpan(cells_again)).ok());
    bool same = true;
    for (size_t i = 0; i < cells.size(); ++i) {
      same = same && cells[i].key == cells_again[i].key &&
             cells[i].value == cells_again[i].value;
    }
    CHECK(same);
  }
}

TEST_CASE("daily cells of one series take few bytes", "[bulk]") {
  std::vector<Cell> cells;
  for (int day = 0; day < 1000; ++day) {
    cells.push_back({uint64_t{7} << 40 | static_cast<uint64_t>(day), day % 50});
  }
  std::string packed;
  PackCells(cells, &packed);
  CHECK(packed.size() < 2 * cells.size() + 30);
}

TEST_CASE(
    "bytes of a block that were changed are refused or others, and no more "
    "is read",
    "[bulk]") {
  std::vector<uint32_t> numbers(20, 7);
  std::vector<Cell> cells(20, Cell{5, 6});
  std::string packed_numbers;
  std::string packed_cells;
  PackNumbers(numbers, &packed_numbers);
  PackCells(cells, &packed_cells);
  for (size_t size = 0; size < packed_numbers.size(); ++size) {
    CHECK(absl::IsUnavailable(UnpackNumbers(packed_numbers.substr(0, size),
                                            absl::MakeSpan(numbers))));
  }
  for (size_t size = 0; size < packed_cells.size(); ++size) {
    CHECK(absl::IsUnavailable(
        UnpackCells(packed_cells.substr(0, size), absl::MakeSpan(cells))));
  }
  CHECK(absl::IsUnavailable(
      UnpackNumbers(packed_numbers + "x", absl::MakeSpan(numbers))));
  CHECK(absl::IsUnavailable(
      UnpackCells(std::string(400, '\xff'), absl::MakeSpan(cells))));
}

}  // namespace
}  // namespace footfall::engine
