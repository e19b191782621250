// Rows come out as cells in the order of the numbers that their series have at
// the end, whatever was likely before.

#include "engine/write/loaded_rows.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::engine {
namespace {

using Row = BulkLoader::Row;

constexpr TileLayout kLayout = {.shape = {.lanes = 64, .steps = 256},
                                .type = storage::CellType::kInteger,
                                .season = 7};
constexpr uint32_t kSeries = 500;

std::vector<SeriesId> Shuffled(std::mt19937_64* random) {
  std::vector<SeriesId> numbers(kSeries);
  std::iota(numbers.begin(), numbers.end(), 1000);
  std::shuffle(numbers.begin(), numbers.end(), *random);
  return numbers;
}

std::vector<Cell> Expected(const std::vector<Row>& rows, const CellKeys& keys,
                           const std::vector<SeriesId>& numbers) {
  std::vector<Cell> cells;
  for (const Row& row : rows) {
    cells.push_back({keys.Make(kLayout.EraOf(row.step), numbers[row.series],
                               kLayout.OffsetOf(row.step)),
                     row.value});
  }
  std::stable_sort(cells.begin(), cells.end(),
                   [](const Cell& a, const Cell& b) { return a.key < b.key; });
  return cells;
}

absl::Status Add(const Row& row, LoadedRows* loaded) {
  return loaded
      ->Add(
          1, [&](size_t) { return row; }, [](const Row&) { return true; })
      .status();
}

TEST_CASE("cells come in the order of the numbers at the end", "[bulk]") {
  const uint32_t seed = 16;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  // Less than a run, a few, and many.
  const size_t count = GENERATE(0, 40'000, 49'152, 49'153, 160'000);
  // Whether the likely numbers are those of the end, for all runs or some.
  const int likely = GENERATE(0, 1, 2);
  CAPTURE(count, likely);
  const testing::TempDir folder;
  const std::vector<SeriesId> at_end = Shuffled(&random);
  int runs = 0;
  LoadedRows loaded(kLayout, /*memory_bytes=*/1, folder.path(), [&] {
    ++runs;
    return likely == 0 || (likely == 1 && runs % 2 == 0) ? at_end
                                                         : Shuffled(&random);
  });
  std::vector<Row> rows;
  for (size_t i = 0; i < count; ++i) {
    const Row row = {.step = static_cast<int64_t>(random() % 2000) - 700,
                     .value = static_cast<int64_t>(i),
                     .series = static_cast<uint32_t>(random() % kSeries)};
    rows.push_back(row);
    if (const absl::Status added = Add(row, &loaded); !added.ok()) FAIL(added);
  }
  const auto keys = CellKeys::Choose(kLayout, -700, 1300, 1000 + kSeries);
  REQUIRE(keys.ok());
  // Again with other numbers, as a load that is prepared anew does.
  for (const auto& numbers : {at_end, Shuffled(&random), at_end}) {
    std::vector<Cell> cells;
    REQUIRE(loaded.ForEachCell(
                *keys, numbers, {}, [&](absl::Span<const Cell> some) {
                  cells.insert(cells.end(), some.begin(), some.end());
                  return absl::OkStatus();
                }) == absl::OkStatus());
    const std::vector<Cell> expected = Expected(rows, *keys, numbers);
    CHECK(std::equal(cells.begin(), cells.end(), expected.begin(),
                     expected.end(), [](const Cell& a, const Cell& b) {
                       return a.key == b.key && a.value == b.value;
                     }));
  }
  CHECK((runs > 0) == (count > 49'152));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("rows that nobody asks for again are given up at once", "[bulk]") {
  const testing::TempDir folder;
  int runs = 0;
  {
    LoadedRows loaded(kLayout, /*memory_bytes=*/64 << 20, folder.path(), [&] {
      ++runs;
      return std::vector<SeriesId>(kSeries);
    });
    std::mt19937_64 random(1);
    while (runs == 0) {
      REQUIRE(Add({.step = static_cast<int64_t>(random() % 2000),
                   .value = 1,
                   .series = static_cast<uint32_t>(random() % kSeries)},
                  &loaded)
                  .ok());
    }
  }  // while it is being sorted
  CHECK(runs == 1);
}

TEST_CASE("a run that cannot be written is an error of a later row", "[bulk]") {
  LoadedRows loaded(kLayout, /*memory_bytes=*/1, "/absent/folder",
                    [] { return std::vector<SeriesId>(1); });
  absl::Status status;
  for (int i = 0; i < 200'000 && status.ok(); ++i) {
    status = Add({.step = i, .value = 1, .series = 0}, &loaded);
  }
  CHECK(status.code() == absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace footfall::engine
